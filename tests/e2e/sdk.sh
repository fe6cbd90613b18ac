#!/bin/sh
# The vendors' own clients run the recorded sessions against `obit serve`:
# twice, with the same bytes, and then nothing was missed and nothing is left.
# The clients come from the npm registry.  Output is TAP.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "1..0 # SKIP needs node and npm"
	exit 0
fi
dir=$(mktemp -d) || exit 99
server=
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
mkdir "$dir/npm"
if ! npm install --prefix "$dir/npm" --no-save --no-audit --no-fund \
	--ignore-scripts --prefer-offline --fetch-retries=1 \
	--fetch-timeout=60000 @huaweicloud/huaweicloud-sdk-core@3.1.211 \
	@huaweicloud/huaweicloud-sdk-vpc@3.1.173 \
	@volcengine/openapi@1.36.2 >"$dir/npm.log" 2>&1 </dev/null; then
	echo "1..0 # SKIP cannot install the SDKs with npm"
	exit 0
fi

n=0 status=0
ok() { # WHAT COMMAND...
	n=$((n + 1))
	what=$1
	shift
	if "$@" >"$dir/said" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/#   /' "$dir/said"
		status=1
	fi
}

play() { # FAMILY STREAM
	(cd "$dir/npm" && HOME=$dir node "$top_srcdir/tests/e2e/sdk.js" "$1" \
		"$dir/$1.obit" "$(cat "$dir/url")" "$dir/$2")
}

same() { # FAMILY
	play "$1" second && [ -s "$dir/first" ] &&
		cmp "$dir/first" "$dir/second"
}

# A pipe is opened for reading when its writer has said something.
serve() { # ARCHIVE
	rm -f "$dir/line"
	mkfifo "$dir/line"
	"$OBIT" serve --strict "$1" >"$dir/line" 2>"$dir/end" &
	server=$!
	head -n 1 "$dir/line" >"$dir/url"
}

end() {
	kill -TERM "$server"
	wait "$server"
	ended=$?
	server=
	cat "$dir/end"
	return "$ended"
}

echo "1..8"
for family in huawei volcengine; do
	"$OBIT" capture --all -r "$top_srcdir/tests/captures/$family.pcap" \
		"$dir/$family.obit" >/dev/null 2>&1 || exit 99
	serve "$dir/$family.obit"
	ok "$family: the SDK gets what was recorded" play $family first
	ok "$family: nothing was missed, nothing is left" end
	serve "$dir/$family.obit"
	ok "$family: the same bytes again" same $family
	ok "$family: nothing was missed, nothing is left again" end
done
exit $status
