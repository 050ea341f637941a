# SPDX-License-Identifier: ISC
"""auditlog redact over sessions of real programs.  What is left of a secret is looked for by the
player's search, and by a plain walk over the bytes that shares nothing with ours."""
import hashlib
import re

from auditfile import *
import auditfile
from rec_lib import *

AUDITLOG = os.path.join(os.environ.get("builddir", os.getcwd()), "auditlog")
SECRET = "Xk9.hunter2.Zq7"
SEQUENCE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-~]|\x1b[=>78cDEHMNOZ]|[\0-\x09\x0b-\x1a\x1c-\x1f\x7f]")


def log(*args, stdin=None):
    p = subprocess.run([AUDITLOG] + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=PATIENCE * 2, input=stdin)
    return p.returncode, p.stdout, p.stderr.decode()


def good(*args, **kw):
    status, out, err = log(*args, **kw)
    assert status == 0, (args, status, err)
    return out


def texts(ms):
    """Everything in messages that could be read, bytes as they are and without sequences."""
    for n in (IN, OUT, ERR):
        raw = stream(ms, n)
        yield raw
        yield SEQUENCE.sub(b"", raw)
        yield SEQUENCE.sub(b"", raw).replace(b"\n", b"")
    for m in ms:
        if m["type"] != 500:
            yield repr(m["payload"]).encode()
            yield m["connectionId"].encode()


def holds(path, secret=SECRET):
    ms = decode(path)
    found = [t for t in texts(ms) if secret.encode() in t]
    for scope in ("--shown", "--typed", "--events"):
        status, out, err = log("grep", scope, "-F", secret, path)
        assert status in (0, 1), err
        if status == 0:
            found.append(out)
    return found


def expect_redacted(d, path, *secrets):
    """PATH redacted by each secret has nothing of it; all other messages are as they were."""
    out = d("redacted")
    args = [a for s in secrets or (SECRET,) for a in ("--text", s)]
    assert holds(path, (secrets or (SECRET,))[0]), "nothing to redact"
    good("redact", "--overwrite", *args, path, out)
    for s in secrets or (SECRET,):
        assert not holds(out, s), holds(out, s)
    before, after = decode(path), decode(out)
    edits = [m for m in after if m["type"] == 400
             and m["payload"]["requestType"] == "edited@auditrec"]
    assert len(edits) == 1
    event = json.loads(edits[0]["payload"]["payload"])
    assert event["what"] == "redact" and event["places"] > 0, event
    assert event["sha256"] == hashlib.sha256(open(path, "rb").read()).hexdigest()
    after.remove(edits[0])
    assert len(before) == len(after)
    for a, b in zip(before, after):
        assert (a["type"], a["timestamp"], a["channelId"]) == (b["type"], b["timestamp"], b["channelId"])
        if a["type"] == 500:
            expect_masked(a["payload"]["data"], b["payload"]["data"])
        elif a["type"] == 400:
            expect_masked(a["payload"]["payload"], b["payload"]["payload"])
    return after


def expect_masked(a, b):
    """ASCII sessions: each byte is what it was, or a mask."""
    assert len(a) == len(b), (a, b)
    for x, y in zip(a, b):
        assert x == y or y == ord("*"), (a, b)


class Session:
    def __init__(self, d, *argv, cols=80, rows=24, env=None):
        self.file = d("s.audit")
        e = {"HOME": d.path, "LC_ALL": "C", "TERM": "xterm"}
        e.update(env or {})
        self.t = rec("-q", "-o", self.file, "--", *argv, cols=cols, rows=rows, env=e)

    def type(self, text):
        """Key by key, as a person does."""
        for c in text if isinstance(text, bytes) else text.encode():
            self.t.send(bytes([c]))
            self.t.pump(0.002)

    def run(self, line, prompt=b"P> "):
        self.type(line + "\r")
        self.t.expect(prompt)

    def end(self, keys=b"exit\r"):
        self.t.send(keys)
        self.t.wait()
        return self.file


def bash(d, **kw):
    need("bash")
    s = Session(d, "bash", "--norc", "-i", env={"PS1": "P> "}, **kw)
    s.t.expect(b"P> ")
    return s


