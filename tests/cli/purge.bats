# obit purge

bats_require_minimum_version 1.5.0
load "$top_srcdir/tests/lib/serve.bash"

evidence() { PYTHONDONTWRITEBYTECODE=1 python3 "$top_srcdir/tests/e2e/evidence.py" "$@"; }

# A small body on either side, two large ones that are the same, and chunks.
talk() {
	cat >talk.flow <<-'END'
		> PUT /things/1 HTTP/1.1
		> Host: h
		> Content-Type: application/json
		> Content-Length: 24
		>
		>| {"name":"Marley, Jacob"}
		< HTTP/1.1 200 OK
		< Content-Length: 12
		<
		<| Ebenezer was
		> DELETE /things/2 HTTP/1.1
		> Host: h
		>
		< HTTP/1.1 200 OK
		< Content-Length: 6000
		<
		@repeat < 500 Humbug, he: 
		> DELETE /things/3 HTTP/1.1
		> Host: h
		>
		@at 1h
		< HTTP/1.1 200 OK
		< Content-Length: 6000
		<
		@repeat < 500 Humbug, he: 
		> DELETE /things/4 HTTP/1.1
		> Host: h
		>
		< HTTP/1.1 200 OK
		< Transfer-Encoding: chunked
		<
		<| 7\r\nFezziwi\r\n0\r\nX-Left: Cratchit\r\n\r\n
	END
	sed -i 's/@at 1h/@at 3600s/; s/he: *$/he:\\x20/' talk.flow
	record_flow talk.flow
}

words='Marley|Ebenezer|Humbug|Fezziwi|Cratchit'

root() { "$OBIT" verify --json "$1" | jq -r '"\(.verified) \(.size) \(.root)"'; }

purged() { # ARCHIVE: numbers of the exchanges and sides that are purged
	"$OBIT" ls --json "$1" | jq -r '
		(select(.request.purged) | "\(.id)>"),
		(select(.response.purged) | "\(.id)<")' | xargs
}

@test "bodies are gone, and the root is what it was" {
	talk
	grep -qaE Cratchit <("$OBIT" show --raw response a.obit 4)
	before=$(root a.obit)
	run -0 --separate-stderr "$OBIT" purge -o b.obit a.obit
	[ "$stderr" = "" ]
	[ "${lines[0]}" = "5 bodies of 4 exchanges purged, 12071 bytes" ]
	[ "${lines[1]}" = "the root is still ${before##* } of 5 leaves" ]
	[ "$(root b.obit)" = "$before" ]
	[ "$(purged b.obit)" = "1> 1< 2< 3< 4<" ]
	[ "$(stat -c %a b.obit)" = 600 ]
	[ -z "$(ls -d b.obit?* 2>/dev/null)" ]
	run ! grep -qaE "$words" b.obit
	[ "$(sqlite3 b.obit 'SELECT count(*) FROM body')" = 0 ]
	for id in 1 2 3 4; do
		run ! grep -qaE "$words" <("$OBIT" show b.obit $id)
	done
	diff <("$OBIT" audit --json b.obit) <("$OBIT" audit --json a.obit)
	run -0 "$OBIT" verify b.obit
	[ "${lines[2]}" = "5 bodies were purged, their digests stand for them" ]
	run -0 "$OBIT" purge --json -o c.obit b.obit
	jq -e '.purged == 0 and .exchanges == 0 and .size == 5' <<<"$output"
}

@test "checkpoints and proofs from before hold, also by other code" {
	talk
	"$OBIT" seal --new-key key --origin example.org/a >vkey
	"$OBIT" seal a.obit --key key -o cp
	"$OBIT" prove a.obit 1 -o before.proof --checkpoint cp
	"$OBIT" purge -o b.obit a.obit
	run -0 "$OBIT" verify b.obit --checkpoint cp --key vkey
	run -0 evidence archive b.obit cp vkey
	"$OBIT" prove b.obit 1 -o after.proof --checkpoint cp
	cmp before.proof after.proof
	run -0 "$OBIT" verify --proof after.proof --key vkey
	# What comes later goes on from there.
	"$OBIT" capture --all -r flow.pcap b.obit
	run -0 "$OBIT" verify b.obit --checkpoint cp --key vkey
	[ "$(purged b.obit)" = "1> 1< 2< 3< 4<" ]
	"$OBIT" show --raw response b.obit 6 | grep -q Humbug
}

