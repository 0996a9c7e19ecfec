#include "clinux.h"
#include "clinux_datagram.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/// Packets of one clinux_send_many or clinux_receive_many.
#define MANY 64

static struct sockaddr_in address4(uint32_t address, uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(address)}};
}

int clinux_bind4(int fd, uint32_t address, uint16_t port) {
    struct sockaddr_in target = address4(address, port);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return (int)clinux_result(bind(fd, (struct sockaddr *)&target, sizeof target));
}

int clinux_connect4(int fd, uint32_t address, uint16_t port) {
    struct sockaddr_in target = address4(address, port);
    return (int)clinux_result(connect(fd, (struct sockaddr *)&target, sizeof target));
}

int clinux_listen(int fd, int backlog) {
    return (int)clinux_result(listen(fd, backlog));
}

int clinux_accept(int fd) {
    return (int)clinux_result(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
}

int clinux_set_timeout(int fd, int milliseconds) {
    struct timeval span = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span) < 0)
        return -errno;
    return (int)clinux_result(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &span, sizeof span));
}

int clinux_set_buffers(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return 0;
}

int clinux_send_many(int fd, const void *packet, size_t size, int count) {
    struct mmsghdr messages[MANY] = {0};
    struct iovec part = {.iov_base = (void *)packet, .iov_len = size};
    if (count > MANY)
        count = MANY;
    for (int i = 0; i < count; i++) {
        messages[i].msg_hdr.msg_iov = &part;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    return (int)clinux_result(sendmmsg(fd, messages, (unsigned)count, 0));
}

int clinux_receive_many(int fd, int count) {
    static _Thread_local char bytes[MANY][2048];
    struct mmsghdr messages[MANY] = {0};
    struct iovec parts[MANY];
    if (count > MANY)
        count = MANY;
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = sizeof bytes[i]};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    return (int)clinux_result(recvmmsg(fd, messages, (unsigned)count, MSG_WAITFORONE, NULL));
}

int clinux_stamp_arrivals(int fd) {
    int on = 1;
    return (int)clinux_result(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on));
}

long clinux_receive_stamped(int fd, void *packet, size_t capacity, int64_t *arrival) {
    struct iovec part = {.iov_base = packet, .iov_len = capacity};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
    } control;
    struct msghdr envelope = {.msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes};
    ssize_t count = recvmsg(fd, &envelope, 0);
    if (count < 0)
        return -errno;
    *arrival = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&envelope); header;
         header = CMSG_NXTHDR(&envelope, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        *arrival = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
    }
    return count;
}
