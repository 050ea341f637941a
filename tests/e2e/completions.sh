#!/bin/sh
# SPDX-License-Identifier: ISC
# What bash, zsh and fish themselves offer with the completions that the programs print.
. "${srcdir:-.}/tests/e2e/tap.sh"

# Programs, files and folders to complete.
mkdir -p made/zsh here/folder
for p in auditlog auditplay auditrec auditrecd; do
	"$build/$p" --completions bash >made/$p.bash &&
		"$build/$p" --completions zsh >made/zsh/_$p &&
		"$build/$p" --completions fish >made/$p.fish || exit 1
done
touch here/one.audit "here/two words.audit"

# line | what must be offered at its end | what must not
cat >cases <<'END'
auditlog con|convert|decode
auditlog |auth convert decode grep list screen upload verify|one.audit
auditlog convert --for|--format|--overwrite
auditlog convert --|--format --title --no-input --help|--follow
auditlog convert --format asc|asciicast-v1 asciicast-v2 asciicast-v3|audit
auditlog convert -f au|audit audit-v1|raw
auditlog convert --overwrite o|one.audit|convert
auditlog convert -f audit one.audit o|one.audit|
auditlog list f|folder/|one.audit
auditlog list f|folder/ fromdate from|user
auditlog list folder user alice todate 1 te|text|folder/
auditlog list --sort |date host user|folder
auditlog upload --visibility p|private public|unlisted
auditlog upload --title x --cacert o|one.audit|
auditlog screen --format |ansi html png svg text|one.audit
auditlog events --facility local|local0 local7|kern
auditlog auth --s|--server-url|
auditplay o|one.audit|folder
auditplay --col|--colours|
auditplay --colours t|true|auto
auditplay --config o|one.audit|
auditrec --on-e|--on-error|
auditrec --on-error |continue pause stop|one.audit
auditrec --events-facility a|auth authpriv|local0
auditrec --intercept stdin,stdo|stdout|stderr
auditrec -o x --directory f|folder/|one.audit
auditrec pytho|python3|
auditrecd --check|--check-config|
auditrec -o x python3 o|one.audit|python3
END

# "-- LINE" and what is offered, a line each; bash splits a line at "=", too.
bash_offers() {
	cd here && bash --norc -c '
	for f in ../made/*.bash; do source "$f"; done
	while IFS= read -r line; do
		echo "-- $line"
		read -ra COMP_WORDS <<<"${line//=/ = }"
		[[ $line != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		f=$(complete -p "${COMP_WORDS[0]}") && f=${f#*-F } && "${f%% *}" &&
			printf "%s\n" "${COMPREPLY[@]}"
	done' <../lines | sed 's,^folder$,folder/,; /^-- /!s/.*,//'
}
fish_offers() {
	# shellcheck disable=SC2016 # for fish
	cd here && XDG_DATA_HOME=$work XDG_CONFIG_HOME=$work XDG_RUNTIME_DIR=$work fish --no-config -c '
	for f in ../made/*.fish
		source $f
	end
	while read -l -d \n line
		echo "-- $line"
		complete -C $line | cut -f1 | sed "s/.*,//"
	end' <../lines
}
zsh_offers() {
	set --
	while IFS= read -r line; do
		set -- "$@" "$line"
	done <lines
	cd here && python3 "$tools/complete_zsh.py" ../made/zsh "$@"
}

# offered SHELL LINE WANTED UNWANTED: by what is in SHELL.offers.
offered() {
	awk -v line="-- $2" '$0 == line { on = 1; next } /^-- / { on = 0 } on' "$1.offers" >offers
	cat offers
	for word in $3; do
		grep -qxF -e "$word" offers || { echo "no $word"; return 1; }
	done
	for word in $4; do
		! grep -qxF -e "$word" offers || { echo "but $word"; return 1; }
	done
}

cut -d'|' -f1 cases >lines
for shell in bash fish zsh; do
	if ! command -v $shell >/dev/null; then
		skip "$shell" "$shell is not installed"
		continue
	fi
	(${shell}_offers) >$shell.offers 2>$shell.err
	check "$shell says nothing else" test ! -s $shell.err
	while IFS='|' read -r line wanted unwanted; do
		check "$shell: $line" offered $shell "$line" "$wanted" "$unwanted"
	done <cases
done

# All formats that the program knows, and no other.
formats() {
	echo 'auditlog convert --format ' >lines
	(bash_offers) | grep -v '^-- ' | sort >offered.formats
	"$auditlog" convert -f none a b 2>&1 | sed 's/.*one of //; s/ or /, /; s/, /\n/g' |
		sort | diff - offered.formats
}
check "the formats are all there" formats

equals() {
	echo 'auditlog upload --visibility=pr' >lines
	(bash_offers) | grep -qx private && (fish_offers) | grep -q 'private' &&
		(zsh_offers) | grep -qx private
}
if command -v fish >/dev/null && command -v zsh >/dev/null; then
	check "--option=value" equals
else
	skip "--option=value" "fish or zsh is not installed"
fi
check "a shell that is none" fails 2 'none of bash, zsh, fish' "$build/auditrec" --completions tcsh
done_testing
