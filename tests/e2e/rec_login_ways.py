# SPDX-License-Identifier: ISC
"""auditrec as a login shell: the ways to log in, and that the shell finds itself as without us."""
import ctypes
import re
import resource

from login_lib import *

log, fresh = begin()


# ---- who logs in ----

def test_su(d):
    need("su")
    fresh()
    for argv, out in ((["su", "-", LOGIN_USER, "-c", "echo $0 $USER; pwd"], b"-bash %s\n%s/home\n"),
                      (["su", LOGIN_USER, "-c", "echo $0 $USER; cd; pwd"], b"bash %s\n%s/home\n")):
        forget()
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert p.stdout == out % (LOGIN_USER.encode(), ROOT.encode()), p
        assert p.returncode == 0 and p.stderr == b""
        assert len(recordings()) == 1
    forget()
    t = Term(["su", "-", LOGIN_USER])
    t.send(b"echo $0 o''k; exit 3\r")
    t.expect(b"-bash ok")
    assert t.wait() == 3
    assert b"-bash ok" in stream(only(), OUT)


def test_login(d):
    need("login")
    fresh()
    t = Term(["login", "-f", LOGIN_USER])
    t.send(b"echo $0 o''k $SHELL; exit 3\r")
    t.expect(b"-bash ok /bin/bash")
    t.wait()
    ms = only()
    assert b"-bash ok" in stream(ms, OUT) and of_type(ms, 405)


def test_past_the_recorder(d):
    """The terminal that we talk to is the user's own; still the session cannot go on there."""
    need("setpriv")
    fresh()
    t = Term(["sh", "-c", 'chown %d "$(tty)"; export OUTER="$(tty)"; exec setpriv --reuid %d --regid %d '
              "--clear-groups env -i OUTER=$OUTER HOME=%s USER=%s SHELL=%s PATH=/usr/bin:/bin TERM=xterm "
              "%s/auditrec -l" % (LOGIN_UID, LOGIN_UID, LOGIN_UID, BARE["HOME"], LOGIN_USER,
                                  ROOT + "/auditrec", ROOT)])
    t.send(b'echo se""cret >$OUTER; echo re""ady; exit 0\r')
    t.expect(b"ready")
    assert t.wait() == 0
    assert b"secret" not in t.out and b"busy" in t.out, t.out
    assert b"ready" in stream(only(), OUT)
    # nor in what sshd gives to a command: one socket for both directions
    fresh("noninteractive = full\n")
    ours, theirs = socket.socketpair()
    p = subprocess.Popen([ROOT + "/auditrec", "-c", "cat; echo se''cret >&0; echo se''cret >/dev/stdin; echo ready"],
                         env=BARE, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, preexec_fn=become)
    theirs.close()
    ours.sendall(b"typed\n")
    ours.shutdown(socket.SHUT_WR)
    out = b""
    while more := ours.recv(4096):
        out += more
    assert p.wait(PATIENCE) == 0 and out == b"typed\nready\n", out
    assert stream(only(), OUT) == out


def test_script(d):
    need("script")
    fresh()
    t = Tty("auditrec", "-c", "script -qc 'echo in o''k' /dev/null", env={"SHELL": ROOT + "/auditrec"})
    t.expect(b"in ok")
    assert t.wait() == 0
    only()


def test_cron(d):
    """Its environment, and a job of a crontab with SHELL=auditrec."""
    fresh()
    env = {"HOME": BARE["HOME"], "LOGNAME": LOGIN_USER, "PATH": "/usr/bin:/bin", "SHELL": ROOT + "/auditrec"}
    p = subprocess.run([ROOT + "/auditrec", "-c", "echo job; echo $SHELL"], env=env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=become)
    assert (p.returncode, p.stdout, p.stderr) == (0, b"job\n/bin/bash\n", b"")
    only()


# ---- the shell finds itself as without us ----

FACTS = """
import os, signal, json, sys, termios
st = dict(l.split(':', 1) for l in open('/proc/self/status'))
print(json.dumps({
    'fds': sorted(int(x) for x in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + x)),
    'signals': {k: st[k].strip() for k in ('SigBlk', 'SigIgn', 'SigPnd', 'ShdPnd')},
    'limits': open('/proc/self/limits').read(),
    'umask': st['Umask'].strip(), 'groups': st['Groups'].strip(), 'caps': st['CapEff'].strip(),
    'no_new_privs': st.get('NoNewPrivs', '').strip(), 'nice': os.nice(0),
    'oom': open('/proc/self/oom_score_adj').read(),
    'cwd': os.getcwd(), 'env': dict(os.environ), 'dumpable': os.stat('/proc/self/fd').st_uid,
    'leader': os.getsid(0) == os.getppid() or os.getsid(0) == os.getpid(),
    'modes': repr(termios.tcgetattr(0)) if os.isatty(0) else None,
    'ids': [os.getresuid(), os.getresgid()],
}), flush=True)
"""


