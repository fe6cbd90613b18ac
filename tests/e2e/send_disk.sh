#!/bin/sh
# Results of obit send on disks that are too small: never a byte is sent whose
# intent is not there, and with room made it goes on.  Output is TAP.  By hand,
# with every size: send_disk.sh FROM TO STEP, in KiB.
: "${top_srcdir:?}" "${top_builddir:?}" "${OBIT:?}"
if [ -z "$OBIT_DISK_NAMESPACE" ]; then
	if ! unshare -rm mount -t tmpfs tmpfs /mnt 2>/dev/null; then
		echo "1..0 # SKIP needs a mount name space"
		exit 0
	fi
	OBIT_DISK_NAMESPACE=1 exec unshare -rm sh "$0" "$@"
fi
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
export XDG_CONFIG_HOME="$home" PYTHONPATH="$top_srcdir/tests/e2e"
export PYTHONDONTWRITEBYTECODE=1
python3 "$top_srcdir/tests/e2e/send_disk.py" "${1:-16}" "${2:-1400}" "${3:-140}"
