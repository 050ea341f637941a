# SPDX-License-Identifier: ISC
"""auditplay under a pty: keys in, every byte out.  Prints TAP."""
import base64
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import auditfile
import failure

# A background job of a shell is started with these ignored, and would hand that on.
for _signo in (signal.SIGINT, signal.SIGQUIT):
    signal.signal(_signo, signal.default_int_handler if _signo == signal.SIGINT else signal.SIG_DFL)

AUDITPLAY = os.environ["auditplay"]
SANITIZED = b"__asan_init" in open(AUDITPLAY, "rb").read()
DEADLINE = float(os.environ.get("PATIENCE", 120))  # only a test that fails takes so long

# What no byte of a recording may bring about: titles and clipboard (OSC), device strings,
# questions, bells, other than what the terminal description itself contains.
FORBIDDEN = [
    (b"\x1b]", "OSC"), (b"\x1bP", "DCS"), (b"\x1b_", "APC"), (b"\x1b^", "PM"),
    (b"\x1bX", "SOS"), (b"\x07", "BEL"), (b"\x1b[c", "DA"), (b"\x1b[6n", "DSR"),
    (b"\x1b[5n", "DSR"), (b"\x1b[>c", "DA2"), (b"\x1bc", "RIS"), (b"\x05", "ENQ"),
]
# saving and restoring the title belongs to entering and leaving xterm's other screen
TITLES = re.compile(rb"\x1b\[2[23];0;0t")
EVIL = ("\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b]8;;http://evil/\x07link\x1b]8;;\x07"
        "\x1bP+q544e\x1b\\\x1bP1$r\x1b\\\x1b_Gq=1;\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\"
        "\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1b[14t\x1b[21t\x07\x05\x9c\x9d0;c1\x07"
        "\x1bc\x1b[!p\x1b[?1049h\x1b[2J\x1b[Hdone \x1b[8mhidden\x1b[m e\u0301\u0301\u0301\u0301"
        "\u0301\u0301 \U0001f468\u200d\U0001f469 \u2764\ufe0f \u4e16\u200d \u202e\u2066\r\n")


class Tty:
    """A program on a pty of its own."""

    def __init__(self, args, term="xterm-256color", size=(24, 80), env=None,
                 program=AUDITPLAY, echo=True):
        self.out = b""
        self.mark = 0  # until() looks at what comes behind it
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": term, "LC_ALL": "C.UTF-8",
                               "XDG_CONFIG_HOME": os.path.abspath("config"),
                               "XDG_STATE_HOME": os.path.abspath("state")})
            os.environ.pop("COLORTERM", None)
            os.environ.update(env or {})
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            if not echo:
                modes = termios.tcgetattr(0)
                modes[3] &= ~termios.ECHO
                termios.tcsetattr(0, termios.TCSANOW, modes)
            os.execv(program, [os.path.basename(program)] + args)

    def __repr__(self):
        return f"Tty with the end of its output {self.out[-300:]!r}"

    def pump(self, wait):
        ready, _, _ = select.select([self.fd], [], [], wait)
        if ready:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            self.out += data
            return bool(data)
        return None

    def until(self, what):
        """Reads until the plain text of what was drawn holds WHAT."""
        end = time.monotonic() + DEADLINE
        while what not in plain(self.out[self.mark:]):
            if time.monotonic() > end or self.pump(0.1) is False:
                raise AssertionError(f"waited for {what!r}, got {plain(self.out)[-800:]!r}")
        self.mark = len(self.out)

    def shows(self, what):
        """The same for the screen as it is now: has it drawn anew until it is so."""
        end = time.monotonic() + DEADLINE
        seen = b""
        while what not in plain(seen):
            assert time.monotonic() < end, f"waited for {what!r}, got {plain(seen)[-800:]!r}"
            start = len(self.out)
            self.key(b"\x0c")
            while self.pump(0.1):
                pass
            seen = self.out[start:]

    def key(self, data):
        os.write(self.fd, data)

    def ready(self):
        """Until it takes keys one by one: before that the terminal edits them.  False when it
        cannot, as the description of its terminal is not installed."""
        end = time.monotonic() + DEADLINE
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            assert time.monotonic() < end, f"it does not begin: {self.out!r}"
            if self.pump(0.01) is False:
                assert b"not known here" in self.out, self.out
                self.end()
                return False
        return True

    def leave(self):
        """By q, until it is gone: one that comes right behind an Escape is another key."""
        end = time.monotonic() + DEADLINE
        over = None
        while over is not False:
            assert time.monotonic() < end, "it does not end"
            try:
                self.key(b"q")
            except OSError:
                break
            again = time.monotonic() + 1
            while over is not False and time.monotonic() < again:
                over = self.pump(0.1)

    def end(self):
        """The exit status, after everything it wrote."""
        limit = time.monotonic() + DEADLINE
        while self.pump(0.1) is not False:
            if time.monotonic() > limit:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError("it does not end")
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def plain(data):
    """What was drawn, without the sequences (positions are lost, texts stay)."""
    text = re.sub(rb"\x1b\[[0-9;:?>]*[a-zA-Z@`]|\x1b[()][0-9A-Za-z]|\x1b[=>78M]|[\x0e\x0f]",
                  b"", data)
    return text.decode("utf-8", "replace")


