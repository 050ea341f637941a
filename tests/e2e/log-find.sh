#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog list and grep: what they find among recordings, with a catalogue in every state.
. "${srcdir:-.}/tests/e2e/tap.sh"
HOME=$work/home XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state
export HOME XDG_CACHE_HOME XDG_STATE_HOME

mkdir -p all/sub all/.hidden
python3 - <<'END'
import auditfile
def who(name, user, days, host):
    m = auditfile.sample()
    for one in m:
        one["timestamp"] += days * 86400 * 10 ** 9
        p = one["payload"]
        if p and "username" in p:
            p["username"] = user
        if p and p.get("requestType") == "session@auditrec":
            p["payload"] = p["payload"].replace(b'"box"', b'"%s"' % host.encode())
    auditfile.write(name, m)
who("all/ann.audit", "ann", 0, "box")
who("all/sub/bob.audit", "bob", 1, "web")
who("all/evil.audit", "e\x1b]0;x\x07\nvil", 2, "web")
who("all/a b\nc.audit", "carl", 3, "box")
END
echo junk >all/notes.txt
head -c 600 all/ann.audit >all/cut.audit
cp all/ann.audit all/.hidden/x.audit
ln -s /dev/zero all/zero
mkfifo all/fifo

# files WORD...: the names of what list shows, sorted, without folders and endings
files() {
	"$auditlog" list --json "$@" 2>err >out || { cat err; return 1; }
	python3 -c '
import json, os
names = [os.path.basename(json.loads(l)["file"]) for l in open("out")]
print(*sorted(n.split(".")[0].replace("\n", "") for n in names))'
}
shows() {
	want=$1
	shift
	got=$(files "$@") || { echo "$got"; return 1; }
	[ "$got" = "$want" ] || { echo "'$got', not '$want'"; return 1; }
}
check "list finds recordings below a folder" shows "a bc ann bob cut evil" all
check "list by user" shows "bob" all user bob
check "list by host and user" shows "a bc" all host box and '!' user ann
check "list by address" shows "a bc ann bob cut evil" all from 10.0.0.0/8
check "list by date" shows "bob evil" all fromdate 2024-03-10 todate 2024-03-11
check "list by a relative date that looks like an option" shows "" all fromdate -1h
check "list by exit status" shows "a bc ann bob evil" all exit 3
check "list by state" shows "cut" all state truncated
check "list by length" shows "" all longer 1h
check "list by command" shows "bob" all command '^demo$' user bob
check "list by what was shown" shows "a bc ann bob cut evil" all text '^hello'
check "list by what was shown and who" shows "ann" all text 日本 and user ann and state clean
check "list by what was typed" shows "a bc bob evil" all typed '^ls' '!' user ann
check "list with parentheses" shows "bob" all '(' user ann or user bob ')' host web
check "list with a short predicate" shows "bob" all us bob
check "list with options behind the expression" shows "bob" all user bob --sort name

check "list tells that there is no usual folder yet" fails 2 'where auditrec records to: name a folder' \
	env XDG_STATE_HOME="$work/nowhere" "$auditlog" list
check "list names a wrong predicate" fails 2 "'frob' is neither" "$auditlog" list frob x
check "list names a wrong state" fails 2 "^auditlog: state: 'odd' is none of clean" \
	"$auditlog" list all state odd
check "list names a wrong date" fails 2 "fromdate: 'soon'" "$auditlog" list all fromdate soon
check "list names a wrong expression" fails 2 'text: ' "$auditlog" list all text '('
check "list names a wrong key" fails 2 'none of date' "$auditlog" list --sort frob all

table() {
	"$auditlog" list all --sort user 2>err >out || return 1
	cat -v out err
	! LC_ALL=C grep -q "$(printf '\033')" out && [ "$(wc -l <out)" -eq 6 ] &&
		grep -q '^DATE  *LENGTH  USER' out && grep -q 'a b^Jc.audit$' out &&
		sed -n 2p out | grep -q 'ann  *box' && grep -q 'left out 1 file' err
}
check "list prints a table, nothing in it is sent raw" table
reverse() {
	"$auditlog" list -r -s date all 2>/dev/null | sed -n 2p | grep -q carl
}
check "list the other way round" reverse
default_folder() {
	mkdir -p state/auditrec && cp all/ann.audit state/auditrec/mine.audit && shows mine
}
check "list without a folder" default_folder
no_recording() {
	"$auditlog" list all/notes.txt >out 2>err
	[ $? -eq 2 ] && [ ! -s out ] && grep -q '^auditlog: all/notes.txt: ' err
}
check "list says that a file is none" no_recording
check "list says so again" no_recording

# --- the catalogue
catalogue=$XDG_CACHE_HOME/auditrec/catalogue.sqlite
check "the catalogue is there, private" \
	sh -c "[ \$(stat -c %a '$catalogue') = 600 ] && [ \$(stat -c %a '${catalogue%/*}') = 700 ]"
