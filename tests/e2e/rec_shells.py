# SPDX-License-Identifier: ISC
"""What ran: the shipped snippets in real shells, marks of others, forged marks."""
import os
import re
import signal
import subprocess
import time

from rec_lib import *

SHELLS = os.path.join(os.environ.get("srcdir", "."), "dist", "shell")


class Shell:
    """A recorded interactive shell; PROMPT is what it prompts with."""

    def __init__(self, d, *argv, rc="", prompt=b"P> ", env=None, args=()):
        self.d, self.prompt, self.file = d, prompt, d("s.audit")
        e = {"HOME": d.path, "XDG_CONFIG_HOME": d("xdg"), "ZDOTDIR": d.path, "HISTFILE": d("history"),
             "XDG_DATA_HOME": d("data"), "XDG_RUNTIME_DIR": d.path}
        e.update(env or {})
        self.t = rec("-q", "-o", self.file, *args, "--", *argv, env=e)
        self.t.expect(prompt)

    def run(self, line, enter=b"\r"):
        """Type LINE and wait for the next prompt."""
        self.t.send(line.encode() + enter)
        self.t.expect(b"\n")
        self.t.expect(self.prompt)

    def end(self, line=b"exit\r"):
        self.t.send(line)
        self.status = self.t.wait()
        self.ms = decode(self.file)
        check_order(self.ms)
        assert stream(self.ms, OUT) == self.t.out, "recorded is what was shown"
        return commands(self.ms)


def commands(ms):
    """The ends of commands with their starts checked against them, in the order of starts."""
    at = {}
    ends = {}
    for i, m in enumerate(ms):
        p = m["payload"]
        if m["type"] != 400 or p["requestType"] != "command@auditrec":
            continue
        c = json.loads(p["payload"])
        c["index"] = i
        if c["phase"] == "start":
            assert c["id"] not in at
            at[c["id"]] = c
        else:
            s = at[c["id"]]
            assert c["id"] not in ends
            ends[c["id"]] = c
            for k in s:
                if k not in ("phase", "index", "trust"):
                    assert c[k] == s[k], (k, s, c)
            c["first"] = s["index"]
            assert ms[s["index"]]["timestamp"] >= s["start"] - 1, "told before it began"
            assert s["start"] <= c["end"] and c["duration"] == c["end"] - s["start"]
    assert sorted(at) == sorted(ends), "each start has its end"
    return [ends[k] for k in sorted(ends)]


def shown(out):
    """OUT without control sequences."""
    return re.sub(rb"\033\][^\007]*\007|\033\[[?0-9;]*[a-z]\r?", b"", out)


def texts(cs):
    return [c.get("text") for c in cs]


def bash(d, rc="", options=(), **kw):
    need("bash")
    with open(d("rc"), "w") as f:
        f.write("PS1='P> '\ncd\n" + rc + "\n. %s/auditrec.bash\n" % SHELLS)
    return Shell(d, "bash", "--rcfile", d("rc"), "-i", *options, **kw)


def verified(cs):
    assert all(c["trust"] == "nonce" and c["origin"] == "osc133" for c in cs), cs
    return cs


def test_bash_commands(d):
    os.mkdir(d("a dir;%41"))
    s = bash(d)
    s.run("echo one; (exit 3)")
    s.run("cd 'a dir;%41'")
    s.run("false | true && echo \"two  words\" # and; a 100%25 comment")
    s.run("nosuchcommand -x")
    s.run("")
    s.run("sleep 0.3")
    s.run("printf '%s\\n' 'ä\\€' \"$HOME\" >/dev/null")
    cs = verified(s.end())
    assert texts(cs) == ["echo one; (exit 3)", "cd 'a dir;%41'",
                         "false | true && echo \"two  words\" # and; a 100%25 comment",
                         "nosuchcommand -x", "sleep 0.3",
                         "printf '%s\\n' 'ä\\€' \"$HOME\" >/dev/null", "exit"], texts(cs)
    assert [c.get("status") for c in cs] == [3, 0, 0, 127, 0, 0, None], cs
    assert cs[-1]["why"] == "the session ended"
    here = os.path.realpath(d.path)
    assert all(c["text_by"] == "shell" for c in cs)
    assert cs[0]["cwd"] == cs[1]["cwd"] == here, cs[0]["cwd"]
    assert cs[2]["cwd"] == here + "/a dir;%41", cs[2]["cwd"]
    assert 0.3e9 <= cs[4]["duration"] < 60e9
    # the start stands before the output of the command, the end behind it
    c = cs[0]
    assert b"one\r\n" not in stream(s.ms[:c["first"]], OUT)
    assert stream(s.ms[c["first"]:c["index"]], OUT).startswith(b"one\r\n")


