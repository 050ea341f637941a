# SPDX-License-Identifier: ISC
"""complete_zsh.py FOLDER LINE...: what zsh offers at the end of each LINE with the completions in
FOLDER, a word a line; "-- LINE" stands before each.  zsh completes in its editor only, so that
runs on a terminal."""
import os, pty, re, select, struct, fcntl, sys, termios, time

CODES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\][^\a]*\a")
SETUP = b"""PS1="=""> " RPS1= PS2=
fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D
zstyle ':completion:*' verbose no; setopt LIST_ROWS_FIRST NO_BEEP; LISTMAX=100000
bindkey '^D' list-choices
"""


class Zsh:
    def __init__(self, folder):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm", ZDOTDIR="/nonexistent")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 60, 0, 0))
        os.write(self.fd, SETUP % folder.encode())
        self.until_done()

    def until_done(self):
        """All that was printed before a line that comes now.  The editor is ready for more
        when its prompt is there: until then the terminal would take the keys."""
        os.write(self.fd, b"print DO''NE\n")
        said, end = b"", time.monotonic() + 60
        while b"=> " not in said.partition(b"DONE\r\n")[2]:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                sys.exit("zsh gives no answer: %r" % said)
            said += os.read(self.fd, 65536)
        return CODES.sub(b"", said.partition(b"DONE\r\n")[0])

    def offers(self, line):
        os.write(self.fd, line.encode() + b"\x04\x15")
        said = self.until_done().replace(line.encode(), b"").replace(b"print DO''NE", b"")
        return [w for w in said.decode("utf-8", "replace").split()]


def main():
    zsh = Zsh(sys.argv[1])
    for line in sys.argv[2:]:
        print("--", line)
        print("\n".join(zsh.offers(line)))


main()
