"""Compare what obit gives back with what tshark reads; see raw.sh."""

import re
import sys

from obit import Tap, capture, follow, raw, stream_count

# What stands for a secret: deletion/mask.h describes it.
MASK = re.compile(rb"ob_[A-Za-z0-9_-]{5,}|_{1,7}")


def unmasked_difference(ours, theirs):
    """Where the two differ outside a mask, or None."""
    if len(ours) != len(theirs):
        return f"{len(ours)} bytes, not {len(theirs)}"
    masked = set()
    for mask in MASK.finditer(ours):
        masked.update(range(*mask.span()))
    for at, (a, b) in enumerate(zip(ours, theirs)):
        if a != b and at not in masked:
            return f"byte {at}: {ours[at:at + 40]!r}, not {theirs[at:at + 40]!r}"
    return None


def check(tap, archive, path):
    name = path.rsplit("/", 1)[-1]
    exchanges = capture(path, archive)
    streams = stream_count(path)
    tap.result(streams > 0 and exchanges, f"{name}: has exchanges")
    for number in range(streams):
        client, sent = follow(path, number)
        ours = [x for x in exchanges if x["client"] == client]
        for side in "request", "response":
            got = b"".join(raw(archive, x, side) for x in ours)
            wrong = unmasked_difference(got, sent[side])
            tap.result(
                wrong is None, f"{name}: {side} bytes of stream {number}", wrong
            )


def main():
    tap = Tap()
    for number, path in enumerate(sys.argv[2:]):
        check(tap, f"{sys.argv[1]}/{number}.obit", path)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
