#include "callocations.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

// glibc's own names of the functions that are replaced here.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static __thread uint64_t own, apart;
/// The addresses of the set-apart library; empty at first. Written once, by one thread.
static uintptr_t first, end;

uint64_t callocations_of_this_thread(void) {
    return own;
}

uint64_t callocations_set_apart(void) {
    return apart;
}

static int note_library(struct dl_phdr_info *library, size_t size, void *name) {
    (void)size;
    if (!strstr(library->dlpi_name, name))
        return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        first = library->dlpi_addr + part->p_vaddr;
        end = first + part->p_memsz;
        return 1;
    }
    return 0;
}

int callocations_set_library_apart(const char *name) {
    return dl_iterate_phdr(note_library, (void *)name);
}

static void count(const void *caller) {
    if ((uintptr_t)caller >= first && (uintptr_t)caller < end)
        apart++;
    else
        own++;
}

void *malloc(size_t size) {
    count(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count(__builtin_return_address(0));
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    *memory = __libc_memalign(alignment, size);
    // ENOMEM
    return *memory ? 0 : 12;
}
