# obit merge

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	captures=$top_srcdir/tests/captures
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" capture -r "$captures/volcengine.pcap" b.obit >/dev/null
}

root() {
	"$OBIT" verify --json "$1" | jq -r .root
}

# What it says of deletions, without numbers of exchanges.
history() {
	"$OBIT" audit --json "$1" |
		jq -c 'del(.id, .attempt.of, .follow_up.evidence)' | sort
}

@test "two archives become one that holds both" {
	run -0 --separate-stderr "$OBIT" merge -o m.obit a.obit b.obit
	[ "$stderr" = "" ]
	[ "$(wc -l <<<"$output")" -eq 2 ]
	n=$("$OBIT" ls --json a.obit | wc -l)
	k=$("$OBIT" ls --json b.obit | wc -l)
	[[ "$output" == *"exchanges 1 to $n: recording 1 of a.obit, there exchanges 1 to $n"* ||
		"$output" == *"exchanges $((k + 1)) to $((k + n)): recording 1 of a.obit, there exchanges 1 to $n"* ]]
	run -0 "$OBIT" verify m.obit
	[[ "$output" == *"$((n + k)) exchanges, 2 recordings"* ]]
	(history a.obit && history b.obit) | sort >both
	history m.obit | diff - both
	[ "$(stat -c %a m.obit)" = 600 ]
	[ -z "$(ls -d m.obit?* 2>/dev/null)" ]
}

