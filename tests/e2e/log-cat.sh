#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog cat: recordings of all formats joined, against asciinema where it does the same.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
auditfile.write("ann.audit", auditfile.sample())
later = [dict(m, timestamp=m["timestamp"] + 3600 * 10**9) for m in auditfile.sample()]
for m in later:
    if m["type"] == 199:
        m["payload"] = {"username": "bob"}
auditfile.write("bob.audit", later)
auditfile.write("two.audit", auditfile.sample() + auditfile.sample())
END
cat >a.cast <<'END'
{"version":2,"width":20,"height":5,"timestamp":1700000000,"title":"a"}
[0.5,"o","one\r\n"]
[1.0,"o","\u001b[31mred"]
END
cat >b.cast <<'END'
{"version":2,"width":30,"height":6,"timestamp":1700000060,"title":"b"}
[0.25,"o","two\r\n"]
[2.0,"m","mark"]
END

edit() {
	"$auditlog" cat --overwrite "$@" 2>said || { cat said; return 1; }
}

casts() {
	edit a.cast b.cast a.cast o.cast || return 1
	sed 1d o.cast >got
	cat >want <<-'END'
	[0.5, "o", "one\r\n"]
	[1.0, "o", "\u001b[31mred"]
	[1.0, "m", "b.cast, 2023-11-14T22:14:20Z, connection ID"]
	[1.0, "o", "\u0018\u001bc\u001b]2;\u001b\\"]
	[1.0, "r", "30x6"]
	[1.25, "o", "two\r\n"]
	[3.0, "m", "mark"]
	[3.0, "m", "a.cast, 2023-11-14T22:13:20Z, connection ID"]
	[3.0, "o", "\u0018\u001bc\u001b]2;\u001b\\"]
	[3.0, "r", "20x5"]
	[3.5, "o", "one\r\n"]
	[4.0, "o", "\u001b[31mred"]
	END
	sed 's/connection [0-9a-f]*/connection ID/; s/\([0-9]\)00*,/\1,/; s/\.,/.0,/' got >got2
	diff want got2
}
check "asciicasts" casts

# The same bytes as asciinema prints of each, but for what begins the terminal anew.
asciinema_cat() {
	edit a.cast b.cast o.cast || return 1
	# it wants a terminal to be there
	python3 -c 'import os, pty; os._exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c",
"for f in o a b; do asciinema cat $f.cast >$f.shown || exit 1; done"])))' </dev/null || return 1
	{ cat a.shown && printf '\030\033c\033]2;\033\134' && cat b.shown; } | cmp - o.shown
}
if command -v asciinema >/dev/null && asciinema --version | grep -q ' 2\.'; then
	check "asciinema prints it" asciinema_cat
else
	skip "asciinema prints it" "no asciinema 2 here"
fi

mixed() {
	edit ann.audit a.cast o.audit && "$auditlog" verify o.audit || return 1
	"$auditlog" marks list o.audit | grep -q 'a.cast, 2023' || return 1
	"$auditlog" screen -f ansi --at end a.cast >a && "$auditlog" screen -f ansi --at end o.audit |
		cmp - a || return 1
	"$auditlog" screen -f ansi --at 1 ann.audit >a && "$auditlog" screen -f ansi --at 1 o.audit |
		cmp - a
}
check "an audit log and an asciicast" mixed

one_of_each() {
	edit ann.audit bob.audit o.audit || return 1
	cat said
	grep -q 'ann.audit is of ann, bob.audit of bob' said || return 1
	grep -q 'without [0-9]* messages of logins' said || return 1
	"$auditlog" decode o.audit | python3 -c '
import json, sys
ms = [json.loads(l) for l in sys.stdin]
kinds = [m["typeId"] for m in ms]
for k in "connect", "disconnect", "exit":
    assert kinds.count(k) == 1, (k, kinds)
assert kinds[0] == "connect" and kinds[-1] == "disconnect", kinds
assert len({m["connectionId"] for m in ms}) == 1
assert all(a["timestamp"] <= b["timestamp"] for a, b in zip(ms, ms[1:]))
ids = [m["payload"]["requestId"] for m in ms if (m["payload"] or {}).get("requestId") is not None]'
}
check "one start, one end, different users are said" one_of_each

says() {
	"$auditlog" events -f json o.audit | python3 -c '
import hashlib, json, sys
e = [json.loads(l) for l in sys.stdin if "sha256" in l]
def find(x):
    if isinstance(x, dict):
        if "sha256" in x: yield x
        for v in x.values(): yield from find(v)
e = [x for l in e for x in find(l)]
assert [x["file"] for x in e] == ["ann.audit", "bob.audit"], e
assert [x["user"] for x in e] == ["ann", "bob"], e
for x in e:
    d = open(x["file"], "rb").read()
    assert x["sha256"] == hashlib.sha256(d).hexdigest() and x["bytes"] == len(d), x'
}
check "it says what it was made of" says

gaps() {
	edit --gap 1:00 a.cast b.cast o.cast && grep -q '^\[61.25[0]*, "o", "two' o.cast || return 1
	edit --keep-times a.cast b.cast o.cast && grep -q '^\[60.25[0]*, "o", "two' o.cast || return 1
	edit -k ann.audit bob.audit o.audit && "$auditlog" marks list o.audit | grep -q '1:00:00.000  bob.audit'
}
check "gaps" gaps

inverse() {
	edit ann.audit bob.audit o.audit && "$auditlog" cut --overwrite --from "mark:$("$auditlog" marks list -j o.audit |
		python3 -c 'import json, sys; print([json.loads(l)["label"] for l in sys.stdin][1])')" o.audit p.audit || return 1
	"$auditlog" screen --at end -f ansi p.audit >a && "$auditlog" screen --at end -f ansi bob.audit | cmp - a
}
check "cut at the seam" inverse

check "they overlap" fails 2 'begins before bob.audit ends' \
	"$auditlog" cat -k bob.audit ann.audit new
check "OUT is one of them" fails 2 'is one of the recordings' \
	"$auditlog" cat --overwrite ann.audit bob.audit bob.audit
echo nothing >nothing
check "one that is none" fails 2 'nothing: neither an audit log' \
	"$auditlog" cat ann.audit nothing new
# Its name is all that differs.
piped() {
	cp bob.audit "standard input" &&
		edit ann.audit "standard input" o.audit || return 1
	"$auditlog" cat --overwrite ann.audit - p.audit <bob.audit 2>err || { cat err; return 1; }
	"$auditlog" decode o.audit | grep '"io"' >a && [ -s a ] || return 1
	"$auditlog" decode p.audit | grep '"io"' | cmp - a || return 1
	"$auditlog" cat --overwrite - ann.audit p.audit <bob.audit 2>err &&
		"$auditlog" verify p.audit >err || { cat err; return 1; }
	cat bob.audit | "$auditlog" cat --overwrite - - p.audit && "$auditlog" verify p.audit
}
check "standard input" piped
check "several connections in one" fails 2 'several connections' \
	"$auditlog" cat ann.audit two.audit new
check "OUT alone" fails 2 'needs IN... OUT' "$auditlog" cat new
nothing_new() { [ ! -e new ]; }
check "nothing appeared" nothing_new
done_testing
