# SPDX-License-Identifier: ISC
"""auditplay under a pty: copying, saving, links, strange terminals.  Every byte that reaches
the terminal is on a list of what may.  Prints TAP."""
import base64
import fcntl
import glob
import json
import os
import re
import signal
import stat
import struct
import sys
import termios

from play_tty import EVIL, Tty, cast, expect_end, main, plain

TOP = os.environ["srcdir"]
RUNTIME = os.path.abspath("runtime")
KEPT = os.path.join(RUNTIME, "auditplay-copied.txt")

# All that curses and we may send, as one token a match; OSC 52 is told apart.
ALLOWED = re.compile(
    rb"(?P<clip>\x1b\]52;c;[A-Za-z0-9+/]*={0,2}\x07)"
    rb"|\x1b\[[0-9;:]*m"              # looks
    rb"|\x1b\[[0-9;]*[HABCDGdJKXPLM@STbIZr]"  # moves, erasing, scrolling, repeating
    rb"|\x1b\[[?]?[0-9;]*[hl]"        # modes: held against a list below
    rb"|\x1b\[\?0c|\x1b\[\?8c|\x1b\[\?1c"     # linux: the cursor's look
    rb"|\x1b\[[0-9] q"                # shape of the cursor
    rb"|\x1b\[2[23];0;0t"             # the title is kept and given back, xterm
    rb"|\x1b\[!p"                     # xterm's reset string, when it begins
    rb"|\x1b[()*+][0-9A-Z]|\x1b[=>78MH]|[\x0e\x0f\r\n\b\t]"
    rb"|[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]+")
MODES = {b"?1", b"?3", b"?4", b"?5", b"?7", b"?12", b"?25", b"?12;25", b"34", b"?47", b"?1049", b"?1000", b"?1002",
         b"?1003", b"?1006", b"?1006;1000", b"?1000;1006", b"?1002;1006", b"4", b"?2004", b"?3;4", b"?1015"}


def scan(data, clips=0):
    """Nothing else is in DATA; it holds so many OSC 52.  Returns what they copy."""
    at, copied = 0, []
    while at < len(data):
        m = ALLOWED.match(data, at)
        assert m, f"{data[at:at + 40]!r} was sent"
        if m["clip"]:
            copied.append(base64.b64decode(m[0][7:-1], validate=True).decode("utf-8"))
        elif m[0][-1:] in b"hl" and m[0].startswith(b"\x1b["):
            assert m[0][2:-1] in MODES, f"mode {m[0]!r}"
        elif m[0][0] >= 0xc2:
            text = m[0].decode("utf-8")
            assert all(ord(c) >= 0xa0 for c in text), f"C1 in {m[0]!r}"
        at = m.end()
    assert len(copied) == clips, f"{len(copied)} OSC 52, {clips} wanted"
    for text in copied:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), text
    return copied


def start(args, **more):
    env = {"XDG_RUNTIME_DIR": RUNTIME, "TMUX": "", "STY": "", **more.pop("env", {})}
    os.makedirs(RUNTIME, mode=0o700, exist_ok=True)
    if os.path.exists(KEPT):
        os.remove(KEPT)
    return Tty(args, env=env, echo=False, **more)  # keys that come before it is ready are not shown


def kept():
    with open(KEPT, encoding="utf-8") as text:
        assert stat.S_IMODE(os.fstat(text.fileno()).st_mode) == 0o600
        return text.read()


def hello():
    return cast("a.cast", [0.0, "o", "hello \u65e5\u672c\r\nworld\x1b]52;c;b3duZWQ=\x07"],
                [100.0, "o", "x"])


HELLO = "hello \u65e5\u672c\nworld"


def test_osc52():
    tty = start([hello()])
    tty.until("world")
    tty.key(b"yHVGy")
    tty.until("the terminal's clipboard")
    tty.key(b"q")
    expect_end(tty, 0)
    assert scan(tty.out, 1) == [HELLO]
    assert not os.path.exists(KEPT)


def test_to_a_file():
    """Asked for, or because the terminal has no clipboard that we know of."""
    for args, term in (["--clipboard=file"], "xterm-256color"), ([], "linux"), ([], "vt100"):
        tty = start(args + [hello()], term=term)
        tty.until("world")
        tty.key(b"yHVGy")
        tty.until("copied")
        tty.key(b"q")
        expect_end(tty, 0)
        scan(re.sub(rb"\$<[0-9]+/?>|\x00", b"", tty.out))
        assert kept() == HELLO


