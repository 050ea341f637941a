#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""auditrecd: sessions of auditrec and of a client of our own; restarts, deaths, limits and
those who want what is not theirs."""
import json
import os
import pwd
import random
import signal
import socket
import struct
import subprocess
import sys
import zlib

from rec_lib import OUT, PATIENCE, Skip, check_order, decode, events, main, of_type, stream, types
from recd_lib import (ACK, AUDITRECD, CLOSED, CONTENT, DATA, END, FULL, LIMIT, MALFORMED, NOT_YOURS,
                      ORDER, TAKEN, UNKNOWN, VERSION, WELCOME, Client, Daemon)

AUDITLOG = os.path.join(os.path.dirname(AUDITRECD), "auditlog")
FLOOD = "i=0; while [ $i -lt 60 ]; do seq $i 3000; i=$((i+1)); sleep 0.01; done"


def flood():
    return b"".join(b"".join(b"%d\r\n" % n for n in range(i, 3001)) for i in range(60))


def run(daemon, *command, **more):
    return subprocess.run(daemon.argv(*command), capture_output=True, timeout=PATIENCE, **more)


def test_session(d):
    with Daemon(d) as daemon:
        r = run(daemon, "sh", "-c", "echo out; echo err >&2; exit 3")
        assert (r.returncode, r.stderr) == (3, b""), r
        (name,) = daemon.recordings()
        ms = decode(daemon.path(name))
        assert types(ms)[:2] == [0, 400] and types(ms)[-1] == 1, types(ms)
        kernel, ours = events(ms, "session")
        assert kernel["trust"] == "kernel" and kernel["uid"] == os.getuid(), kernel
        assert kernel["user"] == pwd.getpwuid(os.getuid()).pw_name
        assert kernel["pid"] == ours["pid"] and kernel["start"] > 0
        assert stream(ms, OUT) == b"out\r\nerr\r\n"
        assert of_type(ms, 499) == [{"exitStatus": 3}]
        check_order([m for m in ms if not (m["payload"] or {}).get("requestId", 0) >> 32])
        assert not daemon.is_open(name)
        assert os.stat(daemon.path(name)).st_mode & 0o777 == 0o640
        meta = eval(open(daemon.path(name) + ".metadata.json").read(), {"true": True, "false": False})
        assert set(meta) == {"startTime", "remoteAddr", "authenticated", "username", "country"}, meta
        m = daemon.metrics()
        assert (m["sessions_begun_total"], m["sessions_ended_total"], m["sessions"]) == (1, 1, 0), m


def has_begun(daemon):
    """Whether some session that is open has printed something, and that is on the disk."""
    return any(daemon.is_open(n) and os.path.getsize(daemon.path(n)) > 40 and
               stream(decode(daemon.path(n)), OUT) for n in daemon.recordings())


def test_killed_daemon(d):
    """However often it dies: every byte once."""
    with Daemon(d) as daemon:
        for round in range(int(os.environ.get("ROUNDS", 4))):
            p = subprocess.Popen(daemon.argv("sh", "-c", FLOOD), stderr=subprocess.PIPE)
            daemon.until(lambda: has_begun(daemon) or p.poll() is not None, "it does not begin")
            for _ in range(3):
                pause(random.uniform(0.05, 0.3))
                daemon.stop(signal.SIGKILL if random.random() < 0.7 else signal.SIGTERM)
                daemon.start()
            assert p.wait(PATIENCE) == 0, p.stderr.read()
            p.stderr.close()
            name = max(daemon.recordings(), key=lambda n: os.stat(daemon.path(n)).st_mtime_ns)
            ms = decode(daemon.path(name))
            assert stream(ms, OUT) == flood(), (round, len(stream(ms, OUT)), len(flood()))
            assert types(ms)[-1] == 1 and not events(ms, "gap")
            assert not daemon.is_open(name)


def pause(seconds):
    """A random moment is what is wanted here; nothing is waited for."""
    import time
    time.sleep(seconds)


def test_killed_recorder(d):
    with Daemon(d, "grace = 300ms") as daemon:
        p = subprocess.Popen(daemon.argv("sh", "-c", "echo begun; sleep 1000"))
        daemon.until(lambda: daemon.metrics()["acknowledged_bytes_total"] and b"begun" in stream(
            decode(daemon.path(daemon.recordings()[0])), OUT), "nothing came")
        (name,) = daemon.recordings()
        p.kill()
        p.wait()
        daemon.until(lambda: not daemon.is_open(name), "it was not finished")
        ms = decode(daemon.path(name))
        (gap,) = events(ms, "gap")
        assert gap["what"] == "the end of the session" and gap["why"] == "its recorder went away"
        assert types(ms)[-1] == 1 and b"begun" in stream(ms, OUT)
        assert daemon.metrics()["sessions_abandoned_total"] == 1


def test_left_open_over_a_restart(d):
    """Nobody comes back for it: finished by the next daemon."""
    with Daemon(d, "grace = 300ms") as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(b"x"))
        c.acked(c.at)
        daemon.stop(signal.SIGKILL)
        c.close()
        assert daemon.is_open(c.id.hex())
        daemon.start()
        daemon.until(lambda: not daemon.is_open(c.id.hex()), "it was not finished")
        ms = decode(daemon.path(c.id.hex()))
        assert types(ms) == [0, 400, 500, 400, 1], types(ms)


def test_room_after_a_crash(d):
    """What was left open, and nobody came back for, takes nobody's place."""
    with Daemon(d, "connections = 4") as daemon:
        left = [Client(daemon), Client(daemon)]
        for c in left:
            assert c.hello()[0] == WELCOME
            c.data(c.begin())
            c.acked(c.at)
        assert Client(daemon).hello()[1][:2] == struct.pack(">H", LIMIT)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        fresh = [Client(daemon), Client(daemon)]
        for c in fresh:
            assert c.hello()[0] == WELCOME
        assert daemon.metrics()["sessions"] == 4
        for old, new in zip(left, fresh):
            old.close()
            new.close()
        daemon.until(lambda: daemon.metrics()["connections"] == 0, "they are still there")
        for c in left:
            assert c.hello(resume=True, made=c.at)[0] == WELCOME


