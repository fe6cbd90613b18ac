#!/bin/sh
# Every number of a recording agrees with the others, for every capture that
# is shipped and some that are made here.  Output is TAP.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
PYTHONDONTWRITEBYTECODE=1
export XDG_CONFIG_HOME PYTHONDONTWRITEBYTECODE
for client in serial sliding; do
	python3 "$top_srcdir/tests/tools/gen_talk.py" -o "$dir/$client.pcap" \
		--client $client --conns 6 --net vxlan --join .3 --loss .05 \
		--frag .1 --quit .3 --rst .3 --client-only .2 --server-only .2 \
		--upgrade .2 --connect .2 || exit 99
done
python3 "$top_srcdir/tests/e2e/reconcile.py" "$dir" "$top_srcdir/tests/captures" \
	"$dir/serial.pcap" "$dir/sliding.pcap"
