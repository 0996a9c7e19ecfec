/// Runs a command inside a host that exists: `commy-init enter PID DIRECTORY WORD...`, PID being
/// the host's process 1. What `commy sim shell` starts.
///
/// It joins the host's namespaces and starts the command there as its child, with all the
/// capabilities that the host has, so that debuggers and packet tools work. On a terminal the
/// command becomes the foreground group, so that Ctrl-C is its own; at its end the terminal is as
/// it was. The exit code is the command's, or 128 and the number of the signal that ended it.
#include "init.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

/// The user namespace gives the right to join the others; that of processes counts for children.
static const char *const kinds[] = {"user", "mnt", "net", "uts", "ipc", "pid"};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds, FAILURE = 125, NOT_FOUND = 127 };

static int complain(const char *what) {
    fprintf(stderr, "commy-init: cannot %s: %s\n", what, strerror(errno));
    return FAILURE;
}

static int is_own(int fd, const char *kind) {
    char path[64];
    struct stat own, other;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    return stat(path, &own) == 0 && fstat(fd, &other) == 0 && own.st_ino == other.st_ino;
}

static int join(const char *pid) {
    int descriptors[KIND_COUNT];
    // All are opened before the first is joined: afterwards /proc is another one.
    for (int i = 0; i < KIND_COUNT; i++) {
        char path[96];
        snprintf(path, sizeof path, "/proc/%.20s/ns/%s", pid, kinds[i]);
        descriptors[i] = clinux_open(path, O_RDONLY, 0);
        if (descriptors[i] < 0)
            return -1;
    }
    for (int i = 0; i < KIND_COUNT; i++) {
        if (!is_own(descriptors[i], kinds[i]) && setns(descriptors[i], 0) < 0)
            return -1;
        close(descriptors[i]);
    }
    return 0;
}

/// Every capability that this process has stays through execve, also for a user who is not root.
static void keep_all_capabilities(void) {
    cap_t sets = cap_get_proc();
    if (!sets)
        return;
    for (cap_value_t value = 0; value < cap_max_bits(); value++) {
        cap_flag_value_t has = CAP_CLEAR;
        cap_get_flag(sets, value, CAP_PERMITTED, &has);
        cap_set_flag(sets, CAP_INHERITABLE, 1, &value, has);
    }
    cap_set_proc(sets);
    for (cap_value_t value = 0; value < cap_max_bits(); value++)
        cap_set_ambient(value, CAP_SET);
    cap_free(sets);
}

static void run_command(char **words, const char *directory, int has_terminal,
                        const sigset_t *mask) {
    if (has_terminal) {
        setpgid(0, 0);
        // Its group is not the terminal's yet, so this call would stop it.
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(0, getpid());
        signal(SIGTTOU, SIG_DFL);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (chdir(directory) < 0 && chdir("/") < 0)
        _exit(complain("enter a directory"));
    keep_all_capabilities();
    execvp(words[0], words);
    fprintf(stderr, "commy-init: cannot run '%s': %s\n", words[0], strerror(errno));
    _exit(NOT_FOUND);
}

/// Waits for the command; a signal that ends this program ends the command first.
static int await(pid_t child, const sigset_t *set) {
    for (int status, is_ending = 0;;) {
        struct timespec patience = {.tv_sec = 1};
        int number = is_ending ? sigtimedwait(set, NULL, &patience) : sigwaitinfo(set, NULL);
        if (number < 0 && errno == EAGAIN)
            kill(child, SIGKILL);
        if (number > 0 && number != SIGCHLD && !is_ending) {
            is_ending = 1;
            kill(child, SIGHUP);
            kill(child, SIGCONT);
        }
        pid_t ended = waitpid(child, &status, WNOHANG | WUNTRACED);
        // Nobody could continue a command that has stopped itself.
        if (ended == child && WIFSTOPPED(status))
            kill(child, SIGCONT);
        else if (ended == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

int enter(int count, char **words) {
    // The terminal must be put back also when the harness is killed; the command dies with its
    // host.
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    if (count < 3)
        return FAILURE;
    clinux_unpin_thread();
    struct termios settings;
    int has_terminal = tcgetattr(0, &settings) == 0;
    pid_t foreground = has_terminal ? tcgetpgrp(0) : -1;
    has_terminal = has_terminal && foreground == getpgrp();
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, &before);
    sigemptyset(&before);
    if (join(words[0]) < 0)
        return complain("join the host");
    pid_t child = fork();
    if (child < 0)
        return complain("fork");
    if (child == 0)
        run_command(words + 2, words[1], has_terminal, &before);
    int result = await(child, &set);
    if (has_terminal) {
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(0, foreground);
        tcsetattr(0, TCSADRAIN, &settings);
    }
    return result;
}
