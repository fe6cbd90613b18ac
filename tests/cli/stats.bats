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

@test "a target counts once, however often it was deleted" {
	targets() {
		"$OBIT" stats --json "$1" | jq .targets
	}
	once=$(targets a.obit)
	[ "$once" = "$("$OBIT" audit --json a.obit |
		jq -c '.targets[] | [.type, .id, .scope]' | sort -u | wc -l)" ]
	"$OBIT" capture -r huawei.pcap a.obit >/dev/null
	[ "$(targets a.obit)" = "$once" ]
	"$OBIT" capture -r huawei.pcap b.obit >/dev/null
	"$OBIT" capture -r volcengine.pcap c.obit >/dev/null
	"$OBIT" merge -o m.obit a.obit b.obit c.obit
	[ "$(targets m.obit)" = $((once + $(targets c.obit))) ]
}

@test "what has no request is told" {
	python3 "$top_srcdir/tests/tools/gen_talk.py" -o t.pcap --client serial \
		--conns 4 --join .5 --loss .05 --server-only .2 --seed 3
	"$OBIT" capture --json -r t.pcap o.obit >said.json || [ $? -eq 4 ]
	orphans=$(jq .exchanges.orphans said.json)
	[ "$orphans" -gt 1 ]
	line="$orphans of the incomplete have no whole request: not in the archive"
	run -0 "$OBIT" stats o.obit
	[[ "$output" == *"
             $line
"* ]]
	[ "$(wc -L <<<"$output")" -le 80 ]
	run -0 "$OBIT" audit o.obit
	[[ "$output" == *"recording 1: $line"* ]]
}

@test "the summary says how many exchanges ls lists, in lines of 80 columns" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o w.pcap --seed 1 --conns 60 \
		--loss .02 --conflict .1 --midstream .3 --rst .3 --snaplen 700 \
		--no-echo --drop-head 300 >/dev/null
	"$OBIT" capture --all -r w.pcap w.obit >said || [ $? -eq 4 ]
	listed=$("$OBIT" ls --json w.obit | wc -l)
	kept=$("$OBIT" stats --json w.obit | jq '.recordings[0].exchanges.kept')
	[ "$listed" -gt "$kept" ]
	grep -qx "             $listed in the archive: $kept kept and $((listed - kept)) incomplete" said
	[ "$(wc -L <said)" -le 80 ]
	# Each flaw once, also where the line goes on.
	[ "$(sed -n '/^  flaws/,$p' said | tr -s ',\n ' '\n' | grep -c '^[0-9]')" = \
		"$("$OBIT" stats --json w.obit | jq '.recordings[0].flaws | length')" ]
	[ "$(sed -n '/^  flaws/,$p' said | wc -l)" -gt 1 ]
	# Where nothing is incomplete, what was kept is what is listed.
	run -0 "$OBIT" stats a.obit
	[[ "$output" != *"in the archive"* ]]
}

@test "the parts of an archive add up to its size" {
	"$OBIT" capture --all -r volcengine.pcap a.obit >/dev/null
	run -0 "$OBIT" stats --json a.obit
	jq -e '(.parts | add) == .file_bytes' <<<"$output"
	jq -e '.parts | keys_unsorted == ["messages", "bodies", "dictionaries",
		"rows", "indexes", "evidence", "recordings", "schema", "free"]' <<<"$output"
	[ "$(jq .parts.messages <<<"$output")" = \
		"$(sqlite3 a.obit 'SELECT sum(length(data)) FROM exchange')" ]
	[ "$(jq .parts.free <<<"$output")" = \
		"$(sqlite3 a.obit 'SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size')" ]
	[ "$(jq '.parts.messages + .parts.rows' <<<"$output")" = "$(sqlite3 a.obit "
		SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN ('exchange',
			'connection', 'profile', 'target', 'follow_up', 'word', 'replay', 'sent')")" ]
	jq -e '(.bytes_per_exchange * .exchanges - .file_bytes | fabs) < .exchanges' <<<"$output"
	jq -e '(.ratio * .message_bytes - .file_bytes | fabs) < .message_bytes' <<<"$output"
	run -0 "$OBIT" stats a.obit
	[[ "$output" == *" bytes per exchange"*"    evidence "*" %  the Merkle tree"* ]]
	[[ "$output" != *"    free "* ]] # there are none
	[ "$(wc -L <<<"$output")" -le 80 ]
}

