#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog speed, idle, cut: new recordings with other times, which say what they are.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile
messages = auditfile.sample()
auditfile.write("session.audit", messages)
END
sum=$(sha256sum session.audit | cut -c 1-64)

# retimed A B EXPRESSION: of each message of A with the time t since the start there is one in B
# with the time EXPRESSION; what stands between is an event "edited".
retimed() {
	"$auditlog" decode "$1" >a.jsonl && "$auditlog" decode "$2" >b.jsonl || return 1
	python3 - "$3" <<-'END'
	import json, sys
	def read(name):
	    return [json.loads(l) for l in open(name)]
	def edited(m):
	    return (m["payload"] or {}).get("requestType") == "edited@auditrec"
	a, b = read("a.jsonl"), [m for m in read("b.jsonl") if not edited(m)]
	assert len(a) == len(b), (len(a), len(b))
	start = a[0]["timestamp"]
	for x, y in zip(a, b):
	    t = x["timestamp"] - start
	    want = eval(sys.argv[1])
	    assert y["timestamp"] - start == want, (x, y, want)
	    assert (x["typeId"], x["payload"]) == (y["typeId"], y["payload"]), (x, y)
	END
}

edit() {
	"$auditlog" "$@" 2>said || { cat said; return 1; }
}

twice() { edit speed 2 session.audit out && retimed session.audit out 't // 2'; }
check "speed 2 halves every time" twice
slower() { edit speed 0.75 --overwrite session.audit out && retimed session.audit out 't * 4 // 3'; }
check "speed 0.75" slower
same() { edit speed 1 --overwrite session.audit out && retimed session.audit out t; }
check "speed 1 changes nothing" same

says() {
	"$auditlog" decode out | grep -c 'edited@auditrec' | grep -qx 1 || return 1
	"$auditlog" info out | grep 'No original' | grep -q speed &&
		"$auditlog" info --json out | grep -q '"edited":"speed"' &&
		"$auditlog" events -f json out | grep -q "\"sha256\":\"$sum\"" || return 1
	! "$auditlog" info session.audit | grep 'No original'
}
check "the copy says that it is none" says

cast_says() {
	for f in asciicast-v1 asciicast-v2 asciicast-v3; do
		edit speed 2 -f $f --overwrite session.audit out.$f || return 1
		! grep edited said || return 1
		edit idle -m 0.1 -f asciicast-v2 --overwrite out.$f again || return 1
		"$auditlog" info out.$f | grep 'No original' | grep speed &&
			"$auditlog" info again | grep 'No original' | grep idle || return 1
		head -n 1 again | python3 -c '
import json, sys
e = json.load(sys.stdin)["auditrec_edited"]
assert [x["what"] for x in e] == ["idle", "speed"] and e[1]["sha256"] == sys.argv[1], e' "$sum" ||
			return 1
	done
}
check "so does an asciicast" cast_says

idle() {
	edit idle --max 0.1 --overwrite session.audit out || return 1
	"$auditlog" verify out && python3 - <<-'END'
	import json, subprocess, os
	ms = [json.loads(l) for l in subprocess.run([os.environ["auditlog"], "decode", "out"],
	    stdout=subprocess.PIPE, check=True).stdout.splitlines()]
	last = ms[0]["timestamp"]
	for m in ms:
	    assert 0 <= m["timestamp"] - last <= 100_000_000, m
	    if m["typeId"] == "io":
	        last = m["timestamp"]
	END
}
check "idle cuts pauses" idle
idle_long() { edit idle --max 1h --overwrite session.audit out && retimed session.audit out t; }
check "idle leaves what is shorter" idle_long

every_format() {
	for f in audit audit-v1 asciicast-v1 asciicast-v2 asciicast-v3 ttyrec; do
		edit speed 2 -f $f --overwrite session.audit out.$f &&
			edit idle -m 1 --overwrite -f audit out.$f back || return 1
	done
}
check "every format goes in and comes out" every_format

# The recording cut at $1 has the screens that the original has.
cut_same() {
	edit cut --overwrite --from "$1" session.audit part.audit &&
		edit cut --overwrite --from "$1" -f asciicast-v2 session.audit part.cast || return 1
	for t in 0.3 0.7 1.1 end; do
		"$auditlog" screen -f ansi --at "$t" session.audit >a || return 1
		at=$(python3 -c 'import sys
print(sys.argv[2] if sys.argv[2] == "end" else "%.3fs" % (float(sys.argv[2]) - float(sys.argv[1])))' "$1" "$t")
		case $at in -*) continue ;; esac
		for part in part.audit part.cast; do
			"$auditlog" screen -f ansi --at "$at" $part >b && cmp a b || return 1
		done
	done
}
for t in 0.05 0.25 0.5 1 1.5; do
	check "cut at $t" cut_same $t
done

cut_ends() {
	edit cut --overwrite --from 0.2 --to 1 session.audit part || return 1
	"$auditlog" info part | grep 'No original' | grep -q cut || return 1
	"$auditlog" decode part | python3 -c '
import json, sys
ms = [json.loads(l) for l in sys.stdin]
a = ms[0]["timestamp"]
assert all(0 <= m["timestamp"] - a < 800_000_000 for m in ms), ms
assert ms[0]["typeId"] == "connect" and ms[-1]["typeId"] != "disconnect", ms'
}
check "cut ends before --to" cut_ends
cut_mark() { edit cut --overwrite --from mark:here session.audit part; }
check "cut at a marker" cut_mark
check "cut at a marker that is not there" fails 2 'there is no mark:nowhere' \
	"$auditlog" cut --from mark:nowhere session.audit new
check "cut behind the end" fails 2 'the recording ends before 99:00' \
	"$auditlog" cut --from 99:00 session.audit new
check "cut the wrong way round" fails 2 '1 is not behind 2' \
	"$auditlog" cut --from 2 --to 1 session.audit new
parts() {
	edit cut --overwrite --to 1 session.audit one && edit cut --overwrite --from 1 session.audit two &&
		"$auditlog" decode session.audit >all.jsonl && "$auditlog" decode one >one.jsonl &&
		"$auditlog" decode two >two.jsonl || return 1
	n=$(wc -l <all.jsonl)
	k=$(grep -vc edited@auditrec one.jsonl)
	grep -v edited@auditrec one.jsonl >a && head -n "$k" all.jsonl | cmp - a || return 1
	tail -n $((n - k)) all.jsonl >a && tail -n $((n - k)) two.jsonl >b && cmp a b
}
check "two parts are the whole" parts

echo precious >keep
check "an existing OUT is kept" fails 2 'exists already' "$auditlog" speed 2 session.audit keep
check "OUT is IN" fails 2 'is the recording itself' "$auditlog" speed 2 --overwrite \
	session.audit session.audit
check "no factor" fails 2 'is no factor' "$auditlog" speed 0 session.audit new
check "no length" fails 2 'max TIME' "$auditlog" idle session.audit new
check "a length that is none" fails 2 'soon' "$auditlog" idle --max soon session.audit new
check "no recording" fails 2 keep "$auditlog" speed 2 keep new
nothing_new() { [ ! -e new ] && [ "$(cat keep)" = precious ]; }
check "nothing appeared" nothing_new
done_testing
