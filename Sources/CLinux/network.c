#include "clinux.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int clinux_tun_open(const char *name, int offload) {
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    if (offload)
        request.ifr_flags |= IFF_VNET_HDR;
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int failed = ioctl(fd, TUNSETIFF, &request) < 0;
    if (!failed && offload)
        failed = ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0;
    if (!failed)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

int clinux_interface_index(const char *name) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int result = ioctl(fd, SIOCGIFINDEX, &request) < 0 ? -errno : request.ifr_ifindex;
    close(fd);
    return result;
}

int clinux_netlink_open(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return -errno;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

int clinux_netlink_request(int fd, const void *request, size_t length) {
    if (send(fd, request, length, 0) < 0)
        return -errno;
    char answer[8192];
    for (;;) {
        ssize_t count = recv(fd, answer, sizeof answer, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        size_t left = (size_t)count;
        for (struct nlmsghdr *header = (struct nlmsghdr *)answer; NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_type == NLMSG_ERROR)
                return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
        }
    }
}

int64_t clinux_netlink_dropped(int fd, int index) {
    struct {
        struct nlmsghdr header;
        struct ifinfomsg body;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST},
        .body = {.ifi_family = AF_UNSPEC, .ifi_index = index},
    };
    if (send(fd, &request, sizeof request, 0) < 0)
        return -errno;
    char answer[16384];
    ssize_t count;
    do
        count = recv(fd, answer, sizeof answer, 0);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return -errno;
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    if (!NLMSG_OK(header, (size_t)count) || header->nlmsg_type != RTM_NEWLINK)
        return -EBADMSG;
    size_t left = IFLA_PAYLOAD(header);
    for (struct rtattr *attribute = IFLA_RTA(NLMSG_DATA(header)); RTA_OK(attribute, left);
         attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type != IFLA_STATS64)
            continue;
        struct rtnl_link_stats64 statistics;
        memcpy(&statistics, RTA_DATA(attribute), sizeof statistics);
        return (int64_t)statistics.tx_dropped;
    }
    return -ENODATA;
}
