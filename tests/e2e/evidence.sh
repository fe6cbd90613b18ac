#!/bin/sh
# What verify, seal and prove say, against code that shares nothing with them
# (evidence.py), and archives of which single bytes or whole rows were written
# anew.  Output is TAP.  By hand, with 10,000 bytes:
#
#	top_srcdir=. OBIT=build/obit tests/e2e/evidence.sh 10000
: "${top_srcdir:?}" "${OBIT:?}"
sweep=${1:-300}
OBIT=$(cd "$(dirname "$OBIT")" && pwd)/${OBIT##*/}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME="$dir/config"
e2e=$(cd "$top_srcdir/tests/e2e" && pwd)
captures=$(cd "$top_srcdir/tests/captures" && pwd)
export PYTHONDONTWRITEBYTECODE=1
n=0

ok() { # NAME COMMAND...
	n=$((n + 1))
	name=$1
	shift
	"$@" >"$dir/output" 2>&1 || printf 'not '
	echo "ok $n - $name"
	sed 's/^/# /' "$dir/output"
}

evidence() {
	python3 "$e2e/evidence.py" "$@"
}

refuses() {
	"$@"
	[ $? -eq 1 ]
}

says() { # WORDS COMMAND...
	words=$1
	shift
	"$@" >"$dir/said"
	[ $? -eq 1 ] && cat "$dir/said" && grep -q "$words" "$dir/said"
}

cd "$dir" || exit 99
"$OBIT" capture -r "$captures/huawei.pcap" a.obit >/dev/null &&
	"$OBIT" seal --new-key key --origin example.org/a >vkey &&
	"$OBIT" seal a.obit --key key -o cp >/dev/null &&
	cp a.obit sealed.obit &&
	"$OBIT" capture --all -r "$captures/volcengine.pcap" a.obit >/dev/null ||
	exit 99

ok 'an archive gives its leaves and its root' evidence archive a.obit
ok 'it extends its checkpoint' evidence archive a.obit cp vkey
ok 'so does what was sealed' evidence archive sealed.obit cp vkey

proofs() {
	for id in 1 7 9 20; do
		"$OBIT" prove a.obit $id -o $id.proof --checkpoint cp &&
			evidence proof $id.proof vkey &&
			evidence proof $id.proof vkey cp || return 1
	done
}
ok 'proofs are good' proofs

# Does either of them take the changed file?
takes_proof() {
	"$OBIT" verify --proof changed --key vkey >/dev/null 2>&1 ||
		evidence proof changed vkey
}

takes_checkpoint() {
	"$OBIT" verify a.obit --checkpoint changed --key vkey >/dev/null 2>&1 ||
		evidence archive a.obit changed vkey
}

changed_lines() { # FILE TAKES
	for line in $(seq "$(wc -l <"$1")"); do
		# The empty line has nothing to change.
		sed "${line}s/[A-Za-z0-9]\$/!/; ${line}s/=\$/!/" "$1" >changed
		cmp -s "$1" changed && continue
		"$2" && return 1
	done
	return 0
}
ok 'a changed line of a proof is refused' changed_lines 9.proof takes_proof
ok 'a changed line of a checkpoint is refused' changed_lines cp takes_checkpoint

# Write the outcome of exchange 5 anew, with its leaf and, if asked to, the
# tree, all by the description.
rewrite() { # ARCHIVE TREE?
	python3 - "$e2e" "$1" "$2" <<-'END'
		import sqlite3
		import sys
		sys.path.insert(0, sys.argv[1])
		import evidence as e
		db = sqlite3.connect(sys.argv[2])
		db.execute("UPDATE exchange SET attempt_number = 7 WHERE id = 5")
		db.commit()
		leaves = [e.sha256(b"\0" + x) for x, _ in e.Archive(sys.argv[2]).leaves()]
		db.execute("UPDATE exchange SET leaf = ? WHERE id = 5", (int.from_bytes(leaves[4][:4], "big", signed=True),))
		if sys.argv[3] == "tree":
		    size, tops, at = len(leaves), b"", 0
		    for bit in range(63, -1, -1):
		        if size >> bit & 1:
		            tops += e.tree_root(leaves[at:at + (1 << bit)])
		            at += 1 << bit
		    db.execute("UPDATE tree SET root = ?, range = ?",
		        (e.tree_root(leaves), tops))
		db.commit()
	END
}
cp a.obit leaf.obit && rewrite leaf.obit leaf
cp a.obit tree.obit && rewrite tree.obit tree
cp sealed.obit both.obit && rewrite both.obit leaf

ok 'a rewritten leaf is narrowed down by the tree' \
	says 'exchanges 1 to .* are rewritten: they give their leaves' \
	"$OBIT" verify leaf.obit
ok 'a rewritten leaf under a checkpoint, too' \
	says 'exchanges 1 to 16 are rewritten: they give their leaves' \
	"$OBIT" verify both.obit --checkpoint cp --key vkey
ok 'a rewritten tree agrees with itself' "$OBIT" verify tree.obit
ok 'and with the other implementation' evidence archive tree.obit
ok 'but not with the checkpoint' \
	says 'exchanges 1 to 20 are rewritten: the archive agrees with itself' \
	"$OBIT" verify tree.obit --checkpoint cp --key vkey
ok 'in the other implementation neither' \
	refuses evidence archive tree.obit cp vkey

ok "$sweep changed bytes are found or show nowhere" \
	python3 "$e2e/evidence_sweep.py" "$OBIT" sealed.obit cp vkey "$sweep"

"$OBIT" purge -o purged.obit sealed.obit >/dev/null || exit 99
ok 'without its bodies it is what was sealed' evidence archive purged.obit cp vkey
ok "$((sweep / 5)) changed bytes of that are found or show nowhere" \
	python3 "$e2e/evidence_sweep.py" "$OBIT" purged.obit cp vkey $((sweep / 5))
echo "1..$n"
