#!/bin/sh
# A recorder that is killed, one that is told to end, two at one archive, and
# many that need the fingerprint key at the same time.  Output is TAP.
capture=$top_srcdir/tests/captures/huawei.pcap
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
n=0
status=0

result() { # WHETHER NAME; it is good if WHETHER is 0
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		status=1
	fi
}

rows() { # ARCHIVE; how many exchanges it shows now
	if [ -e "$1" ]; then
		"$OBIT" ls --json "$1" 2>/dev/null | wc -l
	else
		echo 0
	fi
}

# Record half of the capture into $1 from a pipe that stays open, and wait
# until others can see it: nothing more comes, so time alone must do that.
begin() { # ARCHIVE
	rm -f pipe
	mkfifo pipe
	"$OBIT" capture --all -r - "$1" <pipe >out 2>words &
	recorder=$!
	exec 7>pipe
	head -c 12000 "$capture" >&7
	turns=0
	while [ "$(rows "$1")" -eq "${2:-0}" ] && [ $turns -lt 300 ]; do
		sleep 0.05
		turns=$((turns + 1))
	done
}

finish() { # SIGNAL; sets ended
	kill "-$1" "$recorder"
	wait "$recorder"
	ended=$?
	exec 7>&-
}

begin killed
before=$(rows killed)
[ "$before" -gt 0 ]
result $? "what was recorded is committed while nothing comes"

"$OBIT" capture -r "$capture" killed >out2 2>words2
[ $? -eq 3 ] && [ "$(cat words2)" = \
	"obit capture: killed: is being written by another process" ]
result $? "a second recorder is refused"

finish KILL 2>/dev/null
[ "$(rows killed)" -eq "$before" ]
result $? "after SIGKILL the archive has what was committed"
"$OBIT" stats killed | grep -q "(not finished)"
result $? "and says that its recording did not finish"

"$OBIT" capture --all -r "$capture" killed >/dev/null
result $? "the next recording works"
[ "$(rows killed)" -eq $((before + 20)) ] && [ ! -e killed-wal ]
result $? "and is added to the one that was killed"

for signal in TERM HUP; do
	begin $signal
	finish $signal
	[ "$ended" -eq 4 ] || [ "$ended" -eq 0 ]
	result $? "SIG$signal ends a recording well"
done
for archive in TERM HUP; do
	[ "$(rows $archive)" -ge "$before" ] && [ ! -e $archive-wal ] &&
		! "$OBIT" stats $archive | grep -q "(not finished)"
	result $? "SIG$archive leaves one finished file"
done

XDG_CONFIG_HOME=$dir/fresh
i=0
while [ $i -lt 24 ]; do
	i=$((i + 1))
	"$OBIT" capture -r "$capture" "many$i" >/dev/null &
done
wait
i=0
while [ $i -lt 24 ]; do
	i=$((i + 1))
	"$OBIT" audit --json "many$i"
done | sort | uniq -c | awk '$1 % 24 != 0 { wrong = 1 } END { exit wrong || NR == 0 }'
result $? "recorders that start together share one new key"
echo "1..$n"
exit $status
