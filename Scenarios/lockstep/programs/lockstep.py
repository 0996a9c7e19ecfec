"""A program's side of a lockstep run, written from Scenarios/LOCKSTEP.md and nothing else.

    me = lockstep.Member()
    now = me.park()                      # joins, and waits for the first turn
    while True:
        ...do all that is due at `now`, without waiting...
        now = me.park(next_deadline)     # ends the turn, and waits for the next one
"""
import ctypes
import mmap
import os
import platform
import struct

PAGE_BYTES, MAILBOX = 65536, 4096
STATE, NOW, WALL, DEADLINE, WORK, SEED = 8, 16, 24, 32, 40, 48
MAILBOX_LENGTH, MAILBOX_LOST = 56, 60
PARKED, GRANTED, LEFT = 1, 2, 3
NO_DEADLINE = (1 << 63) - 1
SYS_FUTEX = {"x86_64": 202, "aarch64": 98, "riscv64": 98}[platform.machine()]
FUTEX_WAIT, FUTEX_WAKE = 0, 1

libc = ctypes.CDLL(None, use_errno=True)


def say(line):
    """A line on the standard output. print() takes a lock, and Python's locks look at the clock."""
    os.write(1, line.encode() + b"\n")


class Member:
    def __init__(self, path=None):
        with open(path or os.environ["COMMY_LOCKSTEP"], "r+b") as file:
            self.page = mmap.mmap(file.fileno(), PAGE_BYTES)
        assert struct.unpack_from("<II", self.page, 0) == (0x4B4C4D43, 1), "not a lockstep page"
        self.word = ctypes.c_uint32.from_buffer(self.page, STATE)

    def park(self, deadline=NO_DEADLINE):
        """Ends the turn; returns the time in nanoseconds when the next one begins."""
        struct.pack_into("<q", self.page, DEADLINE, deadline)
        self._pass(PARKED)
        address = ctypes.byref(self.word)
        while self.word.value != GRANTED:
            libc.syscall(SYS_FUTEX, address, FUTEX_WAIT, PARKED, None, None, 0)
        return self.now

    @property
    def now(self):
        return struct.unpack_from("<q", self.page, NOW)[0]

    @property
    def wall_clock(self):
        """Nanoseconds since 1970, as this program is to see them."""
        return self.now + struct.unpack_from("<q", self.page, WALL)[0]

    @property
    def seed(self):
        return struct.unpack_from("<Q", self.page, SEED)[0]

    def worked(self):
        """Something was done in this turn: neighbours on the host look around."""
        work = struct.unpack_from("<Q", self.page, WORK)[0]
        struct.pack_into("<Q", self.page, WORK, (work + 1) & ((1 << 64) - 1))

    def note(self, line):
        """Puts an event into the trace: a word for its kind, then name=value words."""
        data = line.replace("\n", " ").encode() + b"\n"
        length = struct.unpack_from("<I", self.page, MAILBOX_LENGTH)[0]
        if MAILBOX + length + len(data) > PAGE_BYTES:
            lost = struct.unpack_from("<I", self.page, MAILBOX_LOST)[0]
            struct.pack_into("<I", self.page, MAILBOX_LOST, lost + 1)
            return
        self.page[MAILBOX + length : MAILBOX + length + len(data)] = data
        struct.pack_into("<I", self.page, MAILBOX_LENGTH, length + len(data))

    def leave(self):
        """Takes no part any more; the program ends now."""
        self._pass(LEFT)

    def _pass(self, state):
        # The store is whole, and futex(2) is a barrier: what was written before it is visible.
        self.word.value = state
        libc.syscall(SYS_FUTEX, ctypes.byref(self.word), FUTEX_WAKE, 1, None, None, 0)
