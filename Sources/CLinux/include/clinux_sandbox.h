/// What the harness and `commy-init` say to each other, and the calls that start and feed it.
///
/// `commy-init` is process 1 of every emulated host. The two talk over a SOCK_SEQPACKET pair: one
/// message is one struct clinux_message followed by its text (strings, each ended by a zero byte).
/// Descriptors travel beside a message. Both ends are the same build, so the layout needs no
/// version.
#ifndef CLINUX_SANDBOX_H
#define CLINUX_SANDBOX_H

#include "clinux_call.h"

/// The largest message, text included: under the kernel's default limit for one datagram (212,992
/// bytes).
#define CLINUX_MESSAGE_LIMIT 131072
#define CLINUX_MESSAGE_DESCRIPTORS 4
#define CLINUX_RLIMITS 5

enum clinux_message_kind {
    // Harness to init.
    CLINUX_SETUP = 1, ///< text: host name, hosts file, interface name, then visible paths
    CLINUX_SPAWN,     ///< text: directory, capabilities, `argc` arguments, `envc` variables; fds:
                      ///< stdout, stderr
    CLINUX_SIGNAL,    ///< pid, number: to every process of the session
    CLINUX_WRITE,     ///< text: path; then `length` bytes of content; number: how
    CLINUX_SOCKET,    ///< number: address family; flags: socket type. DONE carries it: a socket of
                      ///< this host
    CLINUX_SAMPLE,    ///< pid: a session. DONE: pid (processes), number (open files), status
                      ///< (threads), usage
    CLINUX_LOWER,     ///< pid: a session; number: 0 open files, 1 address space; limits[0]: how
                      ///< much more than now. DONE: number (processes)
    CLINUX_RESTORE,   ///< number: as LOWER. DONE: number (processes)
    CLINUX_DISK,      ///< limits[0]: bytes left, UINT64_MAX as before. DONE: number (file systems)
    CLINUX_DISCONNECT, ///< DONE: number (TCP connections that are gone, without a word)
    CLINUX_LISTENING,  ///< number: a TCP port. DONE: number (1: somebody listens on it)
    // Init to harness.
    CLINUX_READY,   ///< fds: TUN, netlink socket; pid: interface index
    CLINUX_SPAWNED, ///< id; pid; fds: pidfd. On failure error and number (the stage), no fd
    CLINUX_EXITED,  ///< id; status; usage
    CLINUX_DONE,    ///< id: answer to all the others; number: processes signalled
    CLINUX_FAILED,  ///< error; text: what failed during SETUP
};

/// How WRITE treats what is there.
enum clinux_write {
    CLINUX_WRITE_WHOLE = 0,
    CLINUX_WRITE_APPEND = 1,
    CLINUX_WRITE_IN_PLACE = 2, ///< from byte `flags` on; everybody may write to the file
};

enum clinux_setup_flag {
    CLINUX_SETUP_OFFLOAD = 1,  ///< TUN with virtio headers and TSO
    CLINUX_SETUP_TIMELESS = 2, ///< TCP without timers that matter within a run
};

struct clinux_message {
    uint32_t kind;
    uint32_t id;
    int32_t pid;
    int32_t error;
    int32_t number;
    int32_t status;
    uint32_t flags;
    uint32_t argc;
    uint32_t envc;
    /// User and group to run as, or UINT32_MAX to stay.
    uint32_t uid;
    uint32_t gid;
    uint32_t length;
    /// RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_NPROC, RLIMIT_FSIZE, RLIMIT_CORE; UINT64_MAX leaves it.
    uint64_t limits[CLINUX_RLIMITS];
    int64_t cpu_nanoseconds;
    int64_t resident_bytes;
};

/// Degradations of the set-up that do not stop it, in READY's flags.
enum clinux_degraded {
    CLINUX_NO_FRESH_PROC = 1, ///< /proc shows the processes of the outside
    CLINUX_NO_READ_ONLY = 2,  ///< the file system could not be made read-only
    CLINUX_NO_FRESH_SYS = 4,  ///< /sys shows the outside's interfaces
};

/// A connected SOCK_SEQPACKET pair.
int clinux_seqpacket_pair(int *_Nonnull ends);

/// Sends one message with up to CLINUX_MESSAGE_DESCRIPTORS descriptors: 0 or -errno.
int clinux_send_message(int fd, const struct clinux_message *_Nonnull message,
                        const void *_Nullable text, size_t text_length,
                        const int *_Nullable descriptors, int descriptor_count);

/// Receives one message: the text's length, or -errno; -ECONNRESET when the other side is gone.
/// `descriptors` has room for CLINUX_MESSAGE_DESCRIPTORS; unused ones are set to -1.
long clinux_receive_message(int fd, struct clinux_message *_Nonnull message, void *_Nonnull text,
                            size_t capacity, int *_Nonnull descriptors);

/// Starts `commy-init` (an open descriptor of its executable) with `control` as its descriptor 3.
///
/// namespaces: 1 makes user, mount, PID, network, UTS and IPC namespaces; 2 the same without the
/// user namespace (needs root); 0 none (the janitor). With 1, uid and gid are what the caller's own
/// ids look like inside. The child is killed when the calling thread ends. Returns the process id;
/// pidfd gets its descriptor.
int clinux_start_init(int executable, const char *_Nonnull mode, int control, int namespaces,
                      uint32_t uid, uint32_t gid, int *_Nonnull pidfd);

/// The caller's effective ids.
uint32_t clinux_user(void);
uint32_t clinux_group(void);

/// The number in an environment variable that sudo sets, or `otherwise`.
uint32_t clinux_sudo_id(const char *_Nonnull variable, uint32_t otherwise);

/// Whether this process may make a user namespace with a network inside: 0 or -errno.
int clinux_try_user_namespace(void);

/// Signals through a pidfd: 0 or -errno.
int clinux_pidfd_signal(int pidfd, int number);

/// The process's id as the caller's own /proc shows it: positive, 0 when it has ended, or -errno.
int clinux_pidfd_process(int pidfd);

/// Collects a dead child: its wait status, or -errno; -EAGAIN while it lives.
int clinux_collect(int pid, int *_Nonnull status);

#endif
