#!/bin/sh
# What capture holds stays within --memory, as the kernel counts it, whatever
# is in the packets.  Output is TAP.  For half a million connections:
#	python3 ../tests/e2e/memory.py ./obit 500000 64
if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs python3"
	exit 0
fi
if nm -D "$OBIT" | grep -q __asan; then
	echo "1..0 # SKIP sanitizers take memory of their own"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 "$top_srcdir/tests/e2e/memory.py" "$top_builddir/obit" 8000 4
