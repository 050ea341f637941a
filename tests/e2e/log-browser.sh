#!/bin/sh
# SPDX-License-Identifier: ISC
# Pages of auditlog export in a headless Chromium with the real player: that which is built in, or
# the one in the folder $AUDITREC_PLAYER.
. "${srcdir:-.}/tests/e2e/tap.sh"

python3 - <<'END'
import auditfile as a
ms = 10**6
make = dict(id=1, trust="nonce", text="make all", cwd="/home/ann/src")
start = a.sample()[:7]
a.write("session.audit", start + [
    a.io(100 * ms, b"prompt$ make all\r\n"),
    a.vendor(1000 * ms, "command", phase="start", **make),
    a.io(2000 * ms, b"\x1b[32mbefore the mark\x1b[m\r\n"),
    a.vendor(3000 * ms, "command", phase="end", status=2, duration=2000 * ms, **make),
    a.vendor(4000 * ms, "marker", label="half way"),
    a.message(4500 * ms, 408, {"requestId": 3, "columns": 90, "rows": 20, "width": 0, "height": 0}),
    a.io(5000 * ms, b"then\r\n"), a.io(25000 * ms, b"the end of it"),
    a.message(26000 * ms, 499, {"exitStatus": 2}), a.message(26100 * ms, 1, None, None)], end=True)
a.write("silent.audit", start[:3], end=True)
evil = ("</script><script>window.pwned=1;alert(1)</script><img src=x onerror=alert(1)>"
        "<!--<script>\u2028\u202e{{player}}\x1b]0;</title><script>alert(1)</script>\x07\x00")
start[3] = a.vendor(3 * ms, "session", user=evil, host=evil, title=evil, tty=evil)
start[4]["payload"].update(name="EVIL", value=evil)
a.write("hostile.audit", start + [a.io(10 * ms, evil.encode()),
    a.vendor(20 * ms, "command", phase="start", id=1, trust="nonce", text=evil),
    a.vendor(30 * ms, "marker", label=evil), a.io(40 * ms, evil.encode(), 0),
    a.io(9000 * ms, evil.encode())])
END

page() {
	"$auditlog" export ${AUDITREC_PLAYER:+--player "$AUDITREC_PLAYER"} "$@" 2>export.err
}
if ! page session.audit page.html; then
	grep -q 'no web player in this build' export.err || cat export.err >&2
	skip "pages in a browser" "there is no web player (tools/get-player)"
elif ! python3 -c 'import sys, browser; sys.exit(not browser.find())'; then
	skip "pages in a browser" "chromium is not installed"
else
	page --input --title '<script>alert(1)</script>' hostile.audit hostile.html
	page silent.audit silent.html
	python3 "$tools/log_browser.py"
	exit
fi
done_testing
