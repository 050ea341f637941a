# SPDX-License-Identifier: ISC
"""auditrec as somebody's shell, in a private mount namespace: password file, /etc/auditrec,
the system log and home directories are the test's own; nothing of the machine changes."""
import os
import shutil
import socket
import subprocess
import sys
import threading

from rec_lib import *

LOGIN_USER, LOGIN_UID = "reclogin", 60123
ROOT = "/run"  # covered by the namespace's own file system
SYSTEM = os.path.join(os.environ.get("sysconfdir", "/usr/local/etc"), "auditrec")
BARE = {"HOME": ROOT + "/home", "USER": LOGIN_USER, "LOGNAME": LOGIN_USER,
        "PATH": "/usr/bin:/bin", "SHELL": ROOT + "/auditrec"}


def private():
    """Start again where mounts are our own; a reason when that cannot be."""
    if os.environ.get("LOGIN_PRIVATE"):
        return None
    if os.getuid() != 0:
        return "needs root for a password file of its own"
    if subprocess.call(["unshare", "-m", "true"], stderr=subprocess.DEVNULL):
        return "no mount namespace here"
    os.environ["LOGIN_PRIVATE"] = "yes"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private",
                          sys.executable, "-B", os.path.abspath(sys.argv[0])])


def mount(*args):
    subprocess.run(["mount"] + list(args), check=True)


def private_copy(folder):
    """FOLDER may be changed from here on."""
    copy = tempfile.mkdtemp(dir=ROOT)
    subprocess.run(["cp", "-a", folder + "/.", copy], check=True)
    os.chmod(copy, 0o755)
    mount("--bind", copy, folder)


def private_dev():
    """/dev with a log of our own."""
    dev = ROOT + "/dev"
    os.mkdir(dev)
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        open(dev + "/" + name, "w").close()
        mount("--bind", "/dev/" + name, dev + "/" + name)
    os.mkdir(dev + "/pts")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620,gid=5", "devpts", dev + "/pts")
    os.symlink("pts/ptmx", dev + "/ptmx")
    os.symlink("/proc/self/fd", dev + "/fd")
    mount("--rbind", dev, "/dev")


class Log:
    """The system log: everything that was said since it was last forgotten."""
    def __init__(self):
        self.said, self.since = [], 0
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.lexists("/dev/log"):
            os.unlink("/dev/log")
        self.s.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            self.said.append(self.s.recv(8192).decode(errors="replace"))

    def forget(self):
        self.since = len(self.said)

    def expect(self, what):
        end = time.monotonic() + PATIENCE
        while not any(what in line for line in self.said[self.since:]):
            assert time.monotonic() < end, "no %r in the log: %s" % (what, self.said[self.since:][-6:])
            time.sleep(0.01)


def passwd(shell):
    """The one user's shell."""
    with open("/etc/passwd") as f:
        rest = [x for x in f if not x.startswith(LOGIN_USER + ":")]
    with open("/etc/passwd", "w") as f:
        f.writelines(rest + ["%s:x:%d:%d::%s/home:%s\n" % (LOGIN_USER, LOGIN_UID, LOGIN_UID, ROOT, shell)])


def add_line(path, line):
    with open(path, "a") as f:
        f.write(line + "\n")


def set_up():
    """Mounts and files; returns the log."""
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", ROOT)
    private_copy("/etc")
    if not SYSTEM.startswith("/etc/") and os.path.isdir(os.path.dirname(SYSTEM)):
        private_copy(os.path.dirname(SYSTEM))
    private_dev()
    add_line("/etc/group", "%s:x:%d:\nrecgroup:x:60124:%s" % (LOGIN_USER, LOGIN_UID, LOGIN_USER))
    add_line("/etc/shadow", LOGIN_USER + ":*:19000::::::")
    add_line("/etc/shells", ROOT + "/auditrec")
    shutil.copy(AUDITREC, ROOT + "/auditrec")
    for shell in ("bash", "sh", "dash", "nothing"):
        os.symlink("auditrec", ROOT + "/auditrec-" + shell)
    home = ROOT + "/home"
    os.mkdir(home, 0o755)
    os.chown(home, LOGIN_UID, LOGIN_UID)
    passwd(ROOT + "/auditrec")
    return Log()


def configure(text):
    """What /etc/auditrec/auditrec.conf says; None: there is none."""
    if not os.path.isdir(os.path.dirname(SYSTEM)):
        if text is None:
            return
        raise Skip("no folder for a configuration: " + os.path.dirname(SYSTEM))
    shutil.rmtree(SYSTEM, ignore_errors=True)
    if text is not None:
        os.makedirs(SYSTEM, 0o755)
        with open(SYSTEM + "/auditrec.conf", "w") as f:
            f.write(text)


def become():
    os.initgroups(LOGIN_USER, LOGIN_UID)
    os.setgid(LOGIN_UID)
    os.setuid(LOGIN_UID)
    os.chdir(BARE["HOME"])


def login(argv0, *args, exe="auditrec", env=None, user=True, **kw):
    """As sshd does it: (status, output, error output)."""
    e = dict(BARE, **(env or {}))
    p = subprocess.run([argv0] + list(args), executable=os.path.join(ROOT, exe), env=e,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 2,
                       preexec_fn=become if user else None, **kw)
    return p.returncode, p.stdout, p.stderr


class Tty(Term):
    """A login on a terminal."""
    def __init__(self, argv0, *args, exe="auditrec", env=None):
        e = dict(BARE, TERM="xterm", PS1="$ ", **(env or {}))
        # setpriv keeps the terminal, which su would not
        super().__init__(["setpriv", "--reuid", str(LOGIN_UID), "--regid", str(LOGIN_UID), "--init-groups",
                          "env", "-i"] + ["%s=%s" % v for v in e.items()] +
                         ["bash", "-c", 'cd; exec -a "$0" "$@"', argv0, os.path.join(ROOT, exe)] + list(args))


def places():
    return ROOT + "/home/.local/state/auditrec"


def recordings(folder=None):
    folder = folder or places()
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, x) for x in sorted(os.listdir(folder))]


def forget():
    shutil.rmtree(ROOT + "/home/.local", ignore_errors=True)
    shutil.rmtree(ROOT + "/home/.config", ignore_errors=True)


def clean_up():
    if os.path.isfile(ROOT + "/home/.local"):
        os.unlink(ROOT + "/home/.local")


def begin():
    """For a program of tests: the log, and what makes all as at first, with a configuration."""
    why_not = private()
    if why_not:
        print("1..0 # SKIP " + why_not)
        sys.exit(0)
    log = set_up()

    def fresh(config=None):
        clean_up()
        forget()
        configure(config)
        log.forget()
    return log, fresh


def only():
    """The one recording that was made."""
    r = recordings()
    assert len(r) == 1, r
    ms = decode(r[0])
    check_order(ms)
    return ms
