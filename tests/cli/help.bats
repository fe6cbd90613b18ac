# Things that hold for every command.

bats_require_minimum_version 1.5.0

commands() {
	"$OBIT" --help | awk '/^  [a-z]/ { print $1 }'
}

@test "every command has --help, wherever it stands" {
	for c in $(commands); do
		run -0 --separate-stderr "$OBIT" "$c" --help
		[[ "$output" == "usage: obit $c "* ]]
		[ "$stderr" = "" ]
		run -0 "$OBIT" "$c" operand --help
		[[ "$output" == "usage: obit $c "* ]]
	done
}

@test "help fits 80 columns" {
	run -0 "$OBIT" --help
	[ "$(wc -L <<<"$output")" -le 80 ]
	for c in $(commands); do
		run -0 "$OBIT" "$c" --help
		[ "$(wc -L <<<"$output")" -le 80 ]
	done
}

@test "every command has a test file" {
	for c in $(commands); do
		[ -f "$top_srcdir/tests/cli/$c.bats" ] || {
			echo "no tests/cli/$c.bats"
			false
		}
	done
}

@test "every command has a manual page that names each of its options" {
	for c in $(commands); do
		page=$top_srcdir/man/obit-$c.1
		[ -f "$page" ]
		for o in $("$OBIT" "$c" --help | grep -oE -- '--[a-z-]+'); do
			grep -qE -- "Fl -${o#--}( |$)" "$page" || {
				echo "man/obit-$c.1 does not name $o"
				false
			}
		done
	done
}

@test "without a command, or with one that is none, usage goes to stderr" {
	run -2 --separate-stderr "$OBIT"
	[ "$output" = "" ]
	[[ "$stderr" == "usage: obit "* ]]
	run -2 --separate-stderr "$OBIT" bury
	[ "$output" = "" ]
	[ "$stderr" = 'obit: no command "bury"; "obit --help" lists them' ]
}

@test "an option that is none is named" {
	for c in $(commands); do
		run -2 --separate-stderr "$OBIT" "$c" --bogus
		[ "$output" = "" ]
		[ "$stderr" = "obit $c: bad option \"--bogus\"" ]
	done
}

@test "a missing operand and one too many are bad usage" {
	for c in $(commands); do
		run -2 --separate-stderr "$OBIT" "$c"
		[ "$output" = "" ]
		run -2 --separate-stderr "$OBIT" "$c" a b c
		[ "$output" = "" ]
	done
}

@test "--version names the program" {
	run -0 "$OBIT" --version
	[[ "$output" =~ ^obit\ [0-9.]+$ ]]
}

@test "output that cannot be written is a failure" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -3 --separate-stderr bash -c '"$OBIT" --help >/dev/full'
	[[ "$stderr" == "obit: cannot write the output: "* ]]
}

@test "help of one command, in three ways" {
	run -0 "$OBIT" ls --help
	[ "$("$OBIT" help ls)" = "$output" ]
	run -0 "$OBIT" -h
	[ "$("$OBIT" help)" = "$output" ]
}
