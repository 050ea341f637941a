#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog grep and list by what is kept of recordings that were read before: whatever the state
# it is in, they say byte for byte what they say without.
. "${srcdir:-.}/tests/e2e/tap.sh"
HOME=$work/home XDG_CACHE_HOME=$work/cache
export HOME XDG_CACHE_HOME
index=$XDG_CACHE_HOME/auditrec/search

mkdir -p all/sub
python3 - <<'END'
import auditfile, random
random.seed(7)
ms = 10 ** 6
words = "kernel error warning session opened for user root Needle in_haystack Straße 日本 naïve KELVIN".split()
def screens(name, n, seed):
    """A session: plain lines, colours, moves of the cursor, typed lines, events, cuts anywhere."""
    r, out = random.Random(seed), auditfile.sample()[:6]
    at, data = 2 * 10 ** 9, b""
    for i in range(n):
        line = " ".join(r.choice(words) for _ in range(r.randrange(1, 12)))
        k = r.randrange(12)
        if k < 7:
            data += ("\x1b[%dm%d\x1b[m %s\r\n" % (r.randrange(30, 38), i, line)).encode()
        elif k == 7:
            data += ("\x1b[%d;%dH%s\x1b[K" % (r.randrange(1, 30), r.randrange(1, 90), line)).encode()
        elif k == 8:
            data += line.encode() + b"\b\b\b   \r"
        elif k == 9:
            out.append(auditfile.io(at, (line[:20] + "\r").encode(), 0))
        elif k == 10:
            out.append(auditfile.vendor(at, "command", phase="start", trust="nonce", text=line + "\n" + line))
        else:
            out.append(auditfile.vendor(at, "process-exec", argv=["/bin/" + line.split()[0], line], pid=i))
        cut = r.randrange(0, len(data) + 1)
        if r.randrange(3) == 0 and cut:
            out.append(auditfile.io(at, data[:cut]))
            data = data[cut:]
        at += r.randrange(20 * ms)
    out.append(auditfile.io(at, data))
    auditfile.write(name, out)
for i in range(4):
    screens("all/random%d.audit" % i, 500, i)
