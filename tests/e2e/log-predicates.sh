#!/bin/sh
# SPDX-License-Identifier: ISC
# Every predicate of auditlog list, and what joins them, against recordings: made up ones whose
# facts are all different, and one of auditrec's own.
. "${srcdir:-.}/tests/e2e/tap.sh"
HOME=$work/home XDG_CACHE_HOME=$work/cache TZ=UTC
export HOME XDG_CACHE_HOME TZ

mkdir all
python3 - <<'END'
import auditfile as a
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 42 + "%s"
def session(name, user, gid, host, tty, address, days, seconds, end, key=None, closed=True):
    s, last = 10 ** 9, []
    m = [a.message(0, 0, {"remoteAddr": address, "country": "XX"}, None)]
    if key:
        m.append(a.message(1, 105, {"username": user, "key": key}, None))
    m += [a.message(1, 199, {"username": user}, None), a.message(2, 301, {"channelType": "session"}),
          a.vendor(3, "session", program="auditrec 9", host=host, user=user, gid=gid, tty=tty),
          a.message(5, 404, {"requestId": 1, "term": "xterm", "columns": 80, "rows": 24, "width": 0,
                             "height": 0, "modelist": b"\0"}),
          a.message(6, 405, {"requestId": 2}),
          a.io(s // 2, b"Welcome to %s\r\n$ " % host.encode()), a.io(s // 2 + 1, b"vi %s\r" % user.encode(), 0),
          a.vendor(s // 2 + 2, "command", phase="start", trust="nonce", text="vi " + user),
          a.vendor(s // 2 + 3, "process-exec", argv=["/usr/bin/vim", "-u", user], pid=7)]
    if closed:
        last = [a.message(seconds * s, *end), a.message(seconds * s, 497, None), a.message(seconds * s, 1, None, None)]
    m += last
    for one in m:
        one["timestamp"] += days * 86400 * s
    a.write("all/%s.audit" % name, m)
exit = lambda n: (499, {"exitStatus": n})
session("ann", "ann", 1000, "box.example", "/dev/pts/7", "10.1.2.3", 0, 60, exit(0), KEY % "A")
session("bob", "bob", 27, "web1.example", "/dev/pts/8", "2001:db8::5", 1, 600, exit(3), KEY % "E")
session("carl", "carl", 27, "web2.example", "/dev/tty1", "192.168.7.9", 2, 7200,
        (498, {"signal": "KILL", "coreDumped": False, "errorMessage": "", "languageTag": ""}))
session("dora", "dora", 100, "box.example", "/dev/pts/7", "10.9.0.1", 30, 1, exit(0), closed=False)
b = bytearray(open("all/ann.audit", "rb").read())
for i in range(150, 180):
    b[i] ^= 0xFF
open("all/bent.audit", "wb").write(b)
END
now=$(date +%s)

# shows NAMES WORD...: these and no others
shows() {
	want=$1
	shift
	for time in first again; do # the second time by what was kept of the first
		"$auditlog" list --json all "$@" >out 2>err
		got=$(sed 's/.*"file":"all\/\([a-z]*\).audit".*/\1/' out | sort | tr '\n' ' ')
		[ "$got" = "${want:+$want }" ] || { cat err; echo "$time: '$got', not '$want'"; return 1; }
	done
}
expect() {
	want=$1
	shift
	check "$*: ${want:-none}" shows "$want" "$@"
}
find all -type f -exec touch -d '1 hour ago' {} +
expect "ann bent bob carl dora"
expect "ann" user ann state clean
expect "bob" user 'b?b'
expect "ann carl dora" user '*a*' '!' state damaged
expect "bob carl" group 27
expect "dora" group 100
expect "" group 12345
group=$(getent group 27 | cut -d : -f 1)
[ -z "$group" ] || expect "bob carl" group "$group"
expect "bob carl" host 'web*'
expect "carl" host web2.example
expect "" host web
expect "ann dora" tty pts/7
expect "bob" tty /dev/pts/8
expect "ann bob dora" tty 'pts/*'
expect "carl" tty 'tty*'
expect "bob" from 2001:db8::/32
expect "ann dora" from 10.0.0.0/8 not state damaged
expect "carl" from 192.168.7.9
expect "" from 192.168.7.8
expect "bob carl dora" fromdate 2024-03-10
expect "ann" todate 2024-03-09 '!' state damaged
expect "bob" fromdate 2024-03-10 todate 2024-03-10
expect "carl" fromdate '2024-03-11 15:00' todate '2024-03-11 17:00'
expect "dora" fromdate @1711000000
expect "" fromdate yesterday
expect "ann bob carl dora" todate yesterday
expect "bob carl" longer 5m
expect "carl" longer 10m
expect "carl" longer 1:59:59
expect "" longer 2h
expect "ann" shorter 2m longer 1s not state damaged
expect "dora" shorter 30 not state damaged
expect "carl" exit KILL
expect "carl" exit SIGKILL
expect "carl" exit 'K*'
expect "bob" exit 3
expect "ann" exit 0 state clean
expect "dora" state truncated
expect "bent" state damaged
expect "ann bob carl" state clean
key=$("$auditlog" list --json all/bob.audit | sed 's/.*"key":"SHA256:\([^"]*\)".*/\1/')
expect "bob" key "$key"
expect "bob" key "SHA256:$key"
expect "ann bob" key '*' state clean
expect "ann" command '^vi ann$'
expect "carl" command 'vim -u carl'
expect "dora" exec '/usr/bin/vim -u d'
expect "" exec '^vi '
expect "bob" typed '^vi bob'
expect "" typed '^bob'
expect "bob carl" text 'Welcome to web[12]'
expect "carl" text 'Welcome to web2' user carl
expect "ann bob" '(' user ann or user bob ')' state clean
expect "ann carl dora" not '(' user bob or state damaged ')'
expect "ann bob carl" user ann state clean or user bob or user carl
expect "bob" '!' '!' user bob
expect "bob" text Welcome and not '(' text box or text web2 or state damaged ')'

real() {
	"$build/auditrec" -q --headless -o real.audit -c 'echo so it was; exit 7' || true
	"$auditlog" list --json real.audit user "$(id -un)" group "$(id -g)" host "$(uname -n)" \
		exit 7 state clean shorter 1h fromdate "@$((now - 60))" todate '1 hour ago' >out &&
		[ ! -s out ] || { echo "it began later"; return 1; }
	"$auditlog" list --json real.audit user "$(id -un)" group "$(id -g)" host "$(uname -n)" \
		exit 7 state clean shorter 1h fromdate "@$((now - 60))" fromdate '-10min' \
		text '^so it was' command 'echo so' >out || return 1
	cat out
	[ "$(wc -l <out)" -eq 1 ]
}
check "one that auditrec has made" real
done_testing
