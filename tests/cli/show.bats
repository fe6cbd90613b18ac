# obit show

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r "$top_srcdir/tests/captures/volcengine.pcap" a.obit >/dev/null
}

@test "--raw response is what was on the wire" {
	"$OBIT" show a.obit 1 --raw response >response
	[ "$(stat -c %s response)" -eq 744 ]
	[ "$(head -1 response)" = $'HTTP/1.1 200 OK\r' ]
	grep -q '"InstanceId":"i-running9sxolcm9t0002"' response
}

@test "--raw request keeps its length under the masks" {
	"$OBIT" show a.obit 1 --raw request >request
	[ "$(stat -c %s request)" -eq 621 ]
	grep -q '/20261120/cn-beijing/ecs/request, SignedHeaders=x-date, Signature=' request
}

@test "--body is the body alone" {
	run -0 "$OBIT" show a.obit 1 --body response
	[ "${#output}" -eq 527 ]
	jq -e '.ResponseMetadata.Action == "DeleteInstances"' <<<"$output"
	run -0 "$OBIT" show a.obit 1 --body request
	[ "$output" = "" ]
}

@test "--json has fields and bodies" {
	run -0 "$OBIT" show a.obit 1 --json
	jq -e '.id == 1 and .status == 200' <<<"$output"
	jq -e '.decoded.response.fields | map(.[0]) | index("Content-Length") == 2' <<<"$output"
	jq -e '.decoded.response.body | fromjson | .Result.OperationDetails | length == 3' <<<"$output"
}

@test "for people: what it is, then both messages" {
	run -0 "$OBIT" show a.obit 1
	[ "${lines[0]}" = "exchange 1 of recording 1: deletion" ]
	[[ "$output" == *"outcome    partial, by contract"* ]]
	[[ "$output" == *"target     ecs:instance i-running9sxolcm9t0002: blocked InvalidInstanceStatus"* ]]
	[[ "$output" == *"GET /?Action=DeleteInstances"* ]]
	[[ "$output" == *"HTTP/1.1 200 OK"* ]]
}

@test "an exchange that is not there, and words that make no sense" {
	run -3 --separate-stderr "$OBIT" show a.obit 99
	[ "$stderr" = "obit show: a.obit: no exchange 99" ]
	run -2 --separate-stderr "$OBIT" show a.obit first
	[[ "$stderr" == *'not "first"'* ]]
	run -2 --separate-stderr "$OBIT" show a.obit 1 --raw both
	[[ "$stderr" == *'not "both"'* ]]
}

@test "one form at a time" {
	run -2 "$OBIT" show a.obit 1 --raw request --body response
	[ "$output" = "obit show: --raw, --body and --json exclude each other" ]
	run -2 "$OBIT" show a.obit 1 --raw request --json
}
