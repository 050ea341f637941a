#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog upload and auth against a stand-in for an asciinema server, which asciinema's own
# program must be able to use as well.
. "${srcdir:-.}/tests/e2e/tap.sh"

HOME=$work/home
mkdir home server
export HOME
unset ASCIINEMA_SERVER_URL ASCIINEMA_API_URL ASCIINEMA_INSTALL_ID ASCIINEMA_CONFIG_HOME \
	ASCIINEMA_STATE_HOME XDG_CONFIG_HOME XDG_STATE_HOME \
	http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 "$tools/auditfile.py" sample session.audit
python3 - <<'END'
import auditfile, os
auditfile.write("large.audit", [auditfile.io(i, os.urandom(30000).hex().encode())
    for i in range(70)])
auditfile.write("larger.audit", [auditfile.io(i, os.urandom(30000).hex().encode())
    for i in range(150)])
auditfile.write("empty.audit", auditfile.sample()[:1])
END

# start FOLDER: a server there; sets $port.
start() {
	python3 "$tools/asciinema_server.py" "$1" >"$1/log" 2>&1 </dev/null &
	servers="$servers $!"
	soon [ -s "$1/port" ] || cat "$1/log"
	port=$(cat "$1/port")
}
servers=
# shellcheck disable=SC2086 # a list
trap 'kill $servers; rm -rf "$work"' EXIT
start server
url=http://127.0.0.1:$port

mode() {
	echo "$1" >server/mode
}

# The number of the last upload the server took.
newest() {
	find server -name '*.json' | sed 's/[^0-9]//g' | sort -n | tail -n 1
}

# upload OPTION...: it goes well; what is said is in out and err, what the server took in
# last.cast and last.json.
upload() {
	timeout "${PATIENCE:-120}" "$auditlog" upload --server-url "$url" "$@" >out 2>err </dev/null ||
		{ cat err; return 1; }
	last=$(newest)
	cp "server/$last.cast" last.cast && cp "server/$last.json" last.json
}

# took CODE: Python about the fields f that came last.
took() {
	python3 -c "
import json
r = json.load(open('last.json'))
f = r['fields']
$1"
}

plain() {
	upload session.audit || return 1
	grep -q "$url/a/$last" out && [ ! -s err ] || return 1
	"$auditlog" convert --overwrite --no-input -f asciicast-v2 session.audit a.cast 2>/dev/null
	# all but the environment, of which only SHELL and TERM go out
	tail -n +2 a.cast >a && tail -n +2 last.cast | cmp - a || return 1
	took "
assert f == {'visibility': 'unlisted'}, f
assert r['path'] == '/api/v1/recordings' and r['agent'].startswith('auditrec/'), r
h = json.loads(open('last.cast').readline())
assert set(h['env']) <= {'SHELL', 'TERM'}, h"
}
check "a recording is published, converted, without input" plain

id_is_made() {
	[ "$(stat -c %a home/.local/state/asciinema/install-id)" = 600 ] || return 1
	id=$(cat home/.local/state/asciinema/install-id)
	upload session.audit && took "assert r['id'] == '$id', r"
}
check "the install id is made once, private" id_is_made

fields() {
	upload --title "Käse & \"co\"" --description 'two
lines' --visibility private session.audit &&
		took "assert f == {'title': 'Käse & \"co\"', 'description': 'two\\nlines',
			'visibility': 'private'}, f"
}
check "title, description and visibility arrive" fields

input() {
	upload --input session.audit && grep -q '"i"' last.cast || return 1
	upload session.audit && ! grep -q '"i"' last.cast
}
check "--input sends what was typed" input

env() {
	upload --env all session.audit && head -n 1 last.cast | grep -q '"LANG"' || return 1
	upload --env LANG session.audit && ! head -n 1 last.cast | grep -q '"TERM"'
}
check "--env chooses" env

formats() {
	for f in audit-v1 asciicast-v1 asciicast-v2 asciicast-v3 ttyrec; do
		"$auditlog" convert --overwrite -f $f session.audit "in.$f" 2>/dev/null
		upload "in.$f" || return 1
	done
	cat session.audit | "$auditlog" upload --server-url "$url" -
}
check "any format" formats

