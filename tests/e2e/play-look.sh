#!/bin/sh
# SPDX-License-Identifier: ISC
# Every attribute and colour as auditplay draws it, on several kinds of terminal; prints TAP.
here=${srcdir:-$(dirname "$0")/../..}/tests/e2e
command -v python3 >/dev/null || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/play_look.py" "$@"
