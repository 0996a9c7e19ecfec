"""Types into a program on a terminal: shell-session.py WORD... reads lines of `TEXT<tab>KEYS` from
its standard input, waits until TEXT has appeared on the terminal, then types KEYS (\\n and \\x03 as
Python writes them). Prints all that appeared, then the settings of the terminal before and after.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

LIMIT = 120

steps = [line.rstrip("\n").split("\t") for line in sys.stdin]
leader, follower = pty.openpty()
before = termios.tcgetattr(follower)
pid = os.fork()
if pid == 0:
    os.setsid()
    import fcntl

    fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(follower, number)
    # A terminal's programs heed Ctrl-C, also where whoever runs this in the background does not.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])

seen, place, end = b"", 0, time.monotonic() + LIMIT
status = None
while time.monotonic() < end:
    if steps and steps[0][0].encode() in seen[place:]:
        text, keys = steps.pop(0)
        place = seen.index(text.encode(), place) + len(text)
        os.write(leader, keys.encode().decode("unicode_escape").encode())
    if select.select([leader], [], [], 0.05)[0]:
        seen += os.read(leader, 65536)
        continue
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        break
else:
    os.kill(pid, signal.SIGKILL)
after = termios.tcgetattr(follower)
sys.stdout.write(seen.decode(errors="replace"))
print(f"\nstatus {os.waitstatus_to_exitcode(status) if status is not None else 'none'}")
print(f"steps left {len(steps)}")
print("terminal restored" if before == after else f"terminal changed: {before} {after}")
