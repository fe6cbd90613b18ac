#!/usr/bin/env python3
"""Kill recorders of an interface: nothing that was committed is lost.

    unshare -n kill_live.py OBIT DELETER COUNT [SEED]

In a network namespace of its own a client deletes without end; several
recorders watch, and each is sent SIGKILL after a random time.  Then the
archive must verify and hold every exchange that could be read before the
kill; every few kills it is recorded into again.  One line of figures; exit
status 1 if anything was lost.
"""
import concurrent.futures
import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from obit import last_id

obit, deleter, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
WORKERS = 8
TURNS = 4   # kills of one archive
LONGEST = 2.0  # seconds until a kill; a batch is open for less than one


def delete_without_end(port, over):
    n = 0
    while not over.is_set():
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for _ in range(5):
            c.request("DELETE", f"/v1/things/{n}")
            c.getresponse().read()
            n += 1
        c.close()
        time.sleep(0.002)


def kill_once(path, rng):
    """Returns how many exchanges could be read just before the kill."""
    p = subprocess.Popen([obit, "capture", "--all", "-i", "lo", path],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.random() * LONGEST)
    seen = last_id(path)
    p.send_signal(signal.SIGKILL)
    p.wait()
    return seen


def kill_one_archive(path, turns, rng):
    """Returns kills, committed, kept, and what is wrong."""
    committed, kept, wrong = 0, 0, []
    for turn in range(turns):
        seen = kill_once(path, rng)
        committed += seen
        if not os.path.exists(path):
            if seen:
                wrong.append(f"{path}: {seen} seen, and it is gone")
            continue
        r = subprocess.run([obit, "verify", path], capture_output=True)
        last = last_id(path)
        kept += last
        if r.returncode != 0 or last < seen:
            wrong.append(f"{path}, kill {turn}: {seen} seen, {last} kept: "
                         f"{r.stdout} {r.stderr}")
    for suffix in ["", "-wal", "-shm"]:
        if not wrong and os.path.exists(path + suffix):
            os.unlink(path + suffix)
    return turns, committed, kept, wrong


def run(folder):
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for i, left in enumerate(range(count, 0, -TURNS)):
            jobs.append(pool.submit(
                kill_one_archive, os.path.join(folder, f"{i}.obit"),
                min(TURNS, left), random.Random(seed * 1000000 + i)))
    return [job.result() for job in jobs]


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = subprocess.Popen([sys.executable, deleter, "127.0.0.1"],
                              stdout=subprocess.PIPE)
    over = threading.Event()
    client = threading.Thread(target=delete_without_end, daemon=True,
                              args=(int(server.stdout.readline()), over))
    client.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            results = run(folder)
    finally:
        over.set()
        client.join(20)
        server.kill()
    kills, committed, kept = (sum(r[i] for r in results) for i in range(3))
    wrong = [line for r in results for line in r[3]]
    print("\n".join(wrong + [f"{kills} kills, {committed} committed, "
                             f"{kept} kept, {len(wrong)} wrong"]))
    return 1 if wrong or committed == 0 else 0


sys.exit(main())