@test "each table and index of the schema is counted to a part" {
	for name in $(sqlite3 a.obit "SELECT name FROM sqlite_schema WHERE rootpage > 0"); do
		grep -q "{ \"$name\", PART_" "$top_srcdir/store/stats.c" ||
			[ "$name" = term ]
	done
}

@test "free pages are a part of their own" {
	sqlite3 a.obit 'CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(50000)); DROP TABLE t'
	run -0 "$OBIT" stats --json a.obit
	jq -e '.parts.free > 50000 and (.parts | add) == .file_bytes' <<<"$output"
	run -0 "$OBIT" stats a.obit
	[[ "$output" == *"    free "* ]]
}

@test "of a recording that did not end nobody says what it saw" {
	mkfifo pipe
	"$OBIT" capture -r pipe k.obit >/dev/null 9>&- &
	recorder=$!
	exec 9>pipe
	head -c 5000 huawei.pcap >&9
	until [ -e k.obit ] && [ "$(sqlite3 -readonly k.obit 'SELECT count(*) FROM exchange')" -gt 0 ]; do
		:
	done
	kill -KILL "$recorder"
	wait "$recorder" || true
	exec 9>&-
	run -0 "$OBIT" stats k.obit
	[[ "$output" == *"it was interrupted or still runs: what it covered is not known"* ]]
	[[ "$output" != *"packets"* ]]
	run -0 "$OBIT" stats --json k.obit
	jq -e '.exchanges > 0 and (.recordings[0] | .finished == false and .packets == null
		and .exchanges == null and .drops == null)' <<<"$output"
	run -0 "$OBIT" verify k.obit
	[[ "$output" == *"recording 1 did not end"* ]]
}

@test "what stands in the journal counts, while it is written and after a kill" {
	python3 "$top_srcdir/tests/tools/gen_pcap.py" -o mix.pcap --conns 10 >/dev/null
	mkfifo pipe
	"$OBIT" capture --all -r pipe k.obit >/dev/null 9>&- &
	recorder=$!
	exec 9>pipe
	cat mix.pcap >&9
	until [ -e k.obit ] && [ "$(sqlite3 -readonly k.obit 'SELECT count(*) FROM exchange' \
		2>/dev/null || echo 0)" -gt 100 ]; do
		:
	done
	run -0 "$OBIT" stats --json k.obit
	jq -e '(.parts | add) == .file_bytes' <<<"$output"
	kill -KILL "$recorder"
	wait "$recorder" || true
	exec 9>&-
	size=$(stat -c %s k.obit)
	run -0 "$OBIT" stats --json k.obit
	jq -e "(.parts | add) == .file_bytes and .file_bytes > $size" <<<"$output"
}

@test "every table and view of the format can be read with sqlite3" {
	for name in recording connection exchange deletion target follow_up history \
		deletions targets follow_ups exchanges recordings origins sends; do
		run -0 sqlite3 -header a.obit "SELECT * FROM $name"
		grep -q "\.It Sy .*\<$name\>" "$top_srcdir/man/obit-archive.5"
	done
	[ "$(sqlite3 a.obit 'SELECT count(*) FROM deletion')" = "$("$OBIT" audit --json a.obit | wc -l)" ]
	[ "$(sqlite3 a.obit 'SELECT count(*) FROM history')" = "$("$OBIT" audit --json a.obit | wc -l)" ]
}
