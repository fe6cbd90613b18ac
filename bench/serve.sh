#!/bin/sh
# Requests per second of obit serve against nginx's `return 204`, both on one
# core, wrk on another, turn by turn.  Run it from the build folder:
#
#	OBIT=./obit sh ../bench/serve.sh CAPTURE [ROUNDS [SECONDS]]
#
# The first deletion of CAPTURE is asked for.  Needs nginx and wrk.
: "${OBIT:=./obit}"
capture=${1:?a capture} rounds=${2:-5} seconds=${3:-3}
folder=$(mktemp -d) || exit 3
trap 'kill $servers 2>/dev/null; rm -rf "$folder"' EXIT
servers=

"$OBIT" capture -r "$capture" "$folder/a.obit" >"$folder/words" 2>&1 || {
	cat "$folder/words"
	exit 3
}
first=$("$OBIT" ls --json "$folder/a.obit" | grep -m 1 '"method":"DELETE"')
path=$(printf '%s' "$first" | sed 's/.*"target":"\([^"]*\)".*/\1/')
echo 'wrk.method = "DELETE"' >"$folder/delete.lua"

taskset -c 0 "$OBIT" serve "$folder/a.obit" >"$folder/address" 2>/dev/null &
servers="$servers $!"
until [ -s "$folder/address" ]; do :; done
obit=$(cat "$folder/address")

# A port that was free a moment ago; nginx cannot say which one it took.
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$folder/nginx.conf" <<EOF
daemon off;
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
EOF
taskset -c 0 nginx -p "$folder" -c "$folder/nginx.conf" 2>/dev/null &
servers="$servers $!"
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do :; done

rate() { # URL
	taskset -c 1 wrk -t1 -c64 -d"${seconds}s" -s "$folder/delete.lua" "$1" |
		awk '/Requests\/sec/ { print $2 }'
}

i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	n=$(rate "http://127.0.0.1:$port$path")
	o=$(rate "$obit$path")
	echo "$n $o"
done | awk '
	{ printf "nginx %d obit %d ratio %.2f\n", $1, $2, $2 / $1; print $2 / $1 > "/dev/stderr" }
' 2>"$folder/ratios"
sort -n "$folder/ratios" | awk '{ r[NR] = $1 } END {
	m = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2
	printf "median ratio %.2f\n", m
}'
