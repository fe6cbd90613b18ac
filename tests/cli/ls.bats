# obit ls

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	"$OBIT" capture -r "$top_srcdir/tests/captures/huawei.pcap" a.obit >/dev/null
}

@test "one object per exchange, in archive order" {
	run -0 "$OBIT" ls --json a.obit
	jq -se 'map(.id) == [range(1; length + 1)]' <<<"$output"
	jq -se 'all(.[]; .recording == 1 and .scheme == "http")' <<<"$output"
}

@test "the first exchange is as the wire had it" {
	run -0 "$OBIT" ls --json a.obit
	head -1 <<<"$output" >first
	jq -e '.method == "DELETE" and .status == 204 and .version == "1.1"' first
	jq -e '.host == "apig.cn-north-4.myhuaweicloud.com"' first
	jq -e '.target | endswith("/members/be63c6260a1043888187f84af39c9f0e")' first
	jq -e '.kind == "deletion" and .reason == null and .flaws == []' first
	jq -e '.client == "127.0.0.1:55580" and .server == "127.0.0.1:80"' first
	jq -e '.request.body_bytes == 0 and .request.complete' first
	jq -e '.response.complete and .response.body_bytes == 0' first
	jq -e '.time | test("^2026-11-20T20:00:19\\.[0-9]{9}Z$")' first
	jq -e '.duration_ns > 0' first
}

@test "an empty body has the digest of nothing" {
	empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
	run -0 "$OBIT" ls --json a.obit
	head -1 <<<"$output" | jq -e --arg d $empty '.response.body_sha256 == $d'
}

@test "polls are follow-ups" {
	run -0 "$OBIT" ls --json a.obit
	[ "$(jq -r 'select(.kind == "follow-up") | .target' <<<"$output" |
		grep -c '/status$')" -eq 3 ]
}

@test "the table fits 80 columns of a terminal" {
	command -v script >/dev/null || skip "no script(1)"
	script -qec true none >/dev/null 2>&1 || skip "no pseudo-terminal here"
	script -qec "stty cols 80; '$OBIT' ls a.obit" out.txt >/dev/null
	[ "$(grep -v '^Script ' out.txt | tr -d '\r' | wc -L)" -le 80 ]
	grep -q 'follow-up' out.txt
}

@test "the table fits COLUMNS where there is no terminal" {
	run -0 env COLUMNS=79 "$OBIT" ls a.obit
	[ "$(wc -L <<<"$output")" -le 79 ]
	run -0 env -u COLUMNS "$OBIT" ls a.obit
	[ "$(wc -L <<<"$output")" -gt 80 ]
}

@test "a table has a line for each exchange and one day" {
	run -0 "$OBIT" ls a.obit
	[ "${lines[0]}" = "2026-11-20 (UTC)" ]
	[ "${#lines[@]}" -eq $((2 + $("$OBIT" ls --json a.obit | wc -l))) ]
}

