#!/bin/sh
# The main job on the shipped captures, in a folder that is removed: record
# them, list, audit, then ask the mock server what the cloud answered.
#
#	build-aux/demo.sh OBIT
#
# Exit status 0 if the server answered as was recorded.
set -u
captures=$(cd "$(dirname "$0")/../tests/captures" && pwd) || exit
bin=$(cd "$(dirname "${1:?usage: demo.sh OBIT}")" && pwd) || exit
[ -x "$bin/obit" ] || { echo "demo.sh: no $bin/obit; make it first" >&2; exit 2; }
PATH=$bin:$PATH
COLUMNS=79
export PATH COLUMNS
export no_proxy='*'

server='' wrong=0
folder=$(mktemp -d) || exit
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
trap 'exit 3' HUP INT TERM
cd "$folder" || exit
export XDG_CONFIG_HOME="$folder" # a fingerprint key of its own
cp "$captures/huawei.pcap" "$captures/volcengine.pcap" . || exit

say() {
	echo
	echo "$*" | fold -s -w 76 | sed 's/^/# /; s/ *$//'
}

show() { # COMMAND...
	printf '$ %s\n' "$*" | fold -w 79
	"$@" || {
		echo "demo.sh: this failed: $*" >&2
		exit 1
	}
}

# Send one request to the server and check the status that comes back.
ask() { # STATUS METHOD PATH
	printf '$ curl -i -X %s "%s%s"\n' "$2" "$url" "$3" | fold -w 79
	curl -s -i --max-time 20 -X "$2" "$url$3" >answer
	tr -d '\r' <answer | fold -w 79
	[ -z "$(tail -c 1 answer | tr -d '\n')" ] || echo
	if ! head -n 1 answer | grep -q "^HTTP/1.1 $1 "; then
		echo "demo.sh: status $1 was recorded for this" >&2
		wrong=1
	fi
}

say "Two captures of SDK traffic: Huawei Cloud and Volcengine."
show obit capture -r huawei.pcap -r volcengine.pcap demo.obit

say "Every exchange that was kept:"
show obit ls demo.obit

say "What was deleted, and what really happened:"
show obit audit demo.obit

say "The archive as a server that answers what the cloud answered:"
mkfifo address || exit
obit serve demo.obit --listen 127.0.0.1:0 >address &
server=$!
read -r url <address || { echo "demo.sh: obit serve did not start" >&2; exit 1; }
echo "\$ obit serve demo.obit --listen 127.0.0.1:0"
echo "$url"

member=/v2/145483a5107745e9b3d80f956713e6a3/elb/pools
member=$member/5a9a3e9e-d1aa-448e-af37-a70171f2a332
member=$member/members/cf024846-7516-4e3a-b0fb-6590322c836f
say "Delete a member of a load balancer. It was there:"
ask 204 DELETE "$member"
say "Delete it again. It is gone, and the body says so in ELB's words:"
ask 404 DELETE "$member"

instances='/?Action=DeleteInstances&ClientToken=333456899ff00001'
instances="$instances&InstanceIds.1=i-ybo349sxoncm9t000001"
instances="$instances&InstanceIds.2=i-running9sxolcm9t0002"
instances="$instances&InstanceIds.3=i-gone349sxolcm9t00003"
say "A deletion that is a GET, of three instances: status 200, and yet one" \
	"is deleted, one is refused and one was gone before:"
ask 200 GET "$instances&Version=2020-04-01"

say "Stop the server; it says what it did:"
kill "$server"
wait "$server" || wrong=1
server=''

if [ $wrong -eq 0 ]; then
	say "Done; the files of this demo are removed. Where to read on: README.md," \
		"man man/obit.1, build/obit COMMAND --help"
fi
exit $wrong
