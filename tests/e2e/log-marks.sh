#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog marks: markers listed, put in, taken out, and nothing else touched.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
auditfile.write("session.audit", auditfile.sample())
END
cat >lines <<'END'
# the second half
0.5 half

end the end
0.5	half again
mark:here here, too
0 first
50% middle
END

edit() {
	"$auditlog" marks "$@" 2>said || { cat said; return 1; }
}
labels() {
	"$auditlog" marks list "$1" | sed 's/^ *[0-9]*  *\([0-9:.]*\)  /\1 /'
}

lists() {
	[ "$(labels session.audit)" = "0:02.000 here" ] &&
		[ "$("$auditlog" marks list --json session.audit)" = \
			'{"number":1,"at":2.000000000,"time":"2024-03-09T16:00:02.000000000Z","label":"here"}' ]
}
check "list" lists

adds() {
	edit add session.audit more.audit --lines lines && labels more.audit >got || return 1
	cat >want <<-'END'
	0:00.000 first
	0:00.500 half
	0:00.500 half again
	0:02.000 here
	0:02.000 here, too
	0:02.400 middle
	0:04.800 the end
	END
	diff want got && "$auditlog" verify more.audit
}
check "add from a file, in order" adds

# Without its markers and the word of what was done it is the original again.
untouched() {
	edit remove --all more.audit less.audit && [ -z "$(labels less.audit)" ] || return 1
	edit remove --all less.audit less2.audit || return 1 # there are none: that is what was asked for
	edit remove --all session.audit none.audit || return 1
	for f in less none; do
		"$auditlog" decode $f.audit | grep -v 'edited@auditrec' >$f || return 1
	done
	cmp less none && "$auditlog" decode session.audit | grep -v marker@auditrec | cmp - none
}
check "nothing else is touched" untouched

before_the_end() {
	"$auditlog" decode more.audit | tail -n 1 | grep -q disconnect
}
check "a marker stands in front of the end" before_the_end

removes() {
	edit remove more.audit some.audit 1 7 && edit remove --label half --overwrite some.audit some2.audit &&
		labels some2.audit | cut -d ' ' -f 2- >got || return 1
	printf '%s\n' 'half again' here 'here, too' middle | diff - got
}
check "remove by number and by label" removes

casts() {
	edit add -f asciicast-v2 session.audit a.cast --at 1 "a b" &&
		grep -q '^\[1\.0[0-9]*, "m", "a b"\]' a.cast &&
		edit add a.cast b.cast --at 1.5 c && edit remove --all b.cast c.cast &&
		! grep '"m"' c.cast && [ "$(labels b.cast | wc -l)" -eq 3 ]
}
check "asciicasts" casts

check "behind the end" fails 2 'the recording ends before 99:00' \
	"$auditlog" marks add session.audit new --at 99:00 x
check "no such number" fails 2 'there is no marker 9, but 1' \
	"$auditlog" marks remove session.audit new 9
check "no such label" fails 2 'no such marker' \
	"$auditlog" marks remove --label x session.audit new
check "add without a place" fails 2 'at TIME or --lines' "$auditlog" marks add session.audit new x
check "remove without a choice" fails 2 'numbers as list' "$auditlog" marks remove session.audit new
check "two choices" fails 2 'numbers as list' "$auditlog" marks remove --all session.audit new 1
check "no verb" fails 2 'none of list, add, remove' "$auditlog" marks show session.audit
check "a line that is none" fails 2 'bad, line 2' sh -c \
	'printf "1 a\nsoon b\n" >bad; exec "$auditlog" marks add session.audit new --lines bad'
check "OUT is IN" fails 2 'is the recording itself' \
	"$auditlog" marks add --overwrite session.audit session.audit --at 1 x
nothing_new() { [ ! -e new ]; }
check "nothing appeared" nothing_new
done_testing