strange() {
	cat >strange.cast <<-'END'
	{"version":2,"width":2000,"height":0,"title":"x","env":{"http_proxy":"no","A":"b","N":null},"theme":{"fg":"#FFFFFF","bg":"#000000","palette":"#000000:#000000"},"idle_time_limit":-1}
	[0.5,"o","hello"]
	[0.6,"m","here"]
	END
	sed -i "s/\"x\"/\"$(printf '%0300d' 0)\"/" strange.cast
	upload --env all --json strange.cast && cat out &&
		python3 -c "
import json
j = json.load(open('out'))
changes = ' '.join(j['changes'])
for word in ('columns', 'title', 'environment'):
    assert word in changes, changes
assert j['url'].endswith('/$last') and j['visibility'] == 'unlisted'
h = json.loads(open('last.cast').readline())
assert h['width'] == 720 and 1 <= h['height'] <= 200 and len(h['title']) == 128, h
assert j['environment'] == ['A'] and j['markers'] == 1, j
assert h['env'] == {'A': 'b'}, h" || return 1
	upload strange.cast && grep -q '^auditlog: strange.cast: columns: 2000 became 720$' err
}
check "what no server takes is changed, and said" strange

dry() {
	n=$(newest)
	"$auditlog" upload -n --server-url "$url" session.audit >out 2>err || return 1
	grep -q '^  Server  *'"$url" out && grep -q '^  Input  *left out' out && [ ! -s err ] &&
		[ "$(newest)" = "$n" ]
}
check "--dry-run sends nothing" dry

# refused MODE PATTERN
refused() {
	mode "$1"
	fails "${3:-1}" "$2" "$auditlog" upload --server-url "$url" session.audit || return 1
	! grep -q "$(cat home/.local/state/asciinema/install-id)" fails.err
}
check "answer: missing id" refused missing 'does not accept the install id of .*Missing'
check "answer: invalid id" refused invalid 'does not accept the install id of .*Invalid'
check "answer: revoked id" refused revoked 'remove it, so that a new one is made.*revoked'
check "answer: account required" refused account "known accounts only: run 'auditlog auth --server-url $url'"
check "answer: upload limit" refused limit "no more recordings from who has no account: run 'auditlog auth"
check "answer: forbidden" refused forbidden 'does not allow it; it says: No'
check "answer: no such place" refused notfound 'is it an asciinema server of 2025'
check "answer: not acceptable" refused unacceptable 'cannot answer in JSON'
check "answer: too large" refused large 'cut a part out'
check "answer: maintenance" refused maintenance 'try again in some minutes'
check "answer: too many" refused rate 'try again in a minute'
check "answer: validation" refused validation 'title: is rude; env: too'
check "answer: a proxy's page" refused proxy 'has trouble of its own (status 500)'
check "answer: moved" refused redirect 'has moved to https://elsewhere.example/: use --server-url'
check "answer: not JSON" refused no-json 'took it, but does not say where it is (status 201)'
check "answer: far too long" refused huge 'over 262144 bytes' 2
check "answer: the id and orders to a terminal" refused leak 'you are ^\[\[31m<install id>'
check "no answer after all was sent: not tried again" refused late-close 'look at http.*before you try'
mode ""

no_message() {
	mode no-message
	upload session.audit && [ "$(cat out)" = "$url/a/$last" ]
}
check "an answer without a message" no_message

evil() {
	mode evil
	upload session.audit && grep -q "see .*31mhttp" out && ! LC_ALL=C grep -q "$(printf '[\033\007]')" out
}
check "orders to the terminal in a message are shown" evil

other_visibility() {
	mode public
	upload session.audit && grep -q 'made it public, not unlisted' err
}
check "another visibility than asked for is said" other_visibility

again() {
	mode close-twice
	upload large.audit && [ "$(grep -c 'trying again' err)" -eq 2 ]
}
check "a connection that breaks: tried again" again

slow() {
	mode slow
	upload large.audit
}
check "a slow reader" slow

progress() {
	mode slow
	python3 - "$auditlog" upload -y --server-url "$url" large.audit >screen <<-'END'
	import os, pty, sys
	sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
	END
	grep -q '#.*%' screen && grep -q "$url/a/" screen
}
check "a progress bar on a terminal" progress

# asked ANSWER [FILE]: on a terminal, whatever standard input is.
asked() {
	mode ""
	python3 - "$1" sh -c '"$0" upload --server-url "$1" "$2" <session.audit' \
		"$auditlog" "$url" "${2:-session.audit}" >screen <<-'END'
	import os, pty, sys
	pid, fd = pty.fork()
	if pid == 0:
	    os.execvp(sys.argv[2], sys.argv[2:])
	said = b""
	while b"[y/N]" not in said:
	    said += os.read(fd, 4096)
	os.write(fd, sys.argv[1].encode() + b"\n")
	try:
	    while True:
	        said += os.read(fd, 4096)
	except OSError:
	    pass
	print(said.decode())
	sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}