def test_typed_at_a_prompt(d):
    s = bash(d)
    s.run("echo " + SECRET)
    s.run("echo Xk9.hux\x7fnter2.Zq7")
    s.run("k9.hunter2.Zq7\001echo X\005")
    s.run("export PASSWORD=" + SECRET)
    s.run("\x1b[A")
    s.run("printf '\\033[31mXk9.\\033[1mhunter2\\033[0m.Zq7\\n'")
    s.run("printf '\\033]0;%s\\a' " + SECRET)
    s.run("printf 'k9.hunter2.Zq7\\r\\033[@X\\n'")
    expect_redacted(d, s.end())


def test_wrapped_by_the_terminal_and_by_readline(d):
    s = bash(d, cols=30, rows=6)
    for n in range(8, 26, 3):
        s.run("echo " + "a" * n + " " + SECRET)
    expect_redacted(d, s.end())


def test_vim(d):
    need("vim")
    s = Session(d, "vim", "-u", "NONE", "-N", d("f"), cols=40, rows=12)
    s.t.expect(b"~")
    s.type("ipassword: Xk9.hunter2.Zq7 and more\x1b")
    s.type("yy5p:set number showcmd ruler\r")
    s.type("o" + "word " * 5 + "Xk9.huntee\x7fr2.Zq7 end\x1b")
    s.type("ggjxuG:%s/and/or/\r/hunter\rn:5\r0iabc\x1b")
    s.type("ggdGihunter2.Zq7\x1b0iXk9.\x1b")
    expect_redacted(d, s.end(b":wq\r"))


def test_less(d):
    need("less")
    with open(d("f"), "w") as f:
        for i in range(200):
            f.write("line %d %s%s\n" % (i, "x" * (i % 60), SECRET if i % 3 == 0 else ""))
    s = Session(d, "less", "-N", d("f"), cols=50, rows=10)
    s.t.expect(b"line 1")
    for keys in ("   ", "b", "jjjjj", "kk", "/hunter\r", "n", "G", "g"):
        s.type(keys)
        s.t.pump(0.1)
    expect_redacted(d, s.end(b"q"))


def test_tmux_with_two_panes(d):
    need("tmux", "bash")
    with open(d("conf"), "w") as f:
        f.write("set -g assume-paste-time 0\n")
    socket = "redact%d" % os.getpid()
    s = Session(d, "tmux", "-L", socket, "-f", d("conf"), "new", "-s", "x",
                "env PS1='P> ' bash --norc -i", cols=60, rows=12)

    def tmux(*words):
        subprocess.run(["tmux", "-L", socket, *words], check=True, timeout=PATIENCE)

    try:
        s.t.expect(b"P> ")
        s.run("echo " + SECRET)
        # not by keys: what is typed before tmux has done as they say goes elsewhere
        tmux("split-window", "-h", "env PS1='Q> ' bash --norc -i")
        s.t.expect(b"Q> ")
        for n in (3, 8, 12, 15):
            s.run("echo " + "b" * n + " " + SECRET, b"Q> ")
        tmux("select-pane", "-t", ":.+")
        s.run("echo hello " + SECRET)
        for n in (6, 10, 14):
            s.run("echo " + "a" * n + SECRET)
        s.type(b"\x02z")
        s.t.pump(0.3)
        s.type(b"\x02z")
        s.t.pump(0.3)
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], stderr=subprocess.DEVNULL)
    expect_redacted(d, s.end(b""))


# ---- files of our own ----

MS = 10**6


def write_session(path, extra=()):
    ms = sample()
    ms[6:6] = list(extra)
    auditfile.write(path, ms)
    return path


def test_every_place(d):
    a, ms = d("a.audit"), sample()
    at = next(i for i, m in enumerate(ms) if m["type"] == 500)
    t = ms[at]["timestamp"] - START
    ms[at:at] = [
        message(t, 402, {"requestId": 90, "name": "PW", "value": SECRET}),
        vendor(t, "marker", label="m " + SECRET),
        vendor(t, "process-exec", argv=["login", "-p", SECRET], pid=1),
        vendor(t, "command", text="curl -u ann:" + SECRET, phase="start"),
        io(t, b"\x1b]52;c;" + __import__("base64").b64encode(SECRET.encode()) + b"\x07"),
        io(t, b"\x1b]8;;https://h/?q=" + SECRET.replace(".", "%2e").encode() + b"\x07link\x1b]8;;\x07"),
        io(t, SECRET.encode(), 0),
        io(t, SECRET[:5].encode()), io(t, b"\x1b[1m" + SECRET[5:].encode()),
    ]
    auditfile.write(a, ms)
    after = expect_redacted(d, a)
    assert b"NjkuaHVudGVyMi5acTc" not in stream(after, OUT)
    assert b"hunter2" not in stream(after, OUT)


