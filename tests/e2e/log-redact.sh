#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog redact: secrets in real sessions, options, and what must not happen.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/log_redact.py"