def test_nowhere_to_put_it():
    """Without a folder for it the person is asked; nothing is overwritten."""
    with open("there.txt", "w", encoding="utf-8") as out:
        out.write("precious")
    tty = start(["--clipboard=file", hello()], env={"XDG_RUNTIME_DIR": ""})
    tty.until("world")
    tty.key(b"yHVGy")
    tty.until("copy to the file:")
    tty.key(b"there.txt\r")
    tty.until("there (2).txt")
    tty.key(b"q")
    expect_end(tty, 0)
    scan(tty.out)
    with open("there (2).txt", encoding="utf-8") as text:
        assert text.read() == HELLO
    with open("there.txt", encoding="utf-8") as text:
        assert text.read() == "precious"
    tty = start(["--clipboard=none", hello()])
    tty.until("world")
    tty.key(b"yHVGy")
    tty.until("switched off")
    tty.key(b"q")
    expect_end(tty, 0)
    scan(tty.out)


def test_multiplexers():
    """tmux may not hand it on: kept, too.  GNU screen hands on device strings only."""
    tty = start([hello()], env={"TMUX": "/tmp/x,1,0"}, term="screen-256color")
    tty.until("world")
    tty.key(b"yHVGy")
    tty.until("copied")
    tty.key(b"q")
    expect_end(tty, 0)
    assert scan(tty.out, 1) == [HELLO] and kept() == HELLO
    long = cast("long.cast", [0.0, "o", "x" * 500], [100.0, "o", "x"], height=12)
    tty = start([long], env={"STY": "1.x"}, term="screen-256color")
    tty.until("xxx")
    tty.key(b"yHVGy")
    tty.until("copied")
    tty.key(b"q")
    expect_end(tty, 0)
    whole = b"".join(re.findall(rb"\x1bP(.*?)\x1b\\", tty.out, re.S))
    assert all(len(s) <= 240 for s in re.findall(rb"\x1bP(.*?)\x1b\\", tty.out, re.S))
    assert whole == b"\x1b]52;c;" + base64.b64encode(b"x" * 500) + b"\x07"
    scan(re.sub(rb"\x1bP.*?\x1b\\", b"", tty.out, flags=re.S))


def test_too_long_for_a_clipboard():
    big = cast("big.cast", [0.0, "o", "y" * (1000 * 90)], [100.0, "o", "x"], width=1000, height=90)
    tty = start([big])
    tty.until("yyy")
    tty.key(b"yHVGy")
    tty.until("copied")
    tty.key(b"q")
    expect_end(tty, 0)
    scan(tty.out)
    assert kept() == "y" * 90000


def test_mouse():
    tty = start(["-p", hello()])
    tty.until("world")
    # the recording stands in the middle of the window: a double click on its first word
    tty.key(b"\x1b[<0;13;6M\x1b[<0;13;6m\x1b[<0;13;6M\x1b[<0;13;6m")
    tty.until("copied")
    tty.key(b"qq")
    expect_end(tty, 0)
    assert scan(tty.out, 1) == ["hello"], scan(tty.out, 1)


def test_saving():
    tty = start([hello()])
    tty.until("world")
    for suffix in ("txt", "ansi", "svg", "html", "txt"):
        tty.key(b"S")
        tty.until("save as:")
        tty.key(b"\x15shot." + suffix.encode() + b"\r")
        tty.until("saved as")
    tty.key(b"q")
    expect_end(tty, 0)
    scan(tty.out)
    for name, what in (("shot.txt", HELLO), ("shot (2).txt", HELLO), ("shot.ansi", "hello"),
                       ("shot.svg", "<svg"), ("shot.html", "<pre>")):
        with open(name, encoding="utf-8") as text:
            got = text.read()
        assert what in got, (name, got[:200])
        assert "\x07" not in got and "]52;" not in got
    with open("shot.txt", encoding="utf-8") as text:
        assert text.read().rstrip("\n") == HELLO
    tty = start([hello()])
    tty.until("world")
    tty.key(b"S\x15nothing-here/shot.txt\r")
    tty.until("cannot create")
    tty.key(b"q")
    expect_end(tty, 0)


FEATURES = (b"yHVGy" b"yg\x16Gly" b"yvjlllwebGgoVa$0^y"  # lines, block, characters
            b"ujjkGy" b"uq" b"zhjklzq"                     # links; overview
            b"\x1b[<0;5;3M\x1b[<32;9;4M\x1b[<0;9;4m\x1b[<0;5;2M\x1b[<0;5;2m\x1b[<0;5;2M\x1b[<0;5;2m"
            b"\x1b[<64;5;2M\x1b[<65;5;2M")