@test "what is left of a body is shown" {
	talk
	"$OBIT" show --raw response a.obit 4 | tail -c +48 >body
	[ "$(head -c 1 body)" = 7 ]
	sha=$(sha256sum <body)
	"$OBIT" purge -o b.obit a.obit
	run -0 "$OBIT" show b.obit 4
	[[ "$output" == *"(a body of 35 bytes, purged; its SHA-256 was ${sha%% *})"* ]]
	"$OBIT" show --json b.obit 4 | jq -e --arg sha "${sha%% *}" '
		.response.purged == {bytes: 35, sha256: $sha}
		and .response.body_bytes == 7 and .request.purged == null
		and .decoded.response.body == null'
	run -3 "$OBIT" show --raw response b.obit 4
	[[ "$output" == *"b.obit: the body of that response was purged" ]]
	run -3 "$OBIT" show --body request b.obit 1
	[[ "$output" == *"b.obit: the body of that request was purged" ]]
	run -0 "$OBIT" audit --html page.html b.obit
	grep -q '6000 bytes that were purged' page.html
}

@test "by number, time and size" {
	talk
	"$OBIT" purge -o i.obit a.obit 4 2
	[ "$(purged i.obit)" = "2< 4<" ]
	"$OBIT" show --raw response i.obit 3 | grep -q Humbug
	half=$("$OBIT" ls --json a.obit | jq -r 'select(.id == 4).time')
	"$OBIT" purge -o t.obit --until "$half" a.obit
	[ "$(purged t.obit)" = "1> 1< 2< 3<" ]
	"$OBIT" purge -o s.obit --min-size 24 a.obit
	[ "$(purged s.obit)" = "1> 2< 3< 4<" ]
	"$OBIT" purge -o s2.obit --min-size 25 --until "$half" a.obit 1 3
	[ "$(purged s2.obit)" = "3<" ]
	for f in ?.obit s2.obit; do
		[ "$(root "$f")" = "$(root a.obit)" ]
	done
}

@test "an altered digest is found" {
	talk
	"$OBIT" purge -o b.obit a.obit
	# It is in the last numbers before the texts.
	python3 - "$top_srcdir/tests/e2e" <<-'END'
		import sqlite3, sys, zlib
		sys.path.insert(0, sys.argv[1])
		import evidence as e
		a = e.Archive("b.obit")
		[row] = a.rows("SELECT * FROM exchange WHERE id = 2")
		p = a.row("SELECT * FROM profile WHERE id = ?", row["profile"])
		c = a.row("SELECT * FROM connection WHERE id = ?", row["connection"])
		packed = a.unsqueeze(row["data"], a.context(a.deletion(row, p)), 0)
		at = packed.index(b"DELETE /things/2") - 20
		changed = packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1:]
		for name, data in ("same", packed), ("other", changed):
		    z = zlib.compressobj(wbits=-13)
		    size = bytes([len(data) & 127 | 128, len(data) >> 7])
		    with open(name, "wb") as f:
		        f.write(b"\0\0" + size + z.compress(data) + z.flush())
	END
	sqlite3 b.obit "UPDATE exchange SET data = readfile('same') WHERE id = 2"
	run -0 "$OBIT" verify b.obit
	sqlite3 b.obit "UPDATE exchange SET data = readfile('other') WHERE id = 2"
	run -1 "$OBIT" verify b.obit
	[[ "$output" == *"exchange 2 is altered: its contents do not give its leaf"* ]]
	run -1 evidence archive b.obit
}

@test "what is not verified is not purged, and nothing is replaced" {
	talk
	cp a.obit before
	run -3 "$OBIT" purge -o a.obit a.obit
	[[ "$output" == *"a.obit: exists already" ]]
	cmp a.obit before
	run -3 "$OBIT" purge -o b.obit a.obit 2 5
	[ "$output" = "obit purge: a.obit: has no exchange 5" ]
	run -3 "$OBIT" purge -o b.obit a.obit 0
	run -2 "$OBIT" purge -o b.obit a.obit two
	run -2 "$OBIT" purge a.obit
	run -2 "$OBIT" purge -o b.obit --until later a.obit
	run -3 "$OBIT" purge -o b.obit none.obit
	sqlite3 a.obit 'UPDATE exchange SET time = time + 1 WHERE id = 2'
	run -1 --separate-stderr "$OBIT" purge -o b.obit a.obit
	[[ "$stderr" == "a.obit is not verified: exchange 2 is altered"* ]]
	[ ! -e b.obit ]
}

