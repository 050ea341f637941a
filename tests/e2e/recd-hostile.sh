#!/bin/sh
# SPDX-License-Identifier: ISC
# The daemon that keeps recordings, and those who would harm it.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/recd_hostile.py"
