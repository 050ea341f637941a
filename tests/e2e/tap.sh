# SPDX-License-Identifier: ISC
# Sourced by end-to-end tests: a folder $work that goes away, $auditlog, and TAP.
build=$(cd "${builddir:-.}" && pwd)
top=$(cd "${srcdir:-.}" && pwd)
auditlog=$build/auditlog
tools=$top/tests/e2e
PYTHONPATH=$tools
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE auditlog
umask 022
work=$(mktemp -d "${TMPDIR:-/tmp}/auditlog.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP INT TERM
cd "$work" || exit 1
# What a program keeps or looks for goes away with the test.
XDG_CACHE_HOME=$work/.xdg/cache XDG_STATE_HOME=$work/.xdg/state XDG_CONFIG_HOME=$work/.xdg/config
export XDG_CACHE_HOME XDG_STATE_HOME XDG_CONFIG_HOME
ntests=0

# What a command that failed has said, and how the files begin that it has just written.
tell_failure() {
	echo "status $1 of: $2"
	head -n 30 check.out
	find . -maxdepth 1 -type f -mmin -1 ! -name check.out -size -1000k -printf '%T@ %f\n' |
		sort -rn | head -n 6 | cut -d' ' -f2- | while IFS= read -r file; do
		echo "--- $file:"
		cut -c1-300 "$file" | head -n 8 | cat -v
	done
}

# check NAME COMMAND...: when it fails, the log tells what there was to see.
check() {
	name=$1
	shift
	ntests=$((ntests + 1))
	"$@" >check.out 2>&1
	status=$?
	if [ $status -eq 0 ]; then
		echo "ok $ntests - $name"
	else
		tell_failure $status "$*" 2>&1 | tr -d '\r' | sed 's/^/# /'
		echo "not ok $ntests - $name"
	fi
}

# soon COMMAND...: until it succeeds; only a test that fails waits for so long.
soon() {
	tries=$((${PATIENCE:-120} * 20))
	until "$@"; do
		[ $tries -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.05
	done
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
	timeout "${PATIENCE:-120}" "$@" >fails.out 2>fails.err </dev/null
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
