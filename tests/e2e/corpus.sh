#!/bin/sh
# What obit reads in other people's captures, against what an independent
# reader found there (tests/captures/corpus/*.tsv).  Each difference must be
# explained in tests/captures/differences.md.  Output is TAP.
if ! command -v tshark >/dev/null || ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs tshark and python3"
	exit 0
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
PYTHONDONTWRITEBYTECODE=1
export XDG_CONFIG_HOME PYTHONDONTWRITEBYTECODE
python3 "$top_srcdir/tests/e2e/corpus.py" "$dir" "$top_srcdir/tests/captures"
