/// Waits that end by the machine's clock: a breach in a lockstep program's turn. Nothing else of
/// them changes.
#include "lockstep.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <unistd.h>

int nanosleep(const struct timespec *time, struct timespec *rest) {
    REAL(nanosleep);
    commy_note_wait("nanosleep", CALLER);
    return real(time, rest);
}

int usleep(useconds_t microseconds) {
    REAL(usleep);
    commy_note_wait("usleep", CALLER);
    return real(microseconds);
}

unsigned sleep(unsigned seconds) {
    REAL(sleep);
    commy_note_wait("sleep", CALLER);
    return real(seconds);
}

int poll(struct pollfd *list, nfds_t count, int milliseconds) {
    REAL(poll);
    if (milliseconds > 0)
        commy_note_wait("poll", CALLER);
    return real(list, count, milliseconds);
}

int ppoll(struct pollfd *list, nfds_t count, const struct timespec *time, const sigset_t *mask) {
    REAL(ppoll);
    if (time && (time->tv_sec || time->tv_nsec))
        commy_note_wait("ppoll", CALLER);
    return real(list, count, time, mask);
}

int select(int count, fd_set *readable, fd_set *writable, fd_set *other, struct timeval *time) {
    REAL(select);
    if (time && (time->tv_sec || time->tv_usec))
        commy_note_wait("select", CALLER);
    return real(count, readable, writable, other, time);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int milliseconds) {
    REAL(epoll_wait);
    if (milliseconds > 0)
        commy_note_wait("epoll_wait", CALLER);
    return real(fd, events, count, milliseconds);
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int milliseconds,
                const sigset_t *mask) {
    REAL(epoll_pwait);
    if (milliseconds > 0)
        commy_note_wait("epoll_pwait", CALLER);
    return real(fd, events, count, milliseconds, mask);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old) {
    REAL(timerfd_settime);
    if (value && (value->it_value.tv_sec || value->it_value.tv_nsec))
        commy_note_wait("timerfd_settime", CALLER);
    return real(fd, flags, value, old);
}