def test_bash_hidden_from_history(d):
    s = bash(d, rc="HISTCONTROL=ignoreboth\nHISTIGNORE='secret*'")
    for line in ("echo a", "echo a", " echo b", " echo b", "secret thing", "echo a", "echo a",
                 " echo a", "echo c"):
        s.run(line)
    cs = verified(s.end())
    assert texts(cs) == ["echo a", "echo a", " echo b", " echo b", "secret thing", "echo a",
                         "echo a", " echo a", "echo c", "exit"], texts(cs)
    assert [c["text_by"] for c in cs] == ["shell", "shell", "screen", "screen", "screen", "shell", "shell",
                                         "screen", "shell", "shell"], cs
    history = open(d("history")).read().split("\n")
    assert history == ["echo a", "echo c", "exit", ""] or history == [
        "echo a", "echo a", "echo c", "exit", ""], history


def test_bash_never_an_older_line(d):
    s = bash(d, rc="HISTCONTROL=ignorespace")
    s.run("echo a")
    s.t.send(b" echo hidde\x02\x02\x02\x02\x02\x0b")  # back and cut: still one line
    s.run("b")
    s.t.send(b"\x12echo a")  # search: too much to follow
    s.t.expect(b"echo a")
    s.t.send(b"\x01 ")
    s.run("")
    cs = verified(s.end())
    assert texts(cs)[:2] == ["echo a", " echo b"], texts(cs)
    assert texts(cs)[2] in (None, " echo a"), texts(cs)
    assert cs[2].get("missing", "hidden from the shell's history") == "hidden from the shell's history"
    assert "screen" == cs[1]["text_by"]


def test_bash_erasedups_and_no_history(d):
    s = bash(d, rc="HISTCONTROL=erasedups")
    for line in ("echo a", "echo b", "echo a", "echo a", "set +o history", "echo c", "echo c"):
        s.run(line)
    assert texts(verified(s.end())) == ["echo a", "echo b", "echo a", "echo a", "set +o history",
                                        "echo c", "echo c", "exit"]


def test_bash_many_lines(d):
    s = bash(d)
    s.t.send(b"for i in 1 2\rdo echo n$i\rdone\r")
    s.t.expect(b"n1\r\nn2\r\n")
    s.t.expect(b"P> ")
    s.t.send(b"cat <<X\rin it\rX\r")
    s.t.expect(b"\007in it\r\n")
    s.t.expect(b"P> ")
    s.t.send(b"\033[200~echo p1\n(exit 4)\necho p3\033[201~")
    s.t.expect(b"echo p3")
    s.run("")
    cs = verified(s.end())
    got = texts(cs)
    assert got[0] == "for i in 1 2; do echo n$i; done", got
    assert got[1] == "cat <<X\nin it\nX", got
    assert got[2:] == ["echo p1", "(exit 4)", "echo p3", "exit"], got
    assert [c.get("status") for c in cs] == [0, 0, 0, 4, 0, None], cs


def test_bash_options_and_traps_of_the_user(d):
    s = bash(d, rc="""
set -u
trap 'debugged=$((${debugged-0} + 1))' DEBUG
PS0='zero '
prompt='P> '
PROMPT_COMMAND='last=$?; PS1="[$last] $prompt"'
HISTTIMEFORMAT='%F '
""")
    s.run("(exit 5)")
    s.run("echo status $last, $((debugged > 0 && debugged < 40))")
    s.run("PROMPT_COMMAND='PS1=\"new $prompt\"'")
    s.run("echo x")
    s.run("set -e")
    s.run("! true")
    s.run("echo still here")
    s.run("trap -p DEBUG; env | grep -c NONCE || env | grep -c ^__audit || :")
    s.t.send(b"set +e; set -x\r")
    s.t.expect(b"P> ")
    s.run("echo traced")
    s.run("set +x")
    out = s.t.out
    cs = verified(s.end())
    assert b"zero status 5, 1\r\n" in out, out
    assert b"[5] P> " in out and b"new P> " in out
    assert b"still here\r\n" in out
    assert b"debugged=$((" in out and b"\r\n0\r\n0\r\n" in out, out[-900:]
    assert b"__auditrec_e" not in re.sub(rb"trap -p.*", b"", out[:out.index(b"set -x")])
    assert b"\n+ printf" not in out and b"\n++ printf" not in out, out[-1500:]
    assert texts(cs)[:4] == ["(exit 5)", "echo status $last, $((debugged > 0 && debugged < 40))",
                             "PROMPT_COMMAND='PS1=\"new $prompt\"'", "echo x"], texts(cs)
    assert [c.get("status") for c in cs[:7]] == [5, 0, 0, 0, 0, 1, 0], cs
    assert "echo traced" in texts(cs)


