# obit audit

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	captures=$top_srcdir/tests/captures
}

# One line per deletion in the columns of expected.tsv after the name.
readings() {
	"$OBIT" audit --json "$1" | jq -r '[.operation, .outcome,
		(.status // ""), (.code // ""), .targets[0].type,
		([.targets[].id] | join(",")), (.targets[0].scope // ""),
		(.token // "")] | @tsv'
}

# The same of those rows of expected.tsv whose names begin with a pattern.
expected() {
	awk -F '\t' -v OFS='\t' -v name="$1" '$1 ~ name && $2 != "not-a-delete" {
		print $2, $3, $4, $5, $6, $7, $8, $9 }' "$captures/expected.tsv"
}

@test "huawei.pcap is read as its table says" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	diff <(expected -hw-) <(readings a.obit)
	[ "$(readings a.obit | wc -l)" -eq 17 ]
}

@test "volcengine.pcap is read as its table says" {
	"$OBIT" capture -r "$captures/volcengine.pcap" a.obit >/dev/null
	diff <(expected -volc-) <(readings a.obit)
	[ "$(readings a.obit | wc -l)" -eq 9 ]
}

@test "each target of a batch has its own outcome" {
	"$OBIT" capture -r "$captures/volcengine.pcap" a.obit >/dev/null
	run -0 "$OBIT" audit --json a.obit
	head -1 <<<"$output" | jq -e '[.targets[] | [.id, .outcome, .code]] == [
		["i-ybo349sxoncm9t000001", "deleted", null],
		["i-running9sxolcm9t0002", "blocked", "InvalidInstanceStatus"],
		["i-gone349sxolcm9t00003", "gone", "InvalidInstance.NotFound"]]'
}

@test "an accepted deletion is followed to its end" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" audit --json --operation huawei.clouddc.instance a.obit >audit
	head -1 audit | jq -e '.outcome == "accepted"'
	head -1 audit | jq -e '.follow_up.verdict == "confirmed"'
	head -1 audit | jq -e '.follow_up.state == "terminated"'
	head -1 audit | jq -e '.follow_up.evidence | length == 3'
	ids=$(head -1 audit | jq '.follow_up.evidence[]')
	for id in $ids; do
		"$OBIT" show a.obit "$id" --json | jq -e '.kind == "follow-up"'
	done
}

@test "attempts with one token are one deletion" {
	"$OBIT" capture -r "$captures/volcengine.pcap" a.obit >/dev/null
	"$OBIT" audit --json a.obit >audit
	sed -n 2p audit | jq -e '.attempt == {of: 1, number: 2}'
	sed -n 1p audit | jq -e '.attempt == {of: 1, number: 1}'
	sed -n 3p audit | jq -e '.findings | index("token-reused") != null'
}

@test "filters select" {
	"$OBIT" capture -r "$captures/huawei.pcap" -r "$captures/volcengine.pcap" a.obit >/dev/null
	n() { "$OBIT" audit --json "$@" a.obit | wc -l; }
	[ "$(n)" -eq 26 ]
	[ "$(n --outcome partial)" -eq 4 ]
	[ "$(n --target i-a)" -eq 1 ]
	[ "$(n --type elb:member)" -eq 3 ]
	[ "$(n --operation huawei.apig.member)" -eq 6 ]
	[ "$(n --host ecs.cn-beijing.volcengineapi.com)" -eq 9 ]
	[ "$(n --client 127.0.0.1)" -eq 26 ]
	[ "$(n --client 127.0.0.1:55580)" -eq 6 ]
	[ "$(n --client 127.0.0.2)" -eq 0 ]
	[ "$(n --since 2026-11-20T20:00:22Z)" -eq 9 ]
	[ "$(n --until 2026-11-20T20:00:22Z)" -eq 17 ]
	[ "$(n --since 2026-11-21)" -eq 0 ]
}

@test "a filter that makes no sense is bad usage" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	run -2 --separate-stderr "$OBIT" audit --outcome vanished a.obit
	[[ "$stderr" == *'"vanished"'* ]]
	run -2 --separate-stderr "$OBIT" audit --since yesterday a.obit
	[[ "$stderr" == *'--since: "yesterday" is not an RFC 3339 time'* ]]
}

@test "the table says what was not visible" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	run -0 "$OBIT" audit a.obit
	[[ "$output" == *"17 deletions"* ]]
	[[ "$output" == *"recording 1: all that passed was seen"* ]]
	head -c 20000 "$captures/huawei.pcap" >cut.pcap
	"$OBIT" capture -r cut.pcap b.obit >/dev/null || [ $? -eq 4 ]
	run -0 "$OBIT" audit b.obit
	[[ "$output" == *"the file is cut short"* ]]
}

@test "the table fits 80 columns of a terminal" {
	command -v script >/dev/null || skip "no script(1)"
	"$OBIT" capture -r "$captures/huawei.pcap" -r "$captures/volcengine.pcap" a.obit >/dev/null
	script -qec true none >/dev/null 2>&1 || skip "no pseudo-terminal here"
	script -qec "stty cols 80; '$OBIT' audit a.obit" out.txt >/dev/null
	[ "$(grep -v '^Script ' out.txt | tr -d '\r' | wc -L)" -le 80 ]
}

@test "a missing operand and a missing archive" {
	run -2 "$OBIT" audit
	run -3 --separate-stderr "$OBIT" audit nosuch.obit
	[[ "$stderr" == "obit audit: nosuch.obit: "* ]]
}
