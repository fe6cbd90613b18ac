#!/usr/bin/env python3
"""Plant secrets in every place of HTTP messages and look for them afterwards.

    planted.py OBIT FOLDER SECRETS [SEED]

Writes a capture in which each exchange has one secret in one place, records
it with --all, also while the recorder runs and killed in the middle, and
searches every byte of every file that is left, and every message and listing
that can be taken out again.  One line of figures; exit status 1 if one is
found, or if not every exchange was recorded.
"""
import base64
import gzip
import json
import os
import random
import signal
import struct
import subprocess
import sys
import urllib.parse

obit, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def word(n, alphabet=BASE62):
    return "".join(rng.choice(alphabet) for _ in range(n))


def b64(n):
    data = bytes(rng.randrange(256) for _ in range(n))
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt():
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode()
    return f"{head.rstrip('=')}.{b64(30)}.{b64(32)}"


# What issuers make: known wherever it stands.
SHAPED = [
    lambda: "AKIA" + word(16, BASE62[:26] + "234567"),
    lambda: "ASIA" + word(16, BASE62[:26] + "234567"),
    lambda: "AKLT" + word(43),
    lambda: "LTAI" + word(20),
    lambda: "AIza" + word(35),
    lambda: "ghp_" + word(36),
    lambda: "github_pat_" + word(22) + "_" + word(59),
    lambda: "glpat-" + word(20),
    lambda: "sk_live_" + word(24),
    lambda: "xoxb-" + word(12, "0123456789") + "-" + word(24),
    lambda: "hvs." + word(24),
    lambda: "ya29." + word(60),
    lambda: "npm_" + word(36),
    jwt,
]
# What looks random: known in fields that nobody knows.
RANDOM = SHAPED + [lambda: word(40), lambda: b64(32), lambda: word(64, "0123456789abcdef")]
# What a name alone tells.
NAMED = RANDOM + [
    lambda: word(12, BASE62[26:52]),
    lambda: word(18, "0123456789"),  # nine are in times, by chance
    lambda: "correct-horse-battery-" + word(6, BASE62[26:52]),
]

# What a name that also stands for words and numbers tells.
HINTED = [
    lambda: word(32, "0123456789abcdef"),
    lambda: word(18, "0123456789"),
    lambda: "-".join(word(n, "0123456789abcdef") for n in (8, 4, 4, 4, 12)),
    lambda: word(3) + "7" + word(4) + "9" + word(3),
]

HINT_NAMES = ["session", "sess", "_csrf", "xsrf", "proxy_auth",
              "assertion", "hmac", "app_key", "share_key", "licence_key"]
SECRET_NAMES = ["password", "adminPass", "user_password", "access_token",
                "client_secret", "secret_key", "apiKey", "x-api-key",
                "private_key", "refresh_token", "sk", "db.passwd",
                "AccessKeySecret", "auth", "session_id", "PHPSESSID", "_sid",
                "tokenValue", "csrf_token", "newpass", "old_pw", "userpw",
                "otp", "passcode", "sesskey", "SESSDATA", "CFID"]
SECRET_HEADERS = ["X-Auth-Token", "X-Security-Token", "X-Amz-Security-Token",
                  "X-Api-Key", "X-Vault-Token", "Proxy-Authorization",
                  "Ocp-Apim-Subscription-Key", "X-Client-Secret", "Api-Key",
                  "X-Subject-Token", "vmware-api-session-id", "X-chkp-sid",
                  "X-RestSvcSessionId", "X-Transmission-Session-Id",
                  "X-Otp", "X-Passcode", "X-Auth"]
HINT_HEADERS = ["Authentication", "X-Session", "X-Ticket", "X-Pin",
                "X-Tableau-Auth", "X-Zabbix-Auth"]
PLACES = []


def place(secrets):
    def add(f):
        PLACES.append((f.__name__, secrets, f))
        return f
    return add


def request(target="/v1/things/1", head="", body=b"", method="DELETE"):
    if body or method == "POST":
        head += f"Content-Length: {len(body)}\r\n"
    return (f"{method} {target} HTTP/1.1\r\nHost: api.example.com\r\n{head}\r\n"
            .encode() + body)


def response(head="", body=b"", line="HTTP/1.1 200 OK", before=""):
    return (f"{before}{line}\r\n{head}Content-Length: {len(body)}\r\n\r\n"
            .encode() + body)


def post(kind, body, head=""):
    return request(method="POST", target="/v1/things/1/delete",
                   head=f"Content-Type: {kind}\r\n{head}",
                   body=body if isinstance(body, bytes) else body.encode())


