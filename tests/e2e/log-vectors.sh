#!/bin/sh
# SPDX-License-Identifier: ISC
# auditlog decode against the output of the reference decoder, message for message.
. "${srcdir:-.}/tests/e2e/tap.sh"
vectors=${AUDIT_VECTORS:-$top/../shared/vectors}

# Ours against THEIRS: equal where they met no error; where they did, all that they have, in
# order, and a file that they could not even begin is status 2 and a word on standard error.
compare() {
	"$auditlog" decode "$1" >ours 2>err
	status=$?
	python3 - "$2" $status <<-'END'
	import json, sys
	theirs = [json.loads(l) for l in open(sys.argv[1])]
	ours = [json.loads(l) for l in open("ours")]
	status, said = int(sys.argv[2]), open("err").read()
	good = [m for m in theirs if "error" not in m]
	mine = [m for m in ours if "error" not in m]
	errors = len(theirs) - len(good)
	print(status, said, len(good), errors, len(mine), [m for m in ours if "error" in m][:3])
	if status == 2:
	    sys.exit(0 if not ours and not good and said.count("\n") == 1 else 1)
	if not errors:
	    sys.exit(0 if ours == theirs and status == 0 and not said else 1)
	rest = iter(mine)
	sys.exit(0 if all(m in rest for m in good) and not said else 1)
	END
}

# These can be read better than they read them: our number of messages.
better() {
	"$auditlog" decode "$vectors/hand/$1" >ours 2>/dev/null
	got=$(grep -vc '^{"error"' ours)
	echo "$got messages, not $2"
	[ "$got" -eq "$2" ]
}

if [ ! -d "$vectors" ]; then
	skip "vectors" "they are not here"
	done_testing
	exit 0
fi
for f in "$vectors"/*.audit "$vectors"/hand/*.audit; do
	check "$(basename "$f")" compare "$f" "${f%.audit}.jsonl"
done
check "terminated streams cost nothing" better h02-terminated-stream.v2.audit 22
check "a zero tail costs nothing" better h09-zero-tail.v2.audit 22
check "an unknown type costs one message" better h30-unknown-type.v2.audit 22
check "a counted array needs no end" sh -c '"$auditlog" verify "$1"' - "$vectors/hand/h50-definite-array.v1.audit"
check "a missing break costs nothing" better h52-missing-break.v1.audit 22
done_testing
