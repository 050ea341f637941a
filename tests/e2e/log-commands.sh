#!/bin/sh
# SPDX-License-Identifier: ISC
# What auditlog's commands say about one session, and what they say to wrong use.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 "$tools/auditfile.py" sample session.audit
python3 - <<'END'
import auditfile
auditfile.write("ended.audit", auditfile.sample(), end=True)
auditfile.write("v1.audit", auditfile.sample(), version=1)
messages = auditfile.sample()
messages[7], messages[8] = messages[8], messages[7]
auditfile.write("order.audit", messages)
secret = auditfile.sample()
secret.insert(1, auditfile.message(5, 100, {"username": "ann", "password": b"hunter2"}, None))
auditfile.write("secret.audit", secret)
END

# python3 -c CODE with the parsed lines of a command's output in `lines`.
lines() {
	code=$1
	shift
	"$@" >lines.out || return 1
	python3 -c "
import json
lines = [json.loads(l) for l in open('lines.out')]
$code"
}

decode_is_exact() {
	lines "
import auditfile, base64
want = auditfile.sample()
assert len(lines) == len(want), len(lines)
for got, m in zip(lines, want):
    for key in ('connectionId', 'timestamp', 'type', 'channelId'):
        assert got[key] == m[key], (got, m)
    for key, v in (m['payload'] or {}).items():
        if isinstance(v, bytes):
            v = base64.b64encode(v).decode()
        assert got['payload'][key] == v, (got, m)
assert lines[7]['typeId'] == 'io' and lines[7]['typeName'] == 'I/O'
assert lines[1]['typeId'] == 'invalid'
" "$auditlog" decode "$1"
}

same_output() {
	"$auditlog" "$1" session.audit >a && cat session.audit | "$auditlog" "$1" - >b || return 1
	sed "s/session\.audit/standard input/" a | grep -v ^File >a2
	cmp a2 b
}

check "decode prints every message of version 2" decode_is_exact session.audit
check "decode prints every message of version 1" decode_is_exact v1.audit
check "decode prints every message of a terminated file" decode_is_exact ended.audit
check "decode reads standard input" same_output decode
check "info reads standard input" same_output info
check "verify reads standard input" same_output verify

redacted() {
	"$auditlog" decode --redact secret.audit >out || return 1
	! grep -q aHVudGVyMg out && "$auditlog" decode secret.audit | grep -q aHVudGVyMg
}
check "decode --redact hides passwords" redacted

info_json() {
	lines "
i = lines[0]
assert len(lines) == 1
want = dict(format='audit', user='ann', address='10.1.2.3', host='box', tty='/dev/pts/7',
    title='a title', command='demo', recorder='auditrec 9', directory='/home/ann', term='xterm', columns=80, rows=24, exitStatus=3,
    messages=21, startNs=1710000000000000000, start='2024-03-09T16:00:00.000000000Z',
    connectionId='0123456789abcdef0123456789abcdef')
for key, v in want.items():
    assert i[key] == v, (key, i.get(key), v)
assert i['duration'] == 4.8, i['duration']
assert i['events']['io'] == 8 and i['events']['marker'] == 1, i['events']
assert 'channel_request_unknown' not in i['events']
assert i['bytes']['stdin'] == 3 and i['bytes']['stderr'] == 11, i['bytes']
" "$auditlog" info --json session.audit
}
check "info --json holds the facts" info_json

info_table() {
	"$auditlog" info session.audit >out || return 1
	cat out
	grep -q '^User  *ann$' out && grep -q '^Size  *80x24, at the end 100x30$' out &&
		grep -q '^Length  *0:04.800$' out && grep -q '^ *8  io$' out
}
check "info prints a table" info_table

