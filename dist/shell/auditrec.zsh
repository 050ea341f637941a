# SPDX-License-Identifier: ISC
# Tells auditrec which command lines run, from where and how they end.  To enable it, put this
# line into ~/.zshrc or /etc/zsh/zshrc:
#
#     . /usr/share/auditrec/auditrec.zsh
#
# It does nothing in a shell that is not recorded.  It adds to preexec_functions and
# precmd_functions.  What it prints are marks that a terminal does not show.

[[ -o interactive && -n ${AUDITREC_SESSION-} && ${TERM-dumb} != dumb ]] || return 0
(( ! ${+__auditrec_nonce} )) || return 0

# The recorder believes whoever knows this; programs that the shell starts shall not.
typeset -g +x __auditrec_nonce=${AUDITREC_NONCE-}
typeset -g +x __auditrec_encoded=
unset AUDITREC_NONCE

# Percent-encode $1.
__auditrec_encode() {
	emulate -L zsh -o extended_glob -o no_multibyte
	local MATCH MBEGIN MEND
	__auditrec_encoded=${1//(#m)([%;]|[^ -~])/%${(l:2::0:)$(([##16] #MATCH))}}
}

# $1 is the line as it was typed; empty when there is no history, then $3 is what runs.
__auditrec_preexec() {
	{
		emulate -L zsh
		setopt no_xtrace
		local text=${1:-${3-}} cwd cut=
		__auditrec_encode "$PWD"
		cwd=$__auditrec_encoded
		if (( ${#text} > 4096 )); then
			cut='cut=1;'
			text=${text[1,4096]}
		fi
		__auditrec_encode "$text"
		printf '\033]133;C;auditrec=%s;cwd_url=%s;%scmdline_url=%s\007' \
			"$__auditrec_nonce" "$cwd" "$cut" "$__auditrec_encoded" >/dev/tty
	} 2>/dev/null
	return 0
}

__auditrec_precmd() {
	local __auditrec_status=$?
	{
		emulate -L zsh
		setopt no_xtrace
		printf '\033]133;D;%d;auditrec=%s\007\033]133;A;auditrec=%s\007' \
			"$__auditrec_status" "$__auditrec_nonce" "$__auditrec_nonce" >/dev/tty
	} 2>/dev/null
	return 0
}

typeset -ga preexec_functions precmd_functions
preexec_functions+=(__auditrec_preexec)
precmd_functions=(__auditrec_precmd $precmd_functions)
