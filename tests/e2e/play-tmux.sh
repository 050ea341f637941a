#!/bin/sh
# SPDX-License-Identifier: ISC
# What stands on a real terminal (tmux) after some keys is what --script prints for the
# same keys: at several sizes, for several kinds of terminal, after resizes.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
command -v tmux >/dev/null 2>&1 || {
	echo "1..0 # SKIP tmux is not installed"
	exit 0
}
auditplay=$build/auditplay
golden=$top/tests/golden/play
LC_ALL=C.UTF-8
export LC_ALL
unset TMUX COLORTERM
XDG_CONFIG_HOME=$work XDG_STATE_HOME=$work
export XDG_CONFIG_HOME XDG_STATE_HOME
mux() {
	tmux -S "$work/tmux" -f /dev/null "$@"
}
trap 'mux kill-server 2>/dev/null; rm -rf "$work"' EXIT

# What --script prints for "size keys...", without its frame.
wanted() {
	{
		echo "size $1x$2"
		echo "colours $colours"
		echo index
		shift 2
		for key; do
			case $key in
			~*) ;;
			*) printf 'key %s\ntick 0\n' "$key" ;;
			esac
		done
		echo screen
	} | "$auditplay" -p --script - "$recording" | sed -n '2,$s/^|//p' >want
}

# Until the terminal shows TEXT: what comes bit by bit is not to be acted on before.
shows() {
	soon shown "$1"
}
shown() {
	mux capture-pane -p | grep -qF "$1"
}

# Names of keys as tmux has them, all at once; ~TEXT is no key, but waits for that text.
press() {
	keys=
	for key; do
		case $key in
		~*)
			send
			shows "${key#?}"
			continue
			;;
		PgUp) key=PPage ;;
		PgDn) key=NPage ;;
		Esc) key=Escape ;;
		esac
		keys="$keys $key"
	done
	send
}
send() {
	# shellcheck disable=SC2086 # words
	[ -z "$keys" ] || mux send-keys $keys
	keys=
}

# Is the terminal's picture the wanted one, soon?
agrees() {
	soon equal || {
		sed 's/ *$//' got | diff want -
		return 1
	}
}
equal() {
	mux capture-pane -p >got
	sed 's/ *$//' got | cmp -s - want
}

mux new-session -d -x 80 -y 24 "sleep 100000" \; set -g status off \; set -g remain-on-exit on

# What the player says stands there for a moment only, and other things move for it: on a
# machine that is slow just then it is tried again.
again() {
	for PATIENCE in 5 10 20 40 80; do
		"$@" && return 0
	done
	return 1
}
same() {
	again same_once "$@"
}
# same_once TERM COLOURS COLSxROWS RECORDING KEY...
same_once() {
	term=$1 colours=$2 cols=${3%x*} rows=${3#*x} recording=$golden/$4.cast
	shift 4
	mux resize-window -x "$cols" -y "$rows" \; \
		respawn-pane -k "TERM=$term '$auditplay' -p '$recording'"
	wanted "$cols" "$rows"
	agrees || return 1 # it is there: keys before that are the terminal's
	wanted "$cols" "$rows" "$@"
	press "$@"
	agrees
}

resized_once() {
	same_once screen-256color 256 80x24 tour End || return 1
	for size in 40x10 120x40 12x3 100x30; do
		mux resize-window -x "${size%x*}" -y "${size#*x}"
		wanted "${size%x*}" "${size#*x}" End
		agrees || return 1
	done
}

check "80x24" same screen-256color 256 80x24 tour 5
check "40x10" same screen-256color 256 40x10 tour 5 Right
check "200x60" same screen-256color 256 200x60 tour End Left
check "the list" same screen-256color 256 80x24 tour End Tab Up Up Enter
check "typed keys" same screen-256color 256 80x24 list End I
check "events filtered, all of one" same screen-256color 256 100x30 list Tab \& m a r k Enter End v
check "the help" same screen-256color 256 80x24 tour h Down Down
check "a prompt" same screen-256color 256 80x24 tour g 1 2 Left
check "the end of a prompt" same screen-256color 256 80x24 tour g 9 Enter
check "finding" same screen-256color 256 80x24 tour / T H Backspace h C-g / e n d Enter
check "an expression being written" same screen-256color 256 80x24 find End / r o . t
check "hits" same screen-256color 256 80x24 find / r o o t Enter "~of 10" n n
check "the list of hits" same screen-256color 256 70x30 find / r o o t Enter "~of 10" R Down Down Enter
check "the list of hits, in monochrome" same vt100 0 40x12 find / r o o t Enter "~of 10" R Down
check "what was typed" same screen-256color 256 80x24 find / t : p a s s C-r Enter
check "steps" same screen-256color 256 80x24 tour . . . . . . ,
check "a large recording" same screen-256color 256 40x10 large End H H J
check "a large recording, cursor" same screen-256color 256 70x20 large End Left
check "a hostile recording" same screen-256color 256 60x12 hostile End Tab
check "xterm" same xterm 8 80x24 tour 9
check "screen" same screen 8 80x24 tour 9
check "vt100" same vt100 0 80x24 tour 9
check "resized" again resized_once
echo "1..$ntests"
