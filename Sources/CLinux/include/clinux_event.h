/// epoll and eventfd.
#ifndef CLINUX_EVENT_H
#define CLINUX_EVENT_H

#include "clinux_call.h"
#include <sys/epoll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

static inline int clinux_epoll_create(void) {
    return (int)clinux_result(epoll_create1(EPOLL_CLOEXEC));
}

/// operation: EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL.
static inline int clinux_epoll_control(int epoll, int operation, int fd, uint32_t events,
                                       uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return (int)clinux_result(epoll_ctl(epoll, operation, fd, &event));
}

/// Waits at most `nanoseconds` (negative: for ever; 0: not at all). Nanosecond resolution needs
/// epoll_pwait2 (Linux 5.11); before it the time is rounded up to milliseconds.
static inline int clinux_epoll_wait(int epoll, struct epoll_event *_Nonnull events, int capacity,
                                    int64_t nanoseconds) {
    if (nanoseconds <= 0)
        return (int)clinux_result(epoll_wait(epoll, events, capacity, nanoseconds < 0 ? -1 : 0));
#ifdef SYS_epoll_pwait2
    struct timespec span = {.tv_sec = nanoseconds / 1000000000,
                            .tv_nsec = nanoseconds % 1000000000};
    long count = syscall(SYS_epoll_pwait2, epoll, events, capacity, &span, NULL, 0);
    if (count >= 0 || errno != ENOSYS)
        return (int)clinux_result(count);
#endif
    return (int)clinux_result(
        epoll_wait(epoll, events, capacity, (int)((nanoseconds + 999999) / 1000000)));
}

static inline uint64_t clinux_event_token(const struct epoll_event *_Nonnull event) {
    return event->data.u64;
}

static inline int clinux_eventfd(void) {
    return (int)clinux_result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/// A descriptor that becomes readable when one of the signals arrives; blocks them for the thread.
static inline int clinux_signalfd(const int *_Nonnull signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++)
        sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    return (int)clinux_result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// The number of the signal read from a signalfd, 0 when there is none, or -errno.
static inline int clinux_signalfd_read(int fd) {
    struct signalfd_siginfo information;
    long count = read(fd, &information, sizeof information);
    if (count < 0)
        return errno == EAGAIN ? 0 : -errno;
    return count == (long)sizeof information ? (int)information.ssi_signo : 0;
}

#endif
