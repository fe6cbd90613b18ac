#!/bin/sh
# A server of a large archive starts as one of a small archive does: it reads
# no more of it, and takes no more memory.  Output is TAP.
#
#	start.sh [EXCHANGES]		by hand with 1000000
if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs python3"
	exit 0
fi
exchanges=${1:-30000}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
# They take memory of their own.
if nm -D "$OBIT" | grep -q __asan; then
	export SANITIZERS=1
fi
"$top_builddir/tests/tools/make_archive" "$dir/small.obit" 2000 1 &&
"$top_builddir/tests/tools/make_archive" "$dir/large.obit" "$exchanges" 1 ||
	exit 99
python3 "$top_srcdir/tests/e2e/start.py" "$dir/small.obit" 2000 \
	"$dir/large.obit" "$exchanges"