def test_bash_keyboard(d):
    s = bash(d)
    s.t.send(b"echo not run")
    s.t.expect(b"not run")
    s.t.interrupt(b"P> ")
    s.t.send(b"sleep 600\r")
    s.t.expect(b"sleep 600\r\n")
    s.t.until(lambda: stream_has(s.file, b"sleep%20600", b"sleep 600"), "no mark")
    s.t.until(lambda: in_foreground(s.t, "sleep"), "sleep does not run")  # the mark comes before
    s.t.send(b"\x03")
    s.t.expect(b"P> ")
    s.run("sleep 0.2 & wait")
    s.run("(bash -c 'echo sub; exit 4')")
    s.run("bash --norc -c 'echo $AUDITREC_NONCE.'")
    cs = verified(s.end())
    assert texts(cs) == ["sleep 600", "sleep 0.2 & wait", "(bash -c 'echo sub; exit 4')",
                         "bash --norc -c 'echo $AUDITREC_NONCE.'", "exit"], texts(cs)
    assert [c.get("status") for c in cs][:4] == [130, 0, 4, 0]
    assert b"\n.\r\n" in shown(s.t.out)


def stream_has(path, *what):
    raw = stream(decode(path), OUT)
    return any(w in raw for w in what)


def test_bash_that_is_not_recorded(d):
    need("bash")
    with open(d("rc"), "w") as f:
        f.write("PS1='P> '\nPROMPT_COMMAND=:\n. %s/auditrec.bash\n" % SHELLS)
    e = dict(os.environ)
    t = Term(["env", "-u", "AUDITREC_SESSION", "bash", "--rcfile", d("rc"), "-i"])
    t.expect(b"P> ")
    t.send(b"declare -p PROMPT_COMMAND; echo ${PS0-none}; exit\r")
    assert t.wait() == 0
    assert b"\033]133" not in t.out and b'PROMPT_COMMAND=":"' in t.out and b"none" in t.out
    assert e


def test_bash_strict_from_the_start(d):
    s = bash(d, rc="set -eu; set -o pipefail; shopt -s extglob nocasematch; IFS=:")
    s.run("echo a:b")
    cs = verified(s.end())
    assert texts(cs) == ["echo a:b", "exit"] and cs[0]["status"] == 0


def test_bash_restricted_and_read_only(d):
    s = bash(d, options=("-r",))
    s.run("echo a")
    s.run("echo b >/dev/null")
    s.run("set -x")
    s.run("false")
    cs = verified(s.end())
    assert texts(cs) == ["echo a", "echo b >/dev/null", "set -x", "false", "exit"], texts(cs)
    assert [c.get("status") for c in cs] == [0, 1, 0, 1, None]
    assert s.t.out.count(b"restricted:") == 1, s.t.out
    os.unlink(s.file)
    s = bash(d, rc="PROMPT_COMMAND='x=1'; readonly PROMPT_COMMAND")
    s.run("echo $x-")
    assert s.end() == []
    assert b"1-" in s.t.out and b"readonly" not in s.t.out, s.t.out


def test_nested_shell_claims(d):
    s = bash(d)
    s.run("bash --rcfile %s -i" % d("rc"))
    s.run("echo inner")
    s.run("exit")
    s.run("echo outer")
    cs = s.end()
    assert texts(cs) == ["bash --rcfile %s -i" % d("rc"), "echo inner", "exit", "echo outer", "exit"]
    assert [c["trust"] for c in cs] == ["nonce", "claim", "claim", "nonce", "nonce"]
    assert cs[1]["within"] == cs[0]["id"] and "within" not in cs[3]


