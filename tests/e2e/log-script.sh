#!/bin/sh
# SPDX-License-Identifier: ISC
# Typescripts, with script and scriptreplay of util-linux on the other side.
. "${srcdir:-.}/tests/e2e/tap.sh"

if ! command -v script >/dev/null || ! command -v scriptreplay >/dev/null; then
	skip "typescripts" "no script and scriptreplay here"
	done_testing
	exit
fi

python3 - <<'END'
import auditfile
auditfile.write("session.audit", auditfile.sample())
END

# A real one: a terminal that changes its size, keys, an exit status.
python3 - <<'END' >/dev/null
import fcntl, os, pty, struct, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("script", ["script", "-q", "-T", "real.tm", "-I", "real.in", "-O", "real",
                         "-c", "stty size; until stty size | grep -q 100; do sleep 0.05; done; "
                         "echo resized; read a; stty size; exit 4"])
def size(rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
size(24, 80)
seen, at = b"", 0
deadline = time.monotonic() + 120
while time.monotonic() < deadline:
    try:
        seen += os.read(fd, 4096)
    except OSError:
        break
    if at == 0 and b"\n" in seen:
        size(30, 100)
        at = 1
    if at == 1 and b"resized" in seen:
        os.write(fd, "k\u00e9y\r".encode())
        at = 2
os.waitpid(pid, 0)
END

facts() {
	"$auditlog" info --json "$1" >facts.json && python3 - "$2" <<-'END'
	import json, sys
	f = json.load(open("facts.json"))
	want = json.loads(sys.argv[1])
	got = {k: f.get(k) for k in want}
	assert got == want, (got, f)
	END
}
check "what script recorded is read, its times found beside it" \
	facts real '{"format": "typescript", "state": "clean", "exitStatus": 4}'
check "by its times, too" facts real.tm '{"format": "typescript", "exitStatus": 4}'

input_too() {
	"$auditlog" grep --typed 'k.y' real && "$auditlog" decode real >real.jsonl &&
		grep -q '"columns":100,"rows":30' real.jsonl
}
check "with what was typed and sizes" input_too

# scriptreplay prints the same from the original and from what we wrote.
there_and_back() {
	"$auditlog" convert real real.audit && "$auditlog" convert real.audit back.typescript ||
		return 1
	scriptreplay -d 1000 -T real.tm -O real >a && [ -s a ] &&
		scriptreplay -d 1000 -T back.typescript.timing -O back.typescript >b &&
		cmp a b || return 1
	grep '^[OIS] ' real.tm >a && grep '^[OIS] ' back.typescript.timing | diff a - || return 1
	scriptreplay -d 1000 -x in -T real.tm -I real.in >a &&
		scriptreplay -d 1000 -x in -T back.typescript.timing \
			-I back.typescript.input | cmp a -
}
check "there and back, scriptreplay prints the same, every time is the same" there_and_back

summary() {
	scriptreplay --summary -T back.typescript.timing -O back.typescript >sum || return 1
	cat sum
	grep -q 'EXIT_CODE:  *4' sum && grep -q 'COMMAND:  *stty' sum && grep -q 'LINES:  *24' sum
}
check "scriptreplay --summary tells what is in it" summary

classic() {
	"$auditlog" convert --no-input -f typescript-classic real.audit old 2>said || return 1
	grep -q 'sizes of the terminal' said || { cat said; return 1; }
	scriptreplay -d 1000 old.timing old >b && scriptreplay -d 1000 -T real.tm -O real | cmp - b &&
		"$auditlog" info old | grep -q '^Exit status *4'
}
check "classic times, too" classic

given() {
	mkdir -p away && mv old.timing away/t && "$auditlog" convert old o1.audit 2>said || return 1
	grep -q 'no times lie beside' said || { cat said; return 1; }
	"$auditlog" convert --timing away/t old o2.audit && "$auditlog" decode o2.audit >o2 &&
		"$auditlog" convert --timing away/t - o3.audit <old && "$auditlog" decode o3.audit |
		diff o2 - && ! "$auditlog" decode o1.audit | cmp -s o2 -
}
check "times that lie elsewhere are given" given

whole_or_not() {
	touch taken.timing
	"$auditlog" convert session.audit taken -f typescript 2>said
	[ $? -eq 2 ] && grep -q 'taken.timing: exists already' said && [ ! -e taken ] &&
		[ ! -s taken.timing ] || return 1
	"$auditlog" convert --overwrite session.audit taken -f typescript && [ -s taken.timing ] &&
		! ls -a | grep '^\.taken'
}
check "all of its files appear, or none" whole_or_not
check "it cannot go to a pipe" fails 2 'can be made' \
	"$auditlog" convert -f typescript session.audit -
check "nor over the times it is read with" fails 2 'the recording itself' \
	"$auditlog" convert --overwrite --timing away/t old away/t
cp real.tm before.tm
check "nor over times that were found" fails 2 'the recording itself' \
	"$auditlog" convert --overwrite real real.tm
beside_too() {
	cp real x && cp real.tm x.timing && cp x.timing x.before || return 1
	fails 2 'x.timing: belongs to the recording itself' \
		"$auditlog" convert --overwrite -f typescript --timing x.timing real x &&
		cmp x.timing x.before && cmp x real && cmp real.tm before.tm
}
check "nor any other file that is written beside it" beside_too
cp real.tm lonely.tm
sed -i 's/OUTPUT_LOG .*/OUTPUT_LOG gone/' lonely.tm
check "times without their typescript" fails 2 'the typescript gone' "$auditlog" info lonely.tm

raw() {
	printf 'a\377b' | "$auditlog" convert --from raw --size 100x30 - raw.audit &&
		"$auditlog" convert -f raw raw.audit - 2>said | od -c | grep -q 'a 377   b' &&
		"$auditlog" info raw.audit | grep -q 100x30
}
check "bytes are a recording when it is said so" raw
check "a size of what tells its own" fails 2 'for --from raw' \
	"$auditlog" convert --size 80x24 real x.audit
check "but not when not" sh -c 'printf "a\377b" | "$auditlog" info - ; test $? -eq 2'
done_testing
