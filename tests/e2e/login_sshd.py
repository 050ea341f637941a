# SPDX-License-Identifier: ISC
"""auditrec as the login shell behind a real sshd: everything that logs in works as before, and
each recording holds what it should.  Runs as root in a mount namespace of its own."""
import glob
import hashlib
import json
import os
import signal
import subprocess
import time

import login_host
import rec_lib as lib
from login_host import UID, USER, must, sh, write
from rec_lib import events, of_type, stream, types

H = None
BIG, SMALL = 100 << 20, 4 << 20


def session(ms):
    return events(ms, "session")[0]


def facts(ms):
    return {f["name"]: f for f in session(ms)["facts"]}


def fingerprint(name):
    return must("ssh-keygen", "-lf", H.at(name + ".pub")).split()[1].decode()


def exit_status(ms):
    return of_type(ms, 499)[0]["exitStatus"]


def blob(path, size=BIG, seed=7):
    """Bytes that are no text and do not compress away."""
    with open(path, "wb") as f:
        block = bytes((seed * i * i + i >> 3) & 255 for i in range(1 << 20))
        for i in range(size >> 20):
            f.write(i.to_bytes(8, "big") + block[8:])
    os.chmod(path, 0o644)
    return digest(path)


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            h.update(piece)
    return h.hexdigest()


# ---- terminals and commands ----

def test_interactive_login(d):
    t = lib.Term(H.ssh_argv(flags=["-tt"]))
    t.expect(b"$")
    t.send(b"echo $((20+3))-$0-$SHELL; exit 3\r")
    t.expect(b"23--bash-/bin/bash")
    assert t.wait() == 3
    ms, = H.recordings()
    assert types(ms)[:5] == [0, 104, 105, 199, 301], types(ms)[:8]
    assert of_type(ms, 0)[0]["remoteAddr"] == "127.0.0.1"
    assert of_type(ms, 199)[0]["username"] == USER
    assert of_type(ms, 404) and of_type(ms, 405), types(ms)
    assert exit_status(ms) == 3
    assert b"23--bash-/bin/bash" in stream(ms, lib.OUT)
    assert b"echo $((20+3))" in stream(ms, lib.IN)
    assert facts(ms)["utmp_user"]["value"] == USER
    assert facts(ms)["utmp_host"]["trust"] == "parent"


def test_command(d):
    assert H.ssh("echo out; echo err >&2; exit 4") == (4, b"out\n", b"err\n")
    ms, = H.recordings()
    assert of_type(ms, 403)[0]["program"] == "echo out; echo err >&2; exit 4"
    assert exit_status(ms) == 4


def test_command_recorded_in_full(d):
    H.configure("noninteractive = full\n")
    assert H.ssh("cat; echo err >&2", input=b"in\0put") == (0, b"in\0put", b"err\n")
    ms, = H.recordings()
    assert stream(ms, lib.IN) == stream(ms, lib.OUT) == b"in\0put"
    assert stream(ms, lib.ERR) == b"err\n"


def test_command_on_a_terminal(d):
    t = lib.Term(H.ssh_argv("tty; exit 5", flags=["-t"]))
    assert t.wait() == 5
    ms, = H.recordings()
    assert b"/dev/pts/" in stream(ms, lib.OUT)
    assert of_type(ms, 403)[0]["program"] == "tty; exit 5" and of_type(ms, 404)


def test_without_input(d):
    for flags in (["-n"], ["-T"]):
        assert H.ssh("echo no input", flags=flags) == (0, b"no input\n", b"")
    status, out, _ = H.ssh(flags=["-T"], input=b"echo from stdin\nexit 6\n")
    assert (status, out) == (6, b"from stdin\n")
    H.recordings(3)


def test_words_with_blanks_and_quotes(d):
    command = "printf '%s|' \"a  b\" 'c\\d' $'\\t' \"$HOME\""
    assert H.ssh(command)[1] == ("a  b|c\\d|\t|%s|" % H.at("home")).encode()
    ms, = H.recordings()
    assert of_type(ms, 403)[0]["program"] == command


# ---- transfers ----

def copies(how, n=1, size=BIG):
    want = blob(H.at("blob"), size)
    how(H.at("blob"), H.at("home", "put"), H.at("got"))
    assert digest(H.at("home", "put")) == want, "put"
    assert digest(H.at("got")) == want, "got"
    os.unlink(H.at("got"))
    os.unlink(H.at("home", "put"))
    return H.recordings(n)