def test_formats(d):
    a = write_session(d("a.audit"), [vendor(5 * MS, "marker", label=SECRET)])
    cast = d("a.cast")
    good("convert", a, cast)
    for out in ("b.cast", "b.audit"):
        good("redact", "-T", SECRET, cast, d(out))
        assert SECRET.encode() not in good("decode", d(out))
        assert b"No original" in good("info", d(out))
    good("redact", "-T", SECRET, "--hide-source", a, d("hidden"))
    (event,) = events(decode(d("hidden")), "edited")
    assert not {"file", "bytes", "sha256"} & set(event), event
    for out in ("ttyrec", "tlog", "typescript", "sudo"):
        status, _, err = log("redact", "-f", out, "-T", SECRET, a, d("c"))
        assert status == 2 and err.count("\n") == 1 and "no original" in err, (out, err)
        assert not os.path.exists(d("c")), out
    status, _, err = log("redact", "-T", SECRET, a, "-")
    assert status == 2 and err.count("\n") == 1, err


def test_what_no_file_holds(d):
    """The ids that readers give to recordings without any are no text of theirs."""
    with open(d("a.cast"), "w") as f:
        f.write('{"version":2,"width":80,"height":24}\n[1,"o","it is deadbeef"]\n')
    for b in ("b.cast", "b.audit"):
        _, _, err = log("redact", "--hide-source", "-e", "[0-9a-f]{8,}", d("a.cast"), d(b))
        assert err == "auditlog: %s: 1 place masked: regex-1 1\n" % d(b), err
        assert good("convert", "-f", "raw", d(b), "-") == b"it is ********"


def test_rules_from_a_file(d):
    a = write_session(d("a.audit"), [io(5 * MS, b"card 4111 1111 1111 1111 pin 1234\r\n")])
    with open(d("rules"), "w") as f:
        f.write("# rules\ncard  regex@shown  \\b(?:\\d[ -]?){15,16}\\b\n"
                "pin   regex   pin \\K\\d+\n\n")
    good("redact", "--rule", d("rules"), a, d("b.audit"))
    assert b"card ********************pin ****\r\n" in stream(decode(d("b.audit")), OUT)
    for line, why in (("x", "NAME KIND PATTERN"), ("x what y", "text, regex or lines"),
                      ("x regex (" + SECRET, "line 1"), ("x text@here y", "shown, typed, events"),
                      ("a/b text y", "name")):
        with open(d("bad"), "w") as f:
            f.write(line + "\n")
        status, _, err = log("redact", "--rule", d("bad"), a, d("c.audit"))
        assert status == 2 and why in err and SECRET not in err, err
    assert not os.path.exists(d("c.audit"))


def test_presets(d):
    key = "\r\n".join(["-----BEGIN RSA PRIVATE KEY-----"] + ["MIIEpQIBAAKCAQEA" * 4] * 30 +
                      ["abcDEF12", "-----END RSA PRIVATE KEY-----", "after", ""])
    found = {
        "aws": "AKIAIOSFODNN7EXAMPLE", "hub": "ghp_" + "a1B2" * 9, "bearer": "abc.def-123",
        "password": "s3same", "url": "0pen", "short": "abcDEF12", "line": "MIIEpQIBAAKCAQEA",
    }
    text = ("id %(aws)s\r\n%(hub)s\r\ncurl -H 'Authorization: Bearer %(bearer)s' x\r\n"
            "PASSWORD=%(password)s\r\nhttps://ann:%(url)s@host/\r\n" % found) + key
    a = write_session(d("a.audit"), [io(5 * MS, text.encode())])
    good("redact", "--preset", "all", a, d("b.audit"))
    out = stream(decode(d("b.audit")), OUT)
    for name, secret in found.items():
        assert secret.encode() not in out, (name, out)
    for stays in (b"BEGIN RSA", b"END RSA", b"after", b"PASSWORD=", b"https://ann:", b"@host/"):
        assert stays in out, stays
    status, _, err = log("redact", "--preset", "nothing", a, d("c.audit"))
    assert status == 2 and "no preset" in err


