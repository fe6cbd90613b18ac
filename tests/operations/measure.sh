#!/bin/sh
# The shares of three vendors' operations that the shipped rules recognise;
# docs/recognition.md has them.  Output is TAP.
n=0
measure() {
	n=$((n + 1))
	out=$(gzip -dc "$top_srcdir/tests/operations/$1.tsv.gz" |
		"$top_builddir/tests/tools/operations" "$1" "$2") || printf 'not '
	echo "ok $n - $1: at least $2 % of what deletes, none of what reads"
	echo "$out" | sed 's/^/# /'
}
echo 1..3
measure huawei 99
measure volcengine 99
measure aws 95
