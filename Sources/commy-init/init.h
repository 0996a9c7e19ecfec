/// The parts of commy-init, process 1 of one emulated host: one thread, no state on disk.
#ifndef COMMY_INIT_H
#define COMMY_INIT_H

#include "clinux.h"

/// Where the control socket is: the harness's end closes when the harness dies, whatever killed it.
#define CONTROL 3

/// The private directory of this host, on its own tmpfs: hosts file and scratch directories.
#define HOST_DIRECTORY "/run/commy"

/// Whether /proc shows this host's processes by the pids that they have here.
extern int has_own_proc;

/// Walks the zero-ended strings of a message.
struct text {
    char *next;
    char *end;
};

/// The next string, or NULL at the end of the message.
char *next_string(struct text *text);

/// Gives this host its own view of the file system (see mounts.c): degradation flags, or -errno
/// with `stage`.
/// `timeless`: TCP is set up so that its timers never matter.
int set_up_files(const char *hosts, struct text visible, int timeless, const char **stage);

/// Creates the directory and its parents.
int make_directories(const char *path);

/// The harness asked for a process: answers SPAWNED.
void spawn(const struct clinux_message *request, struct text text, const int *descriptors);

/// What the kernel says about one process.
struct process_stat {
    char state;
    int session;
    /// Processor time in ticks: its own, and that of children that it has collected.
    unsigned long long user, system, children_user, children_system;
    int threads;
    unsigned long long virtual_bytes;
    long long resident_pages;
};

/// The directories of this host that lie in memory and can be written to.
enum { covered_count = 5 };
extern const char *const covered[covered_count];

/// Calls `visit` for each process of a session: the sum of its results, or -errno.
int each_of_session(int leader, int (*visit)(int pid, const struct process_stat *stat, void *data),
                    void *data);

/// How many descriptors a process has, with the first `capacity` numbers; or -errno.
int count_files(int pid, int *numbers, int capacity);

/// Answers what the processes of a session use.
void sample(const struct clinux_message *request);

/// Takes away file descriptors or memory, gives them back, and the same for disk space; each
/// answers DONE with how many processes or file systems it has hit.
void lower_limits(const struct clinux_message *request);
void restore_limits(const struct clinux_message *request);
void set_disk(const struct clinux_message *request);

/// Sends `number` to every process of the session that `leader` leads; returns how many got it.
int signal_session(int leader, int number);

/// Answers the harness; the program ends when the harness is gone.
void answer(const struct clinux_message *message, const char *text, const int *descriptors,
            int count);

/// Answers whether somebody listens on a port.
void answer_listening(const struct clinux_message *request);

/// Takes all TCP connections from this host's kernel.
void disconnect(const struct clinux_message *request);

/// Removes what a killed harness left: the janitor's whole life.
int janitor(void);

/// Keeps processors awake until the harness closes the conversation; 'r' rests, 'w' goes on.
int awake(void);

/// Runs a command inside a host (see enter.c): the exit code. `words`: the pid of its process 1, a
/// directory, then the command.
int enter(int count, char **words);

#endif
