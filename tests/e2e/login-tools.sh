#!/bin/sh
# SPDX-License-Identifier: ISC
# The tools that log in, through a real sshd: see login_tools.py.  Prints TAP.
LOGIN_TESTS=login_tools.py
export LOGIN_TESTS
exec "${srcdir:-$(dirname "$0")/../..}/tests/e2e/login-sshd.sh" "$@"
