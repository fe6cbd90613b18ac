#!/bin/sh
# Archives from strangers: refused or contained by every verb that opens one.
# Output is TAP.  By hand, each file with all verbs:
#
#	top_srcdir=. OBIT=build/obit tests/e2e/hostile.sh 0
: "${top_srcdir:?}" "${OBIT:?}"
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config" TMPDIR="$dir"

python3 "$top_srcdir/tests/e2e/hostile.py" "$OBIT" \
	"$top_srcdir/tests/captures/huawei.pcap" "${1:-1}" "${2:-1}" \
	>"$dir/output" 2>&1 || printf 'not '
echo "ok 1 - hostile archives are refused or contained"
sed 's/^/# /' "$dir/output"
echo "1..1"
