#!/bin/sh
# Install what is missing, and nothing else.
#
#	build-aux/packages.sh GROUP...		build, demo, check, lint
#
# Needs are tested by what they provide (a command, a pkg-config module, a
# header and so on), so this is quick and silent where everything is there, on any
# system.  What is missing is installed on Debian 12 and later and on Ubuntu
# 24.04 and later, as root or through sudo.  Elsewhere, and without the right
# to install, the packages are named and the exit status is 2.
set -u

needs() {
	case $1 in
	build) cat <<-'END' ;;
		gcc              command gcc
		libc6-dev        header  stdio.h
		make             command make
		autoconf         command autoconf
		automake         command automake
		pkg-config       command pkg-config
		libpcap-dev      module  libpcap >= 1.10
		libllhttp-dev    module  libllhttp >= 9
		libsqlite3-dev   module  sqlite3 >= 3.40
		zlib1g-dev       module  zlib >= 1.2.12
		libuv1-dev       module  libuv >= 1.44
		libssl-dev       module  libcrypto >= 3.0
		libjansson-dev   module  jansson >= 2.13
		libexpat1-dev    module  expat >= 2.4
		libyaml-dev      module  yaml-0.1 >= 0.2.5
		libsmartcols-dev module  smartcols >= 2.38
		libseccomp-dev   module  libseccomp >= 2.5
		check            module  check >= 0.15
		uthash-dev       header  uthash.h
	END
	demo) cat <<-'END' ;;
		curl             command curl
	END
	check) cat <<-'END' ;;
		bats             command bats
		curl             command curl
		iproute2         command ip
		jq               command jq
		mandoc           command mandoc
		python3          command python3
		sqlite3          command sqlite3
		tcpdump          command tcpdump
		tcpreplay        command tcpreplay
		tshark           command tshark
		util-linux       command setpriv
		xz-utils         command xz
	END
	lint) cat <<-'END' ;;
		clang            command clang
		clang-format     command clang-format
		git              command git
		libclang-rt-dev  fuzzer  clang
		mandoc           command mandoc
		shellcheck       command shellcheck
	END
	*)
		echo "packages.sh: no group \"$1\"" >&2
		exit 2
		;;
	esac
}

has() { # KIND WHAT
	case $1 in
	command) PATH=$PATH:/usr/sbin:/sbin command -v "$2" >/dev/null ;;
	module) pkg-config --exists "$2" 2>/dev/null ;;
	header) echo "#include <$2>" | gcc -E - >/dev/null 2>&1 ;;
	fuzzer) # the runtime that -fsanitize=fuzzer links
		runtime=$("$2" -fsanitize=fuzzer,undefined -### -xc /dev/null 2>&1 |
			grep -o '"/[^"]*libclang_rt[^"]*"' | tr -d '"')
		for file in ${runtime:-none}; do
			[ -e "$file" ] || return
		done
		;;
	esac
}

missing() { # GROUP...
	for group; do
		needs "$group" || exit
	done | sort -u | while read -r package kind what; do
		has "$kind" "$what" || echo "$package"
	done
}

say() {
	printf '%s\n' "$*" | fold -s -w 79 >&2
}

give_up() {
	say "packages.sh: $*"
	exit 2
}

# The run as root, without questions.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif [ -t 0 ]; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

quietly() {
	as_root "$@" >"$tmp/log" 2>&1 </dev/null && return
	tail -n 20 "$tmp/log" >&2
	say "packages.sh: failed: $*"
	return 1
}

update() {
	say "packages: reading the package lists (apt-get update)"
	quietly apt-get -q update || exit 3
	updated=yes
}

# Lists that are a day old still install; none at all do not.
lists_are_fresh() {
	[ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' \
		-mtime -1 2>/dev/null | head -n 1)" ]
}

candidate() { # PACKAGE: the version apt would install
	LC_ALL=C apt-cache policy "$1" 2>/dev/null |
	awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

install() { # PACKAGE...
	say "packages: installing $*"
	set -- apt-get -qy --no-install-recommends install "$@"
	[ "$updated" = no ] && as_root "$@" >"$tmp/log" 2>&1 </dev/null && return
	[ "$updated" = no ] && update
	quietly "$@" || exit 3
}

# The entry of the machine's own apt sources that bookworm comes from, but for
# trixie and main only: same mirror, same keyring.
trixie_source() {
	# shellcheck disable=SC2016 # apt replaces it
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' \
		'Created-By: Packages' 'Codename: bookworm' 'Component: main' |
		head -n 1)
	set --
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] && set -- "$@" "$file"
	done
	awk -v mirror="${mirror%/}" '
	function flush(    i, n, uris, hit) {
		n = split(field["uris"], uris)
		for (i = 1; i <= n; i++) {
			sub(/\/$/, "", uris[i])
			if (uris[i] == mirror) hit = 1
		}
		if (hit && field["types"] ~ /(^| )deb( |$)/ &&
		    field["components"] ~ /(^| )main( |$)/ &&
		    tolower(field["enabled"]) !~ /^no/ && !done++) {
			print "Types: deb\nURIs: " mirror
			print "Suites: trixie\nComponents: main"
			if (field["signed-by"] != "")
				print "Signed-By: " field["signed-by"]
		}
		split("", field)
	}
	FNR == 1 { flush() }
	/^[ \t]*#/ { next }
	FILENAME ~ /\.sources$/ {
		if ($0 ~ /^[ \t]*$/) { flush(); next }
		if ($0 ~ /^[ \t]/) { field[key] = field[key] "\n" $0; next }
		key = tolower($0); sub(/[ \t]*:.*/, "", key)
		value = $0; sub(/^[^:]*:[ \t]*/, "", value)
		field[key] = value
		next
	}
	$1 == "deb" {
		line = $0; by = ""
		if (match(line, /\[[^]]*\]/)) {
			by = substr(line, RSTART + 1, RLENGTH - 2)
			if (!sub(/.*signed-by=/, "", by)) by = ""
			sub(/ .*/, "", by)
			sub(/\[[^]]*\]/, "", line)
		}
		split(line, word)
		field["types"] = "deb"; field["uris"] = word[2]
		field["signed-by"] = by
		sub(/^[ \t]*[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", line)
		field["components"] = line
		flush()
	}
	END { flush() }' "$@" </dev/null
}