def test_nothing_came_of_it(d):
    with Daemon(d) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.close()
        daemon.until(lambda: not os.listdir(daemon.dir + "/rec"), "the empty recording stays")


def test_registered_and_killed(d):
    """kill -9 between registering and its answer: who asks again is welcome; who never comes
    back leaves nothing."""
    with Daemon(d, "grace = 1s") as daemon:
        c, lost = Client(daemon), Client(daemon)
        assert c.hello()[0] == WELCOME and lost.hello()[0] == WELCOME
        daemon.stop(signal.SIGKILL)
        assert len(daemon.recordings()) == 2
        daemon.configure("grace = 1s")
        daemon.start()
        c.token = bytes(16)
        assert c.hello()[0] == WELCOME and c.at == 0
        c.data(c.begin() + c.output(b"here") + c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)
        daemon.until(lambda: daemon.recordings() == [c.id.hex()], "what never was is there")
        assert stream(decode(daemon.path(c.id.hex())), OUT) == b"here"


def test_protocol(d):
    with Daemon(d) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME and c.at == 0
        c.data(c.begin()[:10])
        c.data(c.begin()[10:] + c.output(b"one"))
        c.acked(c.at)
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        assert struct.unpack(">Q", c.until(CLOSED))[0] == c.at
        assert c.frame() == (None, b"")
        # it is finished: neither begun anew nor gone on with
        again = Client(daemon, c.id)
        assert again.hello()[1][:2] == struct.pack(">H", TAKEN)
        again.token = c.token
        assert again.hello(resume=True)[1][:2] == struct.pack(">H", UNKNOWN)


def test_an_acknowledgement_that_got_lost(d):
    """Who comes back and still has bytes that are kept hears of it: nothing else may follow."""
    with Daemon(d) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(b"x"))
        daemon.until(lambda: daemon.metrics()["acknowledged_bytes_total"] == c.at, "it is not kept")
        c.close()
        assert c.hello(resume=True, first=0, made=c.at)[0] == WELCOME
        c.acked(c.at)
        c.data(c.output(b"y"))
        c.acked(c.at)
        assert daemon.metrics()["acknowledged_bytes_total"] == c.at


