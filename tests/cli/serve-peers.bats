#!/usr/bin/env bats
# Bugs that other mocks and replayers shipped, and that obit must not have.
# tests/README.md lists them all, with the tests that stand elsewhere.
bats_require_minimum_version 1.5.0
load ../lib/serve.bash

# Record standard input, a conversation as in tests/flows/README.md.
converse() {
	cat >talk.flow
	record_flow talk.flow
}

# What is sent for this status line and body, as lines of a flow.
answer() { # STATUS-LINE [BODY]
	printf '< HTTP/1.1 %s\n' "$1"
	[[ $1 == 204* ]] || printf '< Content-Length: %d\n' "${#2}"
	printf '<\n'
	[ -z "${2-}" ] || printf '<| %s\n' "$2"
}

exchange() { # METHOD TARGET STATUS-LINE [BODY]
	printf '> %s %s HTTP/1.1\n> Host: api.example\n>\n' "$1" "$2"
	answer "$3" "${4-}"
}

# Ask for everything that was recorded, in its order, as it was asked.
ask_all() {
	for id in $("$OBIT" ls --json a.obit | jq .id); do
		"$OBIT" show a.obit "$id" --raw request | raw >got
		"$OBIT" show a.obit "$id" --raw response >want
		cmp want got || return
	done
}

# A live server that only counts who connects, in the file "reached"; its
# address is in LIVE.
listen() {
	mkfifo live
	python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print("127.0.0.1:%d" % s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    open("reached", "a").write("x\n")
    c.close()
' >live 3>&- &
	LISTENER=$!
	read -r LIVE <live
}

unlisten() {
	kill "$LISTENER"
	wait "$LISTENER" || :
}

@test "when all recordings are used up, a miss is still a miss, and nobody is called" {
	{
		exchange GET /v/1 "200 OK" '{"id":1}'
		exchange DELETE /v/1 "204 No Content"
		exchange GET /v/1 "404 Not Found" gone
	} | converse
	listen
	for policy in 404 501 close; do
		start --on-miss "$policy" --log "$policy.log"
		ask_all
		for method in GET DELETE POST; do
			code=$(status_of -x "$URL" -X "$method" "http://$LIVE/v/2") || [ $? -eq 52 ]
			[ "$code" = "${policy/close/000}" ]
		done
		# The end of a queue stays its end.
		[ "$(status_of -X DELETE "$URL/v/1")" = 204 ]
		[ "$(status_of "$URL/v/1")" = 404 ]
		[ "$(cat body)" = gone ]
		finish
		[ "$(jq -c 'select(.reason == "unknown")' "$policy.log" | wc -l)" -eq 3 ]
	done
	[ ! -e reached ]
	curl -s "http://$LIVE/" || : # it would have been seen
	[ -e reached ]
	unlisten
}

@test "an archive without exchanges misses everything, by the same policies" {
	"$OBIT" capture --all -f 'port 1' -r "$top_srcdir/tests/captures/huawei.pcap" a.obit
	[ "$("$OBIT" ls --json a.obit | wc -l)" -eq 0 ]
	for policy in 404 501; do
		start --on-miss "$policy" --strict
		[ "$(status_of -X DELETE "$URL/v/1")" = "$policy" ]
		jq -e '.reason == "unknown" and .nearest == []' body
		[ "$(status_of "$URL/")" = "$policy" ]
		finish
		[ "$STATUS" -eq 1 ]
		grep -q '^missed DELETE /v/1 ' words
	done
	start --on-miss close
	run -52 curl -s "$URL/v/1"
	finish
	start --strict
	finish
	[ "$STATUS" -eq 0 ]
}

@test "a deletion is never answered from a read, nor a read from a deletion" {
	{
		exchange GET /v/1 "200 OK" read
		exchange DELETE /v/2 "200 OK" deleted
		exchange POST /v/3 "200 OK" created
	} | converse
	start
	for method in GET POST PUT PATCH DELETE HEAD OPTIONS; do
		for n in 1 2 3; do
			case $method$n in
			GET1 | DELETE2 | POST3) want=200 ;;
			*) want=404 ;;
			esac
			[ "$(status_of --head -X "$method" "$URL/v/$n")" = "$want" ]
		done
	done
}

@test "an instance is never answered for another" {
	q='/?Action=DeleteInstance&Version=2020-04-01&InstanceId='
	{
		exchange DELETE /v/i-aaa "200 OK" 'deleted i-aaa'
		exchange DELETE /v/i-bbb "409 Conflict" 'i-bbb is protected'
		exchange GET "${q}i-aaa" "200 OK" 'deleted i-aaa'
		exchange GET '/?Action=DescribeInstances&InstanceIds.1=i-aaa' "200 OK" 'described i-aaa'
	} | converse
	start
	[ "$(status_of -X DELETE "$URL/v/i-bbb")" = 409 ]
	[ "$(status_of -X DELETE "$URL/v/i-aaa")" = 200 ]
	[ "$(cat body)" = 'deleted i-aaa' ]
	for other in "${q}i-bbb" "${q}i-aa" "${q}i-aaaa" "${q}I-AAA" \
		'/?Action=DescribeInstances&InstanceIds.1=i-bbb' \
		'/?Action=DescribeInstances&InstanceId=i-aaa'; do
		[ "$(status_of "$URL$other")" = 404 ]
	done
	for other in i-ccc i-aa i-aaaa I-AAA i-aaa/ 'i-aaa?x=1'; do
		[ "$(status_of -X DELETE "$URL/v/$other")" = 404 ]
	done
	[ "$(status_of "$URL${q}i-aaa")" = 200 ]
	[ "$(cat body)" = 'deleted i-aaa' ]
}

