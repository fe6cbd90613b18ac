#!/bin/sh
# Many clients at one server of several threads.  Output is TAP.
#
#	parallel.sh [REQUESTS [CLIENTS [SEED]]]
if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs python3"
	exit 0
fi
requests=${1:-3200} clients=${2:-64} seed=${3:-1}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
keys=$((requests / 40))
"$top_builddir/tests/tools/make_archive" "$dir/a.obit" $keys 40 || exit 99
python3 "$top_srcdir/tests/e2e/parallel.py" "$dir/a.obit" $keys 40 \
	"$clients" "$seed"
