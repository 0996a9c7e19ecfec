#include "clinux.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/// The address of a path and its length, or 0 when it is too long.
static socklen_t address_of(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length >= sizeof address->sun_path)
        return 0;
    memcpy(address->sun_path, path, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

static int open_socket(void) {
    return (int)clinux_result(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int clinux_unix_pair(int *ends) {
    return (int)clinux_result(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
}

int clinux_unix_listen(const char *path, mode_t mode, int backlog) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0)
        return -ENAMETOOLONG;
    int fd = open_socket();
    if (fd < 0)
        return fd;
    // Nobody can connect before listen(), so the permissions are never wider than asked for.
    if (bind(fd, (struct sockaddr *)&address, length) < 0 || chmod(path, mode) < 0 ||
        listen(fd, backlog) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

int clinux_unix_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0)
        return -ENAMETOOLONG;
    int fd = open_socket();
    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&address, length) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

int clinux_unix_peer(int fd, struct clinux_credentials *credentials) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return -errno;
    *credentials = (struct clinux_credentials){.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
    return 0;
}

/// Room for the descriptors of one message, aligned as the kernel wants it.
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(CLINUX_DESCRIPTOR_LIMIT * sizeof(int))];
};

long clinux_unix_send(int fd, const void *bytes, size_t count, const int *descriptors,
                      int descriptor_count) {
    if (descriptor_count < 0 || descriptor_count > CLINUX_DESCRIPTOR_LIMIT || count == 0)
        return -EINVAL;
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    union control control;
    if (descriptor_count > 0) {
        size_t size = (size_t)descriptor_count * sizeof(int);
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(size);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(header), descriptors, size);
    }
    return clinux_result(sendmsg(fd, &message, MSG_NOSIGNAL));
}

long clinux_unix_receive(int fd, void *bytes, size_t capacity, int *descriptors,
                         int *descriptor_count) {
    struct iovec piece = {.iov_base = bytes, .iov_len = capacity};
    union control control;
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    *descriptor_count = 0;
    long count = clinux_result(recvmsg(fd, &message, MSG_CMSG_CLOEXEC));
    if (count < 0)
        return count;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        // The buffer bounds what the kernel gives; it closes what has no room.
        int held = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors + *descriptor_count, CMSG_DATA(header), (size_t)held * sizeof(int));
        *descriptor_count += held;
    }
    return count;
}