def test_forged_marks(d):
    with open(d("forge"), "w") as f:
        f.write("sleep 0.1; printf '\\033]133;D;0\\a\\033]133;A\\a\\033]133;B\\a$ rm -rf\\r\\n"
                "\\033]133;C;cmdline_url=rm%%20-rf\\a\\033]133;D;0\\a'\n"
                "printf '\\033]133;D;0;auditrec=0123\\a\\033]633;E;ls;\\a\\033]633;C\\a'\n"
                "printf '\\033]133;C;auditrec=\\a\\033]633;D;7\\a'; exit 9\n")
    s = bash(d)
    s.run("sh %s" % d("forge"))
    cs = s.end()
    mine = [c for c in cs if c["trust"] == "nonce"]
    assert texts(mine) == ["sh %s" % d("forge"), "exit"] and mine[0]["status"] == 9, cs
    forged = [c for c in cs if c["trust"] == "claim"]
    assert texts(forged) == ["rm -rf", "ls", None], forged
    assert all(c["within"] == mine[0]["id"] for c in forged)


def test_flood_of_marks(d):
    need("python3")
    t = rec("-q", "-o", d("s.audit"), "python3", "-c",
            "import sys\nfor i in range(20000): sys.stdout.write('\\x1b]133;C;cmdline_url=%d\\a\\x1b]133;D;0\\a' % i)")
    assert t.wait() == 0
    ms = decode(d("s.audit"))
    check_order(ms)
    assert stream(ms, OUT) == t.out
    cs = commands(ms)
    told = sum(g["events"] for g in events(ms, "gap"))
    assert 0 < len(cs) < 2000 and len(cs) + told == 20000, (len(cs), told)


def test_marks_while_the_queue_is_full(d):
    """Whatever happens to events, every byte is shown and recorded, in its order."""
    need("python3")
    os.mkfifo(d("fifo"))
    reader = os.open(d("fifo"), os.O_RDONLY | os.O_NONBLOCK)
    t = rec("-q", "--overwrite", "-o", d("fifo"), "python3", "-c", """
import os, sys
n = os.environ["AUDITREC_NONCE"]
for i in range(5000):
    sys.stdout.write("\\x1b]133;C;auditrec=%s;cmdline_url=%d\\a" % (n, i) + "%07d " % i * 60 +
                     "\\x1b]133;D;0;auditrec=%s\\a" % n)
""")
    os.set_blocking(reader, False)
    raw, end = b"", time.monotonic() + 4 * PATIENCE
    t.until(lambda: len(t.out) > 100000, "nothing comes")
    stuck = (-1, 0)
    while stuck[1] < 10:  # nothing is taken out of the queue: it fills, and output stops
        stuck = (len(t.out), stuck[1] + 1 if stuck[0] == len(t.out) else 0)
        t.pump(0.02)
    while t.poll() is None:
        assert time.monotonic() < end, "does not end"
        try:
            raw += os.read(reader, 1 << 16)
        except BlockingIOError:
            pass
        t.pump(0.01)
    while t.pump(0.05):
        pass
    while True:
        x = os.read(reader, 1 << 16)
        if not x:
            break
        raw += x
    with open(d("a"), "wb") as f:
        f.write(raw)
    ms = decode(d("a"))
    check_order(ms)
    assert len(t.out) > 2500000 and stream(ms, OUT) == t.out
    told = sum(g["events"] for g in events(ms, "gap"))
    assert len(events(ms, "command")) + told == 10000, (len(events(ms, "command")), told)


def test_long_command(d):
    s = bash(d)
    word = "x" * 3000
    s.t.send(("echo " + word).encode())
    s.run(" >/dev/null")
    word = "y" * 9000
    s.t.send(b": " + word[:4000].encode())
    s.t.send(word[4000:].encode())
    s.run("")
    cs = verified(s.end())
    assert cs[0].get("text") == "echo " + "x" * 3000 + " >/dev/null" and "text_cut" not in cs[0], cs[0]
    assert cs[1]["text"] == ": " + "y" * 4094 and cs[1]["text_cut"], len(cs[1]["text"])


def test_zsh(d):
    need("zsh")
    with open(d(".zshrc"), "w") as f:
        f.write("PS1='P> '; setopt hist_ignore_space interactive_comments; unsetopt prompt_sp zle\n"
                "precmd() { last=$? }\n. %s/auditrec.zsh\n" % SHELLS)
    os.mkdir(d("sub"))
    s = Shell(d, "zsh", "-i", "-d")
    s.run("echo one; (exit 3)")
    s.run("echo $last")
    s.run(" echo 'ä;%25'")
    s.run("cd %s" % d("sub"))
    s.run("setopt nounset err_return; echo \"[$AUDITREC_SESSION[1,3]]${AUDITREC_NONCE-none}\"")
    s.t.send(b"for i in 1 2\rdo echo n$i\rdone\r")
    s.t.expect(b"n1\r\nn2\r\n")
    s.t.expect(b"P> ")
    cs = verified(s.end())
    assert texts(cs)[:4] == ["echo one; (exit 3)", "echo $last", " echo 'ä;%25'",
                             "cd %s" % d("sub")], texts(cs)
    assert texts(cs)[5] == "for i in 1 2\ndo echo n$i\ndone", texts(cs)
    assert [c.get("status") for c in cs] == [3, 0, 0, 0, 0, 0, None]
    assert cs[4]["cwd"] == os.path.join(d.path, "sub")
    assert b"\n3\r\n" in shown(s.t.out) and b"]none\r\n" in s.t.out, s.t.out


