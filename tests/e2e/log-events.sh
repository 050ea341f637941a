#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog events: lines that other systems read, to files that are always new, and following a
# recording while it is made.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
auditfile.write("session.audit", auditfile.sample())
END

# told FORMAT PYTHON: with the lines as dicts in "ls" the expression is true.
told() {
	"$auditlog" events --format "$1" session.audit >lines || return 1
	python3 - "$2" <<-'END'
	import json, sys
	ls = [json.loads(l) for l in open("lines")]
	ok = eval("(" + sys.argv[1] + ")")
	print(ok, *ls, sep="\n")
	sys.exit(0 if ok else 1)
	END
}
check "ecs: all but input and output is told" told ecs 'len(ls) == 13'
check "ecs: intention, then outcome" told ecs '[l["event"]["outcome"] for l in ls if
	"process" in l["event"]["category"]] == ["unknown", "failure"]'
check "ecs: the first line knows who and where already" told ecs '
	ls[0]["user"]["name"] == "ann" and ls[0]["host"]["name"] == "box"'
check "ecs: every line has the id of the connection" told ecs '
	{l["trace"]["id"] for l in ls} == {"0123456789abcdef0123456789abcdef"}'
check "audit: who called, on every line" told audit '
	all(l["type"] == "audit" and l["caller_addr"] == "10.1.2.3" for l in ls)'
check "audit: a status that is not 0 is an error" told audit '
	[l["status_code"] for l in ls if l["status"] == "error"] == [3]'
check "train: the command" told train '
	[(l["type"], l["command"], l["user"], l["hostname"]) for l in ls] ==
	[("cmd", "demo", "ann", "box")]'
check "json: the message itself" told json '
	[l["payload"]["label"] for l in ls if l["event"] == "marker"] == ["here"]'

to_files() {
	"$auditlog" events -o out/ev --rotate-size 4096 session.audit || return 1
	"$auditlog" events -o out/ev session.audit || return 1
	[ "$(find out -name 'ev.*' | wc -l)" -ge 4 ] || return 1
	[ "$(find out -name 'ev.*' -size +4096c | wc -l)" -eq 1 ] || return 1
	"$auditlog" events session.audit | sort >once
	cat out/ev.* | sort | uniq -c | awk '$1 != 2 { exit 1 }' || return 1
	cat out/ev.* | sort -u | cmp - once
}
mkdir out
check "files are begun anew by size, and no run writes over another" to_files

# A recording that grows: its second half comes when the first was told.
follow() {
	python3 - "$auditlog" <<-'END'
	import auditfile, json, struct, subprocess, sys, zlib
	messages = auditfile.sample()
	z = zlib.compressobj(6, wbits=31)
	def deflate(some, flush):
	    return b"".join(z.compress(auditfile.cbor(m)) for m in some) + z.flush(flush)
	with open("grow.audit", "wb") as f:
	    f.write(auditfile.HEAD + struct.pack("<Q", 2))
	    f.write(deflate(messages[:12], zlib.Z_SYNC_FLUSH))
	p = subprocess.Popen(["timeout", "120", sys.argv[1], "events", "--follow", "--format", "json", "grow.audit"],
	                     stdout=subprocess.PIPE, text=True)
	lines = []
	for line in p.stdout:
	    lines.append(json.loads(line))
	    if len(lines) == 7:
	        with open("grow.audit", "ab") as f:
	            f.write(deflate(messages[12:], zlib.Z_SYNC_FLUSH))
	assert p.wait() == 0, p.returncode
	assert [l["number"] for l in lines] == [0, 1, 2, 3, 4, 5, 6, 12, 13, 17, 18, 19, 20], lines
	END
}
check "following tells what is added" follow

check "rotation without a name is wrong use" fails 2 'need --output' \
	"$auditlog" events --rotate-size 5000 session.audit
check "an unknown form is wrong use" fails 2 'ecs' "$auditlog" events -f xml session.audit
check "what is no recording" fails 2 'no asciicast' "$auditlog" events lines
check "a folder for the files that is not there" fails 2 'nowhere/ev' \
	"$auditlog" events -o nowhere/ev session.audit
done_testing
