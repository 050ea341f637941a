# SPDX-License-Identifier: ISC
"""From a recorder through auditrecd into an object store, and from there onto another machine:
through harm, deaths of all three, and a store that is away."""
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time

from fault_proxy import FAULTS, Proxy
from rec_lib import OUT, decode, main, stream
from recd_lib import CLOSED, END, REFUSED, UNKNOWN, WELCOME, Client, Daemon
from s3_lib import BUCKET, BUILD, PATIENCE, SERVERS, Skip

LOG = os.path.join(BUILD, "auditlog")
PLAY = os.path.join(BUILD, "auditplay")
AUDITRECD = os.path.join(BUILD, "auditrecd")
SEED = int(os.environ.get("SEED", time.time_ns() % 100000))


def some_server(any_keys=False):
    """ANY_KEYS: one that takes them, because somebody else looks."""
    for kind in SERVERS:
        if kind.program and kind.aborts and not (any_keys and kind.checks_keys):
            return kind
    raise Skip("no S3 server (tools/get-s3 fetches them)")


def settings(s, url=None, more=""):
    return ("[s3]\nendpoint = %s\nbucket = %s\npathStyleAccess = yes\naccessKey = %s\n"
            "secretKey = %s\nmetadata.username = yes\nmetadata.ip = yes\n%s\n"
            % (url or s.url, BUCKET, *s.keys, more))


class Shipping(Daemon):
    """A daemon that seals, and ships to S."""
    def __init__(self, d, s, url=None, server="", more=""):
        self.key = d("key")
        if not os.path.exists(self.key):
            subprocess.run([AUDITRECD, "--make-key", self.key], check=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.env = env
        super().__init__(d, server, "[seal]\nkey = %s\ninterval = 200ms\n%s"
                         % (self.key, settings(s, url, more)))
        os.chmod(self.conf, 0o600)

    def start(self, **more):
        return super().start(env=self.env, **more)

    def metrics(self):
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.metrics_socket)
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        return {line.rsplit(" ", 1)[0][len("auditrecd_"):]: int(line.rsplit(" ", 1)[1])
                for line in text.splitlines() if line[0] != "#"}

    def until_shipped(self):
        """Nothing is left here but what is open."""
        try:
            self.until(lambda: not self.recordings(), "not everything was shipped")
        except AssertionError as e:
            raise AssertionError("%s: %s, %s, %s" % (e, os.listdir(self.dir + "/rec"),
                                                     self.metrics(), self.said())) from None


def keys(s):
    return sorted(line.rsplit(" ", 2)[0] for line in s.tool("list", "").decode().splitlines())


def fetch(s, d, key):
    with open(d("fetched"), "wb") as f:
        f.write(s.tool("get", key))
    return d("fetched")


def log(s, *args, **more):
    p = subprocess.run([LOG, *args], env=dict(s.env(), **more), capture_output=True, text=True,
                       timeout=PATIENCE)
    return p.returncode, p.stdout, p.stderr


def pause(seconds):
    time.sleep(seconds)


def session(daemon, bytes_at_a_time, pieces, between=lambda n: None):
    """One whole session of a client of ours, gone on with whatever happens; what it printed."""
    c, sent, held, base = Client(daemon), b"", b"", 0
    end = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < end, "it does not begin"
        try:
            kind, p = c.hello()
        except OSError:
            continue
        if kind == WELCOME:
            break
        c.close()
    out = b""

    def put(raw):
        nonlocal held
        held += raw
        try:
            c.data(raw)
        except OSError:
            again()

    def again():
        end = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < end, "it does not come back"
            try:
                c.close()
                kind, p = c.hello(resume=True, first=0, made=len(held))
                if kind == WELCOME:
                    if c.at < len(held):
                        c.data(held[c.at:])
                    return
            except OSError:
                pass
            time.sleep(0.02)

    put(c.begin())
    for n in range(pieces):
        piece = random.randbytes(bytes_at_a_time)
        out += piece
        put(c.output(piece))
        between(n)
    put(c.end())
    end = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < end, "it does not end"
        try:
            c.send(END, struct.pack(">Q", len(held)))
            c.until(CLOSED)
            return c.id.hex(), out
        except (OSError, AssertionError):
            try:
                c.close()
                kind, p = c.hello(resume=True, first=0, made=len(held))
                if kind == REFUSED and p[:2] == struct.pack(">H", UNKNOWN):
                    return c.id.hex(), out  # it was finished, and the answer was lost
                if kind == WELCOME and c.at < len(held):
                    c.data(held[c.at:])
            except OSError:
                time.sleep(0.02)


