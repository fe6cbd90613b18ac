#!/bin/sh
# A server under clients of every kind.  Output is TAP.
#
#	soak.sh [SECONDS [IDLE [SEED [PAUSE]]]]
#
# With a PAUSE, in seconds, between conversations it leaves the machine to others.
if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs python3"
	exit 0
fi
seconds=${1:-4} idle=${2:-100} seed=${3:-1} pause=${4:-0}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
# They take memory of their own.
if nm -D "$OBIT" | grep -q __asan; then
	export SANITIZERS=1
fi
"$top_builddir/tests/tools/make_archive" "$dir/a.obit" 1000 3 || exit 99
python3 "$top_srcdir/tests/e2e/soak.py" "$dir/a.obit" 1000 "$seconds" \
	"$idle" "$seed" "$pause"
