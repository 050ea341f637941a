#!/bin/sh
# SPDX-License-Identifier: ISC
# What auditlog cut puts in front, shown to tmux; prints TAP.
here=${srcdir:-$(dirname "$0")/../..}/tests/e2e
command -v python3 >/dev/null || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/cut_tmux.py" "$@"
