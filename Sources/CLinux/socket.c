#include "clinux.h"

#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

union any_address {
    struct sockaddr plain;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t to_kernel(const struct clinux_endpoint *endpoint, union any_address *address) {
    memset(address, 0, sizeof *address);
    if (endpoint->version == 4) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(endpoint->port);
        address->v4.sin_addr.s_addr = htonl((uint32_t)endpoint->low);
        return sizeof address->v4;
    }
    uint64_t halves[2] = {htobe64(endpoint->high), htobe64(endpoint->low)};
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(endpoint->port);
    memcpy(&address->v6.sin6_addr, halves, sizeof halves);
    return sizeof address->v6;
}

static int from_kernel(const union any_address *address, struct clinux_endpoint *endpoint) {
    memset(endpoint, 0, sizeof *endpoint);
    if (address->plain.sa_family == AF_INET) {
        endpoint->version = 4;
        endpoint->port = ntohs(address->v4.sin_port);
        endpoint->low = ntohl(address->v4.sin_addr.s_addr);
        return 0;
    }
    if (address->plain.sa_family != AF_INET6)
        return -EAFNOSUPPORT;
    uint64_t halves[2];
    memcpy(halves, &address->v6.sin6_addr, sizeof halves);
    endpoint->version = 6;
    endpoint->port = ntohs(address->v6.sin6_port);
    endpoint->high = be64toh(halves[0]);
    endpoint->low = be64toh(halves[1]);
    return 0;
}

int clinux_tcp_socket(int version) {
    int family = version == 4 ? AF_INET : AF_INET6;
    return (int)clinux_result(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int clinux_tcp_connect(int fd, const struct clinux_endpoint *endpoint) {
    union any_address address;
    socklen_t length = to_kernel(endpoint, &address);
    return (int)clinux_result(connect(fd, &address.plain, length));
}

int clinux_socket_take_error(int fd) {
    int number = 0;
    socklen_t length = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) < 0)
        return -errno;
    return number;
}

int clinux_tcp_no_delay(int fd) {
    int on = 1;
    return (int)clinux_result(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

int clinux_tcp_reset_on_close(int fd) {
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    return (int)clinux_result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none));
}

int clinux_tcp_listen(int fd, const struct clinux_endpoint *endpoint, int backlog) {
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        return -errno;
    union any_address address;
    socklen_t length = to_kernel(endpoint, &address);
    if (bind(fd, &address.plain, length) < 0)
        return -errno;
    return (int)clinux_result(listen(fd, backlog));
}

int clinux_tcp_accept(int fd) {
    return (int)clinux_result(accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int clinux_socket_shutdown_write(int fd) {
    return (int)clinux_result(shutdown(fd, SHUT_WR));
}

int clinux_socket_local(int fd, struct clinux_endpoint *endpoint) {
    union any_address address;
    socklen_t length = sizeof address;
    if (getsockname(fd, &address.plain, &length) < 0)
        return -errno;
    return from_kernel(&address, endpoint);
}

int clinux_socket_peer(int fd, struct clinux_endpoint *endpoint) {
    union any_address address;
    socklen_t length = sizeof address;
    if (getpeername(fd, &address.plain, &length) < 0)
        return -errno;
    return from_kernel(&address, endpoint);
}

long clinux_socket_send(int fd, const void *bytes, size_t count) {
    return clinux_result(send(fd, bytes, count, MSG_NOSIGNAL));
}

int clinux_udp_socket(int version) {
    int family = version == 4 ? AF_INET : AF_INET6;
    return (int)clinux_result(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int clinux_udp_connect(int fd, const struct clinux_endpoint *endpoint) {
    return clinux_tcp_connect(fd, endpoint);
}

int clinux_udp_bind(int fd, const struct clinux_endpoint *endpoint) {
    union any_address address;
    socklen_t length = to_kernel(endpoint, &address);
    return (int)clinux_result(bind(fd, &address.plain, length));
}

long clinux_udp_send(int fd, const void *bytes, size_t count) {
    return clinux_result(send(fd, bytes, count, MSG_NOSIGNAL));
}

long clinux_udp_send_to(int fd, const void *bytes, size_t count,
                        const struct clinux_endpoint *endpoint) {
    union any_address address;
    socklen_t length = to_kernel(endpoint, &address);
    return clinux_result(sendto(fd, bytes, count, MSG_NOSIGNAL, &address.plain, length));
}

long clinux_udp_receive(int fd, void *bytes, size_t capacity, struct clinux_endpoint *sender) {
    union any_address address;
    socklen_t length = sizeof address;
    long count = clinux_result(recvfrom(fd, bytes, capacity, 0, &address.plain, &length));
    if (count >= 0 && sender) {
        int result = from_kernel(&address, sender);
        if (result < 0)
            return result;
    }
    return count;
}
