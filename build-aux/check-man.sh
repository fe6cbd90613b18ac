#!/bin/sh
# The manual against the program: mandoc has nothing to say about a page,
# each verb has a page with its sections, each option of `obit VERB --help`
# stands in it, and the EXAMPLES run.  Output is TAP.
#
# An example is a line `.Dl $ COMMAND`; it runs, and ends with status 0, in a
# folder that holds huawei.pcap, volcengine.pcap and (but for obit-capture)
# a.obit, recorded from the first.  `obit serve` is run until it has said its
# address.  A command for root, `.Dl # COMMAND`, is not run.  A literal display
# among the examples is the file that the last .Pa before it names.  Without a
# program that a command begins with, the rest of the page is skipped.
: "${top_srcdir:?}" "${OBIT:?}"
pages=$(cd "$top_srcdir/man" && ls -- *.[1-9])
captures=$(cd "$top_srcdir/tests/captures" && pwd)
man=$(cd "$top_srcdir/man" && pwd)
top=$(mktemp -d) || exit 99
trap 'rm -rf "$top"' EXIT
export XDG_CONFIG_HOME="$top/config"
mkdir "$top/bin" && ln -s "$OBIT" "$top/bin/obit" || exit 99
PATH=$top/bin:$PATH
n=0 status=0

check() { # NAME COMMAND...
	n=$((n + 1))
	name=$1 missing=
	shift
	if "$@" >"$top/output" 2>&1; then
		echo "ok $n - $name${missing:+ # SKIP needs $missing}"
	else
		echo "not ok $n - $name"
		sed 's/^/#   /' "$top/output"
		status=1
	fi
}

skip() { # NAME WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

has_sections() { # PAGE SECTION...
	page=$1
	shift
	for section; do
		grep -qx ".Sh $section" "$man/$page" || {
			echo "no section $section"
			return 1
		}
	done
}

# Help lists "  -f, --filter EXPR"; the page says "Fl f" and "Fl -filter".
has_options() { # VERB
	absent=0
	obit "$1" --help | awk '/^ +(-. )?--/ {
		for (i = 1; i <= NF && $i ~ /^-/; i++) {
			sub(/^-/, "", $i); sub(/,.*/, "", $i); print $i
		}
	}' >"$top/options"
	while read -r option; do
		grep -qE "Fl $option( |\$)" "$man/obit-$1.1" || {
			echo "no option -$option"
			absent=1
		}
	done <"$top/options"
	return "$absent"
}

# Start a server, read its address, end it.
serves() { # COMMAND LINE
	mkfifo "$top/address" || return
	sh -c "exec $1" >"$top/address" 2>"$top/serve.err" &
	server=$!
	read -r url <"$top/address"
	kill "$server"
	wait "$server"
	served=$?
	rm "$top/address"
	cat "$top/serve.err"
	case $url in http://* | https://*) ;; *) return 1 ;; esac
	return "$served"
}

runs() { # PAGE
	rm -rf "$top/folder"
	mkdir "$top/folder" && cd "$top/folder" || return
	cp "$captures"/huawei.pcap "$captures"/volcengine.pcap . || return
	chmod u+w ./*
	sed 's/\\e/\\/g; s/\\&//g; s/\\(aq/'"'"'/g' "$man/$1" | awk '
		/^\.Sh /             { on = /EXAMPLES/ }
		on && /^\.Pa /       { name = $2 }
		/^\.Ed/              { inside = 0 }
		inside               { print >name }
		on && /^\.Bd -lit/   { inside = 1 }'
	if [ "$1" != obit-capture.1 ] && [ "$1" != obit.1 ]; then
		obit capture -r huawei.pcap a.obit || return
	fi
	sed -n 's/^\.Dl \$ //p' "$man/$1" |
		sed 's/\\(aq/'\''/g; s/\\(dq/"/g; s/\\&//g; s/\\-/-/g; s/\\e/\\/g' \
		>"$top/lines"
	[ -s "$top/lines" ] || { echo "no examples"; return 1; }
	while read -r line <&3; do
		echo "\$ $line"
		# The program, behind what is set for it.
		program=$(echo "$line" | sed -E 's/^([A-Z_]+=[^ ]* )*//; s/ .*//')
		command -v "$program" >/dev/null || {
			missing=$program
			return
		}
		case $line in
		'obit serve '*) serves "$line" || return ;;
		*) sh -c "$line" 3<&- || return ;;
		esac
	done 3<"$top/lines"
}

for page in $pages; do
	if command -v mandoc >/dev/null; then
		check "$page: mandoc -Tlint" mandoc -Tlint -Wwarning "$man/$page"
	else
		skip "$page: mandoc -Tlint" "no mandoc"
	fi
	case $page in
	*.1)
		check "$page: sections" has_sections "$page" \
			"EXIT STATUS" EXAMPLES "SEE ALSO"
		;;
	*)
		check "$page: sections" has_sections "$page" EXAMPLES "SEE ALSO"
		;;
	esac
	check "$page: examples" runs "$page"
done
for verb in $(obit --help | awk '/^  [a-z]/ { print $1 }'); do
	check "obit $verb: page" test -f "$man/obit-$verb.1"
	check "obit $verb: options" has_options "$verb"
done
echo "1..$n"
exit $status
