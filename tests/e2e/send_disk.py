"""Results on full disks of many sizes: what was sent was intended there first.

Each disk is too small, or nearly so.  Whatever the server executed must stand
in the results that are left, and with room made, --resume must end what can be
ended and send nothing twice.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from obit import Tap
from send_kill import known, run
from sending import command, deletions, digest, record
from target import Target

COUNT = 200
OPTIONS = ("--speed", "max", "--connections", "4")


def mount(disk, kib, *more):
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join([*more, f"size={kib}k"]), "tmpfs", disk],
        check=True,
    )


def intended(results, scratch):
    """The sources that have a row, read where there is room to read."""
    for suffix in ("", "-wal"):
        if os.path.exists(results + suffix):
            shutil.copy(results + suffix, scratch + suffix)
    try:
        return set(known(scratch))
    except subprocess.CalledProcessError:
        return set()


def executed(target):
    return {int(line.rsplit("/", 1)[1]) + 1 for line in target.ledger}


def judge_failure(status, said, target, rows):
    if status in (0, 1):
        return []
    faults = []
    if status != 3:
        faults.append(f"exit {status}")
    if "No space left" not in said or len(said.splitlines()) > 3:
        faults.append(f"said {said}")
    if not executed(target) <= rows:
        faults.append(f"not intended: {executed(target) - rows}")
    return faults


def judge_resumed(status, rows, said, target):
    faults = [f"{k} executed {n} times" for k, n in target.ledger.items() if n > 1]
    outcomes = {row["source"]: row["outcome"] for row in rows}
    if status not in (0, 1) or len(rows) != COUNT:
        faults.append(f"resumed: exit {status}, {len(rows)} rows: {said}")
    for source, outcome in outcomes.items():
        if outcome not in ("deleted", "unknown"):
            faults.append(f"{source} is {outcome}")
        if (outcome == "deleted") > (source in executed(target)):
            faults.append(f"{source} is said to be deleted")
        if source not in executed(target) and outcome != "unknown":
            faults.append(f"{source} is missing")
    return faults


def play(folder, archive, kib):
    """Whether the disk was too small, how much was sent, what is wrong."""
    disk = os.path.join(folder, "disk")
    results = os.path.join(disk, "r.obit")
    scratch = os.path.join(folder, f"copy{kib}")
    target = Target(lambda path: "done").start()
    options = ["--target", target.url, *OPTIONS]
    words = command(archive, results, *options, "--confirm",
                    digest(archive, *options))
    mount(disk, kib)
    try:
        status, _, said = run(words)
        faults = judge_failure(status, said, target, intended(results, scratch))
        sent = len(target.ledger)
        mount(disk, 16384, "remount")
        if status == 3:
            again = ["--resume"] if os.path.exists(results) else []
            if sent and not again:
                faults.append("something was sent, and there are no results")
            faults += judge_resumed(*run(words + again), target)
    finally:
        subprocess.run(["umount", disk], check=True)
        target.stop()
    return status == 3, sent, [f"disk of {kib} KiB: {f}" for f in faults]


def main(sizes):
    tap = Tap()
    failed = begun = 0
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "disk"))
        archive = record(folder, deletions(COUNT))
        for kib in sizes:
            small, sent, wrong = play(folder, archive, kib)
            failed += small
            begun += small and sent > 0
            faults += wrong
    tap.result(not faults, f"{len(sizes)} disks: nothing sent that was not intended there",
               "\n".join(faults[:20]))
    tap.result(failed > begun > 1, f"{failed} were too small, {begun} of them after something was sent",
               "other sizes are needed")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(range(*map(int, sys.argv[1:4]))))
