#!/bin/sh
# Installs what the tests on real hosts run, where it is missing, we are root and this is Debian or a relative of it.
# Everywhere else it says what is missing and leaves it to the tests to skip with their reasons.
set -eu
export DEBIAN_FRONTEND=noninteractive

missing=
need() { # command, package that has it
	command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
PATH=$PATH:/usr/sbin:/sbin
need debootstrap debootstrap
need systemd-nspawn systemd-container
need nsenter util-linux
need mount mount
need nft nftables
need ss iproute2
need strace strace
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "not root: tests on real hosts will be skipped (they would need:$missing)" >&2
	exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "no apt-get: install for the tests on real hosts:$missing" >&2
	exit 0
fi
# Parallel test binaries may all come here.
exec 9>/run/lock/holdfast-testhost-install.lock 2>/dev/null || exec 9>/tmp/holdfast-testhost-install.lock
command -v flock >/dev/null 2>&1 && flock 9
apt-get update -qq >&2
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing >&2
