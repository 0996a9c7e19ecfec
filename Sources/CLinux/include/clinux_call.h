/// Descriptors, time and the bits of libc that every caller needs.
#ifndef CLINUX_CALL_H
#define CLINUX_CALL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline long clinux_result(long value) {
    return value < 0 ? -errno : value;
}

static inline long clinux_read(int fd, void *_Nonnull bytes, size_t count) {
    return clinux_result(read(fd, bytes, count));
}

static inline long clinux_write(int fd, const void *_Nonnull bytes, size_t count) {
    return clinux_result(write(fd, bytes, count));
}

static inline int clinux_close(int fd) {
    return (int)clinux_result(close(fd));
}

static inline int clinux_open(const char *_Nonnull path, int flags, mode_t mode) {
    return (int)clinux_result(open(path, flags | O_CLOEXEC, mode));
}

int clinux_pipe(int *_Nonnull ends, int flags);

static inline int clinux_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -errno;
    return (int)clinux_result(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

/// Nanoseconds of CLOCK_MONOTONIC.
static inline int64_t clinux_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Nanoseconds of CLOCK_REALTIME.
static inline int64_t clinux_realtime(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds`; returns early on a signal.
static inline void clinux_sleep_until(int64_t nanoseconds) {
    struct timespec until = {.tv_sec = nanoseconds / 1000000000,
                             .tv_nsec = nanoseconds % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/// The slack of this thread's timers; 1 makes sleeps end as sharply as the hardware allows.
static inline int clinux_set_timer_slack(unsigned long nanoseconds) {
    return (int)clinux_result(prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0));
}

/// The calling thread's name, cut to 15 bytes.
static inline int clinux_name_thread(const char *_Nonnull name) {
    return (int)clinux_result(prctl(PR_SET_NAME, name, 0, 0, 0));
}

/// Has the kernel put all that was written on the disk (a file), or its names (a folder).
static inline int clinux_sync(int fd) {
    return (int)clinux_result(fsync(fd));
}

/// Sets the permissions of an open file, whatever the process's umask.
static inline int clinux_set_mode(int fd, mode_t mode) {
    return (int)clinux_result(fchmod(fd, mode));
}

/// Gives a file a name, in one step with taking the name from another that has it.
static inline int clinux_rename(const char *_Nonnull from, const char *_Nonnull to) {
    return (int)clinux_result(rename(from, to));
}

/// Takes an open file for this process alone (flock(2)), until it is closed: -EAGAIN when another
/// has it, unless `waits`.
int clinux_lock(int fd, bool waits);

/// Cuts an open file to no bytes.
static inline int clinux_empty(int fd) {
    return (int)clinux_result(ftruncate(fd, 0));
}

static inline int clinux_unlink(const char *_Nonnull path) {
    return (int)clinux_result(unlink(path));
}

static inline int clinux_make_folder(const char *_Nonnull path, mode_t mode) {
    return (int)clinux_result(mkdir(path, mode));
}

/// Whether the caller may open a path for reading and writing.
static inline bool clinux_can_read_write(const char *_Nonnull path) {
    return access(path, R_OK | W_OK) == 0;
}

/// Lets this process open as many files as its hard limit allows; hosts take five each.
void clinux_raise_file_limit(void);

/// The same preference for another process's main thread; only root has it.
void clinux_prefer_process(int pid);

/// Has the calling thread run only when nothing else wants the processor: 0 or -errno.
int clinux_idle_thread(void);

/// Burns a little time (tens of microseconds) without a system call.
void clinux_linger(void);

/// Has the calling thread run before ordinary ones whenever it can: real-time round robin where the
/// caller may (root), else a better nice value, else nothing changes.
void clinux_prefer_thread(void);

/// Keeps the calling thread on one processor; where that is not this process's to use, nothing
/// changes.
void clinux_pin_thread(int processor);

/// Lets the calling thread run on every processor that its process may use.
void clinux_unpin_thread(void);

/// Asks for short slices of the processor, of so many nanoseconds, for the calling thread and those
/// that it starts: it then runs soon after it was woken, also beside programs that compute. Where
/// the kernel does not know this (before Linux 6.12), nothing changes.
void clinux_ask_for_slices(uint64_t nanoseconds);

/// The processor that the calling thread is on now.
int clinux_current_processor(void);

/// Whether the calling thread may run on a processor.
bool clinux_may_use_processor(int processor);

/// The name of a system call by which a program uses a socket, its first argument; NULL for any
/// other number.
const char *_Nullable clinux_network_call(long number);

/// The path of the running executable, without a zero byte: its length, or -errno.
static inline long clinux_own_executable(void *_Nonnull path, size_t capacity) {
    return clinux_result(readlink("/proc/self/exe", path, capacity));
}

/// Waits until one descriptor is readable (or at its end): 1, 0 after `milliseconds`, or -errno.
int clinux_wait_readable(int fd, int milliseconds);

/// The same for room to write (or an error).
int clinux_wait_writable(int fd, int milliseconds);

/// The value of an environment variable, or NULL; it lives as long as nobody sets it.
static inline const char *_Nullable clinux_environment(const char *_Nonnull name) {
    return getenv(name);
}

/// The text of an error number; the buffer belongs to libc and lives as long as the process.
const char *_Nonnull clinux_error_text(int number);

/// The name of an error number, such as EPERM.
const char *_Nonnull clinux_error_name(int number);

#endif
