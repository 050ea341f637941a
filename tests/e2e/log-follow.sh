#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog events over folders: each message once, whatever happens to the files, to the
# daemons that listen, and to auditlog itself.
. "${srcdir:-.}/tests/e2e/tap.sh"
scene() {
	timeout 900 python3 "$tools/log_follow.py" "$auditlog" "$@"
}
mkdir rec rec/deep
python3 - <<'END'
import auditfile
auditfile.write("rec/b.audit", auditfile.sample())
auditfile.write("rec/deep/a.audit", auditfile.sample())
END
echo 'no recording' >rec/notes.txt

folder() {
	"$auditlog" events -f json rec >lines 2>notes || return 1
	grep -o '"file":"[^"]*"' lines | uniq -c | tr -s ' ' >files
	printf ' 13 "file":"rec/b.audit"\n 13 "file":"rec/deep/a.audit"\n' | cmp files - || return 1
	grep -q 'left out 1 file that is no recording' notes
}
check "a folder: one recording after the other" folder

state() {
	"$auditlog" events --state told rec 2>/dev/null | wc -l | grep -qx 26 || return 1
	"$auditlog" events --state told rec >again 2>/dev/null
	[ ! -s again ] || { echo "told again:"; cat again; return 1; }
	mv rec/b.audit rec/c.audit && cp rec/deep/a.audit rec/copy && mv rec/copy rec/deep/a.audit
	"$auditlog" events --state told rec >again 2>/dev/null
	[ ! -s again ] || { echo "told again after renaming:"; cat again; return 1; }
}
check "with a state nothing is told twice, renamed and replaced files included" state
check "a state that is none is not written over" fails 2 'rec/notes.txt:1: this is no state' \
	"$auditlog" events --state rec/notes.txt rec

check "following a folder: new, grown, renamed, removed and foreign files" scene follow
pipe() {
	head -c 300 rec/c.audit | timeout "${PATIENCE:-120}" "$auditlog" events --follow - >lines && [ -s lines ] || return 1
	cat rec/c.audit | timeout "${PATIENCE:-120}" "$auditlog" events --follow -f json - >lines &&
		[ "$(wc -l <lines)" -eq 13 ] && grep -q '"file":null' lines
}
check "the end of a pipe is the end" pipe
check "stopped and started again at any time: every message once" scene restart
check "killed and started again: no message is lost" scene killed
check "what auditrec records meanwhile" scene live
check "two cannot use one state" scene lock
check "syslog: a datagram an event, and a daemon that starts again" scene syslog
check "the journal: fields, and large events in memory files" scene journal
check "a socket that is not there" scene nobody

check "a socket without a daemon to talk to is wrong use" fails 2 'for --to syslog' \
	"$auditlog" events --socket x rec
check "files need a name" fails 2 'go together' "$auditlog" events --to file rec
check "an unknown facility" fails 2 'local9' "$auditlog" events --to syslog --facility local9 rec
check "a folder that is not there" fails 2 'cannot open' "$auditlog" events nowhere
done_testing