says_yes() {
	asked y && grep -q 'This will be published' screen && grep -q '/a/' screen
}
says_yes_to_a_pipe() {
	asked yes - && grep -q 'Recording  *standard input' screen && grep -q '/a/' screen
}
says_no() {
	asked ""
	[ $? -eq 1 ] && grep -q 'nothing was sent' screen && ! grep -q '/a/' screen
}
check "a question on a terminal: yes" says_yes
check "and no" says_no
check "the recording on standard input, the question on the terminal" says_yes_to_a_pipe

# --- refused here ---

check "nothing happens in it" fails 2 'no server takes it' \
	"$auditlog" upload --server-url "$url" empty.audit
check "too large" fails 2 'the server takes 8.0 MB' \
	"$auditlog" upload --server-url "$url" larger.audit
larger() {
	mode ""
	fails 1 'as large as this' "$auditlog" upload --max-size 100 --server-url "$url" larger.audit
}
check "--max-size believes; the server does not" larger
check "a title that is too long" fails 2 'longer than the 128' \
	"$auditlog" upload --title "$(printf '%0129d' 0)" session.audit
check "a visibility that is none" fails 2 'none of public, unlisted, private' \
	"$auditlog" upload --visibility all session.audit
check "no server is set" fails 2 'no asciinema server is set' "$auditlog" upload session.audit
check "a server that is no address" fails 2 'is no address' \
	"$auditlog" upload --server-url example.org session.audit
check "a password in the address" fails 2 'is no address' \
	"$auditlog" upload --server-url http://a:b@127.0.0.1/ session.audit
check "no recording" fails 2 'asciinema_server.py' \
	"$auditlog" upload --server-url "$url" "$tools/asciinema_server.py"
nobody() {
	timeout "${PATIENCE:-120}" "$auditlog" upload --server-url http://127.0.0.1:1 session.audit >out 2>err
	[ $? -eq 1 ] && [ "$(grep -c 'trying again' err)" -eq 3 ] &&
		tail -n 1 err | grep -q 'after 4 tries, nothing was published'
}
check "nobody listens" nobody

# --- asciinema's own settings ---

settings() {
	mode ""
	mkdir -p home/.config/asciinema
	printf '[server]\nurl = "%s/path" # here\n' "$url" >home/.config/asciinema/config.toml
	"$auditlog" upload session.audit >out 2>err || { cat err; return 1; }
	grep -q "$url/a/" out
	r=$?
	rm -r home/.config
	return $r
}
check "the server of asciinema's settings" settings

auth() {
	"$auditlog" auth --server-url "$url" >out 2>err || return 1
	grep -q "^$url/connect/$(cat home/.local/state/asciinema/install-id)$" out &&
		grep -q secret out && [ ! -s err ]
}
check "auth prints the address" auth

peer() {
	mode ""
	"$auditlog" convert --overwrite -f asciicast-v2 session.audit a.cast 2>/dev/null
	mkdir -p peer && cp home/.local/state/asciinema/install-id peer/
	ASCIINEMA_CONFIG_HOME=$work/peer ASCIINEMA_API_URL=$url LC_ALL=C.UTF-8 \
		asciinema upload a.cast >out 2>&1 || { cat out; return 1; }
	last=$(newest)
	cmp a.cast "server/$last.cast" && grep -q "$url/a/$last" out
}
peer_id() {
	mkdir other
	(HOME=$work/other ASCIINEMA_API_URL=$url LC_ALL=C.UTF-8 asciinema auth 2>&1) | grep "^$url" >theirs
	(HOME=$work/other ASCIINEMA_API_URL=$url "$auditlog" auth) | grep "^$url" >ours
	[ -s ours ] && cmp ours theirs
}
if command -v asciinema >/dev/null; then
	check "asciinema itself uploads to the stand-in" peer
	check "asciinema's install id is ours" peer_id
else
	skip "asciinema itself uploads to the stand-in" "asciinema is not installed"
	skip "asciinema's install id is ours" "asciinema is not installed"
fi

tls() {
	mkdir tls
	openssl req -x509 -newkey rsa:2048 -nodes -keyout tls/key.pem -out tls/cert.pem -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null || return 1
	start tls
	fails 1 'certificate' "$auditlog" upload --server-url "https://127.0.0.1:$port" session.audit &&
		"$auditlog" upload --cacert tls/cert.pem --server-url "https://127.0.0.1:$port" \
			session.audit && [ -s tls/1.cast ]
}
if command -v openssl >/dev/null; then
	check "a certificate nobody trusts, then trusted" tls
else
	skip "a certificate nobody trusts, then trusted" "openssl is not installed"
fi
done_testing
