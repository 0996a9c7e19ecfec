"""Says every 500 ms what its two clocks show: clock.py"""
import lockstep

EVERY = 500_000_000

me = lockstep.Member()
lockstep.say("ticking")
start = me.park(0)
begin, tick = me.wall_clock, 0
while True:
    now = me.now
    if now >= start + tick * EVERY:
        # How far the wall clock has gone ahead of the monotonic one since the start.
        ahead = (me.wall_clock - begin) - (now - start)
        lockstep.say(f"tick {tick} ahead by {ahead} ns")
        tick += 1
    me.park(start + tick * EVERY)
