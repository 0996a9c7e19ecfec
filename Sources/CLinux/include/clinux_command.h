/// Commands that a program starts for itself and collects itself.
#ifndef CLINUX_COMMAND_H
#define CLINUX_COMMAND_H

#include "clinux_call.h"

/// The most words of one command line.
#define CLINUX_COMMAND_WORDS 4096

/// Starts a command in a process group of its own, with `output` as its standard output, /dev/null
/// as the other two, and every signal as it is by default. `words` are `count` strings one after
/// the other, each ended by a zero byte; the first is searched for in PATH. Returns its process id,
/// with a descriptor of it in `pidfd`, or -errno (-ENOENT: there is no such program).
int clinux_start_command(const char *_Nonnull words, int count, int output, int *_Nonnull pidfd);
/// The same with this program's own standard input, output and error, and in its process group.
int clinux_start_attached(const char *_Nonnull words, int count, int *_Nonnull pidfd);

/// Kills every process of a command's group.
int clinux_kill_group(int pid);

#endif
