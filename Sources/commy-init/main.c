/// Process 1 of one emulated host: sets the host up, starts its processes and reaps them.
///
/// It lives as long as the harness: the kernel kills it when the harness's thread ends, and the
/// control socket's end says so too. When process 1 ends, the kernel kills every process of its PID
/// namespace, and with the last process the network, mounts, interfaces and files of the host are
/// gone. Nothing needs to be cleaned up.
#include "init.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

static char message_text[CLINUX_MESSAGE_LIMIT + 1];

char *next_string(struct text *text) {
    if (text->next >= text->end)
        return NULL;
    char *string = text->next;
    text->next += strnlen(string, (size_t)(text->end - string)) + 1;
    return string;
}

void answer(const struct clinux_message *message, const char *text, const int *descriptors,
            int count) {
    size_t length = text ? strlen(text) + 1 : 0;
    if (clinux_send_message(CONTROL, message, text, length, descriptors, count) < 0)
        _exit(0);
}

static void fail(const char *stage, int error) {
    struct clinux_message message = {.kind = CLINUX_FAILED, .error = -error};
    answer(&message, stage, NULL, 0);
    _exit(1);
}

static void set_up(const struct clinux_message *request, struct text text) {
    const char *name = next_string(&text), *hosts = next_string(&text),
               *interface = next_string(&text);
    if (!name || !hosts || !interface)
        fail("read the set-up message", -EBADMSG);
    if (sethostname(name, strlen(name)) < 0)
        fail("sethostname", -errno);
    int tun = clinux_tun_open(interface, request->flags & CLINUX_SETUP_OFFLOAD);
    if (tun < 0)
        fail("open /dev/net/tun", tun);
    int netlink = clinux_netlink_open();
    if (netlink < 0)
        fail("open a netlink socket", netlink);
    int index = clinux_interface_index(interface);
    if (index < 0)
        fail("find the TUN interface", index);
    const char *stage = "set up the file system";
    int degraded = set_up_files(hosts, text, (request->flags & CLINUX_SETUP_TIMELESS) != 0, &stage);
    if (degraded < 0)
        fail(stage, degraded);
    struct clinux_message ready = {.kind = CLINUX_READY, .pid = index, .flags = (uint32_t)degraded};
    int descriptors[] = {tun, netlink};
    answer(&ready, NULL, descriptors, 2);
    close(tun);
    close(netlink);
}

/// Gives a scratch file and the directories that lead to it to the user of the process.
static void hand_over(char *path, const struct clinux_message *request) {
    static const char top[] = HOST_DIRECTORY "/processes/";
    if (request->uid == UINT32_MAX || strncmp(path, top, sizeof top - 1) != 0)
        return;
    for (char *slash = path + sizeof top - 1;; slash++) {
        slash = strchrnul(slash, '/');
        char end = *slash;
        *slash = 0;
        // What cannot be handed over stays readable for everybody.
        int ignored = chown(path, request->uid, request->gid);
        (void)ignored;
        if (!end)
            return;
        *slash = end;
    }
}

static void write_file(const struct clinux_message *request, struct text text) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    char *path = next_string(&text);
    char *slash = path ? strrchr(path, '/') : NULL;
    if (!slash || text.end - text.next != (long)request->length) {
        done.error = EBADMSG;
    } else {
        *slash = 0;
        int error = make_directories(path);
        *slash = '/';
        static const int ends[] = {O_TRUNC, O_APPEND, 0};
        int in_place = request->number == CLINUX_WRITE_IN_PLACE;
        int fd = error < 0
                     ? error
                     : clinux_open(path, O_WRONLY | O_CREAT | ends[request->number % 3], 0755);
        if (fd < 0)
            done.error = -fd;
        // Processes that map it write to it too.
        if (fd >= 0 && in_place &&
            (fchmod(fd, 0666) < 0 || lseek(fd, (off_t)request->flags, SEEK_SET) < 0))
            done.error = errno;
        for (char *from = text.next; fd >= 0 && from < text.end;) {
            ssize_t written = write(fd, from, (size_t)(text.end - from));
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0) {
                done.error = errno;
                break;
            }
            from += written;
        }
        if (fd >= 0)
            close(fd);
        hand_over(path, request);
    }
    answer(&done, NULL, NULL, 0);
}

static void deliver_signal(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE,
                                  .id = request->id,
                                  .number = signal_session(request->pid, request->number)};
    answer(&done, NULL, NULL, 0);
}

/// A socket belongs to the network namespace in which it was made, whoever uses it.
static void make_socket(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    int fd = socket(request->number, (int)request->flags | SOCK_CLOEXEC, 0);
    if (fd < 0)
        done.error = errno;
    answer(&done, NULL, &fd, fd >= 0);
    if (fd >= 0)
        close(fd);
}

/// Serves one message; the harness's end is this program's end.
static void serve(void) {
    struct clinux_message message;
    int descriptors[CLINUX_MESSAGE_DESCRIPTORS];
    long length =
        clinux_receive_message(CONTROL, &message, message_text, CLINUX_MESSAGE_LIMIT, descriptors);
    if (length < 0)
        _exit(0);
    message_text[length] = 0;
    struct text text = {message_text, message_text + length};
    switch (message.kind) {
    case CLINUX_SETUP: set_up(&message, text); break;
    case CLINUX_SPAWN: spawn(&message, text, descriptors); break;
    case CLINUX_SIGNAL: deliver_signal(&message); break;
    case CLINUX_WRITE: write_file(&message, text); break;
    case CLINUX_SOCKET: make_socket(&message); break;
    case CLINUX_SAMPLE: sample(&message); break;
    case CLINUX_LOWER: lower_limits(&message); break;
    case CLINUX_RESTORE: restore_limits(&message); break;
    case CLINUX_DISK: set_disk(&message); break;
    case CLINUX_DISCONNECT: disconnect(&message); break;
    case CLINUX_LISTENING: answer_listening(&message); break;
    default: fail("understand a message", -EBADMSG);
    }
    for (int i = 0; i < CLINUX_MESSAGE_DESCRIPTORS; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
}

/// Reaps everything that ended and reports it. The harness knows its own processes by pid and
/// ignores orphans that were adopted.
static void reap(void) {
    int status;
    struct rusage usage;
    for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
        int64_t microseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
        struct clinux_message exited = {
            .kind = CLINUX_EXITED,
            .pid = pid,
            .status = status,
            .cpu_nanoseconds = microseconds * 1000,
            .resident_bytes = usage.ru_maxrss * 1024LL,
        };
        answer(&exited, NULL, NULL, 0);
    }
}

int main(int count, char **arguments) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (count == 2 && strcmp(arguments[1], "janitor") == 0)
        return janitor();
    if (count == 2 && strcmp(arguments[1], "awake") == 0)
        return awake();
    if (count >= 5 && strcmp(arguments[1], "enter") == 0)
        return enter(count - 2, arguments + 2);
    if (count != 2 || strcmp(arguments[1], "host") != 0) {
        static const char help[] = "commy-init is started by commy for each emulated host; "
                                   "run 'commy sim run FILE' instead.\n";
        return write(2, help, sizeof help - 1) < 0 ? 2 : 2;
    }
    umask(022);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct pollfd watched[] = {
        {.fd = CONTROL, .events = POLLIN},
        {.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN},
    };
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (watched[0].revents)
            serve();
        if (watched[1].revents) {
            struct signalfd_siginfo information;
            while (read(watched[1].fd, &information, sizeof information) > 0) {
            }
            reap();
        }
    }
}
