# SPDX-License-Identifier: ISC
"""auditrec on a terminal."""
import hashlib
import os
import random
import signal
import time

from rec_lib import *


def test_bash_session(d):
    need("bash")
    f = d("s.audit")
    t = rec("-o", f, "--title", "two words", "bash", "--norc", "-i", env={"PS1": "P> "})
    t.expect(b"P> ")
    t.send(b"echo one$((40+2))\r")
    t.expect(b"one42")
    t.send(b"exit 7\r")
    assert t.wait() == 7
    assert t.restored(), "terminal modes"
    ms = decode(f)
    check_order(ms)
    assert stream(ms, OUT) == t.out, "recorded is what was shown"
    assert of_type(ms, 499) == [{"exitStatus": 7}]
    assert of_type(ms, 403)[0]["program"] == "bash --norc -i"
    p = of_type(ms, 404)[0]
    assert (p["columns"], p["rows"], p["term"]) == (80, 24, "xterm-256color")
    assert p["modelist"][-1] == 0 and len(p["modelist"]) % 5 == 1
    s = events(ms, "session")[0]
    assert s["title"] == "two words" and s["uid"] == os.getuid()
    assert s["intercept"] == "stdout,stderr" and s["mode"] == "terminal"
    assert stream(ms, IN) == b"", "input is not recorded unless asked for"
    assert os.stat(f).st_mode & 0o777 == 0o600


def test_shell_of_the_environment(d):
    f = d("s.audit")
    t = rec("-o", f, env={"SHELL": "/bin/sh", "AUDIT_X": "1"})
    t.send(b"echo v$AUDITREC_SESSION.; exit\r")
    assert t.wait() == 0
    ms = decode(f)
    assert len(of_type(ms, 405)) == 1 and not of_type(ms, 403)
    assert b"v" + ms[0]["connectionId"].encode() + b"." in t.out
    env = {p["name"]: p["value"] for p in of_type(ms, 402)}
    assert env["SHELL"] == "/bin/sh" and env["TERM"] == "xterm-256color"
    assert "AUDIT_X" not in env


def test_default_place(d):
    t = rec("-c", "echo hi", env={"XDG_STATE_HOME": d("state"), "SHELL": "/bin/sh"})
    assert t.wait() == 0
    files = os.listdir(d("state/auditrec"))
    assert len(files) == 1 and files[0].endswith(".audit")
    assert ("state/auditrec/" + files[0]).encode() in t.out, t.out
    assert os.stat(d("state/auditrec")).st_mode & 0o777 == 0o700
    t = rec("-q", "-c", "echo hi", env={"XDG_STATE_HOME": d("state"), "SHELL": "/bin/sh"})
    assert t.wait() == 0 and t.out == b"hi\r\n"


def test_audit_and_asciicast_together(d):
    t = rec("-o", d("a.audit"), "-o", d("b.cast"), "sh", "-c", "printf 'a\\303'; printf '\\244b\\n'")
    assert t.wait() == 0
    assert stream(decode(d("a.audit")), OUT) == "aäb\r\n".encode()
    lines = [json.loads(x) for x in open(d("b.cast"))]
    assert lines[0]["version"] == 2 and lines[0]["width"] == 80
    assert "".join(x[2] for x in lines[1:] if x[1] == "o") == "aäb\r\n"


def test_exit_statuses(d):
    for i, (cmd, status, t, payload) in enumerate([
            (["sh", "-c", "exit 0"], 0, 499, {"exitStatus": 0}),
            (["sh", "-c", "exit 255"], 255, 499, {"exitStatus": 255}),
            (["sh", "-c", "kill -TERM $$"], 143, 498, "TERM"),
            (["sh", "-c", "kill -SEGV $$"], 139, 498, "SEGV"),
            (["/nowhere/at/all"], 127, 499, {"exitStatus": 127}),
            (["/etc/passwd"], 126, 499, {"exitStatus": 126})]):
        f = d("%d.audit" % i)
        term = rec("-o", f, *cmd)
        assert term.wait() == status, (cmd, term.status, term.out)
        assert term.restored()
        ms = decode(f)
        check_order(ms)
        got = of_type(ms, t)[0]
        assert (got if t == 499 else got["signal"]) == payload, got


def test_command_string(d):
    t = rec("-o", d("a"), "-c", "echo $((1+1)) | tr 2 3; exit 4", env={"SHELL": "/bin/sh"})
    assert t.wait() == 4 and t.out == b"3\r\n"
    assert of_type(decode(d("a")), 403)[0]["program"] == "echo $((1+1)) | tr 2 3; exit 4"


def test_words_behind_a_command_string(d):
    t = rec("-o", d("a"), "-c", 'echo "$0-$1-$2"', "x", "two words", "3", env={"SHELL": "/bin/sh"})
    assert t.wait() == 0 and t.out == b"x-two words-3\r\n"


