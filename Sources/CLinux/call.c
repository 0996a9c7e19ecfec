#include "clinux.h"

int clinux_pipe(int *ends, int flags) { return (int)clinux_result(pipe2(ends, flags | O_CLOEXEC)); }

const char *clinux_error_text(int number) {
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown error";
}

const char *clinux_error_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "E?";
}
