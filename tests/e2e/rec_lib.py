# SPDX-License-Identifier: ISC
"""For the end-to-end tests of auditrec: a terminal that a test drives, a reader of audit
logs that shares nothing with ours, TAP."""
import fcntl
import json
import os
import pty
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zlib

import failure

# A background job of a shell is started with these ignored, and would hand that on.
for _signo in (signal.SIGINT, signal.SIGQUIT):
    signal.signal(_signo, signal.default_int_handler if _signo == signal.SIGINT else signal.SIG_DFL)

# Asked to end, it ends what it has begun.
for _signo in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_signo, lambda signo, _: sys.exit(128 + signo))
os.umask(0o022)

AUDITREC = os.path.join(os.environ.get("builddir", os.getcwd()), "auditrec")
SANITIZED = os.path.exists(AUDITREC) and b"__asan_init" in open(AUDITREC, "rb").read()
PATIENCE = float(os.environ.get("PATIENCE", 120))  # of every wait: only a test that fails takes so long
MAGIC = b"ContainerSSH-Auditlog" + bytes(11)
IN, OUT, ERR = 0, 1, 2


class Skip(Exception):
    pass


# ---- reading audit logs ----

def cbor(b, i):
    """One item at i: (value, next)."""
    major, low = b[i] >> 5, b[i] & 31
    i += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[low], i
    if low < 24:
        n = low
    else:
        size = 1 << (low - 24)
        n = int.from_bytes(b[i:i + size], "big")
        if i + size > len(b):
            raise IndexError
        i += size
    if major == 0:
        return n, i
    if major == 1:
        return -1 - n, i
    if major in (2, 3):
        if i + n > len(b):
            raise IndexError
        v = bytes(b[i:i + n])
        return (v if major == 2 else v.decode()), i + n
    if major == 4:
        v = []
        for _ in range(n):
            x, i = cbor(b, i)
            v.append(x)
        return v, i
    v = {}
    for _ in range(n):
        k, i = cbor(b, i)
        v[k], i = cbor(b, i)
    return v, i


def inflate(raw):
    """What is in all members; piece by piece, as what is behind a member is copied."""
    out, raw, i = [], memoryview(raw), 0
    while i < len(raw):
        d = zlib.decompressobj(31)
        while i < len(raw) and not d.eof:
            out.append(d.decompress(raw[i:i + 65536]))
            i += len(raw[i:i + 65536])
        i -= len(d.unused_data)
    return b"".join(out)


def decode(path):
    """All messages of a version 2 file, up to where it ends."""
    raw = open(path, "rb").read()
    assert raw[:32] == MAGIC, "no audit log: %r" % raw[:40]
    assert raw[32] == 2
    plain, i, out = inflate(raw[40:]), 0, []
    while i < len(plain):
        try:
            m, i = cbor(plain, i)
        except IndexError:
            break
        out.append(m)
    return out


def types(ms):
    return [m["type"] for m in ms]


def of_type(ms, t):
    return [m["payload"] for m in ms if m["type"] == t]


def stream(ms, n):
    return b"".join(p["data"] for p in of_type(ms, 500) if p["stream"] == n)


def events(ms, name):
    return [json.loads(p["payload"]) for p in of_type(ms, 400)
            if p["requestType"] == name + "@auditrec"]


def only_asked(ms, name):
    """Whether a program was asked to end by this signal alone.  One that has had no turn within
    a second is asked again in another way; then a test begins anew."""
    return [p["signal"] for p in of_type(ms, 406)] == [name]


def check_order(ms):
    """What is true of every finished recording."""
    assert types(ms)[:3] == [0, 199, 301], types(ms)[:6]
    assert types(ms)[-4:] in ([496, 499, 497, 1], [496, 498, 497, 1]), types(ms)[-6:]
    assert ms[3]["payload"]["requestType"] == "session@auditrec"
    times = [m["timestamp"] for m in ms]
    assert times == sorted(times), "time goes back"
    assert len({m["connectionId"] for m in ms}) == 1
    ids = [m["payload"]["requestId"] for m in ms if m["payload"] and "requestId" in m["payload"]]
    assert ids == list(range(len(ids))), ids
    assert all(m["channelId"] is None for m in ms if m["type"] in (0, 1, 199))


# ---- a terminal ----

