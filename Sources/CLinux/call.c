#include "clinux.h"

#include <poll.h>
#include <sched.h>
#include <sys/resource.h>

int clinux_wait_readable(int fd, int milliseconds) {
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int count;
    do
        count = poll(&watched, 1, milliseconds);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
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