def test_refusals(d):
    with Daemon(d, "window = 64K") as daemon:
        def fresh(begin=True):
            c = Client(daemon)
            assert c.hello()[0] == WELCOME
            if begin:
                c.data(c.begin())
            return c

        c = Client(daemon).connect()
        c.send(DATA, bytes(9))
        assert c.refused() == MALFORMED
        c = Client(daemon).connect()
        c.sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert c.refused() == MALFORMED
        assert Client(daemon).hello(version=9, oldest=2)[1][:2] == struct.pack(">H", VERSION)
        assert Client(daemon).hello(first=5, made=9)[1][:2] == struct.pack(">H", ORDER)
        c = fresh()
        c.at += 1
        c.data(b"x")
        assert c.refused() == ORDER
        c = fresh()
        c.data(b"no message at all")
        assert c.refused() == CONTENT
        c = fresh()
        c.data(c.message(400, {"requestId": 1 << 32, "requestType": "session@auditrec",
                               "payload": b"{}"}))
        assert c.refused() == CONTENT
        assert [e.get("trust") for e in events(decode(daemon.path(c.id.hex())), "session")] == ["kernel"]
        c = fresh()
        c.send(END, struct.pack(">Q", c.at + 1))
        assert c.refused() == ORDER
        assert Client(daemon, c.id).hello()[1][:2] == struct.pack(">H", TAKEN)


def test_somebody_elses(d):
    """Neither without the token, nor with it as another user."""
    if os.getuid() != 0:
        raise Skip("not root")
    with Daemon(d) as daemon:
        os.chmod(d(""), 0o755)
        os.chmod(daemon.dir, 0o755)
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin())
        c.acked(c.at)
        thief = Client(daemon, c.id)
        thief.at = c.at
        assert thief.hello(resume=True, made=c.at)[1][:2] == struct.pack(">H", NOT_YOURS)
        thief.token = c.token
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                right = thief.hello(resume=True, made=c.at)[1][:2] == struct.pack(">H", NOT_YOURS)
                names = []
                for name in (c.id.hex(), c.id.hex() + ".metadata.json", "../secret"):
                    try:
                        open(daemon.path(name), "rb")
                        names.append(name)
                    except OSError:
                        pass
                status = 0 if right and not names else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        # and the owner goes on, from another connection too
        c.close()
        assert c.hello(resume=True)[0] == WELCOME
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)


def test_limits(d):
    with Daemon(d, "user-sessions = 2\nsession-size = 100000") as daemon:
        a, b, c = Client(daemon), Client(daemon), Client(daemon)
        assert a.hello()[0] == WELCOME and b.hello()[0] == WELCOME
        assert c.hello()[1][:2] == struct.pack(">H", LIMIT)
        b.data(b.begin())
        b.acked(b.at)
        b.close()  # alone, and still counted
        assert c.hello()[1][:2] == struct.pack(">H", LIMIT)
        a.data(a.begin() + a.output(bytes(60000)))
        a.data(a.output(bytes(60000)))
        assert a.refused() == LIMIT
        assert [e["what"] for e in events(decode(daemon.path(a.id.hex())), "gap")] == [
            "the end of the session"]
        assert c.hello()[0] == WELCOME


def test_rate(d):
    """Who sends too fast waits, and loses nothing."""
    with Daemon(d, "user-rate = 1M\nuser-burst = 16K\nwindow = 1M") as daemon:
        p = subprocess.Popen(daemon.argv("sh", "-c", "i=0; while [ ! -e %s ]; do seq $i $((i+999)); i=$((i+1000)); done"
                                         % d("enough")), stderr=subprocess.PIPE)
        daemon.until(lambda: daemon.metrics()["throttled_total"] > 0, "nobody had to wait")
        open(d("enough"), "w").close()
        _, err = p.communicate(timeout=PATIENCE)
        assert (p.returncode, err) == (0, b"")
        (name,) = daemon.recordings()
        out = stream(decode(daemon.path(name)), OUT)
        assert out == b"".join(b"%d\r\n" % n for n in range(len(out.splitlines()))) and out.endswith(b"999\r\n")


def test_full(d):
    """No room: auditrec does as its policy has it, the recording holds what there was room for."""
    with Daemon(d, "", "size = 60000") as daemon:
        r = run(daemon, "--on-error", "continue", "sh", "-c", "head -c 300000 /dev/urandom | base64; exit 4")
        assert r.returncode in (4, 74), r
        assert b"no space" in r.stderr or b"full" in r.stderr, r.stderr
        (name,) = daemon.recordings()
        assert os.path.getsize(daemon.path(name)) <= 60000
        assert daemon.metrics()["store_failures_total"] > 0


