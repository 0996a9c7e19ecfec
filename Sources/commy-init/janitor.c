/// Waits for the harness to end and removes what it would have left: unfinished report directories.
///
/// The harness says `+PATH` for each directory it begins and `-PATH` when that is finished; the end
/// of the conversation, by exit or kill -9, is the order to clean. It answers `k`, or `n` when it
/// cannot keep the note.
#include "init.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/// Directories that one harness can have unfinished at a time.
#define PATH_LIMIT 64

static char *paths[PATH_LIMIT];

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

/// Whether the note could be taken; there is always room for the end of a directory.
static int note(const char *line) {
    for (int i = 0; i < PATH_LIMIT; i++) {
        if (line[0] == '+' && !paths[i]) {
            paths[i] = strdup(line + 1);
            return paths[i] != NULL;
        }
        if (line[0] == '-' && paths[i] && strcmp(paths[i], line + 1) == 0) {
            free(paths[i]);
            paths[i] = NULL;
            return 1;
        }
    }
    return line[0] == '-';
}

int janitor(void) {
    // It must outlive the harness, so it takes back the order to die with it.
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    char line[4097];
    for (ssize_t count; (count = read(CONTROL, line, sizeof line - 1)) != 0;) {
        if (count < 0 && errno != EINTR)
            break;
        if (count < 0)
            continue;
        line[count] = 0;
        // A line that fills the buffer was cut: half a path must not be removed.
        int taken = count < (ssize_t)sizeof line - 1 && note(line);
        // An answer, so that the harness knows that the note was taken before it makes the
        // directory.
        ssize_t ignored = write(CONTROL, taken ? "k" : "n", 1);
        (void)ignored;
    }
    for (int i = 0; i < PATH_LIMIT; i++) {
        if (paths[i])
            nftw(paths[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    return 0;
}
