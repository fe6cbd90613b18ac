#!/bin/sh
# What the tools that read text say about the tree: scripts, manual pages,
# formatting, marks of unfinished work, tests that nobody runs.  Needs git.
# Output is TAP.
cd "$(dirname "$0")/.." || exit 99
n=0 status=0

check() { # NAME COMMAND...
	n=$((n + 1))
	name=$1
	shift
	if output=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$output" | sed 's/^/#   /'
		status=1
	fi
}

skip() { # NAME WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

scripts_are_clean() {
	git ls-files -z '*.sh' bootstrap .ci/run | xargs -0 shellcheck
}

pages_are_clean() {
	git ls-files -z 'man/*.[1-9]' | xargs -0 mandoc -Tlint -Wwarning
}

code_is_formatted() {
	git ls-files -z '*.[ch]' | xargs -0 clang-format --dry-run -Werror
}

nothing_is_unfinished() {
	! git grep -nIwE 'TODO|FIXME|XXX' -- '*.[ch]' '*.sh' '*.bats' '*.mk' '*.am' \
		'*.ac' ':!build-aux/lint.sh'
}

# Each stands in a local.mk, units without their ending.
tests_are_run() {
	! git ls-files 'tests/unit/test_*.c' 'tests/cli/*.bats' 'tests/e2e/*.sh' |
		sed 's/\.c$//' | while read -r test; do
		git grep -qwF -e "$test" -e "%D%/${test#tests/}" -- '*.mk' ||
			echo "no local.mk has $test"
	done | grep .
}

echo "1..5"
check "shell scripts (shellcheck)" scripts_are_clean
check "manual pages (mandoc -Tlint)" pages_are_clean
case $(clang-format --version 2>/dev/null) in
*' version 14.'*) check "formatting (clang-format 14)" code_is_formatted ;;
*) skip "formatting (clang-format 14)" "another clang-format formats otherwise" ;;
esac
check "no marks of unfinished work" nothing_is_unfinished
check "every test is run" tests_are_run
exit $status
