# obit capture -i, on a cable between two network namespaces

bats_require_minimum_version 1.5.0
load ../lib/live.bash

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	huawei=$top_srcdir/tests/captures/huawei.pcap
	live_setup
}

teardown() {
	live_teardown
}

@test "deletions that curl makes are audited while they are recorded" {
	needs curl python3
	serve 10.9.0.1
	url=http://10.9.0.1:$(cat port)/v1/things
	watch --json -i tap a.obit
	for path in one one two/denied; do
		in_ns "$far" curl -s -X DELETE "$url/$path" >/dev/null
	done
	await has_rows a.obit 3
	finish
	[ "$ended" -eq 0 ]
	"$OBIT" verify a.obit
	[ "$("$OBIT" audit --json a.obit | jq -c '[.outcome, .status, .client[:8]]')" = \
		'["deleted",204,"10.9.0.2"]
["gone",404,"10.9.0.2"]
["denied",403,"10.9.0.2"]' ]
	jq -e '.drops == {kernel: 0, interface: 0} and .deletions == 3' out
}

@test "all interfaces at once are read as cooked packets" {
	needs curl python3
	serve 0.0.0.0
	watch --json -i any -f "tcp port $(cat port)" a.obit
	in_ns "$far" curl -s -X DELETE "http://10.9.0.1:$(cat port)/a" >/dev/null
	in_ns "$near" curl -s -X DELETE "http://127.0.0.1:$(cat port)/b" >/dev/null
	await has_rows a.obit 2
	finish
	[ "$("$OBIT" audit --json a.obit | jq -r .target)" = $'/a\n/b' ]
}

@test "what is recorded can be read while nothing more comes" {
	needs tcpreplay
	watch -i tap a.obit
	replay "$huawei"
	await has_rows a.obit 17
	"$OBIT" stats a.obit | grep -q "(not finished)"
	finish
	[ "$(rows a.obit)" -eq 20 ]
}

@test "INT, TERM and HUP end a recording with all that came before them" {
	needs tcpreplay
	for signal in INT TERM HUP; do
		watch --json -i tap $signal.obit
		replay "$huawei"
		finish $signal
		[ "$ended" -eq 0 ]
		jq -e '.packets == 95 and .exchanges.kept == 20' out
		[ ! -e $signal.obit-wal ]
		"$OBIT" verify $signal.obit
	done
}

@test "USR1 asks how far it is" {
	needs tcpreplay
	watch -i tap a.obit
	[ ! -s words ]
	replay "$huawei"
	await has_rows a.obit 17
	kill -USR1 "$recorder"
	await grep -q "95 packets, .* 17 deletions, 0 dropped" words
	finish TERM
	[ "$ended" -eq 0 ]
}

@test "the coverage says when it was watching, also when nothing came" {
	before=$(date +%s)
	watch --json -i tap a.obit
	finish
	[ "$ended" -eq 0 ]
	jq -e --argjson t "$before" '.packets == 0 and .first == null and
		.excluded == null and
		(.watched.from[:19] + "Z" | fromdate) >= $t and
		.watched.until >= .watched.from' out
	"$OBIT" stats --json a.obit | jq -e --slurpfile s out \
		'.recordings[0].watched == $s[0].watched'
	"$OBIT" stats a.obit | grep -q '^  watched '
	"$OBIT" audit a.obit >audit 2>&1
	grep -q 'recording 1: no packets' audit
	# Between two recordings nobody was watching.
	WATCHED=a.obit-wal watch -i tap a.obit
	finish
	"$OBIT" audit a.obit 2>&1 | grep -q '^no recording from'
}

@test "--duration ends it, with what came before" {
	needs tcpreplay
	watch --json -i tap --duration 6 a.obit
	replay "$huawei"
	ended
	[ "$ended" -eq 0 ]
	jq -e '.packets == 95' out
	jq -e '[.watched.from, .watched.until] | map(.[:19] + "Z" | fromdate) |
		.[1] - .[0] >= 5' out
}

@test "--count ends it after so many packets" {
	needs tcpreplay
	watch --json -i tap --count 30 a.obit
	replay "$huawei"
	ended
	jq -e '.packets == 30' out
	run "$OBIT" capture --json --count 30 -r "$huawei" b.obit
	jq -e '.packets == 30' <<<"$output"
	[ "$("$OBIT" ls --json a.obit | jq -c '[.client, .status]')" = \
		"$("$OBIT" ls --json b.obit | jq -c '[.client, .status]')" ]
}

@test "a ring that is too small drops packets, and says so" {
	needs tcpreplay python3
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 60 \
		--exchanges 40 --body-min 3000 --body-max 60000 >/dev/null
	watch --json --all -i tap -B 64 -s 1600 a.obit
	kill -STOP "$recorder"
	replay mix.pcap
	kill -CONT "$recorder"
	finish
	[ "$ended" -eq 4 ]
	jq -e '.drops.kernel > 0' out
	jq -e '.packets == ([.layers[]] | add)' out
	"$OBIT" verify a.obit
	"$OBIT" stats a.obit | grep -Eq '^  dropped +[1-9][0-9]* packets by the kernel'
	"$OBIT" audit a.obit 2>&1 | grep -q 'packets dropped'
}

@test "an interface that is not there or down is named" {
	run -3 in_ns "$near" "$OBIT" capture -i nosuch a.obit
	[ "$output" = "obit capture: nosuch: no such interface" ]
	ip -n "$near" link set tap down
	run -3 in_ns "$near" "$OBIT" capture -i tap a.obit
	[ "$output" = "obit capture: tap: is down" ]
	[ ! -e a.obit ]
}

@test "what is missing to watch an interface is named" {
	needs setpriv
	run -3 in_ns "$near" setpriv --reuid 65534 --clear-groups \
		"$OBIT" capture -i tap /nosuch/a.obit
	[[ "$output" == "obit capture: tap: "*"CAP_NET_RAW" ]]
}

@test "an interface that goes down is waited for, and counted" {
	needs tcpreplay
	watch --json -i tap a.obit
	ip -n "$near" link set tap down
	await grep -q 'obit capture: tap: went down' words
	ip -n "$near" link set tap up
	replay "$huawei"
	await has_rows a.obit 17
	finish
	[ "$ended" -eq 4 ]
	jq -e '.interface_downs == 1 and .exchanges.kept == 20' out
	"$OBIT" audit a.obit 2>&1 | grep -q 'interface went down'
}

@test "an interface that disappears ends it, with all that came before" {
	needs tcpreplay
	watch --json -i tap a.obit
	replay "$huawei"
	ip -n "$near" link delete tap
	ended
	[ "$ended" -eq 3 ]
	[ "$(tail -n 1 words)" = "obit capture: tap: the interface disappeared" ]
	jq -e '.exchanges.kept == 20 and .cut_short' out
	"$OBIT" verify a.obit
	[ "$(rows a.obit)" -eq 20 ]
}

@test "a filter that is none is refused before there is an archive" {
	run -2 in_ns "$near" "$OBIT" capture -i tap -f 'port and' a.obit
	[[ "$output" == 'obit capture: tap: filter "port and": '* ]]
	[ ! -e a.obit ]
}

@test "--user gives up root for good, and owns what is made" {
	needs tcpreplay
	mkdir home
	chown nobody home
	XDG_CONFIG_HOME=$PWD/home/config
	chmod o+x "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_SUITE_TMPDIR"
	watch --json -i tap --user nobody home/a.obit
	grep -E '^(Uid|Gid):' /proc/"$recorder"/status >ids
	grep '^Cap[IPE]' /proc/"$recorder"/status >rights
	grep '^Groups' /proc/"$recorder"/status >groups
	replay "$huawei"
	await has_rows home/a.obit 17
	finish
	[ "$ended" -eq 0 ]
	uid=$(id -u nobody) gid=$(id -g nobody)
	[ "$(tr -d '\t\n' <ids)" = "Uid:$uid$uid$uid${uid}Gid:$gid$gid$gid$gid" ]
	[ "$(awk '{ print $2 }' rights | sort -u)" = 0000000000000000 ]
	[ "$(tr -s '\t ' ' ' <groups)" = "Groups: $(id -G nobody) " ]
	[ "$(stat -c '%U %a' home/a.obit)" = "nobody 600" ]
	[ "$(stat -c '%U %a' home/config/obit/fingerprint.key)" = "nobody 600" ]
	jq -e '.exchanges.kept == 20' out
}

@test "--user takes only a user who is not root, and only live" {
	run -2 in_ns "$near" "$OBIT" capture -i tap --user no-such-user a.obit
	[ "$output" = 'obit capture: --user: no user "no-such-user"' ]
	run -2 in_ns "$near" "$OBIT" capture -i tap --user root a.obit
	run -2 "$OBIT" capture -r "$huawei" --user nobody a.obit
	[ "$output" = 'obit capture: --user needs -i IFACE' ]
	# Where nobody may not write, nothing is made.
	mkdir -m 700 mine
	XDG_CONFIG_HOME=$PWD run -3 in_ns "$near" "$OBIT" capture -i tap --user nobody mine/a.obit
	[ ! -e mine/a.obit ]
}

@test "--rotate TIME begins a new archive, and loses nothing between two" {
	needs tcpreplay
	WATCHED=r-000001.obit watch --json --all -i tap --rotate 1s r.obit
	for n in 1 2 3; do
		replay "$huawei" -t --seed=$n # other addresses
		await test -e "r-00000$((n + 1)).obit"
	done
	finish
	[ "$ended" -eq 0 ]
	jq -es '(map(.exchanges.kept) | add) == 60 and (map(.packets) | add) == 285
		and (map(.deletions) | add) == 51
		and all(.[]; .packets == ([.layers[]] | add))' out
	# One begins to watch where the one before ended.
	jq -es '[.[].watched] as $w | all(range(1; $w | length);
		$w[.].from == $w[. - 1].until)' out
	[ "$(jq -r .archive out)" = "$(ls r-*.obit)" ]
	for a in r-*.obit; do
		[ ! -e "$a-wal" ]
		"$OBIT" verify "$a"
		"$OBIT" ls --json "$a"
	done | grep -c '^{' | grep -qx 60
	# The next recorder does not touch them.
	n=$(ls r-*.obit | wc -l)
	sha256sum r-*.obit >before
	WATCHED=r-$(printf %06d $((n + 1))).obit watch -i tap --rotate 1h r.obit
	finish
	sha256sum -c --quiet before
}