def whole(s, d, daemon, key, out):
    path = fetch(s, d, key)
    assert stream(decode(path), OUT) == out, key
    r = subprocess.run([LOG, "verify", "--json", "--key", daemon.key + ".pub", path],
                       capture_output=True, text=True)
    v = json.loads(r.stdout)
    assert r.returncode == 0 and v["seals"]["final"], (key, v)


def test_a_session(d):
    with some_server()(d) as s, Shipping(d, s) as daemon:
        r = subprocess.run(daemon.argv("sh", "-c", "echo to the bucket"), timeout=PATIENCE)
        assert r.returncode == 0
        daemon.until_shipped()
        (key,) = keys(s)
        assert os.listdir(daemon.dir + "/rec") == []
        whole(s, d, daemon, key, b"to the bucket\r\n")
        status, out, err = log(s, "list", "--json", "s3://" + BUCKET)
        assert status == 0 and json.loads(out)["connectionId"] == key, (out, err)
        status, out, err = log(s, "verify", "--key", daemon.key + ".pub", "s3://%s/%s" % (BUCKET, key))
        assert status == 0, (out, err)
        assert daemon.metrics()["s3_uploaded_total"] == 1


def test_parts_while_it_runs(d):
    """Parts go up before the session ends; a dead daemon goes on with them."""
    with some_server()(d) as s, Shipping(d, s) as daemon:
        seen = []

        def between(n):
            if n == 40:
                daemon.until(lambda: daemon.metrics()["s3_parts_total"] > 0, "no part was sent")
                seen.extend(s.tool("uploads", "").decode().splitlines())
                daemon.stop(signal.SIGKILL)
                daemon.start()

        key, out = session(daemon, 200000, 60, between)
        daemon.until_shipped()
        assert seen and not s.tool("uploads", ""), seen
        assert keys(s) == [key]
        whole(s, d, daemon, key, out)


def test_encrypted_from_now_on(d):
    """Parts went up as they were; then recordings are to be encrypted."""
    subprocess.run([LOG, "keygen", d("ann")], check=True)
    with some_server()(d) as s, Shipping(d, s) as daemon:
        def between(n):
            if n == 80:
                daemon.until(lambda: daemon.metrics()["s3_parts_total"] > 1, "no parts were sent")
                daemon.stop(signal.SIGKILL)
                with open(daemon.conf, "a") as f:
                    f.write("[encryption]\nrecipients = %s\n" % d("ann.pub"))
                daemon.start()

        key, out = session(daemon, 200000, 90, between)
        daemon.until_shipped()
        path = fetch(s, d, key)
        p = subprocess.run([LOG, "convert", "-f", "raw", path, "-"], capture_output=True,
                           env=dict(os.environ, AUDITREC_PRIVATE_KEY=d("ann")))
        assert p.returncode == 0 and p.stdout == out, (p.stderr, len(p.stdout), len(out))
        assert not s.tool("uploads", "")


def test_the_store_is_away(d):
    with some_server()(d) as s, Shipping(d, s) as daemon:
        s.kill()
        ids = [session(daemon, 1000, 3) for _ in range(5)]
        daemon.until(lambda: daemon.metrics()["s3_paused"] == 1, "it does not notice")
        assert len(daemon.recordings()) == 5 and daemon.metrics()["s3_waiting"] == 5
        daemon.stop()
        daemon.start()
        s.start()
        daemon.until_shipped()
        assert keys(s) == sorted(k for k, _ in ids)
        for key, out in ids:
            whole(s, d, daemon, key, out)


def test_wrong_keys(d):
    with some_server()(d) as s:
        if not s.checks_keys:
            raise Skip("%s takes any key" % type(s).__name__)
        with Shipping(d, s) as daemon:
            text = open(daemon.conf).read()
            daemon.stop()
            with open(daemon.conf, "w") as f:
                f.write(text.replace("secretKey = " + s.keys[1], "secretKey = wrong"))
            daemon.start()
            key, out = session(daemon, 1000, 2)
            daemon.until(lambda: any(k.startswith("s3_failures_total") and v
                                     for k, v in daemon.metrics().items()), "nobody says so")
            assert daemon.recordings() == [key]
            daemon.stop()
            with open(daemon.conf, "w") as f:
                f.write(text)
            daemon.start()
            daemon.until_shipped()
            whole(s, d, daemon, key, out)


