#!/bin/sh
# Write the files named as arguments as C text, for deletion/builtin.h.
echo '#include "deletion/builtin.h"'
echo
echo 'const struct builtin builtin_rules[] = {'
for file in "$@"; do
	echo "	{ \"built-in/${file##*/}\","
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' \
	    -e 's/^/	  "/' -e 's/$/\\n"/' "$file" || exit 1
	echo '	},'
done
echo '};'
echo
echo "const size_t builtin_count = $#;"
