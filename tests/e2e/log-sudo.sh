#!/bin/sh
# SPDX-License-Identifier: ISC
# I/O logs of sudo, with sudo and sudoreplay on the other side.
. "${srcdir:-.}/tests/e2e/tap.sh"

if ! command -v sudoreplay >/dev/null; then
	skip "I/O logs of sudo" "no sudoreplay here"
	done_testing
	exit
fi

python3 - <<'END'
import auditfile
messages = auditfile.sample()
auditfile.write("session.audit", messages)
with open("shown", "wb") as f:
    for m in messages:
        if m["type"] == 500 and m["payload"]["stream"]:
            f.write(m["payload"]["data"])
END

exported() {
	"$auditlog" convert -f sudo session.audit out 2>said || { cat said; return 1; }
	sudoreplay -n -s 1000 "$PWD/out" >played 2>played.err || { cat played.err; return 1; }
	grep -aq '^Replaying sudo session: /bin/sh -c demo' played || { head -n 2 played; return 1; }
	python3 - <<-'END'
	shown = open("shown", "rb").read()
	assert shown in open("played", "rb").read()
	END
}
check "sudoreplay plays what was exported" exported

listed() {
	mkdir -p logs/00/00 && cp -R out logs/00/00/01 || return 1
	sudoreplay -d "$PWD/logs" -l user ann >list || return 1
	cat list
	grep -q 'HOST=box.*TTY=pts/7.*USER=ann.*COMMAND=/bin/sh -c demo' list
}
check "sudoreplay lists it with user, host, terminal and command" listed

back() {
	"$auditlog" convert out back.audit && "$auditlog" decode back.audit >b.jsonl &&
		"$auditlog" decode session.audit >a.jsonl || return 1
	python3 - <<-'END'
	import json
	def seen(name):
	    ms = [json.loads(l) for l in open(name)]
	    return [(m["timestamp"], m["payload"]) for m in ms
	            if m["typeId"] in ("io", "exit")]
	a, b = seen("a.jsonl"), seen("b.jsonl")
	assert a and a == b, (a, b)
	END
}
check "there and back: every byte, stream, nanosecond, and the exit status" back

never_over() {
	cp -R out before
	"$auditlog" convert --overwrite -f sudo session.audit out 2>said
	[ $? -eq 2 ] && grep -q 'exists already' said && diff -r out before &&
		! ls -a | grep -q '^\.out'
}
check "a folder that is there is not touched" never_over
check "a folder cannot be standard output" fails 2 'a folder is written' \
	"$auditlog" convert -f sudo session.audit -
check "other folders are none" fails 2 'is a directory' "$auditlog" info logs
full() {
	"$auditlog" list logs | grep -q '/bin/sh -c demo' && "$auditlog" grep hello logs |
		grep -q '^logs/00/00/01'
}
check "list and grep find it in folders" full
linked() {
	cp -R out evil && rm evil/ttyout && ln -s /etc/passwd evil/ttyout || return 1
	"$auditlog" convert -f raw evil got 2>said
	! grep -q root: got && grep -q 'ttyout is not there' said
}
check "links in it are not followed" linked
without_timing() {
	cp -R out lame && rm lame/timing
	fails 2 'timing' "$auditlog" info lame/log.json
}
check "without timing it is no recording" without_timing

# A real one: sudo in a mount namespace with a policy of ours.
cat >policy <<END
Defaults use_pty, log_input, log_output, iolog_dir=$work/real, iolog_file=%{seq}, !syslog
root ALL=(ALL:ALL) NOPASSWD: ALL
END
chmod 440 policy
sudo_here() {
	unshare -m sh -c 'mount --bind "$1" /etc/sudoers && shift && exec "$@"' - "$PWD/policy" "$@"
}
recorded() {
	echo typed | sudo_here sudo -u root sh -c 'echo out; echo err >&2; cat' >said 2>&1 ||
		{ cat said; return 1; }
	"$auditlog" verify real/00/00/01 || return 1
	"$auditlog" info real/00/00/01 >facts || return 1
	cat facts
	grep -q "^Command *[^ ]*sh -c 'echo out; echo err >&2; cat'" facts &&
		grep -q '6 typed, 10 shown, 4 of error output' facts
}
again() {
	"$auditlog" convert real/00/00/01 r.audit && "$auditlog" convert -f sudo r.audit r &&
		gzip -dc real/00/00/01/timing | diff - r/timing &&
		gzip -dc real/00/00/01/stdout | cmp - r/stdout &&
		"$auditlog" decode real/00/00/01 | cut -d, -f2- >a &&
		"$auditlog" decode r | cut -d, -f2- | diff a -
}
if [ "$(id -u)" -eq 0 ] && sudo_here sudo true >/dev/null 2>&1; then
	rm -rf real
	check "what sudo recorded is read" recorded
	check "and written again the same" again
else
	skip "what sudo recorded is read" "no root, or no mount namespaces"
	skip "and written again the same" "no root, or no mount namespaces"
fi
done_testing
