/// Scarcity on demand: file descriptors, memory and disk that run out.
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

/// Limits that are lowered at one time; a session with more processes keeps the rest.
#define LOWERED_LIMIT 1024

/// Descriptors of one process that are looked at; one with more cannot be run out of them.
#define FILE_LIMIT 65536

struct lowered {
    int pid;
    int resource;
    struct rlimit old;
};

static struct lowered lowered[LOWERED_LIMIT];
static int lowered_count;

struct lowering {
    int resource;
    uint64_t headroom;
    int error;
};

static int ascending(const void *left, const void *right) {
    return *(const int *)left - *(const int *)right;
}

/// The soft limit below which just `headroom` numbers are free: new descriptors get the lowest free
/// number, which must be below the limit.
static int file_limit(int pid, uint64_t headroom, uint64_t *limit) {
    static int numbers[FILE_LIMIT];
    int count = count_files(pid, numbers, FILE_LIMIT);
    if (count < 0)
        return count;
    if (count > FILE_LIMIT)
        return -E2BIG;
    qsort(numbers, (size_t)count, sizeof numbers[0], ascending);
    uint64_t free_numbers = 0, next = 0;
    for (int i = 0; i < count; i++) {
        uint64_t gap = (uint64_t)numbers[i] - next;
        if (free_numbers + gap >= headroom && gap > 0)
            break;
        free_numbers += gap;
        next = (uint64_t)numbers[i] + 1;
    }
    *limit = next + (headroom - free_numbers);
    return 0;
}

static int lower(int pid, const struct process_stat *stat, void *data) {
    struct lowering *lowering = data;
    if (lowered_count == LOWERED_LIMIT) {
        lowering->error = E2BIG;
        return 0;
    }
    struct rlimit old, new;
    uint64_t limit = stat->virtual_bytes + lowering->headroom;
    int error =
        lowering->resource == RLIMIT_NOFILE ? file_limit(pid, lowering->headroom, &limit) : 0;
    if (error < 0 || prlimit(pid, (__rlimit_resource_t)lowering->resource, NULL, &old) < 0) {
        lowering->error = error < 0 ? -error : errno;
        return 0;
    }
    // Only the soft limit: the hard one could not be raised again in every kernel's eyes.
    new = (struct rlimit){.rlim_cur = limit, .rlim_max = old.rlim_max};
    if (limit >= old.rlim_cur)
        return 0;
    if (prlimit(pid, (__rlimit_resource_t)lowering->resource, &new, NULL) < 0) {
        lowering->error = errno;
        return 0;
    }
    lowered[lowered_count++] =
        (struct lowered){.pid = pid, .resource = lowering->resource, .old = old};
    return 1;
}

void lower_limits(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    struct lowering lowering = {.resource = request->number ? RLIMIT_AS : RLIMIT_NOFILE,
                                .headroom = request->limits[0]};
    int hit = has_own_proc ? each_of_session(request->pid, lower, &lowering) : -ENOTSUP;
    done.number = hit < 0 ? 0 : hit;
    done.error = hit < 0 ? -hit : (hit == 0 ? lowering.error : 0);
    answer(&done, NULL, NULL, 0);
}

/// A process that has ended since has taken its limit with it.
void restore_limits(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    int resource = request->number ? RLIMIT_AS : RLIMIT_NOFILE, kept = 0;
    // Backwards, so that a process whose limit was lowered twice gets its first one back.
    for (int i = lowered_count - 1; i >= 0; i--) {
        if (lowered[i].resource != resource)
            continue;
        struct rlimit now;
        __rlimit_resource_t kind = (__rlimit_resource_t)resource;
        if (prlimit(lowered[i].pid, kind, &lowered[i].old, NULL) < 0) {
            if (errno != ESRCH)
                done.error = errno;
            continue;
        }
        if (prlimit(lowered[i].pid, kind, NULL, &now) == 0 &&
            now.rlim_cur == lowered[i].old.rlim_cur)
            done.number++;
    }
    for (int i = 0; i < lowered_count; i++)
        if (lowered[i].resource != resource)
            lowered[kept++] = lowered[i];
    lowered_count = kept;
    answer(&done, NULL, NULL, 0);
}

/// Gives the file system in memory at `place` the size of what is in it plus `left` bytes;
/// UINT64_MAX takes that back. Whoever writes meanwhile makes the size too small, which the kernel
/// refuses (EINVAL): the next look counts it in.
static int resize(const char *place, uint64_t left) {
    enum { attempts = 100 };
    for (int attempt = 1;; attempt++) {
        char options[64] = "size=50%";
        if (left != UINT64_MAX) {
            struct statvfs space;
            if (statvfs(place, &space) < 0)
                return -errno;
            uint64_t used = (space.f_blocks - space.f_bfree) * space.f_frsize;
            // A size of 0 means no limit at all.
            uint64_t size = used + left < space.f_frsize ? space.f_frsize : used + left;
            snprintf(options, sizeof options, "size=%llu", (unsigned long long)size);
        }
        if (mount("tmpfs", place, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, options) == 0)
            return 0;
        if (errno != EINVAL || attempt == attempts)
            return -errno;
    }
}

/// Resizes every file system in memory that this host may write to by `limits[0]`. Answers how many
/// of them are so now.
void set_disk(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    uint64_t left = request->limits[0];
    for (int i = 0; i < covered_count; i++) {
        struct statvfs space;
        int error = resize(covered[i], left);
        if (error < 0) {
            done.error = -error;
            continue;
        }
        if (statvfs(covered[i], &space) < 0)
            continue;
        uint64_t free_bytes = space.f_bavail * space.f_frsize;
        if (left == UINT64_MAX ? free_bytes > 0 : free_bytes <= left + space.f_frsize)
            done.number++;
    }
    answer(&done, NULL, NULL, 0);
}