def test_old_recordings_go(d):
    """Finished ones, the oldest first; what is open stays, however large it is."""
    with Daemon(d) as daemon:
        def record(size):
            c = Client(daemon)
            assert c.hello()[0] == WELCOME
            c.data(c.begin() + c.output(random.randbytes(size)))
            c.acked(c.at)
            return c

        done = []
        for n in range(4):
            c = record(20000)
            c.data(c.end())
            c.send(END, struct.pack(">Q", c.at))
            c.until(CLOSED)
            done.append(c.id.hex())
            os.utime(daemon.path(done[n]), (n, n))
        opened = record(90000)
        daemon.stop()
        opened.close()
        daemon.configure("", "keep-size = 50K")
        daemon.start()
        left = sorted(done[2:] + [opened.id.hex()])
        daemon.until(lambda: daemon.recordings() == left, "others are left")
        assert not os.path.exists(daemon.path(done[0] + ".metadata.json"))


def test_no_daemon(d):
    with Daemon(d) as daemon:
        daemon.stop()
        r = run(daemon, "sh", "-c", "touch %s" % d("ran"))
        assert r.returncode == 2 and not os.path.exists(d("ran")), r
        assert r.stderr.count(b"\n") == 1 and daemon.socket.encode() in r.stderr, r.stderr


def test_both(d):
    with Daemon(d) as daemon:
        os.mkdir(d("own"))
        argv = daemon.argv("--directory", d("own"), "sh", "-c", "echo twice")
        argv[argv.index("--sink") + 1] = "both"
        assert subprocess.run(argv, timeout=PATIENCE).returncode == 0
        (own,) = [os.path.join(at, n) for at, _, names in os.walk(d("own")) for n in names]
        assert stream(decode(own), OUT) == b"twice\r\n"
        (name,) = daemon.recordings()
        assert stream(decode(daemon.path(name)), OUT) == b"twice\r\n"


def test_many_at_once(d):
    with Daemon(d) as daemon:
        clients = [Client(daemon) for _ in range(200)]
        for c in clients:
            assert c.hello()[0] == WELCOME
        for n in range(5):
            for c in clients:
                c.data((c.begin() if n == 0 else b"") + c.output(c.id * n))
        for c in clients:
            c.data(c.end())
            c.send(END, struct.pack(">Q", c.at))
        for c in clients:
            c.until(CLOSED)
            c.close()
        for c in clients:
            assert stream(decode(daemon.path(c.id.hex())), OUT) == c.id * 10
        assert len(daemon.recordings()) == 200


def test_configuration(d):
    with Daemon(d, "grace = 77s") as daemon:
        r = subprocess.run([AUDITRECD, "-t", "-c", daemon.conf], capture_output=True, text=True)
        assert r.returncode == 0 and "\ngrace = 77s\n" in r.stdout, r
        daemon.configure("grace = soon\nnonsense = 1")
        r = subprocess.run([AUDITRECD, "-t", "-c", daemon.conf], capture_output=True, text=True)
        assert r.returncode == 2 and r.stdout == "", r
        assert [line.split(": ", 1)[1] for line in r.stderr.splitlines()] == [
            daemon.conf + ":5: grace: 'soon' is no number",
            daemon.conf + ":6: nonsense: [server] knows no 'nonsense'"], r.stderr
        r = subprocess.run([AUDITRECD, "-c", daemon.conf], capture_output=True, text=True)
        assert r.returncode == 2
        # the one that runs stays as it is, then takes what is right
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.until(lambda: "nonsense" in daemon.said(), "it was not read")
        a, b = Client(daemon), Client(daemon)
        assert a.hello()[0] == WELCOME
        daemon.configure("user-sessions = 1")
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.until(lambda: b.hello()[1][:2] == struct.pack(">H", LIMIT), "it was not taken")


def verify(path, key):
    r = subprocess.run([AUDITLOG, "verify", "--json", "--key", key, path], capture_output=True)
    return r.returncode, json.loads(r.stdout)


def seals(path, key):
    """How many of them are good."""
    return (verify(path, key)[1].get("seals") or {}).get("good", 0)


