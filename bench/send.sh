#!/bin/sh
# obit send against nginx's `return 204`, the server on one core and obit on
# another.  Run it from the build folder on an idle machine:
#
#	OBIT=./obit sh ../bench/send.sh [SECONDS [ROUNDS]]
#
# 1. A schedule of 10,000 deletions a second: how long it took, how late.
# 2. Reads on connections that stay, against wrk, turn by turn.
# 3. Deletions on fresh connections, against a loop of connect, write, read
#    and close (bench/bare.c), turn by turn.  Needs nginx and wrk.
: "${OBIT:=./obit}"
seconds=${1:-10} rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) || exit 3
trap 'kill $server 2>/dev/null; rm -rf "$folder"' EXIT
server=
export XDG_CONFIG_HOME="$folder"

archive() { # METHOD COUNT
	python3 "$here/send_pcap.py" "$1" "$2" >"$folder/$1.pcap" &&
		"$OBIT" capture --all -r "$folder/$1.pcap" "$folder/$1.obit" \
			>/dev/null || exit 3
}

archive DELETE $((seconds * 10000))
archive GET 100000
${CC:-cc} -O2 -o "$folder/bare" "$here/bare.c" || exit 3

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

send() { # METHOD, options
	method=$1
	shift
	set -- --target "http://127.0.0.1:$port" --order recorded --all "$@"
	digest=$("$OBIT" plan "$@" "$folder/$method.obit" | sed -n 's/^digest //p')
	rm -f "$folder/r.obit"
	"$OBIT" send "$@" --confirm "$digest" -o "$folder/r.obit" \
		"$folder/$method.obit" 2>&1 >/dev/null | tee "$folder/said" >&2
	awk '/ written in / {
		n = $1; t = $4
		if ($5 ~ /^ms/) t /= 1000
		if ($5 ~ /^min/) t = t * 60 + $6
		printf "%.0f\n", n / t
	}' "$folder/said"
}

echo "schedule of 10,000 a second for $seconds s:"
send DELETE --speed 1 --connections 1024 >/dev/null
i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	wrk=$(taskset -c 1 wrk -t1 -c64 -d3s "http://127.0.0.1:$port/v1/x" |
		awk '/Requests\/sec/ { print $2 }')
	reads=$(send GET --speed max --connections 64)
	bare=$(taskset -c 1 "$folder/bare" "$port" 20000 DELETE /v1/x)
	deletions=$(send DELETE --speed max --connections 64 --limit 20000)
	echo "$wrk $reads $bare $deletions" | awk '{
		printf "reads %d of %d for wrk: %.2f; ", $2, $1, $2 / $1
		printf "deletions %d of %d for a bare loop: %.2f\n", $4, $3, $4 / $3
	}'
done
