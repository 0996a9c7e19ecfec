/// Notices a lockstep program that reads a clock of its own while it has its turn.
///
/// Time stands still while a lockstep program runs, and its page says what it is; what any other
/// clock says differs from run to run. The harness names whoever looked (Scenarios/LOCKSTEP.md).
/// Programs that do not use the C library for the time (static ones, Go's) are not noticed.
#include "commy_clock.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/// The words of the control page that this needs; LockstepLayout.swift has all of them.
enum {
    PAGE_BYTES = 65536,
    STATE = 8,
    BREACH_COUNT = 64,
    BREACH_CLOCK = 72,
    BREACH_ADDRESS = 80,
    BREACH_MODULE = 128,
    BREACH_MODULE_BYTES = 256,
    GRANTED = 2,
};

static char *page;

__attribute__((constructor)) static void map_lockstep_page(void) {
    const char *path = getenv("COMMY_LOCKSTEP");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        page = memory;
}

void commy_note_reading(clockid_t clock, const void *caller) {
    if (!page || __atomic_load_n((uint32_t *)(page + STATE), __ATOMIC_ACQUIRE) != GRANTED)
        return;
    if (__atomic_fetch_add((int64_t *)(page + BREACH_COUNT), 1, __ATOMIC_RELAXED) > 0)
        return;
    *(int64_t *)(page + BREACH_CLOCK) = clock;
    Dl_info module;
    if (!dladdr(caller, &module) || !module.dli_fname)
        return;
    *(uint64_t *)(page + BREACH_ADDRESS) =
        (uint64_t)((const char *)caller - (const char *)module.dli_fbase);
    strncpy(page + BREACH_MODULE, module.dli_fname, BREACH_MODULE_BYTES - 1);
}
