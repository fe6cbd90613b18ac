# obit capture

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	huawei=$top_srcdir/tests/captures/huawei.pcap
	volcengine=$top_srcdir/tests/captures/volcengine.pcap
}

# What an archive says, without what belongs to one run of the recorder.
contents() {
	"$OBIT" ls --json "$1"
	"$OBIT" audit --json "$1"
}

@test "the summary counts what was seen and kept" {
	run -0 --separate-stderr "$OBIT" capture --json -r "$huawei" a.obit
	[ "$stderr" = "" ]
	jq -e '.packets == 95 and .archive == "a.obit"' <<<"$output"
	jq -e '.packets == ([.layers[]] | add)' <<<"$output"
	jq -e '.exchanges == {seen: 20, kept: 20, filtered: 0,
		incomplete: 0, orphans: 0}' \
		<<<"$output"
	jq -e '.deletions == 17 and .flaws == {} and .unseen_bytes == 0' <<<"$output"
	jq -e '.drops == {kernel: 0, interface: 0}' <<<"$output"
	jq -e '.first | startswith("2026-11-20T20:00:19.")' <<<"$output"
}

@test "the summary for people fits 80 columns" {
	run -0 "$OBIT" capture -r "$huawei" a.obit
	[ "$(wc -L <<<"$output")" -le 80 ]
	[[ "$output" == *"17"* ]]
}

@test "the archive is one file that only its owner can read" {
	umask 0
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	[ "$(stat -c %a a.obit)" = 600 ]
	[ "$(ls)" = "$(printf '%s\n' a.obit config)" ]
	[ "$(stat -c %a config/obit/fingerprint.key)" = 600 ]
}

@test "standard input gives the same as the file" {
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	"$OBIT" capture -r - b.obit <"$huawei" >/dev/null
	cat "$huawei" | "$OBIT" capture -r - c.obit >/dev/null
	diff <(contents a.obit) <(contents b.obit)
	diff <(contents a.obit) <(contents c.obit)
}

@test "a gzipped capture gives the same as the file" {
	gzip -c "$huawei" >h.pcap.gz
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	"$OBIT" capture -r h.pcap.gz b.obit >/dev/null
	diff <(contents a.obit) <(contents b.obit)
}

@test "several files are merged by time, whatever their order" {
	"$OBIT" capture -r "$huawei" -r "$volcengine" a.obit >/dev/null
	"$OBIT" capture -r "$volcengine" -r "$huawei" b.obit >/dev/null
	diff <(contents a.obit) <(contents b.obit)
	[ "$("$OBIT" audit --json a.obit | wc -l)" -eq 26 ]
}

@test "an archive that exists gets one more recording" {
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	"$OBIT" ls --json a.obit >before
	"$OBIT" capture -r "$volcengine" a.obit >/dev/null
	"$OBIT" ls --json a.obit >after
	head -n "$(wc -l <before)" after | diff before -
	[ "$(jq -s 'map(.recording) | unique == [1, 2]' after)" = true ]
}

@test "--all keeps what is no deletion" {
	"$OBIT" capture -r "$volcengine" a.obit >/dev/null
	"$OBIT" capture --all -r "$volcengine" b.obit >/dev/null
	[ "$("$OBIT" ls --json a.obit | jq -s 'map(select(.kind == "other")) | length')" -eq 0 ]
	[ "$("$OBIT" ls --json b.obit | wc -l)" -eq 10 ]
}

@test "a file cut inside a packet is recorded up to there, with status 4" {
	head -c 20000 "$huawei" >cut.pcap
	run -4 --separate-stderr "$OBIT" capture --json -r cut.pcap a.obit
	jq -e '.cut_short and .exchanges.kept > 5' <<<"$output"
	"$OBIT" ls --json a.obit >/dev/null
}