def test_dry_run(d):
    a = write_session(d("a.audit"), [io(5 * MS, b"see " + SECRET.encode())])
    before = sorted(os.listdir(d.path))
    rows = [json.loads(l) for l in good("redact", "-T", SECRET, "-n", "--json", a).splitlines()]
    assert [(r["place"], r["rule"], r["at"]) for r in rows] == [("shown", "text-1", 0.005)], rows
    assert SECRET.encode() not in good("redact", "-T", SECRET, "-n", a)
    assert SECRET.encode() in good("redact", "-T", SECRET, "-n", "--show", a)
    assert sorted(os.listdir(d.path)) == before


def test_input_and_times(d):
    a, b = write_session(d("a.audit"), [io(5 * MS, b"typed", 0)]), d("b.audit")
    good("redact", "--drop-input", a, b)
    assert stream(decode(b), IN) == b"" and stream(decode(b), OUT) == stream(decode(a), OUT)
    (event,) = events(decode(b), "edited")
    assert event["input_dropped"] > 0
    good("redact", "--overwrite", "--between", "0..end", a, b)
    text = SEQUENCE.sub(b"", stream(decode(b), OUT)).replace(b"\n", b"")
    assert set(text) <= set(b"*") | set("\uff0a\u034f".encode()) | {0x1b}, text
    for bad in ("1", "2..1", "x..y", "1.."):
        status, _, err = log("redact", "--overwrite", "--between", bad, a, b)
        assert status == 2 and err.count("\n") == 1, (bad, err)


def test_nothing_is_written_when_something_is_left(d):
    """A rule that finds something else in what it has left itself."""
    a, b = write_session(d("a.audit"), [io(5 * MS, b"1abcd2\r\n")]), d("b.audit")
    status, _, err = log("redact", "-e", "(?<=[1*])[a-d](?=[b-d*]|$)", a, b)
    assert (status, os.path.exists(b)) in ((0, True), (1, False)), (status, err)
    status, _, err = log("redact", "-e", "1\\K[a-z]|\\*\\K[a-z]", a, b)
    assert status == 1 and "still there" in err and not os.path.exists(b), err


def test_presets_find_nothing_in_their_own_masks(d):
    line = b"mysql --password abc123 password=abc123 ftp://ann:abc123@host\r"
    for n in (IN, OUT):
        a = write_session(d("a.audit"), [io(5 * MS, line, n)])
        good("redact", "--overwrite", "--preset", "all", a, d("b.audit"))
        assert b"abc123" not in stream(decode(d("b.audit")), n)
        good("redact", "--overwrite", "--preset", "all", d("b.audit"), d("c.audit"))


def test_wrong_use(d):
    a = write_session(d("a.audit"))
    for args in ((a, d("b")), ("-T", "", a, d("b")), ("-T", "x", a), ("-T", "x", a, a),
                 ("-e", "(", a, d("b")), ("-T", "x", "--mask", "ab", a, d("b")),
                 ("-T", "x", "--mask", " ", a, d("b")), ("-T", "x", "--json", a, d("b")),
                 ("-T", "x", d("none"), d("b")), ("--rule", d("none"), a, d("b"))):
        status, _, err = log("redact", *args)
        assert status == 2 and err.count("\n") == 1, (args, status, err)
    assert not os.path.exists(d("b"))
    with open(d("keep"), "w") as f:
        f.write("precious")
    status, _, err = log("redact", "-T", "x", a, d("keep"))
    assert status == 2 and open(d("keep")).read() == "precious"


def test_the_name_of_the_file(d):
    """It is told in an event of its own, in front of one that is masked, too."""
    ms, word = sample(), "hunter2"
    ms[3]["payload"]["payload"] = was = json.dumps({"user": word, "cwd": "/home/" + word}).encode()
    auditfile.write(d(word + ".audit"), ms)
    good("redact", "-T", word, d(word + ".audit"), d("b.audit"))
    edited, now = [m["payload"]["payload"] for m in decode(d("b.audit")) if m["type"] == 400][:2]
    assert json.loads(edited)["file"] == "*******.audit", edited
    assert now == was.replace(word.encode(), b"*******"), now


def test_from_a_pipe(d):
    a, b = write_session(d("a.audit"), [io(5 * MS, SECRET.encode())]), d("b.audit")
    good("redact", "-T", SECRET, "-", b, stdin=open(a, "rb").read())
    assert not holds(b)


main(*[f for n, f in list(globals().items()) if n.startswith("test_")])
