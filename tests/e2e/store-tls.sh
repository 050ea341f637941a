#!/bin/sh
# SPDX-License-Identifier: ISC
# An object store behind TLS.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 -B "$srcdir/tests/e2e/store_tls.py"
