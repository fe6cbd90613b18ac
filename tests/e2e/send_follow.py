"""Deletions that were accepted are asked about, as their rule says.

The server of the tests decides what it answers to each question, and counts
them: what obit says became of a deletion must be what the server said last,
and nothing but the questions of the plan may arrive.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile

from obit import OBIT, Tap, obit
from sending import command, digest, record, send
from target import Target

PATH = "/v1/p/instances/i-1"
CLOUDDC = f"""
> DELETE {PATH} HTTP/1.1
> Host: clouddc.recorded.test
> X-HTTP-Method-Override: DELETE
> Content-Length: 2
>
> {{}}
< HTTP/1.1 204 No Content
<
"""
RECORDED = CLOUDDC + "".join(
    f"""
> GET {PATH}/status HTTP/1.1
> Host: clouddc.recorded.test
>
< HTTP/1.1 200 OK
< Content-Type: application/json
< Content-Length: {len(state) + 12}
<
< {{"state":"{state}"}}
"""
    for state in ("shutting-down", "shutting-down", "terminated")
)
PLAIN = """
> DELETE /things/1 HTTP/1.1
> Host: recorded.test
>
< HTTP/1.1 202 Accepted
< Content-Length: 0
<
"""
OPERATION = """
> DELETE /subscriptions/s/resourceGroups/g?api-version=1 HTTP/1.1
> Host: management.azure.com
>
< HTTP/1.1 202 Accepted
< Location: https://management.azure.com/operations/1?x=2
< Content-Length: 0
<
"""
PACE = ("--speed", "max", "--follow", "--follow-every", "0.02")


class Polled(Target):
    """204 or 202 to a DELETE; to the n-th GET what answers(n) is."""

    def __init__(self, answers, accepted=b"204 No Content", location=b""):
        super().__init__(lambda path: "answer")
        self.answers = answers
        self.accepted = accepted
        self.location = location
        self.gets = 0

    def answer(self, peer):
        with self.lock:
            line = self.order[-1][1]
            self.gets += line.startswith("GET ")
            n = self.gets
        if line.startswith("DELETE "):
            peer.sendall(b"HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n"
                         % (self.accepted, self.location))
            return True
        what = self.answers(n)
        if isinstance(what, str):
            return getattr(self, what)(peer)
        status, body = what
        peer.sendall(
            b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n%s\r\n%s"
            % (status, len(body), b"Location: http://127.0.0.1:9/\r\n"
               if status == 302 else b"", body)
        )
        return True


def state(name):
    return 200, json.dumps({"state": name}).encode()


def states(*names):
    """One after another; the last one stays."""
    return lambda n: state(names[min(n, len(names)) - 1])


def play(folder, flow, target, *options, limit):
    """Send it; the exit status, the row of the deletion, what was said."""
    name = f"a{len(os.listdir(folder))}"
    archive = record(folder, flow, name)
    results = os.path.join(folder, name + ".results")
    target.start()
    status, rows, said = send(
        archive, results, "--target", target.url, "--limit", "1", *PACE,
        "--follow-limit", limit, *options,
    )
    target.stop()
    return status, rows[0] if rows else None, said, results


def verdict(row):
    return row["follow_up"] and row["follow_up"]["verdict"]


def check(tap, folder, name, answers, want, *, flow=CLOUDDC, polls=None,
          path=PATH + "/status", options=(), **how):
    """want: exit status, verdict, state."""
    target = Polled(answers, **how)
    # Only what never ends needs a limit, and then a short one.
    limit = "0.3" if want[1] == "unconfirmed" else "60"
    status, row, said, results = play(folder, flow, target, *options, limit=limit)
    got = status, row and verdict(row), row and (row["follow_up"] or {}).get("state")
    lines = {line for _, line in target.order}
    deletions = sum(n for line, n in target.ledger.items() if "DELETE" in line)
    asked = target.ledger[f"GET {path}"]
    faults = []
    if got != want:
        faults.append(f"{got}, wanted {want}: {said}")
    if deletions != 1 or len(lines) > 2:
        faults.append(f"the server saw {lines}")
    if polls is not None and asked != polls:
        faults.append(f"asked {asked} times, wanted {polls}")
    if row and not faults:
        audited = json.loads(obit("audit", "--json", results).splitlines()[0])
        if (audited["follow_up"] or {}).get("verdict") != want[1] and asked:
            faults.append(f"the results say {audited['follow_up']}")
        if b"is verified" not in obit("verify", results, allowed=(0, 1)):
            faults.append("the results do not verify")
    tap.result(not faults, name, "\n".join(faults))


def check_mock(tap, folder):
    """What was recorded of one is what obit serve answers to the other."""
    archive = record(folder, RECORDED, "mock")
    results = os.path.join(folder, "mock.results")
    with subprocess.Popen(
        [OBIT, "serve", archive], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        url = server.stdout.readline().strip().decode()
        status, rows, said = send(
            archive, results, "--target", url, "--limit", "1", *PACE
        )
        server.send_signal(signal.SIGTERM)
    follow = rows[0]["follow_up"] if rows else None
    good = status == 0 and follow == {
        "verdict": "confirmed", "state": "terminated", "exchanges": 3
    }
    tap.result(good, "against obit serve, to the recorded end", f"{rows} {said}")


def check_killed(tap, folder):
    """Killed in between, it goes on to ask, and deletes nothing twice."""
    archive = record(folder, CLOUDDC, "killed")
    results = os.path.join(folder, "killed.results")
    target = Polled(
        lambda n: state("terminated" if target.over else "shutting-down")
    ).start()
    target.over = False
    options = ["--target", target.url, *PACE]
    words = command(archive, results, *options, "--confirm",
                    digest(archive, *options))
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while target.gets < 3:
            pass
        process.kill()
    target.over = True
    done = subprocess.run([*words, "--resume"], capture_output=True, check=False)
    row = json.loads(done.stdout.splitlines()[0])
    target.stop()
    good = (
        done.returncode == 0
        and verdict(row) == "confirmed"
        and target.ledger[f"DELETE {PATH}"] == 1
    )
    tap.result(good, "killed while it asks, and resumed", f"{row} {done.stderr}")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check(tap, folder, "asked until it is done",
              states("shutting-down", "shutting-down", "terminated"),
              (0, "confirmed", "terminated"), polls=3)
        check(tap, folder, "asked until it failed",
              states("shutting-down", "error"), (1, "reverted", "error"), polls=2)
        check(tap, folder, "a state nobody knows is no end",
              states("resting", "terminated"), (0, "confirmed", "terminated"), polls=2)
        check(tap, folder, "one that never ends is given up",
              states("shutting-down"), (1, "unconfirmed", "shutting-down"))
        check(tap, folder, "not found proves nothing where the rule does not say so",
              lambda n: (404, b"{}"), (1, "unconfirmed", None))
        check(tap, folder, "what is no JSON proves nothing",
              lambda n: (200, b"terminated"), (1, "unconfirmed", None))
        check(tap, folder, "garbage proves nothing",
              lambda n: "garbage", (1, "unconfirmed", None))
        check(tap, folder, "a reset, and then the end",
              lambda n: "reset" if n < 3 else state("terminated"),
              (0, "confirmed", "terminated"), polls=3)
        check(tap, folder, "a redirect is not followed",
              lambda n: (302, b""), (1, "unconfirmed", None))
        check(tap, folder, "not found proves it where the rule says so",
              lambda n: (200, b"{}") if n < 3 else (404, b"{}"),
              (0, "confirmed", None), flow=PLAIN, path="/things/1",
              accepted=b"202 Accepted", polls=3)
        check(tap, folder, "what is not accepted is not asked about",
              states("terminated"), (1, None, None),
              accepted=b"409 Conflict", polls=0)
        check(tap, folder, "under another path",
              states("terminated"), (0, "confirmed", "terminated"), polls=1,
              path="/stage" + PATH + "/status", options=("--path-prefix", "/stage"))
        check(tap, folder, "where the answer says",
              lambda n: (202, b"") if n < 2 else (200, b""), (0, "confirmed", "200"),
              flow=OPERATION, accepted=b"202 Accepted", polls=2,
              location=b"Location: https://management.azure.com/o/1?x=2\r\n",
              path="/o/1?x=2")
        check(tap, folder, "another host than that is not asked",
              states("terminated"), (1, "unconfirmed", None),
              flow=OPERATION, accepted=b"202 Accepted", polls=0,
              location=b"Location: https://elsewhere.test/o/1\r\n", path="/o/1")
        check(tap, folder, "one at a time, in serial order",
              states("shutting-down", "terminated"), (0, "confirmed", "terminated"),
              polls=2, options=("--order", "serial"))
        check_mock(tap, folder)
        check_killed(tap, folder)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