def test_seals(d):
    """Over restarts and deaths; every edit is found, a crash is told from it."""
    key = d("key")
    subprocess.run([AUDITRECD, "--make-key", key], check=True)
    r = subprocess.run([AUDITRECD, "--make-key", key], capture_output=True)
    assert r.returncode == 2 and os.stat(key).st_mode & 0o777 == 0o600, r
    with Daemon(d, "grace = 1h", "[seal]\nkey = %s\ninterval = 20ms" % key) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin())
        sealed = 0
        for n in range(6):
            c.data(c.output(random.randbytes(3000)))
            c.acked(c.at)
            before = sealed
            daemon.until(lambda: seals(daemon.path(c.id.hex()), key + ".pub") > before, "no seal comes")
            sealed = seals(daemon.path(c.id.hex()), key + ".pub")
            if n % 2:
                daemon.stop(signal.SIGKILL if n == 1 else signal.SIGTERM)
                c.close()
                daemon.start()
                at = c.at
                assert c.hello(resume=True, first=0, made=at)[0] == WELCOME and c.at == at
        # whose word would stand before the kernel's
        thief = Client(daemon)
        assert thief.hello()[0] == WELCOME
        thief.data(thief.message(400, {"requestId": 0, "requestType": "session@auditrec",
                                       "payload": b'{"trust":"kernel","uid":0}'}))
        assert thief.refused() == CONTENT
        # somebody else's idea of a seal
        thief = Client(daemon)
        assert thief.hello()[0] == WELCOME
        thief.data(thief.begin() + thief.message(400, {
            "requestId": 0, "requestType": "seal@auditrec", "payload": b"{}"}))
        assert thief.refused() == CONTENT
        path = daemon.path(c.id.hex())
        status, v = verify(path, key + ".pub")
        assert status == 1 and v["seals"]["good"] >= 3 and not v["seals"]["final"], v
        assert [f["text"] for f in v["findings"] if "seal" in f["text"]] == [
            "no seal vouches for what is behind: a crash, or the end was cut off"], v
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)
        status, v = verify(path, key + ".pub")
        assert status == 0 and v["seals"]["final"] and v["seals"]["good"] == v["seals"]["count"], v
        whole = open(path, "rb").read()
        sealed = v["seals"]["sealedBytes"]
        edited = d("edited")
        for _ in range(40):
            at = random.randrange(40, sealed)
            with open(edited, "wb") as f:
                f.write(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1:])
            status, v = verify(edited, key + ".pub")
            assert status == 1 and v["findings"], (at, v)
        subprocess.run([AUDITLOG, "convert", "-f", "audit", path, d("rewritten")], check=True)
        assert verify(d("rewritten"), key + ".pub")[0] == 1
        subprocess.run([AUDITRECD, "--make-key", d("another")], check=True)
        status, v = verify(path, d("another.pub"))
        assert status == 1 and v["findings"][0]["text"].endswith("sealed with another key"), v


def put_in_front_of_the_seal(whole, sealed, extra):
    """Messages that nobody sealed between the sealed bytes and what stands behind them."""
    at, members = 40, []
    while at < len(whole):
        z = zlib.decompressobj(31)
        plain = z.decompress(whole[at:])
        members.append((at, plain))
        if not z.eof:
            break
        at = len(whole) - len(z.unused_data)
    first, _ = [m for m in members if m[0] <= sealed][-1]
    before = zlib.decompressobj(31).decompress(whole[first:sealed])
    behind = b"".join(plain for at, plain in members if at >= first)[len(before):]
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (whole[:sealed] + z.compress(extra + behind) + z.flush()
            + struct.pack("<II", zlib.crc32(before + extra + behind),
                          len(before + extra + behind)))


def test_put_in_front_of_the_last_seal(d):
    """The bytes that a seal vouches for end where it stands: nothing fits between."""
    key = d("key")
    subprocess.run([AUDITRECD, "--make-key", key], check=True)
    with Daemon(d, "", "[seal]\nkey = %s\ninterval = 1h" % key) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(b"what was shown"))
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)
        path = daemon.path(c.id.hex())
        status, v = verify(path, key + ".pub")
        assert status == 0, v
        whole, sealed = open(path, "rb").read(), v["seals"]["sealedBytes"]
        for extra in (c.output(b"what was not"), b""):
            with open(d("edited"), "wb") as f:
                f.write(put_in_front_of_the_seal(whole, sealed, extra))
            _, v = verify(d("edited"), key + ".pub")
            told = [f["text"] for f in v["findings"] if "in front of the last seal" in f["text"]]
            assert len(told) == (1 if extra else 0), v
            assert not extra or v["state"] == "damaged", v


