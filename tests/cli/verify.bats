# obit verify

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" capture -r "$top_srcdir/tests/captures/volcengine.pcap" a.obit >/dev/null
	last=$("$OBIT" ls --json a.obit | wc -l)
}

# Change a copy; what verify then says of it must contain the words.
tampered() { # WORDS SQL
	cp a.obit t.obit
	sqlite3 t.obit "$2"
	run -1 "$OBIT" verify t.obit
	[[ "$output" == *"t.obit is not verified: "*"$1"* ]] || {
		echo "$2: $output"
		false
	}
}

# SQL that sets $2 of what exchange $1 has in common with others.
profile() {
	echo "CREATE TEMP TABLE p AS SELECT p.* FROM profile AS p
		JOIN exchange AS e ON e.profile = p.id WHERE e.id = $1;
	UPDATE p SET id = 9999, $2; INSERT INTO profile SELECT * FROM p;
	UPDATE exchange SET profile = 9999 WHERE id = $1;"
}

# SQL that gives exchange $1 with all its rows the number $2.
move() {
	echo "UPDATE exchange SET id = $2 WHERE id = $1;
	UPDATE target SET exchange = $2 WHERE exchange = $1;
	UPDATE follow_up SET exchange = $2 WHERE exchange = $1;"
}

@test "an archive is verified, with its size and root" {
	run -0 --separate-stderr "$OBIT" verify a.obit
	[ "$stderr" = "" ]
	[ "${lines[0]}" = "a.obit is verified: $last exchanges, 2 recordings" ]
	root=$(sqlite3 a.obit 'SELECT lower(hex(root)) FROM tree')
	[ "${lines[1]}" = "root $root of $((last + 2)) leaves" ]
	run -0 "$OBIT" verify --json a.obit
	jq -e --arg root "$root" --argjson n "$last" '.verified and .root == $root
		and .size == $n + 2 and .exchanges == $n and .recordings == 2
		and .fault == null and .checkpoint == null' <<<"$output"
}

@test "an altered exchange is named" {
	tampered 'exchange 5 is altered: its row has another status' \
		"$(profile 5 'status = 500')"
	tampered 'exchange 5 is altered: its row has another host' \
		"$(profile 5 "host = (SELECT w.id FROM exchanges AS x
		JOIN word AS w ON w.text = x.host WHERE x.id = 20)")"
	tampered 'exchange 5 is altered' \
		'UPDATE exchange SET time = time + 1 WHERE id = 5'
	tampered 'exchange 5 is altered' \
		'UPDATE exchange SET leaf = leaf + 1 WHERE id = 5'
	tampered 'exchange 5 is altered' \
		"$(profile 5 'principal = NULL')"
	tampered 'exchange 5 is altered' \
		"$(profile 5 "outcome = (SELECT value FROM term
		WHERE class = 'outcome' AND name = 'deleted')")"
	tampered 'exchange 5 is altered' \
		"UPDATE exchange SET target = 'another' WHERE id = 5"
	tampered 'exchange 9 is altered' \
		"UPDATE target SET id = 'another' WHERE exchange = 9"
	tampered 'exchange 5 is altered' \
		'UPDATE exchange SET data = (SELECT data FROM exchange WHERE id = 6)
		WHERE id = 5'
	tampered 'exchange 1 is altered' \
		"UPDATE word SET text = 'GET' || id WHERE text = 'DELETE'"
	tampered 'is altered: a follow-up has another time' \
		'UPDATE follow_up SET time = time + 1'
	tampered 'is altered: it is said to be of recording 1' \
		"UPDATE exchange SET connection = (SELECT max(id) FROM connection
			WHERE recording = 1) WHERE id = 25;
		UPDATE connection SET recording = 1 WHERE number = 1"
	tampered 'is altered: a term that it uses is gone' \
		"DELETE FROM term WHERE class = 'outcome' AND name = 'denied'"
}

@test "a missing exchange is named" {
	tampered 'exchange 5 is missing' 'DELETE FROM exchange WHERE id = 5'
	tampered 'exchanges 5 to 6 are missing' \
		'DELETE FROM exchange WHERE id IN (5, 6)'
	close=
	for i in $(seq 6 "$last"); do
		close+=$(move "$i" $((i - 1)))
	done
	tampered 'exchange 5 is missing: what was recorded as exchange 6' \
		"DELETE FROM exchange WHERE id = 5;
		DELETE FROM target WHERE exchange = 5; $close"
}

@test "exchanges missing at the end are named" {
	tampered "exchange $last is missing at the end" \
		"DELETE FROM exchange WHERE id = $last"
	tampered "exchanges $((last - 2)) to $last are missing at the end" \
		"DELETE FROM exchange WHERE id > $last - 3"
}

