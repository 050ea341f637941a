#!/bin/sh
# SPDX-License-Identifier: ISC
# Every reading command on what is no recording, on pieces of one, and on bombs: a clear line
# or a partial result, in bounded time and memory.
. "${srcdir:-.}/tests/e2e/tap.sh"
commands="decode info screen verify"

python3 "$tools/auditfile.py" sample session.audit
"$auditlog" convert -z 1 session.audit ours.audit 2>/dev/null
"$auditlog" convert session.audit session.cast 2>/dev/null
: >empty
mkdir folder
head -c 100000 /dev/urandom >random
printf 'ContainerSSH-Auditlog' >magic
printf '{"version": 2, "width": 80' >half.cast

every() {
	for c in $commands; do
		fails 2 "$1" "$auditlog" "$c" "$2" || { echo "$c"; return 1; }
	done
	for c in convert cut "speed 2" "idle --max 1" "cat session.audit" "marks add --at 0" \
		"marks remove --all"; do
		# shellcheck disable=SC2086 # several words
		fails 2 "$1" "$auditlog" $c "$2" out || { echo "$c"; return 1; }
		[ ! -e out ] || return 1
	done
	fails 2 "$1" "$auditlog" marks list "$2"
}
all=$commands
commands="decode info screen" # verify takes folders
check "a folder" every 'folder: is a directory, not a recording' folder
check "an empty folder verified" fails 2 'there is no recording' "$auditlog" verify folder
commands=$all
check "a device" every '/dev/zero: is a device, not a recording' /dev/zero
check "an empty file" every 'empty: the file is empty' empty
check "random bytes" every 'random: ' random
check "half a header" every 'magic: ' magic
check "half a line" every 'half.cast: ' half.cast
check "a missing file" every 'cannot open' gone
check "a closed standard input" sh -c '"$auditlog" info - <&- 2>err
	test $? -eq 2 && test "$(wc -l <err)" -eq 1'
check "a folder as standard input" sh -c '"$auditlog" info - <folder 2>err
	test $? -eq 2 && grep -q "standard input: is a directory" err'
check "/dev/null as standard input" sh -c '"$auditlog" info - </dev/null 2>err
	test $? -eq 2 && grep -q "standard input: the file is empty" err'

# A recording with orders to a terminal in every text: none comes out.
python3 - <<'END'
import json
evil = "\x1b]0;t\x07\x7f\x9b31m\u202eexe\u2028z"
with open("orders.cast", "w") as f:
    print(json.dumps({"version": 2, "width": 80, "height": 24, "title": evil,
        "command": evil, "env": {"TERM": evil, "SHELL": evil}}), file=f)
    print(json.dumps([0, "m", evil]), file=f)
END
cat >harmless.py <<'END'
import sys
text = sys.stdin.buffer.read().decode("utf-8")
bad = [c for c in text if c != "\n" and (not c.isprintable() or c in "\u202e\u2028")]
assert not bad, (bad, text)
END
harmless() {
	"$auditlog" "$@" >out.txt 2>&1
	python3 harmless.py <out.txt
}
for c in decode info "info --json" screen verify; do
	# shellcheck disable=SC2086
	check "$c sends no orders" harmless $c orders.cast
done

# Runs every command on many variants made from the file; python keeps an eye on them.
cat >mangle.py <<'END'
import os, random, subprocess, sys
auditlog, path, how = os.environ["auditlog"], sys.argv[1], sys.argv[2]
data = open(path, "rb").read()
random.seed(7)
def variants():
    if how == "cut":
        step = max(1, len(data) // 60)
        for n in sorted({*range(0, min(len(data), 64)), *range(0, len(data), step)}):
            yield n, data[:n]
    else:
        for i in range(60):
            d = bytearray(data)
            for _ in range(random.choice((1, 1, 3, 20))):
                d[random.randrange(40 if i % 8 else 0, len(d))] ^= 1 << random.randrange(8)
            yield i, bytes(d)
whole = None
for n, d in variants():
    with open("variant", "wb") as f:
        f.write(d)
    for c in ("decode", "info", "screen", "verify"):
        p = subprocess.run([auditlog, c, "variant"], capture_output=True, timeout=120)
        assert p.returncode in (0, 1, 2), (how, n, c, p.returncode, p.stderr[-2000:])
        if p.returncode == 2:
            assert p.stderr.count(b"\n") == 1 and not p.stdout, (how, n, c, p.stderr)
        assert p.stderr.count(b"\n") <= 1, (how, n, c, p.stderr)
        if c == "decode" and how == "cut" and p.returncode == 0 and path.endswith("audit"):
            # what is there before the cut comes out, and no error line
            assert b'{"error"' not in p.stdout, (n, p.stdout)
        if c == "verify" and how == "cut" and path.endswith("audit"):
            # no end was seen: incomplete
            assert p.returncode != 0 or b", 21 messages" in p.stdout or n < 60, (n, p.stdout)
END
check "cut at many lengths" python3 mangle.py session.audit cut
check "ours cut at many lengths" python3 mangle.py ours.audit cut
check "asciicast cut at many lengths" python3 mangle.py session.cast cut
check "flipped bits" python3 mangle.py session.audit flip
check "ours with flipped bits" python3 mangle.py ours.audit flip
check "asciicast with flipped bits" python3 mangle.py session.cast flip

# An asciicast of deep nesting and of one endless line.
python3 - <<'END'
open("deep.cast", "w").write('{"version": 2, "width": 80, "height": 24}\n' + "[" * 1000000)
open("line.cast", "w").write('{"version": 2, "width": 80, "height": 24}\n[0, "o", "' +
    "x" * (80 << 20))
END
python3 "$tools/auditfile.py" zeros zeros.audit 512
python3 "$tools/auditfile.py" strings string.audit 512

ln -s /dev/null device
check "a key is no gift to a device" fails 2 'exists already' "$auditlog" keygen device
check "nor its other half" [ ! -e device.pub ]

# bounded COMMAND...: ends by itself within the time, with at most 300 MB (none of this holds
# for an instrumented build, whose shadow memory counts).
cat >bounded.py <<'END'
import os, resource, subprocess, sys
with open(os.devnull, "w") as null:
    p = subprocess.run(sys.argv[1:], stdout=null, stderr=subprocess.PIPE, timeout=300)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(p.returncode, used, "MB", p.stderr[-500:])
assert p.returncode in (0, 1, 2) and p.stderr.count(b"\n") <= 2
instrumented = b"__asan_init" in open(sys.argv[1], "rb").read()
assert used <= 300 or instrumented
END
for f in zeros.audit string.audit deep.cast line.cast; do
	for c in $commands; do
		check "$c $f is bounded" python3 bounded.py "$auditlog" "$c" "$f"
	done
	check "convert $f is bounded" python3 bounded.py "$auditlog" convert --overwrite $f out
done
done_testing
