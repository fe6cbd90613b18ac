#!/bin/sh
# Damaged captures against their truth: nothing wrong, and all found where
# nothing is lost.  matrix.sh is the long form.  Output is TAP.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
n=0

row() {
	want=$1 name=$2
	shift 2
	n=$((n + 1))
	# shellcheck disable=SC2086
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o "$dir/t.pcap" \
		--conns 12 --exchanges 12 --active 6 --seed 7 "$@" >/dev/null &&
	compare $want || printf 'not '
	echo "ok $n - $name"
}

compare() {
	"$top_builddir/tests/tools/capture_dump" "$dir/t.pcap" >"$dir/out" &&
	python3 "$top_srcdir/tests/tools/truth.py" "$@" \
		"$dir/t.pcap.truth.jsonl" <"$dir/out"
}

# With clients and servers that react: every kind of client.
talk() {
	want=$1 name=$2
	shift 2
	for client in ${clients:-sliding moody}; do
		n=$((n + 1))
		# shellcheck disable=SC2086
		python3 "$top_srcdir/tests/tools/gen_talk.py" -o "$dir/t.pcap" \
			--client $client --conns 10 --exchanges 12 --seed 3 "$@" &&
		compare --method '' $want || printf 'not '
		echo "ok $n - $name, $client client"
	done
}

row --all defaults
row --all pipelining --pipeline 1 --ooo .1 --retrans .1 --overlap .1
row --all early-ack --ack-early .1
row --all nothing-closed --nofin 1 --wrap 1 --v6 .5
row --all fragments --frag .3 --linktype sll2
row --visible loss --loss .1
row --visible loss-in-pipelines --loss .03 --pipeline 1
row '' unnamed-loss --loss .1 --no-echo
row '' unnamed-loss-in-pipelines --loss .03 --pipeline 1 --no-echo
row '' mid-stream --drop-head 100
row '' unnamed-mid-stream --drop-head 100 --no-echo
row '--all --cut' short-packets --snaplen 600
row --visible everything --loss .02 --pipeline .5 --ooo .05 --ack-early .05 \
	--midstream .3 --conflict .02 --continue100 .3
talk --all talk
talk '' joined-talk --join 1 --loss .02
talk '' lossy-talk --loss .05 --server-first .5 --quit .3
talk '' timed-out-talk --timeout 1 --loss .05
talk '' given-up-talk --abort .6 --loss .05
talk '' joined-and-given-up-talk --join 1 --abort 1 --slow .5 --ponder .5
talk '' burst-talk --slow 1 --loss .03 --burst .6
talk '--recall .8' reordered-talk --skew 1 --shuffle .1
talk '--recall .7' named-talk --loss .05 --echo 1
talk --guess quoting-talk --quote .5 --chunked .3 --loss .05
talk --guess quoting-and-named-talk --quote .5 --chunked .3 --loss .05 --echo 1
talk '' shared-names-talk --loss .05 --share 1
talk --guess tried-again-talk --loss .05 --retry 1 --conns 20
talk '' early-bytes-talk --syn-data 1 --shuffle .2 --hurry .5
talk '' odd-talk --net any --echo .3 --share .1 --join .2 --loss .03 --fast .3 --early .1 --interim .1 \
	--expect .2 --head .1 --notmod .1 --chunked .3 --quit .2 --rst .1 \
	--coalesce .3 --again .05 --conflict .2 --twice .05 --probe .05 \
	--until-close .1 --connect .1 --upgrade .1 --reuse .3 --syn-data .1
echo "1..$n"
