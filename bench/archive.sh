#!/bin/sh
# How small an archive is, how fast it is written, and how fast one exchange
# of it is found:
#
#	archive.sh BENCH [COUNT]
#	archive.sh -l BENCH [COUNT]
#
# BENCH is the program bench/archive of a build folder, which has obit as well.
# With -l the archive is large, 10 million exchanges unless told otherwise, and
# it is only written and searched.
set -eu
large=
[ "$1" != -l ] || { large=yes && shift; }
bench=$(cd "$(dirname "$1")" && pwd)/${1##*/}
obit=${bench%/*/*}/obit
count=${2:-${large:+10000000}}
count=${count:-100000}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

size() { # NAME FILE
	printf '%-24s %8.1f bytes for each exchange, %5.2f times the archive\n' \
		"$1" "$(echo "$(wc -c <"$2") / $count" | bc -l)" \
		"$(echo "$(wc -c <"$2") / $(wc -c <a.obit)" | bc -l)"
}

read_one() {
	"$bench" read "$count" a.obit | while read -r half most idle tail; do
		echo "read one, warm: $half us, and 99 of 100 in $most us" \
			"(an empty loop: $idle and $tail)"
	done
}

find_one() {
	python3 "$here/archive_cold.py" "$obit" a.obit "$count"
}

if [ -n "$large" ]; then
	"$bench" write "$count" a.obit /dev/null /dev/null | while read -r _ cpu; do
		echo "$count exchanges, $(wc -c <a.obit) bytes, $cpu us of CPU each"
	done
	read_one
	find_one
	exit
fi
"$bench" write "$count" a.obit raw list >archive.us
"$bench" plain "$count" plain.db >plain.us
python3 "$here/archive_peers.py" raw list a.pcap a.har
for file in raw a.pcap a.har; do
	gzip -9k $file
	zstd -19 -q $file
done
size archive a.obit
size 'pcap, gzip -9' a.pcap.gz
size 'HAR, gzip -9' a.har.gz
size 'pcap, zstd -19' a.pcap.zst
size 'HAR, zstd -19' a.har.zst
size 'messages, gzip -9' raw.gz
size 'messages, zstd -19' raw.zst
size messages raw
read_one
for _ in 1 2 3; do
	rm -f w p
	echo "$("$bench" write "$count" w /dev/null /dev/null)" \
		"$("$bench" plain "$count" p)" | while read -r wall cpu pwall pcpu; do
		echo "insert, us each: archive $wall, plain SQLite $pwall," \
			"of CPU $cpu and $pcpu"
	done
done
find_one
