/// Notices a lockstep program that breaks its contract while it runs: one that reads a clock of its
/// own, waits by one, or uses the network from a second thread or out of its turn.
///
/// Time stands still while a lockstep program runs, and its page says what it is; what any other
/// clock says differs from run to run, and so does the order of two threads. The harness names
/// whoever did it (Scenarios/LOCKSTEP.md). OpenSSL is not named but told the
/// page's time: it looks at the clock in every handshake, and its users cannot keep it from that.
/// Programs that do not use the C library for these calls (static ones, Go's) are not noticed here.
#include "lockstep.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The words of the control page that this needs; LockstepLayout.swift has all of them.
enum {
    PAGE_BYTES = 65536,
    STATE = 8,
    NOW = 16,
    WALL = 24,
    BREACH_COUNT = 64,
    BREACH_KIND = 72,
    BREACH_ADDRESS = 80,
    BREACH_DETAIL = 88,
    NETWORK_THREAD = 96,
    BREACH_MODULE = 128,
    BREACH_MODULE_BYTES = 256,
    BREACH_CALL = 384,
    BREACH_CALL_BYTES = 32,
    PARKED = 1,
    GRANTED = 2,
    BILLION = 1000000000,
};

static char *page;

/// The calling thread, as its host numbers it; 0 until it is asked for.
static __thread int own_thread;

static void forget_thread(void) {
    own_thread = 0;
}

__attribute__((constructor)) static void map_lockstep_page(void) {
    const char *path = getenv("COMMY_LOCKSTEP");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        return;
    pthread_atfork(NULL, NULL, forget_thread);
    page = memory;
}

static uint32_t state(void) {
    return __atomic_load_n((uint32_t *)(page + STATE), __ATOMIC_ACQUIRE);
}

static int this_thread(void) {
    if (!own_thread)
        own_thread = (int)syscall(SYS_gettid);
    return own_thread;
}

/// The first breach stays; the others are only counted.
static void note(enum commy_breach kind, int64_t detail, const char *call, const void *caller) {
    if (__atomic_fetch_add((int64_t *)(page + BREACH_COUNT), 1, __ATOMIC_RELAXED) > 0)
        return;
    *(int64_t *)(page + BREACH_KIND) = kind;
    *(int64_t *)(page + BREACH_DETAIL) = detail;
    strncpy(page + BREACH_CALL, call, BREACH_CALL_BYTES - 1);
    Dl_info module;
    if (!dladdr(caller, &module) || !module.dli_fname)
        return;
    *(uint64_t *)(page + BREACH_ADDRESS) =
        (uint64_t)((const char *)caller - (const char *)module.dli_fbase);
    strncpy(page + BREACH_MODULE, module.dli_fname, BREACH_MODULE_BYTES - 1);
}

static int is_openssl(const void *caller) {
    Dl_info module;
    if (!dladdr(caller, &module) || !module.dli_fname)
        return 0;
    const char *slash = strrchr(module.dli_fname, '/');
    const char *name = slash ? slash + 1 : module.dli_fname;
    return strncmp(name, "libcrypto.so", 12) == 0 || strncmp(name, "libssl.so", 9) == 0;
}

int commy_answer_reading(clockid_t clock, struct timespec *time, const void *caller) {
    if (!page || state() != GRANTED || !is_openssl(caller))
        return 0;
    int64_t now = *(int64_t *)(page + NOW);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now += *(int64_t *)(page + WALL);
    time->tv_sec = now / BILLION;
    time->tv_nsec = now % BILLION;
    if (time->tv_nsec < 0) {
        time->tv_nsec += BILLION;
        time->tv_sec--;
    }
    return 1;
}

void commy_note_reading(clockid_t clock, const char *call, const void *caller) {
    if (page && state() == GRANTED)
        note(COMMY_BREACH_CLOCK, clock, call, caller);
}

void commy_note_wait(const char *call, const void *caller) {
    if (!page || state() != GRANTED)
        return;
    // What other threads wait for is their own business as long as they keep off the network.
    int *network = (int *)(page + NETWORK_THREAD);
    if (this_thread() == __atomic_load_n(network, __ATOMIC_RELAXED) || this_thread() == getpid())
        note(COMMY_BREACH_WAIT, this_thread(), call, caller);
}

static int is_internet_socket(int fd) {
    int family = 0;
    socklen_t length = sizeof family;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 &&
           (family == AF_INET || family == AF_INET6);
}

void commy_note_network(int fd, const char *call, const void *caller) {
    if (!page)
        return;
    uint32_t now = state();
    if (now != PARKED && now != GRANTED)
        return;
    int *network = (int *)(page + NETWORK_THREAD);
    int user = __atomic_load_n(network, __ATOMIC_RELAXED);
    // The usual case costs two loads: the one thread that uses the network, in its turn.
    if (user == this_thread() && now == GRANTED)
        return;
    int error = errno;
    if (is_internet_socket(fd)) {
        if (user == 0)
            __atomic_compare_exchange_n(network, &user, this_thread(), 0, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED);
        if (user != 0 && user != this_thread())
            note(COMMY_BREACH_SECOND_THREAD, this_thread(), call, caller);
        else if (now == PARKED)
            note(COMMY_BREACH_OUT_OF_TURN, this_thread(), call, caller);
    }
    errno = error;
}
