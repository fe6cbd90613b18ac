#!/usr/bin/env bats
# obit serve, as its clients and its user see it.
bats_require_minimum_version 1.5.0

P=145483a5107745e9b3d80f956713e6a3
ELB=/v2/$P/elb/pools/5a9a3e9e-d1aa-448e-af37-a70171f2a332/members/cf024846-7516-4e3a-b0fb-6590322c836f
CLOUDDC=/v1/$P/instances/d3a1c8f0-1111-4222-8333-944455556666

setup() {
	cd "$BATS_TEST_TMPDIR"
	export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	SERVER=
}

teardown() {
	[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || :
}

record() { "$OBIT" capture --all -r "$top_srcdir/tests/captures/$1.pcap" a.obit; }

# Start a server of a.obit and set URL; more arguments are options.
start() {
	mkfifo address
	"$OBIT" serve "$@" a.obit >address 2>words 3>&- &
	SERVER=$!
	read -r URL <address
	rm address
}

# End it and set STATUS.
finish() {
	kill -TERM "$SERVER"
	STATUS=0
	wait "$SERVER" || STATUS=$?
	SERVER=
}

status_of() { curl -s -o body -w '%{http_code}' "$@"; }

# Send standard input as it is, half-close, print what comes back.
raw() {
	python3 -c '
import socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
s = socket.create_connection((u.hostname, u.port), 10)
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while True:
    b = s.recv(65536)
    if not b: break
    sys.stdout.buffer.write(b)
' "$URL"
}

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
