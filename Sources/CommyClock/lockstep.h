/// What the preloaded library tells the harness about a lockstep program (see lockstep.c).
#ifndef COMMY_LOCKSTEP_H
#define COMMY_LOCKSTEP_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/// LockstepSlot.Breach.Kind has the same numbers.
enum commy_breach {
    COMMY_BREACH_CLOCK = 1,
    COMMY_BREACH_WAIT = 2,
    COMMY_BREACH_SECOND_THREAD = 3,
    COMMY_BREACH_OUT_OF_TURN = 4,
};

/// Fills in the run's own time where `caller` is a library whose looks at the clock nobody can see;
/// 0 for anybody else, who is not to look.
int commy_answer_reading(clockid_t clock, struct timespec *time, const void *caller);

/// A clock was read from `caller` by a call of this name; in a turn that is a breach.
void commy_note_reading(clockid_t clock, const char *call, const void *caller);

/// A wait that ends by the machine's clock has begun.
void commy_note_wait(const char *call, const void *caller);

/// A descriptor, perhaps a socket of the network, was used.
void commy_note_network(int fd, const char *call, const void *caller);

/// Declares `real`, the C library's own function of this name.
#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (!real)                                                                                     \
    real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/// Where the present function was called.
#define CALLER __builtin_return_address(0)

#endif
