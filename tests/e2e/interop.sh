#!/bin/sh
# SPDX-License-Identifier: ISC
# What other people's programs say to our files: the ContainerSSH decoder ($REFDEC, or built
# by `make check-interop`) and Debian's asciinema.  TAP.
. "${srcdir:-.}/tests/e2e/tap.sh"
recorder=
trap 'test -z "$recorder" || kill -9 $recorder 2>/dev/null; rm -rf "$work"' EXIT
unset ASCIINEMA_REC ASCIINEMA_SESSION AUDITREC_SESSION

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
	soon has_grown "$1" "$3"
	grown=$?
	kill -9 $recorder
	wait $recorder 2>/dev/null
	recorder=
	return $grown
}
has_grown() {
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "$2" ]
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

# What the decoder is silent about, by its own rules: gzip members that all check, the last of
# them not ended; in them whole CBOR messages.  Needs nobody else's program.
open_ended() {
	python3 - "$1" <<'PYTHON'
import sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:32] == b"ContainerSSH-Auditlog".ljust(32, b"\0"), "magic"
assert data[32:40] == (2).to_bytes(8, "little"), "version"
rest, plain, members = data[40:], b"", 0
while True:
    assert rest, "the file ends with a whole gzip member"
    member = zlib.decompressobj(31)
    plain += member.decompress(rest)
    members += 1
    if not member.eof:
        break
    rest = member.unused_data
print(members, "members,", len(plain), "bytes")
assert plain[:14] == b"\xa5\x6cconnectionId", "first message"
PYTHON
}

# The independent checker of the format, where the tree has it beside it.
is_exact() {
	python3 "$top/../shared/research/audit_check.py" --exact "$1"
}

by_the_rules() {
	record "$work/finished.audit" "$program"
	check "a finished recording ends inside a gzip member" open_ended "$work/finished.audit"
	check "a recorder that is killed has recorded" record_killed "$work/killed.audit" "$program" 300
	check "its recording ends inside a gzip member too" open_ended "$work/killed.audit"
	if [ -f "$top/../shared/research/audit_check.py" ]; then
		check "a finished recording is encoded exactly" is_exact "$work/finished.audit"
		check "so is a killed one" is_exact "$work/killed.audit"
	fi
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
		check "killed after $size bytes" record_killed "$work/killed$size.audit" \
			"$program; seq 1 9000" $size
		check "$what: killed after $size bytes" decodes "$work/killed$size.audit"
	done
}

# find_asciinema MAJOR
find_asciinema() {
	for a in "$ASCIINEMA3" "$(command -v asciinema)" /usr/bin/asciinema "$HOME/.cargo/bin/asciinema"; do
		[ -n "$a" ] && [ -x "$a" ] && case $("$a" --version) in
		*" $1."*) echo "$a"; return ;;
		esac
	done
}

record_cast() {
	rm -f "$work/session.cast"
	"$build/auditrec" -q --headless -f "$1" -o "$work/session.cast" -c "$program" </dev/null
	sh -c "$program" | sed 's/$/\r/' >"$work/expected"
}

cat_is_output() {
	# It insists on a terminal, but prints elsewhere.
	on_terminal sh -c 'LC_ALL=C.UTF-8 "$1" cat "$2" >"$3"' sh "$1" "$work/session.cast" \
		"$work/shown" && cmp "$work/shown" "$work/expected"
}

raw_is_output() {
	rm -f "$work/sized"
	# It puts the size in front, as a sequence.
	"$1" convert -f raw "$work/session.cast" "$work/sized" &&
		sed '1s/^.\[8;[0-9]*;[0-9]*t//' "$work/sized" >"$work/shown" &&
		cmp "$work/shown" "$work/expected"
}

plays() {
	LC_ALL=C.UTF-8 on_terminal "$1" play -s 1000 -i 0.01 "$work/session.cast" >"$work/played"
	status=$?
	tail -c 200 "$work/played"
	[ $status -eq 0 ] && grep -q '日' "$work/played" && grep -q 3000 "$work/played"
}

asciinema_2() {
	asciinema=$(find_asciinema 2)
	if [ -z "$asciinema" ]; then
		skip "asciinema 2 plays our asciicast-v2" "no asciinema 2 is installed"
		return
	fi
	record_cast asciicast-v2
	check "asciinema 2 cat of our asciicast-v2 gives the bytes back" cat_is_output "$asciinema"
	check "asciinema 2 plays our asciicast-v2" plays "$asciinema"
}

asciinema_3() {
	asciinema=$(find_asciinema 3)
	if [ -z "$asciinema" ]; then
		skip "asciinema 3 plays our asciicasts" "no asciinema 3 is installed"
		return
	fi
	for format in asciicast-v2 asciicast-v3; do
		record_cast $format
		check "asciinema 3 makes the bytes back out of our $format" raw_is_output "$asciinema"
		check "asciinema 3 plays our $format" plays "$asciinema"
	done
}

by_the_rules
reference_decoder
asciinema_2
asciinema_3
done_testing
