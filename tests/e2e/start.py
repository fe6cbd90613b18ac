"""What a server needs until its first answer, whatever the archive's size.

usage: start.py SMALL KEYS LARGE KEYS

Both archives are from make_archive.  What is compared does not depend on how
busy the machine is: bytes that were read, and memory.
"""

import os
import re
import sys
import time
import urllib.request

from obit import Tap
from server import Server

READ_MAX = 1 << 20  # it looks at samples; of a small one they share pages
MEMORY_MAX = 1 << 20


def number(path, name):
    with open(path, encoding="ascii") as f:
        return int(re.search(rf"^{name}:\s*(\d+)", f.read(), re.M)[1])


def first_answer(archive, key):
    """Status of the answer, seconds to it, bytes read, bytes of memory."""
    begin = time.monotonic()
    server = Server(archive)
    request = urllib.request.Request(
        f"http://{server.address[0]}:{server.address[1]}"
        f"/v1/p/instances/i-{key}",
        method="DELETE",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        status = answer.status
    seconds = time.monotonic() - begin
    proc = f"/proc/{server.process.pid}"
    read = number(f"{proc}/io", "rchar")
    memory = number(f"{proc}/status", "VmHWM") << 10
    server.stop()
    return status, seconds, read, memory


def main():
    tap = Tap()
    seen = {}
    for name, archive, keys in (
        ("small", sys.argv[1], int(sys.argv[2])),
        ("large", sys.argv[3], int(sys.argv[4])),
    ):
        seen[name] = first_answer(archive, keys - 1)
        status, seconds, read, memory = seen[name]
        print(
            f"# {name}: {keys} exchanges, {os.path.getsize(archive)} bytes; first "
            f"answer after {seconds * 1000:.1f} ms, {read} bytes read, "
            f"{memory >> 10} KiB of memory"
        )
        tap.result(status == 200, f"the last exchange of the {name} one", status)
    small, large = seen["small"], seen["large"]
    tap.result(
        large[2] <= small[2] + READ_MAX, "it reads no more of a large one", seen
    )
    if "SANITIZERS" not in os.environ:
        tap.result(
            large[3] <= small[3] + MEMORY_MAX, "and needs no more memory", seen
        )
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
