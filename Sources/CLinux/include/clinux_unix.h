/// Stream sockets between processes of one machine (unix(7)), and descriptors of processes.
#ifndef CLINUX_UNIX_H
#define CLINUX_UNIX_H

#include "clinux_call.h"
#include <sys/syscall.h>

/// The most descriptors that one message brings.
#define CLINUX_DESCRIPTOR_LIMIT 16

/// Who is at the other end of a Unix socket, as the kernel knows it.
struct clinux_credentials {
    int pid;
    uint32_t uid;
    uint32_t gid;
};

/// Two connected non-blocking stream sockets.
int clinux_unix_pair(int *_Nonnull ends);
/// A non-blocking listening socket at a path, which must not exist; -ENAMETOOLONG past 107 bytes.
int clinux_unix_listen(const char *_Nonnull path, mode_t mode, int backlog);
/// A non-blocking connection; -EAGAIN when the listener's queue is full.
int clinux_unix_connect(const char *_Nonnull path);
int clinux_unix_peer(int fd, struct clinux_credentials *_Nonnull credentials);
/// Sends bytes (at least one) with copies of `descriptors`: the bytes sent, or -errno. The
/// descriptors go with the first byte.
long clinux_unix_send(int fd, const void *_Nonnull bytes, size_t count,
                      const int *_Nonnull descriptors, int descriptor_count);
/// Receives bytes and the descriptors that came with them, at most CLINUX_DESCRIPTOR_LIMIT, which
/// are closed on exec: the bytes, 0 at the end, or -errno.
long clinux_unix_receive(int fd, void *_Nonnull bytes, size_t capacity, int *_Nonnull descriptors,
                         int *_Nonnull descriptor_count);

/// A descriptor of a process, which becomes readable when it ends.
static inline int clinux_process_descriptor(int pid) {
    return (int)clinux_result(syscall(SYS_pidfd_open, pid, 0));
}

#endif
