"""A client that asks over UDP and repeats what is not answered: retry.py HOST own|last

Each question has a timer of its own: 40 ms after it was last sent it is sent again. The mistake
that can be switched on (`last`) is an old one: one variable holds the timer of all questions, so
that a new question overwrites the timer of a lost one, which then waits for the sweep of every two
seconds. Nearly always it does no harm: a question must be lost, and another be asked before its
40 ms are over.
"""
import socket
import sys

import lockstep

PORT, ASK_EVERY, AGAIN_AFTER, SWEEP_EVERY = 7000, 25_000_000, 40_000_000, 2_000_000_000
LATE = 500_000_000


def main():
    host, mistake = sys.argv[1], sys.argv[2] == "last"
    peer = (socket.gethostbyname(host), PORT)
    me = lockstep.Member()
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setblocking(False)
    lockstep.say("asking")
    now = me.park(0)
    open_questions, number, due, sweep = {}, 0, now, now + SWEEP_EVERY
    single = None
    while True:
        while True:
            try:
                answer = int(out.recv(64))
            except OSError:
                break
            question = open_questions.pop(answer, None)
            if question:
                took = now - question["asked"]
                if took >= LATE:
                    me.note(f"answered-late number={answer} took_ms={took // 1_000_000}")
                    lockstep.say(f"late: question {answer} took {took // 1_000_000} ms")
        if now >= due:
            send(out, peer, number)
            open_questions[number] = {"asked": now, "again": now + AGAIN_AFTER}
            single = (number, now + AGAIN_AFTER)
            number, due = number + 1, due + ASK_EVERY
        for name, question in open_questions.items():
            if mistake:
                is_due = single == (name, question["again"]) and now >= question["again"]
                is_due = is_due or now >= sweep
            else:
                is_due = now >= question["again"]
            if is_due:
                send(out, peer, name)
                question["again"] = now + AGAIN_AFTER
                me.note(f"asked-again number={name}")
        if now >= sweep:
            sweep += SWEEP_EVERY
        times = [due, sweep] + [q["again"] for q in open_questions.values()]
        now = me.park(min(time for time in times if time > now))


def send(out, peer, number):
    try:
        out.sendto(str(number).encode(), peer)
    except OSError:
        pass


if __name__ == "__main__":
    main()
