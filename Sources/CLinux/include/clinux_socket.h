/// TCP and UDP sockets, addressed by numeric IP address and port.
#ifndef CLINUX_SOCKET_H
#define CLINUX_SOCKET_H

#include "clinux_call.h"

/// A numeric address and a port, all in host byte order.
struct clinux_endpoint {
    /// IPv6: the first eight bytes; IPv4: 0.
    uint64_t high;
    /// IPv6: the last eight bytes; IPv4: the address.
    uint64_t low;
    uint16_t port;
    /// 4 or 6.
    uint8_t version;
};

/// A non-blocking TCP socket for IP version 4 or 6.
int clinux_tcp_socket(int version);
/// 0 when connected at once, -EINPROGRESS when it goes on in the background.
int clinux_tcp_connect(int fd, const struct clinux_endpoint *_Nonnull endpoint);
/// The error that the socket holds, taken out of it: 0 or a positive errno; negative when the call
/// failed.
int clinux_socket_take_error(int fd);
int clinux_tcp_no_delay(int fd);
/// On close, reset the connection instead of ending it politely.
int clinux_tcp_reset_on_close(int fd);
int clinux_tcp_listen(int fd, const struct clinux_endpoint *_Nonnull endpoint, int backlog);
/// A non-blocking connection of a client, or -EAGAIN.
int clinux_tcp_accept(int fd);
/// SHUT_WR.
int clinux_socket_shutdown_write(int fd);
int clinux_socket_local(int fd, struct clinux_endpoint *_Nonnull endpoint);
int clinux_socket_peer(int fd, struct clinux_endpoint *_Nonnull endpoint);
/// Sends without SIGPIPE.
long clinux_socket_send(int fd, const void *_Nonnull bytes, size_t count);
int clinux_udp_socket(int version);
int clinux_udp_connect(int fd, const struct clinux_endpoint *_Nonnull endpoint);
int clinux_udp_bind(int fd, const struct clinux_endpoint *_Nonnull endpoint);
/// One datagram to the connected address; `bytes` may be NULL when `count` is 0.
long clinux_udp_send(int fd, const void *_Nullable bytes, size_t count);
long clinux_udp_send_to(int fd, const void *_Nullable bytes, size_t count,
                        const struct clinux_endpoint *_Nonnull endpoint);
/// The length of the next datagram, cut to `capacity`; `sender` may be NULL.
long clinux_udp_receive(int fd, void *_Nonnull bytes, size_t capacity,
                        struct clinux_endpoint *_Nullable sender);

#endif