def sftp(src, put, got):
    batch = "put %s %s\nget %s %s\n" % (src, put, put, got)
    must("sftp", "-q", "-P", str(H.port), *H.options(), "-b", "-", USER + "@127.0.0.1",
         input=batch.encode())


def scp(*flags):
    def run(src, put, got):
        for a, b in ((src, "%s@127.0.0.1:%s" % (USER, put)),
                     ("%s@127.0.0.1:%s" % (USER, put), got)):
            must("scp", "-q", *flags, "-P", str(H.port), *H.options(), a, b)
    return run


def rsync(src, put, got):
    shell = " ".join(["ssh", "-p", str(H.port)] + H.options())
    for a, b in ((src, "%s@127.0.0.1:%s" % (USER, put)),
                 ("%s@127.0.0.1:%s" % (USER, put), got)):
        must("rsync", "-W", "-e", shell, a, b)


def test_sftp_100_MB_metadata(d):
    ms, = copies(sftp)
    assert of_type(ms, 407)[0]["subsystem"] == "sftp", types(ms)
    assert not of_type(ms, 500), "content was recorded"
    summary = events(ms, "streams")[0]
    assert summary["stdin_bytes"] > BIG and summary["stdout_bytes"] > BIG, summary
    assert len(summary["stdin_sha256"]) == 64


def test_sftp_100_MB_in_full(d):
    H.configure("noninteractive = full\n")
    ms, = copies(sftp)
    assert len(stream(ms, lib.IN)) > BIG


def test_sftp_not_recorded(d):
    H.configure("noninteractive = none\n")
    copies(sftp, 0, SMALL)


def test_scp(d):
    copies(scp(), 2, SMALL)


def test_old_scp(d):
    first, _ = copies(scp("-O"), 2, SMALL)
    assert of_type(first, 403)[0]["program"].startswith("scp -t "), of_type(first, 403)


def test_rsync(d):
    lib.need("rsync")
    first, _ = copies(rsync, 2, SMALL)
    assert of_type(first, 403)[0]["program"].startswith("rsync --server")


def test_git_clone(d):
    lib.need("git")
    repo = H.at("home", "repo")
    env = dict(os.environ, HOME=d.path, GIT_SSH_COMMAND=" ".join(
        ["ssh", "-p", str(H.port)] + H.options()), GIT_CONFIG_NOSYSTEM="1")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*"]
    must("git", "init", "-q", repo, env=env)
    blob(os.path.join(repo, "blob"), 4 << 20)
    must("git", *who, "-C", repo, "add", ".", env=env)
    must("git", *who, "-C", repo, "commit", "-q", "-m", "one", env=env)
    must("chown", "-R", "%d:%d" % (UID, UID), repo)
    must("git", "clone", "-q", "%s@127.0.0.1:%s" % (USER, repo), d("clone"), env=env)
    assert digest(d("clone/blob")) == digest(os.path.join(repo, "blob"))
    ms, = H.recordings()
    assert of_type(ms, 403)[0]["program"].startswith("git-upload-pack")


# ---- who came and how ----

def test_forced_command(d):
    assert H.ssh("rm", "-rf", "/", key="forced") == (0, b"forced\nrm -rf /\n", b"")
    ms, = H.recordings()
    assert facts(ms)["ssh_original_command"]["value"] == "rm -rf /"
    assert facts(ms)["ssh_original_command"]["trust"] == "parent"


def test_public_key(d):
    H.ssh("true")
    ms, = H.recordings()
    key = open(H.at("user.pub")).read().split()
    assert of_type(ms, 105)[0] == {"username": USER, "key": " ".join(key[:2])}
    how, = session(ms)["authentication"]
    assert how["method"] == "publickey" and how["trust"] == "parent"
    assert how["fingerprint"] == fingerprint("user")


def test_certificate(d):
    H.ssh("true", key="certified")
    ms, = H.recordings()
    how, = session(ms)["authentication"]
    assert how["fingerprint"] == fingerprint("certified")
    cert = how["certificate"]
    assert (cert["key_id"], cert["serial"], cert["principals"]) == ("key of joe", 4711, [USER])
    assert cert["ca_fingerprint"] == fingerprint("ca")


def by_password(method, secret=login_host.SECRET, user=USER):
    flags = ["-o", "PreferredAuthentications=" + method]
    return sh("setsid", "ssh", "-p", str(H.port), *H.options(None), *flags,
              user + "@127.0.0.1", "echo in", env=H.secret_env(secret),
              stdin=subprocess.DEVNULL)


