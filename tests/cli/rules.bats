# obit rules

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
}

capture() {
	"$OBIT" capture -r "$top_srcdir/tests/captures/$1.pcap" a.obit >/dev/null
}

@test "check says nothing of good files, the built-in ones among them" {
	run -0 "$OBIT" rules check "$top_srcdir"/rules/*.yaml
	[ "$output" = "" ]
}

@test "check tells every mistake with its place" {
	cat >bad.yaml <<'END'
rules:
  - name: one
    match: GET /a/{x} json:/~2=1
    id: path:y
    wen: status=200 => deleted
  - name: one
    match: GET
  - name: two
    match: DELETE /b
    when: status=200 => vanished
END
	run -1 --separate-stderr "$OBIT" rules check bad.yaml
	[ "$stderr" = "" ]
	[ "${#lines[@]}" -eq 5 ]
	[[ "${lines[0]}" == "bad.yaml:3:12: "*"'json:/~2'"* ]]
	[[ "${lines[1]}" == "bad.yaml:5:5: "*"'wen'"* ]]
	[[ "${lines[2]}" == "bad.yaml:6:11: "*"line 2"* ]]
	[[ "${lines[3]}" == "bad.yaml:7:12: "* ]]
	[[ "${lines[4]}" == "bad.yaml:10:11: "*"'vanished'"* ]]
	run -1 "$OBIT" rules check --json bad.yaml
	jq -es 'length == 5 and (map(.mistake) | all(startswith("bad.yaml:")))' <<<"$output"
}

@test "check goes on with the next file" {
	echo 'rules: 1' >a.yaml
	echo 'rulez: 1' >b.yaml
	run -1 "$OBIT" rules check a.yaml b.yaml
	[ "${#lines[@]}" -eq 2 ]
	[[ "${lines[1]}" == "b.yaml:1:1: "* ]]
}

@test "a file that cannot be read" {
	run -3 --separate-stderr "$OBIT" rules check none.yaml
	[ "$output" = "" ]
	[[ "$stderr" == "obit rules: none.yaml: "* ]]
}

@test "explain: where everything came from" {
	capture volcengine
	run -0 "$OBIT" rules explain a.obit 1
	[[ "${lines[0]}" == "rule       volc.ecs.instances  (built-in/11-volcengine.yaml:"* ]]
	[[ "$output" == *'id         "i-running9sxolcm9t0002" from query:InstanceIds.*  (built-in/11-volcengine.yaml:'* ]]
	[[ "$output" == *'scope      "cn-beijing" from auth:region'* ]]
	[[ "$output" == *'token      "333456899ff00001" from query:ClientToken'* ]]
	[[ "$output" == *"outcome    partial, by contract"* ]]
	[[ "$output" == *"says blocked of i-running9sxolcm9t0002"* ]]
	[[ "$output" == *"code InvalidInstanceStatus is InvalidInstanceStatus*"* ]]
}

@test "explain: what nearly matched, and why not" {
	capture huawei
	cat >near.yaml <<'END'
rules:
  - name: near.method
    match: PUT /v1/{p}/vpcs/{id}
  - name: near.path
    match: DELETE /v1/{p}/vpcz/{id}
  - name: near.host
    match: DELETE /v1/{p}/vpcs/{id} host=vpc.example
  - name: near.condition
    match: DELETE /v1/{p}/vpcs/{id} header:X-Project-Id=other
  - name: far
    match: PUT /v9/{p}/vpcz/{id}
END
	run -0 "$OBIT" rules explain --json --rules near.yaml a.obit 20
	jq -e '.rule == "huawei.vpc" and .outcome == "deleted" and .contract == false' <<<"$output"
	jq -e '.nearly | map(select(.rule | startswith("near."))) | length == 4' <<<"$output"
	near() {
		jq -e --arg r "$1" --arg w "$2" --arg x "$3" --arg s "$4" \
			'.nearly[] | select(.rule == $r) | .what == $w and .wanted == $x and .seen == $s' <<<"$output"
	}
	near near.method method PUT DELETE
	near near.path path vpcz vpcs
	near near.host host host=vpc.example vpc.cn-north-4.myhuaweicloud.com
	jq -e '.nearly[] | select(.rule == "near.condition") | .what == "condition" and .wanted == "header:X-Project-Id=other"' <<<"$output"
	jq -e '[.nearly[] | select(.rule == "far")] == []' <<<"$output"
	jq -e '.because | length == 1 and (.[0].how | startswith("status 204"))' <<<"$output"
}

@test "explain: no rule matches" {
	capture huawei
	run -1 "$OBIT" rules explain a.obit 14
	[ "${lines[0]}" = "rule       none matches" ]
	[ "${lines[1]}" = "           a follow-up of 13: unconfirmed" ]
	run -1 "$OBIT" rules explain --json a.obit 14
	jq -e '.deletion == false and .id == 14' <<<"$output"
}

@test "words that make no sense" {
	capture huawei
	run -2 --separate-stderr "$OBIT" rules dig a.obit
	[ "$stderr" = 'obit rules: "check" or "explain", not "dig"' ]
	run -2 "$OBIT" rules explain a.obit
	run -2 "$OBIT" rules explain a.obit 1 2
	run -3 --separate-stderr "$OBIT" rules explain a.obit 99
	[ "$stderr" = "obit rules: a.obit: no exchange 99" ]
	run -3 --separate-stderr "$OBIT" rules explain --rules none.yaml a.obit 1
	[[ "$stderr" == *"none.yaml: "* ]]
}
