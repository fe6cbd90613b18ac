#!/usr/bin/env bats
# obit plan: exactly what would be sent, and when there is no plan.
bats_require_minimum_version 1.5.0

TO=http://127.0.0.1:8080

setup() {
	cd "$BATS_TEST_TMPDIR"
	export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
}

record() {
	"$OBIT" capture "${@:2}" -r "$top_srcdir/tests/captures/$1.pcap" a.obit
}

flow() {
	cat >a.flow
	"$top_builddir/tests/tools/flow2pcap" a.flow >a.pcap
	"$OBIT" capture "$@" -r a.pcap a.obit || [ $? -eq 4 ]
}

plan() { "$OBIT" plan --target "$TO" "$@" a.obit; }
digest() { plan "$@" | tail -n 1; }

@test "the last line is the digest, and the same each time" {
	record huawei
	run -0 --separate-stderr plan
	[ "$stderr" = "" ]
	[[ ${lines[-1]} =~ ^digest\ [0-9a-f]{64}$ ]]
	[ "${lines[-1]}" = "$(digest)" ]
	[ "${lines[-1]}" = "$(digest --json)" ]
}

@test "every request stands there as it was recorded, but for its host" {
	record huawei
	plan --json | head -n -1 >plan.json
	[ "$(wc -l <plan.json)" -eq "$("$OBIT" ls --json a.obit | wc -l)" ]
	for id in $(jq -r .exchange plan.json); do
		"$OBIT" show --raw request a.obit "$id" |
			sed 's/^\(host: \).*\r$/\1127.0.0.1:8080\r/I' >wanted
		jq -j "select(.exchange == $id) | .head + .body" plan.json >got
		cmp wanted got
	done
}

@test "the text holds the same lines" {
	record volcengine
	plan --json | head -n -1 | jq -r '.head + .body' | tr -d '\r' | grep . | sort >a
	plan | sed -n 's/^    | //p' | grep . | sort >b
	diff a b
}

@test "the recorded host passes through if it is asked for" {
	record huawei
	plan --keep-host | grep -q '^    | host: apig.cn-north-4.myhuaweicloud.com$'
	run ! digest_is_same --keep-host
}

digest_is_same() { [ "$(digest)" = "$(digest "$@")" ]; }

@test "whatever changes what is sent changes the digest" {
	record huawei
	for o in "--limit 1" "--order serial" "--speed 2" "--rate 9" \
		"--path-prefix /v9" "--stop-on denied" "--connections 2" \
		"--max-time 1" --all "--max-deletes 99" "--resolve h:1:127.0.0.9"; do
		run ! digest_is_same $o
	done
	[ "$(TO=http://127.0.0.1:8081 digest)" != "$(digest)" ]
	digest_is_same --json
}

@test "a prefix stands in front of the whole path" {
	record huawei
	plan --json | head -n -1 | jq -r .target | sed 's|^|/mock/v1|' >wanted
	plan --json --path-prefix /mock/v1 | head -n -1 | jq -r .target >got
	diff wanted got
	for p in / mock /a/ "/a?b" "/a b" ""; do
		run -2 plan --path-prefix "$p"
	done
}

@test "a target takes no path, no credentials and only http" {
	record huawei
	for TO in http://h/ http://h/x "http://h?x" http://u:p@h ftp://h h:80 \
		http:// http://h:0 http://h:65536 http://h:x http://:80 \
		"http://[::1" "http://a b"; do
		run -2 --separate-stderr plan
		[ "$output" = "" ]
	done
	run -2 "$OBIT" plan a.obit
}

@test "where it was recorded, nothing is sent" {
	record huawei
	for TO in http://127.0.0.1:80 http://127.0.0.1 "http://[::ffff:127.0.0.1]" \
		http://apig.cn-north-4.myhuaweicloud.com:8080 \
		https://APIG.cn-north-4.myhuaweicloud.com. http://0.0.0.0:1; do
		run -2 --separate-stderr plan
		[ "$output" = "" ]
		[[ $stderr == *refused* ]]
	done
}

@test "only what is allowed" {
	record huawei
	digest_is_same --allow 127.0.0.1
	run -2 plan --allow localhost --allow example.com
}

@test "above the cap there is no digest" {
	record huawei
	plan --max-deletes 17 | grep -q ^digest
	run -2 plan --max-deletes 16
	[[ $output != *digest* ]]
}