@test "what a deletion left pending is followed up in the next archive" {
	needs tcpreplay editcap
	editcap -r "$huawei" before.pcap 1-46
	editcap -r "$huawei" after.pcap 47-95
	WATCHED=r-000001.obit watch -i tap --rotate 2s r.obit
	replay before.pcap
	await test -e r-000002.obit
	replay after.pcap
	await test -e r-000003.obit
	replay "$huawei" -t --seed=3
	finish
	"$OBIT" audit --json r-000001.obit | tail -n 1 |
		jq -e '.outcome == "accepted" and .follow_up.evidence == []'
	[ "$("$OBIT" ls --json r-000002.obit | jq -c '[.id, .kind]' | head -n 4)" = \
		$'[1,"follow-up"]\n[2,"follow-up"]\n[3,"follow-up"]\n[4,"deletion"]' ]
	"$OBIT" show r-000002.obit 3 | grep -q 'follow-up *of an earlier archive: confirmed'
	[ "$(sqlite3 r-000002.obit 'SELECT count(*), max(deletion) FROM follow_up')" = '3|0' ]
	# The third knows what the first two hold, by no number but its own.
	"$OBIT" audit --json r-000003.obit >audit
	jq -es 'length == 17 and .[0].attempt == {of: 1, number: 3} and
		(.[0].findings | index("repeated-after-success")) and
		.[1].attempt == {of: 1, number: 4} and
		all(.[]; .attempt.of >= 1 and .attempt.of <= .id)' audit
	for a in r-*.obit; do
		"$OBIT" verify "$a"
	done
	"$OBIT" merge -o all.obit r-*.obit
	"$OBIT" verify all.obit
	[ "$(rows all.obit)" -eq 40 ]
}

@test "archives that are begun on the way are sealed, each by itself" {
	needs tcpreplay
	"$OBIT" seal --new-key key --origin example.org/live >vkey
	WATCHED=r-000001.obit watch --all -i tap --rotate 1s --seal key --seal-every 5 r.obit
	replay "$huawei"
	# While it records: what the first checkpoint covers is there.
	await test -e r-000001.obit.checkpoint
	cp r-000001.obit.checkpoint early
	[ "$(sed -n 2p early)" -ge 5 ]
	for n in 2 3; do
		await test -e "r-00000$n.obit"
		replay "$huawei" -t --seed="$n"
	done
	finish
	[ "$ended" -eq 0 ]
	[ "$(ls r-*.obit | wc -l)" -ge 3 ]
	for a in r-*.obit; do
		"$OBIT" verify "$a" --checkpoint "$a.checkpoint" --key vkey
		# All of it is sealed, its coverage as well.
		[ "$(sed -n 2p "$a.checkpoint")" = "$("$OBIT" verify --json "$a" | jq .size)" ]
	done
	"$OBIT" verify r-000001.obit --checkpoint early --key vkey
	run -1 "$OBIT" verify r-000002.obit --checkpoint r-000001.obit.checkpoint --key vkey
}
