#!/bin/sh
# Write named SQL statements as a C macro: embed-queries.sh FILE.  Each begins
# with a line `-- NAME` and goes on to the next one; other comments follow a
# blank and are left out.
awk '
	function put() {
		if (name != "")
			printf " \\\n\tX(%s, \"%s\")", name, text
	}
	BEGIN { printf "#define STATEMENTS(X)" }
	/^-- [A-Z0-9_]+$/ { put(); name = $2; text = ""; next }
	/^--/ || /^$/ { next }
	{
		sub(/;$/, "")
		sub(/^ +/, "")
		gsub(/"/, "\\\"")
		text = text (text == "" ? "" : " ") $0
	}
	END { put(); print "" }
' "$1"