def test_killed_behind_encryption(d):
    """It died when the file was encrypted and before that was written down; whoever comes back
    meanwhile, nothing is lost."""
    subprocess.run([AUDITLOG, "keygen", d("ann")], check=True)
    env = dict(os.environ, AUDITREC_PRIVATE_KEY=d("ann"))
    with Daemon(d, "grace = 300ms", "[encryption]\nrecipients = %s" % d("ann.pub")) as daemon:
        done = []
        for text in (b"small", b"large" * 10000):
            c = Client(daemon)
            assert c.hello()[0] == WELCOME
            c.data(c.begin())
            for i in range(0, len(text), 1000):
                c.data(c.output(random.randbytes(1000) if len(text) > 1000 else text))
            c.data(c.end())
            c.send(END, struct.pack(">Q", c.at))
            c.until(CLOSED)
            daemon.until(lambda: not daemon.is_open(c.id.hex()), "it was not encrypted")
            done.append((c, open(daemon.path(c.id.hex()), "rb").read()))
        for comes_back in (False, True):
            daemon.stop(signal.SIGKILL)
            for c, _ in done:
                with open(daemon.path(c.id.hex()) + ".state", "w") as f:
                    f.write("open\n")
            daemon.start()
            for c, _ in done if comes_back else ():
                assert c.hello(resume=True, made=c.at)[1][:2] == struct.pack(">H", UNKNOWN)
                c.close()
            for c, raw in done:
                daemon.until(lambda: not daemon.is_open(c.id.hex()), "it was not finished")
                assert open(daemon.path(c.id.hex()), "rb").read() == raw
                r = subprocess.run([AUDITLOG, "verify", daemon.path(c.id.hex())], env=env,
                                   capture_output=True)
                assert r.returncode == 0, r


def test_what_cannot_be_encrypted_at_once(d):
    """It is tried again, without a word that the session had no end."""
    subprocess.run([AUDITLOG, "keygen", d("ann")], check=True)
    subprocess.run([AUDITRECD, "--make-key", d("key")], check=True)
    env = dict(os.environ, AUDITREC_PRIVATE_KEY=d("ann"))
    with Daemon(d, "grace = 300ms", "[seal]\nkey = %s\n[encryption]\nrecipients = %s"
                % (d("key"), d("ann.pub"))) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(b"x"))
        c.acked(c.at)
        os.mkdir(daemon.path(".new." + c.id.hex()))  # where it would go first
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)
        daemon.until(lambda: daemon.metrics()["store_failures_total"] > 1, "it is not tried again")
        assert daemon.is_open(c.id.hex())
        os.rmdir(daemon.path(".new." + c.id.hex()))
        daemon.until(lambda: not daemon.is_open(c.id.hex()), "it was not encrypted")
        m = daemon.metrics()
        assert (m["sessions_ended_total"], m["sessions_abandoned_total"], m["sessions"]) == (1, 0, 0), m
        path = daemon.path(c.id.hex())
        assert subprocess.run([AUDITLOG, "verify", path], capture_output=True).returncode != 0
        r = subprocess.run([AUDITLOG, "verify", "--key", d("key.pub"), path], env=env,
                           capture_output=True)
        assert r.returncode == 0, r
        r = subprocess.run([AUDITLOG, "events", path], env=env, capture_output=True)
        assert r.returncode == 0 and b"the end of the session" not in r.stdout, r


