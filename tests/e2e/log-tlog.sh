#!/bin/sh
# SPDX-License-Identifier: ISC
# Messages of tlog, with tlog-rec and tlog-play on the other side.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
messages = auditfile.sample()
auditfile.write("session.audit", messages)
with open("shown", "wb") as f:
    for m in messages:
        if m["type"] == 500 and m["payload"]["stream"]:
            f.write(m["payload"]["data"])
END

exported() {
	"$auditlog" convert session.audit out.tlog 2>said || { cat said; return 1; }
	if ! grep -q 'how the program ended' said || ! grep -q 'error output' said; then
		cat said
		return 1
	fi
	"$auditlog" convert -f raw out.tlog - 2>/dev/null | cmp - shown || return 1
	"$auditlog" info --json out.tlog | python3 -c '
import json, sys
f = json.load(sys.stdin)
assert (f["format"], f["user"], f["host"], f["term"]) == ("tlog", "ann", "box", "xterm"), f'
}
check "every byte that was shown goes into messages of tlog" exported

back() {
	"$auditlog" decode session.audit >a.jsonl && "$auditlog" decode out.tlog >b.jsonl || return 1
	python3 - <<-'END'
	import base64, json
	def seen(name):  # bytes and sizes at whole milliseconds, error output among output
	    out = {}
	    for m in map(json.loads, open(name)):
	        at = (m["timestamp"] + 500000) // 1000000
	        if m["typeId"] == "io":
	            key = (at, bool(m["payload"]["stream"]))
	            out[key] = out.get(key, b"") + base64.b64decode(m["payload"]["data"])
	        if m["typeId"] == "window":
	            out[at] = (m["payload"]["columns"], m["payload"]["rows"])
	    return out
	a, b = seen("a.jsonl"), seen("b.jsonl")
	assert a and a == b, (a, b)
	END
}
check "and comes back at the same millisecond" back

several() {
	sed 's/"rec":"[^"]*"/"rec":"second"/; s/ann/bob/' out.tlog >>out.tlog.2 &&
		cat out.tlog out.tlog.2 >both.tlog || return 1
	"$auditlog" convert both.tlog first.audit 2>said && grep -q 'other recordings' said &&
		"$auditlog" convert --rec second both.tlog second.audit &&
		"$auditlog" info second.audit | grep -q '^User *bob' &&
		"$auditlog" info first.audit | grep -q '^User *ann'
}
check "one of several recordings is chosen" several
# As journalctl -o cat prints what several sessions wrote at the same time.
journal() {
	sed 's/"rec":"[^"]*"/"rec":"second"/; s/ann/bob/' out.tlog >out.tlog.2 &&
		paste -d '\n' out.tlog out.tlog.2 >mixed || return 1
	"$auditlog" convert -f raw --rec second - - <mixed 2>said | cmp - shown || { cat said; return 1; }
	cat mixed | "$auditlog" info - | grep -q '^User *ann'
}
check "out of a pipe, between those of others" journal
check "a name that none has" fails 2 "no recording 'third'" \
	"$auditlog" convert --rec third both.tlog x.audit
check "where there is only one" fails 2 'no file of tlog' \
	"$auditlog" convert --rec first session.audit x.audit
sed 's/"ver":"2.3"/"ver":"3.0"/' out.tlog >later.tlog
check "a later version" fails 2 "version '3.0'" "$auditlog" info later.tlog
torn() {
	{ cat out.tlog; head -c 100 out.tlog; } >torn.tlog
	"$auditlog" info torn.tlog | grep -q truncated &&
		"$auditlog" convert -f raw torn.tlog - 2>/dev/null | cmp - shown
}
check "one that was broken off is read as far as it goes" torn

cat >terminal.py <<'END'
# Run a command on a terminal and print what comes out of it.
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        b = os.read(fd, 4096)
    except OSError:
        break
    if not b:
        break
    sys.stdout.buffer.write(b)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
END
played() {
	timeout "${PATIENCE:-120}" python3 terminal.py tlog-play -g end --file-path="$1" >played || {
		cat played
		return 1
	}
	python3 - "$2" <<-'END'
	import sys
	assert open("played", "rb").read().startswith(open(sys.argv[1], "rb").read())
	END
}
# tlog-rec wants a file of its system where every user may write; it adds a last line of its own.
recorded() {
	unshare -m sh -c 'mount -t tmpfs none /run && touch /run/utmp && chgrp utmp /run/utmp &&
		chmod 664 /run/utmp && mkdir -p /run/tlog && exec "$@"' - \
		python3 terminal.py tlog-rec --writer=file --file-path="$work/real.tlog" \
		sh -c "printf 'a\\377b\\303\\251\\n'; exit 3" >shown.real 2>&1
	[ -s real.tlog ] || { cat shown.real; return 1; }
}
if command -v tlog-play >/dev/null; then
	check "tlog-play plays it" played out.tlog shown
else
	skip "tlog-play plays it" "no tlog here"
fi
from_tlog() {
	"$auditlog" convert -f raw real.tlog got 2>/dev/null && [ -s got ] &&
		head -c "$(wc -c <got)" shown.real | cmp - got &&
		"$auditlog" convert real.tlog r.audit && "$auditlog" convert r.audit again.tlog &&
		"$auditlog" decode real.tlog | cut -d, -f2- >a && "$auditlog" decode again.tlog |
		cut -d, -f2- | diff a - && played again.tlog got
}
if command -v tlog-rec >/dev/null && [ "$(id -u)" -eq 0 ] && recorded; then
	check "what tlog-rec recorded is read, and written again the same" from_tlog
else
	skip "what tlog-rec recorded is read, and written again the same" \
		"no tlog-rec, no root or no mount namespaces"
fi
done_testing