class Term:
    def __init__(self, argv, cols=80, rows=24, env=None, fds=None):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        e = dict(os.environ, TERM="xterm-256color", PS1="", HISTFILE="/dev/null")
        e.update(env or {})
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for i in range(3):
                    os.dup2((fds or {}).get(i, slave), i)
                os.closerange(3, 256)
                os.execvpe(argv[0], argv, e)
            finally:
                os._exit(99)
        self.fd = master
        self.out = b""
        self.at = 0
        self.status = None

    def __repr__(self):
        return "Term with status %s and the end of its output %r" % (self.status, self.out[-300:])

    def pump(self, timeout=0.05):
        if not select.select([self.fd], [], [], timeout)[0]:
            return False
        try:
            d = os.read(self.fd, 65536)
        except OSError:
            return False
        self.out += d
        return bool(d)

    def expect(self, what):
        end = time.monotonic() + PATIENCE
        while what not in self.out[self.at:]:
            assert time.monotonic() < end, "no %r in %r" % (what, self.out[self.at:][-400:])
            self.pump()
        self.at = self.out.index(what, self.at) + len(what)

    def interrupt(self, prompt):
        """C-c in a line that is being edited, until PROMPT comes: readline does not look at a
        signal that arrives between its drawing and its read() until there is another key."""
        end, sent = time.monotonic() + PATIENCE, 0
        while prompt not in self.out[self.at:]:
            assert time.monotonic() < end, "no prompt in %r" % self.out[self.at:][-400:]
            self.send(b"\x03")
            sent += 1
            again = time.monotonic() + 1
            while prompt not in self.out[self.at:] and time.monotonic() < again:
                self.pump()
        self.expect(prompt)
        if sent > 1:  # the last one may have come behind that prompt, and wait for a key
            self.send(b"\r")

    def send(self, data):
        while data:
            n = os.write(self.fd, data[:1024])
            data = data[n:]
            self.pump(0)

    def resize(self, cols, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def until(self, condition, why):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, why
            self.pump(0.02)

    def poll(self):
        if self.status is None:
            p, st = os.waitpid(self.pid, os.WNOHANG)
            if p:
                self.status = os.waitstatus_to_exitcode(st)
        return self.status

    def wait(self):
        self.until(lambda: self.poll() is not None, "auditrec does not end")
        while self.pump(0.05):
            pass
        return self.status

    def modes(self):
        return termios.tcgetattr(self.slave)

    def restored(self):
        return self.modes() == self.before

    def hang_up(self):
        os.close(self.slave)
        os.close(self.fd)

    def kill(self):
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def in_foreground(t, name):
    """Whether a descendant of a recorder has its terminal and is not stopped."""
    todo = [t.pid]
    while todo:
        pid = todo.pop()
        try:
            todo += map(int, open("/proc/%d/task/%d/children" % (pid, pid)).read().split())
            stat = open("/proc/%d/stat" % pid).read()
        except OSError:
            continue
        state, _, pgrp, _, _, tpgid = stat.rsplit(")", 1)[1].split()[:6]
        if "(%s)" % name in stat and state != "T" and pgrp == tpgid:
            return True
    return False


def stand_still(pid):
    """Stops a child, until it does nothing any more: a signal takes its time."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


class Dir:
    """A folder of the test's own."""
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="auditrec-e2e-")
        return self

    def __exit__(self, *a):
        shutil.rmtree(self.path, ignore_errors=True)

    def __call__(self, name):
        return os.path.join(self.path, name)


def rec(*args, **kw):
    return Term([AUDITREC] + list(args), **kw)


def run(*args, **kw):
    """auditrec on pipes: (status, stdout, stderr)."""
    p = subprocess.run([AUDITREC] + list(args), stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=PATIENCE * 2, **kw)
    return p.returncode, p.stdout, p.stderr


def need(*programs):
    for p in programs:
        if not shutil.which(p):
            raise Skip("no " + p)


taken_ports = []  # sockets: their ports are this process's until it ends


def free_port():
    """A port of the loopback that no outgoing connection is given, also while its server is
    away: one that connects to it then would else meet itself, or take it.  Nobody else is given
    it here either: whoever asks for one binds it for datagrams, too, and stays there."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        first = int(f.read().split()[0])
    for port in random.SystemRandom().sample(range(10240, first), 100) if first > 20000 else [0] * 100:
        mark = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                mark.bind(s.getsockname())
            except OSError:
                mark.close()
                continue
            taken_ports.append(mark)
            return s.getsockname()[1]
    raise AssertionError("no free port")


def alive(pid):
    try:
        return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def main(*tests):
    print("1..%d" % len(tests), flush=True)
    failed = 0
    for i, t in enumerate(tests):
        name = t.__name__[5:].replace("_", " ")
        try:
            with Dir() as d:
                t(d)
            print("ok %d - %s" % (i + 1, name), flush=True)
        except Skip as s:
            print("ok %d - %s # SKIP %s" % (i + 1, name, s), flush=True)
        except Exception:
            failed += 1
            failure.tell()
            print("not ok %d - %s" % (i + 1, name), flush=True)
    sys.exit(0)
