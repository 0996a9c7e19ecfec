/// Plain IPv4 sockets for measurements: addresses are numbers in the machine's byte order.
#ifndef CLINUX_DATAGRAM_H
#define CLINUX_DATAGRAM_H

#include "clinux_call.h"

int clinux_bind4(int fd, uint32_t address, uint16_t port);
int clinux_connect4(int fd, uint32_t address, uint16_t port);
int clinux_listen(int fd, int backlog);
int clinux_accept(int fd);

/// Receive and send time-outs, so that a lost packet ends a wait.
int clinux_set_timeout(int fd, int milliseconds);

/// Socket buffers of this many bytes, beyond the system's limit where the caller may.
int clinux_set_buffers(int fd, int bytes);

/// Sends or receives up to `count` packets of `size` bytes in one call: how many, or -errno.
int clinux_send_many(int fd, const void *_Nonnull packet, size_t size, int count);
int clinux_receive_many(int fd, int count);

/// Has the kernel note when each packet arrives (CLOCK_REALTIME).
int clinux_stamp_arrivals(int fd);

/// Receives one packet and when the kernel got it: the packet's length, or -errno.
long clinux_receive_stamped(int fd, void *_Nonnull packet, size_t capacity,
                            int64_t *_Nonnull arrival);

#endif
