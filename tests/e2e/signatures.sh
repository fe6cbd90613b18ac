#!/bin/sh
# What obit signs is accepted by a verifier that was written from the vendors'
# documents alone, and by nobody once a byte of it is changed.  Output is TAP.
files=$top_srcdir/tests/signatures
verify=$top_srcdir/tests/lib/signature.py
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
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

value() { # FILE NAME
	sed -n "/^$/q; s/^$2 //p" "$1"
}

accepts() { # FILE REQUEST [SECRET]
	token=$(value "$1" token)
	python3 "$verify" "$(value "$1" scheme)" \
		"${3:-$(value "$1" secret)}" ${token:+"$token"} <"$2" 2>&1
}

for f in "$files"/*.txt; do
	name=$(basename "$f" .txt)
	"$top_builddir/tests/tools/sign" "$f" >"$dir/request"
	accepts "$f" "$dir/request"
	result $? "$name is accepted"
	accepts "$f" "$dir/request" other >/dev/null && bad=1 || bad=0
	result "$bad" "$name is refused with another key"
	sed '1s|^\([A-Z]*\) /|\1 /x|' "$dir/request" >"$dir/changed"
	accepts "$f" "$dir/changed" >/dev/null && bad=1 || bad=0
	result "$bad" "$name is refused at another path"
done
echo "1..$n"
[ "$n" -ge 78 ] || status=1
exit $status
