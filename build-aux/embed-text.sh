#!/bin/sh
# Write files as C strings: embed-text.sh HEADER FILE..., where a/page.css
# becomes page_css.
echo "#include \"$1\""
shift
for file in "$@"; do
	name=${file##*/}
	printf '\nconst char %s[] =\n' "$(echo "$name" | tr . _)"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' \
	    -e 's/^/    "/' -e 's/$/\\n"/' "$file" || exit 1
	echo '    ;'
done
