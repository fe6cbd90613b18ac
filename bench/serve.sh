#!/bin/sh
# Requests per second, processor time and latency of obit serve and of a bare
# loop of system calls (bare_server.c) against nginx's `return 204`, each on
# one core, wrk on another, turn by turn, with the same requests.  Where wrk
# takes longer for a request than a server does, the rate is wrk's, and only
# the processor time tells servers apart.
# Run it from the build folder:
#
#	sh ../bench/serve.sh [-e] [-k KEYS] [-n ASKED] [-r ROUNDS] [-s SECONDS]
#
# The archive has KEYS recorded deletions (1000), of which the clients ask
# for ASKED (1000), spread over all of it.  Their answers are 200s of some
# 300 bytes, with -e 204s as small as nginx's.  Needs nginx, wrk, python3 and
# a C compiler.
: "${OBIT:=./obit}" "${MAKE_ARCHIVE:=./tests/tools/make_archive}"
keys=1000 asked=1000 rounds=5 seconds=3 answers=full
while getopts ek:n:r:s: option; do
	case $option in
	e) answers=empty ;;
	k) keys=$OPTARG ;;
	n) asked=$OPTARG ;;
	r) rounds=$OPTARG ;;
	s) seconds=$OPTARG ;;
	*) exit 2 ;;
	esac
done
folder=$(mktemp -d) || exit 3
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$folder"' EXIT

# Archives are kept for the next run, as a large one takes minutes, unless
# another make_archive made them.
prefix=${TMPDIR:-/tmp}/obit-bench-$keys-$answers
archive=$prefix-$(cksum <"$MAKE_ARCHIVE" | cut -d' ' -f1).obit
[ -e "$archive" ] || {
	rm -f "$prefix"-*.obit
	# shellcheck disable=SC2046 # one word or none
	"$MAKE_ARCHIVE" "$folder/a.obit" "$keys" 1 \
		$([ $answers = full ] || echo empty) &&
		mv "$folder/a.obit" "$archive"
} || exit 3

cat >"$folder/walk.lua" <<LUA
local requests, at = {}, 0
for i = 0, $asked - 1 do
	requests[i] = "DELETE /v1/p/instances/i-" ..
		math.floor(i * $keys / $asked) ..
		" HTTP/1.1\r\nHost: ecs.example.com\r\n\r\n"
end
function request()
	at = (at + 1) % $asked
	return requests[at]
end
LUA

# Start it a few times, and keep the last one: "PID ADDRESS MS".
python3 - "$OBIT" "$archive" "$((keys / 2))" >"$folder/started" <<'PYTHON' || exit 3
import socket, statistics, subprocess, sys, time

obit, archive, key = sys.argv[1:]
request = f"DELETE /v1/p/instances/i-{key} HTTP/1.1\r\nHost: ecs.example.com\r\n\r\n"
server, took = None, []
for _ in range(5):
    if server:
        server.kill()
        server.wait()
    began = time.monotonic()
    server = subprocess.Popen(
        ["taskset", "-c", "0", obit, "serve", archive],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = server.stdout.readline().strip()
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as s:
        s.sendall(request.encode())
        answer = s.recv(4096)
    took.append((time.monotonic() - began) * 1000)
    if b"X-Key: %s\r\n" % key.encode() not in answer and b'"key":%s,' % key.encode() not in answer:
        sys.exit(f"serve.sh: {answer}")
print(server.pid, url, f"{statistics.median(took):.0f}")
PYTHON
read -r obit_pid obit first <"$folder/started"
servers="$servers $obit_pid"
echo "open to first answer: $first ms"

# A port that was free a moment ago; who gets it cannot say which one it is.
free_port() {
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

until_it_answers() { # URL
	until curl -s -o /dev/null "$1"; do :; done
}

port=$(free_port)
nginx=http://127.0.0.1:$port
cat >"$folder/nginx.conf" <<CONF
daemon off;
master_process off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 1024; }
http {
	access_log off;
	keepalive_requests 1000000000;
	server {
		listen 127.0.0.1:$port;
		location / { return 204; }
	}
}
CONF
taskset -c 0 nginx -p "$folder" -c "$folder/nginx.conf" 2>/dev/null &
nginx_pid=$!
servers="$servers $nginx_pid"
until_it_answers "$nginx"

${CC:-cc} -O2 -o "$folder/bare" "$(dirname "$0")/bare_server.c" || exit 3
port=$(free_port)
bare=http://127.0.0.1:$port
taskset -c 0 "$folder/bare" "$port" &
bare_pid=$!
servers="$servers $bare_pid"
until_it_answers "$bare"

# Processor time so far, in clock ticks.
used() { # PID
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# That of all children of this shell that have ended, in seconds.
children_used() {
	times >"$folder/times"
	awk -F'[ms ]+' 'NR == 2 { print $1 * 60 + $2 + $3 * 60 + $4 }' "$folder/times"
}

# "RATE P99 CPU CLIENT", all but the first in microseconds: 99 of 100 waited
# no longer, and what a request took of the server's and of wrk's time.
load() { # URL PID
	children_used >"$folder/began"
	before=$(used "$2")
	taskset -c 1 wrk -t1 -c64 -d"${seconds}s" --latency \
		-s "$folder/walk.lua" "$1" >"$folder/wrk"
	children_used >"$folder/ended"
	awk -v ticks="$(($(used "$2") - before))" \
		-v client="$(paste "$folder/ended" "$folder/began" | awk '{ print $1 - $2 }')" \
		-v second="$(getconf CLK_TCK)" '
		$1 == "99%" {
			p = $2 + 0
			if ($2 ~ /ms$/) p *= 1000
			else if ($2 !~ /us$/) p *= 1000000
		}
		$2 == "requests" { n = $1 }
		/Requests\/sec/ { rate = $2 }
		END {
			print int(rate), p, ticks / second * 1e6 / n,
				client * 1e6 / n
		}' "$folder/wrk"
}

# Every answer that is asked for is in use from here on.
load "$obit" "$obit_pid" >/dev/null
i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	echo "$(load "$nginx" "$nginx_pid") $(load "$bare" "$bare_pid")" \
		"$(load "$obit" "$obit_pid")"
done >"$folder/rounds"
awk '
function one(name, i) {
	printf "  %-5s %6d/s  99 of 100 in %5d us  CPU %5.2f us, wrk %5.2f us\n",
		name, $i, $(i + 1), $(i + 2), $(i + 3)
}
{
	print "round " NR
	one("nginx", 1)
	one("bare", 5)
	one("obit", 9)
}' "$folder/rounds"
median() { # EXPRESSION
	awk "{ print $1 }" "$folder/rounds" | sort -n | awk '{ r[NR] = $1 } END {
		printf "%.2f", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2
	}'
}
# As multiples of nginx's in the same rounds.
compare() { # NAME COLUMN
	echo "$1: rate $(median "\$$2 / \$1"), p99 $(median "\$$(($2 + 1)) / \$2")," \
		"CPU $(median "\$$(($2 + 2)) / \$3") of nginx's"
}
echo "$keys recorded, $asked asked for, $answers answers; medians"
compare bare 5
compare obit 9
echo "memory $(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$obit_pid/status") MB"
