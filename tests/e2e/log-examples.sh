#!/bin/sh
# SPDX-License-Identifier: ISC
# Every example of auditlog(1) is run as it stands there, in a folder with recordings of the
# names that the examples use.  What follows for ever is told to end when it has done something.
. "${srcdir:-.}/tests/e2e/tap.sh"
PATH=$build:$PATH
HOME=$work
XDG_CACHE_HOME=$work/cache
export PATH HOME XDG_CACHE_HOME
mkdir recordings
python3 - <<'END'
import auditfile
messages = auditfile.sample()
messages.insert(7, auditfile.vendor(7 * 10**6, "command", id=1, phase="start", text="sudo -i", start=0,
                                    trust="nonce", origin="osc133"))
for name in "session.audit", "old.audit", "recordings/a.audit", "recordings/b.audit":
    auditfile.write(name, messages)
END
"$auditlog" convert session.audit demo.cast 2>/dev/null || exit 1
xz -k session.audit 2>/dev/null
touch before after example.out

# The lines "$ COMMAND" of the section, as a reader sees them.
if command -v mandoc >/dev/null; then
	mandoc -Tascii -O width=400 "$top/docs/auditlog.1" | sed "s/.$(printf '\b')//g"
else
	sed 's/^\.Dl / /; s/^\.Sh //; s/\\(dq/"/g; s/\\(aq/'"'"'/g; s/\\-/-/g; s/\\&//g; s/\\e/\\/g' \
		"$top/docs/auditlog.1"
fi | sed -n '/^EXAMPLES/,/^SEE/s/^ *\$ //p' >examples

# missing EXAMPLE: why it cannot be run here, or nothing.
missing() {
	case $1 in
	*'| jq'*) command -v jq >/dev/null || echo "no jq" ;;
	*'xz '*) [ -f session.audit.xz ] || echo "no xz" ;;
	*'--to journal'*) [ -S /run/systemd/journal/socket ] || echo "no journal" ;;
	*'--to syslog'*) [ -S /dev/log ] || echo "no syslog" ;;
	*' export '*) [ -f "$build/log/embed_player.c" ] || echo "no web player" ;;
	esac
}
# It says something, or makes something.
run_example() {
	find . -type f | sort >before
	case $1 in
	*--follow*)
		sh -c "exec $1" </dev/null >example.out 2>&1 &
		soon has_effect
		kill $!
		wait $!
		;;
	*) timeout "${PATIENCE:-120}" sh -c "$1" </dev/null >example.out 2>&1 ;;
	esac
	status=$?
	head -c 2000 example.out
	has_effect || return 99
	return $status
}
has_effect() {
	find . -type f | sort >after
	[ -s example.out ] || ! cmp -s before after
}
n=0
while IFS= read -r example; do
	n=$((n + 1))
	why=$(missing "$example")
	if [ "$why" ]; then
		skip "$example" "$why"
	else
		check "$example" run_example "$example"
	fi
done <examples
check "there are examples" [ "$n" -gt 5 ]
done_testing
