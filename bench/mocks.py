#!/usr/bin/env python3
"""Requests per second and processor time of obit serve and of other mocks.

Each answers the same deletions with the same recorded answers, on one core,
with wrk on another, turn by turn.  A mock that is not installed is skipped.
Run it from the build folder; mocks from npm may be in a folder of their own:

    npm install --prefix M wiremock mountebank @mockoon/cli
    PATH=$PATH:M/node_modules/.bin python3 ../bench/mocks.py [KEYS [SECONDS [ROUNDS]]]

KEYS recorded deletions (1000) are asked for one after another.  WireMock needs
java; mitmproxy comes with the system.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

OBIT = os.environ.get("OBIT", "./obit")
MAKE_ARCHIVE = os.environ.get("MAKE_ARCHIVE", "./tests/tools/make_archive")
START = 300  # seconds that a mock may take to be ready
FRAMING = ("content-length", "transfer-encoding", "connection")


def path(key):
    return f"/v1/p/instances/i-{key}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(port, key):
    """Status, fields and body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("DELETE", path(key), headers={"Host": "ecs.example.com"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    fields = {k: v for k, v in answer.getheaders() if k.lower() not in FRAMING}
    return answer.status, fields, body


class Mock:
    """A server in processes of its own, on one core."""

    def __init__(self, command, port):
        self.port = port
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *command],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def ready(self, key, body):
        """Wait until it gives the right answer; seconds that this took."""
        begin = time.monotonic()
        while time.monotonic() < begin + START and self.process.poll() is None:
            try:
                if ask(self.port, key)[2] == body:
                    return time.monotonic() - begin
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.2)
        self.log.seek(0)
        print(self.log.read().decode(errors="replace")[-500:])
        return None

    def processes(self):
        """All of its session: a mock may be started by a script."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:
                yield pid, fields

    def seconds(self):
        ticks = sum(int(f[11]) + int(f[12]) for _, f in self.processes())
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self):
        pages = sum(int(f[21]) for _, f in self.processes())
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def load(port, script, seconds):
    """What wrk says: requests per second, and how many there were."""
    text = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", "-s",
         script, f"http://127.0.0.1:{port}"],
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout
    if "Non-2xx" in text:
        raise RuntimeError(text)
    return (float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1]),
            int(re.search(r"(\d+) requests in", text)[1]))


def write_json(folder, name, value):
    name = os.path.join(folder, name)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "w", encoding="utf-8") as f:
        json.dump(value, f)
    return name


# How to start each with these answers, a list of (status, fields, body).


def wiremock(folder, port, answers, _):
    write_json(folder, "mappings/all.json", {"mappings": [
        {"request": {"method": "DELETE", "urlPath": path(key)},
         "response": {"status": status, "headers": fields, "body": body}}
        for key, (status, fields, body) in enumerate(answers)]})
    return ["wiremock", "--port", str(port), "--root-dir", folder,
            "--disable-banner", "--no-request-journal",
            "--disable-request-logging"]


def mountebank(folder, port, answers, _):
    imposters = write_json(folder, "imposters.json", {"imposters": [
        {"port": port, "protocol": "http", "stubs": [
            {"predicates": [{"equals": {"method": "DELETE", "path": path(key)}}],
             "responses": [{"is": {"statusCode": status, "headers": fields,
                                   "body": body}}]}
            for key, (status, fields, body) in enumerate(answers)]}]})
    return ["mb", "start", "--configfile", imposters, "--nologfile", "--host",
            "127.0.0.1", "--port", str(free_port()), "--loglevel", "error",
            "--pidfile", os.path.join(folder, "mb.pid")]


def mockoon(folder, port, answers, _):
    routes = [
        {"uuid": str(uuid.uuid4()), "type": "http", "documentation": "",
         "method": "delete", "endpoint": path(key)[1:], "responseMode": None,
         "responses": [
             {"uuid": str(uuid.uuid4()), "body": body, "latency": 0,
              "statusCode": status, "label": "", "bodyType": "INLINE",
              "headers": [{"key": k, "value": v} for k, v in fields.items()],
              "filePath": "", "databucketID": "", "sendFileAsBody": False,
              "rules": [], "rulesOperator": "OR", "disableTemplating": True,
              "fallbackTo404": False, "default": True, "crudKey": "id",
              "callbacks": []}]}
        for key, (status, fields, body) in enumerate(answers)]
    data = write_json(folder, "data.json", {
        "uuid": str(uuid.uuid4()), "lastMigration": 33, "name": "bench",
        "endpointPrefix": "", "latency": 0, "port": port, "hostname": "",
        "folders": [], "routes": routes,
        "rootChildren": [{"type": "route", "uuid": r["uuid"]} for r in routes],
        "proxyMode": False, "proxyHost": "", "proxyRemovePrefix": False,
        "tlsOptions": {"enabled": False}, "cors": False, "headers": [],
        "proxyReqHeaders": [], "proxyResHeaders": [], "data": [],
        "callbacks": []})
    return ["mockoon-cli", "start", "--data", data, "--port", str(port),
            "--disable-log-to-file", "--disable-admin-api", "--repair"]


def mitmproxy(folder, port, answers, obit_port):
    """It replays what it recorded itself, here from obit."""
    flows = os.path.join(folder, "flows")
    upstream = ["--mode", f"reverse:http://127.0.0.1:{obit_port}", "-q", "-p",
                str(port), "--set", f"confdir={folder}"]
    recorder = Mock(["mitmdump", *upstream, "-w", flows], port)
    if recorder.ready(0, answers[0][2]) is not None:
        for key in range(1, len(answers)):
            ask(port, key)
    os.kill(recorder.process.pid, signal.SIGTERM)
    recorder.process.wait()
    options = subprocess.run(["mitmdump", "--options"], text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    again = "reuse" if "server_replay_reuse" in options else "nopop"
    return ["mitmdump", *upstream, "-S", flows,
            "--set", f"server_replay_{again}=true",
            "--set", "server_replay_kill_extra=true"]


PEERS = [
    ("WireMock", "wiremock", wiremock),
    ("Mountebank", "mb", mountebank),
    ("Mockoon", "mockoon-cli", mockoon),
    ("mitmproxy", "mitmdump", mitmproxy),
]


def start_obit(archive):
    """obit itself; it says its address."""
    mock = Mock([OBIT, "serve", archive], None)
    while b"\n" not in os.pread(mock.log.fileno(), 100, 0):
        time.sleep(0.01)
    first = os.pread(mock.log.fileno(), 100, 0).split()[0].decode()
    mock.port = urllib.parse.urlsplit(first).port
    return mock


def measure(mock, script, seconds):
    """Requests per second and microseconds of processor for each."""
    before = mock.seconds()
    rate, count = load(mock.port, script, seconds)
    if count == 0:
        raise RuntimeError("nothing was answered")
    return rate, (mock.seconds() - before) / count * 1e6


def compare(name, peer, obit, script, seconds, rounds, start):
    measure(peer, script, seconds)  # what is compiled on first use, is now
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(measure(peer, script, seconds))
        ours.append(measure(obit, script, seconds))
    rate, cpu = (statistics.median(column) for column in zip(*theirs))
    our_rate, our_cpu = (statistics.median(column) for column in zip(*ours))
    print(f"{name}: {rate:.0f}/s, cpu {cpu:.0f} us, {peer.megabytes()} MB, ready "
          f"after {start:.1f} s; obit: {our_rate:.0f}/s, cpu {our_cpu:.1f} us, "
          f"{obit.megabytes()} MB: rate {our_rate / rate:.0f} x, "
          f"cpu 1/{cpu / our_cpu:.0f}", flush=True)


def main():
    keys, seconds, rounds = (
        int(sys.argv[i + 1]) if len(sys.argv) > i + 1 else default
        for i, default in enumerate((1000, 3, 3)))
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "a.obit")
        subprocess.run([MAKE_ARCHIVE, archive, str(keys), "1"], check=True)
        script = os.path.join(folder, "walk.lua")
        with open(script, "w", encoding="ascii") as f:
            f.write("local at = -1\nfunction request()\n"
                    f"\tat = (at + 1) % {keys}\n"
                    '\treturn "DELETE /v1/p/instances/i-" .. at ..\n'
                    '\t\t" HTTP/1.1\\r\\nHost: ecs.example.com\\r\\n\\r\\n"\n'
                    "end\n")
        obit = start_obit(archive)
        try:
            answers = [ask(obit.port, key) for key in range(keys)]
            for name, program, configure in PEERS:
                if shutil.which(program) is None:
                    print(f"{name}: skipped, no {program}")
                    continue
                port = free_port()
                command = configure(os.path.join(folder, program), port,
                                    answers, obit.port)
                peer = Mock(command, port)
                try:
                    start = peer.ready(keys - 1, answers[-1][2])
                    if start is None:
                        print(f"{name}: did not start")
                    else:
                        compare(name, peer, obit, script, seconds, rounds, start)
                finally:
                    peer.stop()
        finally:
            obit.stop()


if __name__ == "__main__":
    sys.exit(main())
