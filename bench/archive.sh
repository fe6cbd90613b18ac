#!/bin/sh
# How small an archive is, how fast it is written, and how fast one exchange
# of it is found: archive.sh BENCH [COUNT].  BENCH is the program bench/archive
# of a build folder.
set -eu
bench=$1
count=${2:-100000}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

size() { # NAME FILE
	printf '%-24s %8.1f bytes for each exchange, %5.2f times the archive\n' \
		"$1" "$(echo "$(wc -c <"$2") / $count" | bc -l)" \
		"$(echo "$(wc -c <"$2") / $(wc -c <a.obit)" | bc -l)"
}

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
"$bench" read "$count" a.obit | while read -r half most; do
	echo "read one, warm: $half us, and 99 of 100 in $most us"
done
for run in 1 2 3; do
	echo "insert, us each: archive $("$bench" write "$count" "w$run" raw list)," \
		"plain SQLite $("$bench" plain "$count" "p$run")"
done
for by in id target key path; do
	printf 'find by %-7s from a cold start: %s ms\n' $by \
		"$("$bench" find a.obit $by $((count / 2)) | cut -d' ' -f1)"
done