follows() {
	cp all/ann.audit all/new.audit && shows "a bc ann bob cut evil new" all || return 1
	cp all/sub/bob.audit all/new.audit && shows "bob new" all user bob || return 1
	rm all/new.audit && shows "bob" all user bob
}
check "the catalogue follows the files" follows
# shellcheck disable=SC2120,SC2119 # arguments come from check
works_without() {
	"$auditlog" list --json all user bob "$@" 2>err >out || return 1
	cat err
	[ "$(wc -l <out)" -eq 1 ] && [ "$(grep -c 'going on without' err)" -eq 1 ]
}
broken() {
	echo "no database at all, but longer than nothing, as a header has to be....." >"$catalogue"
	works_without && grep -q 'rebuild' err && works_without || return 1
	shows bob all user bob --rebuild && ! grep -q without err && shows bob all user bob &&
		! grep -q without err
}
check "a broken catalogue is told of once, and made anew on demand" broken
garbled() {
	shows bob all user bob || return 1
	python3 - "$catalogue" <<-'END'
	import sys
	b = bytearray(open(sys.argv[1], "rb").read())
	for i in range(100, len(b)):
	    b[i] ^= 0x55
	open(sys.argv[1], "wb").write(b)
	END
	works_without && shows bob all user bob --rebuild
}
check "a garbled catalogue does no harm" garbled
check "a catalogue that is a folder" works_without --catalogue "$work"
check "a catalogue that cannot be" works_without --catalogue /dev/null/x
no_catalogue() {
	cp all/ann.audit kept && works_without --catalogue all/ann.audit "$@" && cmp kept all/ann.audit
}
check "a recording that is named as a catalogue stays" no_catalogue
check "also when the catalogue is to be made anew" no_catalogue --rebuild
foreign() {
	python3 - <<-'END' && cp foreign.db kept || return 1
	import sqlite3
	sqlite3.connect("foreign.db").executescript("drop table if exists file;"
	    "drop table if exists other; create table file (x); create table other (y);")
	END
	works_without --catalogue foreign.db "$@" && cmp kept foreign.db
}
check "a database of others stays" foreign
check "also when the catalogue is to be made anew" foreign --rebuild
none() {
	rm -rf cache && shows bob all user bob --no-catalogue && [ ! -e cache ]
}
check "list without a catalogue" none

# --- grep
plain() {
	"$auditlog" grep --no-play hello all/ann.audit >out
	cat out
	printf 'all/ann.audit\t0:00.010\thello red\n' | cmp - out
}
check "grep prints file, time, line, without the command" plain
play() {
	"$auditlog" grep 日本 'all/a b
c.audit' >out || return 1
	cat -v out
	[ "$(wc -l <out)" -eq 1 ] || return 1
	cut -f 4 out | sed 's/^auditplay /"$auditlog" screen /' >shown
	command -v bash >/dev/null || return 0
	bash shown | grep -q 日本
}
check "grep prints the command that shows it" play
json() {
	"$auditlog" grep -j -t ls all/ann.audit | python3 -c '
import json, sys
l = [json.loads(x) for x in sys.stdin]
assert all(isinstance(x["at"], float) and x["play"].startswith("auditplay --at ") for x in l), l
assert len(l) == 1 and l[0]["line"] == "ls" and l[0]["scope"] == "typed", l
assert l[0]["play"].startswith("auditplay --at 0:01.700 "), l'
}
check "grep --json" json
status() {
	want=$1
	shift
	"$auditlog" grep "$@" >out 2>err
	got=$?
	cat out err
	[ $got -eq "$want" ]
}
check "grep finds: 0" status 0 hello all
check "grep does not: 1" status 1 Hello all
check "grep -i does" status 0 -i HELLO all
check "grep takes an expression" status 0 'h.llo' all
check "grep -F takes a text" status 1 -F 'h.llo' all
check "grep --events" status 0 --events 'logged in as bob' all
check "grep of a file that is not there: 2" status 2 hello all nowhere
check "grep of no recording: 2" status 2 hello all/notes.txt
check "grep with a wrong pattern: 2" fails 2 PATTERN "$auditlog" grep '(' all
check "grep needs a file" fails 2 'needs PATTERN' "$auditlog" grep hello
names() {
	"$auditlog" grep -l hello all 2>/dev/null >out && [ "$(wc -l <out)" -eq 5 ] || return 1
	"$auditlog" grep -c e all/ann.audit all/notes.audit >out 2>/dev/null
	[ "$(cut -f 2 out)" = 4 ] || return 1
	[ "$("$auditlog" grep -m 2 e all/ann.audit | wc -l)" -eq 2 ]
}
check "grep -l, -c, -m" names
stable() {
	mkdir many
	for i in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20; do
		cp all/ann.audit "many/$i.audit"
	done
	"$auditlog" grep e many >a && "$auditlog" grep e many >b && cmp a b &&
		LC_ALL=C sort -c -t '	' -k 1,1 a && [ "$(wc -l <a)" -eq 80 ]
}
check "grep keeps the order of files" stable
done_testing
