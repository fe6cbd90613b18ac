#!/bin/sh
# In causal order no recorded happens-before is reversed.  Output is TAP.
# By hand, with 2,000 requests:
#
#	top_srcdir=. top_builddir=build OBIT=build/obit \
#		tests/e2e/send_order.sh 2000
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
export XDG_CONFIG_HOME="$home" PYTHONPATH="$top_srcdir/tests/e2e"
export PYTHONDONTWRITEBYTECODE=1
python3 "$top_srcdir/tests/e2e/send_order.py" "${1:-200}"
