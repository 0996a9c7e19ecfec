/// The host's own view of the file system.
///
/// Everything is the machine's, read-only, except: empty /tmp, /run, /var/tmp, /var/log and
/// /dev/shm in memory, a fresh /proc and /sys, and its own /etc/hosts and /etc/hostname. Paths that
/// lie under a covered directory and must stay visible (the scenario's directory, the programs) are
/// put back where they were.
#include "init.h"

#include <linux/mount.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/// More directories than this are not put back; a scenario needs one or two.
#define VISIBLE_LIMIT 16

const char *const covered[covered_count] = {"/tmp", "/run", "/var/tmp", "/var/log", "/dev/shm"};
int has_own_proc;

int make_directories(const char *path) {
    char copy[4096];
    if (strlen(path) >= sizeof copy)
        return -ENAMETOOLONG;
    strcpy(copy, path);
    for (char *slash = copy + 1;; slash++) {
        slash = strchrnul(slash, '/');
        char end = *slash;
        *slash = 0;
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            return -errno;
        if (!end)
            return 0;
        *slash = end;
    }
}

static int lies_under(const char *path, const char *directory) {
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_covered(const char *path) {
    for (int i = 0; i < covered_count; i++) {
        if (lies_under(path, covered[i]))
            return 1;
    }
    return 0;
}

/// mount_setattr(2): adds the read-only flag to a mount and, when asked, to all below it.
static int make_read_only(const char *path, int recursive) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    unsigned flags = recursive ? AT_RECURSIVE : 0;
    return (int)clinux_result(
        syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes));
}

/// The same for a tree of mounts that is not attached anywhere yet.
static int make_tree_read_only(int tree) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    return (int)clinux_result(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
                                      &attributes, sizeof attributes));
}

/// Hides parts of /proc that a process with the machine's root uid could write to, as container
/// runtimes do.
static void protect_proc(void) {
    static const char *const parts[] = {"/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        // A kernel without one of these has nothing to protect.
        if (mount(parts[i], parts[i], NULL, MS_BIND | MS_REC, NULL) == 0)
            make_read_only(parts[i], 0);
    }
    mount("/dev/null", "/proc/sysrq-trigger", NULL, MS_BIND, NULL);
}

