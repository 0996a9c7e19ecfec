/// Shows a process a wall clock that is wrong by what the harness says; preloaded by the dynamic
/// linker into processes that a `clock` fault is about.
///
/// Only the wall clock (CLOCK_REALTIME) lies. Waits until an instant of that clock are moved back
/// to true time, so that a process with a wrong clock still waits as long as it means to. Programs
/// that do not use the C library for the time (static ones, Go's) are not reached: the count of
/// wrong readings, which is the fault's proof, stays zero.
#include "commy_clock.h"

#include "lockstep.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BILLION = 1000000000 };

/// Shared with the harness; NULL where there is none, and then every clock is true.
static struct commy_clock_page *page;

__attribute__((constructor)) static void map_page(void) {
    const char *path = getenv(COMMY_CLOCK_VARIABLE);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *memory =
        mmap(NULL, sizeof(struct commy_clock_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        page = memory;
}

static int64_t true_time(clockid_t clock) {
    struct timespec time;
    syscall(SYS_clock_gettime, clock, &time);
    return time.tv_sec * (int64_t)BILLION + time.tv_nsec;
}

/// How far the wall clock is off now.
static int64_t error_now(void) {
    if (!page)
        return 0;
    int64_t current = __atomic_load_n(&page->current, __ATOMIC_ACQUIRE);
    const struct commy_clock_setting *setting = &page->settings[current & 1];
    if (setting->offset == 0 && setting->drift == 0)
        return 0;
    int64_t age = true_time(CLOCK_MONOTONIC) - setting->since;
    return setting->offset + (int64_t)((double)age * (double)setting->drift / BILLION);
}

static void shift(struct timespec *time, int64_t nanoseconds) {
    int64_t sum = time->tv_sec * (int64_t)BILLION + time->tv_nsec + nanoseconds;
    time->tv_sec = sum / BILLION;
    time->tv_nsec = sum % BILLION;
    if (time->tv_nsec < 0) {
        time->tv_nsec += BILLION;
        time->tv_sec--;
    }
}

/// A reading for the program: counted when it is wrong.
static void show(struct timespec *time) {
    int64_t error = error_now();
    if (error == 0)
        return;
    shift(time, error);
    __atomic_fetch_add(&page->wrong_readings, 1, __ATOMIC_RELAXED);
}

/// An instant of the program's wall clock, as an instant of the true one.
static struct timespec true_instant(const struct timespec *instant) {
    struct timespec result = *instant;
    shift(&result, -error_now());
    return result;
}

static int read_clock(clockid_t clock, struct timespec *time, const char *call,
                      const void *caller) {
    if (commy_answer_reading(clock, time, caller))
        return 0;
    commy_note_reading(clock, call, caller);
    // The vDSO, by way of the C library's own function; the system call before that is found.
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real ? real(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        show(time);
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    return read_clock(clock, time, "clock_gettime", CALLER);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    read_clock(CLOCK_REALTIME, &now, "gettimeofday", CALLER);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    read_clock(CLOCK_REALTIME, &now, "time", CALLER);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    if (base != TIME_UTC)
        return 0;
    return read_clock(CLOCK_REALTIME, now, "timespec_get", CALLER) == 0 ? base : 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    REAL(pthread_cond_timedwait);
    // Bit 1 of __wrefs: the condition was made for CLOCK_MONOTONIC (glibc 2.25 and newer, whose
    // layout is fixed by PTHREAD_COND_INITIALIZER).
    if (condition->__data.__wrefs & 2)
        return real(condition, mutex, until);
    struct timespec instant = true_instant(until);
    return real(condition, mutex, &instant);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict until) {
    REAL(pthread_mutex_timedlock);
    struct timespec instant = true_instant(until);
    return real(mutex, &instant);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    REAL(sem_timedwait);
    struct timespec instant = true_instant(until);
    return real(semaphore, &instant);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *rest) {
    REAL(clock_nanosleep);
    commy_note_wait("clock_nanosleep", CALLER);
    if (clock != CLOCK_REALTIME || !(flags & TIMER_ABSTIME))
        return real(clock, flags, time, rest);
    struct timespec instant = true_instant(time);
    return real(clock, flags, &instant, rest);
}