@test "what refers to an exchange refers to its new number" {
	"$OBIT" merge -o m.obit b.obit a.obit --json >parts
	for part in a b; do
		# New number less old one.
		by=$(jq --arg p $part.obit 'select(.sources[0].archive == $p)
			| .first - .sources[0].first' parts)
		"$OBIT" audit --json $part.obit | jq -c --argjson by "$by" '
			[.id + $by, .attempt.of + $by,
			[.follow_up.evidence // [] | .[] + $by]]' >>want
	done
	"$OBIT" audit --json m.obit |
		jq -c '[.id, .attempt.of, [.follow_up.evidence // [] | .[]]]' >got
	sort want | diff - <(sort got)
	grep -q '\[[0-9]' got
}

@test "the order does not matter, nor does merging again" {
	"$OBIT" merge -o ab.obit a.obit b.obit
	"$OBIT" merge -o ba.obit b.obit a.obit
	"$OBIT" merge -o again.obit ab.obit a.obit ba.obit b.obit
	"$OBIT" merge -o self.obit again.obit again.obit
	for m in ba again self; do
		[ "$(root $m.obit)" = "$(root ab.obit)" ]
		diff <("$OBIT" ls --json ab.obit) <("$OBIT" ls --json $m.obit)
		diff <("$OBIT" audit --json ab.obit) <("$OBIT" audit --json $m.obit)
	done
	run -0 "$OBIT" merge -o same.obit a.obit a.obit
	[[ "${lines[1]}" == "recording 1, "*": also recording 1 of a.obit, "* ]]
	[ "$(root same.obit)" = "$(root a.obit)" ]
}

# Each exchange of an archive, and where it was.
origins() {
	sqlite3 -separator ' ' "$1" 'SELECT exchange, root, recording, id FROM origins ORDER BY 1, 2, 3'
}

@test "where each exchange was is in the archive" {
	a=$(root a.obit) b=$(root b.obit)
	[ -z "$(origins a.obit)" ]
	"$OBIT" capture -r "$captures/volcengine.pcap" a.obit >/dev/null
	two=$(root a.obit)
	"$OBIT" merge -o m.obit b.obit a.obit
	origins m.obit >got
	[ "$(wc -l <got)" = "$("$OBIT" ls --json m.obit | wc -l)" ]
	# What stood there, under the number that it had there.
	while read -r here from _ there; do
		case $from in "$two") source=a ;; "$b") source=b ;; esac
		diff <("$OBIT" show m.obit "$here" --raw request) \
			<("$OBIT" show "$source.obit" "$there" --raw request)
	done <got
	run -0 "$OBIT" stats m.obit
	[[ "$output" == *"merged     from recording 2, exchange 21 on, of the archive with the root"*"$two"* ]]
	run -0 "$OBIT" stats --json m.obit
	jq -e --arg a "$two" --arg b "$b" '[.recordings[].origins[] | {(.root): .recording}]
		| sort == ([{($a): 1}, {($a): 2}, {($b): 1}] | sort)' <<<"$output"
	[ "$a" != "$two" ]
}

@test "where exchanges were depends on neither the order nor on what lay between" {
	"$OBIT" merge -o ab.obit a.obit b.obit
	"$OBIT" merge -o ba.obit b.obit a.obit
	"$OBIT" merge -o again.obit ab.obit a.obit ba.obit b.obit
	mkdir elsewhere && cp a.obit elsewhere/other.obit
	"$OBIT" merge -o moved.obit elsewhere/other.obit ab.obit
	"$OBIT" merge -o self.obit again.obit again.obit
	[ -n "$(origins ab.obit)" ]
	for m in ba again moved self; do
		diff <(origins ab.obit) <(origins $m.obit)
	done
	# One recording in two archives that both are originals.
	cp a.obit c.obit
	"$OBIT" capture -r "$captures/volcengine.pcap" c.obit >/dev/null
	"$OBIT" merge -o ac.obit a.obit c.obit
	"$OBIT" merge -o ca.obit c.obit a.obit
	diff <(origins ac.obit) <(origins ca.obit)
	[ "$(origins ac.obit | grep -c '^1 ')" = 2 ]
	"$OBIT" redact -o r.obit ab.obit
	diff <(origins ab.obit) <(origins r.obit)
}

@test "an origin that does not fit is found" {
	"$OBIT" merge -o m.obit a.obit b.obit
	run -0 "$OBIT" verify m.obit
	for change in 'count = count + 1' 'count = 0' 'exchange = exchange + 1' \
		'exchange = NULL' 'first = NULL' 'recording = 7'; do
		cp m.obit bad.obit
		sqlite3 bad.obit "UPDATE origin SET $change WHERE recording = 1"
		run -1 "$OBIT" verify bad.obit
		[[ "$output" == *"where it was before it was merged does not fit its exchanges"* ]]
	done
	# Nor what is none at all, which nobody takes for one.
	for change in "root = 'text'" "root = x'00'" 'number = -1' "size = 'x'" "first = x'00'"; do
		cp m.obit bad.obit
		sqlite3 bad.obit "UPDATE origin SET $change"
		run -1 "$OBIT" verify bad.obit
		[[ "$output" == *"where it was before it was merged does not fit its exchanges"* ]]
		run -3 "$OBIT" stats --json bad.obit
		run -1 "$OBIT" merge -o no.obit bad.obit
		run -1 "$OBIT" redact -o no.obit bad.obit
		[ ! -e no.obit ]
	done
	cp m.obit bad.obit
	sqlite3 bad.obit "UPDATE origin SET root = x'00'"
	run -3 --separate-stderr "$OBIT" stats bad.obit
	[ "$stderr" = "obit stats: bad.obit: the origin of recording 1 makes no sense" ]
}

@test "a recording that was in too many archives is told" {
	cp a.obit many.obit
	sqlite3 many.obit "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 65536)
		INSERT INTO origin SELECT 1, CAST(printf('%032d', i) AS BLOB), 1, 9, 1, 1,
			(SELECT count(*) FROM exchange) FROM n"
	run -0 "$OBIT" merge -o m.obit many.obit
	run -3 "$OBIT" merge -o n.obit many.obit a.obit
	[ "$output" = "obit merge: n.obit: recording 1 was in more than 65536 archives" ]
	[ ! -e n.obit ]
}

@test "the journal of what was sent stays where it is" {
	sqlite3 a.obit "INSERT INTO replay VALUES(1, zeroblob(32), zeroblob(32), 7, 'http://h:1')"
	run -0 --separate-stderr "$OBIT" merge -o m.obit a.obit b.obit
	[ "$stderr" = "obit merge: which requests were sent again stays in a.obit" ]
	[ "$(sqlite3 m.obit 'SELECT count(*) FROM replay')" = 0 ]
}

@test "one capture recorded twice is two recordings, and merge says so" {
	"$OBIT" capture -r "$captures/huawei.pcap" c.obit >/dev/null
	run -0 --separate-stderr "$OBIT" merge -o m.obit a.obit c.obit
	[[ "$stderr" == "obit merge: recordings 1 and 2 hold the same exchanges, recorded twice; both are kept" ]]
	[ "$("$OBIT" ls --json m.obit | jq -s 'map(.recording) | unique | length')" = 2 ]
}

@test "an archive that is not verified is named, and nothing is merged" {
	sqlite3 b.obit 'UPDATE exchange SET time = time + 1 WHERE id = 5'
	run -1 --separate-stderr "$OBIT" merge -o m.obit a.obit b.obit
	[ "$output" = "" ]
	[[ "$stderr" == "b.obit is not verified: exchange 5 is altered"* ]]
	[ ! -e m.obit ]
	head -c 20000 a.obit >c.obit
	run -1 --separate-stderr "$OBIT" merge -o m.obit c.obit a.obit
	[[ "$stderr" == *"c.obit"* ]]
	[ ! -e m.obit ]
	run -3 "$OBIT" merge -o m.obit a.obit none.obit
	run -3 "$OBIT" merge -o m.obit a.obit "$captures/huawei.pcap"
	[ ! -e m.obit ]
	[ -z "$(ls -d m.obit.* 2>/dev/null)" ]
}

@test "what is there is never replaced" {
	cp a.obit before
	run -3 --separate-stderr "$OBIT" merge -o a.obit a.obit b.obit
	[ "$stderr" = "obit merge: a.obit: exists already" ]
	cmp a.obit before
	ln -s nowhere link
	run -3 "$OBIT" merge -o link a.obit
	run -3 "$OBIT" merge -o no/such a.obit
	run -2 "$OBIT" merge a.obit b.obit
	run -2 "$OBIT" merge -o m.obit
}

@test "an archive that is still written can be merged" {
	mkfifo pipe
	"$OBIT" capture -r pipe c.obit >/dev/null 9>&- &
	exec 9>pipe
	head -c 5000 "$captures/huawei.pcap" >&9
	until [ -e c.obit ] && [ "$(sqlite3 -readonly c.obit 'SELECT count(*) FROM exchange')" -gt 0 ]; do
		:
	done
	run -0 "$OBIT" merge -o m.obit c.obit b.obit
	exec 9>&-
	wait
	run -0 "$OBIT" verify m.obit
	[ "$(sqlite3 m.obit 'SELECT count(*) FROM recording WHERE finished = 0')" = 1 ]
}