@test "exchanges reconcile when something is missing" {
	for f in "$top_srcdir"/tests/captures/corpus/*.pcap*; do
		rm -f a.obit
		"$OBIT" capture --all --json -r "$f" a.obit >out || [ $? -eq 4 ]
		jq -e '.exchanges | .seen == .kept + .filtered + .incomplete' out
		jq -e '.packets == ([.layers[]] | add)' out
		n=$("$OBIT" ls --json a.obit | wc -l)
		jq -e --argjson n "$n" \
			'.exchanges | .kept + .incomplete - .orphans == $n' out
	done
}

@test "what is no capture is named, and no archive is left" {
	: >empty
	echo "no capture" >text
	head -c 10 "$huawei" >stub
	mkdir folder
	for f in empty text stub folder nosuch; do
		run -3 --separate-stderr "$OBIT" capture -r $f a.obit
		[ "$output" = "" ]
		[[ "$stderr" == "obit capture: $f: "* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[ ! -e a.obit ]
	done
}

@test "an archive that is none is refused and left as it was" {
	echo text >text
	cp text text.before
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" text
	[[ "$stderr" == "obit capture: text: "* ]]
	cmp text text.before
	sqlite3 other.db 'create table t(a)'
	cp other.db other.before
	run -3 "$OBIT" capture -r "$huawei" other.db
	cmp other.db other.before
}

@test "an archive of a later version is refused and left as it was" {
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	sqlite3 a.obit 'pragma user_version = 99'
	cp a.obit before
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" a.obit
	[[ "$stderr" == "obit capture: a.obit: "*"99"* ]]
	cmp a.obit before
}

# Root writes into any folder, but not to a disk that is mounted read-only.
lock() {
	mkdir "$1"
	if [ "$(id -u)" -ne 0 ]; then
		chmod 555 "$1"
	else
		mount -t tmpfs -o ro obit-test "$1" || skip "cannot mount"
	fi
}

unlock() {
	[ "$(id -u)" -ne 0 ] || umount "$1"
}

@test "a folder that cannot be written is named" {
	lock locked
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" locked/a.obit
	unlock locked
	[[ "$stderr" == "obit capture: locked/a.obit: "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "a folder that does not exist is named" {
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" nosuch/a.obit
	[[ "$stderr" == "obit capture: nosuch/a.obit: "* ]]
}

@test "a full disk leaves no partial archive" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to mount a small disk"
	mkdir disk
	mount -t tmpfs -o size=16k obit-test disk || skip "cannot mount"
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" disk/a.obit
	left=$(ls -A disk)
	umount disk
	[[ "$stderr" == "obit capture: disk/a.obit: "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[ "$left" = "" ]
}

@test "a body of 5 MB is whole, and one that is longer than may be is flagged" {
	cat >big.flow <<-'END'
	> GET /image HTTP/1.1
	> Host: api.example
	>
	< HTTP/1.1 200 OK
	< Content-Length: 5000000
	<
	@repeat < 500000 0123456789
	> DELETE /image HTTP/1.1
	> Host: api.example
	>
	< HTTP/1.1 204 No Content
	<
	END
	"$top_builddir/tests/tools/flow2pcap" big.flow >big.pcap
	yes 0123456789 | tr -d '\n' | head -c 5000000 >want
	digest=$(sha256sum <want | cut -d' ' -f1)
	"$OBIT" capture --all -r big.pcap a.obit
	"$OBIT" show a.obit 1 --body response | cmp want -
	"$OBIT" capture --all --max-body 1M -r big.pcap b.obit
	for a in a b; do # length and digest of what was there, in both
		"$OBIT" ls --json $a.obit >rows
		jq -es --arg digest "$digest" '.[0].response |
			.body_bytes == 5000000 and .body_sha256 == $digest' rows
		jq -es '.[1].method == "DELETE" and .[1].status == 204' rows
	done
	"$OBIT" ls --json a.obit | jq -es '.[0].flaws == []'
	"$OBIT" ls --json b.obit | jq -es '.[0].flaws == ["limit"]'
}

@test "a content coding is kept as it came, and a bad one ends nothing" {
	gzip -cn <<<'{"state":"terminated"}' >good.gz
	head -c 20 good.gz >bad.gz
	head -c 30 /dev/zero | tr '\0' '\377' >bad.br
	{
		for file in good.gz bad.gz bad.br; do
			printf '> DELETE /%s HTTP/1.1\n> Host: api.example\n>\n' "$file"
			printf '< HTTP/1.1 200 OK\n< Content-Encoding: %s\n' "${file#*.}" |
				sed 's/gz$/gzip/'
			printf '< Content-Length: %d\n<\n<| %s\n' "$(stat -c %s "$file")" \
				"$(od -An -v -tx1 "$file" | tr -d '\n' | sed 's/ /\\x/g')"
		done
		printf '> DELETE /after HTTP/1.1\n> Host: api.example\n>\n< HTTP/1.1 204 No Content\n<\n'
	} >coded.flow
	"$top_builddir/tests/tools/flow2pcap" coded.flow >coded.pcap
	"$OBIT" capture --all --json -r coded.pcap a.obit |
		jq -e '.flaws == {withheld: 2} and .exchanges.kept == 4'
	"$OBIT" capture --all --keep-secrets -r coded.pcap b.obit
	id=0
	for file in good.gz bad.gz bad.br; do
		id=$((id + 1))
		"$OBIT" show b.obit $id --raw response |
			tail -c "$(stat -c %s "$file")" | cmp "$file" -
	done
	[ "$("$OBIT" show a.obit 1 --body response)" = '{"state":"terminated"}' ]
	diff <("$OBIT" show a.obit 1 --raw response) <("$OBIT" show b.obit 1 --raw response)
	# What cannot be read may hold a secret.
	"$OBIT" ls --json a.obit | jq -es 'map(.flaws) ==
		[[], ["withheld"], ["withheld"], []]'
	for a in a b; do
		[ "$("$OBIT" audit --json $a.obit | jq -r .status | tr '\n' ' ')" = '200 200 200 204 ' ]
	done
}

@test "of a head that cannot be read nothing is lost but what may be secret" {
	cat >bad.flow <<-'END'
	> DELETE /vms/7?token=hidden1 HTTP/1.1
	> Host: api.example
	> Authorization : Bearer hidden2
	> Cookie: sid=hidden3
	>
	< HTTP/1.1 400 Bad Request
	< Content-Length: 0
	<
	>| DELETE /vms/caf\xc3\xa9 HTTP/1.1\r\n
	> Host: api.example
	>
	< HTTP/1.1 204 No Content
	<
	>| GET /vms/8 HTTP/1.1\r\n
	> no colon
	>
	< HTTP/1.1 400 Bad Request
	< Content-Length: 0
	<
	END
	"$top_builddir/tests/tools/flow2pcap" bad.flow >bad.pcap
	run -4 "$OBIT" capture --json -r bad.pcap a.obit
	jq -e '.exchanges == {seen: 3, kept: 1, filtered: 0,
		incomplete: 2, orphans: 1}' <<<"$output"
	"$OBIT" ls --json a.obit | jq -es 'map([.target, .status, .flaws]) ==
		[["/vms/7?token=_______", 400, ["malformed"]], ["/vms/café", 204, []]]'
	[ "$("$OBIT" show a.obit 1 --raw request)" = $'DELETE /vms/7?token=_______ HTTP/1.1\r\nHost: api.example\r\n\r' ]
	run -1 grep -a hidden a.obit
	"$OBIT" verify a.obit
}

@test "a filter keeps packets out, and says so" {
	"$OBIT" capture --json -f 'port 55636' -r "$huawei" -r "$volcengine" a.obit >out
	jq -e '.packets == 28 and .excluded == 95 and .deletions == 9' out
	run -0 "$OBIT" stats --json a.obit
	jq -e '.recordings[0] | .filter == "port 55636" and .excluded == 95' <<<"$output"
	run -2 --separate-stderr "$OBIT" capture -f 'port and' -r "$huawei" b.obit
	[[ "$stderr" == "obit capture: "*"port and"* ]]
	[ ! -e b.obit ]
}

# A little-endian pcap with only these bytes of each packet, and another link type.
parts() { # FILE FROM TO LINK
	python3 - "$@" <<-'END'
	import struct, sys
	data = open(sys.argv[1], "rb").read()
	first, last, link = map(int, sys.argv[2:])
	at, out = 24, data[:20] + struct.pack("<I", link)
	while at < len(data):
	    s, u, n, wire = struct.unpack_from("<IIII", data, at)
	    part = data[at + 16:at + 16 + n][first:last]
	    out += struct.pack("<IIII", s, u, len(part), wire - first) + part
	    at += 16 + n
	sys.stdout.buffer.write(out)
	END
}

@test "a filter that a later file cannot be asked of ends the recording" {
	parts "$huawei" 14 65535 101 >raw.pcap
	run -3 --separate-stderr "$OBIT" capture -f 'ether multicast or tcp' \
		-r "$huawei" -r raw.pcap a.obit
	[[ "$stderr" == *'filter "ether multicast or tcp" on link type RAW: '* ]]
	"$OBIT" verify a.obit
}

@test "what the snap length cut off is missed, not forgotten" {
	parts "$huawei" 0 96 1 >cut.pcap
	run -0 "$OBIT" capture --json -r cut.pcap a.obit
	jq -e '.exchanges.orphans > 0 and .flows.undecided == 0' <<<"$output"
	jq -e '.unseen_bytes > 10000' <<<"$output"
	run -0 "$OBIT" stats a.obit
	[[ "$output" == *"  missing    "*" KiB, never captured"* ]]
	parts "$huawei" 0 40 1 >cut.pcap
	"$OBIT" capture -r cut.pcap b.obit
	run -0 "$OBIT" audit b.obit
	[[ "$output" == *"not visible: 95 packets not readable" ]]
}

@test "damaged gzip data is read up to where it is damaged" {
	gzip -c "$huawei" >h.pcap.gz
	size=$(stat -c %s h.pcap.gz)
	printf '\377\377' | dd of=h.pcap.gz bs=1 seek=$((size - 8)) conv=notrunc 2>/dev/null
	run -3 --separate-stderr "$OBIT" capture --json -r h.pcap.gz a.obit
	[[ "$stderr" == *"h.pcap.gz: damaged gzip data: incorrect data check" ]]
	jq -e '.packets == 95 and .deletions == 17 and .cut_short' <<<"$output"
}

@test "the filter in the manual sees through tags and tunnels" {
	filter=$(sed -n '/^\.Sh FILTERS/,/^\.Ed/p' "$top_srcdir/man/obit-capture.1" |
		sed '1,/^\.Bd/d; /^\.Ed/d; s/port 80 /port 8080 /g; s/port 80)/port 8080)/g' | tr '\n' ' ')
	[[ "$filter" == "tcp port 8080 or "*" and tcp port 8080))) " ]]
	for how in '--vlan 0' '--vlan 1' '--vlan 2' '--vxlan' '--vxlan --vlan 1'; do
		# shellcheck disable=SC2086
		python3 "$top_srcdir/tests/tools/gen_pcap.py" -o f.pcap --conns 3 \
			--exchanges 5 $how >/dev/null
		rm -f a.obit b.obit
		"$OBIT" capture --all -r f.pcap a.obit >/dev/null
		"$OBIT" capture --all -f "$filter" -r f.pcap b.obit >/dev/null
		[ "$("$OBIT" ls --json b.obit | wc -l)" -eq 15 ]
		diff <("$OBIT" ls --json a.obit) <("$OBIT" ls --json b.obit)
		"$OBIT" capture --json -f "($filter) and tcp port 9" -r f.pcap c.obit |
			jq -e '.packets == 0'
		rm -f c.obit
	done
}

# A capture that goes on until progress was shown, however fast it is read.
endless() {
	cat mix.pcap
	for ((i = 0; i < 1000; i++)); do
		grep -qs 'deletions' out.txt && break
		tail -c +25 mix.pcap
	done
}

@test "progress is for terminals only" {
	command -v script >/dev/null || skip "no script(1)"
	script -qec true none >/dev/null 2>&1 || skip "no pseudo-terminal here"
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 20 >/dev/null
	mkfifo in
	endless >in &
	script -fqec "'$OBIT' capture -r - a.obit <in >/dev/null" out.txt >/dev/null
	grep -q 'deletions' out.txt
	run -0 --separate-stderr "$OBIT" capture -r mix.pcap b.obit
	[ "$stderr" = "" ]
}

@test "--count stops after so many packets" {
	"$OBIT" capture --json --count 40 -r "$huawei" a.obit >out || [ $? -eq 4 ]
	jq -e '.packets == 40' out
	"$OBIT" verify a.obit
	run -0 "$OBIT" audit a.obit
	[[ "$output" == *"recording 1: "*"not all of the file was read" ]]
	run -0 "$OBIT" capture --json --count 95 -r "$huawei" b.obit
	jq -e '.packets == 95 and (.cut_short | not)' <<<"$output"
}

@test "--rotate SIZE: the archives together hold what one does" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 60 \
		--exchanges 40 --body-min 4000 --body-max 9000 >/dev/null
	"$OBIT" capture --all --json -r mix.pcap one.obit >one || [ $? -eq 4 ]
	"$OBIT" capture --all --json -r mix.pcap --rotate 256K part.obit >parts ||
		[ $? -eq 4 ]
	[ "$(ls part-*.obit | wc -l)" -ge 3 ]
	[ ! -e part.obit ]
	jq -s '[.[] | del(.first, .last, .watched, .archive, .cut_short)]
		| map([paths(type == "number") as $p | {($p | join(".")): getpath($p)}] | add)
		| map(to_entries) | add | group_by(.key)
		| map({(.[0].key): (map(.value) | add)}) | add' parts >sum
	jq -s '.[0] | [paths(type == "number") as $p | {($p | join(".")): getpath($p)}]
		| add' one >whole
	diff <(jq -S . sum) <(jq -S . whole)
	for a in part-*.obit; do
		"$OBIT" verify "$a" >/dev/null
		"$OBIT" ls --json "$a" | jq -c 'del(.id, .recording)'
	done >parts.ls
	"$OBIT" ls --json one.obit | jq -c 'del(.id, .recording)' | cmp - parts.ls
}

@test "no archive of a rotation goes on in one that another run has made" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 60 \
		--exchanges 40 --body-min 4000 --body-max 9000 >/dev/null
	mkfifo in
	"$OBIT" capture --all -r - --rotate 256K part.obit <in >out 2>words 3>&- &
	recorder=$!
	exec 7>in
	cat mix.pcap >&7
	until [ -e part-000001.obit ]; do sleep 0.05; done
	"$OBIT" capture -r "$huawei" --rotate 256K part.obit >other
	tail -c +25 mix.pcap >&7
	exec 7>&-
	wait $recorder || [ $? -eq 4 ]
	[ ! -s words ]
	for a in part-*.obit; do
		"$OBIT" stats --json "$a" | jq -e '.recordings | length == 1'
	done
	[ "$(ls part-*.obit | wc -l)" -eq "$(cat out other | grep -c recorded)" ]
}

@test "USR1 asks for what is in the open archive of a rotation" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 60 \
		--exchanges 40 --body-min 4000 --body-max 9000 >/dev/null
	mkfifo in
	"$OBIT" capture --all --json -r - --rotate 256K part.obit <in >out 2>words 3>&- &
	recorder=$!
	exec 7>in
	cat mix.pcap >&7
	until [ -e part-000003.obit ]; do sleep 0.05; done
	kill -USR1 $recorder
	until grep -q ' dropped' words; do sleep 0.05; done
	exec 7>&-
	wait $recorder || [ $? -eq 4 ]
	asked=$(sed -n 's/^obit capture: \(part-.*.obit\): .* \([0-9]*\) exchanges kept.*/\1 \2/p' words)
	jq -es --arg a "${asked% *}" --argjson kept "${asked#* }" \
		'.[] | select(.archive == $a) | $kept <= .exchanges.kept + .exchanges.incomplete' out
}

