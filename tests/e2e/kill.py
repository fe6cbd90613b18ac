#!/usr/bin/env python3
"""Kill recorders in the middle: nothing that was committed is lost.

    kill.py OBIT CAPTURE COUNT [SEED]

Feeds a capture through a pipe and sends SIGKILL after a random number of
bytes.  Then the archive must verify and hold every exchange that could be
read before the kill, and extend the checkpoint that was sealed meanwhile;
every few kills it is recorded into again.  One line of figures; exit status 1
if anything was lost.
"""
import os
import random
import signal
import subprocess
import sys
import tempfile

from obit import last_id

obit, capture, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
CHUNK = 16384
TURNS = 4  # kills of one archive


def feed(process, data, end):
    try:
        for at in range(0, end, CHUNK):
            process.stdin.write(data[at:min(end, at + CHUNK)])
        process.stdin.flush()
    except BrokenPipeError:
        pass


def kill_once(path, data, key):
    """Returns how many exchanges could be read just before the kill."""
    p = subprocess.Popen([obit, "capture", "--all", "-r", "-", "--seal", key,
                          "--seal-every", str(rng.randrange(1, 200)), path],
                         stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    feed(p, data, rng.randrange(len(data) + 1))
    try:
        if rng.random() < 0.3:
            p.stdin.close()
    except BrokenPipeError:
        pass
    seen = last_id(path)
    p.send_signal(signal.SIGKILL)
    p.wait()
    try:
        p.stdin.close()
    except BrokenPipeError:
        pass
    return seen


def verify(path, vkey):
    """The archive, and whether it was sealed; it must extend that."""
    checkpoint = path + ".checkpoint"
    sealed = os.path.exists(checkpoint)
    against = ["--checkpoint", checkpoint, "--key", vkey] if sealed else []
    return sealed, subprocess.run([obit, "verify", path] + against,
                                  capture_output=True)


def main():
    with open(capture, "rb") as f:
        data = f.read()
    figures = {"kills": 0, "archives": 0, "committed": 0, "kept": 0,
               "sealed": 0}
    bad = 0
    with tempfile.TemporaryDirectory() as folder, \
            tempfile.TemporaryDirectory() as keys:
        key, vkey = os.path.join(keys, "key"), os.path.join(keys, "vkey")
        with open(vkey, "wb") as f:
            subprocess.run([obit, "seal", "--new-key", key], stdout=f,
                           check=True)
        for i in range(count):
            path = os.path.join(folder, f"{i // TURNS}.obit")
            seen = kill_once(path, data, key)
            figures["kills"] += 1
            if not os.path.exists(path):
                bad += seen > 0
                continue
            figures["archives"] += i % TURNS == 0
            sealed, r = verify(path, vkey)
            figures["sealed"] += sealed
            kept = last_id(path)
            figures["committed"] += seen
            figures["kept"] += kept
            if r.returncode != 0 or kept < seen:
                bad += 1
                print(f"kill {i}: {seen} seen, {kept} kept: {r.stdout} "
                      f"{r.stderr}")
            if i % TURNS == TURNS - 1:
                for name in os.listdir(folder):
                    os.unlink(os.path.join(folder, name))
    print(", ".join(f"{n} {name}" for name, n in figures.items()))
    return 1 if bad or 0 in (figures["committed"], figures["sealed"]) \
        else 0


sys.exit(main())
