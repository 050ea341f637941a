#!/bin/sh
# SPDX-License-Identifier: ISC
# Whole sessions as other systems read them: recordings of logins through a real sshd (a terminal
# with commands, an upload with scp, a wrong password) in each form, against golden files; every
# line in Elastic Common Schema against the published list of its fields and values.
#   SIEM_UPDATE=yes writes the golden files anew.
. "${srcdir:-.}/tests/e2e/tap.sh"
golden=$top/tests/golden/siem
ecs() {
	python3 "$tools/ecs_check.py" "$golden/ecs-8.11.0.txt" "$@"
}

# NAME FORM: the version of the program is none of the golden file's.
lines_of() {
	"$auditlog" events --format "$2" "$1.audit" |
		sed 's/"agent":{"type":"auditrec","version":"[^"]*"}/"agent":{"type":"auditrec","version":"VERSION"}/'
}
as_golden() {
	[ -z "$SIEM_UPDATE" ] || lines_of "$1" "$2" >"$golden/$1-$2.jsonl" || return 1
	lines_of "$1" "$2" >lines || return 1
	diff "$golden/$1-$2.jsonl" lines
}
for it in session upload failed; do
	cp "$golden/$it.audit" .
	for form in ecs audit train json; do
		check "$it in the form $form" as_golden $it $form
	done
	"$auditlog" events $it.audit >$it.lines
	check "$it: fields, types and values are those of the published list" ecs $it.lines
done

told() {
	jq -s -e "$2" "$1.lines" || { cat "$1.lines"; return 1; }
}
if command -v jq >/dev/null; then
	check "intention before outcome: a command begins as unknown and ends with its status" told session '
		[.[] | select(.event.action == "command" and .auditrec.command_id == 1)] |
		(map(.event.outcome) == ["unknown", "failure"]) and (map(.process.exit_code) == [null, 1])'
	check "trace.id is the connection, on every line" told session '
		(map(.trace.id) | unique | length) == 1 and (.[0].trace.id | length) == 32 and
		all(.event.id == "\(.trace.id)-\(.event.sequence)")'
	check "who, on which machine, from where, with which key: on every line" told session '
		all(.user.name == "ann" and .user.id == "4242" and .host.name == "box" and
		.source.ip == "127.0.0.1" and (.auditrec.key_fingerprint | startswith("SHA256:")))'
	check "a new size of the terminal" told session '
		any(.event.action == "terminal_size" and .process.tty == { columns: 100, rows: 30 })'
	check "a failed login is a failure, and no session" told failed '
		any(.event.action == "auth_keyboard_interactive" and .event.outcome == "failure") and
		(any(.event.action == "session_start") | not) and
		any(.event.category == ["authentication"] and .event.outcome == "failure" and .log.level == "warning")'
	check "the end tells how long it was" told session '
		.[-1].event | .action == "disconnect" and .duration > 1e9 and .start < .end'
else
	skip "queries" "no jq"
fi
recorder() {
	"$auditlog" info --json session.audit | grep -q '"recorder":"auditrec [0-9]'
}
check "info knows what recorded it" recorder
no_secret() {
	! grep -l -e 'wrong horse' -e d3JvbmcgaG9yc2 ./*.lines "$golden"/failed-*
}
check "the password that was wrong is nowhere" no_secret

# Recordings of others, all types of messages among them.
vectors=$top/../shared/vectors
if [ -d "$vectors" ]; then
	for f in "$vectors"/*.audit; do
		"$auditlog" events "$f" 2>/dev/null
	done >vectors.lines
	check "every vector" ecs vectors.lines
else
	skip "every vector" "there are none here"
fi
done_testing
