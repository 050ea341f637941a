# SPDX-License-Identifier: ISC
"""A campaign of kills: recorders, the daemon and the object store work together, one of them
is killed with -9 at every random moment and started again, and what goes over the network is
harmed.  Whatever was acknowledged is in the store afterwards, once, and sealed; nothing is
left anywhere else; and the same with recordings that are encrypted when they end.
ROUNDS kills, SEED says which."""
import json
import os
import random
import select
import signal
import struct
import subprocess
import threading
import time

from fault_proxy import FAULTS, Proxy
from rec_lib import MAGIC, OUT, decode, main, stream
from recd_lib import ACK, CLOSED, END, REFUSED, UNKNOWN, WELCOME, Client
from recd_s3 import LOG, PATIENCE, SEED, Shipping, Skip, fetch, keys
from s3_lib import Moto, S3rver, VersityGW

ROUNDS = int(os.environ.get("ROUNDS", "12"))
WRITERS = 3
HARM = 0.1
MESSAGE = 60000
SIZES = 2 * ((0, 300), (1000, 60000), (100000, 1000000)) + ((6000000, 12000000),)
WRITE = ("i=0; while [ $i -lt $2 ]; do dd if=$0 bs=$1 skip=$i count=1 status=none; sleep 0.03; "
         "i=$((i+1)); done")


def pause(most):
    """A random moment is what is wanted here; nothing is waited for."""
    time.sleep(random.uniform(0, most))