def cast(name, *events, **head):
    with open(name, "w", encoding="utf-8") as out:
        head = {"version": 2, "width": 60, "height": 10, **head}
        out.write(json.dumps(head) + "\n")
        for event in events:
            out.write(json.dumps(event) + "\n")
    return name


def expect_end(tty, want):
    status = tty.end()
    assert status == want, f"status {status}: {tty.out[-300:]!r}"


def clean(data):
    for bad, name in FORBIDDEN:
        at = data.find(bad)
        assert at < 0, f"{name} was sent: {data[max(0, at - 20):at + 30]!r}"
    assert not re.search(rb"\x1b\[[?0-9;]*[nct]", TITLES.sub(b"", data)), "a question"


def test_hostile():
    name = cast("evil.cast", [0.0, "o", EVIL], [0.01, "m", EVIL], [0.02, "o", "the end"],
                title=EVIL)
    tty = Tty([name])
    tty.until("the end")
    tty.key(b"\t")
    tty.until("events")
    tty.key(b"\t.,h")
    tty.until("Keys")
    tty.key(b"q?marker\r")
    tty.until("not found")
    tty.key(b"q")
    expect_end(tty, 0)
    clean(tty.out)
    assert "hidden" in plain(tty.out), plain(tty.out)  # concealed from the user, not from the auditor
    # one picture of several characters, or wider than its character: not every terminal agrees
    assert "\U0001f468" in plain(tty.out) and "\u2764" in plain(tty.out)
    assert "\u200d" not in plain(tty.out) and "\ufe0f" not in plain(tty.out)


def evil_session(name):
    """Every text of a session is hostile, and so is what was typed."""
    ms = 10**6
    texts = {"host": EVIL, "user": EVIL, "cwd": EVIL, "program": EVIL, "title": EVIL}
    wide = {"requestId": 3, "columns": 200, "rows": 50, "width": 0, "height": 0}
    auditfile.write(name, [
        auditfile.message(0, 0, {"remoteAddr": EVIL, "country": EVIL}, None),
        auditfile.message(1, 101, {"username": EVIL, "key": "ssh-rsa " + EVIL}, None),
        auditfile.message(2, 199, {"username": EVIL}, None),
        auditfile.vendor(3, "session", **texts),
        auditfile.message(4, 402, {"requestId": 0, "name": EVIL, "value": EVIL}),
        auditfile.message(5, 404, {"requestId": 1, "term": EVIL, "columns": 60, "rows": 10,
                                   "width": 0, "height": 0, "modelist": EVIL.encode()}),
        auditfile.io(6, b"begin\r\n" + EVIL.encode()),
        auditfile.io(9 * ms, EVIL.encode(), 0), auditfile.io(9 * ms, b"\x1b[A\x9b\xff\r", 0),
        auditfile.vendor(10 * ms, "command", line=EVIL, command=EVIL, phase="begin"),
        auditfile.vendor(20 * ms, "marker", label=EVIL),
        auditfile.message(21 * ms, 400, {"requestId": 0, "requestType": EVIL,
                                         "payload": EVIL.encode()}),
        auditfile.message(30 * ms, 408, wide),
        auditfile.io(31 * ms, b"\x1b[45;150Hfar away" + EVIL.encode()),
        auditfile.message(40 * ms, 499, {"exitStatus": 3}),
    ])
    return name


