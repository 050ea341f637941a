#!/bin/sh
# SPDX-License-Identifier: ISC
# A recording that cannot be written.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/rec_disk.py"
