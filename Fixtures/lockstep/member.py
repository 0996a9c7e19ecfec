"""An echo server that takes part in a lockstep run, and programs that break its contract.

member.py echo          an echo server on UDP port 7000
member.py tls FOLDER    the same, after a TLS session with itself each second
member.py HOW [bare]    joins, and at 1 s breaks the contract in this way; `bare` starts itself again
                        without the library that the harness has loaded into it
"""
import ctypes
import os
import socket
import ssl
import sys
import threading
import time

import lockstep

SECOND = 1_000_000_000


def open_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setblocking(False)
    server.bind(("", 7000))
    lockstep.say("listening")
    return server


def answer(server):
    # select.poll would look at the machine's clock, even with a timeout of 0.
    while True:
        try:
            data, peer = server.recvfrom(65536)
        except BlockingIOError:
            return
        server.sendto(data, peer)
        yield


def echo(me):
    server, answered = open_server(), 0
    me.park()
    while True:
        for _ in answer(server):
            answered += 1
            me.worked()
            me.note(f"answered count={answered}")
        me.park()


def draw():
    # Random draws of its own are no breach that can be seen; the trace differs.
    lockstep.say(f"drew {os.urandom(8).hex()}")


def session(folder):
    """Both ends of a TLS session in memory: its version, and when it was made as OpenSSL has it."""
    ends = []
    for protocol in ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER:
        context = ssl.SSLContext(protocol)
        context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
        context.load_verify_locations(f"{folder}/trust.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        ends.append(context)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ends[0].wrap_bio(down, up, server_hostname="server")
    server = ends[1].wrap_bio(up, down, server_side=True)
    for end in client, server, client, server:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            pass
    server.write(b"done")
    assert client.read() == b"done"
    return client.version(), client.session.time


def secure(folder):
    # What Python loads for this takes locks, and these look at the clock.
    session(folder)
    me, server = lockstep.Member(), open_server()
    now = me.park(0)
    while True:
        version, made = session(folder)
        me.note(f"session version={version} seconds-late={me.wall_clock // SECOND - made}")
        me.worked()
        due = now + SECOND
        while now < due:
            for _ in answer(server):
                me.worked()
            now = me.park(due)


def spin():
    while True:
        pass


def block():
    os.read(os.pipe()[0], 1)


def sleep():
    # time.sleep() would look at the clock first.
    lockstep.libc.usleep(1000)


def clock():
    time.time()


def thread():
    """A second thread that waits for a connection. Python's own threads look at the clock."""
    listener = socket.create_server(("", 7001))
    handle = ctypes.c_ulong()
    accept = ctypes.cast(lockstep.libc.accept, ctypes.c_void_p)
    argument = ctypes.c_void_p(os.dup(listener.fileno()))
    lockstep.libc.pthread_create(ctypes.byref(handle), None, accept, argument)


def child(server):
    """A child that uses the network; Python's own fork() looks at the clock."""
    if lockstep.libc.fork() == 0:
        server.sendto(b"from a child", ("10.77.0.1", 9))
        os._exit(0)


class Beacon(threading.Thread):
    """Sends a datagram every 2 ms of real time, whoever's turn it is."""

    def run(self):
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        while True:
            out.sendto(b"here", ("10.77.0.1", 9))
            time.sleep(0.002)


def misbehave(me, how):
    server = open_server()
    now = me.park(0)
    while now < SECOND:
        for _ in answer(server):
            pass
        now = me.park(SECOND)
    if how == "beacon":
        Beacon(daemon=True).start()
    elif how == "child":
        child(server)
    elif how == "leave":
        me.leave()
        time.sleep(3600)
    else:
        globals()[how]()
    while True:
        for _ in answer(server):
            pass
        now = me.park(now + SECOND // 100)


if __name__ == "__main__":
    mode = sys.argv[1]
    if sys.argv[2:] == ["bare"] and os.environ.pop("LD_PRELOAD", None):
        os.execv(sys.executable, [sys.executable, "-B"] + sys.argv)
    if mode == "echo":
        echo(lockstep.Member())
    elif mode == "tls":
        secure(sys.argv[2])
    else:
        misbehave(lockstep.Member(), mode)