@test "USR1 asks how far it is with a file" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 20 >/dev/null
	mkfifo in
	"$OBIT" capture -r - a.obit <in >out 2>words 3>&- &
	recorder=$!
	exec 7>in
	cat mix.pcap >&7
	until [ -e a.obit ]; do sleep 0.05; done
	kill -USR1 $recorder
	until grep -q 'packets, .* deletions, 0 dropped' words; do sleep 0.05; done
	exec 7>&-
	wait $recorder || [ $? -eq 4 ]
}

# A process is a copy of the shell at first, which may catch it, too.
hears_usr1() {
	grep -q '^Name:.obit$' /proc/"$1"/status &&
		grep -q '^SigCgt:.*[2367abef]..$' /proc/"$1"/status
}

@test "USR1 is no end while a pipe is opened" {
	mkfifo in
	"$OBIT" capture -r in a.obit >out 2>words 3>&- &
	recorder=$!
	until hears_usr1 $recorder; do sleep 0.05; done
	kill -USR1 $recorder
	sleep 0.2
	cat "$huawei" >in
	wait $recorder
}

@test "USR1 is no end where nothing was ever captured" {
	mkfifo in
	"$OBIT" capture -r - a.obit <in >out 2>words 3>&- &
	recorder=$!
	exec 7>in
	until hears_usr1 $recorder; do sleep 0.05; done
	kill -USR1 $recorder
	cat "$huawei" >&7
	until grep -q ' packets, ' words; do sleep 0.05; done
	exec 7>&-
	wait $recorder
	[ "$("$OBIT" ls a.obit | wc -l)" -gt 1 ]
}

