#!/bin/sh
# SPDX-License-Identifier: ISC
# auditplay --script against screens that somebody has looked at (tests/golden/play), and
# the one line it says when it cannot play.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
auditplay=$build/auditplay
golden=$top/tests/golden/play

TZ=UTC
export TZ

# screens NAME RECORDING LOCALE WANTED
screens() {
	LC_ALL=$3 timeout "${PATIENCE:-120}" "$auditplay" --script "$golden/$1.script" "$golden/$2.cast" >out 2>&1
	diff "$golden/$4" out
}

check "a tour of everything" screens tour tour C.UTF-8 tour.out
check "the same without UTF-8" screens tour tour C tour.ascii
check "moving in time" screens time time C.UTF-8 time.out
check "40x10, and smaller" screens small tour C.UTF-8 small.out
check "a recording larger than the window" screens large large C.UTF-8 large.out
check "looking for things" screens find find C.UTF-8 find.out
check "copying, links, saving" screens copy copy C.UTF-8 copy.out
check "a hostile recording that is cut" screens hostile hostile C.UTF-8 hostile.out

check "events, one of them, typed keys" screens list list C.UTF-8 list.out
# The dates of files that are none come from the file system.
picker() {
	mkdir folder folder/sub || return 1
	cp "$golden/tour.cast" "$golden/large.cast" "$golden/list.cast" folder || return 1
	printf '{"version": 9}\n' >"folder/evil$(printf '\033')]0;x"
	echo "no recording" >folder/notes.txt
	touch -d 2024-05-06T07:08:09Z folder/*
	(cd folder && LC_ALL=C.UTF-8 "$auditplay" --script "$golden/picker.script" .) >out 2>&1
	diff "$golden/picker.out" out
}
check "a table of recordings" picker

printf 'tick 1\nscreen\n' >s
LC_ALL=C.UTF-8
export LC_ALL
check "the recording from standard input" sh -c \
	"'$auditplay' --script s - <'$golden/tour.cast' | grep -q hello"
check "the script from standard input" sh -c \
	"'$auditplay' --script - '$golden/tour.cast' <s | grep -q hello"
check "--at" sh -c "echo status | '$auditplay' -a 50% --script - '$golden/tour.cast' |
	grep -q '^playing 0:06.500 /'"
check "--speed and --paused" sh -c "printf 'tick 1\nstatus\n' |
	'$auditplay' -p --speed 2 --script - '$golden/tour.cast' |
	grep -q '^paused 0:00.000 .* speed 2 '"
check "--idle-time-limit" sh -c "printf 'tick 4.5\nstatus\n' |
	'$auditplay' -i 1 --script - '$golden/tour.cast' | grep -q '^playing 0:10.500 /'"

check "wrong option" fails 2 'auditplay: --wrong is no option' "$auditplay" --wrong x
XDG_STATE_HOME=$work/nowhere
export XDG_STATE_HOME
check "no file" fails 2 'auditplay: name a recording' "$auditplay" --script s
check "wrong time" fails 2 "'soon' is no time" "$auditplay" --at soon x
check "speed out of range" fails 2 'speed' "$auditplay" --speed 100 x
check "missing file" fails 2 'auditplay: .*nothing-here' "$auditplay" --script s nothing-here
ln -s loop loop
check "a loop of links" fails 2 'auditplay: loop: cannot open' "$auditplay" --script s loop
echo nonsense >bad
check "no recording" fails 2 'auditplay: bad: ' "$auditplay" --script s bad
printf 'tick 1\njump\n' >wrong
check "wrong script" fails 2 "script line 2: 'jump' is no step" \
	"$auditplay" --script wrong "$golden/tour.cast"
check "no terminal" fails 2 'standard output is no terminal (auditlog screen' \
	"$auditplay" "$golden/tour.cast"

check "the sample file of options and keys is what --print-config prints (make man)" sh -c \
	"'$auditplay' --print-config | diff '$top/docs/auditplay.conf' -"
check "--print-keys" sh -c "'$auditplay' --print-keys | grep -q '^  Space, p  *pause, or go on'"
printf 'speed = 2\npaused = yes\n[keys]\nx = speed 8\nq = none\n' >conf
check "options and keys of a file" sh -c "printf 'status\nkey x q\nstatus\n' |
	'$auditplay' --config conf --script - '$golden/tour.cast' | tr '\n' ' ' |
	grep -q '^paused .* speed 2 .*paused .* speed 8 '"
check "the command line goes over the file" sh -c "printf 'status\n' |
	'$auditplay' -s 4 --config conf --script - '$golden/tour.cast' | grep -q ' speed 4 '"
printf 'sped = 2\nspeed = 2\n[keys]\nx = sped 8\n' >wrongconf
check "what is wrong in it is told, the rest counts" sh -c "printf 'screen\nstatus\n' |
	'$auditplay' --config wrongconf --script - '$golden/tour.cast' >out &&
	grep -q \"wrongconf line 1: 'sped' is no option here (and 1 more)\" out &&
	grep -q ' speed 2 ' out"
check "a file of options that is missing" fails 2 'auditplay: .*nothing.conf' \
	"$auditplay" --config nothing.conf "$golden/tour.cast"

# Cut at every length: plays what is there or says in one line that it is none.
cut_everywhere() {
	size=$(wc -c <"$golden/hostile.cast")
	n=0
	while [ "$n" -lt "$size" ]; do
		head -c "$n" "$golden/hostile.cast" >cut.cast
		printf 'tick 1\nindex\nkey End Tab\nscreen\n' |
			timeout "${PATIENCE:-120}" "$auditplay" --script - cut.cast >out 2>err
		status=$?
		[ "$status" = 0 ] || { [ "$status" = 2 ] && [ "$(wc -l <err)" = 1 ]; } || {
			echo "at $n: status $status"
			cat err
			return 1
		}
		LC_ALL=C grep -q '[[:cntrl:]]' out && echo "control characters at $n" && return 1
		n=$((n + 7))
	done
}
check "cut everywhere" cut_everywhere
echo "1..$ntests"
