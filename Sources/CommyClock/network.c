/// Uses of the network: a breach from a second thread of a lockstep program, or out of its turn.
/// Nothing else of them changes.
#include "lockstep.h"

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/// Defines an interposed call whose first argument is the descriptor.
#define NETWORK_CALL(result, name, parameters, arguments)                                          \
    result name parameters {                                                                       \
        REAL(name);                                                                                \
        commy_note_network(fd, #name, CALLER);                                                     \
        return real arguments;                                                                     \
    }

NETWORK_CALL(int, connect, (int fd, const struct sockaddr *address, socklen_t length),
             (fd, address, length))
NETWORK_CALL(int, accept, (int fd, struct sockaddr *address, socklen_t *length),
             (fd, address, length))
NETWORK_CALL(int, accept4, (int fd, struct sockaddr *address, socklen_t *length, int flags),
             (fd, address, length, flags))
NETWORK_CALL(int, shutdown, (int fd, int how), (fd, how))
NETWORK_CALL(ssize_t, send, (int fd, const void *bytes, size_t count, int flags),
             (fd, bytes, count, flags))
NETWORK_CALL(ssize_t, sendto,
             (int fd, const void *bytes, size_t count, int flags, const struct sockaddr *address,
              socklen_t length),
             (fd, bytes, count, flags, address, length))
NETWORK_CALL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
             (fd, message, flags))
NETWORK_CALL(int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags),
             (fd, messages, count, flags))
NETWORK_CALL(ssize_t, recv, (int fd, void *bytes, size_t count, int flags),
             (fd, bytes, count, flags))
NETWORK_CALL(ssize_t, recvfrom,
             (int fd, void *restrict bytes, size_t count, int flags,
              struct sockaddr *restrict address, socklen_t *restrict length),
             (fd, bytes, count, flags, address, length))
NETWORK_CALL(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
NETWORK_CALL(int, recvmmsg,
             (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *time),
             (fd, messages, count, flags, time))
NETWORK_CALL(ssize_t, read, (int fd, void *bytes, size_t count), (fd, bytes, count))
NETWORK_CALL(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
NETWORK_CALL(ssize_t, readv, (int fd, const struct iovec *list, int count), (fd, list, count))
NETWORK_CALL(ssize_t, writev, (int fd, const struct iovec *list, int count), (fd, list, count))
