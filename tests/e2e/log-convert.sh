#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog convert among all formats: bytes and times stay as far as the target can hold them,
# and OUT appears whole or not at all.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
messages = auditfile.sample()
auditfile.write("session.audit", messages)
auditfile.write("session1.audit", messages, version=1)
# text only, so that asciicast can hold it
text = [m for m in messages if b"bad" not in (m["payload"] or {}).get("data", b"")]
auditfile.write("text.audit", text)
END
formats="audit audit-v1 asciicast-v1 asciicast-v2 asciicast-v3"

# same A B WHAT: the messages of A and B, decoded, are the same in WHAT: all, or the output
# and input alone (io), or the output alone (out), with times to MICRO or MILLI.
same() {
	"$auditlog" decode "$1" >a.jsonl || return 1
	"$auditlog" decode "$2" >b.jsonl || return 1
	python3 - "$3" "$4" <<-'END'
	import base64, codecs, json, sys
	what, unit = sys.argv[1], int(sys.argv[2])
	def read(name):
	    return [json.loads(l) for l in open(name)]
	def streams(messages):
	    """For each stream the text, and for each of its characters the time."""
	    start = messages[0]["timestamp"]
	    out = {}
	    for m in messages:
	        if m["typeId"] != "io":
	            continue
	        s = 0 if m["payload"]["stream"] == 0 else 1
	        if what == "out" and s == 0:
	            continue
	        d = out.setdefault(s, (codecs.getincrementaldecoder("utf-8")("replace"), []))
	        for ch in d[0].decode(base64.b64decode(m["payload"]["data"])):
	            d[1].append((ch, m["timestamp"] - start))
	    return {s: d[1] for s, d in out.items()}
	a, b = read("a.jsonl"), read("b.jsonl")
	if what == "all":
	    assert len(a) == len(b), (len(a), len(b))
	    for x, y in zip(a, b):
	        assert x == y, (x, y)
	    sys.exit(0)
	a, b = streams(a), streams(b)
	assert a and a.keys() == b.keys(), (a.keys(), b.keys())
	for s in a:
	    assert "".join(c for c, _ in a[s]) == "".join(c for c, _ in b[s]), (s, a[s], b[s])
	    for (c, t), (_, u) in zip(a[s], b[s]):
	        assert abs(t - u) <= unit, (s, c, t, u)
	END
}

convert() {
	"$auditlog" convert --overwrite "$@" 2>said || { cat said; return 1; }
}

# There and back; $3: what the format in the middle can hold; $4: its unit of time.
there_and_back() {
	convert -f "$1" "$2" middle && convert -f audit middle back || return 1
	"$auditlog" verify middle back >verdict || { cat verdict; return 1; }
	cat said
	same "$2" back "$3" "$4"
}
check "audit 2 to itself" there_and_back audit session.audit all 0
check "audit 2 by audit 1" there_and_back audit-v1 session.audit all 0
check "audit 1 by audit 2" there_and_back audit session1.audit all 0
check "by asciicast 2" there_and_back asciicast-v2 session.audit io 1000
check "by asciicast 3" there_and_back asciicast-v3 session.audit io 500000
check "by asciicast 1" there_and_back asciicast-v1 session.audit out 1000

# Every format from every other: what the poorest of the two holds arrives.
all_pairs() {
	convert -f audit text.audit from.audit || return 1
	for f in $formats; do
		convert -f "$f" text.audit "from.$f" || return 1
	done
	for f in $formats; do
		for t in $formats; do
			echo "$f to $t"
			convert -f "$t" "from.$f" to || return 1
			"$auditlog" info --json to | grep -q "\"format\":\"$t\"" || return 1
			same text.audit to out 1000000 || return 1
		done
	done
}
check "all pairs" all_pairs

# A second time the same bytes: nothing wanders.
stable() {
	for f in asciicast-v2 asciicast-v3; do
		convert -f $f session.audit one && convert -f $f one two || return 1
		cmp one two || return 1
	done
}
check "asciicast is stable" stable

by_name() {
	convert session.audit a.cast && convert session.audit a.audit || return 1
	"$auditlog" info -j a.cast | grep -q '"asciicast-v2"' &&
		"$auditlog" info -j a.audit | grep -q '"format":"audit"'
}
check "the name chooses the format" by_name

pipes() {
	convert -f asciicast-v2 session.audit a.cast || return 1
	cat session.audit | "$auditlog" convert -f asciicast-v2 - - 2>/dev/null >b.cast
	cmp a.cast b.cast || return 1
	"$auditlog" convert -f audit-v1 session.audit - >c.audit && "$auditlog" decode c.audit >c &&
		"$auditlog" decode session.audit | cmp - c
}
check "both ways through pipes" pipes

tells() {
	"$auditlog" convert --overwrite -f asciicast-v2 session.audit a.cast 2>said || return 1
	cat said
	grep -q 'a.cast: asciicast-v2 cannot hold: ' said
}
check "what cannot be held is said" tells

