# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Tells auditrec which command lines run, from where and how they end.  To enable it, make
# this the last line of ~/.bashrc or /etc/bash.bashrc:
#
#     . /usr/share/auditrec/auditrec.bash
#
# It does nothing in a shell that is not recorded.  It adds to PROMPT_COMMAND, PS0 and PS1, sets
# no trap and changes no history.  What it prints are marks that a terminal does not show.
# bash 4.4 or later.

case $- in
*i*) ;;
*) return 0 ;;
esac
[[ -n ${AUDITREC_SESSION-} && ${TERM-dumb} != dumb && -z ${__auditrec_nonce+x} ]] || return 0
((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))) || return 0
# Somebody who wrote "readonly PROMPT_COMMAND" wants no additions.
[[ -z ${PROMPT_COMMAND+x} || ${PROMPT_COMMAND@a} != *r* ]] || return 0

# The recorder believes whoever knows this; programs that the shell starts shall not.
__auditrec_nonce=${AUDITREC_NONCE-}
__auditrec_number=0
__auditrec_last=
__auditrec_told=
__auditrec_none=
__auditrec_encoded=
__auditrec_line=
# Not into what standard output may be, and without the traces of set -x; a restricted shell
# can redirect nothing.
__auditrec_to='2>/dev/null >/dev/tty'
shopt -q restricted_shell && __auditrec_to=
__auditrec_b='\[\033]133;B;auditrec=${__auditrec_nonce-}\007\]'
unset AUDITREC_NONCE
export -n "${!__auditrec_@}"

# Percent-encode $1.
__auditrec_encode() {
	local LC_ALL=C in=$1 out='' c i
	in=${in//%/%25}
	in=${in//;/%3b}
	if [[ $in == *[!\ -~]* ]]; then
		for ((i = 0; i < ${#in}; i++)); do
			c=${in:i:1}
			if [[ $c != [\ -~] ]]; then
				printf -v c %d "'$c"
				printf -v c %%%02x $((c & 255))
			fi
			out+=$c
		done
		in=$out
	fi
	__auditrec_encoded=$in
}

# The last line of the history, without its number, into __auditrec_line.
__auditrec_history() {
	local t
	t=$(HISTTIMEFORMAT='' builtin history 1)
	t=${t#"${t%%[0-9]*}"}
	t=${t#"${t%%[!0-9]*}"}
	__auditrec_line=${t:2}
}

# PS0: a command line was read.  $1 is the number of the last line of the history.  A line that
# the history did not take (HISTCONTROL, HISTIGNORE) leaves that number as it was, and the last
# line is then an older one: it is told only as what this one is if it repeats it.
__auditrec_start() {
	local last=$? text hidden='' cut='' cwd
	__auditrec_history
	text=$__auditrec_line
	if [[ $1 == "$__auditrec_number" ]] &&
		[[ ${HISTCONTROL-} != *erasedups* || $text == "$__auditrec_last" ]]; then
		hidden='hidden=1;repeat=1;'
	elif (($1 > __auditrec_number + 1)); then
		hidden='hidden=1;' # its lines went into the history one by one (cmdhist is off)
	fi
	__auditrec_encode "$PWD"
	cwd=$__auditrec_encoded
	if ((${#text} > 4096)); then
		cut='cut=1;'
		text=${text:0:4096}
	fi
	__auditrec_encode "$text"
	printf '\033]133;C;auditrec=%s;last=%d;cwd_url=%s;%s%scmdline_url=%s\007' \
		"$__auditrec_nonce" "$last" "$cwd" "$hidden" "$cut" "$__auditrec_encoded"
}

# The first of PROMPT_COMMAND: the command has ended.
__auditrec_end() {
	local status=$?
	printf '\033]133;D;%d;auditrec=%s\007' "$status" "$__auditrec_nonce"
	__auditrec_told=1
	if ((BASH_VERSINFO[0] < 5)) || ((BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] < 1)); then
		[[ $- == *e* ]] || return "$status" # for the rest of PROMPT_COMMAND
	fi
	return 0
}

# The last one: the prompt begins.
__auditrec_prompt() {
	local status=$? escape='\!'
	if [[ -z $__auditrec_told ]]; then
		printf '\033]133;D;%d;auditrec=%s\007' "$status" "$__auditrec_nonce"
	fi
	__auditrec_told=
	printf '\033]133;A;auditrec=%s\007' "$__auditrec_nonce"
	__auditrec_number=${escape@P}
	if [[ $__auditrec_number == 1 || ${HISTCONTROL-} == *erasedups* ]]; then
		__auditrec_history
		__auditrec_last=$__auditrec_line
	fi
	if [[ $__auditrec_number == 1 && -z $__auditrec_last ]]; then
		__auditrec_number=0
	fi
	if [[ ${PS0-} != *__auditrec_start* ]]; then
		# The second part sets the variable in this shell and prints nothing.
		PS0="\$({ __auditrec_start \\!; } $__auditrec_to)"'${__auditrec_none:__auditrec_number=\!:0}'${PS0-}
	fi
	if [[ ${PS1-} != *__auditrec_nonce* ]]; then
		PS1=${PS1-}$__auditrec_b
	fi
	return 0
}

if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
	PROMPT_COMMAND=("{ __auditrec_end; } $__auditrec_to" "${PROMPT_COMMAND[@]}"
		"{ __auditrec_prompt; } $__auditrec_to")
else
	# shellcheck disable=SC2178 # no array there
	PROMPT_COMMAND="{ __auditrec_end; } $__auditrec_to"$'\n'"${PROMPT_COMMAND-}"$'\n'
	# shellcheck disable=SC2179
	PROMPT_COMMAND+="{ __auditrec_prompt; } $__auditrec_to"
fi