@test "an archive that was altered has no plan" {
	record huawei
	sqlite3 a.obit "UPDATE exchange SET attempt_number = 7 WHERE id = 3"
	run -2 --separate-stderr plan
	[ "$output" = "" ]
	[[ $stderr == *"refused: the archive is not what was recorded"* ]]
}

@test "masks are warned of" {
	record huawei
	plan --json | head -n -1 | jq -e -s \
		'all(.warnings | any(.name == "masked-secret" and .detail == "Authorization"))'
}

@test "kept secrets are not shown, and their signatures are old" {
	record huawei --keep-secrets
	"$OBIT" show --raw request a.obit 1 |
		sed -n 's/.*Signature=\([0-9a-f]*\).*/\1/p' >secret
	[ -s secret ]
	plan >text
	plan --json >json
	run ! grep -qFf secret text json
	grep -q 'WARNING its signature will not verify: Authorization' text
}

@test "half a request is left out, and the plan says why" {
	flow <<-'EOF'
	> DELETE /whole HTTP/1.1
	> Host: h
	>
	< HTTP/1.1 204 No Content
	<
	> DELETE /half HTTP/1.1
	> Host: h
	> Content-Length: 9
	>
	>| abc
	EOF
	plan --json | head -n -1 | jq -r '[.number, .omitted] | @tsv' >got
	printf '1\t\n\tincomplete\n' | diff - got
	plan | grep -q 'because the recording has not all of its request'
}

@test "reads are read, and what changes something is destructive" {
	flow --all <<-'EOF'
	> GET /a HTTP/1.1
	> Host: h
	>
	< HTTP/1.1 200 OK
	< Content-Length: 0
	<
	> PUT /a HTTP/1.1
	> Host: h
	> Content-Length: 1
	>
	>| x
	< HTTP/1.1 200 OK
	< Content-Length: 0
	<
	> DELETE /a HTTP/1.1
	> Host: h
	>
	< HTTP/1.1 204 No Content
	<
	EOF
	plan --all --json | head -n -1 | jq -r '[.method, .destructive] | @tsv' >got
	printf 'GET\tfalse\nPUT\ttrue\nDELETE\ttrue\n' | diff - got
	plan | grep -q '^1 request to http://127.0.0.1:8080: 1 destructive (1 deletion), 0 reads; 0 left out'
}

@test "a credential comes from a file or the environment, and is not shown" {
	flow <<-'EOF'
	> DELETE /a?access_token=0123456789abcdef HTTP/1.1
	> Host: one.example.com
	> X-Auth-Token: 0123456789abcdef
	>
	< HTTP/1.1 204 No Content
	<
	EOF
	echo the-new-token >token
	export KEY=the-new-key
	plan | grep -q 'WARNING a secret is masked .*: X-Auth-Token'
	for o in "" "one.*/" "ONE.EXAMPLE.COM/"; do
		run -0 --separate-stderr plan --header "${o}X-Auth-Token=@token" \
			--query "${o}access_token=\$KEY"
		[ "$stderr" = "" ]
		[[ $output != *WARNING* && $output != *the-new* ]]
		[[ $output == *"X-Auth-Token: ob_"* ]]
		[[ $output == *"access_token=ob_"* ]]
	done
	with=$(digest --header X-Auth-Token=@token)
	echo another-new-token >token
	[ "$(digest --header X-Auth-Token=@token)" != "$with" ]
}

