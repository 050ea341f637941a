#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Scenes of log-follow.sh:  log_follow.py AUDITLOG SCENE"""
import array, json, os, random, signal, socket, struct, subprocess, sys, threading, time, zlib

import auditfile

AUDITLOG, SCENE = sys.argv[1:]
PATIENCE = float(os.environ.get("PATIENCE", 120))


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain: " + what
        time.sleep(0.02)


class Recording:
    """An audit file that grows; its connection id is its name."""

    def __init__(self, path, name):
        self.path, self.name = path, name
        self.messages = auditfile.sample()
        for m in self.messages:
            m["connectionId"] = name
        self.z = zlib.compressobj(6, wbits=31)
        self.done = 0
        with open(path, "wb") as f:
            f.write(auditfile.HEAD + struct.pack("<Q", 2))

    def grow(self, to):
        some, self.done = self.messages[self.done:to], max(to, self.done)
        parts = b"".join(self.z.compress(auditfile.cbor(m)) for m in some)
        with open(self.path, "ab") as f:
            f.write(parts + self.z.flush(zlib.Z_SYNC_FLUSH))

    def told(self):
        """(id, number) of every event up to now."""
        return [(self.name, i) for i, m in enumerate(self.messages[:self.done]) if m["type"] != 500]


class Follower:
    def __init__(self, *args, wait=True):
        self.p = subprocess.Popen([AUDITLOG, "events", "--follow", "-f", "json", *args],
                                  stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.p.stdout:
            self.lines.append(json.loads(line))

    def told(self):
        return [(l["session"], l["number"]) for l in self.lines]

    def stop(self, signo=signal.SIGTERM):
        self.p.send_signal(signo)
        self.p.wait(PATIENCE)
        self.thread.join(PATIENCE)
        return self.p.returncode


def same(told, want):
    assert sorted(told) == sorted(want), (sorted(set(want) - set(told)), len(told), len(want))


def follow():
    os.makedirs("f/sub")
    a = Recording("f/a.audit", "aa")
    a.grow(12)
    with open("f/no.txt", "w") as f:
        f.write("no recording\n" * 9)
    p = Follower("f")
    until("the first", lambda: len(p.told()) == len(a.told()))
    b = Recording("f/sub/b.audit", "bb")  # a file that is begun later, at first only its header
    c = Recording("f/zz.audit", "cc")
    c.grow(99)
    until("a walk that saw both", lambda: len(p.told()) == len(a.told() + c.told()))
    b.grow(6)
    b.grow(14)
    until("a new one", lambda: len(p.told()) == len(a.told() + b.told() + c.told()))
    os.rename("f/a.audit", "f/z.audit")
    a.path = "f/z.audit"
    a.grow(99)
    until("the renamed one", lambda: len(p.told()) == len(a.told() + b.told() + c.told()))
    assert p.lines[-1]["number"] == 20, p.lines[-1]
    fd = os.open(b.path, os.O_RDWR)
    os.unlink(b.path)
    b.path = "/proc/self/fd/%d" % fd
    b.grow(16)
    until("the removed one", lambda: len(p.told()) == len(a.told() + b.told() + c.told()))
    assert p.stop() == 0
    same(p.told(), a.told() + b.told() + c.told())
    assert [l["number"] for l in p.lines if l["session"] == "aa"] == [n for _, n in a.told()]


def restart():
    os.makedirs("r")
    random.seed(7)
    recs = [Recording("r/%d.audit" % i, "r%d" % i) for i in range(8)]
    told = []
    for turn in range(12):
        p = Follower("--state", "r.state", "r")
        for _ in range(6):
            r = random.choice(recs)
            r.grow(r.done + random.randrange(1, 6))
            time.sleep(random.random() / 20)
        if turn % 2:
            time.sleep(random.random())
        p.stop(random.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
        told += p.told()
    want = sum((r.told() for r in recs), [])
    p = Follower("--state", "r.state", "r")
    until("the rest", lambda: len(told) + len(p.told()) >= len(want))
    p.stop()
    same(told + p.told(), want)
    assert len(set(told)) == len(told), "some told twice"


def killed():
    """Not asked to end: nothing is lost, and little is told twice."""
    os.makedirs("k")
    random.seed(11)
    recs = [Recording("k/%d.audit" % i, "k%d" % i) for i in range(4)]
    told = []
    for turn in range(6):
        p = Follower("--state", "k.state", "k")
        for _ in range(4):
            r = random.choice(recs)
            r.grow(r.done + random.randrange(1, 4))
            time.sleep(random.random() / 3)
        p.stop(signal.SIGKILL)
        told += p.told()
    for r in recs:
        r.grow(99)
    want = sum((r.told() for r in recs), [])
    p = Follower("--state", "k.state", "k")
    until("the rest", lambda: set(told + p.told()) >= set(want))
    p.stop()
    assert set(told + p.told()) == set(want)


def live():
    """Sessions that auditrec records meanwhile, in more formats than one."""
    auditrec = os.path.join(os.path.dirname(AUDITLOG), "auditrec")
    os.makedirs("v")
    p = Follower("v")
    running = [subprocess.Popen([auditrec, "-q", "-o", "v/%d.%s" % (i, ("audit", "cast")[i % 2]), "-c",
                                 "for i in 1 2 3; do echo $i; sleep 0.2; done; exit %d" % i],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for i in range(6)]
    assert [r.wait(PATIENCE) for r in running] == list(range(6))
    after = subprocess.run([AUDITLOG, "events", "-f", "json", "v"], stdout=subprocess.PIPE, text=True,
                           timeout=PATIENCE).stdout.splitlines()
    want = sorted((l["file"], l["number"]) for l in map(json.loads, after))
    until("all of it", lambda: len(p.lines) >= len(want))
    assert p.stop() == 0
    assert sorted((l["file"], l["number"]) for l in p.lines) == want


def is_locked(path):
    """By whomever; a file that is there is not locked yet."""
    inode = ":%d " % os.stat(path).st_ino
    with open("/proc/locks") as f:
        return any(inode in line for line in f)


def lock():
    os.makedirs("l")
    p = Follower("--state", "l.state", "l")
    until("the lock", lambda: os.path.exists("l.state.lock") and is_locked("l.state.lock"))
    other = subprocess.run([AUDITLOG, "events", "--state", "l.state", "l"], capture_output=True,
                           text=True, timeout=PATIENCE)
    assert other.returncode == 2 and "l.state.lock" in other.stderr, other
    assert p.stop() == 0


def listen(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if os.path.exists(path):
        os.unlink(path)
    s.bind(path)
    s.settimeout(PATIENCE)
    return s


def syslog():
    os.makedirs("s")
    r = Recording("s/a.audit", "s0")
    r.grow(12)
    s = listen("log")
    p = Follower("--to", "syslog", "--socket", "log", "--facility", "local2", "--tag", "watch", "s")
    got = [s.recv(1 << 16).decode() for _ in r.told()]
    before = len(got)
    s.close()
    r.grow(99)
    time.sleep(0.5)  # nobody listens for a while
    s = listen("log")
    got += [s.recv(1 << 16).decode() for _ in r.told()[before:]]
    assert p.stop() == 0
    for line in got:
        head, text = line[:line.index("{")], line[line.index("{"):]
        pri, when, host, tag, pid, kind, nothing = head.split()
        assert pri in ("<150>1", "<149>1"), pri  # local2, info or notice
        assert (tag, pid, nothing) == ("watch", str(p.p.pid), "-"), head
        assert json.loads(text)["event"] == kind, line
    assert [json.loads(l[l.index("{"):])["number"] for l in got] == [n for _, n in r.told()]


def journal():
    messages = auditfile.sample()
    big = "x" * (1 << 20)
    messages.insert(6, auditfile.vendor(5 * 10**6, "marker", label=big))
    auditfile.write("big.audit", messages)
    s = listen("journal")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    p = subprocess.Popen([AUDITLOG, "events", "--to", "journal", "-f", "json", "--socket", "journal",
                          "big.audit"])
    seen, large = [], 0
    while len(seen) < 14:
        data, control, _, _ = s.recvmsg(1 << 20, socket.CMSG_SPACE(4))
        for _, _, raw in control:
            fd = array.array("i", raw)[0]
            data = os.pread(fd, 1 << 22, 0)
            os.close(fd)
            large += 1
        fields = dict(f.split(b"=", 1) for f in data.splitlines())
        event = json.loads(fields[b"AUDITREC_EVENT"])
        assert fields[b"AUDITREC_ID"].decode() == event["session"]
        assert fields[b"AUDITREC_USER"] == b"ann" and fields[b"AUDITREC_FILE"] == b"big.audit"
        assert fields[b"MESSAGE"] and b"PRIORITY" in fields
        seen.append(event["event"])
    assert p.wait(PATIENCE) == 0
    assert large == 1 and "marker" in seen, (large, seen)


def nobody():
    auditfile.write("one.audit", auditfile.sample())
    p = subprocess.run([AUDITLOG, "events", "--to", "journal", "--socket", "none", "one.audit"],
                       capture_output=True, text=True, timeout=PATIENCE)
    assert p.returncode and p.stderr.count("\n") == 1 and "none: nobody listens" in p.stderr, p


globals()[SCENE]()
