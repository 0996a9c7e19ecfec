/// System calls for Swift: each function returns what the call returns, or -errno.
///
/// Reading errno from Swift after the call can see another call's value, so it never leaves C.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_call.h"
#include "clinux_command.h"
#include "clinux_datagram.h"
#include "clinux_event.h"
#include "clinux_memory.h"
#include "clinux_network.h"
#include "clinux_sandbox.h"
#include "clinux_socket.h"
#include "clinux_unix.h"

#endif