@test "the archive does not depend on how far its writer is behind" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 10 >/dev/null
	for memory in 1M 64M; do
		"$OBIT" capture --all --memory "$memory" -r mix.pcap "$memory.obit" >/dev/null
		"$OBIT" ls --json "$memory.obit" >"$memory.ls"
		"$OBIT" audit --json "$memory.obit" >"$memory.audit"
	done
	[ "$(wc -l <64M.ls)" -eq 1000 ]
	cmp 1M.ls 64M.ls
	cmp 1M.audit 64M.audit
}

@test "a rule file with a mistake is named with its place" {
	printf 'rules:\n  - name: x\n    bogus: 1\n' >r.yaml
	run -3 --separate-stderr "$OBIT" capture --rules r.yaml -r "$huawei" a.obit
	[[ "$stderr" == "obit capture: r.yaml:3:"* ]]
	[ ! -e a.obit ]
}

@test "a rule of one's own comes before the built-in ones" {
	cat >r.yaml <<-'END'
	rules:
	  - name: mine.elb
	    match: DELETE /v2/{project_id}/elb/pools/{pool_id}/members/{member_id}
	    type: mine
	    id: path:member_id
	END
	"$OBIT" capture --rules r.yaml -r "$huawei" a.obit >/dev/null
	[ "$("$OBIT" audit --json a.obit | jq -s 'map(select(.operation == "mine.elb")) | length')" -eq 2 ]
}

