#!/bin/sh
# SPDX-License-Identifier: ISC
# asciicast to asciicast: what auditlog converts and what asciinema 3 converts are the same
# events, byte for byte, and its header says nothing that ours does not say.  TAP.
. "${srcdir:-.}/tests/e2e/tap.sh"
golden=$top/tests/golden/cast

# Events that asciinema keeps (it cuts codes to one character) in every version.
sample_events() {
	cat <<'END'
[0.000001, "o", "\u001b[1mżółć\r\n"]
[1.0, "i", "x\u0000\u007f\"\\/\b\f\t"]
[1.0004, "o", "\ud83d\ude00\u2028"]
[1.0008, "o", ""]
[2.5, "m", ""]
[2.500499, "m", "a mark"]
[100000.123456, "r", "80x40"]
[100000.123999, "o", "\r\n"]
[100001.9, "z", "unknown"]
[100002, "x", "130"]
END
}

make_samples() {
	printf '%s\n' '{"version": 2, "width": 100, "height": 50, "timestamp": 1509091818, "idle_time_limit": 2.5, "title": "T \"x\"", "command": "bash -l", "env": {"SHELL": "/bin/bash", "TERM": "xterm"}, "theme": {"fg": "#000000", "bg": "#ffffff", "palette": "#241f31:#c01c28:#2ec27e:#f5c211:#1e78e4:#9841bb:#0ab9dc:#c0bfbc"}}' >v2.cast
	sample_events >>v2.cast
	cp "$golden/full-v1.json" v1.json
	"$auditlog" convert -f asciicast-v3 v2.cast v3.cast 2>/dev/null
}

find_asciinema() {
	for a in "$ASCIINEMA3" "$(command -v asciinema)" "$HOME/.cargo/bin/asciinema"; do
		case $("$a" --version 2>/dev/null) in
		"asciinema 3."*) echo "$a" && return ;;
		esac
	done
}

# same IN FORMAT
same() {
	rm -f ours.cast theirs.cast
	"$auditlog" convert -f "$2" "$1" ours.cast || return 1
	"$asciinema" convert -f "$2" "$1" theirs.cast || return 1
	compare_casts ours.cast theirs.cast
}

compare_casts() {
	python3 - "$1" "$2" <<'END'
import json, sys

def read(name):
    lines = open(name, newline="").read().split("\n")
    return json.loads(lines[0]), lines[1:]

def within(theirs, ours, path):
    if isinstance(theirs, dict):
        for k in theirs:
            if k not in ours:
                sys.exit("%s.%s: not in ours" % (path, k))
            within(theirs[k], ours[k], path + "." + k)
    elif path.endswith("palette"):  # it writes 8 colours as 16
        if not theirs.startswith(ours):
            sys.exit("%s: %r, ours %r" % (path, theirs, ours))
    elif theirs != ours:
        sys.exit("%s: %r, ours %r" % (path, theirs, ours))

(h1, e1), (h2, e2) = read(sys.argv[1]), read(sys.argv[2])
within(h2, h1, "header")
for a, b in zip(e1, e2):
    if a != b:
        sys.exit("ours:   %s\ntheirs: %s" % (a, b))
if len(e1) != len(e2):
    sys.exit("%d lines, not %d" % (len(e1), len(e2)))
END
}

# What asciinema made is read by us and made the same again.
again() {
	rm -f theirs.cast ours.cast
	"$asciinema" convert -f "$2" "$1" theirs.cast || return 1
	"$auditlog" convert -f "$2" theirs.cast ours.cast || return 1
	compare_casts ours.cast theirs.cast
}

# through AUDIT IN FORMAT: to an audit log and back gives the same file.
through() {
	rm -f a.rec b.cast
	"$auditlog" convert -f "$1" "$2" a.rec && "$auditlog" convert -f "$3" a.rec b.cast &&
		cmp b.cast "$2"
}

make_samples
for audit in audit audit-v1; do
	for f in full-v2 full-v3 minimal-v2 minimal-v3; do
		check "$f through $audit and back" through $audit "$golden/$f.cast" \
			"asciicast-${f##*-}"
	done
done
asciinema=$(find_asciinema)
for f in v1.json v2.cast v3.cast; do
	for format in asciicast-v2 asciicast-v3; do
		if [ -n "$asciinema" ]; then
			check "$f to $format as asciinema 3 does it" same $f $format
			check "$f by asciinema 3 as $format, written again" again $f $format
		else
			skip "$f to $format as asciinema 3 does it" "no asciinema 3 is installed"
		fi
	done
done
done_testing
