"""A stand-in for a node of a mesh: it takes commyd's options and tells what it is asked to tell.

It knows the members that --join names, tells once that all is well, and then each `--tell SECONDS HOST
LINE` at its time, if HOST is its own name or `all`. On SIGHUP it says what it finds in its files.
"""

import argparse
import re
import signal
import sys
import time

options = argparse.ArgumentParser()
for name in ["name", "mesh", "certificate", "key", "trust", "run-dir", "zone"]:
    options.add_argument("--" + name)
for name in ["listen", "join", "limit"]:
    options.add_argument("--" + name, action="append", default=[])
options.add_argument("--events", action="store_true")
options.add_argument("--mute", action="store_true")
options.add_argument("--deaf", action="store_true")
options.add_argument("--peers", default="")
options.add_argument("--tell", nargs=3, action="append", default=[])
node = options.parse_args()


def tell(line):
    if not node.mute:
        print("@commy " + line, flush=True)


def reload(*_):
    text = open(node.certificate).read()
    ok = re.search("BEGIN CERTIFICATE", text) is not None
    tell(f"certificate subject={node.name} readable={'yes' if ok else 'no'}")


signal.signal(signal.SIGHUP, signal.SIG_IGN if node.deaf else reload)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
# The harness looks for this line, muted or not.
print("@commy started node=" + node.name if not node.mute else "ready: @commy started", flush=True)
peers = [peer for peer in node.peers.split(",") if peer and peer != node.name]
for peer in peers:
    tell(f"member peer={peer} state=alive incarnation=1 by={node.name}")
tell(f"view members={len(peers) + 1} alive={len(peers) + 1} hash=all")
tell("catalog version=1 entries=0 hash=none")

begin = time.monotonic()
for seconds, host, line in sorted(node.tell, key=lambda entry: float(entry[0])):
    if host not in (node.name, "all"):
        continue
    time.sleep(max(0, begin + float(seconds) - time.monotonic()))
    tell(line)
while True:
    time.sleep(60)
