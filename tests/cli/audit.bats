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
	[[ "$output" == *"not all of the file was read"* ]]
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

@test "findings select, and stand in words under their deletions" {
	"$OBIT" capture -r "$captures/huawei.pcap" -r "$captures/volcengine.pcap" a.obit >/dev/null
	"$OBIT" audit --json --findings a.obit >audit
	diff <(jq -c '[.id, .findings[]]' audit) - <<-'END'
		[2,"repeated-after-success"]
		[8,"repeated-after-success"]
		[11,"repeated-after-success"]
		[18,"never-followed"]
		[23,"token-reused"]
		[25,"never-followed"]
	END
	run -0 "$OBIT" audit --findings --target i-other a.obit
	[[ "${lines[2]}" == *" invalid "*"i-other" ]]
	[[ "${lines[3]}" == *" finding "*"token of another request" ]]
	[[ "${lines[4]}" == "1 deletion" ]]
	run -0 "$OBIT" audit --findings --outcome denied a.obit
	[[ "${lines[0]}" == "0 deletions" ]]
}

@test "groups count by target, principal, operation and day" {
	"$OBIT" capture -r "$captures/huawei.pcap" -r "$captures/volcengine.pcap" a.obit >/dev/null
	"$OBIT" audit --json --by day a.obit >days
	jq -e '.by == "day" and .value == "2026-11-20" and .deletions == 26' days
	jq -e '[.outcomes[]] | add == 26' days
	jq -e '.first < .last and (.first | startswith("2026-11-20T20:00:19."))' days
	"$OBIT" audit --json --by operation --until 2026-11-20T20:00:22Z a.obit >operations
	head -1 operations | jq -e '.value == "huawei.apig.member" and .outcomes ==
		{deleted: 1, gone: 1, denied: 2, invalid: 1, failed: 1}'
	[ "$(jq -s 'map(.deletions) | add' operations)" -eq 17 ]
	"$OBIT" audit --json --by target a.obit >targets
	grep '"i-ybo349sxoncm9t000001"' targets | jq -e '.type == "ecs:instance" and
		.scope == "cn-beijing" and .deletions == 2 and .outcomes == {deleted: 1, gone: 1}'
	"$OBIT" audit --json --by principal a.obit >principals
	[ "$(jq -s 'map(.deletions) | add' principals)" -eq 26 ]
	jq -s -e 'map(.deletions) == (map(.deletions) | sort | reverse)' principals
}

@test "groups as a table" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	COLUMNS=80 run -0 "$OBIT" audit --by operation a.obit
	[[ "${lines[0]}" == "DELETIONS OUTCOME "*" OPERATION" ]]
	[[ "${lines[1]}" == "        6 "*" huawei.apig.member" ]]
	[[ "${lines[2]}" == "        1  deleted"* ]]
	[[ "$output" == *$'8 groups\n17 deletions\n'* ]]
	[ "$(wc -L <<<"$output")" -le 80 ]
	run -2 --separate-stderr "$OBIT" audit --by colour a.obit
	[[ "$stderr" == *'--by: "colour"'* ]]
}

@test "what was not visible is said for the time that is asked about" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" capture -r "$captures/volcengine.pcap" a.obit >/dev/null
	run -0 "$OBIT" audit a.obit
	[[ "$output" == *"recording 1: all"*"recording 2: all"* ]]
	[[ "$output" == *"no recording from 2026-11-20 20:00:20 UTC on for 2."* ]]
	run -0 "$OBIT" audit --since 2026-11-20T20:00:22Z --until 2026-11-20T20:05:00Z a.obit
	[[ "$output" != *"recording 1"* ]]
	[[ "$output" == *"recording 2: all that passed was seen"* ]]
	[[ "$output" == *"no recording from 2026-11-20 20:00:22 UTC on for "* ]]
	[[ "$output" == *"no recording from 2026-11-20 20:00:22 UTC to 2026-11-20 20:05:00 UTC"* ]]
	run -0 "$OBIT" audit --since 2026-12-01 --until 2026-12-02 a.obit
	[[ "${lines[1]}" == "no recording from 2026-12-01 00:00:00 UTC to 2026-12-02 00:00:00 UTC" ]]
}

@test "losses of a recording that the time cuts are of the whole" {
	head -c 18000 "$captures/huawei.pcap" >cut.pcap
	"$OBIT" capture -r cut.pcap a.obit >/dev/null || [ $? -eq 4 ]
	run -0 "$OBIT" audit a.obit
	[[ "$output" == *"recording 1: not visible: "*" incomplete exchange"* ]]
	[[ "$output" != *"in all of its"* ]]
	run -0 "$OBIT" audit --since 2026-11-20T20:00:19.95Z a.obit
	[[ "$output" == *"incomplete exchange"*" in all of its "* ]]
}

@test "a page has every deletion, its follow-ups and what was not visible" {
	"$OBIT" capture -r "$captures/huawei.pcap" -r "$captures/volcengine.pcap" a.obit >/dev/null
	run -0 "$OBIT" audit --html a.html a.obit
	[ -z "$output" ]
	[ "$(stat -c %a a.html)" = 600 ]
	[ "$(ls -A | grep -c a.html)" -eq 1 ]
	grep -q '<h1>26 deletions <span>in a.obit</span></h1>' a.html
	[ "$(grep -c '^<details data-outcome=' a.html)" -eq 26 ]
	[ "$(grep -c '^<details class="after"' a.html)" -eq 4 ]
	for id in $("$OBIT" ls --json a.obit | jq .id); do
		[ "$(grep -c "id=\"x$id\"" a.html)" -eq 1 ]
	done
	grep -q '<li>recording 1: all that passed was seen</li>' a.html
	grep -q 'Access=ob_' a.html
	"$OBIT" audit --html b.html a.obit
	cmp a.html b.html
}

