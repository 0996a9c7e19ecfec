/// The TCP connections of this host's kernel, by sock_diag(7): who listens, and how all are taken
/// away as a loss of power does. What the kernel would say to the other side is the fabric's to
/// drop.
#include "init.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/// Connections that one round can end; a host with more needs more rounds.
#define ROUND_LIMIT 4096
#define ROUND_COUNT 64

static struct inet_diag_sockid found[ROUND_LIMIT];

struct request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

static int open_diagnosis(void) {
    return (int)clinux_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
}

static int ask(int fd, struct request *request) {
    request->header.nlmsg_len = sizeof *request;
    return (int)clinux_result(send(fd, request, sizeof *request, 0));
}

/// The connections of one address family in these states: how many, or -errno.
static int list(int family, uint32_t states) {
    int fd = open_diagnosis(), count = 0;
    if (fd < 0)
        return fd;
    struct request request = {
        .header = {.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = (uint8_t)family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = states},
    };
    int result = ask(fd, &request);
    while (result >= 0) {
        static _Alignas(struct nlmsghdr) char answer[32768];
        ssize_t length = recv(fd, answer, sizeof answer, 0);
        if (length < 0) {
            result = -errno;
            break;
        }
        int is_over = length == 0;
        struct nlmsghdr *header = (struct nlmsghdr *)answer;
        for (; NLMSG_OK(header, (uint32_t)length); header = NLMSG_NEXT(header, length)) {
            if (header->nlmsg_type == NLMSG_DONE)
                is_over = 1;
            if (header->nlmsg_type == NLMSG_ERROR) {
                result = ((struct nlmsgerr *)NLMSG_DATA(header))->error;
                is_over = 1;
            }
            if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && count < ROUND_LIMIT)
                found[count++] = ((struct inet_diag_msg *)NLMSG_DATA(header))->id;
        }
        if (is_over)
            break;
    }
    close(fd);
    return result < 0 ? result : count;
}

/// 0, or -errno; -ENOENT when it was gone already.
static int destroy(int fd, int family, const struct inet_diag_sockid *id) {
    struct request request = {
        .header = {.nlmsg_type = SOCK_DESTROY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .body = {.sdiag_family = (uint8_t)family, .sdiag_protocol = IPPROTO_TCP, .id = *id},
    };
    int result = ask(fd, &request);
    if (result < 0)
        return result;
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char request[512];
    } answer;
    ssize_t length = recv(fd, &answer, sizeof answer, 0);
    if (length < (ssize_t)(sizeof answer.header + sizeof answer.error.error))
        return length < 0 ? -errno : -EBADMSG;
    return answer.error.error;
}

static int destroy_all(int family, int *destroyed) {
    for (int round = 0; round < ROUND_COUNT; round++) {
        int count = list(family, UINT32_MAX);
        if (count <= 0)
            return count;
        int fd = open_diagnosis();
        if (fd < 0)
            return fd;
        for (int i = 0; i < count; i++) {
            int result = destroy(fd, family, &found[i]);
            if (result < 0 && result != -ENOENT) {
                close(fd);
                return result;
            }
            *destroyed += result == 0;
        }
        close(fd);
    }
    return 0;
}

static int listens(int family, int port) {
    int count = list(family, 1U << TCP_LISTEN);
    for (int i = 0; i < count; i++)
        if (ntohs(found[i].idiag_sport) == port)
            return 1;
    return count < 0 ? count : 0;
}

void answer_listening(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    int result = listens(AF_INET6, request->number);
    if (result <= 0)
        result = listens(AF_INET, request->number);
    done.number = result > 0;
    done.error = result < 0 ? -result : 0;
    answer(&done, NULL, NULL, 0);
}

void disconnect(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    int result = destroy_all(AF_INET, &done.number);
    if (result >= 0)
        result = destroy_all(AF_INET6, &done.number);
    done.error = result < 0 ? -result : 0;
    answer(&done, NULL, NULL, 0);
}
