#!/bin/sh
# Killed at any moment and resumed, obit send sends nothing twice and forgets
# nothing.  Output is TAP.  By hand, with 1,000 kills:
#
#	top_srcdir=. top_builddir=build OBIT=build/obit \
#		tests/e2e/send_kill.sh 1000
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
export XDG_CONFIG_HOME="$home" PYTHONPATH="$top_srcdir/tests/e2e"
export PYTHONDONTWRITEBYTECODE=1
python3 "$top_srcdir/tests/e2e/send_kill.py" "${1:-10}"
