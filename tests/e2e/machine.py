# SPDX-License-Identifier: ISC
"""Machines of our own for tests: name spaces for mounts, network, processes and name, a root
that is this machine's with everything changed in memory only, and systemd as the first process
where wanted.  They end with the test; nothing of this machine is changed."""
import contextlib
import ctypes
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from rec_lib import PATIENCE, Skip

BUILD = os.environ.get("builddir", os.getcwd())
SYSCONFDIR = os.environ.get("sysconfdir", "/usr/local/etc")
SYSTEMD = "/lib/systemd/systemd"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USERS_PATH = "/usr/local/bin:/usr/bin:/bin"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def must(*args, **kw):
    p = subprocess.run(args, capture_output=True, text=True, timeout=PATIENCE * 3, **kw)
    assert p.returncode == 0, (args, p.stdout[-2000:], p.stderr[-2000:])
    return p.stdout


def needs(*programs):
    """Skips by name."""
    if os.getuid() != 0:
        raise Skip("wants root")
    if not os.path.exists(SYSTEMD):
        raise Skip("no systemd")
    if SYSCONFDIR.startswith(("/tmp/", "/var/tmp/", "/home/", "/root/")):  # as in `make distcheck`
        raise Skip("built for a configuration in %s, which services do not see" % SYSCONFDIR)
    for p in programs:
        if not shutil.which(p, path=PATH):
            raise Skip("no " + p)
    if subprocess.run(["unshare", "-m", "-n", "-u", "-p", "-C", "--fork", "true"],
                      capture_output=True).returncode:
        raise Skip("no name spaces here")


def installed(d):
    """What `make install` installs, as if built with --prefix=/usr, below a folder.  (Given to
    make, these words could make it compile again, and leave a build that is none of ours.)"""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    must("make", "-s", "-C", BUILD, "install", "DESTDIR=" + d("made"), env=env)
    (daemon,) = glob.glob(d("made") + "/**/sbin/auditrecd", recursive=True)
    stage = d("installed")
    os.mkdir(stage)
    os.rename(os.path.dirname(os.path.dirname(daemon)), stage + "/usr")
    unit = stage + "/usr/lib/systemd/system/auditrecd.service"
    if not os.path.exists(unit):
        raise Skip("built without units for systemd")
    with open(unit) as f:
        text = f.read()
    with open(unit, "w") as f:
        f.write(re.sub(r"=\S*/auditrecd\b", "=/usr/sbin/auditrecd", text))
    return stage


