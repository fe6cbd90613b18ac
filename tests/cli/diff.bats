# obit diff

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	captures=$top_srcdir/tests/captures
}

record() {
	"$OBIT" capture --all -r "$captures/$1.pcap" "$2.obit" >/dev/null
}

# Record, as changed.obit, a capture in which the bytes $3 stand where $2 stood; same length.
record_changed() {
	python3 - "$captures/$1.pcap" changed.pcap "$2" "$3" <<-'END'
	import sys
	old, new = sys.argv[3].encode(), sys.argv[4].encode()
	data = open(sys.argv[1], "rb").read()
	assert len(old) == len(new) and old in data
	open(sys.argv[2], "wb").write(data.replace(old, new))
	END
	"$OBIT" capture --all -r changed.pcap changed.obit >/dev/null
}

@test "an archive is equal to itself" {
	for c in huawei volcengine; do
		record $c a
		run -0 "$OBIT" diff a.obit a.obit
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" == *" 0 differ; 0 only in a.obit, 0 only in a.obit" ]]
		rm a.obit
	done
}

@test "recordings masked by different keys are equal" {
	record volcengine a
	XDG_CONFIG_HOME=$PWD/other record volcengine b
	run -0 "$OBIT" diff a.obit b.obit
	[ "$("$OBIT" ls --json a.obit | wc -l)" -eq 10 ]
	[ "$output" = "10 pairs: 10 equal, 0 differ; 0 only in a.obit, 0 only in b.obit" ]
}

@test "a changed error code is found, and nothing else" {
	record huawei a
	record_changed huawei ModelArts.6309 ModelArts.6304
	run -1 "$OBIT" diff a.obit changed.obit
	[ "${lines[0]}" = "11 | 11  huawei.modelarts.devenv  6fa459ea-ee8a-3ca4-894e-db77e160355e" ]
	[ "${lines[1]}" = "    outcome gone | blocked" ]
	[ "${lines[2]}" = '    body    /error_code: "ModelArts.6309" | "ModelArts.6304"' ]
	[ "${lines[3]}" = "20 pairs: 19 equal, 1 differs; 0 only in a.obit, 0 only in changed.obit" ]
	[ "${#lines[@]}" -eq 4 ]
	run -1 "$OBIT" diff -i outcome a.obit changed.obit
	run -0 "$OBIT" diff -i outcome -i body:/error_code a.obit changed.obit
	run -0 "$OBIT" diff -i outcome -i body a.obit changed.obit
}

@test "a changed status line is found" {
	record huawei a
	record_changed huawei "HTTP/1.1 403" "HTTP/1.1 500"
	run -1 "$OBIT" diff --json a.obit changed.obit
	head -1 <<<"$output" >first
	jq -e '.result == "differs" and .a == 5 and .b == 5 and .kind == "deletion"' first
	jq -e '.operation == "huawei.apig.member" and .method == "DELETE"' first
	jq -e '.target | endswith("/members/denied")' first
	jq -e '.differences[0] == {"field": "status", "name": null, "a": "403", "b": "500"}' first
	jq -e '.more == false' first
}

@test "what only one has is told, and can be passed over" {
	record volcengine a
	record_changed volcengine i-other i-othex
	b=changed.obit
	run -1 "$OBIT" diff a.obit $b
	[ "${lines[0]}" = "3 | -  volc.ecs.instances  i-other" ]
	[ "${lines[1]}" = "- | 3  volc.ecs.instances  i-othex" ]
	run -1 "$OBIT" diff -i only-a a.obit $b
	run -1 "$OBIT" diff -i only-b a.obit $b
	run -0 "$OBIT" diff -i only-a -i only-b a.obit $b
	run -1 "$OBIT" diff --json a.obit $b
	[ "$(jq -c '[.result, .a, .b]' <<<"$output")" = '["only-a",3,null]
["only-b",null,3]
["summary",null,null]' ]
	jq -se '.[2] | .pairs == 9 and .equal == 9 and .different == 0' <<<"$output"
	jq -se '.[2] | .only_a == 1 and .only_b == 1' <<<"$output"
}

@test "lines fit COLUMNS and are whole without it" {
	record huawei a
	record volcengine b
	run -1 env COLUMNS=60 "$OBIT" diff a.obit b.obit
	[ "$(head -n -1 <<<"$output" | wc -L)" -eq 60 ]
	run -1 env -u COLUMNS "$OBIT" diff a.obit b.obit
	[ "$(wc -L <<<"$output")" -gt 60 ]
}

@test "a field that is none is refused" {
	record volcengine a
	for f in bogus header: body:x target:i '' $'a\nb'; do
		run -2 --separate-stderr "$OBIT" diff -i "$f" a.obit a.obit
		[[ "$stderr" == "obit diff: cannot ignore "* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[ "$output" = "" ]
	done
}

@test "both archives are needed, and named if they are none" {
	record volcengine a
	run -2 "$OBIT" diff a.obit
	run -2 "$OBIT" diff a.obit a.obit a.obit
	echo text >text
	for f in text nosuch; do
		run -3 --separate-stderr "$OBIT" diff a.obit $f
		[[ "$stderr" == "obit diff: $f: "* ]]
		run -3 --separate-stderr "$OBIT" diff $f a.obit
		[[ "$stderr" == "obit diff: $f: "* ]]
		[ "$output" = "" ]
	done
}

@test "an archive with a hole in its numbers is not compared" {
	record volcengine a
	record volcengine b
	sqlite3 b.obit 'delete from exchange where id = 4'
	run -3 --separate-stderr "$OBIT" diff a.obit b.obit
	[ "$stderr" = "obit diff: b.obit: there is no exchange 4" ]
	run -3 --separate-stderr "$OBIT" diff b.obit a.obit
	[ "$stderr" = "obit diff: b.obit: there is no exchange 4" ]
}

@test "an exchange that makes no sense is told" {
	record volcengine a
	record volcengine b
	sqlite3 b.obit "update exchange set data = x'00' where id = 4"
	run -3 --separate-stderr "$OBIT" diff a.obit b.obit
	[[ "$stderr" == "obit diff: b.obit: "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "results that cannot be written are a failure" {
	[ -w /dev/full ] || skip "no /dev/full"
	record volcengine a
	run -3 bash -c '"$0" diff a.obit a.obit >/dev/full' "$OBIT"
}

@test "reading leaves both archives as they were" {
	record volcengine a
	record huawei b
	sha256sum a.obit b.obit >before
	"$OBIT" diff a.obit b.obit >/dev/null || [ $? -eq 1 ]
	sha256sum -c before
	[ "$(ls)" = "$(printf '%s\n' a.obit b.obit before config)" ]
}