@test "no secret of the capture is in any file, unless asked for" {
	"$OBIT" capture --all -r "$huawei" -r "$volcengine" a.obit >/dev/null
	for secret in AKEXAMPLE0000000000A TOKENexampleSTS AKLTexample \
		0a46a8a5ffc324a76b5bfeccdc2a048e; do
		run -1 grep -ar "$secret" .
		for id in $("$OBIT" ls --json a.obit | jq .id); do
			run -1 grep -aq "$secret" <("$OBIT" show a.obit "$id" --raw request)
		done
	done
	"$OBIT" capture --keep-secrets -r "$huawei" b.obit >/dev/null
	"$OBIT" show b.obit 1 --raw request | grep -q AKEXAMPLE0000000000A
}

@test "the same principal has the same fingerprint, another has another" {
	"$OBIT" capture -r "$huawei" -r "$volcengine" a.obit >/dev/null
	"$OBIT" audit --json a.obit >audit
	[ "$(jq -r 'select(.host | endswith("myhuaweicloud.com")) | .principal' audit |
		sort -u | wc -l)" -eq 1 ]
	[ "$(jq -r .principal audit | sort -u | wc -l)" -eq 2 ]
	run -1 grep -q null <(jq .principal audit)
}

@test "a source is required, and one kind only; sizes are checked" {
	run -2 --separate-stderr "$OBIT" capture a.obit
	[[ "$stderr" == *"-i IFACE"*"-r FILE"* ]]
	run -2 "$OBIT" capture -i lo -r "$huawei" a.obit
	[[ "$output" == *"not both" ]]
	for option in '--rotate 1h' '--duration 5s' '--user nobody' \
		'--buffer 4096' '--snaplen 96' '--no-promiscuous'; do
		# shellcheck disable=SC2086
		run -2 "$OBIT" capture -r "$huawei" $option a.obit
		[[ "$output" == *" needs -i IFACE" ]]
	done
	for option in '--buffer 0' '--buffer 9999999' '--snaplen 0' \
		'--snaplen 99999999' '--duration 0' '--duration 5x' \
		'--rotate 60' '--rotate 4K'; do
		# shellcheck disable=SC2086
		run -2 "$OBIT" capture -i lo $option a.obit
		[[ "$output" == "obit capture: ${option% *} takes a "* ]]
	done
	run -2 --separate-stderr "$OBIT" capture -r "$huawei" --memory lots a.obit
	[[ "$stderr" == *"--memory takes a size"* ]]
	[ ! -e a.obit ]
}

