#!/bin/sh
# obit send against nginx's `return 204`, the server on one core and obit
# where the system puts it.  Run it from the build folder on an idle machine
# that does nothing else, with a file system whose fdatasync(2) is not waited
# for by others:
#
#	OBIT=./obit sh ../bench/send.sh [SECONDS [ROUNDS]]
#
# 1. Turn by turn: reads on connections that stay, against wrk; deletions on
#    fresh connections, against a loop of connect, write, read and close
#    (bench/bare.c), which has one in flight and keeps no books.
# 2. A schedule of 10,000 requests a second: how long it took, how late; of
#    reads, and of deletions.
# 3. The highest of 9,000, 8,000... deletions a second whose schedule is kept
#    within 1 % and 99 % of it within 1 ms.
#
# A virtual machine may be stopped for milliseconds, and everything is late by
# that.  As root, bench/still.c says how long both cores stood still during each
# schedule.
#
# Needs nginx and wrk.
: "${OBIT:=./obit}"
seconds=${1:-10} rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) || exit 3
trap 'kill $server $watches 2>/dev/null; rm -rf "$folder"' EXIT
server='' watches=''
export XDG_CONFIG_HOME="$folder"

archive() { # METHOD COUNT
	python3 "$here/send_pcap.py" "$1" "$2" >"$folder/$1.pcap" &&
		"$OBIT" capture --all -r "$folder/$1.pcap" "$folder/$1.obit" \
			>/dev/null || exit 3
}

archive DELETE $((seconds * 10000))
archive GET $((seconds > 10 ? seconds * 10000 : 100000))
${CC:-cc} -O2 -o "$folder/bare" "$here/bare.c" || exit 3
${CC:-cc} -O2 -D_GNU_SOURCE -o "$folder/still" "$here/still.c" || exit 3

# A port that was free a moment ago; nginx cannot say which one it took.
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$folder/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 4096; }
http {
	access_log off;
	tcp_nodelay off;
	keepalive_requests 1000000000;
	server {
		listen 127.0.0.1:$port backlog=4096;
		location / { return 204; }
	}
}
END
taskset -c 0 nginx -p "$folder" -c "$folder/nginx.conf" 2>/dev/null &
server=$!
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do :; done

send() { # METHOD, options: what it said, in $folder/said
	method=$1
	shift
	set -- --target "http://127.0.0.1:$port" --order recorded --all "$@"
	digest=$("$OBIT" plan "$@" "$folder/$method.obit" | sed -n 's/^digest //p')
	rm -f "$folder/r.obit"
	"$OBIT" send "$@" --confirm "$digest" -o "$folder/r.obit" \
		"$folder/$method.obit" 2>"$folder/said" >/dev/null
}

# "COUNT SECONDS P99" of it; p99 is 0 without a schedule.
figures() {
	awk 'function seconds(n, unit) {
		sub(/,$/, "", unit)
		return unit == "us" ? n / 1e6 : unit == "ms" ? n / 1e3 : n
	}
	/ written in / { count = $1; sub(/:$/, "", $5); took = seconds($4, $5) }
	/^late by / { p99 = seconds($6, $7) }
	END { print count + 0, took + 0, p99 + 0 }' "$folder/said"
}

rate() {
	figures | awk '{ printf "%.0f\n", $1 / $2 }'
}

# Send, and say in $folder/stood* how often and how many ms each core stood.
watched() {
	for core in 0 1; do
		"$folder/still" $core >"$folder/stood$core" 2>&1 &
		watches="$watches $!"
	done
	send "$@"
	# Word splitting of $watches is meant.
	# shellcheck disable=SC2086
	kill $watches 2>/dev/null
	# shellcheck disable=SC2086
	wait $watches
	watches=''
}

scheduled() { # METHOD RATE OPTIONS: 0 if it was kept
	method=$1 wanted=$2
	shift 2
	watched "$method" --rate "$wanted" --limit $((wanted * seconds)) "$@"
	figures | awk -v s="$seconds" -v m="$method" -v r="$wanted" \
		-v stood="$(awk '/^[0-9]+ [0-9]+$/ { n++; s = s " " $2 }
			END { if (n == 2) print s }' "$folder"/stood?)" '{
		kept = $1 == r * s && $2 <= s * 1.01 && $3 < 0.001
		printf "%d %s a second for %d s: %d sent in %.2f s, ", r,
			m == "GET" ? "reads" : "deletions", s, $1, $2
		printf "p99 %.2f ms late: %s", $3 * 1000,
			kept ? "kept" : "not kept"
		if (split(stood, ms, " ") == 2)
			printf "; the cores stood still for %d and %d ms",
				ms[1], ms[2]
		printf "\n"
		exit !kept
	}'
}

i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	wrk=$(taskset -c 1 wrk -t1 -c64 -d3s "http://127.0.0.1:$port/v1/x" |
		awk '/Requests\/sec/ { print $2 }')
	send GET --speed max --connections 64
	reads=$(rate)
	bare=$(taskset -c 1 "$folder/bare" "$port" 50000 DELETE /v1/x)
	send DELETE --speed max --connections 256 --limit 50000
	echo "$wrk $reads $bare $(rate)" | awk '{
		printf "reads %d of %d for wrk: %.2f; ", $2, $1, $2 / $1
		printf "deletions %d of %d for a bare loop: %.2f\n", $4, $3, $4 / $3
	}'
done
scheduled GET 10000 --connections 64
for rate in 10000 9000 8000 7000 6000 5000 4000 3000 2000 1000; do
	scheduled DELETE $rate --connections 256 && break
done
