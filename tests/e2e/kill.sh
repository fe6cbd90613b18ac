#!/bin/sh
# Recorders that are killed in the middle lose nothing that was committed.
# Output is TAP.  By hand, with 1,000 kills:
#
#	top_srcdir=. OBIT=build/obit tests/e2e/kill.sh 1000
: "${top_srcdir:?}" "${OBIT:?}"
kills=${1:-10}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config"

# Enough for several batches of 4 MiB.
python3 "$top_srcdir/tests/tools/gen_pcap.py" -o "$dir/k.pcap" --seed 3 \
	--conns 20 --exchanges 40 --body-min 8000 --body-max 40000 \
	--p-post .8 --p-get .1 >/dev/null || exit 99
python3 "$top_srcdir/tests/e2e/kill.py" "$OBIT" "$dir/k.pcap" "$kills" \
	>"$dir/output" 2>&1 || printf 'not '
echo "ok 1 - $kills kills lose nothing that was committed"
sed 's/^/# /' "$dir/output"
echo "1..1"