/// Mounts a file with this content over `target`; a target that does not exist is left alone.
static int replace_file(const char *target, const char *source, const char *content) {
    int fd = clinux_open(source, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return fd;
    size_t length = strlen(content);
    ssize_t written = write(fd, content, length);
    close(fd);
    if (written != (ssize_t)length)
        return -EIO;
    if (mount(source, target, NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
        return 0;
    return -errno;
}

/// Lets unprivileged processes of this host send ICMP echo requests (ping(8) without capabilities).
static void allow_ping(void) {
    char own[32];
    snprintf(own, sizeof own, "%u %u", (unsigned)getegid(), (unsigned)getegid());
    // Every group; in a user namespace only those that exist there can be named.
    const char *ranges[] = {"0 2147483647", own};
    int fd = clinux_open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY, 0);
    if (fd < 0)
        return;
    // Both are refused where the kernel is older; ping then needs net_raw.
    for (int i = 0; i < 2; i++)
        if (write(fd, ranges[i], strlen(ranges[i])) > 0)
            break;
    close(fd);
}

/// What this host's TCP sends is to follow from what it gets, not from when: no probing, no pacing,
/// nothing remembered, no delay of small or large packets. Buffers are large, so that they are
/// seldom the limit.
static int make_timeless(const char **stage) {
    static const char *const settings[][2] = {
        {"ipv4/tcp_congestion_control", "reno"},
        {"ipv4/tcp_slow_start_after_idle", "0"},
        {"ipv4/tcp_early_retrans", "0"},
        {"ipv4/tcp_recovery", "0"},
        // Where a SYN is held, the kernel sends it again by real time. Only the echo of the first
        // one's timestamp tells it that this was needless; without, the connection begins with a
        // window of one segment and a timeout of 3 s (tcp_init_transfer, tcp_init_metrics).
        {"ipv4/tcp_timestamps", "1"},
        {"ipv4/tcp_no_metrics_save", "1"},
        {"ipv4/tcp_syn_retries", "127"},
        {"ipv4/tcp_synack_retries", "255"},
        {"ipv4/tcp_retries2", "255"},
        {"ipv4/tcp_orphan_retries", "255"},
        {"ipv4/tcp_moderate_rcvbuf", "0"},
        {"ipv4/tcp_autocorking", "0"},
        {"ipv4/tcp_mtu_probing", "0"},
        {"ipv4/tcp_keepalive_time", "32767"},
        {"ipv4/tcp_rmem", "4096 8388608 8388608"},
        {"ipv4/tcp_wmem", "4096 8388608 8388608"},
        // A minute of real time is hours of a run: without these a client would run out of ports.
        // The closed half of a connection then waits for the other half as long as that takes.
        {"ipv4/tcp_max_tw_buckets", "0"},
        {"ipv4/tcp_fin_timeout", "1000000"},
        // What a kernel says to strangers is otherwise limited to so much per real second.
        {"ipv4/icmp_ratemask", "0"},
        {"ipv4/icmp_ratelimit", "0"},
        {"ipv4/tcp_invalid_ratelimit", "0"},
        {"ipv4/tcp_challenge_ack_limit", "2147483647"},
        {"ipv6/icmp/ratelimit", "0"},
        {"ipv6/icmp/ratemask", "0"},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char path[96];
        snprintf(path, sizeof path, "/proc/sys/net/%s", settings[i][0]);
        *stage = settings[i][0];
        int fd = clinux_open(path, O_WRONLY, 0);
        // A setting that this kernel does not have does no harm either.
        if (fd == -ENOENT)
            continue;
        if (fd < 0)
            return fd;
        long written = clinux_write(fd, settings[i][1], strlen(settings[i][1]));
        close(fd);
        if (written < 0)
            return (int)written;
    }
    return 0;
}

int set_up_files(const char *hosts, struct text visible, int timeless, const char **stage) {
    int degraded = 0, trees[VISIBLE_LIMIT], tree_count = 0;
    const char *paths[VISIBLE_LIMIT];
    *stage = "make mounts private";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    for (char *path; (path = next_string(&visible));) {
        if (!is_covered(path))
            continue;
        *stage = "keep more than 16 directories visible";
        if (tree_count == VISIBLE_LIMIT)
            return -E2BIG;
        *stage = path;
        int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path,
                                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (tree < 0)
            return -errno;
        if (make_tree_read_only(tree) < 0)
            degraded |= CLINUX_NO_READ_ONLY;
        trees[tree_count] = tree;
        paths[tree_count++] = path;
    }
    if (make_read_only("/", 1) < 0)
        degraded |= CLINUX_NO_READ_ONLY;
    for (int i = 0; i < covered_count; i++) {
        *stage = covered[i];
        // A machine without, say, /var/log has nothing to cover.
        if (mount("tmpfs", covered[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0 &&
            errno != ENOENT)
            return -errno;
    }
    for (int i = 0; i < tree_count; i++) {
        *stage = paths[i];
        int error = make_directories(paths[i]);
        if (error < 0)
            return error;
        if (syscall(SYS_move_mount, trees[i], "", AT_FDCWD, paths[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
            return -errno;
        close(trees[i]);
    }
    *stage = "make " HOST_DIRECTORY;
    int error = make_directories(HOST_DIRECTORY);
    if (error < 0)
        return error;
    *stage = "write /etc/hosts";
    if ((error = replace_file("/etc/hosts", HOST_DIRECTORY "/hosts", hosts)) < 0)
        return error;
    char name[256] = {0};
    gethostname(name, sizeof name - 2);
    strcat(name, "\n");
    *stage = "write /etc/hostname";
    if ((error = replace_file("/etc/hostname", HOST_DIRECTORY "/hostname", name)) < 0)
        return error;
    has_own_proc = mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
    if (!has_own_proc)
        degraded |= CLINUX_NO_FRESH_PROC;
    if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) < 0)
        degraded |= CLINUX_NO_FRESH_SYS;
    allow_ping();
    if (timeless && (error = make_timeless(stage)) < 0)
        return error;
    protect_proc();
    return degraded;
}