@test "reordered exchanges are named" {
	tampered 'exchange 5 is reordered: it was recorded as exchange 9' \
		"$(move 5 -1) $(move 9 5) $(move -1 9)"
	tampered 'exchange 5 is reordered: its row' \
		'UPDATE exchange SET id = -1 WHERE id = 5;
		UPDATE exchange SET id = 5 WHERE id = 9;
		UPDATE exchange SET id = 9 WHERE id = -1'
}

# SQL that copies exchange $1 as $2.
copy() {
	echo "CREATE TEMP TABLE e AS SELECT * FROM exchange WHERE id = $1;
	UPDATE e SET id = $2; INSERT INTO exchange SELECT * FROM e;
	CREATE TEMP TABLE t AS SELECT * FROM target WHERE exchange = $1;
	UPDATE t SET exchange = $2; INSERT INTO target SELECT * FROM t;"
}

@test "inserted exchanges are named" {
	tampered "exchange $((last + 1)) is inserted" \
		"$(copy "$last" $((last + 1)))"
	room=
	for i in $(seq "$last" -1 25); do
		room+=$(move "$i" $((i + 1)))
	done
	tampered 'exchange 25 is inserted: it is a copy of exchange 20' \
		"$room $(copy 20 25)"
	tampered 'it is inserted: an exchange has the number 0' "$(copy 5 0)"
	tampered 'exchange 14 is inserted: it has no further targets' \
		'CREATE TEMP TABLE t AS SELECT * FROM target WHERE exchange = 9;
		UPDATE t SET exchange = 14; INSERT INTO target SELECT * FROM t'
}

@test "recordings and their coverage are verified" {
	tampered 'recording 1 is altered' \
		'UPDATE recording SET last = last + 1 WHERE id = 1'
	tampered 'recording 1 is altered' \
		"UPDATE coverage SET count = count + 1
		WHERE recording = 1 AND name = 'packets'"
	tampered 'recording 2 is altered' \
		"DELETE FROM coverage WHERE recording = 2 AND name = 'packets'"
	tampered 'recording 2 is altered' \
		'UPDATE recording SET finished = 0 WHERE id = 2'
	tampered 'recording 2 is missing' 'DELETE FROM recording WHERE id = 2'
}

@test "the tree is verified" {
	tampered 'it is altered: the root is not that of the tree' \
		'UPDATE tree SET root = zeroblob(32)'
	tampered 'it is altered: the tree is gone' 'DELETE FROM tree'
	tampered 'are missing at the end' 'UPDATE tree SET size = size + 64,
		range = (SELECT range FROM tree) || zeroblob(32)'
}

@test "what exchanges are found by is verified" {
	tampered 'they are not found by what they can be looked for' \
		"UPDATE recent SET data = substr(data, 1, length(data) - 6)"
	tampered 'they are not found by what they can be looked for' \
		"UPDATE recent SET data = x'000000000000' || data"
	tampered 'they are not found by what they can be looked for' \
		"DELETE FROM recent"
	tampered 'exchanges can be looked for that do not exist' \
		"INSERT INTO lookup VALUES(5, x'00000000')"
	tampered 'it is not found by its operation' \
		"DELETE FROM operation
		WHERE word = (SELECT id FROM word WHERE text = 'huawei.vpc')"
	tampered 'exchanges can be looked for that do not exist' \
		"INSERT INTO operation VALUES(1, 77)"
}

