# Two network namespaces and a cable between them, for tests of live capture.
# $near has the interface "tap", which obit watches, $far has "wire".

# Make them, or skip the test where that is not allowed.
live_setup() {
	near=obit-near-$BATS_SUITE_TEST_NUMBER-$$
	far=obit-far-$BATS_SUITE_TEST_NUMBER-$$
	[ "$(id -u)" -eq 0 ] || skip "needs root for a network namespace"
	command -v ip >/dev/null || skip "no ip(8)"
	ip netns add "$near" 2>/dev/null || skip "no network namespaces here"
	ip netns add "$far"
	ip -n "$near" link add name tap type veth peer name wire netns "$far"
	quieten "$near" tap
	quieten "$far" wire
	ip -n "$near" address add 10.9.0.1/24 dev tap
	ip -n "$far" address add 10.9.0.2/24 dev wire
	ip -n "$near" link set tap up
	ip -n "$far" link set wire up
	ip -n "$near" link set lo up
}

# Nothing but what the test sends.
quieten() { # NAMESPACE INTERFACE
	in_ns "$1" sh -c "echo 1 >/proc/sys/net/ipv6/conf/$2/disable_ipv6" || :
	in_ns "$1" sh -c "echo 0 >/proc/sys/net/ipv6/conf/$2/router_solicitations" || :
}

live_teardown() {
	for p in ${recorder-} ${server-}; do
		kill -KILL "$p" 2>/dev/null || :
	done
	for n in ${near-} ${far-}; do
		ip netns delete "$n" 2>/dev/null || :
	done
}

in_ns() { # NAMESPACE COMMAND...
	ip netns exec "$@"
}

# Poll: the command has to succeed within 20 seconds.
await() { # COMMAND...
	local turns=0
	until "$@" >/dev/null 2>&1; do
		[ "$turns" -lt 400 ] || {
			echo "gave up on: $*"
			return 1
		}
		turns=$((turns + 1))
		sleep 0.05
	done
}

# A server that deletes, in the near namespace; its port is in "port".
serve() { # ADDRESS
	ip netns exec "$near" python3 "$top_srcdir/tests/tools/deleter.py" "$1" \
		>port 2>/dev/null 3>&- &
	server=$!
	await test -s port
}

# Start `obit capture` in the near namespace and wait until it watches, which
# is before the archive, its last argument, or $WATCHED is there.  A shell
# lets what it starts in the background ignore SIGINT.
watch() { # ARGUMENT...
	ip netns exec "$near" env --default-signal=INT "$OBIT" capture \
		--duration 600 "$@" >out 2>words 3>&- &
	recorder=$!
	await test -e "${WATCHED:-${!#}}" || { cat words; return 1; }
}

# Wait for the recorder; sets ended.
ended() {
	ended=0
	# shellcheck disable=SC2034 # for the test
	wait "$recorder" || ended=$?
	recorder=
}

finish() { # [SIGNAL]
	kill "-${1:-INT}" "$recorder"
	ended
}

# Put the packets of a capture on the wire, as fast as it goes.
replay() { # FILE [OPTION...]
	local file=$1
	shift
	in_ns "$far" tcpreplay-edit -q "${@:--t}" -i wire "$file" >replay.log 2>&1
}

needs() { # COMMAND...
	for c; do
		command -v "$c" >/dev/null || skip "no $c"
	done
}

rows() { # ARCHIVE
	"$OBIT" ls --json "$1" | wc -l
}

has_rows() { # ARCHIVE COUNT
	[ "$(rows "$1")" -ge "$2" ]
}
