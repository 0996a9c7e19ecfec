/// The processes of one session of this host: whom a signal reaches, and what they use.
#include "init.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/// Reads the fields of /proc/PID/stat behind the name, which may hold anything: 0 or -1.
static int read_stat(const char *pid, struct process_stat *stat) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    int fd = clinux_open(path, O_RDONLY, 0);
    if (fd < 0)
        return -1;
    ssize_t count = read(fd, line, sizeof line - 1);
    close(fd);
    if (count <= 0)
        return -1;
    line[count] = 0;
    char *fields = strrchr(line, ')');
    if (!fields)
        return -1;
    int found =
        sscanf(fields,
               ") %c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu %*d %*d %d "
               "%*d %*u %llu %lld",
               &stat->state, &stat->session, &stat->user, &stat->system, &stat->children_user,
               &stat->children_system, &stat->threads, &stat->virtual_bytes, &stat->resident_pages);
    return found == 9 ? 0 : -1;
}

int each_of_session(int leader, int (*visit)(int pid, const struct process_stat *stat, void *data),
                    void *data) {
    DIR *processes = opendir("/proc");
    if (!processes)
        return -errno;
    int members = 0;
    for (struct dirent *entry; (entry = readdir(processes));) {
        struct process_stat stat;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        if (read_stat(entry->d_name, &stat) < 0 || stat.session != leader || stat.state == 'Z')
            continue;
        members += visit(atoi(entry->d_name), &stat, data);
    }
    closedir(processes);
    return members;
}

int count_files(int pid, int *numbers, int capacity) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *files = opendir(path);
    if (!files)
        return -errno;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(files));) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        if (numbers && count < capacity)
            numbers[count] = atoi(entry->d_name);
        count++;
    }
    closedir(files);
    return count;
}

struct delivery {
    int leader;
    int number;
};

static int deliver(int pid, const struct process_stat *stat, void *data) {
    (void)stat;
    const struct delivery *delivery = data;
    // Members of the leader's own group have it already; a second SIGKILL or SIGSTOP changes
    // nothing, but a second SIGTERM could be taken for impatience.
    if (getpgid(pid) != delivery->leader)
        kill(pid, delivery->number);
    return 1;
}

int signal_session(int leader, int number) {
    // Stopping comes to all at once; a process born between two entries is caught by the group
    // signal.
    int count = kill(-leader, number) == 0;
    // Without a /proc of its own, the numbers there are the outside's and mean other processes.
    if (!has_own_proc)
        return count;
    struct delivery delivery = {.leader = leader, .number = number};
    int members = each_of_session(leader, deliver, &delivery);
    return members > count ? members : count;
}

static int add_usage(int pid, const struct process_stat *stat, void *data) {
    struct clinux_message *sum = data;
    long ticks = sysconf(_SC_CLK_TCK);
    unsigned long long used =
        stat->user + stat->system + stat->children_user + stat->children_system;
    sum->cpu_nanoseconds += (int64_t)(used * (1000000000ULL / (unsigned long long)ticks));
    sum->resident_bytes += stat->resident_pages * sysconf(_SC_PAGESIZE);
    sum->status += stat->threads;
    int files = count_files(pid, NULL, 0);
    sum->number += files > 0 ? files : 0;
    return 1;
}

void sample(const struct clinux_message *request) {
    struct clinux_message done = {.kind = CLINUX_DONE, .id = request->id};
    int members = has_own_proc ? each_of_session(request->pid, add_usage, &done) : -ENOTSUP;
    if (members < 0)
        done.error = -members;
    else
        done.pid = members;
    answer(&done, NULL, NULL, 0);
}
