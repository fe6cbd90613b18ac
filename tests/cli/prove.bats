# obit prove

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" seal --new-key key --origin example.org/a >vkey
	"$OBIT" seal a.obit --key key -o cp
}

@test "every exchange is proven without the archive" {
	last=$("$OBIT" ls --json a.obit | wc -l)
	for id in $(seq "$last"); do
		"$OBIT" prove a.obit "$id" -o "$id.proof" --checkpoint cp
	done
	mv a.obit away
	for id in $(seq "$last"); do
		run -0 "$OBIT" verify --proof "$id.proof" --key vkey
		[[ "$output" == *"exchange $id, "*"that example.org/a sealed" ]]
		run -0 "$OBIT" verify --proof "$id.proof" --checkpoint cp --key vkey
	done
}

@test "a proof shows what it proves" {
	"$OBIT" prove a.obit 5 -o p --checkpoint cp
	run -0 "$OBIT" verify --json --proof p --key vkey
	jq -e '.verified and .exchange == 5 and .index == 4
		and .checkpoint.size == 21' <<<"$output"
	[[ "$(jq -j .request <<<"$output")" == 'DELETE /'* ]]
	[ "$(jq -r .time <<<"$output")" = \
		"$("$OBIT" ls --json a.obit | jq -r 'select(.id == 5).time')" ]
}

@test "exchanges of later recordings are found in the tree" {
	"$OBIT" capture -r "$top_srcdir/tests/captures/volcengine.pcap" a.obit >/dev/null
	run -1 "$OBIT" prove a.obit 21 -o p --checkpoint cp
	[[ "$output" == *"exchange 21 is not proven: "*"added later"* ]]
	[ ! -e p ]
	"$OBIT" prove a.obit 5 -o p --checkpoint cp
	run -0 "$OBIT" verify --proof p --key vkey
	"$OBIT" seal a.obit --key key -o cp
	"$OBIT" prove a.obit 21 -o p --checkpoint cp
	run -0 "$OBIT" verify --proof p --key vkey
	[[ "$output" == *"leaf 21 of the "* ]]
}

@test "without a checkpoint a proof needs one to be verified" {
	"$OBIT" prove a.obit 5 -o p
	run -2 "$OBIT" verify --proof p --key vkey
	[[ "$output" == *"name one with --checkpoint"* ]]
	run -0 "$OBIT" verify --proof p --checkpoint cp --key vkey
}

@test "an altered proof is refused" {
	"$OBIT" prove a.obit 5 -o p --checkpoint cp
	sed 's/^index 4$/index 5/' p >q
	run -1 "$OBIT" verify --proof q --key vkey
	[[ "$output" == *"does not lead to the root"* ]]
	sed '2s/AABQAA/AABgAA/' p >q
	run ! cmp -s p q
	run -1 "$OBIT" verify --proof q --key vkey
	sed 4d p >q
	run -1 "$OBIT" verify --proof q --key vkey
	sed '$d' p >q
	run -1 "$OBIT" verify --proof q --key vkey
	run -3 "$OBIT" verify --proof cp --key vkey
}

@test "an altered exchange is not proven" {
	sqlite3 a.obit "UPDATE exchange SET attempt_number = 7 WHERE id = 5"
	run -1 "$OBIT" prove a.obit 5 -o p --checkpoint cp
	[[ "$output" == *"not what was recorded"* ]]
	[ ! -e p ]
	sqlite3 a.obit "UPDATE exchange SET attempt_number = 7 WHERE id = 9"
	run -1 "$OBIT" prove a.obit 6 -o p --checkpoint cp
	[[ "$output" == *"do not give that root"* ]]
}

@test "what is not there is an error" {
	run -3 "$OBIT" prove a.obit 99 -o p
	run -2 "$OBIT" prove a.obit 0 -o p
	run -2 "$OBIT" prove a.obit x -o p
	run -2 "$OBIT" prove a.obit 5
	run -3 "$OBIT" prove a.obit 5 -o p --checkpoint key
	[ ! -e p ]
}

@test "what is no regular file is written to, not replaced" {
	mkfifo pipe
	timeout 20 cat pipe >through &
	"$OBIT" prove a.obit 1 -o pipe --checkpoint cp
	wait
	[ -p pipe ]
	"$OBIT" prove a.obit 1 -o whole --checkpoint cp
	cmp through whole
}
