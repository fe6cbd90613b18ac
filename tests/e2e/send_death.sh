#!/bin/sh
# A destructive request is written at most once, whatever the server does to
# the connection.  Output is TAP.  By hand, with 10,000 requests:
#
#	top_srcdir=. top_builddir=build OBIT=build/obit \
#		tests/e2e/send_death.sh 10000
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
export XDG_CONFIG_HOME="$home" PYTHONPATH="$top_srcdir/tests/e2e"
export PYTHONDONTWRITEBYTECODE=1
python3 "$top_srcdir/tests/e2e/send_death.py" "${1:-300}"
