"""Archives to send again, and obit send itself."""

import json
import os
import subprocess

from obit import OBIT, obit

TOOLS = os.path.join(os.environ["top_builddir"], "tests", "tools")
ANSWER = "< HTTP/1.1 204 No Content\n<\n"


def request(method, path):
    return f"> {method} {path} HTTP/1.1\n> Host: recorded.test\n>\n"


def record(folder, flow, name="a", options=()):
    """Make an archive of a conversation in text (tests/flows/README.md)."""
    paths = [os.path.join(folder, name + end) for end in (".flow", ".pcap", ".obit")]
    with open(paths[0], "w", encoding="ascii") as f:
        f.write(flow)
    with open(paths[1], "wb") as f:
        subprocess.run([os.path.join(TOOLS, "flow2pcap"), paths[0]], stdout=f, check=True)
    obit("capture", "-r", paths[1], paths[2], *options)
    return paths[2]


def deletions(count):
    """One after another on one connection."""
    return "".join(request("DELETE", f"/v1/things/{i}") + ANSWER for i in range(count))


def digest(archive, *options):
    return obit("plan", archive, *options).split()[-1].decode()


def command(archive, results, *options):
    return [OBIT, "send", archive, "-o", results, "--json", *options]


def send(archive, results, *options, confirm=None):
    """Send it; the exit status, a list of objects, and what was said."""
    if confirm is None:
        confirm = digest(archive, *options)
    done = subprocess.run(
        command(archive, results, *options, "--confirm", confirm),
        capture_output=True,
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, rows, done.stderr.decode()
