# obit seal

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" seal --new-key key --origin example.org/a >vkey
}

more() {
	"$OBIT" capture -r "$top_srcdir/tests/captures/volcengine.pcap" "$1" >/dev/null
}

@test "a new key is private, and never in the place of another" {
	[ "$(stat -c %a key)" = 600 ]
	[[ "$(cat key)" == 'PRIVATE+KEY+example.org/a+'* ]]
	[[ "$(cat vkey)" == 'example.org/a+'* ]]
	[ "$(wc -l <vkey)" -eq 1 ]
	cp key before
	run -3 --separate-stderr "$OBIT" seal --new-key key
	[ "$output" = "" ]
	[[ "$stderr" == *"exists already"* ]]
	cmp key before
	run -2 "$OBIT" seal --new-key other --origin 'a name'
	[ ! -e other ]
}

@test "a checkpoint is a note of origin, size and root" {
	run -0 "$OBIT" seal a.obit --key key -o cp
	[ "$(sed -n 1p cp)" = example.org/a ]
	[ "$(sed -n 2p cp)" = "$(sqlite3 a.obit 'SELECT size FROM tree')" ]
	[ "$(sed -n 3p cp | base64 -d | od -An -tx1 | tr -d ' \n')" = \
		"$(sqlite3 a.obit 'SELECT lower(hex(root)) FROM tree')" ]
	[ "$(sed -n 4p cp)" = "" ]
	[[ "$(sed -n 5p cp)" == '— example.org/a '* ]]
	[ "$(wc -l <cp)" -eq 5 ]
	"$OBIT" seal a.obit --key key -o cp --origin "another name"
	[ "$(sed -n 1p cp)" = "another name" ]
	run -0 "$OBIT" verify a.obit --checkpoint cp --key vkey
}

@test "the archive may grow after it was sealed" {
	"$OBIT" seal a.obit --key key -o cp
	more a.obit
	run -0 "$OBIT" verify a.obit --checkpoint cp --key vkey
	[[ "$output" == *"its first $(sed -n 2p cp) leaves are those that example.org/a sealed"* ]]
	run -0 "$OBIT" verify --json a.obit --checkpoint cp --key vkey
	jq -e '.verified and .checkpoint.origin == "example.org/a"
		and .size > .checkpoint.size' <<<"$output"
}

@test "an archive that was made again is not the one that was sealed" {
	more b.obit
	"$OBIT" seal a.obit --key key -o cp
	more a.obit
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" b.obit >/dev/null
	run -0 "$OBIT" verify b.obit
	run -1 "$OBIT" verify b.obit --checkpoint cp --key vkey
	[[ "$output" == *"exchanges 1 to "*" are rewritten: the archive agrees with itself, but not with the checkpoint"* ]]
}

@test "an archive that was cut back is shorter than what was sealed" {
	cp a.obit t.obit
	more a.obit
	"$OBIT" seal a.obit --key key -o cp
	run -0 "$OBIT" verify t.obit
	run -1 "$OBIT" verify t.obit --checkpoint cp --key vkey
	[[ "$output" == *"exchange 21 and all after it are missing at the end"* ]]
	run -1 "$OBIT" verify --json t.obit --checkpoint cp --key vkey
	jq -e '.fault == "truncated" and .exchange == 21' <<<"$output"
}

@test "a checkpoint is replaced by one that extends it, and by no other" {
	"$OBIT" seal a.obit --key key -o cp
	cp a.obit before.obit
	more a.obit
	"$OBIT" seal a.obit --key key -o cp
	[ "$(sed -n 2p cp)" -gt 21 ]
	cp cp kept
	run -1 --separate-stderr "$OBIT" seal before.obit --key key -o cp
	[[ "$stderr" == *"missing at the end"* ]]
	cmp cp kept
	echo precious >other
	run -3 "$OBIT" seal a.obit --key key -o other
	[ "$(cat other)" = precious ]
	"$OBIT" seal before.obit --key key -o beside
}

@test "a checkpoint of another key, or an altered one, is refused" {
	"$OBIT" seal a.obit --key key -o cp
	"$OBIT" seal --new-key key2 --origin example.org/a >vkey2
	run -1 "$OBIT" verify a.obit --checkpoint cp --key vkey2
	[[ "$output" == *"not signed with this key"* ]]
	sed 's/^21$/20/' cp >cp2
	run ! cmp -s cp cp2
	run -1 "$OBIT" verify a.obit --checkpoint cp2 --key vkey
	run -1 "$OBIT" verify --json a.obit --checkpoint cp2 --key vkey
	jq -e '.verified == false' <<<"$output"
	run -3 "$OBIT" verify a.obit --checkpoint vkey --key vkey
	run -3 "$OBIT" verify a.obit --checkpoint cp --key cp
}

@test "what is not verified is not sealed" {
	sqlite3 a.obit 'UPDATE exchange SET time = time + 1 WHERE id = 5'
	run -1 --separate-stderr "$OBIT" seal a.obit --key key -o cp
	[[ "$stderr" == *"exchange 5 is altered"* ]]
	[ "$output" = "" ]
	[ ! -e cp ]
}

@test "a key that others may read, or that cannot sign, does not" {
	chmod 644 key
	run -2 "$OBIT" seal a.obit --key key -o cp
	[[ "$output" == *"others may read this key"* ]]
	chmod 600 key vkey
	run -2 "$OBIT" seal a.obit --key vkey -o cp
	[[ "$output" == *"public half"* ]]
	[ ! -e cp ]
	run -2 "$OBIT" seal a.obit
	run -2 "$OBIT" seal --key key -o cp
	run -3 "$OBIT" seal a.obit --key none -o cp
}
