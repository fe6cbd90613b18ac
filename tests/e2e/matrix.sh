#!/bin/sh
# The impairment matrix: damage a capture in every way gen_pcap.py knows and
# compare what comes out with the truth.  Takes minutes; run it by hand:
#	top_srcdir=.. top_builddir=. ../tests/e2e/matrix.sh [SEED...]
# Fails if any status or body is wrong anywhere.
top_srcdir=${top_srcdir:-..} top_builddir=${top_builddir:-.}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
status=0
base="--conns 60 --exchanges 50 --active 20 --p-get .4 --p-post .2 --ooo 0
--retrans 0 --overlap 0 --pipeline 0 --continue100 0 --rst 0 --wrap 0 --skew 1.2"

row() {
	want=$1 name=$2
	shift 2
	for seed in $seeds; do
		# Word splitting of $base is meant.
		# shellcheck disable=SC2086
		python3 "$top_srcdir/tests/tools/gen_pcap.py" -o "$dir/t.pcap" \
			$base --seed "$seed" "$@" >"$dir/gen"
		"$top_builddir/tests/tools/capture_dump" "$dir/t.pcap" >"$dir/out"
		result=$(python3 "$top_srcdir/tests/tools/truth.py" ${want:+"$want"} \
			"$dir/t.pcap.truth.jsonl" <"$dir/out") ||
			{ status=1; result="FAILED $result"; }
		printf '%-28s seed %-3s %s\n' "$name" "$seed" "$result"
	done
}

seeds=${*:-11 12 13}
row --all clean
row --all rst --rst 1
row --all nofin --nofin 1
row --all seq-wrap --wrap 1
row --all chunked --chunked 1
row --all gzip --gzip 1
row --all continue100 --continue100 1
row --all ipv6 --v6 1
row --all raw --linktype raw
row --all null --linktype null
row --all pcapng-ns --pcapng --nano
row --all nano --nano
row --all syn-less --midstream 1
row --all reorder-5 --ooo .05
row --all retransmit-5 --retrans .05
row --all conflict-2 --conflict .02
row --all ack-early-2 --ack-early .02
row '' loss-0.5 --loss .005
row '' loss-2 --loss .02
row '' loss-5 --loss .05
row --all pipelining-100 --pipeline 1
row '' pipelining+loss-1 --pipeline 1 --loss .01
row '' mixed --pipeline .3 --loss .01 --ooo .05 --retrans .05 --overlap .02 \
	--ack-early .02 --continue100 .2
row '' mid-message --drop-head 3000
row '' snaplen-600 --snaplen 600
row --all vlan --vlan 1
row --all qinq --vlan 2
row --all vxlan --vxlan
row --all sll --linktype sll
row --all sll2 --linktype sll2
row --all dlt-228 --linktype ipv4
row --all fragments-20 --frag .2
row '' pipelining+loss-5+midstream --pipeline 1 --loss .05 --midstream .5
row '' pipelining+loss-20 --pipeline 1 --loss .2
row '' chunked+loss-2+ooo --chunked 1 --loss .02 --ooo .1
row '' snaplen+pipeline+loss --snaplen 600 --pipeline 1 --loss .01
row '' everything --pipeline .5 --loss .02 --ooo .05 --retrans .05 \
	--overlap .02 --ack-early .05 --continue100 .3 --midstream .3 --frag .1 \
	--v6 .2 --rst .5 --wrap .5 --nofin .2
exit $status