@test "an option that no request has a use for is named" {
	record huawei
	export SK=secret
	run -0 --separate-stderr plan --header X-None=1 --query /a=1 \
		--header other.host/Accept=x --sign 'aws:ak=A,sk=$SK'
	[ "$stderr" = "no request has a use for --header X-None
no request has a use for --header other.host/Accept
no request has a use for --query /a
no request has a use for --sign aws" ]
}

@test "a secret on the command line is refused" {
	record huawei
	export SK=secret
	for o in --header=X-Auth-Token=abcd --header=Cookie=abcd \
		--query=access_token=abcd --sign=huawei:ak=A,sk=abcd \
		'--sign=huawei:ak=A,sk=$SK,token=abcd'; do
		run -2 --separate-stderr plan "$o"
		[ "$output" = "" ]
		[[ $stderr == "obit plan: --"*"@FILE or \$VARIABLE"* ]]
		[[ $stderr != *abcd* ]]
	done
}

@test "what holds no credential is named" {
	record huawei
	: >empty
	printf 'a\nb\n' >two
	unset NONE
	for v in @nosuch @. @empty @two '$NONE' '$'; do
		run ! --separate-stderr plan --header "X-Auth-Token=$v"
		[ "$output" = "" ]
		[[ $stderr == "obit plan: --header: "* ]]
		[[ $stderr == *"${v#[@$]}"* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
}

@test "signed again, a plan is the same at any time and has no warnings" {
	record huawei
	export SK=the-secret-key
	o='huawei:ak=HWAKNEW,sk=$SK'
	run -0 --separate-stderr plan --sign "$o"
	[ "$stderr" = "" ]
	[[ $output != *WARNING* && $output != *HWAKNEW* && $output != *the-secret* ]]
	[[ $output == *"X-Sdk-Date: when-sent"* ]]
	[ "$(digest --sign "$o")" = "${lines[-1]}" ]
	[ "$(digest --sign "$o,token=\$SK")" != "${lines[-1]}" ]
	[ "$(digest --sign "${o/NEW/OLD}")" != "${lines[-1]}" ]
	[ "$(SK=other digest --sign "$o")" != "${lines[-1]}" ]
}

@test "tokens are kept, renewed or refused" {
	record volcengine
	plan | grep -q 'WARNING its token may be forgotten by now, .*: ClientToken'
	plan | grep -q 'ClientToken=333456899ff00001&'
	plan --token keep | diff - <(plan)
	plan --token renew >renewed
	run ! grep -q 'ClientToken=333456899ff00001\|WARNING its token' renewed
	[ "$(grep -c "$(grep -om1 'ClientToken=[0-9a-f]*' renewed)&" renewed)" -eq \
		"$(plan | grep -c 'ClientToken=333456899ff00001&')" ]
	[ "$(digest --token renew)" = "$(tail -n 1 renewed)" ]
	[ "$(digest --token renew=x)" != "$(tail -n 1 renewed)" ]
	run -2 --separate-stderr plan --token refuse-older-than=1
	[[ $stderr == *"exchange 1: refused: its ClientToken is "* ]]
	digest --token refuse-older-than=99999d
	for p in "" kept refuse-older-than refuse-older-than=x; do
		run -2 plan --token "$p"
	done
}

@test "a dry run asks the API to try, or there is no plan" {
	record volcengine
	plan --dry-run-remote --json | head -n -1 >dry
	jq -e -s 'map(select(.kind == "deletion")) | length == 9 and
		all((.head + .body) | test("DryRun\"?[=:]true"))' dry
	jq -e -s 'map(select(.kind != "deletion")) |
		all((.head + .body) | test("DryRun") | not)' dry
	rm a.obit
	record huawei
	run -2 --separate-stderr plan --dry-run-remote
	[[ $stderr == *"exchange 1: refused: the rules know no dry run of huawei.apig.member"* ]]
	[[ $output != *digest* ]]
}

@test "what would be asked afterwards is shown, and part of the digest" {
	record huawei
	where=/v1/145483a5107745e9b3d80f956713e6a3/instances/d3a1c8f0-1111-4222-8333-944455556666/status
	run ! grep -q '    then ' <(plan)
	plan --follow >followed
	grep -qF "    then GET $where every 10.00 s for at most 30 min 00 s, until terminated; in vain if error or failed" followed
	grep -q '^after 3 of them, if accepted, at most 423 questions' followed
	plan --follow --follow-every 0.5 --follow-limit 1 |
		grep -qF "$where every 500.0 ms for at most 1.00 s"
	[ "$(plan --follow --json | head -n -1 | jq -r 'select(.exchange == 13).follow |
		"\(.method) \(.target) \(.every_ns) \(.limit_ns) \(.done) \(.fail) \(.gone)"')" = \
		"GET $where 10000000000 1800000000000 [\"terminated\"] [\"error\",\"failed\"] false" ]
	plan --json | head -n -1 | jq -e -s 'all(.follow == null)'
	[ "$(printf '%s\n' "$(digest)" "$(digest --follow)" "$(digest --follow --follow-every 2)" \
		"$(digest --follow --follow-limit 2)" | sort -u | wc -l)" -eq 4 ]
}

@test "questions are asked for only with --follow, and at some pace" {
	record huawei
	for o in "--follow-every 1" "--follow-limit 1" "--follow --follow-every 0" \
		"--follow --follow-limit x" "--follow --follow-every -1" \
		"--follow --follow-every 1s"; do
		run -2 --separate-stderr plan $o
		[[ $stderr == *--follow-* && $output != *digest* ]]
	done
}
