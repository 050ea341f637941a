#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog screen at many moments: files of their own, contact sheets, and wrong use.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile as a
ms = 10**6
start = a.sample()[:7]
# four commands, each of which writes for a second and then stands for ten
work = []
for i in range(4):
    t = 1000 + i * 11000
    work.append(a.vendor(t * ms, "command", phase="start", id=i, trust="nonce", text="step %d" % i))
    work += [a.io((t + k * 100) * ms, b"step %d line %d\r\n" % (i, k)) for k in range(10)]
a.write("work.audit", start + work + [a.message(46000 * ms, 1, None, None)], end=True)
a.write("empty.audit", start[:3], end=True)
with open("themed.cast", "w") as f:
    f.write('{"version":3,"term":{"cols":20,"rows":4,"theme":{"fg":"#010203","bg":"#fefdfc",'
            '"palette":"%s"}}}\n[0.5,"o","\\u001b[31mred"]\n' % ":".join(["#0a0b0c"] * 8))
END

every() {
	"$auditlog" screen --every 5 -f text work.audit >names || return 1
	cat names
	[ "$(cut -f 1 names | tr '\n' ' ')" = \
		"work-0001.txt work-0002.txt work-0003.txt work-0004.txt " ] || return 1
	grep -q 'step 0 line 9' work-0001.txt && ! grep -q 'step 1' work-0001.txt &&
		grep -q 'step 1 line 9' work-0002.txt
}
check "every five seconds, what has not changed is left out" every
check "they are not written over" fails 2 'overwrite replaces' \
	"$auditlog" screen --every 5 -f text work.audit
as_json() {
	"$auditlog" screen --every 25% -o json.txt --json work.audit >out || return 1
	python3 - <<-'END'
	import json
	v = [json.loads(l) for l in open("out")]
	assert [x["file"] for x in v] == ["json-%04d.txt" % n for n in range(1, len(v) + 1)] and v, v
	assert all(open(x["file"]) and x["at"] > 0 for x in v), v
	END
}
check "the names as JSON" as_json
check "of one screen there is none" fails 2 'json goes with' "$auditlog" screen --json work.audit
# itself OUT ARG...: refused even with --overwrite, and work.audit stays what it was
itself() {
	cp work.audit kept && out=$1 && shift &&
		fails 2 'belongs to the recording' "$auditlog" screen --overwrite -o "$out" "$@" &&
		cmp kept work.audit
}
ln work.audit itself-0001.svg
check "the recording is not written over" itself work.audit -f svg work.audit
check "nor by another of its names" itself itself-0001.svg work.audit
check "nor by a sheet" itself work.audit -f svg --sheet 2x2 work.audit
check "nor by one of several" itself itself.svg --count 4 work.audit
percent() {
	"$auditlog" screen --every 25% --all -o part.txt work.audit >names || return 1
	[ "$(cut -f 1 names | tr '\n' ' ')" = \
		"part-0001.txt part-0002.txt part-0003.txt part-0004.txt " ]
}
check "--every PERCENT, all of them" percent
same_as_at() {
	at=$(sed -n 2p names | cut -f 2)
	"$auditlog" screen --at "$at" work.audit | cmp - part-0002.txt
}
check "each is the screen of its moment" same_as_at
# The screens that stood, not those in the middle of a burst.
count() {
	"$auditlog" screen --count 4 -o best.svg work.audit >names || return 1
	cat names
	cut -f 2 names | tr '\n' ' ' | grep -qx '0:01.900 0:12.900 0:23.900 0:34.900 '
}
check "--count: where the screen stood for long" count

sheet() {
	"$auditlog" screen --sheet 2x2 -o sheet."$1" work.audit || return 1
	python3 - sheet."$1" <<-'END'
	import re, sys, xml.dom.minidom
	text = open(sys.argv[1]).read()
	if sys.argv[1].endswith("svg"):
	    xml.dom.minidom.parseString(text)
	for i, at in enumerate(("0:01", "0:12", "0:23", "0:34")):
	    assert re.search(r"%s +\$ step %d<" % (at, i), text), (i, at)
	assert text.count("<svg") == (5 if sys.argv[1].endswith("svg") else 4)
	END
}
check "a contact sheet as SVG, with times and commands" sheet svg
check "and as a page" sheet html
png() {
	"$auditlog" screen --sheet 3x1 -o sheet.png work.audit 2>err || { cat err; return 1; }
	python3 -c '
import struct
d = open("sheet.png", "rb").read()
assert d[:8] == b"\x89PNG\r\n\x1a\n"
w, h = struct.unpack(">II", d[16:24])
assert w > 3 * h, (w, h)'
}
if "$auditlog" screen -f png work.audit >one.png 2>err; then
	check "and as PNG" png
else
	grep -qE 'no FreeType|no monospace font' err
	skip "and as PNG" "$(sed 's/.*: //' err)"
fi
tty_needs_output() {
	python3 - "$auditlog" screen -f png work.audit <<-'END'
	import os, pty, sys
	sys.exit(0 if os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])) == 2 else 1)
	END
}
check "no picture on a terminal" tty_needs_output

themes() {
	"$auditlog" screen -f svg themed.cast >a.svg && "$auditlog" screen -f svg --theme nord \
		themed.cast >b.svg || return 1
	grep -q '#fefdfc' a.svg && grep -q '#0a0b0c' a.svg && ! grep -q '#fefdfc' b.svg &&
		grep -q '#bf616a' b.svg
}
check "the colours of the recording, or of a theme" themes
piped() {
	"$auditlog" screen --count 1 -f text - <work.audit >names && [ -s screen-0001.txt ]
}
check "from standard input" piped
none() {
	"$auditlog" screen --count 3 -f text empty.audit 2>err && grep -q 'no screen' err &&
		[ "$(ls empty-* 2>/dev/null)" = "" ]
}
check "a recording without output" none
check "what does not go together" fails 2 'do not go together' \
	"$auditlog" screen --at 3 --sheet 2x2 work.audit
check "a sheet is no text" fails 2 'svg, html or png' \
	"$auditlog" screen --sheet 2x2 -f text work.audit
check "a sheet too large" fails 2 'COLSxROWS\|larger\|50' "$auditlog" screen --sheet 51x2 work.audit
check "no such theme" fails 2 'solarized-dark' "$auditlog" screen --theme blue work.audit
check "steps of nothing" fails 2 'every wants' "$auditlog" screen --every 0 work.audit
check "a name that tells no format" fails 2 'what is it to be' \
	"$auditlog" screen -o x.jpg work.audit
too_many() {
	mkdir many && cd many || return 1
	"$auditlog" screen --every 0.001 --all -f text ../work.audit >/dev/null 2>err
	[ $? -eq 2 ] && grep -q 'take larger steps' err
}
check "not more files than a person can want" too_many
done_testing