def need_pam():
    if not os.path.exists(H.at("bin", "pam_auditrec.so")):
        raise lib.Skip("built without PAM")


def test_password_through_PAM(d):
    need_pam()
    assert by_password("password").stdout == b"in\n"
    ms, = H.recordings()
    assert types(ms)[:4] == [0, 100, 101, 199], types(ms)[:6]
    assert of_type(ms, 101)[0]["password"] == b""
    assert facts(ms)["pam_service"] == {"name": "pam_service", "value": "sshd",
                                        "source": "pam_auditrec", "trust": "parent"}
    assert login_host.SECRET.encode() not in open(H.paths()[0], "rb").read()
    assert not os.path.exists(H.at("rec", "failed"))


def test_keyboard_interactive_through_PAM(d):
    need_pam()
    assert by_password("keyboard-interactive").stdout == b"in\n"
    ms, = H.recordings()
    assert types(ms)[:4] == [0, 108, 109, 199], types(ms)[:6]
    assert facts(ms)["pam_user"]["value"] == USER


def failed(method, **kw):
    need_pam()
    assert by_password(method, **kw).returncode == 255
    ms, = H.recordings(who="failed")
    assert not os.path.exists(H.at("rec", USER))
    assert of_type(ms, 0)[0]["remoteAddr"] == "127.0.0.1"
    assert session(ms)["service"] == "sshd"
    assert b"wrong" not in open(H.paths("failed")[0], "rb").read()
    return ms


def test_wrong_password_leaves_a_recording(d):
    ms = failed("password", secret="wrong")
    assert types(ms) == [0, 400, 100, 102, 1] and of_type(ms, 102)[0]["username"] == USER


def test_wrong_answer_leaves_a_recording(d):
    ms = failed("keyboard-interactive", secret="wrong")
    assert types(ms) == [0, 400, 110, 1] and USER in of_type(ms, 110)[0].values(), ms


def test_unknown_user_leaves_a_recording(d):
    ms = failed("password", secret="wrong", user="nobody-like-that")
    assert of_type(ms, 102)[0]["username"] == "nobody-like-that"


def test_failed_and_other_logins_are_told(d):
    """What the setting "events" names gets both, while it happens."""
    need_pam()
    H.configure("events = %s\nevents-format = json\n" % H.at("rec", "told"))
    assert by_password("password", secret="hunter2").returncode == 255
    H.recordings(who="failed")
    assert H.ssh("exit 3")[0] == 3
    H.recordings()
    lines = []
    for path in sorted(glob.glob(H.at("rec", "told.*"))):
        lines.append([json.loads(line) for line in open(path)])
        os.unlink(path)
    assert len(lines) == 2, lines
    lines.sort(key=lambda ls: "failed" not in ls[0]["file"])
    assert [(l["event"], l["outcome"]) for l in lines[0]] == [
        ("connect", "success"), ("login", "failure"), ("auth_password", "unknown"),
        ("auth_password", "failure"), ("disconnect", "success")], lines[0]
    assert {l["user"] for ls in lines for l in ls} == {USER} and "hunter2" not in repr(lines)
    assert lines[1][0]["file"] == H.paths()[0]
    assert ("program_exit", "failure") in [(l["event"], l["outcome"]) for l in lines[1]]


def test_nested_logins_say_so(d):
    inner = "%s -c 'echo deep'" % H.at("bin", "auditrec")
    status, out, _ = H.ssh("env -u AUDITREC_RECORDER SSH_CLIENT=forged %s" % inner)
    assert (status, out) == (0, b"deep\n")
    all_ = H.recordings(2)
    trust = sorted(facts(ms)["ssh_client"]["trust"] for ms in all_)
    assert trust == ["claim", "parent"], trust


# ---- what goes wrong ----

def test_two_at_once(d):
    a, b = lib.Term(H.ssh_argv(flags=["-tt"])), lib.Term(H.ssh_argv(flags=["-tt"]))
    for t, text in ((a, b"AA"), (b, b"BB")):
        t.expect(b"$")
        t.send(b"echo " + text + b"$((1+1)); exit\r")
    for t, text in ((a, b"AA2"), (b, b"BB2")):
        t.expect(text)
        assert t.wait() == 0
    outs = [stream(ms, lib.OUT) for ms in H.recordings(2)]
    assert sorted((b"AA2" in o, b"BB2" in o) for o in outs) == [(False, True), (True, False)]