def facts(text):
    f = json.loads([x for x in text.decode().splitlines() if x.startswith("{")][-1])
    for name in ("AUDITREC_SESSION", "AUDITREC_RECORDER", "AUDITREC_NONCE", "SHELL", "_"):
        f["env"].pop(name, None)
    return f


def python():
    """One that every user may run."""
    if not os.access("/usr/bin/python3", os.X_OK):
        raise Skip("no python3 for all users")
    return "/usr/bin/python3"


def odd():
    """A process that is unlike the usual one in all that is handed on."""
    become()
    os.umask(0o027)
    resource.setrlimit(resource.RLIMIT_NOFILE, (97, 98))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 2000))  # a sanitizer makes it 0
    os.nice(3)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP, signal.SIGUSR2])


def test_proc_self_without_a_terminal(d):
    for config in ("", "noninteractive = full", "noninteractive = none", "directory = /proc/x\nunavailable = allow"):
        fresh(config)
        with open(ROOT + "/home/facts.py", "w") as f:
            f.write(FACTS)
        command = "exec %s -S %s/home/facts.py" % (python(), ROOT)
        both = []
        for exe, argv0 in (("/bin/bash", "bash"), (ROOT + "/auditrec", "auditrec")):
            p = subprocess.run([argv0, "-c", command], executable=exe, env=BARE, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=odd)
            assert p.returncode == 0, p
            both.append(facts(p.stdout))
        for key in both[0]:
            if key != "leader":
                assert both[0][key] == both[1][key], (config, key, both[0][key], both[1][key])


def test_proc_self_on_a_terminal(d):
    fresh()
    with open(ROOT + "/home/facts.py", "w") as f:
        f.write(FACTS)
    command = "exec %s -S %s/home/facts.py" % (python(), ROOT)
    both = []
    for exe, argv0 in (("../bin/bash", "-bash"), ("auditrec", "-auditrec")):
        t = Tty(argv0, "-c", command, exe=exe)
        t.expect(b'"ids"')
        t.expect(b"}")
        assert t.wait() == 0
        both.append(facts(t.out))
    for key in both[0]:
        assert both[0][key] == both[1][key], (key, both[0][key], both[1][key])


def stopped_at_exec(path):
    """A process of the user in which not one instruction of PATH has run; TRACED by us."""
    libc = ctypes.CDLL(None, use_errno=True)
    pid = os.fork()
    if pid == 0:
        become()
        libc.ptrace(0, 0, None, None)  # PTRACE_TRACEME
        os.execve(path, ["auditrec", "--version"], BARE)
    os.waitpid(pid, 0)
    return pid


def may_look_into(pid):
    """May another process of the user?"""
    return subprocess.run(["sh", "-c", ": </proc/%d/mem" % pid], stderr=subprocess.DEVNULL,
                          preexec_fn=become).returncode == 0


def test_from_the_first_instruction_on(d):
    """As it is installed, nobody who may not read the program gets at it before it forbids that."""
    need("make")
    fresh()
    os.makedirs(ROOT + "/bin")
    shutil.copy(ROOT + "/auditrec", ROOT + "/bin/auditrec")
    os.chmod(ROOT + "/bin/auditrec", 0o755)
    seen = []
    for _ in range(2):
        pid = stopped_at_exec(ROOT + "/bin/auditrec")
        seen.append(may_look_into(pid))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        subprocess.run(["make", "-s", "-C", os.environ.get("builddir", "."), "install-exec-hook",
                        "DESTDIR=" + ROOT, "bindir=/bin"], check=True, stdout=subprocess.DEVNULL)
    assert os.stat(ROOT + "/bin/auditrec").st_mode & 0o777 == 0o711
    assert seen == [True, False], seen


def test_recorder_cannot_be_traced(d):
    fresh()
    t = Tty("-auditrec", "-c", "echo pid=$PPID; read x")
    t.expect(b"pid=")
    t.expect(b"\n")
    pid = int(re.search(rb"pid=(\d+)", t.out).group(1))
    sanitized = b"asan" in open("/proc/%d/maps" % pid, "rb").read()
    assert sanitized or os.stat("/proc/%d/fd" % pid).st_uid == 0
    t.send(b"\r")
    assert t.wait() == 0


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
