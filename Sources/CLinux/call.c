#include "clinux.h"

#include <sys/syscall.h>

#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/resource.h>

static int clinux_wait(int fd, short events, int milliseconds) {
    struct pollfd watched = {.fd = fd, .events = events};
    int count;
    do
        count = poll(&watched, 1, milliseconds);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int clinux_wait_readable(int fd, int milliseconds) {
    return clinux_wait(fd, POLLIN, milliseconds);
}

int clinux_wait_writable(int fd, int milliseconds) {
    return clinux_wait(fd, POLLOUT, milliseconds);
}

int clinux_lock(int fd, bool waits) {
    return (int)clinux_result(flock(fd, LOCK_EX | (waits ? 0 : LOCK_NB)));
}

int clinux_pipe(int *ends, int flags) {
    return (int)clinux_result(pipe2(ends, flags | O_CLOEXEC));
}

void clinux_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void clinux_prefer_process(int pid) {
    struct sched_param lowest = {.sched_priority = 1};
    // Refused to all but root, whose measurements are then the sharper ones.
    sched_setscheduler(pid, SCHED_RR, &lowest);
}

int clinux_idle_thread(void) {
    struct sched_param none = {.sched_priority = 0};
    return (int)clinux_result(sched_setscheduler(0, SCHED_IDLE, &none));
}

void clinux_linger(void) {
    for (int i = 0; i < 2000; i++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#else
        __asm__ volatile("" ::: "memory");
#endif
    }
}

void clinux_pin_thread(int processor) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((unsigned)processor, &only);
    sched_setaffinity(0, sizeof only, &only);
}

void clinux_prefer_thread(void) {
    struct sched_param lowest = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_RR, &lowest) == 0)
        return;
    // The caller lives with either failure: the report says how late the thread was.
    setpriority(PRIO_PROCESS, 0, -10);
}

const char *clinux_error_text(int number) {
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown error";
}

const char *clinux_error_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "E?";
}

void clinux_unpin_thread(void) {
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
}

int clinux_current_processor(void) {
    return sched_getcpu();
}

bool clinux_may_use_processor(int processor) {
    cpu_set_t usable;
    return processor >= 0 && processor < CPU_SETSIZE &&
           sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_ISSET(processor, &usable);
}

const char *clinux_network_call(long number) {
    switch (number) {
    case SYS_read: return "read";
    case SYS_write: return "write";
    case SYS_readv: return "readv";
    case SYS_writev: return "writev";
    case SYS_connect: return "connect";
    case SYS_accept: return "accept";
    case SYS_accept4: return "accept4";
    case SYS_sendto: return "sendto";
    case SYS_sendmsg: return "sendmsg";
    case SYS_sendmmsg: return "sendmmsg";
    case SYS_recvfrom: return "recvfrom";
    case SYS_recvmsg: return "recvmsg";
    case SYS_recvmmsg: return "recvmmsg";
    default: return NULL;
    }
}

void clinux_ask_for_slices(uint64_t nanoseconds) {
    // struct sched_attr of sched_setattr(2), which glibc does not declare everywhere.
    struct {
        uint32_t size;
        uint32_t policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) < 0 ||
        (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_IDLE))
        return;
    attributes.size = sizeof attributes;
    attributes.runtime = nanoseconds;
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}
