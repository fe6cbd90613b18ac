# A server for a test: an archive to serve, a client, and its end.
#
# The tests of a file begin in a folder of their own, without a server, and
# leave none.
# shellcheck shell=bash

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	SERVER=
}

teardown() {
	[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || :
}

# A flow of tests/flows as an archive.
record_flow() {
	"$top_builddir/tests/tools/flow2pcap" "$1" >flow.pcap
	rm -f a.obit
	"$OBIT" capture --all -r flow.pcap a.obit || [ $? -eq 4 ]
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
	# shellcheck disable=SC2034 # for the test
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
