/// TUN devices and rtnetlink.
#ifndef CLINUX_NETWORK_H
#define CLINUX_NETWORK_H

#include "clinux_call.h"
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/// Bytes of the virtio header in front of every packet of a TUN device with offload.
#define CLINUX_VIRTIO_HEADER 10

/// Makes the TUN interface `name` in the calling process's network namespace: a non-blocking
/// descriptor, or -errno. With offload, packets carry a virtio header and may be TCP super-packets.
int clinux_tun_open(const char *_Nonnull name, int offload);

/// The index of an interface in the calling process's network namespace, or -errno.
int clinux_interface_index(const char *_Nonnull name);

/// A NETLINK_ROUTE socket in the calling process's network namespace, or -errno.
int clinux_netlink_open(void);

/// Sends one request and waits for its acknowledgement: 0, or the kernel's -errno.
int clinux_netlink_request(int fd, const void *_Nonnull request, size_t length);

/// Packets that the interface's own queue dropped on the way out (tx_dropped), or -errno.
int64_t clinux_netlink_dropped(int fd, int index);

#endif