@test "a purged answer is not served but keeps its turn, and a miss says why" {
	{
		printf '> DELETE /a HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 204 No Content\n<\n'
		printf '> DELETE /a HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 404 Not Found\n< Content-Length: 4\n<\n<| gone\n'
		printf '> DELETE /a HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 410 Gone\n< Content-Length: 0\n<\n'
		printf '> GET /b HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 200 OK\n< Content-Length: 4\n<\n<| here\n'
	} >turns.flow
	record_flow turns.flow
	mv a.obit whole.obit
	"$OBIT" purge -o a.obit whole.obit
	for options in '' --incomplete --head-of-get; do
		# shellcheck disable=SC2086
		start --strict $options
		[ "$(status_of -X DELETE "$URL/a")" = 204 ]
		[ "$(status_of -X DELETE "$URL/a")" = 404 ]
		jq -e '.reason == "purged" and .exchange == 2' body
		[ "$(status_of -X DELETE "$URL/a")" = 410 ]
		[ "$(status_of -X DELETE "$URL/a")" = 410 ]
		[ "$(status_of "$URL/b")" = 404 ]
		jq -e '.reason == "purged" and .exchange == 4' body
		if [ "$options" = --head-of-get ]; then
			[ "$(status_of -I "$URL/b")" = 200 ]
		fi
		finish
		[ "$STATUS" = 1 ]
	done
}

@test "a request is found by its key without its body" {
	printf '> POST /a HTTP/1.1\n> Host: h\n> Content-Length: 5\n>\n>| first\n< HTTP/1.1 201 Created\n< Content-Length: 0\n<\n' >post.flow
	record_flow post.flow
	mv a.obit whole.obit
	"$OBIT" purge -o a.obit whole.obit
	start
	[ "$(status_of -d first "$URL/a")" = 404 ] # it has a Content-Type
	[ "$(status_of -H Content-Type: -d first "$URL/a")" = 201 ]
	[ "$(status_of -H Content-Type: -d other "$URL/a")" = 404 ]
	finish
}

@test "a request without its body is not planned" {
	talk
	"$OBIT" purge -o b.obit a.obit 1
	"$OBIT" plan --all --target http://127.0.0.1:1 --json b.obit |
		grep -v ^digest >plan
	jq -se '.[0].omitted == "purged" and .[1].omitted == null' plan
	run -0 "$OBIT" plan --all --target http://127.0.0.1:1 b.obit
	[[ "$output" == *"its body was purged from the archive"* ]]
}

@test "rules are explained as far as they can be" {
	"$OBIT" capture --all -r "$top_srcdir/tests/captures/volcengine.pcap" a.obit
	run -0 "$OBIT" rules explain a.obit 5
	[[ "$output" == *"outcome    accepted, by contract"* ]]
	"$OBIT" purge -o b.obit a.obit
	run -0 "$OBIT" rules explain b.obit 5
	[[ "$output" == *"outcome    unknown"*"the body was purged from the archive"* ]]
}

@test "merged, what was purged in one is purged" {
	talk
	"$OBIT" purge -o b.obit a.obit 1
	"$OBIT" purge -o c.obit a.obit 3
	"$OBIT" merge -o m.obit a.obit b.obit c.obit
	"$OBIT" merge -o n.obit c.obit b.obit a.obit
	[ "$(purged m.obit)" = "1> 1< 3<" ]
	[ "$(purged n.obit)" = "1> 1< 3<" ]
	[ "$(root m.obit)" = "$(root a.obit)" ]
	run ! grep -qaE 'Marley|Ebenezer' m.obit
	run -0 "$OBIT" diff a.obit m.obit
}

@test "an archive of version 1 is purged, and its root stays" {
	gzip -dc "$top_srcdir/tests/archives/version-1.obit.gz" >v.obit
	run -0 "$OBIT" purge -o b.obit v.obit
	[ "$(root b.obit)" = "$(root v.obit)" ]
	[ "$(purged b.obit | wc -w)" = 29 ]
	run -0 evidence archive b.obit
}

@test "what was sent goes along, and a killed recording stays one" {
	talk
	sqlite3 a.obit "INSERT INTO replay VALUES(1, zeroblob(32), zeroblob(32), 7, 'http://h:1');
		INSERT INTO sent VALUES(9, 1, 5, 2), (8, 1, 4, NULL);
		UPDATE recording SET finished = 0, leaf = NULL, position = NULL;
		DELETE FROM coverage"
	q='SELECT * FROM replay; SELECT * FROM sent; SELECT id, finished FROM recording'
	python3 - "$top_srcdir/tests/e2e" <<-'END'
		import sqlite3, sys
		sys.path.insert(0, sys.argv[1])
		import evidence as e
		leaves = [e.sha256(b"\0" + x) for x, _ in e.Archive("a.obit").leaves()]
		db = sqlite3.connect("a.obit")
		root = e.tree_root(leaves)
		db.execute("UPDATE tree SET size = 4, root = ?, range = ?", (root, root))
		db.commit()
	END
	run -0 "$OBIT" verify a.obit
	run -0 "$OBIT" purge -o b.obit a.obit
	diff <(sqlite3 b.obit "$q") <(sqlite3 a.obit "$q")
}