def test_terminal_that_nobody_has_open_for_a_while(d):
    t = rec("-o", d("a"), "sh", "-c", "echo one; exec <&- >&- 2>&-; : > %s; while [ ! -e %s ]; do sleep 0.05; done;"
            " exec </dev/tty >/dev/tty; read x; echo got $x" % (d("closed"), d("go")))
    t.until(lambda: os.path.exists(d("closed")), "not closed")
    t.send(b"lost")
    open(d("go"), "w").close()
    time.sleep(0.2)
    t.send(b"\rword\r")
    t.expect(b"got")
    assert t.wait() == 0
    assert b"one" in stream(decode(d("a")), OUT) and b"got" in stream(decode(d("a")), OUT)


def test_resizes_are_followed_and_recorded(d):
    t = rec("-o", d("a"), "sh", "-c",
            "trap 'stty size' WINCH; echo ready; while [ ! -e %s ]; do sleep 0.05; done" % d("stop"))
    t.expect(b"ready")
    for cols, rows in ((100, 30), (132, 50)):
        t.resize(cols, rows)
        t.expect(b"%d %d" % (rows, cols))
    open(d("stop"), "w").close()
    assert t.wait() == 0
    ms = decode(d("a"))
    assert [(p["columns"], p["rows"]) for p in of_type(ms, 408)] == [(100, 30), (132, 50)]
    i = types(ms).index(408)
    assert b"30 100" in stream(ms[i:], OUT) and b"30 100" not in stream(ms[:i], OUT)


def test_storm_of_resizes(d):
    t = rec("-o", d("a"), "sh", "-c", "echo ready; read x; stty size")
    t.expect(b"ready")
    for i in range(1500):
        t.resize(20 + i % 97, 5 + i % 41)
    t.resize(91, 33)
    t.send(b"\r")
    t.expect(b"33 91")
    assert t.wait() == 0
    ms = decode(d("a"))
    check_order(ms)
    sizes = [(p["columns"], p["rows"]) for p in of_type(ms, 408)]
    assert sizes[-1] == (91, 33)
    assert all(a != b for a, b in zip(sizes, sizes[1:])), "a size that did not change"


def test_fixed_size(d):
    t = rec("-o", d("a"), "--window-size", "61x17", "sh", "-c", "stty size; read x; stty size")
    t.expect(b"17 61")
    t.resize(100, 40)
    t.send(b"\r")
    t.expect(b"17 61")
    assert t.wait() == 0
    ms = decode(d("a"))
    assert (of_type(ms, 404)[0]["columns"], of_type(ms, 404)[0]["rows"]) == (61, 17)
    assert not of_type(ms, 408)


def test_keyboard_signals_and_jobs(d):
    need("bash")
    t = rec("-o", d("a"), "bash", "--norc", "-i", env={"PS1": "P> "})
    t.expect(b"P> ")
    t.send(b"sleep 1000\r")
    t.expect(b"sleep 1000\r\n")
    t.until(lambda: in_foreground(t, "sleep"), "sleep does not run")
    t.send(b"\x1a")
    t.expect(b"Stopped")
    t.send(b"jobs; fg\r")
    t.expect(b"fg\r\n")
    t.until(lambda: in_foreground(t, "sleep"), "sleep does not go on")
    t.send(b"\x03")
    t.expect(b"P> ")
    t.send(b"echo rc=$?\r")
    t.expect(b"rc=130")
    t.send(b"exit\r")
    assert t.wait() == 0
    assert t.restored()


def test_suspended_by_an_outer_shell(d):
    need("bash")
    t = Term(["bash", "--norc", "-i"], env={"PS1": "OUT> "})
    t.expect(b"OUT> ")
    t.send(b"PS1='IN> ' %s -o %s bash --norc -i\r" % (AUDITREC.encode(), d("a").encode()))
    t.expect(b"-i\r\n")
    t.expect(b"IN> ")
    t.send(b"echo in$((1+1))side; suspend -f\r")
    t.expect(b"in2side")
    t.expect(b"Stopped")
    t.send(b"stty -a | tr ';' '\\n' | grep -c -w icanon; echo cooked$((3+4))\r")
    t.expect(b"cooked7")
    t.send(b"fg\r")
    t.expect(b"fg\r\n")
    t.send(b"echo again$((5+5))\r")
    t.expect(b"again10")
    t.expect(b"IN> ")
    t.send(b"exit 3\r")
    t.expect(b"OUT> ")
    t.send(b"echo rc=$?; exit\r")
    t.expect(b"rc=3")
    assert t.wait() == 0
    check_order(decode(d("a")))


def test_paste_of_100_kB(d):
    text = bytes(random.Random(3).choice(b"abcdefghijklmnopqrstuvwxyz \n") for _ in range(100000))
    t = rec("-o", d("a"), "--intercept", "stdin", "sh", "-c",
            "stty -echo -icanon -icrnl; echo ready; head -c 100000 | sha256sum")
    t.expect(b"ready")
    t.send(text)
    t.expect(hashlib.sha256(text).hexdigest().encode())
    assert t.wait() == 0
    assert stream(decode(d("a")), IN) == text


