# obit redact

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	huawei=$top_srcdir/tests/captures/huawei.pcap
	"$OBIT" capture --all --keep-secrets -r "$huawei" open.obit >/dev/null
	"$OBIT" capture --all -r "$huawei" a.obit >/dev/null
}

leaves() {
	sqlite3 "$1" 'SELECT hex(leaf) FROM exchange ORDER BY id'
}

@test "what was recorded openly becomes what capture would have recorded" {
	run -1 "$OBIT" audit --secrets open.obit
	run -0 --separate-stderr "$OBIT" redact -o r.obit open.obit
	[ "$stderr" = "" ]
	[[ "$output" == *" in the request header Authorization: named"* ]]
	[[ "$output" == *"20 of 20 exchanges were masked further"* ]]
	root=$("$OBIT" verify --json open.obit | jq -r .root)
	[[ "$output" == *"made from 21 leaves with the root $root"* ]]
	run -0 "$OBIT" verify r.obit
	run -0 "$OBIT" audit --secrets r.obit
	diff <(leaves r.obit) <(leaves a.obit)
	[ "$(stat -c %a r.obit)" = 600 ]
}

@test "no byte of a secret is in the new file" {
	"$OBIT" redact -o r.obit open.obit >/dev/null
	"$OBIT" show --raw request open.obit 1 | grep -aoE '[0-9a-f]{64}' >secret
	[ -s secret ]
	for id in $(seq 20); do
		run ! grep -qaFf secret <("$OBIT" show --raw request r.obit "$id")
	done
	run ! grep -qaFf secret r.obit
	[ -z "$(ls -d r.obit?* 2>/dev/null)" ]
}

@test "nothing to mask changes nothing" {
	run -0 "$OBIT" redact -o r.obit a.obit
	[[ "$output" == "0 of 20 exchanges were masked further"* ]]
	diff <(leaves r.obit) <(leaves a.obit)
	diff <("$OBIT" audit --json r.obit) <("$OBIT" audit --json a.obit)
}

@test "named headers, fields and paths are masked, also where they are repeated" {
	id=$("$OBIT" audit --json a.obit | jq -r 'select(.id == 1) | .targets[0].id')
	[ ${#id} = 32 ]
	run -0 "$OBIT" redact -o r.obit --header X-Project-Id --field 'error_*' \
		--path '/v2/{project}/apigw/instances/{i}/vpc-channels/{c}/members/*' a.obit
	[[ "$output" == *"20 in the request header X-Project-Id: named"* ]]
	[[ "$output" == *" in the request path 9: named"* ]]
	[[ "$output" == *" in the response json /error_msg: named"* ]]
	run -0 "$OBIT" verify r.obit
	"$OBIT" show --raw request r.obit 1 >request
	grep -q '^X-Project-Id: ob_' request
	grep -q "/members/ob_" request
	run ! grep -q "$id" request
	"$OBIT" audit --json r.obit | jq -es 'map(select(.id == 1))[0]
		| .targets[0].id | startswith("ob_") and length == 32'
	# All else is as it was recorded.
	strip='del(.targets, .target, .code, .message)'
	diff <("$OBIT" audit --json r.obit | jq -c "$strip") \
		<("$OBIT" audit --json a.obit | jq -c "$strip")
}

@test "what a user's rules call secret is masked" {
	printf 'defaults:\n  secret: header:X-Sdk-Date\n' >my.yaml
	run -0 "$OBIT" redact --json -o r.obit --rules my.yaml a.obit
	jq -e '.exchanges == 20 and .changed == 20 and .origin.size == 21
		and (.origin.root | length) == 64 and .archive == "r.obit"
		and (.masked[] | select(.name == "X-Sdk-Date")
			| .part == "request" and .place == "header" and .count == 20)
		' <<<"$output"
	run ! grep -q '20261120T2000' <("$OBIT" show --raw request r.obit 1)
}

@test "what is not verified is not masked, and nothing is replaced" {
	cp a.obit before
	run -3 "$OBIT" redact -o a.obit a.obit
	cmp a.obit before
	sqlite3 a.obit 'UPDATE exchange SET time = time + 1 WHERE id = 5'
	run -1 --separate-stderr "$OBIT" redact -o r.obit a.obit
	[[ "$stderr" == "a.obit is not verified: exchange 5 is altered"* ]]
	[ ! -e r.obit ]
	run -2 "$OBIT" redact open.obit
	run -2 "$OBIT" redact -o r.obit --path links open.obit
	run -3 "$OBIT" redact -o r.obit --rules none.yaml open.obit
	run -3 "$OBIT" redact -o r.obit none.obit
	[ ! -e r.obit ]
}

@test "recordings stay apart, and what is said of them stays" {
	"$OBIT" capture --all -r "$huawei" a.obit >/dev/null
	run -0 "$OBIT" redact -o r.obit a.obit
	q='SELECT id, begun, program, finished, position FROM recording'
	diff <(sqlite3 r.obit "$q") <(sqlite3 a.obit "$q")
	root=$("$OBIT" verify --json a.obit | jq -r .root)
	q="SELECT source || '; redacted from 42 leaves with the root $root' FROM recording"
	diff <(sqlite3 r.obit 'SELECT source FROM recording') <(sqlite3 a.obit "$q")
}
