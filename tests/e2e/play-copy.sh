#!/bin/sh
# SPDX-License-Identifier: ISC
# auditplay on a terminal: copying, saving, links, strange terminals, and every byte that is
# sent meanwhile.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
auditplay=$build/auditplay
export auditplay
command -v python3 >/dev/null 2>&1 || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
exec python3 "$tools/play_copy.py"
