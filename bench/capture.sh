#!/bin/sh
# How fast obit reads packets, against the programs that people use for it.
#
#	bench/capture.sh [-n RUNS] [-p RUNS] [-t TIMES] [-c CONNECTIONS] [-o OBIT]
#	    [-d DIR]
#
# Makes two captures with tests/tools/gen_pcap.py: "mix", of which 20 % of
# the exchanges are deletions, and "rare", with 0.5 %; reads each of them with
# every program that is installed, in turns, and prints medians.  -n is for obit
# and tcpdump, -p for the others, which are slow.  At the end obit reads each
# capture TIMES times in a row from a pipe, -t 0: not, for what memory that takes.
# Captures stay in DIR for the next time.  Installs nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
runs=5 peer_runs=1 times=10 conns=2000 obit=$here/../build/obit dir=${TMPDIR:-/tmp}/obit-bench
while getopts n:p:t:c:o:d: flag; do
	case $flag in
	n) runs=$OPTARG ;;
	p) peer_runs=$OPTARG ;;
	t) times=$OPTARG ;;
	c) conns=$OPTARG ;;
	o) obit=$OPTARG ;;
	d) dir=$OPTARG ;;
	*) exit 2 ;;
	esac
done
mkdir -p "$dir"
results=$(mktemp "$dir/results.XXXXXX")
scratch=$(mktemp -d "$dir/scratch.XXXXXX")
trap 'rm -rf "$results" "$scratch"' EXIT

# The key of the masks is made before anything is measured.
XDG_CONFIG_HOME=$scratch/config
export XDG_CONFIG_HOME

make_capture() {
	file=$dir/$1-$conns.pcap
	shift
	[ -s "$file" ] || python3 "$here/../tests/tools/gen_pcap.py" \
		-o "$file" --conns "$conns" "$@" >/dev/null
}

# measure CAPTURE PROGRAM COMMAND...: one line of wall, CPU and peak memory.
# Standard input of the command is nothing, or what $feed prints.
feed=
measure() {
	python3 - "$feed" "$@" >>"$results" <<-'END'
	import os, subprocess, sys, time
	feed, what, program, *command = sys.argv[1:]
	source = subprocess.DEVNULL
	if feed:
	    source = subprocess.Popen(feed, shell=True, stdout=subprocess.PIPE).stdout
	before = time.perf_counter()
	pid = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL,
	    stderr=subprocess.DEVNULL).pid
	_, status, usage = os.wait4(pid, 0)
	wall = time.perf_counter() - before
	status = os.waitstatus_to_exitcode(status)
	if status not in (0, 4):
	    sys.exit(f"{program}: exit status {status}")
	print(what, program, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
	END
}

has() {
	command -v "$1" >/dev/null
}

# One round of everything that is there; peers in the first rounds only.
round() {
	what=$1 file=$2 number=$3
	measure "$what" tcpdump tcpdump -r "$file" -w /dev/null
	rm -f "$scratch"/a.obit*
	measure "$what" obit "$obit" capture -r "$file" "$scratch/a.obit"
	[ "$number" -le "$peer_runs" ] || return 0
	if has tshark; then
		measure "$what" tshark tshark -n -r "$file" -Y http -T fields \
			-e http.request.method -e http.request.uri -e http.response.code
	fi
	if has suricata; then
		rm -rf "$scratch/log"
		mkdir "$scratch/log"
		measure "$what" suricata suricata -r "$file" -l "$scratch/log" \
			-S /dev/null -k none
	fi
	if has ngrep; then
		measure "$what" ngrep ngrep -q -I "$file" '^DELETE '
	fi
	if has httpry; then
		measure "$what" httpry httpry -r "$file" -o "$scratch/httpry.log"
	fi
	if has tcpflow; then
		measure "$what" tcpflow tcpflow -q -r "$file" -o "$scratch/flows"
		rm -rf "$scratch/flows"
	fi
}

for program in tcpdump tshark suricata ngrep httpry tcpflow; do
	has $program || echo "not measured: $program (Debian package: $program)"
done
has tcpdump || exit 1
make_capture mix
make_capture rare --p-get 0.7 --p-post 0.295
"$obit" capture -r "$dir/rare-$conns.pcap" "$scratch/key.obit" >/dev/null || [ $? -eq 4 ]

number=1
while [ "$number" -le "$runs" ]; do
	round mix "$dir/mix-$conns.pcap" "$number"
	round rare "$dir/rare-$conns.pcap" "$number"
	number=$((number + 1))
done

# More of the same must not take more memory.
for what in mix rare; do
	[ "$times" -gt 0 ] || continue
	feed="exec python3 '$here/repeat.py' '$dir/$what-$conns.pcap' $times"
	measure "$what" "obit-x$times" "$obit" capture -r - "$scratch/a.obit"
	rm -f "$scratch"/a.obit*
done

python3 - "$results" "$dir" "$conns" <<'END'
import os, statistics, sys
table = {}
for line in open(sys.argv[1]):
    what, program, *numbers = line.split()
    table.setdefault((what, program), []).append([float(n) for n in numbers])
print(f"{'capture':8} {'program':9} {'runs':>4} {'wall s':>8} {'least':>7} {'most':>7}"
      f" {'x tcpdump':>9} {'CPU s':>7} {'x tcpdump':>9} {'peak MiB':>8}")
for (what, program), rows in sorted(table.items(), key=lambda i: (i[0][0], i[0][1] != 'tcpdump')):
    wall, cpu, rss = (statistics.median(r[i] for r in rows) for i in range(3))
    base = [statistics.median(r[i] for r in table[what, 'tcpdump']) for i in range(2)]
    ratios = [f"{n / b:9.1f}" for n, b in zip((wall, cpu), base)]
    if '-x' in program: # it waits for its input
        ratios = [' ' * 8 + '-'] * 2
    print(f"{what:8} {program:9} {len(rows):4} {wall:8.3f} {min(r[0] for r in rows):7.3f}"
          f" {max(r[0] for r in rows):7.3f} {ratios[0]} {cpu:7.3f} {ratios[1]} {rss / 1024:8.1f}")
for what in 'mix', 'rare':
    size = os.path.getsize(f"{sys.argv[2]}/{what}-{sys.argv[3]}.pcap")
    print(f"{what}: {size / 1e6:.0f} MB")
END
