#!/bin/sh
# Secrets in every place that a request or a response can hold one: none is in
# any file that is left, also of a recorder that was killed, nor in anything
# that can be asked of the archive.  Output is TAP.  By hand, with 5,000:
#
#	top_srcdir=. OBIT=build/obit tests/e2e/planted.sh 5000
: "${top_srcdir:?}" "${OBIT:?}"
secrets=${1:-124} seed=${2:-1}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config"
mkdir "$dir/work" || exit 99

python3 "$top_srcdir/tests/e2e/planted.py" "$OBIT" "$dir/work" "$secrets" \
	"$seed" >"$dir/output" 2>&1 || printf 'not '
echo "ok 1 - $secrets secrets are nowhere"
sed 's/^/# /' "$dir/output"
echo "1..1"
