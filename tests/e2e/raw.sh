#!/bin/sh
# The bytes that `obit show --raw` gives for every message of a connection
# are those that tshark's follow-stream gives, but for masks of the same
# length.  Output is TAP.
if ! command -v tshark >/dev/null || ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs tshark and python3"
	exit 0
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_CONFIG_HOME=$dir/config
PYTHONDONTWRITEBYTECODE=1
export XDG_CONFIG_HOME PYTHONDONTWRITEBYTECODE
python3 "$top_srcdir/tests/e2e/raw.py" "$dir" \
	"$top_srcdir/tests/captures/huawei.pcap" \
	"$top_srcdir/tests/captures/volcengine.pcap"