auditfile.write("all/sub/sample.audit", auditfile.sample())
END
cp "$top"/../shared/vectors/*.v2.audit "$top"/../shared/vectors/*.cast all/sub 2>/dev/null
head -c 3000 all/random0.audit >all/cut.audit
python3 - <<'END'
b = bytearray(open("all/random1.audit", "rb").read())
for i in range(len(b) // 2, len(b) // 2 + 50):
    b[i] ^= 0x5A
open("all/damaged.audit", "wb").write(b)
END
cp all/random2.audit all/second.cast.audit
echo junk >all/notes.txt
find all -type f -exec touch -d '1 hour ago' {} +

# run NAME WORD...: output, errors and status in a file of that name
run() {
	to=$1
	shift
	"$auditlog" "$@" >"$to" 2>"$to.err"
	echo "status $?" >>"$to"
	cat "$to.err" >>"$to"
}
# same WORD...: with an index, made or used, as without
same() {
	run plain grep --no-index "$@" all
	run first grep "$@" all
	run again grep "$@" all
	if ! cmp plain first || ! cmp plain again; then
		diff plain again | head
		return 1
	fi
}
patterns='Needle
(?i)NEEDLE
kern.l (error|warning)
^[0-9]+ session
NAÏVE
日本
[0-9]{4}
in_hay(?=stack) opened
nothing like it
\QNeedle\E ?in'
some='needle
(error|warning) kernel
Straße'
every_pattern() {
	printf '%s\n' "${list:-$patterns}" | while IFS= read -r p; do
		same "$@" "$p" || { echo "$p"; return 1; }
	done
}
some_patterns() {
	list=$some every_pattern "$@"
}
check "what was shown" every_pattern
check "what was shown, whatever the case" some_patterns -i
check "the same as texts" some_patterns -F
check "what was typed" some_patterns -t
check "events" every_pattern -e
check "names of files" some_patterns -l
check "counts" some_patterns -c
check "no more than some" some_patterns -m 3
check "as JSON, with the command for the player" some_patterns -j -p
found() {
	[ "$("$auditlog" grep -c Needle all/random0.audit | cut -f 2)" -gt 50 ]
}
check "there is something to find" found
private() {
	ls -l "$index"
	[ "$(stat -c %a "$index")" = 700 ] && [ "$(find "$index" -type f ! -perm 600 | wc -l)" = 0 ] &&
		[ "$(find "$index" -name '*.shown.gist' | wc -l)" -gt 5 ]
}
check "the index is there, private" private

# what list finds
listed() {
	"$auditlog" list --json --no-catalogue all "$@" >plain 2>plain.err
	"$auditlog" list --json all "$@" >again 2>again.err
	cmp plain again && [ -s plain ]
}
check "list by what was shown" listed text in_haystack
check "list by what was typed" listed typed root
check "list by what ran" listed command 'Straße.*user'
check "list by programs that ran" listed exec '^/bin/kernel'
check "list without something" listed '!' text 'never was this' user ann

# whatever becomes of it
each_gist() {
	find "$index" -name '*.gist' | while read -r f; do
		python3 - "$f" "$1" <<-'END'
		import random, sys
		b = bytearray(open(sys.argv[1], "rb").read())
		r = random.Random(sys.argv[1])
		if sys.argv[2] == "flip":
		    for _ in range(3):
		        b[r.randrange(len(b))] ^= 1 << r.randrange(8)
		elif sys.argv[2] == "cut":
		    b = b[:r.randrange(len(b))]
		elif sys.argv[2] == "junk":
		    b = bytes(r.randrange(256) for _ in range(len(b)))
		elif sys.argv[2] == "empty":
		    b = b""
		open(sys.argv[1], "wb").write(b)
		END
	done
}
mangled() {
	same -i needle || return 1
	each_gist "$1"
	run again grep -i needle all
	cmp plain again || return 1
	run again grep -i needle all # it was made anew
	cmp plain again
}
for how in flip cut junk empty; do
	check "an index that is damaged ($how)" mangled $how
done
swapped() {
	a=$(find "$index" -name '*.shown.gist' | sort | sed -n 1p)
	b=$(find "$index" -name '*.shown.gist' | sort | sed -n 2p)
	cp "$a" "$b"
	same needle
}
check "an index of another recording" swapped
grown() {
	same Needle || return 1
	head -c 5000 all/random0.audit >all/cut.audit
	touch -d '30 minutes ago' all/cut.audit
	same Needle || return 1
	cp all/random3.audit all/cut.audit
	same Needle && touch -d '20 minutes ago' all/cut.audit && same Needle
}
check "a recording that has changed" grown
young() {
	before=$(find "$index" -name '*.gist' | wc -l)
	cp all/random0.audit all/young.audit
	touch -d '10 minutes' all/young.audit # it does not grow old while it is read
	same Needle
	rc=$?
	after=$(find "$index" -name '*.gist' | wc -l)
	rm all/young.audit
	[ $rc -eq 0 ] && [ "$before" -eq "$after" ]
}
check "one that may change within the tick of its clock is not kept" young
without() {
	rm -rf "$XDG_CACHE_HOME"
	echo >"$XDG_CACHE_HOME"
	same Needle
	rc=$?
	rm "$XDG_CACHE_HOME"
	return $rc
}
check "no place for an index" without
unwanted() {
	rm -rf "$XDG_CACHE_HOME"
	"$auditlog" grep --no-index Needle all >out 2>&1
	"$auditlog" list --no-catalogue all text Needle >out 2>&1
	[ ! -e "$XDG_CACHE_HOME" ]
}
check "no index is made when none is wanted" unwanted
beforehand() {
	rm -rf "$XDG_CACHE_HOME"
	"$auditlog" list --index all >out 2>err || true
	cat err
	for scope in shown typed events; do
		[ "$(find "$index" -name "*.$scope.gist" | wc -l)" -gt 5 ] || return 1
	done
	before=$(find "$index" -name '*.gist' -newer out | wc -l)
	same Needle && [ "$before" -eq 0 ]
}
check "list --index makes it beforehand" beforehand
check "list --index needs a place for it" fails 2 'no-catalogue' \
	"$auditlog" list --index --no-catalogue all
at_once() {
	rm -rf "$XDG_CACHE_HOME"
	run plain grep --no-index Needle all
	for i in 1 2 3 4; do
		run "many$i" grep Needle all &
	done
	wait
	for i in 1 2 3 4; do
		cmp plain "many$i" || return 1
	done
	same Needle
}
check "several at once" at_once
done_testing
