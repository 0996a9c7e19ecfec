/// Keeps the processors from going to sleep while the harness measures: one thread for each spins.
///
/// It is a process and a session of its own, because of how Linux groups threads: SCHED_IDLE counts
/// only among the threads of one group, and a session is a group (autogroup, sched(7)). Threads of
/// the harness took up to half of the time that a scenario's programs were ready for; a group with
/// the least weight takes a seventieth at most, in the shortest slices that there are.
#include "init.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
    /// Beyond it the programs of a scenario do not fill the machine anyway.
    THREAD_LIMIT = 8,
    /// A turn of some 50 us that took this long was interrupted for the slice of another program:
    /// the processor is busy, needs no waking, and is left alone for a while.
    BUSY_TURN_NANOSECONDS = 2000000,
    PAUSE_NANOSECONDS = 100000000,
    /// The least that the kernel allows.
    SLICE_NANOSECONDS = 100000,
};

static atomic_bool is_resting;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *spin(void *processor) {
    clinux_pin_thread((int)(intptr_t)processor);
    // Without the class it would take time from others.
    if (clinux_idle_thread() < 0)
        return NULL;
    clinux_ask_for_slices(SLICE_NANOSECONDS);
    static const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
    for (;;) {
        int64_t before = now();
        if (!is_resting)
            clinux_linger();
        if (is_resting || now() - before > BUSY_TURN_NANOSECONDS)
            nanosleep(&pause, NULL);
    }
}

static void leave_group(void) {
    setsid();
    int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    // A kernel without groups has no such file, and the class alone is enough there.
    ssize_t ignored = write(fd, "19", 2);
    (void)ignored;
    close(fd);
}

int awake(void) {
    leave_group();
    int count = 0;
    for (int processor = 0; processor < CPU_SETSIZE && count < THREAD_LIMIT; processor++) {
        if (!clinux_may_use_processor(processor))
            continue;
        pthread_t thread;
        // A machine that refuses a thread is merely less sharp.
        count += pthread_create(&thread, NULL, spin, (void *)(intptr_t)processor) == 0;
    }
    char order;
    for (ssize_t length; (length = read(CONTROL, &order, 1)) != 0;) {
        if (length < 0 && errno != EINTR)
            break;
        if (length > 0)
            is_resting = order == 'r';
    }
    _exit(0);
}
