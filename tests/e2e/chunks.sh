#!/usr/bin/env bash
# The same traffic in every packing gives the same exchanges: pcap, pcapng,
# gzip, standard input, two files, and played on a cable into live capture.
# Output is TAP.
: "${top_srcdir:?}" "${OBIT:?}"
# shellcheck source=/dev/null
. "$top_srcdir/tests/lib/live.bash"
dir=$(mktemp -d) || exit 99
cd "$dir" || exit 99
export XDG_CONFIG_HOME=$dir/config BATS_SUITE_TEST_NUMBER=chunks
trap 'live_teardown; rm -rf "$dir"' EXIT
n=0

# What is said of each exchange, but for what a clock says.
exchanges() { # ARCHIVE
	"$OBIT" ls --json "$1" | jq -c 'del(.time, .duration_ns)'
}

compare() { # ARCHIVE NAME
	n=$((n + 1))
	exchanges "$1" >got
	cmp -s got want || printf 'not '
	echo "ok $n - $2"
	diff want got | head -n 4 | cut -c 1-300 | sed 's/^/# /'
}

record() { # ARCHIVE ARGUMENT...
	"$OBIT" capture --all "${@:2}" "$1" >/dev/null
}

skip() {
	n=$((n + 1))
	echo "ok $n - live # SKIP $*"
	echo "1..$n"
	exit 0
}

python3 "$top_srcdir/tests/tools/gen_pcap.py" -o t.pcap --seed 5 --conns 30 \
	--exchanges 20 --pipeline .3 --retrans .05 --ooo .05 >/dev/null || exit 99
record pcap.obit -r t.pcap
exchanges pcap.obit >want
n=$((n + 1))
[ "$(wc -l <want)" -ge 600 ] || printf 'not '
echo "ok $n - the capture has exchanges"

gzip -c t.pcap >t.pcap.gz
record gz.obit -r t.pcap.gz
compare gz.obit gzip
record stdin.obit -r - <t.pcap
compare stdin.obit "standard input"
editcap -F pcapng t.pcap t.pcapng && record pcapng.obit -r t.pcapng
compare pcapng.obit pcapng
gzip -c t.pcapng | record pipe.obit -r -
compare pipe.obit "gzipped pcapng from a pipe"
packets=$(capinfos -Mrc t.pcap | grep -o '[0-9]*$' | tail -n 1)
editcap -r t.pcap one.pcap 1-$((packets / 2))
editcap -r -F pcapng t.pcap two.pcap $((packets / 2 + 1))-"$packets"
record split.obit -r two.pcap -r one.pcap
compare split.obit "split in two files of two formats"

needs tcpreplay-edit ip
live_setup
watch --json --all -B 65536 -i tap live.obit || exit 99
replay t.pcap --pps=20000 || { cat replay.log; exit 99; }
finish INT
n=$((n + 1))
jq -e --argjson p "$packets" '.packets == $p and .drops.kernel == 0' out \
	>/dev/null || printf 'not '
echo "ok $n - every packet came through the cable"
compare live.obit "live"
echo "1..$n"
