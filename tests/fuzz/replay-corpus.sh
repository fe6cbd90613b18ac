#!/bin/sh
# Run every fuzz target over its corpus.  Output is TAP.
n=0
for target in "$top_builddir"/tests/fuzz/fuzz_*; do
	[ -x "$target" ] || continue
	case $target in *.o) continue ;; esac
	n=$((n + 1))
	name=${target##*/fuzz_}
	corpus=$top_srcdir/tests/fuzz/corpus/$name
	if [ -d "$corpus" ] && "$target" "$corpus"/* >&2; then
		echo "ok $n - fuzz_$name"
	else
		echo "not ok $n - fuzz_$name"
	fi
done
echo "1..$n"