@test "without a place for the key of fingerprints, it is said what names one" {
	unset XDG_CONFIG_HOME
	HOME=/proc/x run -3 --separate-stderr "$OBIT" capture -r "$huawei" a.obit
	[ "$stderr" = "obit capture: /proc/x/.config/obit/fingerprint.key:\
 mkdir /proc/x: No such file or directory; set XDG_CONFIG_HOME to a folder that may be\
 written to" ]
	XDG_CONFIG_HOME=/proc/x run -3 "$OBIT" capture -r "$huawei" a.obit
	[ "$output" = "obit capture: /proc/x/obit/fingerprint.key:\
 mkdir /proc/x: No such file or directory" ]
	[ ! -e a.obit ]
}

@test "a memory that ruins every recording is refused" {
	for memory in 100 0 1023K 1048575; do
		run -2 --separate-stderr "$OBIT" capture -r "$huawei" \
			--memory $memory a.obit
		[[ "$stderr" == "obit capture: --memory takes a size from 1M such as 64M, not "*" bytes" ]]
	done
	[ ! -e a.obit ]
	"$OBIT" capture -r "$huawei" --memory 1M a.obit
	"$OBIT" capture -r "$huawei" b.obit
	cmp <("$OBIT" ls --json a.obit) <("$OBIT" ls --json b.obit)
}