def test_zsh_with_its_editor(d):
    need("zsh")
    with open(d(".zshrc"), "w") as f:
        f.write("PS1='P> '; unsetopt prompt_sp\n. %s/auditrec.zsh\n" % SHELLS)
    s = Shell(d, "zsh", "-i", "-d")
    s.t.send(b"echo onx\177e; false\r")
    s.t.expect(b"\007one\r\n")
    s.t.expect(b"P> ")
    s.t.send(b"\033[Aecho\b\b\b\becho\r")
    s.t.expect(b"\007one\r\n")
    s.t.expect(b"P> ")
    cs = verified(s.end())
    assert texts(cs) == ["echo one; false", "echo one; falseecho", "exit"], texts(cs)
    assert [c.get("status") for c in cs] == [1, 127, None]


def test_standard_error_apart(d):
    need("bash")
    with open(d("rc"), "w") as f:
        f.write("PS1='P> '\n. %s/auditrec.bash\n" % SHELLS)
    t = rec("-q", "--split-stderr", "-o", d("s.audit"), "bash", "--rcfile", d("rc"), "-i",
            env={"HOME": d.path, "HISTFILE": d("history")})
    t.expect(b"P> ")
    for i in range(5):
        t.send(b"echo n%d; (exit %d)\r" % (i, i))
        # the prompt is an error's: which of two streams is seen first nobody says
        t.until(lambda: b"n%d\r\n" % i in t.out and t.out.count(b"P> ") >= i + 2, "no prompt")
    t.send(b"exit\r")
    t.wait()
    cs = verified(commands(decode(d("s.audit"))))
    assert texts(cs) == ["echo n%d; (exit %d)" % (i, i) for i in range(5)] + ["exit"], texts(cs)
    assert [c.get("status") for c in cs] == [0, 1, 2, 3, 4, None]


def test_fish(d):
    need("fish")
    os.makedirs(d("xdg/fish"))
    with open(d("xdg/fish/config.fish"), "w") as f:
        f.write("function fish_prompt; echo -n 'P> '; end\nset -U fish_greeting\n"
                "source %s/auditrec.fish\n" % SHELLS)
    os.mkdir(d("sub"))
    s = Shell(d, "fish", "-i")
    s.run("echo one; false")
    s.run(" echo 'ä;%25'")
    s.run("cd %s" % d("sub"))
    s.run("echo [(set -q AUDITREC_NONCE; echo $status)]")
    cs = verified(s.end())
    assert texts(cs)[:4] == ["echo one; false", " echo 'ä;%25'", "cd %s" % d("sub"),
                             "echo [(set -q AUDITREC_NONCE; echo $status)]"], texts(cs)
    assert [c.get("status") for c in cs][:4] == [1, 0, 0, 0]
    assert cs[3]["cwd"] == os.path.join(d.path, "sub")
    assert b"[1]" in s.t.out


def test_systemd_contexts(d):
    t = rec("-q", "-o", d("s.audit"), "sh", "-c",
            "printf '\\033]3008;start=ab;type=shell;cwd=/tmp\\033\\\\\\\\';"
            "printf '\\033]3008;start=cd;type=command;cwd=/usr;cmdline=a\\\\x3bb\\033\\\\\\\\out';"
            "printf '\\033]3008;end=xx;exit=success\\033\\\\\\\\';"
            "printf '\\033]3008;end=cd;exit=failure;status=4\\033\\\\\\\\'")
    assert t.wait() == 0
    (c,) = commands(decode(d("s.audit")))
    assert (c["text"], c["cwd"], c["status"], c["origin"], c["trust"]) == (
        "a;b", "/usr", 4, "osc3008", "claim"), c


def test_nothing_is_traced(d):
    s = bash(d, args=("--trace", "none"))
    s.run("echo ${AUDITREC_NONCE-none}")
    cs = s.end()
    assert cs == []
    assert b"\nnone\r\n" in shown(s.t.out), s.t.out
    (src,) = events(s.ms, "source")
    assert src["active"] == [] and len(src["inactive"]) == 3