def test_harm_and_deaths(d):
    """Requests are harmed, the daemon dies at any moment: every session is there once, whole,
    and no upload is left."""
    random.seed(SEED)
    print("# SEED=%d" % SEED)
    calm = threading.Event()

    def fault(method, path):
        usable = [f for f in FAULTS if f not in ("stall", "lie-tag")
                  and (f != "spoil" or some_server().checks_bytes)]
        return None if calm.is_set() or random.random() > 0.15 else random.choice(usable)

    with some_server()(d) as s, Proxy(("127.0.0.1", s.port), fault) as proxy:
        daemon = Shipping(d, s, proxy.url, "grace = 1h")
        with daemon:
            done, lock, over = [], threading.Lock(), threading.Event()

            def client(sizes):
                for size in sizes:
                    got = session(daemon, size, 12, lambda n: pause(0.005))
                    with lock:
                        done.append(got)

            threads = [threading.Thread(target=client, args=([3000, 600000, 50, 90000],))
                       for _ in range(3)]
            for t in threads:
                t.start()
            for _ in range(int(os.environ.get("ROUNDS", 6))):
                pause(random.uniform(0.1, 0.5))
                daemon.stop(signal.SIGKILL)
                daemon.start()
            for t in threads:
                t.join(PATIENCE * 3)
                assert not t.is_alive(), "a session hangs"
            over.set()
            calm.set()
            # what failed often is tried again after minutes, or by the next daemon
            daemon.stop()
            daemon.start()
            daemon.until_shipped()
            assert len(done) == 12 and keys(s) == sorted(k for k, _ in done)
            for key, out in done:
                whole(s, d, daemon, key, out)
            assert not s.tool("uploads", "")


def test_a_second_machine(d):
    """Two machines (network namespaces): what one recorded the other reads from the store."""
    if os.getuid() != 0:
        raise Skip("not root")
    for program in ("ip", "nsenter", "unshare"):
        if subprocess.run(["which", program], capture_output=True).returncode:
            raise Skip("no " + program)
    some_server()
    p = subprocess.run(["unshare", "-n", sys.executable, "-B", __file__, INSIDE],
                       capture_output=True, text=True, timeout=PATIENCE * 3)
    if "SKIP" in p.stdout:
        raise Skip(p.stdout.split("SKIP", 1)[1].strip())
    assert "ok 1 - " in p.stdout and "not ok" not in p.stdout, p.stdout + p.stderr


def ip(*words, inside=()):
    p = subprocess.run([*inside, "ip", *words], capture_output=True, text=True)
    if p.returncode:
        raise Skip("no such networks here: " + p.stderr.strip())


def inside_first_machine(d):
    """In a namespace of its own, with nothing in it but what is made here."""
    ip("link", "set", "lo", "up")
    other = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
    net = ["nsenter", "-t", str(other.pid), "-n"]
    try:
        end = time.monotonic() + PATIENCE
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink("/proc/%d/ns/net" % other.pid) == ours:
            assert time.monotonic() < end
            time.sleep(0.01)
        ip("link", "add", "up0", "type", "veth", "peer", "name", "up1", "netns", str(other.pid))
        ip("addr", "add", "198.51.100.1/30", "dev", "up0")
        ip("link", "set", "up0", "up")
        ip("addr", "add", "198.51.100.2/30", "dev", "up1", inside=net)
        ip("link", "set", "up1", "up", inside=net)
        with some_server()(d) as s, Shipping(d, s) as daemon, \
                Proxy(("127.0.0.1", s.port), host="198.51.100.1") as door:
            r = subprocess.run(daemon.argv("sh", "-c", "echo on the first machine; seq 1 10"),
                               timeout=PATIENCE)
            assert r.returncode == 0
            daemon.until_shipped()
            (key,) = keys(s)

            def there(*argv, text=None):
                p = subprocess.run(net + list(argv), env=s.env(door.url), input=text,
                                   capture_output=True, text=True, timeout=PATIENCE)
                assert p.returncode == 0, (argv, p.stderr)
                return p.stdout

            url = "s3://%s/%s" % (BUCKET, key)
            assert key in there(LOG, "list", "s3://" + BUCKET)
            assert "on the first machine" in there(LOG, "grep", "first machine", "s3://" + BUCKET)
            there(LOG, "verify", "--key", daemon.key + ".pub", url)
            shown = there(PLAY, "--script", "-", url, text="size 80x40\nindex\nkey End\nscreen\n")
            assert "on the first machine" in shown, shown
            assert door.requests > 0
    finally:
        other.kill()
        other.wait()


INSIDE = "--inside-first-machine"


if __name__ == "__main__":
    if sys.argv[1:] == [INSIDE]:
        main(inside_first_machine)
    chosen = [f for n, f in list(globals().items()) if n.startswith("test_")
              and (len(sys.argv) < 2 or any(a in n for a in sys.argv[1:]))]
    main(*chosen)
