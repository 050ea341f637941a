#!/bin/sh
# SPDX-License-Identifier: ISC
# auditrec as a login shell: the ways to log in.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/rec_login_ways.py"