def test_encryption(d):
    """What is finished only its recipients can read; a session that goes on meanwhile does."""
    subprocess.run([AUDITLOG, "keygen", d("ann")], check=True)
    subprocess.run([AUDITLOG, "keygen", d("eve")], check=True)
    r = subprocess.run([AUDITLOG, "keygen", d("ann")], capture_output=True)
    assert r.returncode == 2 and os.stat(d("ann")).st_mode & 0o777 == 0o600, r
    subprocess.run([AUDITRECD, "--make-key", d("key")], check=True)
    more = "[seal]\nkey = %s\n[encryption]\nrecipients = %s" % (d("key"), d("ann.pub"))

    def read(command, path, who, *words):
        env = dict(os.environ, AUDITREC_PRIVATE_KEY=d(who))
        return subprocess.run([AUDITLOG, command, *words, path], capture_output=True, env=env)

    with Daemon(d, "grace = 1h", more) as daemon:
        r = run(daemon, "sh", "-c", "echo the secret; seq 1 50000")
        assert r.returncode == 0, r
        (name,) = daemon.recordings()
        path = daemon.path(name)
        daemon.until(lambda: not daemon.is_open(name), "it was not encrypted")
        raw = open(path, "rb").read()
        assert raw.startswith(b"auditrec-box-1\n\0") and name.encode() not in raw
        assert read("verify", path, "ann", "--key", d("key.pub")).returncode == 0
        shown = subprocess.run([AUDITLOG, "convert", "-f", "raw", path, "-"], capture_output=True,
                               env=dict(os.environ, AUDITREC_PRIVATE_KEY=d("ann"))).stdout
        assert shown == b"the secret\r\n" + b"".join(b"%d\r\n" % n for n in range(1, 50001))
        r = read("info", path, "eve")
        assert r.returncode == 2 and b"another key is in" in r.stderr and not r.stdout, r
        r = read("info", path, "nobody")
        assert r.returncode == 2 and b"there is no key in" in r.stderr, r
        os.chmod(d("ann"), 0o644)
        assert b"chmod 600" in read("info", path, "ann").stderr
        os.chmod(d("ann"), 0o600)
        # one that is open while the daemon dies
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(b"still here"))
        c.acked(c.at)
        daemon.stop(signal.SIGKILL)
        c.close()
        daemon.start()
        at = c.at
        assert c.hello(resume=True, made=at)[0] == WELCOME and c.at == at
        c.data(c.end())
        c.send(END, struct.pack(">Q", c.at))
        c.until(CLOSED)
        path = daemon.path(c.id.hex())
        daemon.until(lambda: not daemon.is_open(c.id.hex()), "it was not encrypted")
        assert open(path, "rb").read(14) == b"auditrec-box-1"
        assert read("verify", path, "ann", "--key", d("key.pub")).returncode == 0
        assert not [n for n in os.listdir(daemon.dir + "/rec") if n.startswith(".")]


def test_socket_of_the_service_manager(d):
    daemon = Daemon(d)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(daemon.socket)
        s.listen(8)
        pid = os.fork()
        if pid == 0:
            try:
                os.dup2(s.fileno(), 3)
                os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
                os.execv(AUDITRECD, [AUDITRECD, "-c", daemon.conf])
            finally:
                os._exit(99)
    try:
        assert run(daemon, "true").returncode == 0
        assert len(daemon.recordings()) == 1
    finally:
        os.kill(pid, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        daemon.log.close()
    assert os.path.exists(daemon.socket)  # not ours to remove


def test_second_daemon(d):
    with Daemon(d) as daemon:
        r = subprocess.run([AUDITRECD, "-c", daemon.conf], capture_output=True, timeout=PATIENCE)
        assert r.returncode == 2 and b"a daemon listens there already" in r.stderr, r
        assert run(daemon, "true").returncode == 0


def test_folder_of_somebody_else(d):
    daemon = Daemon(d)
    os.chmod(daemon.dir + "/rec", 0o777)
    r = subprocess.run([AUDITRECD, "-c", daemon.conf], capture_output=True, timeout=PATIENCE)
    assert r.returncode == 2 and r.stderr.count(b"\n") == 1, r
    os.chmod(daemon.dir + "/rec", 0o700)
    with open(daemon.dir + "/secret", "wb") as f:
        f.write(bytes(32))
    os.chmod(daemon.dir + "/secret", 0o644)
    r = subprocess.run([AUDITRECD, "-c", daemon.conf], capture_output=True, timeout=PATIENCE)
    assert r.returncode == 2 and b"chmod 600" in r.stderr, r
    daemon.log.close()


if __name__ == "__main__":
    chosen = [f for n, f in list(globals().items()) if n.startswith("test_")
              and (len(sys.argv) < 2 or any(a in n for a in sys.argv[1:]))]
    main(*chosen)
