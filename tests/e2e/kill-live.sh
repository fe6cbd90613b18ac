#!/bin/sh
# Recorders of an interface that are killed lose nothing that was committed.
# Output is TAP.  By hand, with 1,000 kills:
#
#	top_srcdir=. OBIT=build/obit tests/e2e/kill-live.sh 1000
: "${top_srcdir:?}" "${OBIT:?}"
kills=${1:-16}

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip "needs root for a network namespace"
command -v ip >/dev/null || skip "no ip(8)"
unshare -n true 2>/dev/null || skip "no network namespaces here"
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config"
unshare -n python3 "$top_srcdir/tests/e2e/kill_live.py" "$OBIT" \
	"$top_srcdir/tests/tools/deleter.py" "$kills" >"$dir/output" 2>&1 ||
	printf 'not '
echo "ok 1 - $kills kills of live recorders lose nothing that was committed"
sed 's/^/# /' "$dir/output"
echo "1..1"
