#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""usage: bench/logins.py [transfers]

What logs in, through a real sshd, to an account whose shell is the bare one, auditrec, or
another recorder: does it work as before?  Prints a table; `make bench` calls it, as root.  With
"transfers" only sftp is timed.  The host is that of the tests, in a mount namespace of its own."""
import hashlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "../tests/e2e")]
os.environ.setdefault("PATIENCE", "15")  # a login that hangs is one that does not work

import login_host
import login_sshd
import rec_lib as lib
from login_host import UID, USER, sh
import show
from show import table

BLOB = bytes(range(256)) * 4096
H = None


class Host(login_host.Host):
    """With what tlog wants: a locale, and that everybody may write utmp."""

    def options(self, key="user"):
        return super().options(key) + ["-o", "SendEnv=LANG"]

    def start_sshd(self, extra=""):
        os.environ["LANG"] = "C.UTF-8"
        os.chmod("/run/utmp", 0o666)
        super().start_sshd(extra)


def give(words, want, flags=(), **kw):
    seen = H.ssh(*words, flags=list(flags), **kw)
    assert seen[:len(want)] == want, repr(seen)[:200]


def interactive():
    t = lib.Term(H.ssh_argv(flags=["-tt"]))
    t.expect(b"$")
    t.send(b"stty -echo; echo $((20+3))-; exit 3\r")
    t.expect(b"23-")
    assert t.wait() == 3, t.status


def command():
    give(["echo out; echo err >&2; exit 7"], (7, b"out\n", b"err\n"))


def command_on_a_terminal():
    give(["test -t 0 && test -t 1 && echo a terminal; exit 5"], (5, b"a terminal\r\n"), ["-tt"])


def without_input():
    give(["echo out"], (0, b"out\n", b""), ["-n"])


def commands_as_input():
    give([], (6, b"from stdin\n"), ["-T"], input=b"echo from stdin\nexit 6\n")


def any_bytes():
    give(["cat"], (0, BLOB, b""), input=BLOB)


def half_close():
    give(["wc -c; echo after"], (0, b"%d\nafter\n" % len(BLOB)), input=BLOB)


def output_before_the_end():
    """What a program says is heard while it still waits for its input."""
    p = subprocess.Popen(H.ssh_argv("echo ready; read x; echo $x"), stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        said = p.stdout.readline()
        assert said == b"ready\n", said
        assert p.communicate(b"go\n", timeout=lib.PATIENCE)[0] == b"go\n"
    finally:
        p.kill()
        p.wait()


def killed_by_a_signal():
    give(["kill -TERM $$"], (255,))


def words_and_quotes():
    give(["printf '%s|' \"a  b\" 'c\\d' $'\\t'"], (0, b"a  b|c\\d|\t|", b""))


def transfer(how):
    def run():
        with open(H.at("blob"), "wb") as f:
            f.write(BLOB * 4)
        os.chmod(H.at("blob"), 0o644)
        how(H.at("blob"), H.at("home", "put"), H.at("got"))
        for name in (H.at("home", "put"), H.at("got")):
            with open(name, "rb") as f:
                assert f.read() == BLOB * 4, name
            os.unlink(name)
    return run


def git_clone():
    repo, clone = H.at("home", "repo"), H.at("clone")
    env = dict(os.environ, HOME=H.root, GIT_CONFIG_NOSYSTEM="1",
               GIT_SSH_COMMAND=" ".join(["ssh", "-p", str(H.port)] + H.options()))
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*"]
    shutil.rmtree(repo, ignore_errors=True)
    shutil.rmtree(clone, ignore_errors=True)
    login_host.must("git", "init", "-q", repo, env=env)
    with open(repo + "/blob", "wb") as f:
        f.write(BLOB)
    login_host.must("git", *who, "-C", repo, "add", ".", env=env)
    login_host.must("git", *who, "-C", repo, "commit", "-q", "-m", "one", env=env)
    login_host.must("chown", "-R", "%d:%d" % (UID, UID), repo)
    login_host.must("git", "clone", "-q", "%s@127.0.0.1:%s" % (USER, repo), clone, env=env)


def forced_command():
    give(["something else"], (0, b"forced\nsomething else\n", b""), key="forced")


def certificate():
    give(["echo in"], (0, b"in\n", b""), key="certified")


def password():
    give(["echo in"], (0, b"in\n", b""), key=None, env=H.secret_env(login_host.SECRET))


def at_once(n):
    def run():
        all_ = [subprocess.Popen(H.ssh_argv("echo %d; sleep 0.2" % i), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for i in range(n)]
        said = [p.communicate(timeout=4 * lib.PATIENCE)[0] for p in all_]
        wrong = [i for i in range(n) if said[i] != b"%d\n" % i]
        assert not wrong, "%d of %d" % (len(wrong), n)
    return run


def garbage_locale():
    give(["echo in"], (0, b"in\n"), ["-o", "SendEnv=LC_ALL"],
         env=dict(os.environ, LC_ALL="xx_YY.garbage\x01"))


def su(*words, env=None):
    def run():
        p = sh(*words, "su", "-", USER, "-c", "echo in; exit 4", stdin=subprocess.DEVNULL, env=env)
        assert (p.returncode, p.stdout) == (4, b"in\n"), p
    return run


def covered(folder, check):
    """CHECK where nothing can be made in FOLDER."""
    def run():
        login_host.must("mount", "-t", "tmpfs", "-o", "ro", "none", folder)
        try:
            check()
        finally:
            login_host.must("umount", folder)
    return run


def connection_cut():
    """Whose terminal goes away does not run on for ever."""
    t = lib.Term(H.ssh_argv("sleep 3000", flags=["-tt"]))
    t.until(lambda: H.processes("sleep"), "it does not begin")
    os.kill(t.pid, signal.SIGKILL)
    t.until(lambda: not H.processes("sleep"), "it runs on")


CHECKS = [
    ("interactive", interactive), ("ssh HOST COMMAND: output, errors, status", command),
    ("ssh -t", command_on_a_terminal), ("ssh -n", without_input),
    ("ssh -T, commands as input", commands_as_input), ("any bytes, both ways", any_bytes),
    ("half-close", half_close), ("output before the input's end", output_before_the_end),
    ("end by a signal", killed_by_a_signal), ("blanks and quotes", words_and_quotes),
    ("sftp put and get", transfer(login_sshd.sftp)), ("scp", transfer(login_sshd.scp())),
    ("scp -O", transfer(login_sshd.scp("-O"))), ("rsync", transfer(login_sshd.rsync)),
    ("git clone", git_clone), ("forced command", forced_command), ("certificate", certificate),
    ("password through PAM", password), ("two at once", at_once(2)), ("50 at once", at_once(50)),
    ("LC_ALL garbage", garbage_locale), ("su - USER -c", su()),
    ("the environment of cron", su("env", "-i", "PATH=/usr/bin:/bin")),
    ("/tmp cannot be written", covered("/tmp", without_input)),
    ("/run/tlog cannot be written", covered("/run/tlog", without_input)),
    ("connection cut", connection_cut),
]


def shells():
    found = {"bare": "/bin/bash", "auditrec": H.at("bin", "auditrec")}
    if path := shutil.which("tlog-rec-session"):
        os.makedirs("/run/tlog", exist_ok=True)
        os.chmod("/run/tlog", 0o1777)
        os.makedirs("/etc/tlog", exist_ok=True)
        os.mkdir(H.at("tlog"))
        os.chmod(H.at("tlog"), 0o1777)
        login_host.write("/etc/tlog/tlog-rec-session.conf",
                         '{"shell":"/bin/bash","notice":"","writer":"file","file":{"path":"%s"}}' %
                         H.at("tlog", "log"))
        login_host.write(H.at("tlog", "log"), "", 0o666)
        found["tlog"] = path
    return found


def verdict(check):
    try:
        check()
        return "works"
    except subprocess.TimeoutExpired:
        return "hangs"
    except (AssertionError, OSError) as e:
        if os.environ.get("BENCH_WHY"):
            print("  why:", str(e)[:300], file=sys.stderr)
        return "does not"


def seconds(shell, settings, batch):
    H.shell(shell)
    H.configure(settings)
    H.forget()
    begin = time.monotonic()
    login_host.must("sftp", "-q", "-P", str(H.port), *H.options(), "-b", "-", USER + "@127.0.0.1",
                    input=batch.encode())
    return time.monotonic() - begin


def transfers(who, megabytes=200, rounds=7):
    """sftp through each of them, in turns."""
    size = megabytes
    login_sshd.blob(H.at("blob"), size << 20)
    ways = {"bare": (who["bare"], ""), "auditrec, metadata": (who["auditrec"], "noninteractive = metadata\n"),
            "auditrec, full": (who["auditrec"], "noninteractive = full\n")}
    if "tlog" in who:
        ways["tlog"] = (who["tlog"], "")
    put = "put %s %s\n" % (H.at("blob"), H.at("home", "put"))
    get = "get %s %s\n" % (H.at("home", "put"), H.at("got"))
    runs = show.interleave(list(ways), rounds, lambda n: (seconds(*ways[n], put), seconds(*ways[n], get)))
    mid = {n: [statistics.median(r[i] for r in v) for i in (0, 1)] for n, v in runs.items()}
    table(f"sftp of {size} MB, {rounds} rounds", ["shell", "put MB/s", "get MB/s", "put, bare's", "get, bare's"],
          [[n, size / p, size / g, mid["bare"][0] / p, mid["bare"][1] / g] for n, (p, g) in mid.items()])
    for name, limit in (("metadata", 0.95), ("full", 0.8)):
        for i, what in enumerate(("put", "get")):
            show.goal(f"sftp {what}, {name}: bare's time / ours", mid["bare"][i] / mid["auditrec, " + name][i],
                      limit, at_least=True)


def main():
    global H
    for name in [n for n in os.environ if n.startswith("LC_")]:
        del os.environ[name]
    root = tempfile.mkdtemp(prefix="auditrec-logins-", dir="/var/tmp")
    H = login_sshd.H = Host(root)
    try:
        os.makedirs("/run/tlog", exist_ok=True)
        H.pam()
        H.start_sshd()
        rows = {name: [] for name, _ in CHECKS}
        who = shells()
        for path in who.values():
            H.shell(path)
            for name, check in CHECKS if "transfers" not in sys.argv else []:
                rows[name].append(verdict(check))
        if "transfers" not in sys.argv:
            table("logins through sshd, su and others to an account with this shell",
                  ["what", *who], [[name, *seen] for name, seen in rows.items()])
        transfers(who)
        show.goals()
    finally:
        H.end()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    if os.geteuid() != 0 or not os.path.exists("/usr/sbin/sshd"):
        sys.exit("logins: left out, they need root and sshd")
    if "OUTER" not in os.environ:
        os.environ["OUTER"] = os.readlink("/proc/self/ns/mnt")
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])
    main()
