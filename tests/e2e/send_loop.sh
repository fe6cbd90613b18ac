#!/bin/sh
# A recording is served; it is sent to that server while tcpdump listens; what
# tcpdump saw, recorded, is the recording.  And strace sees that nothing is
# connected where sending is refused.  Output is TAP.
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
dir=$(mktemp -d) || exit 99
trap 'kill $server $dump 2>/dev/null; rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config"
server='' dump='' n=0 archive=a.obit

ok() { # STATUS NAME
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $n - $2"
}

skip() { n=$((n + 1)) && echo "ok $n - $1 # SKIP $2"; }

digest() { "$OBIT" plan "$@" | sed -n 's/^digest //p'; }

refused() { # NAME, then the arguments of send
	name=$1
	shift
	if ! strace -o "$dir/self" true 2>/dev/null; then
		skip "$name" "no strace"
		return
	fi
	# A leak cannot be looked for under strace.
	ASAN_OPTIONS=detect_leaks=0 \
		strace -f -o "$dir/calls" -e trace=connect,sendto "$OBIT" send \
		-o "$dir/none.obit" "$@" "$dir/$archive" </dev/null >"$dir/words" 2>&1
	status=$?
	grep -E 'sin_addr|sin6_addr|AF_INET' "$dir/calls" >"$dir/seen"
	[ "$status" -eq 2 ] && [ ! -s "$dir/seen" ] && [ ! -e "$dir/none.obit" ]
	ok $? "$name: exit 2, and no connection"
}

"$OBIT" capture --all -r "$top_srcdir/tests/captures/huawei.pcap" \
	"$dir/a.obit" >/dev/null || exit 99
mkfifo "$dir/address"
"$OBIT" serve "$dir/a.obit" >"$dir/address" 2>/dev/null &
server=$!
read -r url <"$dir/address"
set -- --target "$url" --all --keep-host

confirmed=$(digest "$@" "$dir/a.obit")
refused "without confirmation" "$@"
refused "with a wrong digest" "$@" --confirm "$(echo "$confirmed" | tr 0-8 1-9)"
refused "with other options" "$@" --confirm "$confirmed" --speed 3
refused "above a cap" "$@" --confirm "$confirmed" --max-deletes 1
refused "outside --allow" "$@" --confirm "$confirmed" --allow example.test
refused "to the recorded address" --target http://127.0.0.1:80 --confirm 0
refused "to the recorded host" \
	--target http://elb.cn-north-4.myhuaweicloud.com:1 --confirm 0
leads_there=$(digest --target http://alias.test:80 \
	--resolve alias.test:80:127.0.0.1 "$dir/a.obit")
refused "to a name that leads there" --target http://alias.test:80 \
	--resolve alias.test:80:127.0.0.1 --confirm "$leads_there"
cp "$dir/a.obit" "$dir/altered.obit"
sqlite3 "$dir/altered.obit" "UPDATE exchange SET target = 'x' WHERE id = 1"
archive=altered.obit
refused "changed by one row" "$@" --confirm "$confirmed"

if [ "$(id -u)" -eq 0 ] && command -v tcpdump >/dev/null; then
	tcpdump -i lo -U -w "$dir/b.pcap" tcp port "${url##*:}" 2>"$dir/log" &
	dump=$!
	until grep -q 'listening on' "$dir/log"; do
		kill -0 $dump 2>/dev/null || break
	done
fi
"$OBIT" send "$@" --confirm "$confirmed" -o "$dir/r.obit" "$dir/a.obit" \
	>"$dir/out" 2>&1
ok $? "every resource fares as recorded"
"$OBIT" verify "$dir/r.obit" >/dev/null
ok $? "the results verify"
"$OBIT" diff "$dir/a.obit" "$dir/r.obit" >"$dir/out"
ok $? "and equal the recording"
if [ -n "$dump" ]; then
	# The last packets are on their way to the file.
	until "$OBIT" capture --all -r "$dir/b.pcap" "$dir/b.obit" >/dev/null &&
		[ "$("$OBIT" ls --json "$dir/b.obit" | wc -l)" -ge \
			"$("$OBIT" ls --json "$dir/a.obit" | wc -l)" ]; do
		rm -f "$dir/b.obit"
		kill -0 $dump 2>/dev/null || break
	done
	"$OBIT" diff "$dir/a.obit" "$dir/b.obit" >"$dir/out"
	ok $? "what was seen on the wire equals it too"
else
	skip "what was seen on the wire equals it too" "needs root and tcpdump"
fi
echo "1..$n"
