/// Counts what a thread takes from the heap, for tests that say "nothing is allocated here".
///
/// The functions of the C library's heap are replaced by ones that count and pass on.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdint.h>

/// Calls of malloc, calloc, realloc and their kind by the calling thread so far, but for those that
/// code of a set-apart library has made.
uint64_t callocations_of_this_thread(void);

/// Those of the set-apart library.
uint64_t callocations_set_apart(void);

/// Sets a loaded library apart, found by a part of its file name: 1 when it was found.
int callocations_set_library_apart(const char *name);

#endif
