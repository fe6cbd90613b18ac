# obit stats

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp "$top_srcdir"/tests/captures/*.pcap .
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r huawei.pcap a.obit >/dev/null
}

@test "counts agree with what ls and audit list" {
	run -0 "$OBIT" stats --json a.obit
	[ "$(jq .exchanges <<<"$output")" -eq "$("$OBIT" ls --json a.obit | wc -l)" ]
	[ "$(jq .deletions <<<"$output")" -eq "$("$OBIT" audit --json a.obit | wc -l)" ]
	[ "$(jq .file_bytes <<<"$output")" -eq "$(stat -c %s a.obit)" ]
}

@test "coverage reconciles" {
	run -0 "$OBIT" stats --json a.obit
	jq -e '.recordings[0] | .packets == ([.layers[]] | add)' <<<"$output"
	jq -e '.recordings[0].exchanges | .seen == .kept + .filtered + .incomplete' <<<"$output"
	jq -e '.recordings[0] | .finished and .packets == 95' <<<"$output"
	jq -e '.recordings[0].flows == {http: 6, other: 0, undecided: 0}' <<<"$output"
}

@test "every recording of an archive is listed" {
	"$OBIT" capture -r volcengine.pcap a.obit >/dev/null
	run -0 "$OBIT" stats --json a.obit
	jq -e '.recordings | map(.id) == [1, 2]' <<<"$output"
	run -0 "$OBIT" stats a.obit
	[[ "$output" == *"recording 2, obit "*"volcengine.pcap"* ]]
	[ "$(wc -L <<<"$output")" -le 80 ]
}
