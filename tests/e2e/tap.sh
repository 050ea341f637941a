# SPDX-License-Identifier: ISC
# Sourced by end-to-end tests: a folder $work that goes away, $auditlog, and TAP.
build=$(cd "${builddir:-.}" && pwd)
top=$(cd "${srcdir:-.}" && pwd)
auditlog=$build/auditlog
tools=$top/tests/e2e
PYTHONPATH=$tools
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE auditlog
work=$(mktemp -d "${TMPDIR:-/tmp}/auditlog.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
ntests=0

# check NAME COMMAND...: what the command said is shown when it fails.
check() {
	name=$1
	shift
	ntests=$((ntests + 1))
	if "$@" >check.out 2>&1; then
		echo "ok $ntests - $name"
	else
		sed 's/^/# /' check.out | head -n 30
		echo "not ok $ntests - $name"
	fi
}

skip() {
	ntests=$((ntests + 1))
	echo "ok $ntests - $1 # SKIP $2"
}

# fails STATUS PATTERN COMMAND...: that status, one line on standard error like PATTERN,
# nothing on standard output.
fails() {
	want=$1 pattern=$2
	shift 2
	timeout 60 "$@" >fails.out 2>fails.err </dev/null
	got=$?
	cat fails.err
	[ $got -eq "$want" ] || { echo "status $got, not $want"; return 1; }
	[ ! -s fails.out ] || { echo "something on standard output"; return 1; }
	[ "$(wc -l <fails.err)" -eq 1 ] || { echo "not one line"; return 1; }
	grep -q -- "$pattern" fails.err || { echo "not like $pattern"; return 1; }
}

done_testing() {
	echo "1..$ntests"
}
