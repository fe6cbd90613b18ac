#!/bin/sh
# Do what the README says on a fresh Debian: a minimal system with git, and
# with this commit, in a folder.
#
#	try-debian.sh SUITE [demo|check]
#
# SUITE is bookworm, trixie or a later one.  Needs root and debootstrap, and
# takes the packages from the mirror that this machine takes its own from.
# The system is made once and kept, without what bootstrap installs, in
# ${TMPDIR:-/tmp}/obit-SUITE.tar.
set -eu
suite=$1 verb=${2:-demo}
here=$(cd "$(dirname "$0")/.." && pwd)
fresh=${TMPDIR:-/tmp}/obit-$suite.tar
root=$(mktemp -d)

end() {
	! mountpoint -q "$root" || umount -R "$root"
	rm -rf --one-file-system "$root"
}
trap end EXIT
trap 'exit 3' HUP INT TERM

# shellcheck disable=SC2016 # apt replaces it
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' |
	grep -v security | head -n 1)
: "${mirror:?try-debian.sh: the apt sources of this machine name no Debian mirror}"
[ -e "$fresh" ] || {
	echo "try-debian.sh: making a minimal $suite"
	debootstrap --variant=minbase --include=git,ca-certificates \
		"$suite" "$root" "$mirror" >/dev/null
	tar -C "$root" -cf "$fresh.new" .
	mv "$fresh.new" "$fresh"
	rm -rf --one-file-system "$root"
	mkdir "$root"
}
# Where / is no mount point, no name space of mounts can be made.
mount --bind "$root" "$root"
mount --make-private "$root"
tar -C "$root" -xf "$fresh"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp -R /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
git clone -q "$here" "$root/obit"
chroot "$root" sh -c "cd /obit && ./bootstrap $verb"
