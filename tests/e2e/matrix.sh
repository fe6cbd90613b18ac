#!/bin/sh
# The impairment matrix: damage captures in every way that gen_pcap.py and
# gen_talk.py know and compare what comes out with the truth.  Takes minutes;
# run it by hand:
#	top_srcdir=.. top_builddir=. ../tests/e2e/matrix.sh [SEED...]
# Fails if any status, request line or body is wrong anywhere, or if less is
# found than must be (--recall: the share of all).
#
# Where responses name their requests, as gen_pcap.py's do unless told not to,
# everything is found of which both heads were captured (--visible); connections
# joined in the middle must have shown some ids first, and where requests are
# pipelined one that was lost may have been another try with the same id
# (--of-visible).  In the rows "unnamed" and in those of gen_talk.py without
# --echo only counting and times are left.  Other programs find more there, and
# some of it wrong:
#  - loss, mixed: a request lost together with its answer, or one that was
#    longer than two can be, leaves it open how many were lost.  "burst" is the
#    capture that punishes a guess: the client begins to send ahead just where
#    packets are missing, and every later answer is for the request before.
#  - quoting: bodies hold text that looks like responses.  Where the head of
#    such an answer is lost, text can stand for it; but then, and only then, the
#    status is said to be inferred.
#  - every capture that begins in the middle: "joined+given-up" is the one, with
#    servers that take longer than the way to the client: the client always has
#    two under way and gives up in the end.  What is found there is found by
#    time, see capture/wait.h.
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
		# Word splitting of $base and $want is meant.
		# shellcheck disable=SC2086
		python3 "$top_srcdir/tests/tools/gen_pcap.py" -o "$dir/t.pcap" \
			$base --seed "$seed" "$@" >"$dir/gen"
		# shellcheck disable=SC2086
		compare "$name" $want
	done
}

compare() {
	label=$1
	shift
	"$top_builddir/tests/tools/capture_dump" "$dir/t.pcap" >"$dir/out"
	result=$(python3 "$top_srcdir/tests/tools/truth.py" "$@" \
		"$dir/t.pcap.truth.jsonl" <"$dir/out") ||
		{ status=1; result="FAILED $result"; }
	printf '%-28s seed %-3s %s\n' "$label" "$seed" "$result"
}

# The same with clients and servers that react, for each kind of client.
talk() {
	want=$1 name=$2
	shift 2
	for client in serial batch sliding warm moody; do
		for seed in $seeds; do
			python3 "$top_srcdir/tests/tools/gen_talk.py" \
				-o "$dir/t.pcap" --client $client --seed "$seed" "$@"
			# shellcheck disable=SC2086
			compare "$name, $client" --method '' $want
		done
	done
}