def test_connection_cut_in_the_middle(d):
    t = lib.Term(H.ssh_argv(flags=["-tt"]))
    t.expect(b"$")
    t.send(b"echo be$((1+1))fore; sleep 1000\r")
    t.expect(b"be2fore")
    t.until(lambda: H.processes("sleep"), "no program")
    os.kill(t.pid, signal.SIGKILL)
    ms, = H.recordings()
    assert b"be2fore" in stream(ms, lib.OUT)
    end = time.monotonic() + lib.PATIENCE
    while H.processes("sleep"):
        assert time.monotonic() < end, "the program was left behind"
        time.sleep(0.02)


def test_recorder_killed(d):
    t = lib.Term(H.ssh_argv(flags=["-tt"]))
    t.expect(b"$")
    t.send(b"echo be$((1+1))fore\r")
    t.expect(b"be2fore")
    ms = []
    t.until(lambda: b"be2fore" in stream(H.recordings(ended=False)[0], lib.OUT), "not flushed")
    H.kill("auditrec")
    t.wait()
    ms, = H.recordings(ended=False)
    assert b"be2fore" in stream(ms, lib.OUT)
    t = lib.Term(H.ssh_argv("echo again", flags=["-t"]))
    t.expect(b"again")
    assert t.wait() == 0
    H.recordings(2, ended=False)  # nothing stale switches recording off


def test_disk_full(d):
    small = H.at("rec", USER)
    os.mkdir(small)
    must("mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", small)
    try:
        t = lib.Term(H.ssh_argv("head -c 3000000 /dev/urandom | base64; echo end", flags=["-t"]))
        assert t.wait() != 0
        assert b"auditrec: " in t.out, t.out[-300:]
        status, out, err = H.ssh("echo still here")
        assert status != 0 and out == b"" and err.count(b"\n") == 1, (status, out, err)
    finally:
        must("umount", "-l", small)


def test_break_glass(d):
    H.configure("break-glass = %s\n" % USER)
    write(H.at("rec", USER), "in the way")
    status, out, err = H.ssh("echo let in")
    os.unlink(H.at("rec", USER))
    assert (status, out) == (0, b"let in\n"), (status, out, err)


def test_missing_shell(d):
    H.configure("shell = /nowhere/sh\n")
    assert H.ssh("echo fell back")[:2] == (0, b"fell back\n")
    H.recordings()


def test_garbage_locale(d):
    for value in ("en_US.ISO-8859-1", "\xff\xfe", "../../x", "A" * 2000):
        env = dict(os.environb)
        env[b"LC_ALL"] = value.encode("latin-1")
        status, out, err = H.ssh("echo fine", flags=["-o", "SendEnv=LC_ALL"], env=env)
        assert (status, out) == (0, b"fine\n"), (value[:20], status, out, err)
    H.recordings(4)


def test_fifty_in_parallel(d):
    ps = [subprocess.Popen(H.ssh_argv("echo n%d" % i), stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(50)]
    for i, p in enumerate(ps):
        out, err = p.communicate(timeout=lib.PATIENCE * 3)
        assert (p.returncode, out) == (0, b"n%d\n" % i), (i, p.returncode, out, err)
    programs = sorted(of_type(ms, 403)[0]["program"] for ms in H.recordings(50))
    assert programs == sorted("echo n%d" % i for i in range(50))


def test_link_name_is_the_shell(d):
    H.shell(H.at("bin", "auditrec-bash"))
    try:
        assert H.ssh("echo $BASH_VERSION")[1].strip()
    finally:
        H.shell(H.at("bin", "auditrec"))
    H.recordings()


def test_force_command(d):
    """ForceCommand auditrec -l, where the account keeps its own shell."""
    H.shell("/bin/bash")
    H.stop_sshd()
    H.start_sshd("ForceCommand %s -l" % H.at("bin", "auditrec"))
    try:
        assert H.ssh("echo $((2+3)); exit 8")[:2] == (8, b"5\n")
        t = lib.Term(H.ssh_argv(flags=["-tt"]))
        t.expect(b"$")
        t.send(b"exit 9\r")
        assert t.wait() == 9
        sftp(H.at("user.pub"), H.at("home", "put"), d("got"))
    finally:
        H.shell(H.at("bin", "auditrec"))
        H.stop_sshd()
        H.start_sshd()
    first, second, third = H.recordings(3)
    assert of_type(first, 403)[0]["program"] == "echo $((2+3)); exit 8"


if __name__ == "__main__":
    login_host.main(globals())
