#!/bin/sh
# How fast obit reads packets, against the programs that people use for it.
#
#	bench/capture.sh [-n RUNS] [-p RUNS] [-c CONNECTIONS] [-o OBIT] [-d DIR]
#
# Makes two captures with tests/tools/gen_pcap.py: "mix", of which 20 % of
# the exchanges are deletions, and "rare", with 0.5 %; reads each of them with
# every program that is installed, in turns, and prints medians.  -n is for obit
# and tcpdump, -p for the others, which are slow.  Captures stay in DIR for the
# next time.  Installs nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
runs=5 peer_runs=1 conns=2000 obit=$here/../build/obit dir=${TMPDIR:-/tmp}/obit-bench
while getopts n:p:c:o:d: flag; do
	case $flag in
	n) runs=$OPTARG ;;
	p) peer_runs=$OPTARG ;;
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
measure() {
	what=$1 program=$2
	shift 2
	python3 - "$what" "$program" "$@" >>"$results" <<-'END'
	import os, resource, subprocess, sys, time
	before = time.perf_counter()
	status = subprocess.run(sys.argv[3:], stdin=subprocess.DEVNULL,
	    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
	wall = time.perf_counter() - before
	u = resource.getrusage(resource.RUSAGE_CHILDREN)
	if status not in (0, 4):
	    sys.exit(f"{sys.argv[2]}: exit status {status}")
	print(sys.argv[1], sys.argv[2], wall, u.ru_utime + u.ru_stime, u.ru_maxrss)
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
}

for program in tcpdump tshark suricata ngrep httpry; do
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
    print(f"{what:8} {program:9} {len(rows):4} {wall:8.3f} {min(r[0] for r in rows):7.3f}"
          f" {max(r[0] for r in rows):7.3f} {wall / base[0]:9.1f} {cpu:7.3f}"
          f" {cpu / base[1]:9.1f} {rss / 1024:8.1f}")
for what in 'mix', 'rare':
    size = os.path.getsize(f"{sys.argv[2]}/{what}-{sys.argv[3]}.pcap")
    print(f"{what}: {size / 1e6:.0f} MB")
END
