#!/bin/sh
# SPDX-License-Identifier: ISC
# A thousand sessions at once with one daemon.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/recd_crowd.py"
