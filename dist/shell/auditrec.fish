# SPDX-License-Identifier: ISC
# Tells auditrec which command lines run, from where and how they end.  To enable it, put this
# line into ~/.config/fish/config.fish or /etc/fish/config.fish:
#
#     source /usr/share/auditrec/auditrec.fish
#
# It does nothing in a shell that is not recorded.  What it prints are marks that a terminal
# does not show.

if status is-interactive; and set -q AUDITREC_SESSION; and test "$TERM" != dumb
    and not functions -q __auditrec_preexec

    # The recorder believes whoever knows this; programs that the shell starts shall not.
    set -gu __auditrec_nonce "$AUDITREC_NONCE"
    set -e AUDITREC_NONCE

    function __auditrec_preexec --on-event fish_preexec
        set -l text (string sub -l 4096 -- "$argv[1]" | string collect)
        set -l cut
        if test "$text" != "$argv[1]"
            set cut "cut=1;"
        end
        printf '\033]133;C;auditrec=%s;cwd_url=%s;%scmdline_url=%s\007' "$__auditrec_nonce" \
            (string escape --style=url -- "$PWD") "$cut" \
            (string escape --style=url -- "$text") >/dev/tty 2>/dev/null
    end

    function __auditrec_postexec --on-event fish_postexec
        printf '\033]133;D;%d;auditrec=%s\007' $status "$__auditrec_nonce" >/dev/tty 2>/dev/null
    end

    function __auditrec_prompt --on-event fish_prompt
        printf '\033]133;A;auditrec=%s\007' "$__auditrec_nonce" >/dev/tty 2>/dev/null
    end
end
