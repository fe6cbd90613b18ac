#!/bin/sh
# Run a command that runs the test suite, quietly.
#
#	build-aux/run-tests.sh LOG COMMAND...
#
# Everything goes to LOG; the screen gets what did not pass and the totals,
# as `N passed, N failed, N skipped`.  A command that fails without a failed
# test (a build error) counts as one failure, and its last lines are shown.
# Exit status: 0 or 1.
set -u
log=$1
shift
VERBOSE=1 "$@" >"$log" 2>&1 </dev/null # 1: with the logs of failed tests
status=$?

# What failed, then what those tests had to say.
grep -aE '^(FAIL|XPASS|ERROR): .* - ' "$log" | cut -c1-200 | sort -u
awk '
	/^not ok /           { on = 1; print; next }
	/^(FAIL|ERROR): /    { next }
	on && /^( *#|\t|  )/ { print; next }
	                     { on = 0 }' "$log" | head -n 100
totals=$(awk -v status=$status '
	/^# TOTAL: / { passed = failed = skipped = 0 } # told twice on failure
	/^# (PASS|XFAIL): /       { passed += $3 }
	/^# (FAIL|XPASS|ERROR): / { failed += $3 }
	/^# SKIP: /               { skipped += $3 }
	END {
		failed += status != 0 && failed == 0
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	}' "$log")
if [ $status -ne 0 ]; then
	if ! grep -qaE '^(FAIL|XPASS|ERROR): ' "$log"; then
		tail -n 30 "$log" | cut -c1-200
	fi
	[ "${CI-}" = true ] || echo "everything it said: $log"
fi
echo "$totals"
case $totals in *', 0 failed, '*) ;; *) exit 1 ;; esac
