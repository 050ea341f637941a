#!/bin/sh
# SPDX-License-Identifier: ISC
# What ran inside a session: real shells with the shipped snippets, marks, processes.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/rec_shells.py"
