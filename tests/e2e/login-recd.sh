#!/bin/sh
# SPDX-License-Identifier: ISC
# Logins through a real sshd that auditrecd keeps: see login_recd.py.
LOGIN_TESTS=login_recd.py
export LOGIN_TESTS
exec sh "${srcdir:-$(dirname "$0")/../..}/tests/e2e/login-sshd.sh" "$@"
