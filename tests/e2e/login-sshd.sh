#!/bin/sh
# SPDX-License-Identifier: ISC
# Logins through a real sshd: see login_sshd.py.  Wants root, for accounts of its own in a mount
# namespace of its own.  Prints TAP.
here=${srcdir:-$(dirname "$0")/../..}/tests/e2e
PYTHONPATH=$here
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
[ "$(id -u)" -eq 0 ] || skip_all "wants root"
[ -x /usr/sbin/sshd ] || skip_all "no sshd"
unshare -m --propagation private mount -t tmpfs none /mnt 2>/dev/null ||
	skip_all "no mount namespaces here"
OUTER=$(readlink /proc/self/ns/mnt) # login_host.py wants to be elsewhere
export OUTER
exec unshare -m --propagation private python3 "$here/${LOGIN_TESTS:-login_sshd.py}" "$@"