# Of a long one the ends alone are read, and say the same as all of it.
info_long() {
	python3 - <<-'END'
	import auditfile, base64, random
	r, m, at = random.Random(1), auditfile.sample(), 0
	for i in range(300):
	    at = m[5]["timestamp"] - 1710000000000000000 + i * 10 ** 6
	    m.insert(6 + i, auditfile.io(at, base64.b64encode(r.randbytes(9000))))
	for x in m[306:]:
	    x["timestamp"] += at
	auditfile.write("long", m)
	(later,) = [x for x in m[8:] if (x["payload"] or {}).get("columns")]
	m.remove(later)
	m.insert(100, dict(later, timestamp=m[100]["timestamp"]))
	auditfile.write("resized", m)
	END
	"$auditlog" convert long long.audit && "$auditlog" info long.audit >part &&
		"$auditlog" info --count long.audit >all || return 1
	diff part all
	grep -q '^Bytes  *not counted (--count)$' part && grep -q '^Messages  *321$' part &&
		grep -q '^Bytes .* 3600097 shown' all && grep -q '^ *308  io$' all || return 1
	for f in part all; do
		sed -e '/^ /d' -e '/^Bytes/d' $f >$f.same
	done
	cmp part.same all.same || return 1
	lines "
assert [l['counted'] for l in lines] == [True, False], lines
assert 'events' in lines[0] and 'events' not in lines[1] and lines[1]['messages'] == 321
" sh -c '"$auditlog" info -jc long.audit; "$auditlog" info -j long.audit' || return 1
	"$auditlog" convert resized resized.audit &&
		"$auditlog" info resized.audit | grep '^Size  *80x24 at the beginning$' &&
		"$auditlog" info -c resized.audit | grep '^Size  *80x24, at the end 100x30$'
}
check "info reads beginning and end of a long recording" info_long

info_hostile() {
	python3 - <<-'END'
	import auditfile
	m = auditfile.sample()
	m[6]["payload"]["program"] = "evil \x1b]0;x\x07 \x9b31m\nsecond line"
	auditfile.write("evil.audit", m)
	END
	"$auditlog" info evil.audit >out || return 1
	cat -v out
	! LC_ALL=C grep -q "$(printf '\033')" out && grep -q '^Command  *evil ^\[\]0;x^G' out
}
check "info shows control characters, does not send them" info_hostile

info_many() {
	"$auditlog" info --json session.audit v1.audit >out
	[ "$(wc -l <out)" -eq 2 ] && grep -q '"format":"audit-v1"' out
}
check "info takes several files" info_many

screen_text() {
	"$auditlog" screen "$@" session.audit >out || return 1
	cat -A out
}
screen_end() {
	screen_text && [ "$(wc -l <out)" -eq 30 ] && [ "$(sed -n 5p out)" = "  placed true" ] &&
		[ "$(sed -n 1p out)" = "hello red" ] && [ "$(sed -n 2p out)" = "café 日本" ]
}
screen_at() {
	screen_text --at "$1" && [ "$(wc -l <out)" -eq 24 ] && [ "$(sed -n 2p out)" = "$2" ]
}
screen_ansi() {
	screen_text --format ansi || return 1
	[ "$(sed -n 1p out)" = "$(printf 'hello \033[0;1;31mred\033[0m')" ] &&
		[ "$(sed -n 5p out)" = "$(printf '  placed\033[0;38;2;1;2;3m true\033[0m')" ]
}
check "screen is the last one without --at" screen_end
check "screen at a time" screen_at 0:01.2 "caf"
check "screen at a percentage" screen_at 40% "café 日本"
check "screen at the start" screen_at 0 ""
check "screen with colours" screen_ansi

says() {
	want=$1 pattern=$2
	shift 2
	"$@" >out 2>err
	got=$?
	cat out err
	[ $got -eq "$want" ] && grep -q -- "$pattern" out
}
check "verify finds time that goes back" says 1 'time goes back by 0.990000 s' \
	"$auditlog" verify order.audit
