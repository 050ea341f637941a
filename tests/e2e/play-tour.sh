#!/bin/sh
# SPDX-License-Identifier: ISC
# Every key there is, pressed wherever one can be, and the mouse everywhere, over several
# recordings and sizes: plainly (with sanitizers when the build has them) and, where it is
# installed, under valgrind, which must find neither an error nor a leak.  Prints TAP.
# shellcheck source=tests/e2e/tap.sh
. "${srcdir:-$(dirname "$0")/../..}/tests/e2e/tap.sh"
auditplay=$build/auditplay
golden=$top/tests/golden/play
LC_ALL=C.UTF-8 TZ=UTC XDG_RUNTIME_DIR=$work
export LC_ALL TZ XDG_RUNTIME_DIR

# All keys but those that end it, one a line, out of the program's own table.
"$auditplay" --print-keys | awk '
	/^  / {
		all = substr($0, 3, 22)
		sub(/ +$/, "", all)
		n = split(all, keys, ", ")
		for (i = 1; i <= n; i++) {
			if (keys[i] == "0-9") {
				for (d = 0; d < 10; d++)
					print d
			} else if (keys[i] != "q" && keys[i] != "C-c") {
				print keys[i]
			}
		}
	}' | sort -u >keys
check "there are keys" test "$(wc -l <keys)" -gt 90

# A line for each way to get somewhere; all keys are pressed there, each from there anew.
cat >places <<'EOT'
key Esc
key h
key Tab
key Tab Up v
key v
key I T
key / e Enter R
key y v
key z
key u
key &
key g
key ?
key S
key l
EOT

# tour SIZE: steps for one window, from place to place.
tour() {
	echo "size $1"
	echo "tick 0.5"
	while read -r place; do
		echo "$place"
		while read -r key; do
			echo "key $key"
			echo "tick 0.1"
		done <keys
		for what in press drag release wheel-up wheel-down; do
			echo "mouse $what 3,7"
			echo "mouse $what -1,999"
			echo "mouse $what 22,40"
		done
		echo screen
		echo "key Esc Esc Esc Esc"
	done <places
	echo index
	printf 'key %s\nscreen\n' 0 5 End / 
	echo "text ^.*[aeiou]"
	printf 'key %s\n' Enter n N R Down Enter Esc Esc
	printf 'size %s\nscreen\n' 1x1 3x2 40x10 200x60
	for depth in 0 8 16 256 true; do
		printf 'colours %s\nscreen\n' $depth
	done
	echo "key M-l + +"
	echo "tick 100"
	echo screen
}

tour 80x24 >script
tour 30x6 >>script
mkdir folder
cp "$golden/tour.cast" "$golden/list.cast" folder
echo nonsense >folder/bad

# run NAME...: with these recordings, nothing on standard error, to the end of the script
run() {
	# shellcheck disable=SC2086 # a command and its words
	timeout 900 $wrap "$auditplay" --script script "$@" >out 2>err </dev/null && test ! -s err &&
		test "$(tail -n 1 out | cut -c1)" = "|"
	status=$?
	head -n 20 err
	rm -f screen-*
	return $status
}

wrap=
for name in tour list large copy hostile; do
	check "every key everywhere: $name" run "$golden/$name.cast"
done
check "every key everywhere: a folder" run folder
if command -v valgrind >/dev/null 2>&1 && ! grep -q __asan_init "$auditplay"; then
	wrap="valgrind -q --suppressions=$top/tests/tools/valgrind.supp --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect"
	for name in copy list; do
		check "under valgrind: $name" run "$golden/$name.cast"
	done
	check "under valgrind: a folder" run folder
fi
echo "1..$ntests"
