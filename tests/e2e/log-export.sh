#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog export: what is in a page, what must never be in it, and wrong use.  The player is a
# stand-in here; log-browser.sh has the real one.
. "${srcdir:-.}/tests/e2e/tap.sh"

mkdir player
echo 'var AsciinemaPlayer = { create: () => null };' >player/asciinema-player.min.js
echo '.ap-player { color: red }' >player/asciinema-player.css
echo 'A licence <with> signs & "quotes".' >player/LICENSE
python3 - <<'END'
import auditfile as a
ms = 10**6
a.write("session.audit", a.sample(), end=True)
evil = ("</script><script>alert(1)</script><!--<script>" "\u2028\u2029\u202e\u2066\ufeff"
        "<img src=x onerror=alert(1)> {{player}} ]]> \\u003c \x1b]0;x\x07 \x00 &lt; \" ' \x7f\x85")
names = ("command", "marker", "process-exec", "file-open", "gap")
extra = [a.vendor(1800 * ms + i, n, text=evil, label=evil, exe=evil, path=evil, what=evil, id=i,
         pid=i, trust="nonce", phase="start", argv=[evil]) for i, n in enumerate(names)]
hostile = a.sample()
hostile[3] = a.vendor(3 * ms, "session", user=evil, host=evil, title=evil, tty=evil, cwd=evil)
hostile[4]["payload"].update(name="EVIL", value=evil)
hostile[12:12] = extra + [a.io(1900 * ms, evil.encode()), a.io(1950 * ms, evil.encode(), 0)]
a.write("hostile.audit", hostile)
pair = dict(id=7, trust="nonce", text="make all")
slow = a.sample()[:7] + [a.vendor(100 * ms, "command", phase="start", **pair),
    a.io(200 * ms, b"one"), a.io(30200 * ms, b"two"),
    a.vendor(30500 * ms, "command", phase="end", status=2, duration=30400 * ms, **pair),
    a.message(30600 * ms, 499, {"exitStatus": 2})]
a.write("slow.audit", slow)
END

page() {
	rm -f page.html
	"$auditlog" export --player player "$@" page.html
}

# holds PYTHON: true of the page p.
holds() {
	python3 - "$1" <<-'END'
	import sys
	import htmlpage
	p = htmlpage.Page("page.html")
	d = p.data
	ok = eval("(" + sys.argv[1] + ")")
	if not ok:
	    print(p.title, p.cast[:3000], *d["events"], {k: d[k] for k in d if k != "events"}, sep="\n")
	sys.exit(0 if ok else 1)
	END
}
with() {
	want=$1
	shift
	page "$@" && holds "$want"
}

check "the facts of a session" with 'd["title"] == "a title" and d["exit"] == 3 and
	dict((k, v) for k, _, v in d["facts"])["user"] == "ann" and
	d["start"] == 1710000000000 and "state" not in d' session.audit
check "what happened is listed" with '
	[e["s"] for e in p.events("marker") + p.events("exit")] ==
	["marker: here", "no more output", "exit 3", "channel closed"]' session.audit
check "every kind has a sign" holds 'all(d["kinds"][e["k"]][0] for e in d["events"])'
same_cast() {
	page session.audit || return 1
	"$auditlog" convert --no-input -f asciicast-v2 session.audit want.cast 2>/dev/null || return 1
	holds 'p.cast == open("want.cast").read()'
}
check "the recording is the asciicast of convert" same_cast
check "input is left out" with 'not [l for l in p.lines()[1:] if l[1] == "i"] and
	not p.events("typed") and not d["typed"]' session.audit
check "unless it is asked for" with '
	"".join(l[2] for l in p.lines()[1:] if l[1] == "i") == "ls\r" and d["typed"] and
	[(e["s"], e["t"]) for e in p.events("typed")] == [("ls", 1600000)]' --input session.audit
check "--title" with 'd["title"] == "x <b> \u202fy" and p.lines()[0]["title"]' \
	--title "$(printf 'x <b> \342\200\257y')" session.audit
check "--theme" with '"page" in p.text and "--term-color-1:#bf616a" in p.text and
	"<body data-theme=\"page\">" in p.text' --theme nord session.audit
check "without it the recording may have one" with '"data-theme=\"auto/page\"" in p.text' session.audit
check "a command has beginning, end, status and length" with '
	[(e["s"], e["c"]) for e in p.events("command")][0] == ("make all", "id7") and
	[(e["c"], e["x"], e["n"]) for e in p.events("command") if e.get("e")] == [("id7", 2, 30400000)]
	' slow.audit
check "a pause is an event" holds '[(e["t"], e["n"]) for e in p.events("idle")] ==
	[(200000, 30000000)]'
check "--idle-time-limit moves recording and events alike" with '
	p.lines()[-1][0] == 2.6 and d["length"] == 2600000 and d["real"] == 30600000 and
	[(e["t"], e["r"]) for e in p.events("command") if e.get("e")] == [(2500000, 30500000)]
	' --idle-time-limit 2 slow.audit
check "a hostile recording is text" with '
	len(p.events("command")) == 1 and "script" in p.events("command")[0]["s"] and
	"<img" in d["title"]' --input hostile.audit
head -c 700 session.audit >cut.audit
check "there is output" with 'not d["silent"]' session.audit
check "a recording that was cut says so" with 'd["state"] == "truncated"' cut.audit
to_stdout() {
	page session.audit && "$auditlog" export --player player session.audit - >other.html &&
		cmp page.html other.html
}
check "to standard output" to_stdout

refused() {
	echo mine >there.html
	fails 2 'overwrite replaces it' "$auditlog" export --player player session.audit there.html &&
		grep -q mine there.html
}
check "an existing file is not replaced" refused
check "but with --overwrite" "$auditlog" export --player player --overwrite session.audit there.html
check "not onto itself" fails 2 'recording itself' \
	"$auditlog" export --player player --overwrite session.audit session.audit
# Of a build that has none; else it must be the real one.
without_a_player() {
	if "$auditlog" export session.audit built-in.html 2>err; then
		grep -q 'Apache License' built-in.html
	else
		grep -q 'tools/get-player DIR.*--player DIR.*--with-player' err
	fi
}
check "without a player it is said how to get one" without_a_player
check "no recording" fails 2 'check.out' "$auditlog" export --player player check.out new.html
check "a folder without a player" fails 2 'asciinema-player.min.js' \
	"$auditlog" export --player . session.audit new.html
mkdir broken && cp player/* broken && echo '"</script>"' >>broken/asciinema-player.min.js
check "a player that would end its own script" fails 2 'cannot stand in a page' \
	"$auditlog" export --player broken session.audit new.html
nothing_left() { [ ! -e new.html ]; }
check "nothing is left of those" nothing_left
full() {
	[ -c /dev/full ] || return 0
	fails 1 'No space' "$auditlog" export --player player --overwrite session.audit /dev/full
}
check "a full disk" full
done_testing
