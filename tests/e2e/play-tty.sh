#!/bin/sh
# SPDX-License-Identifier: ISC
# auditplay on a terminal: every byte that it sends, and what it does about signals,
# terminals of all kinds and a terminal that goes away.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
auditplay=$build/auditplay
export auditplay
command -v python3 >/dev/null 2>&1 || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
python3 "$tools/play_tty.py" # not exec: what tap.sh made is removed at exit