class Session:
    """What was written, how much of it was acknowledged, and whether it came to its end."""
    def __init__(self, number):
        size = random.randint(*random.choice(SIZES))
        self.label = b"session %d;" % number
        self.data = self.label + random.randbytes(size)
        self.key, self.acked, self.ended = None, 0, False

    def pieces(self):
        n = random.randint(1, 12)
        step = max(1, -(-len(self.data) // n))
        return [self.data[i:i + step] for i in range(0, len(self.data), step)]


class Depositor:
    """A client that shares nothing with ours and knows what was acknowledged."""
    def __init__(self, daemon, session):
        self.daemon, self.session = daemon, session
        self.held, self.ends = b"", []
        self.window_at = 0  # what the daemon has, not always for good
        self.client = None
        end = time.monotonic() + PATIENCE
        while not self.client:
            assert time.monotonic() < end, "it does not begin"
            c = Client(daemon)
            try:
                kind, p = c.hello()
            except OSError:
                kind = None
            if kind == WELCOME:
                self.client = c
            else:
                c.close()
                time.sleep(0.01)
        session.key = self.client.id.hex()

    def again(self):
        """Comes back until it is let in; False when the daemon has finished it."""
        end, why = time.monotonic() + PATIENCE, None
        while True:
            assert time.monotonic() < end, "it does not come back: %r" % why
            self.client.close()
            try:
                kind, p = self.client.hello(resume=True, first=0, made=len(self.held))
                why = kind, p
                if kind == REFUSED and p[:2] == struct.pack(">H", UNKNOWN):
                    return False
                if kind == WELCOME:
                    self.window_at = self.client.at
                    self.send(self.held[self.client.at:])
                    return True
            except OSError as e:
                why = e
            time.sleep(0.01)

    def send(self, raw):
        """Never more on its way than the window."""
        for i in range(0, len(raw), 65536):
            while self.client.at - self.window_at > self.client.window - 65536:
                self.listen(PATIENCE)
            self.client.data(raw[i:i + 65536])
            self.listen(0)

    def listen(self, seconds):
        while select.select([self.client.sock], [], [], seconds)[0]:
            kind, p = self.client.frame()
            if kind not in (ACK, CLOSED):
                raise ConnectionResetError
            self.window_at = struct.unpack(">Q", p)[0]
            self.session.acked = max(self.session.acked, sum(
                n for at, n in self.ends if at <= self.window_at))
            seconds = 0
            if kind == CLOSED:
                self.session.ended = True
                return

    def put(self, raw, n=0):
        self.held += raw
        self.ends.append((len(self.held), n))
        try:
            self.send(raw)
        except OSError:
            assert self.again(), "a session that goes on is not known any more"

    def finish(self):
        while not self.session.ended:
            try:
                self.client.send(END, struct.pack(">Q", len(self.held)))
                while not self.session.ended:
                    self.listen(PATIENCE)
            except OSError:
                if not self.again():  # it was finished, and the answer was lost
                    self.session.ended = True
                    self.session.acked = len(self.session.data)


class Campaign:
    def __init__(self, d, server, proxy, daemon, rounds):
        self.rounds = rounds
        self.d, self.server, self.proxy, self.daemon = d, server, proxy, daemon
        self.lock, self.over, self.away = threading.Lock(), threading.Event(), threading.Event()
        self.sessions, self.recorders, self.failures, self.not_begun = [], [], [], 0
        self.harm = [f for f in FAULTS if f not in ("stall", "lie-tag")
                     and (f != "spoil" or server.checks_bytes)]
        self.kills = {"recorder": 0, "daemon": 0, "server": 0}

    # ---- who writes ----

    def session(self):
        with self.lock:
            s = Session(len(self.sessions))
            self.sessions.append(s)
        return s

    def deposit(self):
        s = self.session()
        to = Depositor(self.daemon, s)
        to.put(to.client.begin())
        abandon = random.random() < 0.15
        pieces = s.pieces()
        for n, piece in enumerate(pieces):
            if abandon and n >= len(pieces) // 2:
                to.client.close()
                return
            for i in range(0, len(piece), MESSAGE):
                part = piece[i:i + MESSAGE]
                to.put(to.client.output(part), len(part))
            pause(0.05)
        to.put(to.client.end())
        to.finish()

    def record(self):
        """A recorder of ours, which may be killed itself."""
        s = self.session()
        path = self.d("in-%s" % threading.get_ident())
        with open(path, "wb") as f:
            f.write(s.data)
        n = random.randint(1, 12)
        p = subprocess.Popen(self.daemon.argv("sh", "-c", "stty raw; " + WRITE, path,
                                              str(max(1, -(-len(s.data) // n))), str(n)),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        with self.lock:
            self.recorders.append(p)
        out, said = p.communicate(timeout=PATIENCE * 2)
        with self.lock:
            self.recorders.remove(p)
        if p.returncode == 0 and not said:
            s.ended, s.acked = True, len(s.data)
        elif p.returncode != -signal.SIGKILL:  # nobody listened, or died while it did
            assert not out and b"cannot be written" not in said, (p.returncode, said, len(out))
            self.not_begun += 1

    def write(self):
        try:
            while not self.over.is_set():
                random.choice((self.deposit, self.record))()
        except Exception as e:
            self.failures.append(e)
            raise

    # ---- who harms and kills ----

    def fault(self, method, path):
        if self.away.is_set():
            return "refuse"
        return random.choice(self.harm) if random.random() < HARM else None

    def kill_recorder(self):
        with self.lock:
            if self.recorders:
                random.choice(self.recorders).kill()
                self.kills["recorder"] += 1
                return
        self.kill_daemon()

    def kill_daemon(self):
        self.daemon.stop(signal.SIGKILL)
        self.kills["daemon"] += 1
        pause(0.1)
        self.daemon.start()

    def kill_server(self):
        """One that loses what it said it has is only out of reach for a while."""
        self.kills["server"] += 1
        if self.server.durable:
            self.server.kill()
            pause(0.3)
            self.server.start()
        else:
            self.away.set()
            self.proxy.cut()
            pause(0.5)
            self.away.clear()

    def run(self):
        self.proxy.fault = self.fault
        threads = [threading.Thread(target=self.write, daemon=True) for _ in range(WRITERS)]
        for t in threads:
            t.start()
        kill = (self.kill_recorder, self.kill_daemon, self.kill_daemon, self.kill_server)
        for _ in range(self.rounds):
            pause(0.5)
            random.choice(kill)()
            assert not self.failures, self.failures
        self.over.set()
        self.proxy.fault = lambda method, path: None
        for t in threads:
            t.join(PATIENCE * 3)
            assert not t.is_alive(), "a session hangs"
        assert not self.failures, self.failures

    # ---- afterwards ----

    def settle(self):
        """Who does not come back is given up, the rest is shipped."""
        self.daemon.stop()
        text = open(self.daemon.conf).read()
        with open(self.daemon.conf, "w") as f:
            f.write(text.replace("grace = 10h", "grace = 300ms"))
        self.daemon.start()
        end, left = time.monotonic() + PATIENCE, None
        while os.listdir(self.daemon.dir + "/rec"):
            now = os.listdir(self.daemon.dir + "/rec")
            if now != left:
                end, left = time.monotonic() + PATIENCE, now
            assert time.monotonic() < end, (now, self.daemon.metrics(), self.daemon.said()[-5000:])
            time.sleep(0.05)

    def log(self, *args):
        r = subprocess.run([LOG, *args], capture_output=True,
                           env=dict(os.environ, AUDITREC_PRIVATE_KEY=self.d("ann")))
        assert r.returncode == 0, r
        return r.stdout

    def check(self, key, known):
        path = fetch(self.server, self.d, key)
        verified = json.loads(self.log("verify", "--json", "--key", self.daemon.key + ".pub", path))
        assert verified["seals"]["final"], (key, verified)
        with open(path, "rb") as f:
            plain = f.read(len(MAGIC)) == MAGIC
        assert plain != os.path.exists(self.d("ann")), key
        got = stream(decode(path), OUT) if plain else self.log("convert", "-f", "raw", path, "-")
        if key in known:
            s = known.pop(key)
        else:
            s = known.pop(got.split(b";")[0] + b";", None)
            if not s:  # a recorder that was killed before it wrote anything
                assert not got or len(got) < 12, (key, got[:100])
                return 0
        if s.ended:
            assert got == s.data, (key, len(got), len(s.data))
        else:
            assert s.data.startswith(got) and len(got) >= s.acked, (key, s.acked, len(got))
        return len(got)

    def check_all(self):
        there = keys(self.server)
        known = {s.key or s.label: s for s in self.sessions}
        total = sum(self.check(key, known) for key in there)
        lost = [(s.label, s.key) for s in known.values() if s.acked or s.ended]
        assert not lost, lost
        if self.server.aborts:
            left = self.server.tool("uploads", "").decode()
            assert not left, left
        return len(there), total


def campaign(d, rounds, settings=""):
    random.seed(SEED)
    kind = next((k for k in (VersityGW, Moto, S3rver) if k.program), None)
    if not kind:
        raise Skip("no S3 server (tools/get-s3 fetches them)")
    begun = time.monotonic()
    with kind(d) as s, Proxy(("127.0.0.1", s.port)) as proxy:
        with Shipping(d, s, proxy.url, "grace = 10h", settings) as daemon:
            c = Campaign(d, s, proxy, daemon, rounds)
            try:
                c.run()
                c.settle()
                objects, total = c.check_all()
            except AssertionError as e:
                raise AssertionError("SEED=%d: %s\n%s\n%s" % (SEED, e, daemon.said()[-3000:],
                                                             proxy.log[-12:])) from e
    harmed = sum(1 for _, _, f in proxy.log if f)
    print("# %s, SEED %d: %d kills %s; %d sessions, %d to their end, %d not begun; %d requests, "
          "%d harmed; %d recordings with %.1f MB in the store, nothing lost, %.0f s"
          % (kind.__name__, SEED, sum(c.kills.values()), c.kills, len(c.sessions),
             sum(s.ended for s in c.sessions), c.not_begun, proxy.requests, harmed, objects,
             total / 1e6, time.monotonic() - begun))


def test_campaign(d):
    campaign(d, -(-ROUNDS * 2 // 3))


def test_campaign_encrypted(d):
    subprocess.run([LOG, "keygen", d("ann")], check=True)
    campaign(d, ROUNDS // 3, "[encryption]\nrecipients = %s.pub\n" % d("ann"))


if __name__ == "__main__":
    Shipping.sync = "interval"
    main(test_campaign, test_campaign_encrypted)