no_input() {
	convert --no-input -f asciicast-v2 session.audit a.cast || return 1
	! grep -q '"i"' a.cast && grep -q '"o"' a.cast
}
check "--no-input leaves out what was typed" no_input

title() {
	convert --title "a new one" -f asciicast-v3 session.audit a.cast &&
		head -n 1 a.cast | grep -q '"title":"a new one"'
}
check "--title" title

terminated() {
	convert --terminate session.audit a.audit && tail -c +41 a.audit | gzip -t
}
check "--terminate makes gzip content" terminated

private() {
	rm -f new.audit
	"$auditlog" convert session.audit new.audit && [ "$(stat -c %a new.audit)" = 600 ]
}
check "OUT is private" private

unharmed() {
	echo precious >keep
	fails "$@" || return 1
	[ "$(cat keep)" = precious ] && [ "$(ls -A | grep -c '^\.')" -eq 0 ]
}
ln -s session.audit link
check "an existing OUT is kept" unharmed 2 'exists already (--overwrite' \
	"$auditlog" convert session.audit keep
check "unreadable input keeps OUT" unharmed 2 'keep' \
	"$auditlog" convert --overwrite keep keep2
check "OUT is IN" fails 2 'is the recording itself' \
	"$auditlog" convert --overwrite session.audit link
check "OUT is a folder" fails 2 'is a directory' "$auditlog" convert session.audit .
check "OUT in a folder that is not there" fails 2 'cannot create: No such file' \
	"$auditlog" convert session.audit nowhere/out
check "a format that is none" fails 2 'unknown format' \
	"$auditlog" convert -f gif session.audit out
check "a level that is none" fails 2 'no number from 1 to 9' \
	"$auditlog" convert -z 10 session.audit out
check "one operand" fails 2 'needs IN OUT' "$auditlog" convert session.audit
full() {
	timeout "${PATIENCE:-120}" "$auditlog" convert --overwrite session.audit /dev/full >out 2>err
	[ $? -eq 1 ] && grep -q 'No space left' err && [ "$(wc -l <err)" -eq 1 ] && [ -c /dev/full ]
}
check "a full disk" full

# Half a file on a full disk must not appear; a quota of one block plays the disk.
quota() {
	rm -f out.cast
	python3 - <<-'END'
	import auditfile, os
	auditfile.write("big.audit", [auditfile.io(i, os.urandom(3000).hex().encode())
	    for i in range(100)])
	END
	(ulimit -f 100; trap '' XFSZ; "$auditlog" convert big.audit out.cast) 2>err
	[ $? -eq 1 ] || return 1
	cat err
	[ ! -e out.cast ] && [ "$(wc -l <err)" -eq 1 ] && [ "$(ls -A | grep -c '^\.')" -eq 0 ]
}
check "half a file does not appear" quota

# More than is ever written at once.
to_stdout() {
	python3 -c 'import auditfile
auditfile.write("large.audit", auditfile.sample()[:7] + [
    auditfile.io(i * 10**6, b"line %d\r\n" % i * 1000) for i in range(7, 2000)])'
	convert -f asciicast-v2 large.audit large.cast || return 1
	"$auditlog" convert -f asciicast-v2 large.audit - | cmp - large.cast
}
check "a large one to standard output" to_stdout

damaged() {
	python3 - <<-'END'
	data = bytearray(open("session.audit", "rb").read())
	for i in range(len(data) // 2, len(data) // 2 + 20):
	    data[i] ^= 0x55
	open("damaged.audit", "wb").write(data)
	END
	"$auditlog" convert --overwrite -f asciicast-v2 damaged.audit out.cast 2>err
	[ $? -eq 1 ] || return 1
	cat err
	grep -q 'damaged' err && grep -q 'that could be read' err && [ -s out.cast ]
}
check "what can be read of a damaged one is kept, and said" damaged

played() {
	convert -f asciicast-v2 session.audit a.cast || return 1
	python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
		asciinema play -s 100 -i 0.1 a.cast >played </dev/null && grep -q placed played
}
if command -v asciinema >/dev/null; then
	check "asciinema plays it" played
else
	skip "asciinema plays it" "asciinema is not installed"
fi

as_text() {
	"$auditlog" convert session.audit text.txt 2>said && grep -q 'nothing else' said || return 1
	printf 'hello red\ncafé 日本\n' >want
	head -n 2 text.txt | diff want - && grep -q '^to stderr$' text.txt || return 1
	seq 1 5000 | sed 's/$/\r/' >lines && "$auditlog" convert --from raw -f txt lines - 2>/dev/null |
		tee got | wc -l | grep -qx 5000 && seq 1 5000 | diff got -
}
check "as the text that was shown, every line once" as_text
check "no other command writes text" fails 2 'cannot write txt' \
	"$auditlog" speed 2 session.audit x.txt
done_testing
