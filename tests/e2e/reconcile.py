"""Does every number of a recording agree with the others?  See reconcile.sh.

For each capture: what is said at the end of a recording, what is listed of
it, what `stats` says later, and the packets that are in the file.
"""

import glob
import json
import os
import struct
import sys
from collections import Counter

from obit import Tap, obit


def packets_in(path):
    """How many packets a capture file has, as its format says."""
    with open(path, "rb") as whole:
        content = whole.read()
    order = "<" if content[:1] in b"\xd4\x4d\x0a" else ">"
    if content[:4] != b"\x0a\x0d\x0d\x0a":
        at, count = 24, 0
        while at < len(content):
            at += 16 + struct.unpack_from(order + "I", content, at + 8)[0]
            count += 1
        return count
    at, count = 0, 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        count += kind in (2, 3, 6)
        at += size
    return count


def problems(path, archive, options):
    """What does not agree."""
    said = json.loads(obit("capture", "--json", *options, "-r", path, archive,
                           allowed=(0, 4)))
    listed = [json.loads(x) for x in obit("ls", "--json", archive).splitlines()]
    audited = obit("audit", "--json", archive).splitlines()
    flaws = Counter(f for x in listed for f in x["flaws"])
    whole = [x for x in listed if x["response"] and x["request"]["complete"]
             and x["response"]["complete"]]
    e = said["exchanges"]
    later = json.loads(obit("stats", "--json", archive))["recordings"][0]
    checks = {
        "packets = those in the file": (
            said["packets"] + later["excluded"], packets_in(path)),
        "packets = all layers": (said["packets"], sum(said["layers"].values())),
        "seen = kept + filtered + incomplete": (
            e["seen"], e["kept"] + e["filtered"] + e["incomplete"]),
        "listed = kept + incomplete - orphans": (
            len(listed), e["kept"] + e["incomplete"] - e["orphans"]),
        "kept = those that are complete": (e["kept"], len(whole)),
        "connections are HTTP flows": (
            len({(x["client"], x["server"]) for x in listed})
            <= said["flows"]["http"], True),
        "deletions = those in the audit": (said["deletions"], len(audited)),
        "flaws = those listed": (said["flaws"], dict(flaws)),
        "a status or a reason": (
            [x["id"] for x in listed
             if (x["status"] is None) == (x["reason"] is None)], []),
    }
    for name in ("packets", "bytes", "layers", "flows", "exchanges",
                 "deletions", "flaws", "unseen_bytes", "drops"):
        checks[f"stats says the same {name}"] = later[name], said[name]
    return [f"{name}: {a} and {b}" for name, (a, b) in checks.items() if a != b]


def main():
    folder, captures = sys.argv[1:3]
    tap = Tap()
    paths = sorted(glob.glob(f"{captures}/**/*.pcap*", recursive=True))
    for number, path in enumerate(paths + sys.argv[3:]):
        for options in (), ("--all",), ("--all", "-f", "tcp and port 80"):
            archive = f"{folder}/{number}{len(options)}.obit"
            found = problems(path, archive, options)
            name = os.path.basename(path)
            tap.result(not found, f"{name} {' '.join(options)}",
                       "\n".join(found))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
