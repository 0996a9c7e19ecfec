/// Starts one process of a host: session, limits, output, identity, and no capability that it was
/// not given.
#include "init.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/// Arguments or variables beyond this do not fit a message anyway.
#define STRING_LIMIT 8192

/// More than the kernel has.
#define CAPABILITY_LIMIT 64

/// Where a start can fail; the harness has a text for each.
enum stage {
    STAGE_FORK = 1,
    STAGE_LIMITS,
    STAGE_DIRECTORY,
    STAGE_OUTPUT,
    STAGE_CAPABILITIES,
    STAGE_USER,
    STAGE_EXEC
};

struct failure {
    int error;
    int stage;
};

static void give_up(int report, int stage, int error) {
    struct failure failure = {.error = error, .stage = stage};
    ssize_t ignored = write(report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

static int set_limits(const struct clinux_message *request) {
    static const int kinds[CLINUX_RLIMITS] = {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_NPROC, RLIMIT_FSIZE,
                                              RLIMIT_CORE};
    for (int i = 0; i < CLINUX_RLIMITS; i++) {
        if (request->limits[i] == UINT64_MAX)
            continue;
        struct rlimit limit = {.rlim_cur = request->limits[i], .rlim_max = request->limits[i]};
        if (setrlimit(kinds[i], &limit) < 0)
            return -errno;
    }
    return 0;
}

/// Reads capability names, separated by commas: how many, or -EINVAL.
static int read_capabilities(char *names, cap_value_t *kept) {
    int count = 0;
    char *save = NULL;
    for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        char full[64];
        snprintf(full, sizeof full, "cap_%s", name);
        if (count == CAPABILITY_LIMIT || cap_from_name(full, &kept[count]) < 0)
            return -EINVAL;
        count++;
    }
    return count;
}

/// No program that the process executes can ever gain more than the named capabilities. Needs a
/// capability itself, so it comes before the change of user.
static int bound_capabilities(const cap_value_t *kept, int count) {
    for (cap_value_t value = 0; value < cap_max_bits(); value++) {
        int keep = 0;
        for (int i = 0; i < count; i++)
            keep |= kept[i] == value;
        if (!keep && cap_drop_bound(value) < 0)
            return -errno;
    }
    return 0;
}

/// Keeps just these capabilities, ambient, so that they survive execve of a plain program.
static int keep_capabilities(const cap_value_t *kept, int count) {
    static const cap_flag_t flags[] = {CAP_PERMITTED, CAP_INHERITABLE, CAP_EFFECTIVE};
    cap_t sets = cap_init();
    if (!sets)
        return -errno;
    for (int set = 0; set < 3 && count > 0; set++)
        cap_set_flag(sets, flags[set], count, kept, CAP_SET);
    cap_reset_ambient();
    int result = cap_set_proc(sets) < 0 ? -errno : 0;
    cap_free(sets);
    for (int i = 0; i < count && result == 0; i++)
        if (cap_set_ambient(kept[i], CAP_SET) < 0)
            result = -errno;
    return result;
}

static int become_user(const struct clinux_message *request) {
    if (request->uid == UINT32_MAX)
        return 0;
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    gid_t group = request->gid;
    if (setgroups(1, &group) < 0)
        return -errno;
    if (setresgid(request->gid, request->gid, request->gid) < 0)
        return -errno;
    if (setresuid(request->uid, request->uid, request->uid) < 0)
        return -errno;
    return 0;
}

static void run_child(const struct clinux_message *request, const char *directory,
                      char *capabilities, char **arguments, char **environment,
                      const int *descriptors, int report) {
    int error;
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0 || dup2(descriptors[0], 1) < 0 || dup2(descriptors[1], 2) < 0)
        give_up(report, STAGE_OUTPUT, errno);
    if ((error = make_directories(directory)) < 0)
        give_up(report, STAGE_DIRECTORY, -error);
    // In the world without user namespaces the process runs as another user than init.
    if (request->uid != UINT32_MAX && chown(directory, request->uid, request->gid) < 0)
        give_up(report, STAGE_DIRECTORY, errno);
    if (chdir(directory) < 0)
        give_up(report, STAGE_DIRECTORY, errno);
    if ((error = set_limits(request)) < 0)
        give_up(report, STAGE_LIMITS, -error);
    cap_value_t kept[CAPABILITY_LIMIT];
    int count = read_capabilities(capabilities, kept);
    if (count < 0)
        give_up(report, STAGE_CAPABILITIES, -count);
    if ((error = bound_capabilities(kept, count)) < 0)
        give_up(report, STAGE_CAPABILITIES, -error);
    if ((error = become_user(request)) < 0)
        give_up(report, STAGE_USER, -error);
    if ((error = keep_capabilities(kept, count)) < 0)
        give_up(report, STAGE_CAPABILITIES, -error);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    environ = environment;
    execvp(arguments[0], arguments);
    give_up(report, STAGE_EXEC, errno);
}

/// Starts the process and returns its pid, or fills in `failure`.
static pid_t start(const struct clinux_message *request, struct text text, const int *descriptors,
                   struct failure *failure) {
    static char *arguments[STRING_LIMIT + 1], *environment[STRING_LIMIT + 1];
    const char *directory = next_string(&text);
    char *capabilities = next_string(&text);
    *failure = (struct failure){.error = EBADMSG, .stage = STAGE_FORK};
    if (!capabilities || request->argc == 0 || request->argc > STRING_LIMIT ||
        request->envc > STRING_LIMIT)
        return -1;
    for (uint32_t i = 0; i < request->argc; i++)
        arguments[i] = next_string(&text);
    arguments[request->argc] = NULL;
    for (uint32_t i = 0; i < request->envc; i++)
        environment[i] = next_string(&text);
    environment[request->envc] = NULL;
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        failure->error = errno;
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        run_child(request, directory, capabilities, arguments, environment, descriptors, report[1]);
    if (pid < 0)
        failure->error = errno;
    close(report[1]);
    // Ends without a word when execve has closed the pipe.
    if (pid > 0 && read(report[0], failure, sizeof *failure) != sizeof *failure)
        *failure = (struct failure){0};
    close(report[0]);
    return pid;
}

void spawn(const struct clinux_message *request, struct text text, const int *descriptors) {
    struct failure failure;
    pid_t pid = start(request, text, descriptors, &failure);
    struct clinux_message spawned = {.kind = CLINUX_SPAWNED,
                                     .id = request->id,
                                     .pid = pid,
                                     .error = failure.error,
                                     .number = failure.stage};
    int pidfd = failure.error ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    answer(&spawned, NULL, &pidfd, pidfd >= 0);
    if (pidfd >= 0)
        close(pidfd);
}