def corpus():
    """Recordings of all that is meant to break terminals."""
    for path in sorted(glob.glob(TOP + "/tests/fuzz/corpus/fuzz_emu/*")):
        with open(path, "rb") as data:
            text = data.read()[:8000].decode("utf-8", "replace")
        yield cast(os.path.basename(path) + ".cast", [0.0, "o", EVIL + text], [0.1, "o", text],
                   [0.2, "r", "90x40"], [0.3, "o", EVIL], [9.0, "o", "x"], title=text[:200])
    yield from sorted(glob.glob(TOP + "/tests/fuzz/corpus/fuzz_reel/*"))
    yield TOP + "/tests/golden/play/hostile.cast"
    yield TOP + "/tests/golden/play/copy.cast"


def test_hostile():
    """Every feature on every hostile recording: copies are clean, and all else is ours."""
    for name in corpus():
        tty = start(["-p", "--at", "1", "--clipboard=osc52", name])
        assert tty.ready(), name
        tty.key(FEATURES + b"S\x15evil.svg\rS\x15evil.ansi\r" + b"qqqq")
        tty.leave()
        status = tty.end()
        assert status == 0, (name, status, tty.out[-200:])
        clips = tty.out.count(b"\x1b]52;c;")
        try:
            scan(tty.out, clips)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
    for name in glob.glob("evil*.ansi"):
        with open(name, "rb") as data:
            left = re.sub(rb"\x1b\[[0-9;:]*m", b"", data.read())
        assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", left), name


def test_sizes_and_terminals():
    name = TOP + "/tests/golden/play/large.cast"
    for term in ("xterm-256color", "vt100", "linux", "screen", "xterm-mono"):
        for size in ((24, 80), (10, 40), (5, 20), (1, 1), (2, 3)):
            tty = start(["-p", "-a", "end", "--clipboard=none", name], term=term, size=size)
            if not tty.ready():
                break
            tty.key(FEATURES)
            for rows, cols in ((3, 10), (1, 1), (30, 100)):
                fcntl.ioctl(tty.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
                os.kill(tty.pid, signal.SIGWINCH)
                tty.pump(0.02)
                tty.key(FEATURES)
            tty.key(b"qqqq")
            tty.leave()
            status = tty.end()
            assert status == 0, (term, size, status, tty.out[-300:])
            scan(re.sub(rb"\$<[0-9]+[/*]?>|\x00", b"", tty.out))


def test_colours():
    name = cast("c.cast", [0.0, "o", "\x1b[38;2;250;10;10mhello\x1b[m \x1b[38;5;208mmore\x1b[m"],
                [100.0, "o", "x"])
    for option, term, want, never in (
            ("mono", "xterm-256color", None, rb"\x1b\[[0-9;]*\b[349][0-8]\b"),
            ("8", "xterm-256color", rb"\x1b\[[0-9;]*31m", rb"[34]8[;:]"),
            ("16", "xterm-256color", rb"\x1b\[[0-9;]*91m|\x1b\[[0-9;]*31m", rb"[34]8[;:]"),
            ("256", "xterm", rb"38[;:]5[;:]\d+", rb"38[;:]2"),
            ("true", "xterm", rb"38[;:]2[;:]+250[;:]10[;:]10|38;5;", None)):
        tty = start(["--colours=" + option, name], term=term, env={"NO_COLOR": "1"})
        tty.until("hello")
        tty.key(b"q")
        expect_end(tty, 0)
        assert not want or re.search(want, tty.out), (option, tty.out)
        assert not never or not re.search(never, tty.out), (option, tty.out)
        scan(tty.out)


def test_ascii():
    name = cast("u.cast", [0.0, "o", "caf\u00e9 \u2500\u2502\u250c \u2192 \u201cx\u201d \u65e5 hello"],
                [100.0, "o", "x"])
    for args, env in (["--ascii"], {}), ([], {"LC_ALL": "C"}):
        tty = start(args + ["-p", "-a", "0", name], env=env)
        tty.until("hello")
        tty.key(b"\thq\tyq")
        tty.key(b"q")
        expect_end(tty, 0)
        assert all(b < 0x80 for b in tty.out), tty.out
        assert 'cafe -|+ > "x"' in plain(tty.out), plain(tty.out)
        scan(tty.out)


def test_resize_window():
    name = cast("r.cast", [0.0, "o", "hello"], [0.1, "r", "70x20"], [0.2, "o", "two"],
                [100.0, "o", "x"])
    ask = re.compile(rb"\x1b\[8;(\d+);(\d+)t")
    tty = start(["--resize-window", name])
    tty.until("two")
    tty.key(b"q")
    expect_end(tty, 0)
    asked = ask.findall(tty.out)
    assert len(asked) == 2 and asked[0][1] == b"60" and asked[1][1] == b"70", asked
    scan(ask.sub(b"", tty.out))
    tty = start([name])
    tty.until("two")
    tty.key(b"q")
    expect_end(tty, 0)
    scan(tty.out)


main(globals())
