# SPDX-License-Identifier: ISC
"""A recording with every attribute and colour, played by auditplay in tmux: what tmux shows
must be the cells of the recording, cell by cell, with what the kind of terminal lacks taken
away by a table.  Prints TAP."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from tmux_differential import BUILD, Tmux

AUDITPLAY = os.path.join(BUILD, "auditplay")
EMUDIFF = os.path.join(BUILD, "tests/tools/emudiff")
COLS, ROWS = 80, 20
DEADLINE = float(os.environ.get("PATIENCE", 120))

# tmux understands more than its descriptions tell: one that tells all.
RICH = r"""look-rich|tmux with everything,
	Smol=\E[53m,
	Setulc=\E[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm,
	use=tmux-direct,
"""

PLAIN = "kinds=,overline=underline,colour="
# name, environment, what emudiff is told of the terminal
TERMINALS = [
    ("everything", {"TERM": "look-rich"}, ["-D", "true"]),
    ("tmux-direct", {"TERM": "tmux-direct"}, ["-D", "true", "-a", "overline=underline,colour="]),
    ("tmux-256color", {"TERM": "tmux-256color"},
     ["-D", "256", "-a", "overline=underline,colour="]),
    ("xterm-256color", {"TERM": "xterm-256color"}, ["-D", "256", "-a", PLAIN]),
    ("screen-256color", {"TERM": "screen-256color"},
     ["-D", "256", "-a", PLAIN + ",strike=dim,italic=underline"]),
    ("xterm", {"TERM": "xterm"}, ["-D", "8", "-a", PLAIN]),
    ("xterm-16color", {"TERM": "xterm-16color"}, ["-D", "16", "-a", PLAIN]),
    ("screen", {"TERM": "screen"}, ["-D", "8", "-a", PLAIN + ",strike=dim,italic=underline"]),
    ("vt100", {"TERM": "vt100"},
     ["-D", "0", "-a", PLAIN + ",dim=,strike=underline,italic=underline"]),
    ("--colours 8", {"TERM": "tmux-direct", "OPTIONS": "--colours 8"},
     ["-D", "8", "-a", "overline=underline,colour="]),
    ("--colours mono", {"TERM": "tmux-256color", "OPTIONS": "--colours mono"},
     ["-D", "0", "-a", "overline=underline,colour="]),
    ("no colour wanted", {"TERM": "tmux-256color", "NO_COLOR": "1"},
     ["-D", "0", "-a", "overline=underline,colour="]),
]
ATTRS = ["1", "2", "3", "4", "5", "7", "9", "53", "21", "4:3", "4:4", "4:5", "1;2", "3;9",
         "1;2;3;4;5;7;9;53", "4:3;58:5:3", "4;58:2::10:200:30", "9;53;4:4;58:5:196;31;44"]


def look(turn):
    """A screen; TURN gives the same text another look."""
    lines = []
    for at in range(0, len(ATTRS), 9):
        lines.append("".join("\x1b[%sm%s" % (ATTRS[(i + turn) % len(ATTRS)], "look\x1b[m ")
                             for i in range(at, at + 9)))
    for base in range(0, 256, 64):
        for kind in (38, 48):
            lines.append("".join("\x1b[%d;5;%dm%d" % (kind, (i + turn) % 256, i % 10)
                                 for i in range(base, base + 64)))
    for base in (0, 37):
        lines.append("".join(
            "\x1b[38;2;%d;%d;%dmx\x1b[48;2;%d;%d;%dmy" % (
                (i * 3 + turn * 50) % 256, 255 - i, i * 37 % 240, i, i * 2 % 256, 200 - i)
            for i in range(base, base + 37)))
    lines.append("w\u00e4 \u4e16\u754c e\u0301 \x1b[%dm\u4e16\x1b[m\x1b[4:3;58:5:1m\u754c\x1b[m "
                 "\U0001f600 \u2500\u2502\u250c" % (9 if turn else 53))
    lines.append("\x1b[7mreverse\x1b[m \x1b[31;42mpair\x1b[m \x1b[91;102mbright\x1b[m "
                 "\x1b[1;34mbold \x1b[90mgrey \x1b[38;5;16;48;5;232mnear")
    lines.append("\x1b[%d;%dm%s" % (4 + turn * 5, 44 - turn, "edge".rjust(COLS)))
    return "\x1b[H" + "\x1b[m\r\n".join(lines) + "\x1b[m"


def prepare():
    """The recording, and the bytes before each of its two pictures."""
    first, second = look(0), look(1)
    head = {"version": 2, "width": COLS, "height": ROWS}
    with open("look.cast", "w", encoding="utf-8") as out:
        for line in (head, [0.0, "o", first], [5.0, "o", second], [10.0, "o", "\x1b[m"]):
            out.write(json.dumps(line) + "\n")
    for name, data in (("first", first), ("second", second)):
        with open(name, "w", encoding="utf-8", newline="") as out:
            out.write(data)
    with open("rich.ti", "w", encoding="utf-8") as out:
        out.write(RICH)
    subprocess.run(["tic", "-x", "-o", "terminfo", "rich.ti"], check=False,
                   stderr=subprocess.DEVNULL)


def known(term):
    env = dict(os.environ, TERMINFO_DIRS=os.path.abspath("terminfo") + ":")
    return subprocess.run(["infocmp", term], env=env, stdout=subprocess.DEVNULL, check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def differences(tmux, rules, files):
    row, col, width = tmux.run("display", "-p", "-t", "t",
                               "#{cursor_y} #{cursor_x} #{pane_width}").decode().split()
    lines = tmux.run("capture-pane", "-t", "t", "-e", "-p", "-N").split(b"\n")
    with open("capture", "wb") as out:
        out.write(b"\n".join(lines[:ROWS]) + b"\n")
    done = subprocess.run([EMUDIFF] + rules + ["capture", row, str(min(int(col), int(width) - 1)),
                                               "%dx%d" % (COLS, ROWS)] + files,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode() if done.returncode else ""


def wait_equal(tmux, rules, files):
    end = time.monotonic() + DEADLINE
    while True:
        said = differences(tmux, rules, files)
        if not said or time.monotonic() > end:
            return said
        time.sleep(0.02)


def check(number, env, rules):
    tmux = Tmux("socket%d" % number)
    settings = " ".join("export %s='%s';" % e for e in dict(
        {"LC_ALL": "C.UTF-8", "TERMINFO_DIRS": os.path.abspath("terminfo") + ":"},
        **env).items())
    command = "unset COLORTERM NO_COLOR OPTIONS; %s exec '%s' $OPTIONS -p look.cast" % (settings, AUDITPLAY)
    try:
        tmux.run("new-session", "-d", "-s", "t", "-x", str(COLS), "-y", str(ROWS + 2), command,
                 ";", "set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual",
                 ";", "resize-window", "-x", str(COLS), "-y", str(ROWS + 2))
        said = wait_equal(tmux, rules, ["first"])
        # the same text with another look, and back, and after a resize
        for step, files in ((["send-keys", "9"], ["first", "second"]),
                            (["send-keys", "0"], ["first"]),
                            (["resize-window", "-x", "90", "-y", "30"], None),
                            (["resize-window", "-x", str(COLS), "-y", str(ROWS + 2)], ["first"])):
            if said:
                break
            tmux.run(*step)
            if files:
                said = wait_equal(tmux, rules, files)
                said = said and "after %s:\n%s" % (" ".join(step), said)
    finally:
        tmux.stop()
    return said


def main():
    for tool in ("tmux", "tic", "infocmp"):
        if not shutil.which(tool):
            print("1..0 # SKIP %s is not installed" % tool)
            return
    home = os.getcwd()
    folder = tempfile.mkdtemp(prefix="look.")
    os.chdir(folder)
    prepare()
    chosen = [t for t in TERMINALS if t[0] in sys.argv[1:]] or TERMINALS
    print("1..%d" % len(chosen))
    for number, (name, env, rules) in enumerate(chosen, 1):
        if not known(env["TERM"]):
            print("ok %d - %s # SKIP no description of %s (ncurses-term)" % (
                number, name, env["TERM"]))
            continue
        said = check(number, env, rules)
        for line in said.splitlines():
            print("# " + line)
        print("%sok %d - %s" % ("not " if said else "", number, name))
        sys.stdout.flush()
    os.chdir(home)
    shutil.rmtree(folder)


main()
