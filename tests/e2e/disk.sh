#!/bin/sh
# Full disks of many sizes: a capture ends well or in one line of words, and
# what it leaves can be read on the same full disk, with all that was in it
# before; an archive that is made of others is whole or not there.  Output is
# TAP.
if [ -z "$OBIT_DISK_NAMESPACE" ]; then
	if ! unshare -rm mount -t tmpfs tmpfs /mnt 2>/dev/null; then
		echo "1..0 # SKIP needs a mount name space"
		exit 0
	fi
	OBIT_DISK_NAMESPACE=1 exec unshare -rm sh "$0"
fi
capture=$top_srcdir/tests/captures/huawei.pcap
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
mkdir "$dir/disk"
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

complain() {
	echo "#   disk of $size KiB: $*"
	bad=1
}

# One capture into disk/a.obit, after which the disk may be full.
record() { # EXCHANGES BEFORE
	"$OBIT" capture --all -r "$capture" "$dir/disk/a.obit" \
		>"$dir/out" 2>"$dir/words"
	case $? in
	0) [ ! -s "$dir/words" ] || complain "words after success" ;;
	3)
		failed=$((failed + 1))
		[ "$(wc -l <"$dir/words")" -eq 1 ] || complain "not one line"
		grep -q "^obit capture: $dir/disk/a.obit: .*No space left" \
			"$dir/words" || complain "$(cat "$dir/words")"
		;;
	*) complain "exit status" ;;
	esac
	if [ -e "$dir/disk/a.obit" ]; then
		"$OBIT" ls --json "$dir/disk/a.obit" >"$dir/ls" 2>&1 ||
			complain "$(cat "$dir/ls")"
		[ "$(wc -l <"$dir/ls")" -ge "$1" ] || complain "lost exchanges"
	elif [ "$1" -gt 0 ] || [ -n "$(ls "$dir/disk")" ]; then
		complain "left: $(ls "$dir/disk")"
	fi
}

sweep() { # NAME ARCHIVE-BEFORE EXCHANGES SIZE...
	name=$1 archive=$2 before=$3 bad=0 failed=0
	shift 3
	for size in "$@"; do
		mount -t tmpfs -o "size=${size}k" tmpfs "$dir/disk"
		if [ -z "$archive" ] ||
			cp "$archive" "$dir/disk/a.obit" 2>/dev/null; then
			record "$before"
		fi
		umount "$dir/disk"
	done
	result $bad "$name"
	[ $failed -gt 2 ]
	result $? "$name: some disks were too small"
}

# Word splitting of seq is meant.
# shellcheck disable=SC2046
sweep "a new archive" "" 0 $(seq 8 8 264)
"$OBIT" capture --all -r "$capture" "$dir/first.obit" >/dev/null
kib=$(($(wc -c <"$dir/first.obit") / 1024))
# shellcheck disable=SC2046
sweep "one more recording" "$dir/first.obit" 20 $(seq $kib 4 $((kib + 150)))

# Whole, or not there, whatever the size of the disk.
makes() { # COMMAND: VERB, SOURCE... and -o where it goes
	verb=$1 bad=0 failed=0
	shift
	# shellcheck disable=SC2046
	for size in $(seq 8 24 440); do
		mount -t tmpfs -o "size=${size}k" tmpfs "$dir/disk"
		"$OBIT" "$verb" "$@" -o "$dir/disk/new.obit" >"$dir/out" \
			2>"$dir/words"
		case $? in
		0)
			"$OBIT" verify "$dir/disk/new.obit" >"$dir/out" 2>&1 ||
				complain "$(cat "$dir/out")"
			;;
		3)
			failed=$((failed + 1))
			[ "$(wc -l <"$dir/words")" -eq 1 ] ||
				complain "not one line"
			grep -q "^obit $verb: $dir/disk/new.obit: .*No space left" \
				"$dir/words" || complain "$(cat "$dir/words")"
			[ -z "$(ls -A "$dir/disk")" ] ||
				complain "left: $(ls -A "$dir/disk")"
			;;
		*) complain "exit status" ;;
		esac
		umount "$dir/disk"
	done
	result $bad "$verb"
	[ $failed -gt 2 ] && [ $failed -lt 19 ]
	result $? "$verb: some disks were too small, and some large enough"
}

"$OBIT" capture --all -r "$top_srcdir/tests/captures/volcengine.pcap" \
	"$dir/second.obit" >/dev/null
makes merge "$dir/first.obit" "$dir/second.obit"
makes redact --field InstanceId "$dir/first.obit"
makes purge "$dir/first.obit"
echo "1..$n"
exit $status
