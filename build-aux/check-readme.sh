#!/bin/sh
# The tests that tests/README.md names are there: each file in backquotes in
# the table of bugs, and in it each of the words in quotes that follow.
# Output is TAP.
cd "${top_srcdir:-.}/tests" || exit 99
awk '
function result(good, name) {
	n++
	if (!good) rc = 1
	print (good ? "ok " : "not ok ") n " - " name
}
function holds(file, words,    line, found) {
	while ((getline line < file) > 0)
		if (words == "" || index(line, words)) found = 1
	close(file)
	return found
}
/^## / { inside = $0 == "## Bugs that others shipped" }
inside && /^\| [0-9]/ {
	split($0, cell, " *[|] *")
	result(cell[2] == ++row && holds_all(cell[5]), "bug " row)
}
# `file` "words", "words"; `file` ...
function holds_all(text,    good, file, word) {
	good = 0
	while (match(text, /`[^`]*`|"[^"]*"/)) {
		word = substr(text, RSTART + 1, RLENGTH - 2)
		if (substr(text, RSTART, 1) == "`") {
			file = word
			good = 1
		} else if (!holds(file, word)) {
			print "# no \"" word "\" in " file
			return 0
		}
		text = substr(text, RSTART + RLENGTH)
	}
	return good
}
END {
	if (n == 0) result(0, "the table")
	print "1.." n
	exit rc
}' README.md