@test "a page shows what the filters select" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" audit --html a.html --findings --since 2026-11-20 a.obit
	grep -q '<h1>4 deletions ' a.html
	grep -q 'Only since 2026-11-20T00:00:00.000000000Z, with findings' a.html
	[ "$(grep -c '^<details data-outcome=' a.html)" -eq 4 ]
	! grep -q '^<details class="after"' a.html || false
	"$OBIT" audit --html b.html --outcome dryrun a.obit
	grep -q '<h1>0 deletions ' b.html
	run -2 "$OBIT" audit --html a.html --json a.obit
	run -2 "$OBIT" audit --html a.html --by day a.obit
	ln -s a.obit link
	run -2 --separate-stderr "$OBIT" audit --html link a.obit
	[[ "$stderr" == *'--html: "link" is the archive itself' ]]
	"$OBIT" ls a.obit >/dev/null
}

@test "a page takes the place of a file, keeps links, and pipes are written to" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" audit --html - a.obit >whole.html
	echo old >old.html
	ln -s old.html link.html
	"$OBIT" audit --html link.html a.obit
	[ -L link.html ]
	cmp whole.html old.html
	"$OBIT" audit --html >(cat >piped.html) a.obit
	"$OBIT" audit --html /dev/null a.obit
	[ -c /dev/null ]
	run -3 --separate-stderr "$OBIT" audit --html no/such.html a.obit
	[[ "$stderr" == "obit audit: no/such.html: No such file or directory" ]]
}

@test "recorded bytes are never markup in a page" {
	evil='</pre></title><script>alert(1)</script>'
	{
		printf '> DELETE /x/%s HTTP/1.1\n> Host: %s\n> X: %s\n' "$evil" "$evil" "$evil"
		printf '> Content-Length: %d\n>\n>| %s\n' "${#evil}" "$evil"
		printf '< HTTP/1.1 404 %s\n< X: %s\n' "$evil" "$evil"
		printf '< Content-Length: %d\n<\n<| %s\n' "${#evil}" "$evil"
	} >evil.flow
	"$top_builddir/tests/tools/flow2pcap" evil.flow >evil.pcap
	"$OBIT" capture -r evil.pcap a.obit >/dev/null
	"$OBIT" audit --html a.html a.obit
	grep -q '^<h1>1 deletion ' a.html
	[ "$(grep -c '&lt;script&gt;alert(1)' a.html)" -ge 6 ]
	[ "$(grep -o '<script' a.html | wc -l)" -eq 1 ]
	[ "$(grep -o '</pre>' a.html | wc -l)" -eq "$(grep -o '<pre>' a.html | wc -l)" ]
}

@test "the policy of a page has the digests of its style and its script" {
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	"$OBIT" audit --html a.html a.obit
	python3 - <<-'END'
		import base64, hashlib, re
		page = open("a.html", "rb").read()
		for kind in b"style", b"script":
		    text = re.search(b"<%s>(.*?)</%s>" % (kind, kind), page, re.S)[1]
		    digest = base64.b64encode(hashlib.sha256(text).digest())
		    assert b"%s-src 'sha256-%s'" % (kind, digest) in page, kind
	END
}

@test "a page that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full"
	"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null
	run -3 --separate-stderr "$OBIT" audit --html /dev/full a.obit
	[[ "$stderr" == *"No space left on device"* ]]
}

@test "--secrets tells where secrets are, and not what they are" {
	"$OBIT" capture --all --keep-secrets -r "$captures/huawei.pcap" open.obit >/dev/null
	"$OBIT" capture --all --keep-secrets -r "$captures/volcengine.pcap" open.obit >/dev/null
	run -1 --separate-stderr "$OBIT" audit --secrets open.obit
	[ "$stderr" = "" ]
	[[ "$output" == *"exchange 1, request header Authorization: named, 20 bytes"* ]]
	[[ "$output" == *", request header Authorization: volcengine-key, 32 bytes"* ]]
	"$OBIT" show --raw request open.obit 1 | grep -aoE '[0-9a-f]{64}' >secret
	[ -s secret ]
	echo "$output" >said
	run ! grep -qFf secret said
	found=$(grep -c ' bytes$' said)
	[[ "$(tail -n 1 said)" == "$found places that look like secrets in 30 exchanges" ]]
	run -1 "$OBIT" audit --secrets --json open.obit
	[ "$(wc -l <<<"$output")" -eq "$found" ]
	jq -es 'all(.id > 0 and .recording > 0 and .part == "request"
		and .place == "header" and .name != null and .bytes > 0)' <<<"$output"
}

@test "--secrets finds none in what capture masked" {
	for c in huawei volcengine; do
		"$OBIT" capture --all -r "$captures/$c.pcap" a.obit >/dev/null
	done
	run -0 "$OBIT" audit --secrets a.obit
	[ "$output" = "0 places that look like secrets in 30 exchanges" ]
	run -0 "$OBIT" audit --secrets --json a.obit
	[ "$output" = "" ]
	printf 'defaults:\n  secret: header:X-Sdk-Date\n' >my.yaml
	run -1 "$OBIT" audit --secrets --rules my.yaml a.obit
	[[ "${lines[0]}" == "exchange 1, request header X-Sdk-Date: named, 16 bytes" ]]
	run -2 "$OBIT" audit --rules my.yaml a.obit
	run -2 "$OBIT" audit --secrets --since 2026-11-20T00:00:00Z a.obit
	run -2 "$OBIT" audit --secrets --html x a.obit
}