def typed(kind, body, head=""):
    return response(head=f"Content-Type: {kind}\r\n{head}",
                    body=body if isinstance(body, bytes) else body.encode())


def chunked(body, size, extension="", trailer="", start=None):
    out = b""
    for at in range(0, len(body), size):
        part = body[at:at + size]
        out += f"{len(part):x}{extension}\r\n".encode() + part + b"\r\n"
    head = start or ("POST /v1/things/1/delete HTTP/1.1\r\n"
                     "Host: api.example.com\r\nContent-Type: application/json"
                     "\r\n")
    return (f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + out +
            f"0\r\n{trailer}\r\n".encode())


# Requests and responses with one secret; None is a plain one.
@place(NAMED)
def header(s): return request(head=f"{rng.choice(SECRET_HEADERS)}: {s}\r\n"), None
@place(NAMED)
def header_odd_case(s): return request(head=f"{rng.choice(SECRET_HEADERS).upper()}:{s}  \r\n"), None
@place(NAMED)
def header_folded(s): return request(head=f"X-Auth-Token: a\r\n {s}\r\n"), None
@place(NAMED)
def bearer(s): return request(head=f"Authorization: Bearer {s}\r\n"), None
@place(NAMED)
def bare_authorization(s): return request(head=f"Authorization: {s}\r\n"), None
@place(NAMED)
def signature(s): return request(head=f"Authorization: AWS4-HMAC-SHA256 Credential=AK/20261126/r/s/aws4_request, SignedHeaders=host, Signature={s}\r\n"), None
@place(NAMED)
def credential(s): return request(head=f"Authorization: HMAC-SHA256 Credential={s}/20261126/r/s/request, SignedHeaders=host, Signature=00\r\n"), None
@place(NAMED)
def digest(s): return request(head=f'Authorization: Digest username="u", response="{s}"\r\n'), None
@place(NAMED)
def key_and_signature(s): return request(head=f"Authorization: AWS AK:{s}\r\n"), None
@place(NAMED)
def cookie(s): return request(head=f"Cookie: theme=dark; sid={s}; a=b\r\n"), None
@place(NAMED)
def set_cookie(s): return None, response(head=f"Set-Cookie: sid={s}; Path=/; HttpOnly\r\n")
@place(NAMED)
def response_token(s): return None, response(head=f"X-Subject-Token: {s}\r\n")
@place(RANDOM)
def odd_header(s): return request(head=f"X-Odd: {s}\r\n"), None
@place(RANDOM)
def odd_response_header(s): return None, response(head=f"X-Odd: v={s}\r\n")
@place(SHAPED)
def user_agent(s): return request(head=f"User-Agent: tool/1.2 ({s}) x\r\n"), None
@place(SHAPED)
def header_name(s): return request(head=f"X-{s}: 1\r\n"), None
@place(SHAPED)
def referer(s): return request(head=f"Referer: https://example.com/{s}/x\r\n"), None
@place(NAMED)
def referer_query(s): return request(head=f"Referer: https://example.com/x?token={s}\r\n"), None
@place(NAMED)
def location_query(s): return None, response(line="HTTP/1.1 302 Found", head=f"Location: https://example.com/cb?code=1&access_token={s}\r\n")
@place(NAMED)
def location_fragment(s): return None, response(line="HTTP/1.1 302 Found", head=f"Location: https://example.com/cb#access_token={s}&a=b\r\n")
@place(NAMED)
def location_userinfo(s): return None, response(line="HTTP/1.1 302 Found", head=f"Location: https://user:{s}@example.com/\r\n")
@place(NAMED)
def host_userinfo(s): return request().replace(b"api.example.com", f"user:{s}@api.example.com".encode()), None
@place(NAMED)
def target_userinfo(s): return request(target=f"http://user:{s}@api.example.com/v1/things/1"), None
@place(NAMED)
def query(s): return request(target=f"/v1/things/1?a=1&{rng.choice(SECRET_NAMES)}={s}&b=2"), None
@place(HINTED)
def hinted_header(s): return request(head=f"{rng.choice(HINT_HEADERS)}: {s}\r\n"), None
@place(HINTED)
def hinted_query(s): return request(target=f"/v1/things/1?a=1&{rng.choice(HINT_NAMES)}={s}"), None
@place(HINTED)
def hinted_form(s): return post("application/x-www-form-urlencoded", f"{rng.choice(HINT_NAMES)}={s}&b=2"), None
@place(HINTED)
def hinted_json(s): return None, typed("application/json", json.dumps({"a": {rng.choice(HINT_NAMES): s}}))
@place(HINTED)
def hinted_xml(s): return None, typed("text/xml", f"<A><session>{s}</session></A>")
@place(HINTED)
def oauth_code(s): return None, response(line="HTTP/1.1 302 Found", head=f"Location: /cb?code={s}&state=x\r\n")
@place(HINTED)
def oauth_form(s): return post("application/x-www-form-urlencoded", f"grant_type=authorization_code&code={s}"), None
@place([lambda: b64(51)])
def webhook_path(s): return request(target=f"/api/webhooks/{word(18, '0123456789')}/{s}/messages/1"), None
@place([lambda: "AA" + b64(25)])
def bot_path(s): return request(target=f"/bot{word(10, '0123456789')}:{s}/deleteMessage"), None
@place([lambda: b64(20)])
def websocket_token(s): return request(head=f"Sec-WebSocket-Protocol: v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.{s}\r\n"), None
@place(NAMED)
def query_escaped(s): return request(target="/v1/things/1?access%5Ftoken=" + "".join(f"%{ord(c):02x}" for c in s)), None
@place(RANDOM)
def odd_query(s): return request(target=f"/v1/things/1?odd={s}"), None
@place(NAMED)
def presigned(s): return request(target=f"/v1/things/1?X-Amz-Algorithm=A&X-Amz-Signature={s}"), None
@place(SHAPED)
def path(s): return request(target=f"/v1/share/{s}/things/1"), None
@place(SHAPED)
def path_escaped(s): return request(target="/v1/share/" + "".join(f"%{ord(c):02X}" for c in s)), None
@place(NAMED)
def path_parameter(s): return request(target=f"/v1/things/1;v=2;jsessionid={s}"), None
@place(NAMED)
def path_parameter_inside(s): return request(target=f"/v1/things%3BPHPSESSID={s}/1?a=b"), None
@place(NAMED)
def path_ticket(s): return request(target=f"/v1/(S({s}))/things/1"), None
@place(NAMED)
def location_parameter(s): return None, response(line="HTTP/1.1 302 Found", head=f"Location: /x;jsessionid={s}?a=b\r\n")
@place(NAMED)
def response_session(s): return None, response(head=f"X-Session-Id: {s}\r\n")
@place(SHAPED)
def reason(s): return None, response(line=f"HTTP/1.1 403 bad token {s}")
@place(RANDOM)
def interim(s): return None, response(before=f"HTTP/1.1 103 Early Hints\r\nX-Odd: {s}\r\n\r\n")
@place(NAMED)
def form(s): return post("application/x-www-form-urlencoded", f"a=1&{rng.choice(SECRET_NAMES)}={urllib.parse.quote_plus(s)}&b=2"), None
@place(NAMED)
def json_in_form(s): return post("application/x-www-form-urlencoded", "a=1&payload=" + urllib.parse.quote_plus(json.dumps({"a": [{"token": s}]}))), None
@place(NAMED)
def json_in_query(s): return request(target="/v1/things/1?variables=" + urllib.parse.quote(json.dumps({"password": s}))), None
@place(NAMED)
def graphql_literal(s): return post("application/json", json.dumps({"query": 'mutation{deleteThing(id:"1",password:"%s"){id}}' % s})), None
@place(NAMED)
def python_literal(s): return post("application/json", "{'id': 1, 'password': '%s', 'b': None}" % s), None
@place(NAMED)
def xml_rpc(s): return post("text/xml", f"<methodCall><params><param><value><struct><member><name>password</name><value><string>{s}</string></value></member></struct></value></param></params></methodCall>"), None
@place(NAMED)
def html_input(s): return None, typed("text/html", f'<form><input type="password" name="password" value="{s}"><p>x</form>')
@place(RANDOM)
def odd_form(s): return post("application/x-www-form-urlencoded", f"odd={s}"), None
@place(NAMED)
def json_member(s): return post("application/json", json.dumps({"a": [{rng.choice(SECRET_NAMES): s}], "id": "x"})), None
@place(NAMED)
def json_below(s): return post("application/json", json.dumps({"credentials": {"a": {"b": [1, s]}}})), None
@place(NAMED)
def json_escaped(s): return None, typed("application/json", '{"password":"%s"}' % "".join(f"\\u{ord(c):04x}" for c in s))
@place(NAMED)
def json_pair(s): return None, typed("application/json", json.dumps([{"name": "DB_PASSWORD", "value": s}]))
@place(NAMED)
def json_in_json(s): return None, typed("application/json", json.dumps({"data": json.dumps({"password": s})}))
@place(NAMED)
def json_broken(s): return None, typed("application/json", '{"a":[1,,{"secret_key":"%s"' % s)
@place(RANDOM)
def odd_json(s): return None, typed("application/json", json.dumps({"note": s}))
@place(SHAPED)
def json_name(s): return None, typed("application/json", json.dumps({s: 1}))
@place(NAMED)
def json_url(s): return None, typed("application/json", json.dumps({"u": f"postgres://db:{s}@db.example.com/x"}))
@place(NAMED)
def json_lines(s): return None, typed("application/x-ndjson", '{"a":1}\n{"token":"%s"}\n' % s)
@place([lambda: word(9, "123456789")])
def json_number(s): return post("application/json", '{"password":%s}' % s), None
@place(NAMED)
def json_untyped(s): return post("text/plain", '{"password":"%s"}' % s), None
@place(NAMED)
def xml(s): return post("application/xml", f"<?xml version='1.0'?><A><AdminPass>{s}</AdminPass><B>x</B></A>"), None
@place(NAMED)
def xml_attribute(s): return post("application/xml", f"<A><B name='x' password=\"{s}\"/></A>"), None
@place(NAMED)
def xml_cdata(s): return None, typed("text/xml", f"<A><n:SecretAccessKey><![CDATA[{s}]]></n:SecretAccessKey></A>")
@place(RANDOM)
def odd_xml(s): return None, typed("text/xml", f"<A><B>{s}</B></A>")
@place(NAMED)
def multipart(s): return post("multipart/form-data; boundary=b", f'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{s}\r\n--b--\r\n'), None
@place(SHAPED)
def text(s): return None, typed("text/plain", f"the key is {s}, keep it")
@place(NAMED)
def text_assigned(s): return None, typed("text/plain", f"login failed: password={s} host=x")
@place(SHAPED)
def binary(s): return None, typed("application/octet-stream", bytes(range(32)) * 40 + s.encode() + bytes(range(32)))
@place(NAMED)
def pem(s): return None, typed("text/plain", f"-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----\n")
@place(NAMED)
def large_json(s): return None, typed("application/json", json.dumps({"pad": ["x" * 50] * 400, "password": s}))
@place(NAMED)
def gzipped(s): return None, typed("application/json", gzip.compress(b'{"password":"%s"}' % s.encode(), mtime=0), "Content-Encoding: gzip\r\n")
@place(NAMED)
def chunks(s): return chunked(b'{"password":"%s"}' % s.encode(), 7), None
@place(SHAPED)
def chunk_extension(s): return chunked(b'{"a":1}', 4, extension=f";sig={s}"), None
@place(NAMED)
def trailer(s): return chunked(b'{"a":1}', 4, trailer=f"X-Auth-Token: {s}\r\n"), None
@place(RANDOM)
def odd_trailer(s): return None, chunked(b'{"a":1}', 4, trailer=f"X-Odd: {s}\r\n", start="HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
@place(NAMED)
def cut_body(s): return None, typed("application/json", json.dumps({"password": s + "x" * 40}))[:-30]
@place(NAMED)
def basic(s): return request(head="Authorization: Basic " + base64.b64encode(f"user:{s}".encode()).decode() + "\r\n"), None


class Pcap:
    """Ethernet, IPv4 and TCP, one connection after another."""

    def __init__(self, path):
        self.f = open(path, "wb")
        self.f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        self.at = 1_790_000_000_000_000

    def packet(self, up, port, seq, ack, flags, data=b""):
        tcp = struct.pack(">HHIIBBHHH", port if up else 80, 80 if up else port,
                          seq & 0xffffffff, ack & 0xffffffff, 5 << 4, flags, 65535, 0, 0) + data
        ends = (b"\xc0\x00\x02\x01", b"\xc6\x33\x64\x07")
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
        ip += ends[0] + ends[1] if up else ends[1] + ends[0]
        frame = bytes(12) + b"\x08\x00" + ip + tcp
        self.at += 37
        self.f.write(struct.pack("<IIII", *divmod(self.at, 10 ** 6), len(frame), len(frame)) + frame)

    def connection(self, n, up, down):
        port, a, b = 1024 + n % 60000, 1000 * n, 7000 * n
        self.packet(True, port, a, 0, 2)
        self.packet(False, port, b, a + 1, 18)
        self.packet(True, port, a + 1, b + 1, 16)
        for i in range(0, len(up), 1400):
            self.packet(True, port, a + 1 + i, b + 1, 24, up[i:i + 1400])
        a += 1 + len(up)
        for i in range(0, len(down), 1400):
            self.packet(False, port, b + 1 + i, a, 24, down[i:i + 1400])
        b += 1 + len(down)
        self.packet(False, port, b, a, 17)
        self.packet(True, port, a, b + 1, 17)
        self.packet(False, port, b + 1, a + 1, 16)


def plant(path):
    """Returns each secret with the name of its place."""
    planted = []
    pcap = Pcap(path)
    for n in range(count):
        name, secrets, make = PLACES[n % len(PLACES)]
        secret = rng.choice(secrets)()
        up, down = make(secret)
        pcap.connection(n + 1, up or request(), down or response())
        planted.append((secret, name))
    pcap.f.close()
    return planted


def forms(secret):
    """The secret as it may be written, less its first and last character."""
    raw = secret.encode()
    yield raw[1:-1]
    yield "".join(f"%{c:02x}" for c in raw[1:-1]).encode()
    yield "".join(f"%{c:02X}" for c in raw[1:-1]).encode()
    yield "".join(f"\\u{c:04x}" for c in raw[1:-1]).encode()
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + raw)[4:len(raw) * 4 // 3 - 4]


def search(planted, patterns, *paths):
    """Which of the secrets stand in which of the files."""
    r = subprocess.run(("grep", "-raoF", "-f", patterns) + paths,
                       capture_output=True, env={"LC_ALL": "C"})
    if r.returncode > 1:
        raise SystemExit(r.stderr.decode())
    hits = {}
    for line in set(r.stdout.splitlines()):
        where, _, text = line.partition(b":")
        hits.setdefault(text, os.path.basename(where.decode()))
    return [(name, hits[f], secret) for secret, name in planted
            for f in forms(secret) if f in hits]


def write_patterns(planted, path):
    with open(path, "wb") as f:
        for secret, _ in planted:
            f.write(b"".join(x + b"\n" for x in forms(secret) if len(x) >= 6))


def run(*args, allowed=(0, 1, 4)):
    r = subprocess.run((obit,) + args, capture_output=True)
    if r.returncode not in allowed:
        raise SystemExit(f"{args}: {r.returncode} {r.stderr.decode()}")
    return r.stdout + r.stderr


def take_out(archive, n, top):
    """Everything that can be asked of the archive, into files."""
    asked = [("ls", "--json", archive), ("audit", "--json", archive),
             ("audit", "--secrets", archive), ("stats", archive)]
    asked += [("show", "--json", archive, str(i)) for i in range(1, n + 1)]
    asked += [("show", "--raw", side, archive, str(i))
              for i in range(1, n + 1) for side in ("request", "response")]
    for args in asked:
        name = " ".join(a.replace("/", "_") for a in args if a != archive)
        with open(os.path.join(top, name), "wb") as f:
            f.write(run(*args, allowed=(0, 1, 2, 3)))


def killed(pcap, archive):
    """A recorder that is stopped with its journal beside the archive."""
    p = subprocess.Popen([obit, "capture", "--all", "-r", "-", archive], stdin=subprocess.PIPE,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(pcap, "rb") as f:
        p.stdin.write(f.read())
        p.stdin.flush()
    while not os.path.exists(archive + "-wal"):
        if p.poll() is not None:
            raise SystemExit("the recorder ended")
    p.send_signal(signal.SIGKILL)
    p.wait()


def main():
    work, taken = os.path.join(folder, "work"), os.path.join(folder, "taken")
    os.mkdir(work)
    os.mkdir(taken)
    pcap = os.path.join(folder, "planted.pcap")
    patterns = os.path.join(folder, "patterns")
    planted = plant(pcap)
    write_patterns(planted, patterns)
    # The search can find: nearly all stand in the capture as they are.
    plain = len({s for _, _, s in search(planted, patterns, pcap, "/dev/null")})
    archive = os.path.join(work, "a.obit")
    run("capture", "--all", "-r", pcap, archive)
    killed(pcap, os.path.join(work, "killed.obit"))
    n = run("ls", "--json", archive).count(b"\n")
    take_out(archive, n, taken)
    found = search(planted, patterns, work, taken)
    for name, where, secret in found[:20]:
        print(f"{name} in {where}: {secret}")
    print(f"{count} secrets in {len(PLACES)} places, {plain} of them in the "
          f"clear in the capture; {n} exchanges; {len(found)} found")
    return 1 if found or n != count or plain < count * 0.9 else 0


sys.exit(main())
