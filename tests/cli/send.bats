#!/usr/bin/env bats
# obit send: what it sends, and above all when it sends nothing.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	export http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1
	SERVER=
}

teardown() {
	[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || :
}

record() { "$OBIT" capture "${@:2}" -r "$top_srcdir/tests/captures/$1.pcap" a.obit; }

flow() {
	cat >a.flow
	"$top_builddir/tests/tools/flow2pcap" a.flow >a.pcap
	"$OBIT" capture "$@" -r a.pcap a.obit || [ $? -eq 4 ]
}

one() {
	flow <<-'EOF'
	> DELETE /things/1 HTTP/1.1
	> Host: recorded.test
	>
	< HTTP/1.1 204 No Content
	<
	EOF
}

two() {
	flow <<-'EOF'
	> DELETE /things/1 HTTP/1.1
	> Host: recorded.test
	>
	< HTTP/1.1 204 No Content
	<
	> DELETE /things/2 HTTP/1.1
	> Host: recorded.test
	>
	< HTTP/1.1 204 No Content
	<
	EOF
}

serve() {
	mkfifo address
	"$OBIT" serve "$@" a.obit >address 2>words 3>&- &
	SERVER=$!
	read -r URL <address
	rm address
}

# A listener that counts connections and gives the answer in the file answer.
listen() {
	mkfifo address
	python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    open("seen", "a").write("connection\n")
    c.settimeout(5)
    try:
        data = c.recv(65536)
        open("got", "ab").write(data)
        c.sendall(open("answer", "rb").read())
    except OSError: pass
    c.close()
' >address 3>&- &
	SERVER=$!
	read -r URL <address
	rm address
}

digest() { "$OBIT" plan --target "$URL" "$@" a.obit | sed -n 's/^digest //p'; }

# Send as planned with these options.
send() {
	"$OBIT" send --target "$URL" "$@" --confirm "$(digest "$@")" -o r.obit a.obit
}

resume() {
	"$OBIT" send --target "$URL" --resume --confirm "$(digest)" \
		-o "${1:-r.obit}" a.obit
}

refuses() {
	run -2 --separate-stderr "$OBIT" send -o r.obit "$@" a.obit </dev/null
	[ "$output" = "" ]
	[ ! -e seen ]
	[ ! -e r.obit ]
}

@test "what is served from a recording is what is sent to it" {
	record huawei --all
	serve
	send --all --keep-host --speed max
	"$OBIT" verify r.obit
	run -0 "$OBIT" diff a.obit r.obit
	[ "$("$OBIT" ls --json r.obit | wc -l)" -eq "$("$OBIT" ls --json a.obit | wc -l)" ]
}

@test "what it means was said by the host where it was recorded" {
	record huawei --all
	serve
	send --all --speed max
	"$OBIT" audit --json a.obit | jq -c '[.operation, .outcome]' >recorded
	"$OBIT" audit --json r.obit | jq -c '[.operation, .outcome]' >sent
	grep -q '"huawei.clouddc.instance","accepted"' sent
	sort recorded | cmp - <(sort sent)
}

@test "each request is sent byte for byte as the plan shows it" {
	one
	printf 'HTTP/1.1 204 No Content\r\n\r\n' >answer
	listen
	send
	"$OBIT" plan --json --target "$URL" a.obit | head -n 1 | jq -j '.head + .body' >wanted
	cmp wanted got
	[ "$(wc -l <seen)" -eq 1 ]
}

@test "results are linked to what was sent" {
	record volcengine
	serve
	send --keep-host --speed max
	sqlite3 r.obit 'SELECT source, outcome FROM sends ORDER BY source' >got
	sqlite3 a.obit 'SELECT id, outcome FROM history ORDER BY id' |
		grep -F -x -f - got | wc -l >same
	[ "$(cat same)" -eq "$(sqlite3 a.obit 'SELECT count(*) FROM history')" ]
	[ "$(sqlite3 r.obit 'SELECT target FROM replay')" = "$URL" ]
}

@test "without confirmation, and with a wrong one, nothing is connected" {
	one
	listen
	refuses --target "$URL"
	[[ $stderr == *--confirm* ]]
	refuses --target "$URL" --confirm ""
	refuses --target "$URL" --confirm "$(digest | tr 0-9a-f 1-9a-f0)"
	refuses --target "$URL" --confirm "$(digest | cut -c 1-8)"
	refuses --target "$URL" --confirm "$(digest)" --all
	refuses --target "$URL" --confirm "$(digest)" --step
}

@test "a digest is for one archive" {
	two
	listen
	D=$(digest)
	cp a.obit whole.obit
	for change in "DELETE FROM exchange WHERE id = 2" \
		"UPDATE profile SET outcome = (outcome + 1) % 4" \
		"UPDATE exchange SET target = '3' WHERE id = 2" \
		"UPDATE exchange SET token = 't' WHERE id = 1" \
		"UPDATE exchange SET time = time + 1 WHERE id = 1" \
		"UPDATE coverage SET count = count + 1 WHERE name = 'packets'" \
		"UPDATE recording SET first = first + 1"; do
		cp whole.obit a.obit
		sqlite3 a.obit "$change"
		refuses --target "$URL" --confirm "$D"
	done
	"$OBIT" capture -r a.pcap a.obit
	refuses --target "$URL" --confirm "$D"
}

@test "where it was recorded, nothing is sent" {
	record huawei
	listen
	for target in http://127.0.0.1:80 http://apig.cn-north-4.myhuaweicloud.com; do
		refuses --target "$target" --confirm 00
	done
	URL=http://alias.test:80
	D=$(digest --resolve alias.test:80:127.0.0.1)
	refuses --target "$URL" --resolve alias.test:80:127.0.0.1 --confirm "$D"
	[[ $stderr == *"recorded address"* ]]
}

@test "a name that leads to a recorded address is refused" {
	one
	"$OBIT" ls --json a.obit | jq -r .server | head -n 1 >server
	listen
	URL=http://other.test:9
	o="--resolve other.test:9:$(cut -d: -f1 server)"
	refuses --target "$URL" $o --confirm "$(digest $o)"
	[[ $stderr == *"recorded address"* ]]
}

@test "caps and allowances hold" {
	record huawei
	listen
	refuses --target "$URL" --confirm "$(digest)" --max-deletes 3
	refuses --target "$URL" --confirm "$(digest)" --allow example.test
}

@test "a plan sends as many requests each time" {
	record huawei
	serve --log log.jsonl
	for results in 1 2; do
		"$OBIT" send --target "$URL" --speed max --keep-host \
			--confirm "$(digest --speed max --keep-host)" -o $results.obit a.obit ||
			[ $? -eq 1 ]
		wc -l <log.jsonl >>lines
		jq -r '.method + " " + .path' log.jsonl >$results.sent
		: >log.jsonl
	done
	[ "$(sort -u lines | wc -l)" -eq 1 ]
	[ "$(head -n 1 lines)" -eq "$("$OBIT" ls --json 1.obit | wc -l)" ]
	diff <(sort 1.sent) <(sort 2.sent)
}

@test "a recording takes as long as it took, or its share" {
	flow --all <<-'EOF'
	> DELETE /things/1 HTTP/1.1
	> Host: recorded.test
	>
	< HTTP/1.1 204 No Content
	<
	@at 1.5s
	> DELETE /things/2 HTTP/1.1
	> Host: recorded.test
	>
	< HTTP/1.1 204 No Content
	<
	EOF
	serve --log log.jsonl
	gap() { # between the two requests, in ms, as the server saw them
		jq -r .time log.jsonl | python3 -c '
import sys, datetime
a, b = (datetime.datetime.fromisoformat(t[:26].rstrip("Z")) for t in sys.stdin.read().split())
print(round((b - a).total_seconds() * 1000))'
	}
	"$OBIT" send --target "$URL" --speed 1 --confirm "$(digest --speed 1)" -o 1.obit a.obit
	[ "$(gap)" -ge 1450 ]
	: >log.jsonl
	"$OBIT" send --target "$URL" --speed 10 --confirm "$(digest --speed 10)" -o 10.obit a.obit
	[ "$(gap)" -ge 100 ]
	[ "$(gap)" -lt 1450 ]
}

@test "no variable of the environment makes it use a proxy" {
	two
	printf 'HTTP/1.1 204 No Content\r\n\r\n' >answer
	listen
	proxy=$URL listener=$SERVER
	serve
	export http_proxy=$proxy HTTP_PROXY=$proxy https_proxy=$proxy \
		HTTPS_PROXY=$proxy all_proxy=$proxy ALL_PROXY=$proxy no_proxy=
	send
	[ ! -e seen ]
	curl -s -o /dev/null http://recorded.test/ # the proxy would have seen it
	[ -e seen ]
	kill "$listener"
}

@test "redirects are not followed, and end it" {
	one
	printf 'HTTP/1.1 307 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n' \
		http://127.0.0.1:1/ >answer
	listen
	run -2 send
	[[ $output == *"no redirect is followed"* ]]
	[ "$(wc -l <seen)" -eq 1 ]
}

@test "results are never overwritten, and resumed only by their own plan" {
	one
	printf 'HTTP/1.1 204 No Content\r\n\r\n' >answer
	listen
	send
	run -2 send
	[[ $output == *"exists"* ]]
	run -0 resume
	[ "$(wc -l <seen)" -eq 1 ]
	run -2 "$OBIT" send --target "$URL" --speed 2 --resume \
		--confirm "$(digest --speed 2)" -o r.obit a.obit
	run -2 resume other.obit
}

@test "what is not answered is unknown, and stays so" {
	one
	: >answer
	listen
	run -1 --separate-stderr "$OBIT" send --target "$URL" --json \
		--confirm "$(digest)" -o r.obit a.obit
	[ "$(jq -r .outcome <<<"$output")" = unknown ]
	[ "$(jq -r .reason <<<"$output")" = no-response ]
	run -1 resume
	[ "$(wc -l <seen)" -eq 1 ]
	[ "$("$OBIT" audit --json r.obit | jq -r .outcome)" = unknown ]
}

@test "without a server nothing was sent, and it can be resumed" {
	one
	listen
	kill "$SERVER"
	wait "$SERVER" || :
	run -3 send
	[[ $output == *"cannot connect to"* ]]
	[ "$(sqlite3 r.obit 'SELECT count(*) FROM sent')" -eq 0 ]
	run -3 resume
}

@test "other outcomes are told, and the exit status says so" {
	one
	printf 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' >answer
	listen
	run -1 --separate-stderr send
	[[ $output == *"denied (403); recorded deleted (204); differs in"* ]]
}

@test "gone is as good as deleted" {
	one
	printf 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' >answer
	listen
	run -0 --separate-stderr send
	[[ $output == *"gone (404); recorded deleted (204); differs in"* ]]
}

@test "it stops on an outcome" {
	two
	printf 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' >answer
	listen
	run -1 send --stop-on denied --order serial
	[ "$(wc -l <seen)" -eq 1 ]
}

@test "secrets are in no place that is left" {
	record huawei --keep-secrets
	serve
	"$OBIT" show --raw request a.obit 1 |
		sed -n 's/.*Signature=\([0-9a-f]*\).*/\1/p' >secret
	[ -s secret ]
	run -0 send --keep-host --speed max
	run ! grep -qaFf secret r.obit words <<<"$output"
	for id in $("$OBIT" ls --json r.obit | jq .id); do
		"$OBIT" show --raw request r.obit "$id"
	done >all
	grep -q Signature=ob_ all
	run ! grep -qFf secret all
}

@test "-o and a digest are asked for" {
	one
	URL=http://127.0.0.1:1
	run -2 "$OBIT" send --target "$URL" --confirm "$(digest)" a.obit
	[[ $output == *"-o RESULTS"* ]]
	run -2 "$OBIT" send -o r.obit a.obit --confirm 00
}

@test "the target proves who it is" {
	one
	serve --tls --tls-ca-out ca.pem
	run -3 send
	[[ $output == *"cannot connect to"*certificate* ]]
	[ "$(sqlite3 r.obit 'SELECT count(*) FROM sent')" -eq 0 ]
	rm r.obit
	send --ca ca.pem --keep-host
	rm r.obit
	port=${URL##*:}
	URL=https://named.test:$port
	send --ca ca.pem --keep-host --resolve "named.test:$port:127.0.0.1"
}

@test "a certificate for another name is none" {
	one
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=mock.test \
		-addext subjectAltName=DNS:mock.test 2>/dev/null
	serve --tls-cert cert.pem --tls-key key.pem
	port=${URL##*:}
	URL=https://mock.test:$port
	send --ca cert.pem --keep-host --resolve "mock.test:$port:127.0.0.1"
	rm r.obit
	URL=https://other.test:$port
	run -3 send --ca cert.pem --keep-host --resolve "other.test:$port:127.0.0.1"
	[[ $output == *certificate* ]]
}

@test "a person is asked on a terminal" {
	command -v script >/dev/null || skip "no script(1)"
	one
	printf 'HTTP/1.1 204 No Content\r\n\r\n' >answer
	listen
	say() { script -qec "'$OBIT' send --target '$URL' -o r.obit $2 a.obit" /dev/null <<<"$1"; }
	run -2 say 00000000
	[ ! -e seen ]
	run -2 say "$(digest | cut -c 1-7)"
	[ ! -e seen ]
	run -0 say "$(digest | cut -c 1-8)"
	[ "$(wc -l <seen)" -eq 1 ]
}

# One request with a masked token, signed, and with an idempotency token.
signed() {
	zeros=$(printf '0%.0s' $(seq 64))
	flow <<-EOF_FLOW
	> GET /?Action=DeleteInstances&ClientToken=0123456789abcdef&InstanceIds.1=i-1&Version=2020-04-01 HTTP/1.1
	> Host: recorded.test
	> X-Date: 20200101T000000Z
	> X-Custom-Token: 0123456789abcdef0123456789abcdef
	> Authorization: HMAC-SHA256 Credential=AKLTold000000000000000/20200101/cn-beijing/ecs/request, SignedHeaders=host;x-date, Signature=$zeros
	>
	< HTTP/1.1 200 OK
	< Content-Length: 0
	<
	EOF_FLOW
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' >answer
	export SK=the-new-secret-key TOKEN=the-new-session-token
}

@test "who knows the key accepts what is signed when it is sent" {
	signed
	listen
	send --sign 'volcengine:ak=AKLTnew,sk=$SK,token=$TOKEN' || [ $? -eq 1 ]
	python3 "$top_srcdir/tests/lib/signature.py" volcengine "$SK" "$TOKEN" <got
	run ! python3 "$top_srcdir/tests/lib/signature.py" volcengine other "$TOKEN" <got
	date=$(sed -n 's/^X-Date: \(........\).*/\1/p' got)
	[ "$date" -ge "$(date -u -d yesterday +%Y%m%d)" ]
	grep -q "Credential=AKLTnew/$date/cn-beijing/ecs/request, SignedHeaders=host;x-date;x-security-token, " got
}

@test "a credential is on the wire and nowhere else" {
	signed
	listen
	echo the-new-custom-token >token
	send --header X-Custom-Token=@token --sign 'volcengine:ak=AKLTnew,sk=$SK,token=$TOKEN' \
		>out 2>&1 || [ $? -eq 1 ]
	grep -q '^X-Custom-Token: the-new-custom-token' got
	grep -q "^X-Security-Token: $TOKEN" got
	"$OBIT" show --raw request r.obit 1 >recorded
	grep -q '^X-Custom-Token: ob_' recorded
	grep -q '^X-Security-Token: ob_' recorded
	run ! grep -q "the-new\|AKLTnew" out recorded
	run ! grep -aq "the-new\|AKLTnew" r.obit
}

@test "another value after the plan is another plan" {
	signed
	listen
	echo one-token >token
	confirmed=$(digest --header X-Custom-Token=@token)
	echo two-token >token
	refuses --target "$URL" --header X-Custom-Token=@token --confirm "$confirmed"
	refuses --target "$URL" --confirm "$confirmed"
}

@test "a renewed token is sent as it was planned" {
	signed
	listen
	planned=$("$OBIT" plan --target "$URL" --token renew a.obit | grep -o 'ClientToken=[0-9a-f]*')
	[ "$planned" != ClientToken=0123456789abcdef ]
	send --token renew || [ $? -eq 1 ]
	grep -q "$planned&" got
}

@test "a dry run is asked for, or nothing is sent" {
	signed
	listen
	send --dry-run-remote || [ $? -eq 1 ]
	grep -q '&DryRun=true HTTP/1.1' got
	rm a.obit r.obit seen
	one
	refuses --target "$URL" --dry-run-remote --confirm 0
}

@test "what was accepted is asked about until it is done" {
	record huawei
	serve
	sends() {
		"$OBIT" send --target "$URL" --speed max --follow --follow-every 0.01 \
			--follow-limit 0.1 --confirm "$(digest --speed max --follow \
			--follow-every 0.01 --follow-limit 0.1)" "$@" a.obit
	}
	run -1 --separate-stderr sends -o r.obit
	[[ $output == *"accepted (204), then deleted: terminated; recorded accepted (204)"* ]]
	# Nobody recorded what became of the job of the other one.
	[[ $output == *"accepted (200), not confirmed; recorded accepted (200)"* ]]
	[[ $stderr == *"accepted: 1 then deleted, 0 then not, 1 not confirmed; "* ]]
	"$OBIT" audit --json r.obit | jq -e -s 'map(select(.operation == "huawei.clouddc.instance"))[0] |
		.outcome == "accepted" and .follow_up.verdict == "confirmed" and
		.follow_up.state == "terminated"'
	# There is nothing to send any more, but to ask.
	run -1 --separate-stderr sends --resume --json -o r.obit
	[[ $stderr == "0 written in "*" not confirmed; "[1-9]*" questions"* ]]
	jq -e -s 'map(select(.follow_up.verdict == "unconfirmed")) | length == 1' <<<"$output"
}
