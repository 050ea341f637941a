#!/bin/sh
# SPDX-License-Identifier: ISC
# auditplay --follow beside a recording that is being made: a session in one window, the
# player in another; and a file that grows under a script.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
auditplay=$build/auditplay
auditrec=$build/auditrec
golden=$top/tests/golden/play
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
unset TMUX COLORTERM

# A cast that grows: the first six events, then all.
head -n 7 "$golden/tour.cast" >grows.cast
tail -n +8 "$golden/tour.cast" >rest.cast
cat >s <<'END'
status
tick 0.5
append rest.cast grows.cast
tick 0.1
status
screen
key Left
tick 0.1
status
screen
key !
status
END
grows() {
	timeout 120 "$auditplay" -f --script s grows.cast >out &&
		sed -n '1p;2p' out | tr '\n' ' ' | grep -q \
			'^playing 0:11.500 / 0:11.500 .* message 10 playing 0:13.... / .* message 12 ' &&
		grep -q 'LIVE' out && grep -q 'last line' out && grep -q 'live -0:0[45]' out &&
		tail -n 1 out | grep -q '^playing 0:13.000 / 0:13.000 '
}
check "a file that grows under a script" grows
check "not without --follow" sh -c "head -n 7 '$golden/tour.cast' >grows.cast
	grep -v '!' s | timeout 120 '$auditplay' --script - grows.cast >out &&
	! grep -q -i live out"
check "from a place on" sh -c "echo status |
	'$auditplay' -f -a 2 --script - '$golden/tour.cast' | grep -q '^playing 0:02.000 / 0:13'"

command -v tmux >/dev/null 2>&1 || {
	echo "1..$ntests"
	exit 0
}
mux() {
	tmux -S "$work/tmux" -f /dev/null "$@"
}
trap 'mux kill-server 2>/dev/null; rm -rf "$work"' EXIT
mux new-session -d -x 80 -y 24 "sleep 100000" \; set -g status off \; set -g remain-on-exit on \; \
	new-window "sleep 100000"

# shows WINDOW TEXT: soon.
shows() {
	soon shown "$1" "$2" || {
		cat got
		return 1
	}
}
shown() {
	mux capture-pane -p -t ":$1" >got
	grep -q -- "$2" got
}

session() {
	mux respawn-pane -k -t :0 "ENV= PS1='session\$ ' '$auditrec' -o '$work/live.audit' sh"
	shows 0 'session\$'
}
live() {
	mux respawn-pane -k -t :1 "TERM=screen-256color '$auditplay' -f '$work/live.audit'"
	shows 1 LIVE && shows 1 'session\$' || return 1
	mux send-keys -t :0 'echo now-$((1+1))' Enter
	shows 1 now-2
}
back() {
	mux send-keys -t :1 Home
	shows 1 'live -' || return 1
	mux send-keys -t :0 'echo later-$((1+2))' Enter
	shows 0 later-3 || return 1
	mux send-keys -t :1 '!'
	shows 1 later-3 && shows 1 LIVE
}
told() {
	printf 'screen\n' | "$auditplay" --script - live.audit >out
	grep -q 'still being recorded: --follow' out || {
		cat out
		return 1
	}
}
complete() {
	mux pipe-pane -t :1 'cat >drawn' # it says so for a moment only
	mux send-keys -t :0 'exit' Enter
	soon told_complete || return 1
	printf 'index\nkey End\nscreen\n' | "$auditplay" --script - live.audit >out
	! grep -q 'recorded\|truncated' out
}
told_complete() {
	grep -q 'complete now' drawn || shown 1 'complete now'
}
check "a session begins" session
check "it is followed" live
check "back, and to the present again" back
check "without --follow it is told" told
check "it ends" complete
echo "1..$ntests"
