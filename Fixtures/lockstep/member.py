"""A lockstep program in Python: the contract of Scenarios/LOCKSTEP.md and nothing else.

member.py echo                an echo server on UDP port 7000
member.py spin|block|clock    joins, and at 1 s breaks the contract in this way
"""
import ctypes
import mmap
import os
import socket
import struct
import sys
import time

PAGE_BYTES, MAILBOX = 65536, 4096
STATE, NOW, DEADLINE, WORK, MAILBOX_LENGTH = 8, 16, 32, 40, 56
PARKED, GRANTED = 1, 2
NO_DEADLINE = (1 << 63) - 1
SYS_FUTEX, FUTEX_WAIT, FUTEX_WAKE = 202, 0, 1

libc = ctypes.CDLL(None, use_errno=True)


class Member:
    def __init__(self, path):
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), PAGE_BYTES)
        assert struct.unpack_from("<II", self.page, 0) == (0x4B4C4D43, 1), "not a lockstep page"
        self.word = ctypes.c_uint32.from_buffer(self.page, STATE)

    def park(self, deadline=NO_DEADLINE):
        struct.pack_into("<q", self.page, DEADLINE, deadline)
        self.word.value = PARKED
        address = ctypes.byref(self.word)
        libc.syscall(SYS_FUTEX, address, FUTEX_WAKE, 1, None, None, 0)
        while self.word.value != GRANTED:
            libc.syscall(SYS_FUTEX, address, FUTEX_WAIT, PARKED, None, None, 0)
        return struct.unpack_from("<q", self.page, NOW)[0]

    def worked(self):
        work = struct.unpack_from("<Q", self.page, WORK)[0]
        struct.pack_into("<Q", self.page, WORK, work + 1)

    def note(self, line):
        data = line.encode() + b"\n"
        length = struct.unpack_from("<I", self.page, MAILBOX_LENGTH)[0]
        self.page[MAILBOX + length : MAILBOX + length + len(data)] = data
        struct.pack_into("<I", self.page, MAILBOX_LENGTH, length + len(data))


def echo(member):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setblocking(False)
    server.bind(("", 7000))
    print("listening", flush=True)
    answered = 0
    member.park()
    while True:
        while True:
            # select.poll would look at the machine's clock, even with a timeout of 0.
            try:
                data, peer = server.recvfrom(65536)
            except BlockingIOError:
                break
            server.sendto(data, peer)
            answered += 1
            member.worked()
            member.note(f"answered count={answered}")
        member.park()


def misbehave(member, how):
    print("listening", flush=True)
    now = member.park(0)
    while now < 1_000_000_000:
        now = member.park(1_000_000_000)
    if how == "spin":
        while True:
            pass
    elif how == "block":
        os.read(os.pipe()[0], 1)
    elif how == "clock":
        time.time()
    while True:
        member.park()


if __name__ == "__main__":
    me = Member(os.environ["COMMY_LOCKSTEP"])
    if sys.argv[1] == "echo":
        echo(me)
    else:
        misbehave(me, sys.argv[1])
