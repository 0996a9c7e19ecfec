/// The page through which the harness sets the wall clock of a process (see clock.c).
///
/// The harness writes the page as a file; every process that has it mapped reads it at each look at
/// its wall clock. The harness fills the slot that is not in use and then switches to it, so a
/// reader never sees half a change.
#ifndef COMMY_CLOCK_H
#define COMMY_CLOCK_H

#include <stdint.h>

struct commy_clock_setting {
    /// The true monotonic time from which the drift counts, in nanoseconds.
    int64_t since;
    /// Added to the true wall clock, in nanoseconds.
    int64_t offset;
    /// Nanoseconds gained (lost, when negative) in each second.
    int64_t drift;
};

struct commy_clock_page {
    /// Which setting holds: 0 or 1.
    int64_t current;
    struct commy_clock_setting settings[2];
    /// How often a process has read a wall clock that was not the true one.
    int64_t wrong_readings;
};

/// The variable that names the page's file.
#define COMMY_CLOCK_VARIABLE "COMMY_WALL_CLOCK"

#endif