seeds=${*:-11 12 13}
mixed="--pipeline .3 --loss .01 --ooo .05 --retrans .05 --overlap .02
	--ack-early .02 --continue100 .2"
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
row --visible loss-0.5 --loss .005
row --visible loss-2 --loss .02
row --visible loss-5 --loss .05
row --all pipelining-100 --pipeline 1
row '--of-visible .99' pipelining+loss-1 --pipeline 1 --loss .01
# shellcheck disable=SC2086
row --visible mixed $mixed
row '--recall .74' mid-message --drop-head 3000
row '--recall .97' unnamed-loss-0.5 --no-echo --loss .005
row '--recall .92' unnamed-loss-2 --no-echo --loss .02
row '--recall .78' unnamed-loss-5 --no-echo --loss .05
row '--recall .79' unnamed-pipelining+loss-1 --no-echo --pipeline 1 --loss .01
# shellcheck disable=SC2086
row '--recall .85' unnamed-mixed --no-echo $mixed
row '--recall .70' unnamed-mid-message --no-echo --drop-head 3000
row '--recall .995' snaplen-600 --snaplen 600
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
talk --all plain
talk '' joined --join 1
talk '--recall .5' joined+named --join 1 --echo 1
talk '--recall .8' loss-5+named --loss .05 --echo 1
talk '' loss-5+names-shared --loss .05 --share 1
talk '' loss-20+names-shared --loss .2 --share 1
talk '' joined+names-shared --join 1 --loss .03 --share 1
talk --guess tried-again --loss .04 --retry 1
talk --guess joined+tried-again --join 1 --loss .04 --retry 1
talk '' burst+names --loss .02 --burst .5 --slow 1 --echo .5 --share .5
talk '' joined-open --join .5 --open 1 --loss .03
talk '' loss-2 --loss .02
talk '' loss-5 --loss .05
talk '' loss-20 --loss .2
talk '' burst --loss .02 --burst .5 --slow 1
talk '' burst-of-many --loss .02 --burst .8 --slow .5 --ponder .5
talk '' burst+given-up --loss .02 --burst .5 --slow 1 --abort .6
talk '' joined+given-up --join 1 --abort .7
talk '' joined+given-up+slow --join 1 --abort .7 --slow 1
talk '' joined+given-up+ponder --join 1 --abort .7 --slow .7 --ponder 1
talk '' loss-of-requests --loss-client .1
talk '' loss-of-responses --loss-server .1
talk '' whole-messages-lost --lose-message .05
talk '' edges-of-messages-lost --lose-edge .05
talk '' joined+loss --join .5 --loss .03
talk '' fast-server --fast .5 --loss .02 --join .3
talk '' early-response --early .3 --loss .02
talk '' interim --interim .2 --expect .5 --loss .03
talk '' head+not-modified --head .3 --notmod .2 --loss .03 --join .2
talk '' chunked+trailers --chunked .5 --loss .03
talk '' server-quits --quit .6 --loss .03
talk '' server-times-out --timeout .6 --loss .03
talk '' server-announces --announce .6 --loss .03
talk '' client-gives-up --abort .6 --loss .03
talk '' reset --rst .6 --loss .03
talk '' nobody-closes --open 1 --loss .03 --join .3
talk '' server-closes-first --server-first 1 --loss .03 --join .3
talk '' client-stalls --stall .2 --loss .05
talk '' requests-in-one-segment --coalesce .7 --loss .05
talk '' asymmetric-tap --skew 1 --shuffle .1
talk --all again+probes --again .2 --twice .2 --probe .2
talk '' other-bytes-again --again .2 --conflict .5 --twice .2 --probe .2
talk --guess quoting --quote .5 --chunked .3 --loss .03
talk --guess quoting+named --quote .5 --chunked .3 --loss .03 --echo 1
talk --guess quoting+expect+interim --quote .5 --loss .03 --expect .3 --interim .1 --head .1
talk --guess quoting+heads-lost --quote .7 --chunked .3 --lose-edge .05
talk '--guess --cut' quoting+short-packets --quote .7 --chunked .3 --snaplen 150
talk '' close+connect+upgrade --until-close .5 --connect .3 --upgrade .3 --loss .02
talk '' port-reuse --reuse .7 --loss .01
talk '' one-sided --client-only .3 --server-only .3
talk '--all --cut' short-packets --snaplen 400
talk '' syn-data+skew --syn-data 1 --skew 1
talk '' syn-data+shuffle --syn-data 1 --shuffle .2 --hurry .5
talk '' syn-data+wrap --syn-data .5 --wrap .5 --loss .02
for net in ip6 vlan qinq mpls pppoe gre vxlan geneve ipip 6in4 raw sll sll2 null; do
	talk --all net-$net --net $net --frag .2 --conns 5
done
all="--net any --loss .03 --fast .3 --early .1 --interim .1
	--expect .2 --head .1 --notmod .1 --chunked .3 --quit .1 --announce .1
	--rst .1 --open .1 --server-first .2 --stall .1 --coalesce .3
	--skew .3 --again .05 --conflict .2 --twice .05 --probe .05 --shuffle .05
	--until-close .1 --connect .1 --upgrade .1 --reuse .3 --client-only .02
	--server-only .02 --echo .3 --share .1 --syn-data .1 --wrap .2 --frag .05 --lose-message .01"
# shellcheck disable=SC2086
talk '' all-of-it $all --join .2 --abort .1
# shellcheck disable=SC2086
talk '' all-of-it+burst $all --join .2 --abort .3 --slow .3 --ponder .3 --burst .3
exit $status
