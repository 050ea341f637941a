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
python3 "$tools/play_copy.py" # not exec: what tap.sh made is removed at exit
