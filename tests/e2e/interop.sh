#!/bin/sh
# SPDX-License-Identifier: ISC
# What other people's programs say to our files: the ContainerSSH decoder ($REFDEC, or built
# by `make check-interop`) and Debian's asciinema.  TAP.
build=${builddir:-.}
work=$(mktemp -d) || exit 1
recorder=
trap 'test -z "$recorder" || kill -9 $recorder 2>/dev/null; rm -rf "$work"' EXIT
unset ASCIINEMA_REC ASCIINEMA_SESSION AUDITREC_SESSION
n=0

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

not_ok() {
	n=$((n + 1))
	sed 's/^/# /' "$work/out" 2>/dev/null | head -n 20
	echo "not ok $n - $1"
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

check() {
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok "$name"; else not_ok "$name"; fi
}

# Runs COMMAND on a terminal of its own, output to standard output.
on_terminal() {
	python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null
}

program='printf "hello \033[32mworld\033[0m\n"; printf "caf\303\251 \346\227\245\n"; seq 1 3000'

record() {
	"$build/auditrec" -q --headless --window-size 80x24 -o "$1" -c "$2" </dev/null
}

# A recording whose recorder is killed once its file has more than SIZE bytes.
record_killed() {
	"$build/auditrec" -q --headless -o "$1" -c "$2; exec sleep 1000" </dev/null &
	recorder=$!
	tries=0
	until [ "$(wc -c <"$1" 2>/dev/null || echo 0)" -gt "$3" ] || [ $tries -gt 500 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	kill -9 $recorder
	wait $recorder 2>/dev/null
	recorder=
	[ $tries -le 500 ]
}

find_decoder() {
	for d in "$REFDEC" "$build/refdec/containerssh-auditlog-decoder" \
		"$(command -v containerssh-auditlog-decoder)" "$HOME/go/bin/containerssh-auditlog-decoder"; do
		[ -n "$d" ] && [ -x "$d" ] && { echo "$d"; return; }
	done
}

# The exit status of the decoder is always 0; only its output tells.
decodes() {
	"$decoder" -file "$1" >"$work/json"
	tail -n 3 "$work/json"
	[ -s "$work/json" ] && ! grep -q '^{"error"' "$work/json"
}

reference_decoder() {
	decoder=$(find_decoder)
	what="the ContainerSSH decoder prints no error line"
	if [ -z "$decoder" ]; then
		skip "$what: finished recording" "no containerssh-auditlog-decoder (make check-interop builds it)"
		skip "$what: killed recording" "no containerssh-auditlog-decoder"
		return
	fi
	record "$work/finished.audit" "$program"
	check "$what: finished recording" decodes "$work/finished.audit"
	for size in 40 200 4000; do
		if record_killed "$work/killed$size.audit" "$program; seq 1 9000" $size; then
			check "$what: killed after $size bytes" decodes "$work/killed$size.audit"
		else
			not_ok "nothing was recorded"
		fi
	done
}

cat_is_output() {
	# It insists on a terminal, but prints elsewhere.
	on_terminal sh -c 'LC_ALL=C.UTF-8 asciinema cat "$1" >"$2"' sh "$1" "$work/shown" &&
		cmp "$work/shown" "$2"
}

plays() {
	LC_ALL=C.UTF-8 on_terminal asciinema play -s 1000 -i 0.01 "$1" >"$work/played"
	status=$?
	tail -c 200 "$work/played"
	[ $status -eq 0 ] && grep -q '日' "$work/played" && grep -q 3000 "$work/played"
}

asciinema_plays() {
	if ! command -v asciinema >/dev/null 2>&1; then
		skip "asciinema plays our asciicast" "asciinema is not installed"
		return
	fi
	for format in asciicast-v2 asciicast-v3; do
		case $format/$(asciinema --version) in
		asciicast-v3/*' 2.'*)
			skip "asciinema plays our $format" "this asciinema does not know version 3"
			continue
			;;
		esac
		rm -f "$work/session.cast"
		"$build/auditrec" -q --headless -f "$format" -o "$work/session.cast" -c "$program" </dev/null
		sh -c "$program" | sed 's/$/\r/' >"$work/expected"
		check "asciinema cat of our $format gives the bytes back" cat_is_output \
			"$work/session.cast" "$work/expected"
		check "asciinema plays our $format" plays "$work/session.cast"
	done
}

if [ ! -x "$build/auditrec" ]; then
	echo "1..0 # SKIP auditrec is not built"
	exit 0
fi
reference_decoder
asciinema_plays
echo "1..$n"
