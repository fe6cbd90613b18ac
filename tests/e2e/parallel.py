"""Many clients at once: every recorded answer is given once, in its order.

usage: parallel.py ARCHIVE KEYS ANSWERS CLIENTS SEED

ARCHIVE is from make_archive KEYS ANSWERS.  The clients share the requests,
in an order that the seed decides, so that each recorded answer is asked for
exactly once.
"""

import json
import random
import re
import socket
import sys
import threading

from obit import Tap
from server import Server

tap = Tap()


def ask(address, keys):
    """Delete these keys on one connection; yield the (key, number) answered."""
    with socket.create_connection(address, 60) as connection:
        stream = connection.makefile("rb")
        for key in keys:
            connection.sendall(
                b"DELETE /v1/p/instances/i-%d HTTP/1.1\r\n"
                b"Host: ecs.example.com\r\n\r\n" % key
            )
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    raise RuntimeError("closed in a head")
                head += line
            length = int(re.search(rb"Content-Length: (\d+)", head)[1])
            body = json.loads(stream.read(length))
            yield body["key"], body["number"]


def all_at_once(address, shares):
    """What each client got, in its order."""
    got = [[] for _ in shares]

    def run(i):
        got[i].extend(ask(address, shares[i]))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(shares))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def judge(got, shares, keys, answers):
    """What is wrong with what the clients got, or nothing."""
    for have, want in zip(got, shares):
        if [key for key, _ in have] != want:
            return "a client got the answer to another request"
        last = {}
        for key, number in have:
            if number <= last.get(key, -1):
                return f"key {key}: {number} after {last[key]}"
            last[key] = number
    served = sorted(pair for have in got for pair in have)
    if served != [(k, n) for k in range(keys) for n in range(answers)]:
        return "gaps or repeats"
    return ""


def main():
    archive = sys.argv[1]
    keys, answers, clients, seed = map(int, sys.argv[2:6])
    order = [key for key in range(keys) for _ in range(answers)]
    random.Random(seed).shuffle(order)
    shares = [order[i::clients] for i in range(clients)]
    sequences = {}
    for threads in (1, 2, 5):
        server = Server(archive, "--strict", "--threads", threads)
        wrong = judge(all_at_once(server.address, shares), shares, keys, answers)
        tap.result(
            not wrong,
            f"{len(order)} requests of {clients} clients, {threads} threads: "
            "each answer once",
            wrong,
        )
        server.again()
        for again in range(2):
            alone = list(ask(server.address, order[:2000]))
            if again == 0:
                first = alone
                sequences[threads] = server.again()
        tap.result(first == alone, f"the same again after SIGHUP, {threads} threads")
        status, words = server.stop()
        tap.result(
            status == 0 and f"sequence {sequences[threads]}\n" in words,
            "nothing missed, nothing unused, and the same sequence again",
            words,
        )
    tap.result(
        len(set(sequences.values())) == 1,
        "one client has one sequence, for any number of threads",
        sequences,
    )
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
