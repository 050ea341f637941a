# SPDX-License-Identifier: ISC
"""The emulator against tmux on the output of real programs: each is recorded in a pty, its
output goes to a tmux pane and to the emulator, and at several places both screens (text,
colours, attributes, underlines, cursor) must be equal.  Prints TAP, and for each program at
how many places it was so.

Where tmux and the emulator differ on purpose is written down in KNOWN below and in
tests/tools/emudiff.c, each with its reason; nothing else is let pass.

Places lie in front of escape sequences, so that a cursor report behind them tells when tmux
has taken everything."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tty

CUTS = 6
QUIET = 0.12  # a program that says nothing for so long waits for a key
TALK = 4.0  # of one that is never quiet, no more than this is taken
PATIENCE = float(os.environ.get("PATIENCE", 120))

BUILD = os.path.abspath(os.environ.get("builddir", "."))
TOP = os.path.abspath(os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "../..")))
TEXT = os.path.join(TOP, "term/emu.h")


def size_of(fd, cols, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


# What can only be the beginning of a sequence or a character.
BEGUN = re.compile(rb"(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)"
                   rb"|[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")


def drain(fd, first=1.0):
    """What the program writes until it is quiet, and not in the middle of something; waits FIRST
    for it to begin."""
    out, end, begun = b"", None, None
    while begun or not end or time.monotonic() < end:
        if not select.select([fd], [], [], PATIENCE if begun else QUIET if out else first)[0]:
            break
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
        begun = BEGUN.search(out, max(0, len(out) - 4096))
        end = end or time.monotonic() + TALK
    return out


def record(command, keys, size):
    """[bytes or (cols, rows)]: a key of the form (cols, rows) resizes."""
    ready, go = os.pipe()
    pid, fd = pty.fork()
    if pid == 0:
        os.close(go)
        os.read(ready, 1)  # the size is set
        env = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "TMPDIR": os.getcwd(),
               "TERM": "xterm-256color",
               "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "PS1": "$ ", "SHELL": "/bin/sh"}
        os.execvpe(command[0], command, env)
    size_of(fd, *size)
    os.close(ready)
    os.close(go)
    out = [drain(fd, PATIENCE)]
    for key in keys:
        if isinstance(key, tuple):
            size_of(fd, *key)
            out += [key, drain(fd)]
        else:
            try:
                os.write(fd, key.encode())
            except OSError:
                break
            out[-1] += drain(fd)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    return out


# Where the window changes its size nothing is compared until the program has drawn again: tmux
# makes lines longer and shorter then (reflow), xterm and we cut them, and programs that care
# draw anew.
#
# What tmux 3.3 does otherwise than xterm and us, and is taken out of the recordings so that
# the rest can be compared: where ("" everywhere), what, as a pattern of bytes, and why.
KNOWN = [
    ("", rb"\x1b#[3456]", "tmux has no lines of double size; check_term has tests of ours"),
    ("", rb"\xe2\x80\x8d(?![\xe2-\xf4])", "tmux 3.3 keeps a joiner that joins nothing in mind until "
                                     "the next wide character, wherever that stands"),
    ("top", rb"(?<=\x1b\[m\x1b\[39;49m)\x1b\[K", "erasing behind a full line, while the wrap waits: "
     "takes the last column by xterm's rules, nothing in tmux (check_term, 'el at the wait')"),
]


def known_away(name, recorded):
    for where, pattern, _ in KNOWN:
        if where not in name:
            continue
        recorded = [piece if isinstance(piece, tuple) else re.sub(pattern, b"", piece)
                    for piece in recorded]
    return recorded


def cuts(data, n):
    """Up to N places in front of an escape sequence, the last one the end."""
    places = [i for i in range(1, len(data) - 1)
              if data[i] == 0x1b and data[i + 1] != 0x5c and data[i - 1] != 0x1b]
    step = max(1, len(places) // n)
    return sorted(set(places[step - 1::step][:n - 1] + [len(data)]))


def pane(parts):
    """Runs inside tmux: shows file after file, each when NAME.go appears."""
    tty.setraw(0)
    for name in parts:
        while not os.path.exists(name + ".go"):
            time.sleep(0.01)
        with open(name, "rb") as f:
            sys.stdout.buffer.write(f.read() + b"\033[6n")
        sys.stdout.buffer.flush()
        reply = b""
        while not reply.endswith(b"R"):
            reply += os.read(0, 1)
        open(name + ".done", "w").close()
    while True:
        signal.pause()


class Tmux:
    def __init__(self, socket="socket"):
        self.command = ["tmux", "-S", os.path.abspath(socket), "-f", "/dev/null"]

    def run(self, *args):
        env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", SHELL="/bin/sh")
        env.pop("TMUX", None)
        return subprocess.run(self.command + list(args), env=env, check=True,
                              stdout=subprocess.PIPE, timeout=PATIENCE).stdout

    def start(self, size, parts):
        quoted = " ".join("'%s'" % a for a in [sys.executable, os.path.abspath(__file__),
                                               "--pane"] + parts)
        self.run("new-session", "-d", "-s", "t", "-x", str(size[0]), "-y", str(size[1]), quoted,
                 ";", "set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual",
                 ";", "resize-window", "-x", str(size[0]), "-y", str(size[1]))

    def stop(self):
        subprocess.run(self.command + ["kill-server"], stderr=subprocess.DEVNULL, check=False)


def wait_for(name):
    end = time.monotonic() + PATIENCE
    while not os.path.exists(name):
        if time.monotonic() > end:
            raise RuntimeError("tmux did not answer")
        time.sleep(0.005)


def compare(tmux, recorded, size, agreed):
    """Differences as text, '' when there are none; AGREED gets the cells of each place that
    was equal."""
    steps, parts = [], []
    for at, piece in enumerate(recorded):
        if isinstance(piece, tuple):
            steps.append("@%dx%d" % piece)
            continue
        begin = 0
        for end in cuts(piece, CUTS):
            name = os.path.abspath("part-%d-%d" % (at, end))
            with open(name, "wb") as f:
                f.write(piece[begin:end])
            begin = end
            steps.append(name)
            parts.append(name)
    shown = [subprocess.run([BUILD + "/tests/tools/emudump", "-v"] + slow + ["%dx%d" % size] +
                            steps, stdout=subprocess.PIPE, check=True).stdout
             for slow in ([], ["-S"])]
    if shown[0] != shown[1]:
        return "the short cuts change something"
    tmux.start(size, parts)
    for i, step in enumerate(steps):
        if step[0] == "@":
            cols, rows = step[1:].split("x")
            tmux.run("resize-window", "-x", cols, "-y", rows)
            continue
        open(step + ".go", "w").close()
        wait_for(step + ".done")
        if i + 1 < len(steps) and steps[i + 1][0] == "@":
            continue  # seen again after the program has drawn anew
        with open("capture", "wb") as f:
            f.write(tmux.run("capture-pane", "-t", "t", "-e", "-p", "-N"))
        row, col = tmux.run("display", "-p", "-t", "t", "#{cursor_y} #{cursor_x}").split()
        col = min(int(col), int(tmux.run("display", "-p", "-t", "t", "#{pane_width}")) - 1)
        diff = subprocess.run([BUILD + "/tests/tools/emudiff", "capture", row.decode(), str(col),
                               "%dx%d" % size] + steps[:i + 1], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if diff.returncode == 0:
            agreed.append(int(diff.stdout.split()[-2]))
        else:
            return "step %d of %d: %s" % (i + 1, len(steps), diff.stdout.decode())
    return ""


VIM = ["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "-c", "set nu hls incsearch showcmd ruler",
       "-c", "syntax on", TEXT]
PROGRAMS = [
    ("bash", ["bash", "--norc"],
     ["ls --color=always -l /\r", "seq 1 40\r", "printf '%0100d\\n' 1\r",
      "printf '\\033[7mreverse\\033[0m \\033[38;5;208mx\\033[48;2;1;2;3my\\033[m\\n'\r",
      "echo w\u00e4hrend \u4e16\u754c\r", "\x10\x10\x01\x06\x06x\x0b\x15", "clear\r"], (80, 24)),
    ("bash, resized", ["bash", "--norc"],
     ["seq 1 60\r", (80, 30), "ls /\r", (80, 10), "echo a\r", (80, 20), "echo b\r", (100, 24),
      "echo c\r"], (80, 24)),
    ("vim", VIM, ["jjjj", "\x04", "\x04", "/emu\r", "n", "ihello\x1b", ":split\r", "\x17w", "G",
                  "dd", "gg", "vjjj", "\x1b", ":vsplit\r", "\x06"], (80, 24)),
    ("vim, resized", VIM, ["\x04", (100, 30), "\x04", (60, 15), "gg", (80, 24), "G"], (80, 24)),
    ("less", ["less", "-R", TEXT], [" ", " ", "b", "/emu\r", "n", "k", "k", "G", "g"], (80, 24)),
    ("htop", ["htop", "--delay=5"], ["j", "j", "\x1b[B", "h", "q"], (80, 24)),
    ("htop, resized", ["htop", "--delay=5"], ["j", (120, 40), "j", (70, 20), "j"], (100, 30)),
    ("tmux", ["tmux", "-S", "inner", "-f", "/dev/null", "new", "sh"],
     ["ls -l /\r", "seq 1 30\r", "\x02\"", "ls\r", "\x02%", "seq 1 9\r", "\x02o", "\x02x", "y"],
     (80, 24)),
    ("nano", ["nano", TEXT], ["\x16", "\x16", "\x17emu\r", "abc", "\x0b"], (80, 24)),
    ("nvim", ["nvim", "-u", "NONE", "-i", "NONE", "-n", "--cmd", "set tgc nu", TEXT],
     ["jjjj", "\x04", "\x04", "/emu\r", "ihello\x1b", ":split\r", "G", "dd"], (80, 24)),
    ("mc", ["mc", "-x"], ["\x1b[B", "\t", "\x1b[B", "\x1b[6~"], (80, 24)),
    ("top", ["top", "-d", "1"], ["1", "c", "V", "H", "m", "t", "z"], (100, 30)),
    ("fzf", ["sh", "-c", "ls /usr/bin | head -300 | fzf --color=dark --border --preview "
             "'echo {}; ls -l /usr/bin/{}'"],
     ["a", "b", "\x7f", "\x0b", "\x0b", "\x0e", "\t", (110, 28), "x"], (90, 24)),
    ("bash, emoji and marks", ["bash", "--norc"],
     ["echo '\u2764\ufe0f \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea 1\ufe0f\u20e3'\r",
      "echo '\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308|'\r",
      "echo 'e\u0301 o\u0308\u0304 n\u0303 \u0915\u094d\u0937\u093f \u1112\u1161\u11ab "
      "\u0644\u0627 a\u200db'\r",
      "printf '\\033[9m\u4e16\u754c\\033[4:3;58:2::255:0:0m\u00e4\\033[53m\U0001f600\\033[m\\n'\r",
      "printf '%78s\u4e16\u754c\\n%79s\U0001f468\u200d\U0001f469|\\n' a b\r",
      "x='\u4e16e\u0301\U0001f600", "\x02\x02\x02", "\u00fc", "\x04", "\x05'\r"], (80, 24)),
    ("btop", ["btop", "--utf-force"], ["", "", "2"], (100, 30)),
]


def run(number, name, command, keys, size):
    folder = tempfile.mkdtemp(prefix="differential.")
    home = os.getcwd()
    os.chdir(folder)
    tmux = Tmux()
    agreed = []
    try:
        recorded = known_away(name, record(command, keys, size))
        said = compare(tmux, recorded, size, agreed) or ("" if recorded[0] else "it printed nothing")
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        said = str(error)
    finally:
        tmux.stop()
        if command[0] == "tmux":
            subprocess.run(["tmux", "-S", "inner", "kill-server"], check=False,
                           stderr=subprocess.DEVNULL)
        os.chdir(home)
    for line in said.splitlines():
        print("# " + line)
    print("# %s: equal at %d places, %d cells" % (name, len(agreed), sum(agreed)))
    print("%sok %d - %s" % ("not " if said else "", number, name))
    if said and os.environ.get("KEEP"):
        print("# kept in " + folder)
    else:
        shutil.rmtree(folder)
    sys.stdout.flush()


def main():
    if sys.argv[1:2] == ["--pane"]:
        pane(sys.argv[2:])
    if not shutil.which("tmux"):
        print("1..0 # SKIP tmux is not installed")
        return
    chosen = [p for p in PROGRAMS if p[0] in sys.argv[1:]] or PROGRAMS
    print("1..%d" % len(chosen))
    for number, (name, command, keys, size) in enumerate(chosen, 1):
        if shutil.which(command[0]):
            run(number, name, command, keys, size)
        else:
            print("ok %d - %s # SKIP it is not installed" % (number, name))


if __name__ == "__main__":
    main()
