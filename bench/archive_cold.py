#!/usr/bin/env python3
"""Read one exchange of an archive with obit, each time in a new process.

    archive_cold.py OBIT ARCHIVE COUNT

By its number, its target, its match key and its path, for ten exchanges all
over the archive; with the file in memory, and after it was dropped from there.
Prints milliseconds of the whole process, the median and the most, those of the
processor, and the most memory that one of them had.
"""
import json
import os
import statistics
import subprocess
import sys
import time

obit, archive, count = sys.argv[1], sys.argv[2], int(sys.argv[3])


def run(*args):
    """Seconds by the clock and of CPU, bytes of memory, and what was said."""
    start = time.perf_counter()
    p = subprocess.Popen((obit,) + args, stdout=subprocess.PIPE)
    out = p.stdout.read()
    _, status, usage = os.wait4(p.pid, 0)
    took = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{args}: status {status}")
    cpu = usage.ru_utime + usage.ru_stime
    return took, cpu, usage.ru_maxrss * 1024, out


def drop():
    fd = os.open(archive, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def ways(number):
    *_, shown = run("show", "--json", archive, str(number))
    x = json.loads(shown)
    target = x["target"].rsplit("/", 1)[1]  # as bench/archive makes them
    return {
        "id": ("show", "--json", archive, str(number)),
        "target": ("ls", "--json", "--target", target, archive),
        "key": ("ls", "--json", "--key", x["key"], archive),
        "path": ("ls", "--json", "--path", x["target"], archive),
    }


def main():
    took, memory = {}, 0
    for n in range(10):
        number = 1 + (2 * n + 1) * count // 20
        for way, args in ways(number).items():
            for cold in (False, True):
                if cold:
                    drop()
                seconds, cpu, held, out = run(*args)
                found = [json.loads(line)["id"] for line in out.splitlines()]
                if found != [number]:
                    sys.exit(f"{args}: {found}, not {number}")
                took.setdefault((way, cold), []).append((seconds * 1e3,
                                                         cpu * 1e3))
                memory = max(memory, held)
    for (way, cold), runs in took.items():
        wall, cpu = zip(*runs)
        print(f"find by {way:7} {'off the disk' if cold else 'in memory':12}"
              f" {statistics.median(wall):6.1f} ms, at most {max(wall):6.1f},"
              f" of CPU {statistics.median(cpu):5.1f}")
    print(f"memory of one of these {memory / 2**20:.1f} MiB")


main()
