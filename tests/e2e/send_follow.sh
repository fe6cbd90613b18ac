#!/bin/sh
# With --follow, obit send asks what becomes of deletions that were accepted,
# and believes only what their rules call an end.  Output is TAP.
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
export XDG_CONFIG_HOME="$home" PYTHONPATH="$top_srcdir/tests/e2e"
export PYTHONDONTWRITEBYTECODE=1
python3 "$top_srcdir/tests/e2e/send_follow.py"
