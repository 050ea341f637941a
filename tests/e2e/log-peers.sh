#!/bin/sh
# SPDX-License-Identifier: ISC
# Formats of other recorders, with those programs on the other side.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
auditfile.write("session.audit", auditfile.sample())
messages = auditfile.sample()
with open("shown", "wb") as f:
    for m in messages:
        if m["type"] == 500 and m["payload"]["stream"]:
            f.write(m["payload"]["data"])
END

raw() {
	"$auditlog" convert --format raw session.audit - 2>said | cmp - shown &&
		grep -q 'messages of input (2)' said && grep -q 'times' said
}
check "raw is what was shown" raw

to_ttyrec() {
	"$auditlog" convert session.audit out.ttyrec 2>said || return 1
	"$auditlog" info --json out.ttyrec | grep -q '"format":"ttyrec"' || return 1
	"$auditlog" screen --at end out.ttyrec >a && "$auditlog" screen --at end session.audit |
		diff - a
}
check "a ttyrec has the same screen, its size too" to_ttyrec

back() {
	"$auditlog" convert out.ttyrec back.audit && "$auditlog" decode back.audit >b.jsonl &&
		"$auditlog" decode session.audit >a.jsonl || return 1
	python3 - <<-'END'
	import json
	def shown(name):
	    ms = [json.loads(l) for l in open(name)]
	    return [(m["timestamp"], m["payload"]["data"]) for m in ms
	            if m["typeId"] == "io" and m["payload"]["stream"]]
	a, b = shown("a.jsonl"), shown("b.jsonl")
	assert a and a == b, (a, b)
	END
}
check "there and back, every byte and microsecond stays" back

# The sizes are records of their own, which ttyplay prints as they are.
ttyplay_prints() {
	timeout "${PATIENCE:-120}" ttyplay -n out.ttyrec >played </dev/null 2>said || { cat said; return 1; }
	python3 - <<-'END'
	import re
	played = open("played", "rb").read()
	assert re.sub(rb"\x1b\[8;\d+;\d+t", b"", played) == open("shown", "rb").read(), played
	END
}
if command -v ttyplay >/dev/null; then
	check "ttyplay prints what was shown" ttyplay_prints
else
	skip "ttyplay prints what was shown" "no ttyplay here"
fi

from_ttyrec() {
	timeout "${PATIENCE:-120}" script -qec 'ttyrec -e "printf abc\\\\ndef" real.tty' /dev/null </dev/null >said 2>&1
	[ -s real.tty ] || { cat said; return 1; }
	"$auditlog" convert --format raw real.tty - 2>/dev/null | tr -d '\r' | grep -q '^def' || return 1
	"$auditlog" verify real.tty && "$auditlog" convert real.tty again.ttyrec && cmp real.tty again.ttyrec
}
if command -v ttyrec >/dev/null && command -v script >/dev/null; then
	check "what ttyrec recorded is read, and written again the same" from_ttyrec
else
	skip "what ttyrec recorded is read, and written again the same" "no ttyrec here"
fi

torn() {
	head -c -3 out.ttyrec >cut.ttyrec
	"$auditlog" convert --overwrite cut.ttyrec cut.audit && "$auditlog" info cut.ttyrec |
		grep -q truncated
}
check "one that was broken off is read as far as it goes" torn
check "auditrec does not record it" fails 2 'convert to it later' \
	"$build/auditrec" --format ttyrec -o x.ttyrec -c true
done_testing