class Machine:
    def __init__(self, d, name, init=False):
        self.name, self.init, self.runs = name, init, False
        self.root = d("machine-" + name.split(".")[0])
        self.group = "auditrec-test-%d-%s" % (os.getpid(), name.split(".")[0])
        os.mkdir(self.root)
        self.said = open(self.root + ".log", "w+b")
        p = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", "-m", "-n", "-u", "-p", "--fork", "--kill-child",
                              "--propagation", "private", sys.executable, "-B",
                              os.path.abspath(__file__), self.root, name, self.group,
                              "init" if init else "quiet"], stdin=subprocess.DEVNULL,
                             stdout=self.said, stderr=self.said, start_new_session=True)
        self.process = p
        self.until(lambda: os.path.exists(self.root + "/made"), "it is not made")
        with open("/proc/%d/task/%d/children" % (p.pid, p.pid)) as f:
            self.enter = ["nsenter", "-t", f.read().split()[0], "-m", "-n", "-u", "-p", "-C", "-r",
                          "-w", "--"]
        if init:
            self.until(lambda: self.root_may("systemctl", "is-active", "basic.target"),
                       "systemd does not start")
        self.runs = True

    def until(self, condition, why):
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                self.said.seek(0)
                said = self.said.read()[-200:].decode()
                assert not self.runs, "%s has gone: %s" % (self.name, said)
                raise Skip("no such machine here: " + said)
            assert time.monotonic() < end, "%s: %s" % (self.name, why)
            time.sleep(0.05)

    def argv(self, user, *words, env=()):
        home = "/root" if user == "root" else "/home/" + user
        return [*self.enter, "setpriv", "--reuid", user, "--regid", user, "--init-groups",
                "env", "-i", "-C", home, "HOME=" + home, "USER=" + user, "LOGNAME=" + user,
                "PATH=" + (PATH if user == "root" else USERS_PATH), "LC_ALL=C.UTF-8", "TERM=xterm", *env, *words]

    def run(self, user, *words, **kw):
        return subprocess.run(self.argv(user, *words), capture_output=True, text=True,
                              timeout=PATIENCE * 3, **kw)

    def must(self, user, *words, **kw):
        p = self.run(user, *words, **kw)
        assert p.returncode == 0, (self.name, words, p.returncode, p.stdout[-2000:], p.stderr[-2000:])
        return p.stdout

    def root_may(self, *words):
        return self.run("root", *words).returncode == 0

    def write(self, user, path, text, mode="a"):
        """A file as USER writes it, its folder must be there."""
        self.must(user, "sh", "-c", 'cat %s"$0"' % (">>" if mode == "a" else ">"), path, input=text)

    def connect(self, other, ours, theirs):
        """A cable between two machines, with addresses."""
        end = "to" + other.name[:8]
        far = "to" + self.name[:8]
        must("nsenter", "-t", self.enter[2], "-n", "ip", "link", "add", end, "type", "veth",
             "peer", "name", far, "netns", other.enter[2])
        for m, dev, address in ((self, end, ours), (other, far, theirs)):
            for words in (["link", "set", "lo", "up"], ["addr", "add", address + "/30", "dev", dev],
                          ["link", "set", dev, "up"]):
                must("nsenter", "-t", m.enter[2], "-n", "ip", *words)

    def listen(self, port):
        """A listening socket on this machine, for us."""
        made = []

        def there():
            with open("/proc/%s/ns/net" % self.enter[2]) as f:
                if ctypes.CDLL(None).setns(f.fileno(), 0) == 0:
                    made.append(socket.create_server(("0.0.0.0", port), backlog=64))

        t = threading.Thread(target=there)  # the network is the thread's own
        t.start()
        t.join()
        assert made, "no socket on " + self.name
        return made[0]

    def end(self):
        os.kill(int(self.enter[2]), signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.said.close()
        # the processes of its first one end with it, though not at once
        end = time.monotonic() + PATIENCE
        while self.init and subprocess.run(
                ["unshare", "-m", "--propagation", "private", "sh", "-c",
                 'mount -t cgroup2 none /mnt && { [ ! -d "/mnt$0" ] || '
                 'find "/mnt$0" -depth -type d -exec rmdir {} +; }', group_of_ours() + "/" + self.group],
                capture_output=True).returncode and time.monotonic() < end:
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.end()


def group_of_ours():
    with open("/proc/self/cgroup") as f:
        return [x[3:].rstrip("\n/") for x in f if x.startswith("0::")][0]


# ---- inside, before there is a machine ----

def mount(*words):
    subprocess.run(["mount", *words], check=True)


def make_dev():
    mount("-t", "tmpfs", "-o", "mode=755", "none", "dev")
    for name in DEVICES:
        open("dev/" + name, "w").close()
        mount("--bind", "/dev/" + name, "dev/" + name)
    os.mkdir("dev/pts")
    os.mkdir("dev/shm")
    mount("-t", "tmpfs", "-o", "mode=1777", "none", "dev/shm")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620,gid=5", "none", "dev/pts")
    os.symlink("pts/ptmx", "dev/ptmx")
    os.symlink("/proc/self/fd", "dev/fd")


def clean_root(name):
    """What somebody may have left on this machine must not be there on a new one."""
    for path in ("etc/auditrec", "var/lib/auditrec", "var/log/journal", "etc/fstab",
                 SYSCONFDIR[1:] + "/auditrec"):
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
    for path in ("usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"):
        for program in ("auditrec", "auditplay", "auditlog", "auditrecd"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(path, program))
    if SYSCONFDIR != "/etc":
        os.makedirs(SYSCONFDIR[1:], exist_ok=True)
        os.symlink("/etc/auditrec", SYSCONFDIR[1:] + "/auditrec")
    with open("etc/hostname", "w") as f:
        f.write(name + "\n")
    subprocess.run(["hostname", name], check=True)


def make_root(folder, name):
    """Ours is the current folder afterwards."""
    mount("-t", "tmpfs", "-o", "mode=755", "none", folder)
    os.chdir(folder)
    for x in ("up", "work", "root"):
        os.mkdir(x)
    mount("-t", "overlay", "-o", "lowerdir=/,upperdir=up,workdir=work", "none", "root")
    os.chdir("root")
    mount("-t", "proc", "none", "proc")
    mount("--bind", "proc/sys", "proc/sys")
    mount("-o", "remount,bind,ro", "proc/sys")
    mount("-t", "sysfs", "-o", "ro", "none", "sys")
    make_dev()
    for x in ("run", "tmp", "var/tmp"):
        mount("-t", "tmpfs", "-o", "mode=%s" % ("755" if x == "run" else "1777"), "none", x)
    clean_root(name)


def join_group(group):
    """What systemd makes of control groups is below one of our own."""
    mount("-t", "cgroup2", "none", "mnt")
    place = "mnt" + group_of_ours() + "/" + group
    os.mkdir(place)
    with open(place + "/cgroup.procs", "w") as f:
        f.write(str(os.getpid()))
    subprocess.run(["umount", "mnt"], check=True)


FIRST = {
    "init": "exec env -i container=test PATH=%s %s --system --unit=basic.target "
            "--log-target=journal --show-status=0" % (PATH, SYSTEMD),
    "quiet": "exec sleep infinity",
}
CHROOT = 'test -z "$1" || mount -t cgroup2 none sys/fs/cgroup; exec chroot . sh -c ": >$0; $2"'


def inside(folder, name, group, kind):
    # the folder as the one outside sees it
    outside = os.open(folder, os.O_RDONLY)
    made = "/proc/self/fd/%d/made" % outside
    make_root(folder, name)
    if kind == "init":
        join_group(group)
    os.set_inheritable(outside, True)
    os.execvp("unshare", ["unshare", "-C", "sh", "-c", CHROOT, made,
                          kind if kind == "init" else "", FIRST[kind]])


if __name__ == "__main__":
    inside(*sys.argv[1:])