verify_json() {
	"$auditlog" verify --json order.audit session.audit >v.json
	[ $? -eq 1 ] || return 1
	python3 - <<-'END'
	import json
	bad, good = map(json.loads, open("v.json"))
	assert bad["state"] == "damaged" and bad["file"] == "order.audit", bad
	assert "goes back by 0.990000 s" in bad["findings"][0]["text"] and bad["findings"][0]["message"], bad
	assert good["findings"] == [] and good["messages"] == 21 and good["members"] == 1, good
	END
}
check "verify --json: an object a recording, findings with their place" verify_json
verify_name() {
	id=0123456789abcdef0123456789abcdef other=0123456789abcdef0123456789abcde0
	for name in $id $id.audit $other $other.audit of-$other; do
		cp session.audit "$name"
	done
	"$auditlog" verify $id $id.audit of-$other || return 1
	for name in $other $other.audit; do
		"$auditlog" verify "$name" >out && return 1
		grep -q "holds session $id where $other should be" out || return 1
	done
	"$auditlog" verify --id $id session.audit && ! "$auditlog" verify --id $other session.audit
}
check "verify finds recordings that were exchanged" verify_name
# A folder as auditrecd keeps it: recordings, what is told of them, and what is missing.
verify_folder() {
	id=0123456789abcdef0123456789abcdef
	rm -rf kept && mkdir kept && cp session.audit kept/$id || return 1
	meta='{"startTime":1710000000,"remoteAddr":"10.1.2.3","authenticated":true,"username":"ann"'
	echo "$meta,\"country\":\"XX\"}" >kept/$id.metadata.json
	"$auditlog" verify kept || return 1
	echo "a note" >kept/notes.txt
	"$auditlog" verify kept 2>err && grep -q 'left out 1 file' err || return 1
	"$auditlog" verify --id $id kept || return 1
	sed 's/ann/bob/' kept/$id.metadata.json >kept/x && mv kept/x kept/$id.metadata.json
	"$auditlog" verify kept >out && return 1
	grep -q 'its metadata say username bob, the recording says ann' out || return 1
	echo "$meta}" >kept/$id.metadata.json
	gone=$(echo "$id" | tr 0-9 9) junk=$(echo "$id" | tr 0-9 8)
	echo "$meta}" >"kept/$gone.metadata.json"
	mkdir kept/web && cp "kept/$gone.metadata.json" kept/web || return 1
	echo junk >"kept/$junk"
	"$auditlog" verify kept >out && return 1
	grep -q "^kept/$gone: the recording is missing, its metadata are there" out &&
		grep -q "^kept/web/$gone: the recording is missing" out &&
		grep -q "^kept/$junk: is no recording, but called like one" out &&
		grep -q "^kept/$id: clean" out &&
		grep -q '^4 recordings: 1 clean, 0 truncated, 3 damaged$' out || return 1
	lines "
assert [l['state'] for l in sorted(lines, key=lambda l: l['file'])] == ['clean'] + 3 * ['damaged'], lines
assert all(l['findings'] for l in lines if l['state'] == 'damaged'), lines
" sh -c '"$auditlog" verify --json kept; test $? -eq 1'
}
check "verify takes a folder, and knows what is missing" verify_folder
check "verify --help helps" says 0 '^usage: auditlog verify' "$auditlog" verify --help
check "--help lists the commands" says 0 '^  convert ' "$auditlog" --help
check "--version tells it" says 0 '^auditlog [0-9]' "$auditlog" --version
check "a command may be cut" says 0 '"typeId":"connect"' "$auditlog" d session.audit
check "options may follow the operand" says 0 '"user":"ann"' "$auditlog" info session.audit -j

check "no command" fails 2 'which command' "$auditlog"
check "a command that is cut too short" fails 2 "'c' could be cat, convert or cut" "$auditlog" c
check "a wrong command" fails 2 "'frobnicate' is no command" "$auditlog" frobnicate
check "a wrong option" fails 2 'is no option' "$auditlog" decode --frobnicate session.audit
check "no file" fails 2 'decode needs FILE' "$auditlog" decode
check "two files" fails 2 'too many' "$auditlog" decode session.audit v1.audit
check "a missing file" fails 2 'nowhere: cannot open: No such file' "$auditlog" info nowhere
check "a wrong time" fails 2 "'soon' is no time" "$auditlog" screen --at soon session.audit
check "a wrong format" fails 2 'none of text, ansi, svg' "$auditlog" screen -f jpg session.audit
check "the screen as SVG" sh -c "'$auditlog' screen -f svg session.audit | grep -q '</svg>'"
check "the screen as a page" sh -c "'$auditlog' screen -f html session.audit | grep -q '</pre>'"
check "a name with control characters" fails 2 '^auditlog: a^\[b: cannot open' \
	"$auditlog" info "$(printf 'a\033b')"

pipe_closed() {
	("$auditlog" decode session.audit; echo $? >status) 2>err | head -n 1 >/dev/null
	[ ! -s err ]
}
check "a reader that goes away is no error" pipe_closed
check "a full disk is one" sh -c '"$auditlog" decode session.audit >/dev/full 2>err
	test $? -eq 1 && grep -q "No space left" err && test "$(wc -l <err)" -eq 1'

done_testing
