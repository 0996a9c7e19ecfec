#include "clinux.h"
#include "clinux_sandbox.h"

#include <dirent.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

int clinux_seqpacket_pair(int *ends) {
    int result = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
    if (result < 0)
        return -errno;
    // Best effort: the default already takes CLINUX_MESSAGE_LIMIT, more avoids blocking on bursts.
    int bytes = 1 << 20;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return 0;
}

int clinux_send_message(int fd, const struct clinux_message *message, const void *text,
                        size_t text_length, const int *descriptors, int descriptor_count) {
    if (descriptor_count > CLINUX_MESSAGE_DESCRIPTORS || text_length > CLINUX_MESSAGE_LIMIT)
        return -EMSGSIZE;
    struct iovec parts[2] = {
        {.iov_base = (void *)message, .iov_len = sizeof *message},
        {.iov_base = (void *)text, .iov_len = text_length},
    };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * CLINUX_MESSAGE_DESCRIPTORS)];
    } control = {0};
    struct msghdr envelope = {.msg_iov = parts, .msg_iovlen = text_length ? 2 : 1};
    if (descriptor_count > 0) {
        envelope.msg_control = control.bytes;
        envelope.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&envelope);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)descriptor_count);
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &envelope, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

long clinux_receive_message(int fd, struct clinux_message *message, void *text, size_t capacity,
                            int *descriptors) {
    struct iovec parts[2] = {
        {.iov_base = message, .iov_len = sizeof *message},
        {.iov_base = text, .iov_len = capacity},
    };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * CLINUX_MESSAGE_DESCRIPTORS)];
    } control;
    struct msghdr envelope = {.msg_iov = parts,
                              .msg_iovlen = 2,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes};
    for (int i = 0; i < CLINUX_MESSAGE_DESCRIPTORS; i++)
        descriptors[i] = -1;
    ssize_t received;
    do
        received = recvmsg(fd, &envelope, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0)
        return -errno;
    if (received == 0)
        return -ECONNRESET;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&envelope); header;
         header = CMSG_NXTHDR(&envelope, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t bytes = header->cmsg_len - CMSG_LEN(0);
        memcpy(descriptors, CMSG_DATA(header), bytes);
    }
    if ((size_t)received < sizeof *message || (envelope.msg_flags & MSG_TRUNC))
        return -EBADMSG;
    return received - (ssize_t)sizeof *message;
}

/// Writes one of the child's id maps. The maps can be written once, by the parent.
static int write_process_file(int pid, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t written = write(fd, text, strlen(text));
    int error = written < 0 ? -errno : 0;
    close(fd);
    return error;
}

static int write_maps(int pid, uint32_t uid, uint32_t gid) {
    char line[64];
    int error = write_process_file(pid, "setgroups", "deny");
    // Absent before Linux 3.19, where the group map needs no denial.
    if (error < 0 && error != -ENOENT)
        return error;
    snprintf(line, sizeof line, "%u %u 1\n", uid, (unsigned)geteuid());
    if ((error = write_process_file(pid, "uid_map", line)) < 0)
        return error;
    snprintf(line, sizeof line, "%u %u 1\n", gid, (unsigned)getegid());
    return write_process_file(pid, "gid_map", line);
}

/// The child's side of clinux_start_init. It shares memory pages with a program of many threads, so
/// it may only make system calls: no malloc, no stdio.
static void become_init(int executable, const char *mode, int control, int gate) {
    char go;
    // The gate opens when the id maps are written; it closes unused when the parent failed.
    if (read(gate, &go, 1) != 1)
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // A session of its own: a Ctrl-C at the terminal is for the harness, which ends its hosts in
    // order.
    setsid();
    // Copies out of the way first: either descriptor may have the other's future number.
    executable = fcntl(executable, F_DUPFD, 10);
    control = fcntl(control, F_DUPFD, 10);
    if (dup2(control, 3) < 0 || dup2(executable, 4) < 0)
        _exit(126);
    fcntl(4, F_SETFD, FD_CLOEXEC);
    syscall(SYS_close_range, 5, ~0U, 0);
    // Inside the new user namespace this process has every capability, but is not its root user, so
    // execve would drop them: hand them on as ambient ones.
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) == 0) {
        for (int i = 0; i < 2; i++)
            sets[i].inheritable = sets[i].permitted;
        syscall(SYS_capset, &header, sets);
        for (int capability = 0; capability < 64; capability++) {
            if (sets[capability / 32].permitted & (1u << (capability % 32)))
                prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        }
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    char *arguments[] = {"commy-init", (char *)mode, NULL};
    char *environment[] = {NULL};
    syscall(SYS_execveat, 4, "", arguments, environment, AT_EMPTY_PATH);
    _exit(126);
}

int clinux_start_init(int executable, const char *mode, int control, int namespaces, uint32_t uid,
                      uint32_t gid, int *pidfd) {
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) < 0)
        return -errno;
    unsigned long flags = SIGCHLD | CLONE_PIDFD;
    if (namespaces)
        flags |= CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC;
    if (namespaces == 1)
        flags |= CLONE_NEWUSER;
    long pid = syscall(SYS_clone, flags, 0, pidfd, 0, 0);
    if (pid == 0) {
        close(gate[1]);
        become_init(executable, mode, control, gate[0]);
    }
    int error = pid < 0 ? -errno : 0;
    close(gate[0]);
    if (error == 0 && namespaces == 1)
        error = write_maps((int)pid, uid, gid);
    if (error == 0 && write(gate[1], "g", 1) != 1)
        error = -errno;
    close(gate[1]);
    if (error == 0)
        return (int)pid;
    if (pid > 0) {
        waitpid((int)pid, NULL, 0);
        close(*pidfd);
    }
    return error;
}

int clinux_pidfd_signal(int pidfd, int number) {
    return (int)clinux_result(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
}

int clinux_collect(int pid, int *status) {
    pid_t collected;
    do
        collected = waitpid(pid, status, WNOHANG);
    while (collected < 0 && errno == EINTR);
    if (collected < 0)
        return -errno;
    return collected == 0 ? -EAGAIN : 0;
}

uint32_t clinux_user(void) {
    return geteuid();
}

uint32_t clinux_group(void) {
    return getegid();
}

uint32_t clinux_sudo_id(const char *variable, uint32_t otherwise) {
    const char *text = getenv(variable);
    if (!text || !*text)
        return otherwise;
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    return *end || value == 0 || value >= UINT32_MAX ? otherwise : (uint32_t)value;
}

int clinux_try_user_namespace(void) {
    long pid = syscall(
        SYS_clone, SIGCHLD | CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID, 0, 0, 0, 0);
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        // Some systems let the namespace be made but strip its capabilities: a mount shows it.
        _exit(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? errno : 0);
    }
    int status;
    if (waitpid((int)pid, &status, 0) < 0)
        return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int clinux_pidfd_process(int pidfd) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    int fd = clinux_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    if (count < 0)
        return -EIO;
    text[count] = 0;
    char *line = strstr(text, "\nPid:");
    int pid = line ? atoi(line + 5) : 0;
    return pid > 0 ? pid : 0;
}