# llhttp came with Debian 13; its packages need nothing newer than Debian 12.
# They are fetched with an apt configuration of their own, which is removed
# afterwards: the machine's sources and lists stay as they are.
install_llhttp_from_trixie() {
	mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial"
	: >"$tmp/empty.list"
	trixie_source >"$tmp/trixie.sources"
	[ -s "$tmp/trixie.sources" ] || give_up "libllhttp-dev is in Debian 13," \
		"and the apt sources of this machine name no Debian mirror"
	say "packages: llhttp is not in Debian 12; taking libllhttp-dev and its" \
		"library from Debian 13 (trixie) of the same mirror, apt sources" \
		"unchanged"
	set -- -o Dir::Etc::SourceList="$tmp/trixie.sources" \
		-o Dir::Etc::SourceParts="$tmp/none" \
		-o Dir::Etc::Preferences="$tmp/none" \
		-o Dir::Etc::PreferencesParts="$tmp/none" \
		-o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp/cache" \
		-o APT::Default-Release=
	quietly apt-get -q "$@" update || exit 3
	as_root apt-get "$@" -s --no-install-recommends install libllhttp-dev \
		</dev/null >"$tmp/plan" 2>&1
	if grep -E '^(Inst|Remv)' "$tmp/plan" | grep -qv '^Inst libllhttp'; then
		give_up "libllhttp-dev of trixie wants more than its library:" \
			"$(awk '/^(Inst|Remv)/ { printf " %s", $2 }' "$tmp/plan")"
	fi
	quietly apt-get -qy "$@" --no-install-recommends install libllhttp-dev ||
		exit 3
}

install_llhttp() {
	version=$(candidate libllhttp-dev)
	if [ -n "$version" ] && dpkg --compare-versions "$version" ge 9; then
		install libllhttp-dev
	elif [ "$ID" = debian ] && [ "$VERSION_ID" = 12 ]; then
		install_llhttp_from_trixie
	else
		give_up "the apt sources of this machine have no llhttp 9 or later." \
			"On Ubuntu libllhttp-dev is in \"universe\": enable it, or" \
			"install llhttp from its own source (https://llhttp.org)," \
			"then run this again"
	fi
}

known_system() {
	ID='' VERSION_ID=''
	# shellcheck source=/dev/null
	[ -r /etc/os-release ] && . /etc/os-release
	command -v dpkg >/dev/null || return
	case $ID in
	debian) dpkg --compare-versions "${VERSION_ID:-99}" ge 12 ;;
	ubuntu) dpkg --compare-versions "${VERSION_ID:-0}" ge 24.04 ;;
	*) return 1 ;;
	esac
}

absent=$(missing "$@") || exit
[ -n "$absent" ] || exit 0
absent=$(echo "$absent" | tr '\n' ' ')
named="then run this again: $absent"
case $absent in
*libllhttp-dev*) named="$named(llhttp 9 or later; in Debian from 13 on)" ;;
esac

known_system || give_up "please install what provides these Debian packages," \
	"$named"
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || give_up "not root, and no sudo. Please have" \
		"these installed, $named"
	[ -t 0 ] || sudo -n true 2>/dev/null || give_up "sudo wants a password" \
		"and there is no terminal. Please have these installed, $named"
fi

tmp=$(mktemp -d) || exit 3
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 3' HUP INT TERM
chmod 755 "$tmp" # apt downloads as its own user
updated=no
lists_are_fresh || update

case " $absent" in
*" libllhttp-dev "*)
	others=$(echo " $absent" | sed 's/ libllhttp-dev / /')
	;;
*)
	others=$absent
	;;
esac
if [ -n "${others# }" ]; then
	# shellcheck disable=SC2086 # a list of words
	install $others
fi
if [ "${others# }" != "${absent# }" ]; then
	# pkg-config may only just have arrived, and llhttp been there before.
	has module 'libllhttp >= 9' || install_llhttp
fi
left=$(missing "$@")
[ -z "$left" ] || give_up "still missing after the installation:" \
	"$(echo "$left" | tr '\n' ' ')"
