#include "clinux.h"

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

/// Connects a command that nobody talks to.
static int detach(posix_spawn_file_actions_t *actions, int output) {
    int result = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (result == 0)
        result = posix_spawn_file_actions_adddup2(actions, output, 1);
    if (result == 0)
        result = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    return result;
}

/// `output` < 0 leaves the command this program's own descriptors and process group.
static int spawn(char **words, int output, pid_t *pid) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int result = posix_spawnattr_init(&attributes);
    if (result != 0)
        return -result;
    result = posix_spawn_file_actions_init(&actions);
    if (result != 0) {
        posix_spawnattr_destroy(&attributes);
        return -result;
    }
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSCHEDULER;
    posix_spawnattr_setflags(&attributes,
                             (short)(output < 0 ? flags : flags | POSIX_SPAWN_SETPGROUP));
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    // The caller may have a real-time policy; a command of a user must not inherit it.
    struct sched_param ordinary = {.sched_priority = 0};
    posix_spawnattr_setschedpolicy(&attributes, SCHED_OTHER);
    posix_spawnattr_setschedparam(&attributes, &ordinary);
    if (output >= 0)
        result = detach(&actions, output);
    if (result == 0)
        result = posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -result;
}

static int start(const char *words, int count, int output, int *pidfd) {
    if (count < 1 || count > CLINUX_COMMAND_WORDS)
        return -E2BIG;
    char *list[CLINUX_COMMAND_WORDS + 1];
    for (int i = 0; i < count; i++) {
        list[i] = (char *)words;
        words += strlen(words) + 1;
    }
    list[count] = NULL;
    pid_t pid;
    int result = spawn(list, output, &pid);
    if (result < 0)
        return result;
    int fd = (int)clinux_result(syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) {
        kill(output < 0 ? pid : -pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return fd;
    }
    *pidfd = fd;
    return pid;
}

int clinux_start_command(const char *words, int count, int output, int *pidfd) {
    return start(words, count, output, pidfd);
}

int clinux_start_attached(const char *words, int count, int *pidfd) {
    return start(words, count, -1, pidfd);
}

int clinux_kill_group(int pid) {
    return (int)clinux_result(kill(-pid, SIGKILL));
}