@test "a missing archive is named" {
	run -3 --separate-stderr "$OBIT" ls nosuch.obit
	[ "$output" = "" ]
	[[ "$stderr" == "obit ls: nosuch.obit: "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "what is no archive is refused in one line" {
	: >empty
	echo text >text
	mkdir folder
	sqlite3 other.db 'create table t(a)'
	for f in empty text folder other.db; do
		run -3 --separate-stderr "$OBIT" ls $f
		[[ "$stderr" == "obit ls: $f: "* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[ "$output" = "" ]
	done
}

@test "an archive of a later version says so" {
	sqlite3 a.obit 'pragma user_version = 99'
	run -3 --separate-stderr "$OBIT" ls a.obit
	[[ "$stderr" == *"99"* ]]
}

@test "reading leaves the archive as it was and nothing beside it" {
	sha256sum a.obit >before
	"$OBIT" ls a.obit >/dev/null
	sha256sum -c before
	[ "$(ls)" = "$(printf '%s\n' a.obit before config)" ]
}

@test "a target, a path or a key is looked up" {
	"$OBIT" capture --all -r "$top_srcdir/tests/captures/volcengine.pcap" a.obit >/dev/null
	"$OBIT" ls --json a.obit >all
	id=be63c6260a1043888187f84af39c9f0e
	"$OBIT" audit --json a.obit | jq -c --arg t $id 'select(any(.targets[]; .id == $t)) | .id' >want
	[ -s want ]
	[ "$(wc -l <want)" -lt "$(wc -l <all)" ]
	"$OBIT" ls --json --target $id a.obit | jq -c .id | diff want -
	"$OBIT" audit --json --target $id a.obit | jq -c .id | diff want -
	path=$(head -1 all | jq -r '.target | sub("[?].*"; "")')
	jq -c --arg p "$path" 'select(.target | sub("[?].*"; "") == $p) | .id' all >want
	"$OBIT" ls --json --path "$path" a.obit | jq -c .id | diff want -
	for key in $(jq -r .key all | sort -u); do
		jq -c --arg k "$key" 'select(.key == $k) | .id' all >want
		"$OBIT" ls --json --key "$key" a.obit | jq -c .id | diff want -
	done
	# Both at once.
	key=$(head -1 all | jq -r .key)
	jq -c --arg p "$path" --arg k "$key" \
		'select(.key == $k and (.target | sub("[?].*"; "") == $p)) | .id' all >want
	"$OBIT" ls --json --path "$path" --key "$key" a.obit | jq -c .id | diff want -
	run -0 "$OBIT" ls --json --target nothing a.obit
	[ "$output" = "" ]
	for key in 12 "${key}0" "${key%?}g" "${key^^}"; do
		run -2 --separate-stderr "$OBIT" ls --key "$key" a.obit
		[ "$stderr" = "obit ls: --key: \"$key\" is not 32 hexadecimal digits" ]
	done
}

@test "what is looked up is not found by reading everything" {
	sqlite3 a.obit 'DELETE FROM recent'
	[ "$("$OBIT" ls --json a.obit | wc -l)" -gt 0 ]
	for how in 'ls --json' 'audit --json'; do
		run -0 "$OBIT" $how --target be63c6260a1043888187f84af39c9f0e a.obit
		[ "$output" = "" ]
	done
}

# The worked queries of obit-archive(5), as check-man.sh reads them.
worked() {
	sed -n 's/^\.Dl \$ //p' "$top_srcdir/man/obit-archive.5" |
		sed "s/\\\\(aq/'/g; s/\\\\(dq/\"/g" | grep -- "$1"
}

@test "the worked queries of the format say what obit says" {
	sed 's/\\(aq/'"'"'/g' "$top_srcdir/man/obit-archive.5" |
		sed -n '/^\.Pa find\.sql/,/^\.Ed/p' | sed '/^\./d' >find.sql
	[ "$(wc -l <find.sql)" -gt 20 ]
	"$OBIT" audit --json a.obit >deletions
	sh -c "$(worked denied)" >got
	[ -s got ]
	jq -r 'select(.outcome == "denied") | [.time, .principal, (.targets |
		map(.type + ":" + .id) | join(" "))] | join("|")' deletions | diff - got
	sh -c "$(worked BETWEEN)" >got
	[ -s got ]
	jq -r 'select(.time >= "2026-11-20T20" and .time <= "2026-11-20T21") | [.id, .operation,
		(.targets | map(.type + ":" + .id) | join(" ")), .outcome] | join("|")' deletions | diff - got
	sh -c "$(worked FROM.targets)" >got
	[ -s got ]
	jq -r '.id as $d | .targets[] | select(.id == "be63c6260a1043888187f84af39c9f0e") |
		[$d, .outcome] | join("|")' deletions | diff - got
	sh -c "$(worked set.@what.\'T)" >got
	[ -s got ]
	"$OBIT" ls --json --target be63c6260a1043888187f84af39c9f0e a.obit | jq .id | diff - got
	PATH=$(dirname "$OBIT"):$PATH
	sh -c "$(worked set.@what.x)" >got
	"$OBIT" ls --json --key "$("$OBIT" ls --json a.obit | jq -r .key | head -1)" a.obit |
		jq .id | diff - got
	sh -c "$(worked FROM.coverage)" >got
	[ ! -s got ] # nothing was lost
}

@test "the worked search finds each target, path and key, also in segments" {
	sed 's/\\(aq/'"'"'/g' "$top_srcdir/man/obit-archive.5" |
		sed -n '/^\.Pa find\.sql/,/^\.Ed/p' | sed '/^\./d' >find.sql
	"$top_builddir"/tests/tools/make_archive large.obit 2500 2
	"$OBIT" ls --json large.obit >all
	[ "$(sqlite3 large.obit 'SELECT count(*) FROM segment')" -gt 0 ]
	for id in 1 2500 4999; do
		key=$(jq -r "select(.id == $id) | .key" all)
		"$OBIT" ls --json --key "$key" large.obit | jq .id |
			diff - <(sqlite3 -cmd ".param set @what x'4d$key'" large.obit <find.sql)
	done
}