def test_bytes_that_are_no_text(d):
    data = bytes(range(256)) * 50
    open(d("in"), "wb").write(data)
    t = rec("-o", d("a"), "sh", "-c", "stty -opost; cat " + d("in"))
    assert t.wait() == 0
    assert t.out == data
    assert stream(decode(d("a")), OUT) == data


def test_standard_error_that_is_no_terminal(d):
    err = os.open(d("err"), os.O_WRONLY | os.O_CREAT)
    t = rec("-o", d("a"), "sh", "-c", "echo out; echo bad >&2", fds={2: err})
    assert t.wait() == 0
    assert t.out == b"out\r\n" and open(d("err"), "rb").read() == b"bad\n"
    ms = decode(d("a"))
    assert stream(ms, OUT) == b"out\r\n" and stream(ms, ERR) == b"bad\n"


def test_split_stderr(d):
    t = rec("-o", d("a"), "--split-stderr", "sh", "-c", "echo out; test -t 2 && echo tty >&2; stty size <&2 >&2")
    assert t.wait() == 0
    ms = decode(d("a"))
    assert stream(ms, OUT) == b"out\r\n" and stream(ms, ERR) == b"tty\r\n24 80\r\n", ms
    assert sorted(t.out) == sorted(b"out\r\ntty\r\n24 80\r\n")


def test_no_intercept(d):
    t = rec("-o", d("a"), "--no-intercept", "stdout", "sh", "-c", "echo unseen")
    assert t.wait() == 0 and t.out == b"unseen\r\n"
    ms = decode(d("a"))
    assert not of_type(ms, 500)
    assert events(ms, "session")[0]["intercept"] == "stderr"


def test_nested(d):
    t = rec("-o", d("a"), AUDITREC, "-o", d("b"), "sh", "-c", "echo in; exit 5")
    assert t.wait() == 5
    a, b = decode(d("a")), decode(d("b"))
    assert stream(a, OUT) == stream(b, OUT) == b"in\r\n"
    assert events(b, "session")[0]["parent_recording"] == a[0]["connectionId"]


def test_append_overwrite_and_neither(d):
    f = d("a")
    assert rec("-o", f, "sh", "-c", "echo 1").wait() == 0
    t = rec("-o", f, "sh", "-c", "echo 2")
    assert t.wait() == 2 and f.encode() in t.out and t.out.count(b"\n") == 1
    assert b"--append" in t.out and b"--overwrite" in t.out, "what to do about it"
    assert stream(decode(f), OUT) == b"1\r\n", "an existing file is left alone"
    assert rec("--append", "-o", f, "sh", "-c", "echo 3").wait() == 0
    assert stream(decode(f), OUT) == b"1\r\n3\r\n"
    assert rec("--overwrite", "-o", f, "sh", "-c", "echo 4").wait() == 0
    assert stream(decode(f), OUT) == b"4\r\n"


def test_headless(d):
    t = rec("--headless", "-o", d("a"), "sh", "-c", "stty size; test -t 0 && echo tty")
    assert t.wait() == 0 and t.out == b""
    ms = decode(d("a"))
    assert stream(ms, OUT) == b"24 80\r\ntty\r\n"
    assert events(ms, "session")[0]["mode"] == "headless"


def test_wrong_use_is_one_line(d):
    for args in (["--no-such-option"], ["-f", "mp3", "-o", d("x"), "true"],
                 ["--window-size", "0x0", "true"], ["-o", d("no/dir/x"), "true"],
                 ["-o", "/dev/null/x", "true"], ["--on-error", "ignore", "true"], ["--intercept", "all", "true"],
                 ["--append", "true"], ["--append", "--overwrite", "-o", d("x"), "true"],
                 ["-o", "-", "true"], ["-o", d("x"), "-o", d("no/dir/y"), "true"],
                 ["-o", d("x"), "-o", d("x"), "true"], ["--pause-key", "many", "true"]):
        t = rec(*args)
        assert t.wait() == 2, (args, t.status, t.out)
        assert t.out.startswith(b"auditrec: ") and t.out.count(b"\n") == 1, t.out
        assert not os.path.exists(d("x"))


def test_background_job_keeps_nobody_waiting(d):
    need("setsid")
    t = rec("-o", d("a"), "sh", "-c", "setsid sh -c 'trap \"\" HUP; echo $$ > %s; exec sleep 1000' & "
            "while [ ! -s %s ]; do sleep 0.02; done; echo done" % (d("pid"), d("pid")))
    try:
        assert t.wait() == 0
        assert stream(decode(d("a")), OUT) == b"done\r\n"
    finally:
        os.kill(int(open(d("pid")).read()), signal.SIGKILL)


def test_vim(d):
    need("vim")
    t = rec("-o", d("a"), "vim", "-u", "NONE", "-N", d("text"))
    t.expect(b"text")
    t.resize(100, 30)
    t.send(b"ihello\x1b:wq\r")
    assert t.wait() == 0
    assert open(d("text")).read() == "hello\n"
    ms = decode(d("a"))
    check_order(ms)
    assert stream(ms, OUT) == t.out and t.restored()


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
