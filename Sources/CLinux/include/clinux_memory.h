/// Memory that processes share, and the futexes in it.
#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H

#include "clinux_call.h"
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/// Maps `length` bytes of a file, shared, for reading and writing: the address, or NULL with
/// -errno in `error`.
static inline void *_Nullable clinux_map_shared(int fd, size_t length, int *_Nonnull error) {
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        *error = -errno;
        return NULL;
    }
    *error = 0;
    return memory;
}

static inline int clinux_unmap(void *_Nonnull memory, size_t length) {
    return (int)clinux_result(munmap(memory, length));
}

/// Sleeps while the word has this value, at most `nanoseconds` (negative: for ever). 0 after a
/// wake-up, -EAGAIN when the value was another one, -ETIMEDOUT, -EINTR.
static inline int clinux_futex_wait(const void *_Nonnull word, uint32_t value,
                                    int64_t nanoseconds) {
    struct timespec span = {.tv_sec = nanoseconds / 1000000000,
                            .tv_nsec = nanoseconds % 1000000000};
    return (int)clinux_result(
        syscall(SYS_futex, word, FUTEX_WAIT, value, nanoseconds < 0 ? NULL : &span, NULL, 0));
}

/// Wakes at most `count` that sleep on the word, in whatever process.
static inline int clinux_futex_wake(const void *_Nonnull word, int count) {
    return (int)clinux_result(syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0));
}

#endif