@test "one body takes a quarter of the memory at most" {
	run -2 --separate-stderr "$OBIT" capture -r "$huawei" --memory 4M \
		--max-body 1025K a.obit
	[ "$stderr" = "obit capture: --max-body takes at most a quarter of\
 --memory, here 1048576 bytes" ]
	[ ! -e a.obit ]
	"$OBIT" capture -r "$huawei" --memory 4M --max-body 1M a.obit
	"$OBIT" capture -r "$huawei" --memory 4M b.obit
}

@test "standard input cannot be read twice" {
	run -2 "$OBIT" capture -r - -r "$huawei" -r - a.obit <"$huawei"
	[ "$output" = "obit capture: standard input can be read only once" ]
	[ ! -e a.obit ]
}

@test "an error is one line, whatever the name" {
	run -3 "$OBIT" capture -r $'no\n\e[31mfile' a.obit
	[ "$output" = 'obit capture: no\x0a\x1b[31mfile: cannot open: No such file or directory' ]
}

@test "a name too long for the message does not hide the cause" {
	run -3 "$OBIT" capture -r "$(printf '%03000d' 1)" a.obit
	[[ "$output" == *0...:*"File name too long" ]]
}

@test "what is printed to a closed stream goes into no file of ours" {
	# Its lock on the archive would get the number of the closed stream.
	"$OBIT" capture -r "$huawei" a.obit >/dev/null
	run -3 sh -c '"$OBIT" capture --json -r - a.obit <"$0" >&-' "$huawei"
	run -3 sh -c '"$OBIT" capture -r - a.obit </dev/null 2>&-'
	"$OBIT" ls a.obit >/dev/null
	run -3 sh -c '"$OBIT" capture -r - b.obit <&-'
	[ ! -e b.obit ]
}

