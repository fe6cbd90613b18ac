#!/bin/sh
# No token, signature or access key of the shipped captures is in any file
# that capture leaves behind.  What is compressed there hides from a search,
# so every message is taken out again and searched too.  Output is TAP.
if ! command -v tshark >/dev/null; then
	echo "1..0 # SKIP needs tshark"
	exit 0
fi
captures=$top_srcdir/tests/captures
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
mkdir "$dir/work"
n=0
status=0

result() { # WHETHER NAME; it is good if WHETHER is 0
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		status=1
	fi
}

# Every secret of a capture, one on a line: access keys, signatures,
# temporary tokens.
secrets() { # FILE
	tshark -n -r "$1" -Y http.request -T fields -E occurrence=a \
		-E 'aggregator=|' -e http.authorization -e http.request.line \
		2>/dev/null |
		tr '|' '\n' | sed 's/\\r\\n$//' |
		sed -nE \
			-e 's/.*Access=([^,]+).*Signature=([0-9a-f]+).*/\1\n\2/p' \
			-e 's|.*Credential=([^/]+)/.*Signature=([0-9a-f]+).*|\1\n\2|p' \
			-e 's/^X-(Security|Auth|Subject)-Token: *(.+)$/\2/pI' |
		sort -u
}

# A secret counts as found also without its first or last character.
search() { # FOLDER; lists the secrets found in its files
	while read -r secret; do
		grep -raqF -e "${secret%?}" -e "${secret#?}" "$1" &&
			echo "#   found: $secret"
	done <"$dir/secrets"
}

# What the archive holds, in the clear: every message, and the listings.
unpack() { # ARCHIVE FOLDER
	mkdir "$2"
	"$OBIT" ls "$1" --json >"$2/ls" || return 1
	"$OBIT" audit "$1" --json >"$2/audit" || return 1
	ids=$(sed -nE 's/^\{"id":([0-9]+),.*/\1/p' "$2/ls")
	for id in $ids; do
		"$OBIT" show "$1" "$id" --raw request >"$2/$id.request"
		"$OBIT" show "$1" "$id" --raw response >"$2/$id.response"
	done
	[ "$(grep -laE '^(GET|POST|DELETE) ' "$2"/*.request | wc -l)" -ge 10 ]
}

for file in huawei volcengine; do
	secrets "$captures/$file.pcap" >"$dir/secrets"
	[ "$(wc -l <"$dir/secrets")" -ge 5 ]
	result $? "$file: the capture has secrets to look for"

	search "$captures" >"$dir/found"
	[ "$(wc -l <"$dir/found")" -eq "$(wc -l <"$dir/secrets")" ]
	result $? "$file: the search finds each of them in the capture"

	(cd "$dir/work" && "$OBIT" capture --all -r "$captures/$file.pcap" \
		"$file.obit" >/dev/null 2>&1)
	result $? "$file: captured"

	search "$dir/work" >"$dir/found"
	[ ! -s "$dir/found" ]
	result $? "$file: none is in a file left behind"
	cat "$dir/found"

	unpack "$dir/work/$file.obit" "$dir/$file"
	result $? "$file: every message can be taken out"

	search "$dir/$file" >"$dir/found"
	[ ! -s "$dir/found" ]
	result $? "$file: none is in a message or a listing"
	cat "$dir/found"
done
echo "1..$n"
exit $status
