/// TCP and UDP sockets, addressed by numeric IP address and port.
#ifndef CLINUX_SOCKET_H
#define CLINUX_SOCKET_H

#include "clinux_call.h"

#endif