@test "what is recorded is sealed meanwhile, and at the end" {
	"$OBIT" seal --new-key key --origin example.org/a >vkey
	run -0 "$OBIT" capture -r "$huawei" --seal key --seal-every 5 --seal-every 1h a.obit
	[ "$(sed -n 1p a.obit.checkpoint)" = example.org/a ]
	[ "$(sed -n 2p a.obit.checkpoint)" = "$(sqlite3 a.obit 'SELECT size FROM tree')" ]
	run -0 "$OBIT" verify a.obit --checkpoint a.obit.checkpoint --key vkey
	"$OBIT" capture -r "$huawei" --seal key --checkpoint cp b.obit >/dev/null
	cp cp before
	"$OBIT" capture -r "$huawei" --seal key --checkpoint cp b.obit >/dev/null
	[ "$(sed -n 2p cp)" -gt "$(sed -n 2p before)" ]
	run -0 "$OBIT" verify b.obit --checkpoint before --key vkey
	run -0 "$OBIT" verify b.obit --checkpoint cp --key vkey
}

@test "what was sealed and is something else stops a recording before it begins" {
	"$OBIT" seal --new-key key >vkey
	"$OBIT" capture -r "$huawei" --seal key a.obit >/dev/null
	cp a.obit.checkpoint cp
	run -3 --separate-stderr "$OBIT" capture -r "$huawei" --seal key --checkpoint cp new.obit
	[[ "$stderr" == *"cp: is not a checkpoint of this archive: "* ]]
	[ ! -e new.obit ]
	sqlite3 a.obit 'UPDATE exchange SET time = time + 1 WHERE id = 5'
	run -3 "$OBIT" capture -r "$huawei" --seal key a.obit
	run -3 "$OBIT" capture -r "$huawei" --seal key --checkpoint fresh a.obit
	[[ "$output" == *"is not verified"* ]]
	cmp cp a.obit.checkpoint
	[ ! -e fresh ]
	run -2 "$OBIT" capture -r "$huawei" --seal-every 5 b.obit
	run -2 "$OBIT" capture -r "$huawei" --seal key --seal-every 5x b.obit
	run -2 "$OBIT" capture -r "$huawei" --seal vkey b.obit
	[ ! -e b.obit ]
}