@test "a damaged database is found" {
	# In the middle of the pages, where indexes are too.
	cp a.obit t.obit
	root=$(sqlite3 a.obit "SELECT rootpage FROM sqlite_schema
		WHERE name = 'word_text'")
	size=$(sqlite3 a.obit 'PRAGMA page_size')
	printf '\377' | dd of=t.obit bs=1 conv=notrunc status=none \
		seek=$((root * size - 9))
	run -1 "$OBIT" verify t.obit
	[[ "$output" == *"damaged"* ]]
	head -c 20000 a.obit >t.obit
	run "$OBIT" verify t.obit
	[ "$status" -eq 1 ] || [ "$status" -eq 3 ]
}

@test "what is no archive is an error" {
	echo hello >t.obit
	run -3 "$OBIT" verify t.obit
	run -3 "$OBIT" verify none.obit
	run -2 "$OBIT" verify
	run -2 "$OBIT" verify --checkpoint cp a.obit
	run -2 "$OBIT" verify --proof p
	run -2 "$OBIT" verify --proof p --key v a.obit
}

@test "an interrupted recording is verified" {
	cp a.obit t.obit
	sqlite3 t.obit "INSERT INTO recording(begun, program, source, finished)
		VALUES(1, 'x', 'y', 0)"
	run -0 "$OBIT" verify t.obit
	[[ "$output" == *"$last exchanges, 3 recordings"* ]]
}

@test "the same captures give the same root" {
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" b.obit >/dev/null
	"$OBIT" capture -r "$top_srcdir/tests/captures/volcengine.pcap" b.obit >/dev/null
	[ "$("$OBIT" verify --json a.obit | jq .root)" = \
		"$("$OBIT" verify --json b.obit | jq .root)" ]
}

@test "an archive of version 1 is read as it was, and brought up to date" {
	root=47b3e421dd8f1fb4a1508d0aaad8857862802ab3c4bae021a0de2ad9d6fe22da
	gzip -dc "$top_srcdir/tests/archives/version-1.obit.gz" >v.obit
	cp v.obit old.obit
	run -0 "$OBIT" verify v.obit
	[ "${lines[0]}" = "v.obit is verified: 30 exchanges, 2 recordings" ]
	[ "${lines[1]}" = "root $root of 32 leaves" ]
	[ "$("$OBIT" audit --json v.obit | wc -l)" = 26 ]
	cmp v.obit old.obit
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" v.obit >/dev/null
	[ "$(sqlite3 v.obit 'PRAGMA user_version')" = 2 ]
	run -0 "$OBIT" verify v.obit
	[ "${lines[0]}" = "v.obit is verified: 50 exchanges, 3 recordings" ]
	for verb in ls audit; do
		cmp <("$OBIT" "$verb" --json old.obit) \
			<("$OBIT" "$verb" --json v.obit | head -n "$("$OBIT" \
			"$verb" --json old.obit | wc -l)")
	done
	sqlite3 old.obit "UPDATE deletion SET outcome = 0 WHERE exchange = 3"
	run -3 "$OBIT" ls old.obit
	[[ "$output" == *"is of version 1, and cannot be brought up to date: exchange 3: it is not what was recorded" ]]
}

# Version 1 with a change that nobody should swallow; why it is refused.
unreadable() { # WORDS SQL
	cp old.obit t.obit
	sqlite3 t.obit "$2"
	run -3 "$OBIT" ls t.obit
	[[ "$output" == *"is of version 1, and cannot be brought up to date: "*"$1"* ]] || {
		echo "$2: $output"
		false
	}
	run -3 "$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" t.obit
	[ "$(sqlite3 t.obit 'PRAGMA user_version')" = 1 ]
}

@test "an altered archive of version 1 is not brought up to date" {
	gzip -dc "$top_srcdir/tests/archives/version-1.obit.gz" >old.obit
	unreadable 'exchange 7: it is not what was recorded' \
		'UPDATE exchange SET time = time + 1 WHERE id = 7'
	unreadable 'exchange 7: it is not what was recorded' \
		'UPDATE exchange SET leaf = zeroblob(32) WHERE id = 7'
	unreadable 'exchange 7: its row makes no sense' \
		'UPDATE exchange SET leaf = zeroblob(31) WHERE id = 7'
	unreadable 'exchange 7: its row makes no sense' \
		"UPDATE exchange SET kind = 99 WHERE id = 7"
	unreadable 'exchange 7: its dictionary is missing' \
		'UPDATE exchange SET dictionary = 99 WHERE id = 7'
	unreadable 'exchange 9: ' \
		'DELETE FROM target WHERE deletion = 9 AND number = 1'
	unreadable 'exchange 5: its deletion is missing' \
		'DELETE FROM deletion WHERE exchange = 5'
	unreadable 'exchange 5: its deletion makes no sense' \
		'UPDATE deletion SET outcome = 99 WHERE exchange = 5'
	unreadable '' "UPDATE coverage SET count = count + 1 WHERE recording = 1"
	unreadable '' "DELETE FROM recording WHERE id = 2"
	unreadable '' 'DELETE FROM exchange WHERE id = 12'
	unreadable '' 'UPDATE tree SET root = zeroblob(32)'
}

@test "archives of version 2 are read as they were" {
	root=184e73ebb9266f2054b24e6193ae835456e15ff8038ef4243e5da98b9cbce114
	for name in version-2 version-2-purged; do
		gzip -dc "$top_srcdir/tests/archives/$name.obit.gz" >$name.obit
		run -0 "$OBIT" verify --json $name.obit
		[ "$(jq -r .root <<<"$output")" = $root ]
	done
	[ "$(jq .purged <<<"$output")" = 3 ]
	diff <("$OBIT" audit --json version-2.obit) \
		<("$OBIT" audit --json version-2-purged.obit)
	[ "$("$OBIT" audit --json version-2.obit | wc -l)" = 26 ]
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" version-2-purged.obit
	run -0 "$OBIT" verify version-2-purged.obit
}

@test "words that are newer than an archive are added when it is appended to" {
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" v.obit >/dev/null
	sqlite3 v.obit "DELETE FROM term WHERE name = 'tunnel'"
	run -0 "$OBIT" verify v.obit
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" v.obit >/dev/null
	[ "$(sqlite3 v.obit "SELECT class, value FROM term WHERE name = 'tunnel'")" = 'flaw|16' ]
	run -0 "$OBIT" verify v.obit
}