def test_sources_without_a_terminal(d):
    st, out, err = run("-o", d("a"), "--trace", "marks,foreground", "sh", "-c", "printf '\\033]133;C\\a'")
    assert (st, out, err) == (0, b"\033]133;C\a", b"")
    ms = decode(d("a"))
    (src,) = events(ms, "source")
    assert src["active"] == [] and "marks: the session has no terminal" in src["inactive"], src
    assert commands(ms) == []


def test_foreground_without_marks(d):
    need("bash")
    s = Shell(d, "bash", "--norc", "-i", env={"PS1": "P> "})
    s.t.send(b"sleep 600 600\r")
    s.t.until(lambda: any(e.get("argv") == ["sleep", "600", "600"]
                          for e in events(decode(s.file), "process-exec")), "not sampled")
    s.t.send(b"\x03")
    s.t.expect(b"P> ")
    s.end()
    e = events(s.ms, "process-exec")
    assert len(e) == 1 and e[0]["sampled"] and e[0]["source"] == "foreground", e
    assert e[0]["exe"].endswith("/sleep") and e[0]["uid"] == os.getuid() and e[0]["cwd"] == os.getcwd()


def test_foreground_is_silent_when_marks_tell(d):
    s = bash(d)
    s.t.send(b"sleep 1\r")
    s.t.expect(b"\n")
    s.t.expect(b"P> ")
    s.end()
    assert events(s.ms, "process-exec") == []


def processes_of(ms):
    """Events of starts and ends; a loss that is told, and no connector, are nobody's fault."""
    check_order(ms)
    (src,) = events(ms, "source")
    if "proc" not in src["active"]:
        raise Skip("; ".join(src["inactive"]))
    argv = [e.get("argv") for e in events(ms, "process-exec")]
    assert not any(a and a[0] == "/bin/true" for a in argv), "another's process"
    if any(g["source"] == "proc" for g in events(ms, "gap")):
        raise Skip("the kernel's queue ran over")
    return src, events(ms, "process-exec"), events(ms, "process-exit")


def test_proc_connector_behind_others(d):
    """What a recorder that was given no time has not read when the program ends."""
    os.mkfifo(d("go"))
    t = rec("-q", "-o", d("s.audit"), "--trace", "proc", "sh", "-c", "echo ready; read x <%s; /bin/echo one" % d("go"))
    t.expect(b"ready")
    with open(d("go"), "w") as go:
        stand_still(t.pid)
        subprocess.run(["sh", "-c", "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"], check=True)
    (pid,) = open("/proc/%d/task/%d/children" % (t.pid, t.pid)).read().split()
    t.until(lambda: not alive(int(pid)), "the program goes on")
    os.kill(t.pid, signal.SIGCONT)
    assert t.wait() == 0
    _, ex, end = processes_of(decode(d("s.audit")))
    assert len(ex) == 2 and {e["pid"] for e in ex} == {e["pid"] for e in end} and int(pid) in {e["pid"] for e in ex}, (ex, end)


def test_proc_connector(d):
    with open(d("job"), "w") as f:
        f.write("/bin/echo one\nsh -c 'exit 3'\n(setsid sh -c 'exec sh -c \"exit 5\"' & wait)\n"
                "sh -c 'kill -KILL $$'\nsleep 0.2\nexit 0\n")
    other = subprocess.Popen(["sh", "-c", "while :; do /bin/true; done"])
    try:
        t = rec("-q", "-o", d("s.audit"), "--trace", "foreground,proc", "sh", d("job"))
        assert t.wait() == 0
    finally:
        other.kill()
        other.wait()
    ms = decode(d("s.audit"))
    src, ex, end = processes_of(ms)
    assert "foreground: proc tells of every program" in src["inactive"], src
    assert ex[0]["pid"] and len({e["pid"] for e in end}) == len(end)
    assert len(ex) == 8, ex  # sh, echo, sh, setsid, sh, sh, sh, sleep
    pids = {e["pid"] for e in ex}
    assert {e.get("status") for e in end} >= {0, 3, 5} and 9 in {e.get("signal") for e in end}
    assert pids == {e["pid"] for e in end}
    for e in ex:
        assert "argv" in e or e["missing"], e
        assert ms[0]["timestamp"] <= e["time"] <= ms[-1]["timestamp"]


main(*[f for n, f in list(globals().items()) if n.startswith("test_")])
