#!/usr/bin/env bats
# obit serve, as its clients and its user see it.
bats_require_minimum_version 1.5.0

P=145483a5107745e9b3d80f956713e6a3
ELB=/v2/$P/elb/pools/5a9a3e9e-d1aa-448e-af37-a70171f2a332/members/cf024846-7516-4e3a-b0fb-6590322c836f
CLOUDDC=/v1/$P/instances/d3a1c8f0-1111-4222-8333-944455556666

load ../lib/serve.bash

@test "the first line is the address, on loopback" {
	record huawei
	start
	[[ $URL =~ ^http://127\.0\.0\.1:[1-9][0-9]*$ ]]
	finish
	[ "$STATUS" -eq 0 ]
	grep -q '^0 requests: 0 answered' words
	grep -q '^sequence e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855$' words
}

@test "ELB: 204, then 404 with the recorded body, and 404 for ever" {
	record huawei
	start
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	for _ in 1 2 3; do
		[ "$(status_of -X DELETE "$URL$ELB")" = 404 ]
		grep -q ELB.8907 body
	done
}

@test "CloudDC: 204, then shutting-down until terminated, three polls or thirty" {
	record huawei
	start
	[ "$(status_of "$URL$CLOUDDC/status")" = 404 ] # nothing was seen before
	grep -q '"reason":"early"' body
	[ "$(status_of -X DELETE "$URL$CLOUDDC")" = 204 ]
	[ "$(status_of "$URL$CLOUDDC/status")" = 200 ]
	grep -q shutting-down body
	for _ in $(seq 30); do curl -s -o body "$URL$CLOUDDC/status"; done
	grep -q terminated body
}

@test "the bytes are those that were recorded" {
	record huawei
	start
	id=$("$OBIT" ls --json a.obit |
		sed -n "s|^{\"id\":\([0-9]*\),.*\"method\":\"DELETE\".*$ELB.*|\1|p" | head -n 1)
	"$OBIT" show a.obit "$id" --raw response >want
	printf 'DELETE %s HTTP/1.1\r\nHost: x\r\n\r\n' "$ELB" | raw >got
	cmp want got
}

@test "the recorded sessions themselves: all the same bytes, strictly" {
	for name in huawei volcengine; do
		rm -f a.obit
		record "$name"
		start --strict
		for id in $("$OBIT" ls --json a.obit | sed 's/^{"id":\([0-9]*\),.*/\1/'); do
			"$OBIT" show a.obit "$id" --raw request | raw >got
			"$OBIT" show a.obit "$id" --raw response >want
			cmp want got
		done
		finish
		cat words
		[ "$STATUS" -eq 0 ]
	done
}

@test "Volcengine: the real request line, in any order of ids" {
	record volcengine
	start
	t='ClientToken=333456899ff00001'
	a=InstanceIds.1=i-ybo349sxoncm9t000001
	q='/?Action=DeleteInstances&Version=2020-04-01'
	[ "$(status_of "$URL$q&$t&$a&InstanceIds.2=i-running9sxolcm9t0002&InstanceIds.3=i-gone349sxolcm9t00003")" = 200 ]
	grep -q OperationDetails body
	[ "$(status_of "$URL$q&$t&InstanceIds.1=i-gone349sxolcm9t00003&InstanceIds.2=i-ybo349sxoncm9t000001&InstanceIds.3=i-running9sxolcm9t0002")" = 200 ]
}

@test "never a subset, a superset, another id or another method" {
	record volcengine
	start
	t='ClientToken=333456899ff00001'
	q='/?Action=DeleteInstances&Version=2020-04-01'
	[ "$(status_of "$URL$q&$t&InstanceIds.1=i-ybo349sxoncm9t000001")" = 404 ]
	grep -q '"reason":"unknown"' body
	grep -q '"missing":\[[^]]*"i-gone349sxolcm9t00003"' body
	[ "$(status_of "$URL$q&$t&InstanceIds.1=i-ybo349sxoncm9t000001&InstanceIds.2=i-running9sxolcm9t0002&InstanceIds.3=i-gone349sxolcm9t00003&InstanceIds.4=i-more")" = 404 ]
	grep -q '"extra":\["i-more"\]' body
	[ "$(status_of "$URL/?Action=DescribeNothing&InstanceIds.1=i-ybo349sxoncm9t000001")" = 404 ]
}

@test "another method is a miss that says so" {
	record huawei
	start
	[ "$(status_of "$URL$ELB")" = 404 ]
	grep -q '"differs":\["method"' body
	[ "$(status_of -X DELETE "$URL${ELB%?}X")" = 404 ]
	grep -q '"reason":"unknown"' body
}

@test "on-miss: 501, or a closed connection" {
	record huawei
	start --on-miss 501
	[ "$(status_of "$URL/nothing")" = 501 ]
	finish
	start --on-miss close
	run -52 curl -s "$URL/nothing"
}

@test "sessions do not disturb each other" {
	record huawei
	start
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	[ "$(status_of -X DELETE -H 'X-Obit-Session: two' "$URL$ELB")" = 204 ]
	[ "$(status_of -X DELETE -H 'X-Obit-Session: two' "$URL$ELB")" = 404 ]
	[ "$(status_of -X DELETE "$URL$ELB")" = 404 ]
}

@test "strict: what was missed and what was never asked for" {
	record huawei
	start --strict
	curl -s -o body "$URL/nothing?token=geheim"
	curl -s -o body -X DELETE "$URL$ELB"
	finish
	[ "$STATUS" -eq 1 ]
	grep -q '^missed GET /nothing (unknown, 1 times)$' words
	grep -q '^unused [0-9]* DELETE /v2/' words
	run ! grep geheim words
}

@test "the log tells every request and no secret" {
	record huawei
	start --log log.jsonl
	curl -s -o body -X DELETE -H 'X-Auth-Token: geheim' "$URL$ELB"
	curl -s -o body "$URL/nothing?token=geheim"
	printf 'garbage\r\n\r\n' | raw
	finish
	[ "$(wc -l <log.jsonl)" -eq 3 ]
	[ "$(stat -c %a log.jsonl)" = 600 ]
	grep -q '"number":1,.*"method":"DELETE".*"status":204,"id":[1-9][0-9]*,"reason":null}' log.jsonl
	grep -q '"path":"/nothing","status":404,"id":null,"reason":"unknown"}' log.jsonl
	grep -q '"number":3,.*"status":400,"id":null,"reason":"refused"}' log.jsonl
	run ! grep geheim log.jsonl
}

@test "64 clients at once: a queue without gap or repeat" {
	record huawei
	start
	n=$(seq 256 | xargs -P 64 -n 4 sh -c \
		'for i; do curl -s -o /dev/null -w "%{http_code}\n" -X DELETE "$0"; done' "$URL$ELB" |
		grep -c '^204$')
	[ "$n" -eq 1 ]
	finish
	grep -q '^256 requests: 256 answered' words
}

@test "pipelined requests are answered in order" {
	record huawei
	start
	{
		printf 'DELETE %s HTTP/1.1\r\nHost: x\r\n\r\n' "$ELB" "$ELB"
		printf 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n'
	} | raw >got
	[ "$(grep -ao 'HTTP/1.1 [0-9]*' got | cut -d' ' -f2 | tr '\n' ' ')" = '204 404 404 ' ]
	grep -aq '^X-Obit: miss' got
}

@test "what follows a recorded silence is lost, and nobody else" {
	printf '> DELETE /v/f HTTP/1.1\n> Host: h\n>\n' >silent.flow
	record_flow silent.flow
	start
	python3 -c '
import socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
s = socket.create_connection((u.hostname, u.port))
s.sendall(b"DELETE /v/f HTTP/1.1\r\nHost: h\r\n\r\n" * 2)
s.settimeout(0.2)
try:
    sys.exit(f"got {s.recv(100)}")
except TimeoutError:
    pass
' "$URL"
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$URL/nothing")" = 404 ]
	finish
}

@test "a large answer comes whole each time it is asked for" {
	{
		printf '> GET /large HTTP/1.1\n> Host: h\n>\n'
		printf '< HTTP/1.1 200 OK\n< Content-Length: 3500000\n<\n<| '
		yes 'no secret' | head -n 350000 | tr '\n' ' '
		echo
	} >large.flow
	record_flow large.flow
	start
	python3 -c '
import socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
request = b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n"
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((u.hostname, u.port))
f = s.makefile("rb")
for i in range(3):
    s.sendall(request)
    if i == 1:
        s.sendall(request)  # while the answer to the last is on its way
    for _ in range(1 + (i == 1)):
        assert f.readline() == b"HTTP/1.1 200 OK\r\n"
        assert f.readline() == b"Content-Length: 3500000\r\n"
        assert f.readline() == b"\r\n"
        assert f.read(3500000) == b"no secret " * 350000
s.sendall(request)
assert f.read(12) == b"HTTP/1.1 200"
s.close()  # with most of it unread
' "$URL"
	run -0 curl -sf -o whole "$URL/large"
	[ "$(wc -c <whole)" -eq 3500000 ]
	finish
	grep -q '^6 requests: 6 answered' words
}

@test "a slow reader gets every answer, and holds up nobody" {
	record huawei
	start
	python3 -c '
import socket, sys, threading, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
n = 20000
request = b"DELETE " + sys.argv[2].encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((u.hostname, u.port))
def send():
    s.sendall(request * n)
    s.shutdown(socket.SHUT_WR)
sender = threading.Thread(target=send)
sender.start()
got = s.recv(1)
with socket.create_connection((u.hostname, u.port), 10) as other:
    other.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert other.recv(12) == b"HTTP/1.1 404"
parts = [got]
while True:
    b = s.recv(4096)
    if not b: break
    parts.append(b)
sender.join()
got = b"".join(parts)
assert got.startswith(b"HTTP/1.1 204"), got[:100]
assert got.count(b"HTTP/1.1 ") == n, got.count(b"HTTP/1.1 ")
assert got.count(b"ELB.8907") == n - 1
' "$URL" "$ELB"
}

@test "the end waits for a request in progress" {
	record huawei
	start
	python3 -c '
import os, signal, socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
s = socket.create_connection((u.hostname, u.port), 10)
one = b"DELETE " + sys.argv[2].encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"
s.sendall(one + one[:30])          # the first answer shows that both are read
assert s.recv(12) == b"HTTP/1.1 204"
os.kill(int(sys.argv[3]), signal.SIGTERM)
try:
    while True:                    # until it listens no more
        socket.create_connection((u.hostname, u.port), 10).close()
except ConnectionError:            # refused, or reset in the backlog
    pass
s.sendall(one[30:])
rest = b""
while True:
    b = s.recv(65536)
    if not b: break
    rest += b
assert b"HTTP/1.1 404" in rest and b"ELB.8907" in rest, rest
' "$URL" "$ELB" "$SERVER"
	wait "$SERVER"
	SERVER=
	grep -q '^2 requests: 2 answered' words
}

@test "what is not HTTP, or too much, is refused" {
	record huawei
	start
	printf 'garbage\r\n\r\n' | raw >got
	grep -aq '^HTTP/1.1 400 ' got
	printf 'GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n' | raw >got
	grep -aq '^HTTP/1.1 400 ' got
	printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n' | raw >got
	grep -aq '^HTTP/1.1 413 ' got
	{ printf 'GET / HTTP/1.1\r\nX: '; head -c 300000 /dev/zero | tr '\0' a; } | raw >got
	grep -aq '^HTTP/1.1 431 ' got
	printf 'DELETE %s HTTP/1.1\r\nHo' "$ELB" | raw >got
	[ ! -s got ]
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
}

@test "chunked requests, Expect, absolute targets, HTTP/1.0" {
	record huawei
	start
	printf 'DELETE http://h.example%s HTTP/1.0\r\n\r\n' "$ELB" | raw >got
	grep -aq '^HTTP/1.1 204 ' got
	printf 'DELETE %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' "$ELB" | raw >got
	grep -aq '^HTTP/1.1 404 ' got
	[ "$(status_of -H 'Expect: 100-continue' -d x=1 "$URL/nothing")" = 404 ]
	grep -q '"method":"POST"' body
}

@test "bad usage and bad archives" {
	run -2 "$OBIT" serve
	run -3 "$OBIT" serve missing.obit
	[[ $output == *missing.obit* ]]
	echo 'not an archive' >bad.obit
	run -3 "$OBIT" serve bad.obit
	record huawei
	run -2 "$OBIT" serve --listen 127.0.0.1:x a.obit
	run -2 "$OBIT" serve --listen localhost:80 a.obit
	run -2 "$OBIT" serve --on-miss 200 a.obit
	start
	run -3 "$OBIT" serve --listen "${URL#http://}" a.obit
}

@test "SIGHUP starts the sequences again, and keeps what was asked for" {
	record huawei
	start --strict
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	[ "$(status_of -X DELETE "$URL$ELB")" = 404 ]
	kill -HUP "$SERVER"
	until grep -q '^sequence' words; do sleep 0.01; done
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	[ "$(status_of -X DELETE "$URL$ELB")" = 404 ]
	finish
	# The same was served twice, and neither time is it unused.
	[ "$(grep '^sequence' words | sort | uniq -c | awk '{ print $1 }')" = 2 ]
	run ! grep "^unused.*$ELB" words
}

@test "threads: bad numbers" {
	record huawei
	run -2 "$OBIT" serve --threads 0 a.obit
	run -2 "$OBIT" serve --threads 257 a.obit
	[[ $output == *--threads* ]]
	start --threads 256
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
}

@test "no thread of it can connect or open a file" {
	! nm -D "$OBIT" | grep -q __asan || skip "sanitizers are not confined"
	record huawei
	start --threads 3
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	set -- /proc/"$SERVER"/task/*/status
	[ $# -ge 3 ]
	[ "$(cat "$@" | grep -c '^Seccomp:[[:space:]]*2$')" -eq $# ]
	[ "$(cat "$@" | grep -c '^NoNewPrivs:[[:space:]]*1$')" -eq $# ]
}

@test "TLS: a certificate made on the spot, for any name" {
	record huawei
	start --tls --tls-ca-out ca.pem
	[[ $URL =~ ^https://127\.0\.0\.1:[1-9][0-9]*$ ]]
	port=${URL##*:}
	[ "$(status_of --cacert ca.pem -X DELETE "$URL$ELB")" = 204 ]
	[ "$(status_of --cacert ca.pem -X DELETE "https://localhost:$port$ELB")" = 404 ]
	grep -q ELB.8907 body
	[ "$(status_of --cacert ca.pem --resolve "elb.example:$port:127.0.0.1" \
		-X DELETE "https://elb.example:$port$ELB")" = 404 ]
	# The same port answers those who do not begin with TLS.
	[ "$(status_of -X DELETE "http://127.0.0.1:$port$ELB")" = 404 ]
	run -60 curl -s "$URL/"
	finish
	grep -q '^5 requests: 4 answered, 0 missed, 1 refused' words
	run ! grep -q PRIVATE ca.pem
}

@test "TLS: without a place for the authority, one that goes with the server" {
	record huawei
	TMPDIR=$BATS_TEST_TMPDIR start --tls
	ca=$(sed -n 's/^clients must trust //p' words)
	[ "$(status_of --cacert "$ca" -X DELETE "$URL$ELB")" = 204 ]
	finish
	[ ! -e "$ca" ]
}

@test "TLS: a certificate that was brought" {
	command -v openssl >/dev/null || skip "needs openssl"
	record huawei
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -subj /CN=mock \
		-addext subjectAltName=DNS:mock.example 2>/dev/null
	start --tls-cert cert.pem --tls-key key.pem
	port=${URL##*:}
	[ "$(status_of --cacert cert.pem --resolve "mock.example:$port:127.0.0.1" \
		-X DELETE "https://mock.example:$port$ELB")" = 204 ]
	finish
	run -2 "$OBIT" serve --tls-cert cert.pem a.obit
	run -2 "$OBIT" serve --tls --tls-cert cert.pem --tls-key key.pem a.obit
	run -2 "$OBIT" serve --tls-ca-out ca.pem a.obit
	run -3 "$OBIT" serve --tls-cert key.pem --tls-key key.pem a.obit
	[[ $output == *key.pem* ]]
	run -3 "$OBIT" serve --tls --tls-ca-out no/folder a.obit
}

@test "as a proxy: http_proxy, https_proxy, and a tunnel without TLS" {
	record huawei
	start --tls --tls-ca-out ca.pem --strict
	proxy=http://127.0.0.1:${URL##*:}
	host=elb.cn-north-4.example.com
	[ "$(http_proxy=$proxy status_of -X DELETE "http://$host$ELB")" = 204 ]
	[ "$(https_proxy=$proxy status_of --cacert ca.pem -X DELETE "https://$host$ELB")" = 404 ]
	grep -q ELB.8907 body
	[ "$(status_of -p -x "$proxy" -X DELETE "http://$host$ELB")" = 404 ]
	finish
	grep -q '^5 requests: 3 answered, 0 missed, 0 refused, 0 failed, 2 tunnels$' words
	run ! grep -q '^missed' words
}

@test "recorded faults: reset, cut short, no answer" {
	record_flow "$top_srcdir/tests/flows/bad-reset-before-response.flow"
	start
	run -56 curl -s -X DELETE "$URL/a" # connection reset by peer
	finish
	record_flow "$top_srcdir/tests/flows/bad-closed-in-body.flow"
	start
	run -18 curl -s -X DELETE "$URL/a" # transfer closed with bytes missing
	[ "$output" = 0123456789 ]
	finish
	record_flow "$top_srcdir/tests/flows/bad-no-answer.flow"
	start --idle-time 1
	run -52 curl -s -X DELETE "$URL/a" # nothing came, then it was closed
	finish
	grep -q '^1 requests: 1 answered' words
}

@test "what the recorder did not see is served only if asked for" {
	printf '> DELETE /a HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 200 OK\n< Content-Length: 30\n<\n<| 0123456789\n@gap < 19\n<| 9\n' >gap.flow
	record_flow gap.flow
	start
	[ "$(status_of -X DELETE "$URL/a")" = 404 ]
	grep -q '"differs":\["incomplete"\]' body
	finish
	start --incomplete
	[ "$(status_of -X DELETE "$URL/a")" = 200 ]
	[ "$(tr '\0' - <body)" = 0123456789-------------------9 ]
}

@test "latency: as recorded, or a factor of it" {
	printf '> GET /slow HTTP/1.1\n> Host: h\n>\n@at 0.6s\n< HTTP/1.1 200 OK\n< Content-Length: 0\n<\n' >slow.flow
	record_flow slow.flow
	taken() { curl -s -o body -w '%{time_total}' "$URL/slow"; }
	start
	t=$(taken)
	awk -v t="$t" 'BEGIN { exit !(t < 0.5) }'
	finish
	start --latency recorded
	t=$(taken)
	awk -v t="$t" 'BEGIN { exit !(t >= 0.55) }'
	finish
	start --latency 2
	t=$(taken)
	awk -v t="$t" 'BEGIN { exit !(t >= 1.15) }'
	finish
	for bad in -1 x 1x nan 1001 ''; do
		run -2 "$OBIT" serve --latency "$bad" a.obit
	done
}

@test "pipelined answers that wait stay in order" {
	printf '> GET /slow HTTP/1.1\n> Host: h\n>\n@at 0.3s\n< HTTP/1.1 200 OK\n< Content-Length: 4\n<\n<| slow\n> GET /fast HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 200 OK\n< Content-Length: 4\n<\n<| fast\n' >slow.flow
	record_flow slow.flow
	start --latency recorded
	printf 'GET /%s HTTP/1.1\r\nHost: h\r\n\r\n' slow fast slow | raw >got
	[ "$(grep -ao 'slow\|fast' got | tr '\n' ' ')" = 'slow fast slow ' ]
}

@test "limits have options, and a status each" {
	record huawei
	start --max-head 1K --max-body 10 --max-connections 2 --request-time 1
	{ printf 'GET / HTTP/1.1\r\nX: '; head -c 2000 /dev/zero | tr '\0' a; } | raw >got
	grep -aq '^HTTP/1.1 431 ' got
	printf 'POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n' | raw >got
	grep -aq '^HTTP/1.1 413 ' got
	python3 -c '
import socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
def begin():
    s = socket.create_connection((u.hostname, u.port), 10)
    s.sendall(b"GET /nothing HTTP/1.1\r\n")
    return s
def all_of(s):
    return b"".join(iter(lambda: s.recv(65536), b""))
a, b, c = begin(), begin(), begin()
assert all_of(c).startswith(b"HTTP/1.1 503 "), "more than there may be"
for s in a, b:
    assert all_of(s).startswith(b"HTTP/1.1 408 "), "late"
assert begin().close() is None
' "$URL"
	for bad in '--max-head 0' '--max-head 257K' '--max-connections 0' '--idle-time 0'; do
		# shellcheck disable=SC2086 # an option and its argument
		run -2 "$OBIT" serve $bad a.obit
	done
}

@test "HEAD is answered from a GET only if asked for" {
	record huawei
	get=$("$OBIT" ls --json a.obit | sed -n 's/.*"method":"GET".*"target":"\([^"]*\)".*"status":200.*/\1/p' | head -n 1)
	start
	[ "$(status_of -I "$URL$get")" = 404 ]
	finish
	start --head-of-get
	[ "$(status_of -I "$URL$get")" = 200 ] || cat body
}

@test "an archive of other rules is matched under those of today" {
	cat >r.yaml <<-'END'
	rules:
	  - name: mine.elb
	    match: DELETE /v2/{project_id}/elb/pools/{pool_id}/members/{member_id}
	    type: mine
	    id: path:member_id
	END
	"$OBIT" capture --all --rules r.yaml -r "$top_srcdir/tests/captures/huawei.pcap" a.obit
	start
	grep -q '^2 exchanges were recorded under other rules' words
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
	[ "$(status_of -X DELETE "$URL$ELB")" = 404 ]
	grep -q ELB.8907 body
	finish
	start --rules r.yaml
	run ! grep -q 'other rules' words
	[ "$(status_of -X DELETE "$URL$ELB")" = 204 ]
}

@test "little memory: the same answers" {
	record huawei
	start --memory 1 --strict
	for id in $("$OBIT" ls --json a.obit | sed 's/^{"id":\([0-9]*\),.*/\1/'); do
		"$OBIT" show a.obit "$id" --raw request | raw >got
		"$OBIT" show a.obit "$id" --raw response >want
		cmp want got
	done
	finish
	[ "$STATUS" -eq 0 ]
	run -2 "$OBIT" serve --memory 0 a.obit
}