def without_copies(data):
    """The player's own word to the clipboard holds text only."""
    for copy in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", data):
        text = base64.b64decode(copy).decode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
                             text), text
    return re.sub(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07", b"", data)


# All that can be opened and shown, each left again.
TOUR = [b"\t", b"jjj\r", b"v", b"jj", b"\x1b[B", b"q", b"\t", b"I", b"u", b"j", b"\x1b", b"z", b"\x1b",
        b"t", b"w", b"T", b"T", b"/owned\r", b"R", b"j\r", b"R", b"/t:x\r", b"n", b"/e:done\r", b"nN",
        b"\x1b", b"&mark\r", b"\t", b"\t", b"[", b"]", b"(", b")", b"{", b"}", b",", b".", b"HJKL", b"f",
        b"yggvG$", b"\r", b"yvjjjy", b"0", b"9", b"\x1b[F", b"S", b"\x1b", b"h", b" ", b"q", b"g:\x1b[2;9~5\r", b"\x0c"]


def test_tour():
    name = evil_session("evil.audit")
    for term, size in (("xterm-256color", (24, 80)), ("xterm-256color", (5, 14)),
                       ("screen-256color", (30, 100)), ("tmux-256color", (60, 220))):
        tty = Tty(["-p", name], term=term, size=size, env={"TMUX": ""})
        for keys in TOUR:
            tty.key(keys)
            while tty.pump(0.05):
                pass
        for _ in range(5):
            tty.key(b"\x1b")
            while tty.pump(0.05):
                pass
        tty.leave()
        expect_end(tty, 0)
        clean(without_copies(tty.out))


def test_hostile_name():
    name = cast("\x1b]0;owned\x07\x1b[31m.cast", [0.0, "o", "hello"], [5.0, "o", "x"])
    tty = Tty(["--at", "1", name])
    tty.until("hello")
    tty.key(b"q")
    expect_end(tty, 0)
    clean(tty.out)
    tty = Tty([name + "x"])
    assert tty.end() == 2
    assert b"\x1b" not in tty.out and tty.out.count(b"\n") == 1


def test_restores():
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    for way in ("q", "C-c", "TERM", "HUP", "INT", "QUIT"):
        tty = Tty([name])
        tty.until("hello")
        if way == "q":
            tty.key(b"q")
        elif way == "C-c":
            tty.key(b"\x03")
        else:
            os.kill(tty.pid, getattr(signal, "SIG" + way))
        assert tty.end() == 0, way
        assert tty.out.rstrip().endswith((b"\x1b[?1049l\x1b[23;0;0t\r\x1b[?1l\x1b>",
                                          b"\x1b[?1l\x1b>")), (way, tty.out[-60:])
        assert b"\x1b[?1049l" in tty.out


def test_mouse():
    name = cast("mouse.cast", [0.0, "o", "one"], [50.0, "o", " two"], [100.0, "o", " three"])
    tty = Tty(["-p", name])
    tty.until("one")
    tty.shows("/ 1:40")
    assert b"\x1b[?1002h\x1b[?1006h" in tty.out
    tty.key(b"\x1b[<0;41;23M")  # on the time bar, in the middle
    tty.until("two")
    tty.shows("0:50.632")
    tty.key(b"\x1b[<32;60;3M\x1b[<32;80;3M\x1b[<0;80;3m")  # drag to its end, and leave it there
    tty.until("three")
    tty.key(b"\x1b[<64;5;5M")  # the wheel, over the screen
    tty.shows("1:35.000")
    tty.key(b"\x1b[<0;4")  # in two parts
    tty.pump(0.3)
    tty.key(b"1;23M")
    tty.shows("0:50.632")
    tty.key(b"\x1b[M !7")  # the old way: button 1 at the first column, row 23
    tty.shows("0:00.000")
    tty.key(b"\x1b[<99999999999;1;1M\x1b[<0;0;0M\x1b[<1;1M\x1b[<0;1;1;1M")  # nothing
    tty.key(b"m")
    tty.until("left to the terminal")
    tty.key(b"m")
    tty.until("seeks")
    tty.key(b"q")
    expect_end(tty, 0)
    assert tty.out.rfind(b"\x1b[?1002l") > tty.out.rfind(b"\x1b[?1002h")
    tty = Tty(["-p", "--no-mouse", name])
    tty.until("one")
    tty.key(b"q")
    expect_end(tty, 0)
    assert b"\x1b[?1002" not in tty.out


def test_crash():
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    for sig in (signal.SIGABRT, signal.SIGSEGV):
        tty = Tty([name])
        tty.until("hello")
        os.kill(tty.pid, sig)
        status = tty.end()
        # a sanitizer ends the program by itself, with a report
        assert status == -sig or status == 1 and SANITIZED, status
        at = tty.out.rfind(b"\x1b[?1002l")
        assert at > tty.out.rfind(b"\x1b[?1002h"), tty.out[-200:]
        assert b"\x1b[?1049l" in tty.out[at:], tty.out[-200:]


def test_gone():
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    tty = Tty([name])
    tty.until("hello")
    os.close(tty.fd)
    end = time.monotonic() + DEADLINE
    while os.waitpid(tty.pid, os.WNOHANG)[0] == 0:
        assert time.monotonic() < end, "it lives on without a terminal"
        time.sleep(0.01)


def test_terms():
    name = cast("a.cast", [0.0, "o", "\x1b[38;2;10;200;30mhello\x1b[m \u65e5\u672c"],
                [100.0, "o", "x"])
    for term in ("xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color",
                 "linux", "vt100", "vt220", "rxvt-unicode", "xterm-mono"):
        tty = Tty([name], term=term)
        if not tty.ready():
            continue
        tty.until("hello")
        tty.key(b"hq")
        tty.key(b"q")
        assert tty.end() == 0, term
    for term in ("dumb", "no-such-terminal", ""):
        tty = Tty([name], term=term)
        assert tty.end() == 2, term
        assert tty.out.count(b"\n") == 1 and b"\x1b" not in tty.out, (term, tty.out)


def test_colours():
    name = cast("a.cast", [0.0, "o", "\x1b[38;2;10;200;30mhello\x1b[m"], [100.0, "o", "x"])
    for env, want in (({}, rb"\x1b\[[0-9;]*38;5;\d+m"),
                      ({"COLORTERM": "truecolor"}, rb"38[:;]2[:;]+10[:;]200[:;]30m|38;5;40m"),
                      ({"NO_COLOR": "1"}, None)):
        tty = Tty([name], env=env)
        tty.until("hello")
        tty.key(b"q")
        expect_end(tty, 0)
        if want:
            assert re.search(want, tty.out), (env, tty.out)
        else:
            assert not re.search(rb"\x1b\[[0-9;]*[34]8[;:]", tty.out)
            assert not re.search(rb"\x1b\[(3|4)[0-7]m", tty.out)


def test_resize():
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    tty = Tty([name])
    tty.until("hello")
    for rows, cols in ((10, 40), (3, 10), (1, 1), (2, 2), (50, 200), (24, 80)) * 3:
        fcntl.ioctl(tty.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(tty.pid, signal.SIGWINCH)
        tty.pump(0.05)
    tty.mark = len(tty.out)
    tty.key(b"h")
    tty.until("Keys")
    tty.key(b"qq")
    expect_end(tty, 0)


def test_stdin():
    """The recording comes through a pipe, the keys from the terminal."""
    cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    tty = Tty(["-c", 'cat a.cast | "$auditplay" -p -'], program="/bin/sh")
    tty.until("hello")
    tty.key(b"5")
    tty.shows("0:50.000 / 1:40")
    tty.key(b"q")
    expect_end(tty, 0)


def test_slow_stdin():
    """A pipe that is slow: nothing is played before it ends, and C-c leaves."""
    cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    for more in ("", "; cat a.cast a.cast"):  # less and more than one read
        tty = Tty(["-c", f'(cat a.cast{more}; exec sleep 1000) | "$auditplay" -p -'],
                  program="/bin/sh")
        tty.until("reading standard input")
        tty.key(b"\x03")
        assert tty.end() != 0
        assert b"\x1b" not in tty.out, tty.out


def test_suspend():
    """C-z gives the terminal back, fg goes on from the same place."""
    cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    tty = Tty(["-i"], program="/bin/sh", env={"PS1": "prompt$ ", "ENV": ""})
    tty.until("prompt$")
    tty.key(b'"$auditplay" -p a.cast\n')
    tty.until("hello")
    tty.key(b"\x1a")
    tty.until("prompt$")
    assert b"\x1b[?1049l" in tty.out
    tty.key(b"fg\n")
    tty.until("hello")
    tty.key(b"q")
    tty.until("prompt$")
    tty.key(b"exit\n")
    expect_end(tty, 0)


def test_stopped():
    """Stopped by a signal: the terminal is given back where that is possible, and what others
    have drawn there is gone when it goes on."""
    cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    tty = Tty(["-c", 'set -m; "$auditplay" -p a.cast & echo "pid $!."; fg; echo stopped;'
               'read line; fg; echo stopped; read line; fg; echo "ended $?"'],
              program="/bin/sh")
    tty.until("hello")
    pid = int(re.search(r"pid (\d+)\.", plain(tty.out)).group(1))
    os.kill(pid, signal.SIGTSTP)
    tty.until("stopped")
    assert tty.out.rfind(b"\x1b[?1002l") > tty.out.rfind(b"\x1b[?1002h")
    assert tty.out.rfind(b"\x1b[?1049l") > tty.out.rfind(b"\x1b[?1049h")
    assert termios.tcgetattr(tty.fd)[3] & termios.ICANON
    tty.key(b"\n")
    tty.until("hello")
    assert not termios.tcgetattr(tty.fd)[3] & termios.ICANON
    os.kill(pid, signal.SIGSTOP)
    tty.until("stopped")
    tty.key(b"\n")
    tty.until("hello")
    os.kill(pid, signal.SIGTERM)
    tty.until("ended 0")
    expect_end(tty, 0)
    assert tty.out.rfind(b"\x1b[?1049l") > tty.out.rfind(b"\x1b[?1049h")


def test_keys():
    """Escape alone, Alt, and sequences cut in the middle."""
    name = cast("a.cast", [0.0, "o", "hello"], [50.0, "m", "x"], [100.0, "o", "x"])
    tty = Tty(["-p", name], size=(8, 30))
    tty.until("hello")
    tty.key(b"\x1b[C")  # 5 s on
    tty.shows("0:05.000")
    tty.key(b"\x1bOC")
    tty.shows("0:10.000")
    tty.key(b"\x1b[6~")
    tty.shows("1:10.000")
    tty.key(b"h")
    tty.until("Keys")
    tty.key(b"\x1b")  # alone: what comes too soon behind it would be Alt
    tty.until("hello")
    tty.key(b"\x1b[1;2D\x1b[1;3C\x1b[1;5A\x1b[99~\x1bO?\x1b[>0;3u\x1bx")
    tty.shows("1:10.000")
    tty.key(b"\xff\xc3")
    tty.shows("1:10.000")
    tty.key(b"g1:40\r")
    tty.shows("1:40 / 1:40")
    tty.key(b"q")
    expect_end(tty, 0)


def test_bytes():
    """What is no ASCII does not take away the keys that come at once with it."""
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    for locale in "C", "C.UTF-8":
        tty = Tty(["-p", name], size=(8, 40), env={"LC_ALL": locale})
        tty.until("hello")
        tty.key(b"\xc3\xa4\x1b[C")
        tty.shows("0:05.000")
        tty.key(b"\xff\xff\x1b[C\xe6\x97")
        tty.shows("0:10.000")
        tty.key(b"\xc3\xc3\xa4\x80.\xe2\x82\xac\x1b[Dq")
        expect_end(tty, 0)


def test_remembers():
    """The width of the list, from one time to the next; nothing broken in that file matters."""
    name = cast("a.cast", [0.0, "o", "hello"], [1.0, "m", "x"], [2.0, "o", "x"])
    state = os.path.join("state", "auditrec", "auditplay.state")
    tty = Tty(["-p", name], size=(10, 90))
    tty.until("hello")
    tty.key(b"\t\x1b[1;5D\x1b[1;5D")
    tty.shows("events")
    tty.key(b"q")
    expect_end(tty, 0)
    with open(state, encoding="ascii") as file:
        assert "list-width = 44" in file.read().splitlines()
    with open(state, "a", encoding="ascii") as file:
        file.write("\0nonsense\nlist-width = x\n[[[\n")
    tty = Tty(["-p", name], size=(10, 90))
    tty.until("hello")
    tty.key(b"\t\x1b[1;5C")
    tty.shows("events")
    tty.key(b"q")
    expect_end(tty, 0)
    with open(state, encoding="ascii") as file:
        assert file.read().splitlines()[0] == "list-width = 40"


def test_config():
    """Keys and options of the usual file; what is wrong in it is told."""
    name = cast("a.cast", [0.0, "o", "hello"], [100.0, "o", "x"])
    os.makedirs(os.path.join("config", "auditrec"), exist_ok=True)
    with open(os.path.join("config", "auditrec", "auditplay.conf"), "w",
              encoding="ascii") as file:
        file.write("paused = yes\nspeeed = 2\n[keys]\nX = forward 7\n")
    try:
        tty = Tty([name], size=(8, 70))
        tty.until("auditplay.conf line 2: 'speeed' is no option here")
        tty.key(b"X")
        tty.shows("0:07.000")
        tty.key(b"q")
        expect_end(tty, 0)
    finally:
        os.remove(os.path.join("config", "auditrec", "auditplay.conf"))


def test_picker():
    """A folder is a table; q of a recording returns to it, its own q leaves."""
    os.makedirs("folder", exist_ok=True)
    for one in "one", "two":
        os.rename(cast(one + ".cast", [0.0, "o", "this is " + one], [9.0, "o", "x"]),
                  os.path.join("folder", one + ".cast"))
    os.path.exists("folder/pipe") or os.mkfifo("folder/pipe")
    with open("folder/evil\x1b]0;x\x07", "wb") as file:
        file.write(b'{"version": 9}\n')
    with open("folder/notes", "wb") as file:
        file.write(b"\x1b]0;x\x07")
    tty = Tty(["-p", "folder"], size=(12, 80))
    tty.until("two.cast")
    tty.shows("unreadable")
    tty.shows("3 recordings, 1 other file")
    tty.key(b"/one")
    tty.shows("1 of 3 recordings")
    tty.key(b"\r\r")
    tty.until("this is one")
    tty.key(b"q")
    tty.shows("1 of 3 recordings")
    tty.key(b"q")
    expect_end(tty, 0)
    clean(tty.out)


def main(names):
    """All tests among NAMES, the globals of a program."""
    tests = [value for name, value in sorted(names.items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}")
        except Exception:
            failure.tell()
            print(f"not ok {number} - {test.__name__}")
        sys.stdout.flush()


if __name__ == "__main__":
    main(globals())