@test "a slash in a name is no slash between two" {
	{
		exchange DELETE /items/a%2fb "200 OK" 'one name'
		exchange DELETE /items/a/b "200 OK" 'b of a'
		exchange DELETE /items/a%252Fb "200 OK" 'a percent sign'
		exchange DELETE /items/%7Ec "200 OK" 'c'
	} | converse
	[ "$("$OBIT" audit --json a.obit | jq -r 'select(.targets).targets[0].id' | tr '\n' ' ')" = \
		'items/a%2Fb items/a/b items/a%252Fb items/~c ' ]
	start
	for path in 'a/b b of a' 'a%252Fb a percent sign' '~c c' 'a%2Fb one name'; do
		[ "$(status_of -X DELETE "$URL/items/${path%% *}")" = 200 ]
		[ "$(cat body)" = "${path#* }" ]
	done
	[ "$(status_of -X DELETE "$URL/items/a%2Fb%2F")" = 404 ]
}

@test "a body with some of the ids, or with more of them, is another request" {
	post() { # TYPE BODY
		printf '> POST /v/delete HTTP/1.1\n> Host: api.example\n'
		printf '> Content-Type: %s\n> Content-Length: %d\n>\n>| %s\n' "$1" "${#2}" "$2"
		answer "200 OK" "$2"
	}
	json=application/json form=application/x-www-form-urlencoded
	{
		post $json '{"ids":["a","b"],"force":false}'
		post $form 'id=a&id=b'
	} | converse
	start
	for body in '{"ids":["a"],"force":false}' '{"ids":["a","b","c"],"force":false}' \
		'{"ids":["a","b"],"force":true}' '{"ids":["a","b"]}' \
		'{"ids":["a","b"],"force":false,"dry":1}' '{}' ''; do
		[ "$(status_of -H "Content-Type: $json" -d "$body" "$URL/v/delete")" = 404 ]
	done
	for body in 'id=a' 'id=b' 'id=a&id=c' 'id=c&id=b' 'id=a&id=b&id=c' 'id=a&id=a&id=b' ''; do
		[ "$(status_of -H "Content-Type: $form" -d "$body" "$URL/v/delete")" = 404 ]
	done
	[ "$(status_of -H "Content-Type: $json" -d '{ "force" : false, "ids" : ["a", "b"] }' "$URL/v/delete")" = 200 ]
	[ "$(status_of -H "Content-Type: $form" -d 'id=b&id=a' "$URL/v/delete")" = 200 ]
	[ "$(cat body)" = 'id=a&id=b' ]
}

@test "polls play forward to the terminal state, whether there are more or fewer" {
	{
		exchange GET /v/1 "200 OK" running
		exchange DELETE /v/1 "202 Accepted" started
		for state in pending deleting deleted; do
			exchange GET /v/1 "200 OK" "$state"
		done
		exchange DELETE /v/2 "202 Accepted" started
		exchange GET /v/2 "200 OK" deleting
		exchange GET /v/2 "404 Not Found" gone
	} | converse
	poll() { # TIMES NAME
		for _ in $(seq "$1"); do
			curl -s "$URL/v/$2"
			echo
		done
	}
	for polls in 1 3 30; do
		start
		[ "$(poll "$polls" 1 | sort -u)" = running ]
		[ "$(status_of -X DELETE "$URL/v/1")" = 202 ]
		poll "$polls" 1 >got
		{
			printf 'pending\ndeleting\n'
			yes deleted
		} | head -n "$polls" | cmp - got
		# One poll or thirty, the next resource begins at its beginning.
		[ "$(status_of -X DELETE "$URL/v/2")" = 202 ]
		[ "$(poll 3 2 | tr '\n' ' ')" = 'deleting gone gone ' ]
		finish
	done
}

@test "bodies with NUL, emoji and what looks like framing are exact" {
	record_flow "$top_srcdir/tests/flows/bug-separators-in-body.flow"
	start --strict
	ask_all
	printf 'HTTP/1.1 500 Not A Response\r\n\r\n\0\0' | cmp - <("$OBIT" show a.obit 1 --body response)
	finish
	[ "$STATUS" -eq 0 ]
}

@test "what a deletion names in its query or body only counts, and a miss names it" {
	{
		exchange DELETE '/items?id=a&X-Signature=00' "204 No Content"
		printf '> DELETE /bulk HTTP/1.1\n> Host: api.example\n> Content-Length: 13\n>\n>| {"ids":["a"]}\n'
		answer "200 OK" a
	} | converse
	start
	[ "$(status_of -X DELETE "$URL/items?id=b")" = 404 ]
	jq -e '.nearest[0] | .id == 1 and .differs == ["query"] and .query.different[0] == "id"' body
	[ "$(status_of -X DELETE "$URL/items")" = 404 ]
	jq -e '.nearest[0].query.missing | index("id")' body
	for other in '{"ids":["b"]}' '{"ids":["a","b"]}' ''; do
		[ "$(status_of -X DELETE -d "$other" "$URL/bulk")" = 404 ]
		jq -e '.nearest[0] | .id == 2 and .differs == ["body"]' body
	done
	[ "$(status_of -X DELETE "$URL/items?X-Signature=01&id=a")" = 204 ]
	[ "$(status_of -X DELETE -H 'Content-Type: application/json' -d '{ "ids": ["a"] }' "$URL/bulk")" = 200 ]
}
