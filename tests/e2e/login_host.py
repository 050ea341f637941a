# SPDX-License-Identifier: ISC
"""A host of our own for the tests of logins: accounts, PAM and sshd as the tests want them, in
a private mount namespace (unshare -m), so that nothing of the machine is changed.  sshd
listens on the loopback only, as the child of this program."""
import crypt
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import rec_lib as lib

BUILD = os.environ.get("builddir", os.getcwd())
# two runs at a time must not take each other's processes for their own
USER, UID = "ar-test", 61000 + os.getpid() % 4000
SYSCONFDIR = os.environ.get("sysconfdir", "/usr/local/etc")
SECRET = "correct horse"


def sh(*args, **kw):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=lib.PATIENCE * 2, **kw)


def must(*args, **kw):
    p = sh(*args, **kw)
    assert p.returncode == 0, (args, p.stdout, p.stderr)
    return p.stdout


def write(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


class Host:
    """Made once for a test program."""

    def __init__(self, root):
        if os.environ.get("OUTER", "unknown") in ("unknown", os.readlink("/proc/self/ns/mnt")):
            raise SystemExit("run login-sshd.sh: not in the machine's own namespace")
        self.root = root
        self.sshd = None
        self.port = None
        self.shells = 0
        self.at = lambda *names: os.path.join(root, *names)
        os.chmod(root, 0o755)
        self.copy_programs()
        self.cover_etc()
        self.covered = ["/etc", "/var/log", "/run"]
        # stays, empty: to remove it would take away what another test has mounted there
        os.makedirs(SYSCONFDIR, exist_ok=True)
        if not SYSCONFDIR.startswith("/etc"):
            self.covered.append(SYSCONFDIR)
        for where in self.covered[1:]:
            must("mount", "-t", "tmpfs", "-o", "mode=755", "none", where)
        os.mkdir("/run/sshd", 0o755)
        write("/run/utmp", "", 0o664)
        os.mkdir(self.at("rec"))
        os.chmod(self.at("rec"), 0o1777)
        self.make_keys()
        self.configure()

    def copy_programs(self):
        """To where the test's user may run them."""
        os.mkdir(self.at("bin"), 0o755)
        for name in ("auditrec", "rec/auditrec-failed", "pam/pam_auditrec.so"):
            if os.path.exists(os.path.join(BUILD, name)):
                shutil.copy(os.path.join(BUILD, name), self.at("bin"))
        os.symlink("auditrec", self.at("bin", "auditrec-bash"))

    def cover_etc(self):
        must("cp", "-a", "/etc", self.at("etc"))
        must("mount", "--bind", self.at("etc"), "/etc")
        home = self.at("home")
        os.mkdir(home, 0o755)
        os.chown(home, UID, UID)
        self.add("/etc/passwd", "%s:x:%d:%d::%s:%s\n" % (
            USER, UID, UID, home, self.at("bin", "auditrec")))
        self.add("/etc/group", "%s:x:%d:\n" % (USER, UID))
        self.add("/etc/shadow", "%s:%s:19000:0:99999:7:::\n" % (
            USER, crypt.crypt(SECRET, crypt.METHOD_SHA512)))
        for quiet in ("/etc/motd", "/etc/nologin"):
            if os.path.exists(quiet):
                os.unlink(quiet)

    @staticmethod
    def add(path, line):
        with open(path, "a") as f:
            f.write(line)

    def shell(self, path):
        """Changes the login shell of the test's user."""
        lines = open("/etc/passwd").read().splitlines()
        new = [":".join(l.split(":")[:6] + [path]) if l.startswith(USER + ":") else l
               for l in lines]
        write("/etc/passwd", "\n".join(new) + "\n")

    def make_keys(self):
        def key(name, kind="ed25519"):
            must("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", self.at(name))

        for name in ("hostkey", "ca", "user", "certified", "forced", "stranger"):
            key(name)
        must("ssh-keygen", "-q", "-s", self.at("ca"), "-I", "key of joe", "-n", USER,
             "-z", "4711", self.at("certified.pub"))
        ssh = self.at("home", ".ssh")
        os.mkdir(ssh, 0o700)
        write(os.path.join(ssh, "authorized_keys"),
              open(self.at("user.pub")).read() +
              'command="echo forced; echo $SSH_ORIGINAL_COMMAND" ' +
              open(self.at("forced.pub")).read(), 0o600)
        must("chown", "-R", "%d:%d" % (UID, UID), ssh)
        write(self.at("askpass"), '#!/bin/sh\necho "$AR_SECRET"\n', 0o755)

    def configure(self, text=""):
        """auditrec's own system file."""
        os.makedirs(SYSCONFDIR + "/auditrec/conf.d", exist_ok=True)
        write(SYSCONFDIR + "/auditrec/auditrec.conf",
              "directory = %s/%%u\nintercept = stdin,stdout,stderr\n%s" %
              (self.at("rec"), text))

    def fresh(self, test):
        def run(d):
            self.forget()
            self.configure()
            test(d)
        run.__name__ = test.__name__
        return run

    # ---- PAM and sshd ----

    def pam(self, service="sshd"):
        module = self.at("bin", "pam_auditrec.so")
        failed = "program=%s directory=%s" % (self.at("bin", "auditrec-failed"),
                                              self.at("rec", "failed"))
        write("/etc/pam.d/" + service,
              "auth optional %s %s\n"
              "auth [success=2 default=ignore] pam_unix.so\n"
              "auth [default=ignore] %s failed %s\n"
              "auth requisite pam_deny.so\n"
              "auth required pam_permit.so\n"
              "account required pam_unix.so\n"
              "session optional %s\n"
              "session required pam_permit.so\n" % (module, failed, module, failed, module))

    def start_sshd(self, extra=""):
        """On a port that is free, and still is when sshd takes it."""
        end = time.monotonic() + lib.PATIENCE
        while not self.sshd_listens(extra):
            assert time.monotonic() < end, open(self.at("sshd.log")).read()

    def sshd_listens(self, extra):
        self.port = lib.free_port()
        write(self.at("sshd_config"), "\n".join((
            "Port %d" % self.port, "ListenAddress 127.0.0.1",
            "HostKey " + self.at("hostkey"), "PidFile none", "UsePAM yes",
            "ExposeAuthInfo yes", "StrictModes no", "PasswordAuthentication yes",
            "KbdInteractiveAuthentication yes", "MaxStartups 200", "MaxSessions 100",
            "TrustedUserCAKeys " + self.at("ca.pub"), "PrintMotd no", "LogLevel VERBOSE",
            "AcceptEnv LANG LC_*", "PermitUserEnvironment no",
            "Subsystem sftp /usr/lib/openssh/sftp-server", extra, "")))
        with open(self.at("sshd.log"), "ab") as log:
            begin = log.tell()
            self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f",
                                          self.at("sshd_config")], stderr=log, stdout=log)
        end = time.monotonic() + lib.PATIENCE
        while True:
            over = self.sshd.poll() is not None
            with open(self.at("sshd.log"), "rb") as log:
                said = log.read()[begin:].decode(errors="replace")
            if "Server listening on 127.0.0.1 port %d." % self.port in said:
                return True
            if over:
                assert "in use" in said, said
                return False
            assert time.monotonic() < end, "sshd does not listen: " + said
            time.sleep(0.02)

    def stop_sshd(self):
        if self.sshd:
            self.sshd.terminate()
            self.sshd.wait()
            self.sshd = None

    def end(self):
        self.stop_sshd()
        for where in self.covered:
            sh("umount", "-l", where)

    # ---- clients ----

    def options(self, key="user"):
        o = ["-F", "none", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
             "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes",
             "-o", "IdentityAgent=none", "-o", "ControlPath=none"]
        if key:
            return o + ["-i", self.at(key), "-o", "PreferredAuthentications=publickey"]
        return o + ["-o", "NumberOfPasswordPrompts=1", "-o", "PubkeyAuthentication=no"]

    def ssh(self, *words, key="user", flags=(), **kw):
        """(status, stdout, stderr)"""
        kw.setdefault("stdin", subprocess.DEVNULL)
        if "input" in kw:
            kw.pop("stdin")
        p = sh("ssh", *flags, "-p", str(self.port), *self.options(key),
               USER + "@127.0.0.1", *words, **kw)
        return p.returncode, p.stdout, p.stderr

    def ssh_argv(self, *words, key="user", flags=()):
        return ["ssh"] + list(flags) + ["-p", str(self.port)] + self.options(key) + \
            [USER + "@127.0.0.1"] + list(words)

    def secret_env(self, secret, **more):
        return dict(os.environ, SSH_ASKPASS=self.at("askpass"), SSH_ASKPASS_REQUIRE="force",
                    AR_SECRET=secret, DISPLAY=":0", **more)

    # ---- recordings ----

    def paths(self, who=USER):
        return sorted(glob.glob(self.at("rec", who, "*.audit")))

    def forget(self):
        for where in (USER, "failed"):
            shutil.rmtree(self.at("rec", where), ignore_errors=True)

    def recordings(self, n=1, who=USER, ended=True):
        """Waits until there are N whole recordings: their messages."""
        end = time.monotonic() + lib.PATIENCE
        while True:
            try:
                all_ = [lib.decode(p) for p in self.paths(who)]
            except (AssertionError, IndexError, OSError):
                all_ = []
            if len(all_) >= n and all(m and (not ended or m[-1]["type"] == 1) for m in all_):
                assert len(all_) == n, len(all_)
                return sorted(all_, key=lambda m: m[0]["timestamp"])
            assert time.monotonic() < end, "recordings: %r %r" % (
                self.paths(who), [lib.types(m)[-3:] for m in all_])
            time.sleep(0.02)

    def processes(self, name):
        """Pids of programs that the test's user runs under this name."""
        found = []
        for p in glob.glob("/proc/[0-9]*"):
            try:
                if os.stat(p).st_uid in (UID, 0) and open(p + "/comm").read().strip() == name:
                    uid = [l for l in open(p + "/status") if l.startswith("Uid:")][0].split()[1]
                    if int(uid) == UID:
                        found.append(int(p[6:]))
            except OSError:
                pass
        return found

    def kill(self, name, signo=signal.SIGKILL):
        for pid in self.processes(name):
            os.kill(pid, signo)


def main(tests, fresh=None):
    """Runs the tests among the globals of a program, or those that it is told, each by
    FRESH, or with nothing recorded and nothing configured; they find the host as H."""
    root = tempfile.mkdtemp(prefix="auditrec-sshd-")
    host = None
    try:
        host = tests["H"] = Host(root)
        host.pam()
        host.start_sshd()
        only = sys.argv[1:]
        lib.main(*[(fresh or host.fresh)(t) for n, t in list(tests.items())
                   if n.startswith("test_") and (not only or n[5:] in only)])
    finally:
        if host:
            host.end()
            if os.environ.get("KEEP"):
                sys.stderr.write(open(host.at("sshd.log")).read())
        shutil.rmtree(root, ignore_errors=True)
