# SPDX-License-Identifier: ISC
"""Recordings in real object stores: read, listed, shipped through harm and kills."""
import base64
import contextlib
import hashlib
import os
import random
import struct
import subprocess
import threading
import zlib

import auditfile
from fault_proxy import FAULTS, Proxy
from rec_lib import main
from s3_lib import *

LOG = os.path.join(BUILD, "auditlog")
PLAY = os.path.join(BUILD, "auditplay")
PART = 5 << 20
SEED = int(os.environ.get("SEED", "7"))


def with_server(kind, test):
    def run(d):
        if not kind.program:
            raise Skip("no %s (tools/get-s3 fetches it)" % kind.__name__.lower())
        with kind(d) as s:
            test(s, d)
    run.__name__ = "test_%s_%s" % (kind.__name__.lower(), test.__name__)
    return run


def some(d, name, size):
    data = random.Random(SEED * 1000003 + size).randbytes(size)
    with open(d(name), "wb") as f:
        f.write(data)
    return data


def log(s, *args, url=None, more=None):
    p = subprocess.run([LOG] + list(args), env=dict(s.env(url), **(more or {})), stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=PATIENCE)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def keys(s):
    return [l.rsplit(" ", 2)[0] for l in s.tool("list", "").decode().splitlines()]


# ---- objects ----

def objects(s, d):
    data = some(d, "small", 200000)
    for key in ("a/b", "w eird+k&y%\u00e9..", "~_.-"):
        s.tool("put", d("small"), key)
        assert s.tool("get", key) == data
        assert key in keys(s), keys(s)
    got = s.tool("metadata.username=yes", "metadata.ip=yes", "put", d("small"), "m")
    assert s.tool("head", "m").decode() == "200000 1700000000 1 J\u00f6rg 192.0.2.1 XX\n", got
    s.tool("remove", "m")
    assert "m" not in keys(s)
    s.tool("get", "m", status=1)
    assert "no such recording" in s.said, s.said


def parts(s, d):
    data = some(d, "big", 2 * PART + 12345)
    s.tool("multi", d("big"), "big", "end")
    assert s.tool("get", "big") == data
    if s.aborts:
        s.tool("multi", d("big"), "left", "leave")
        assert s.tool("uploads", "").decode().splitlines()[1:] == [
            "part 1 %d" % PART, "part 2 %d" % PART, "part 3 12345"]
        s.tool("multi", d("big"), "gone", "abort")
    assert keys(s) == ["big"]


def wrong_settings(s, d):
    some(d, "small", 10)
    s.tool("bucket=nosuch", "put", d("small"), "k", status=1)
    assert "the bucket does not exist" in s.said, s.said
    if s.checks_keys:
        s.tool("secretKey=wrong", "put", d("small"), "k", status=1)
        assert "secretKey does not fit" in s.said, s.said
        s.tool("accessKey=wrong", "put", d("small"), "k", status=1)
        assert "does not know the accessKey" in s.said, s.said
    s.tool("endpoint=http://127.0.0.1:1", "put", d("small"), "k", status=1)
    assert "[network]" in s.said, s.said


# ---- the programs that read ----

def programs_read(s, d):
    auditfile.write(d("session.audit"), auditfile.sample())
    for key in ("rec/one", "rec/two", "other"):
        s.tool("put", d("session.audit"), key)
    some(d, "noise", 1000)
    s.tool("put", d("noise"), "rec/noise")
    url = "s3://%s/rec/one" % BUCKET
    status, here, _ = log(s, "decode", d("session.audit"))
    assert (status, here) == log(s, "decode", url)[:2]
    status, out, err = log(s, "list", "s3://%s/rec/" % BUCKET)
    assert status == 0 and out.count("s3://") == 2 and url in out, (out, err)
    assert "left out 1 file" in err, err
    status, out, err = log(s, "list", "s3://" + BUCKET)
    assert out.count("s3://") == 3, out
    status, out, err = log(s, "grep", "-l", ".", "s3://%s/rec/" % BUCKET)
    assert status == 0 and url in out, (status, out, err)
    # what s3tool says of an object is not true of this one, and that is told
    status, out, err = log(s, "verify", url, "s3://%s/rec/" % BUCKET)
    assert status == 1 and "3 recordings: 0 clean, 0 truncated, 3 damaged" in out, (out, err)
    assert out.count("startTime 1700000000, the recording says 1710000000") == 3, out
    assert "left out 1 file" in err, err
    for command in ("info", "screen"):
        status, out, err = log(s, command, url)
        assert status == 0, (command, out, err)
    status, _, err = log(s, "convert", url, d("out.cast"))
    assert status == 0 and os.path.getsize(d("out.cast")) > 100, err
    status, _, err = log(s, "info", "s3://%s/none" % BUCKET)
    assert status == 2 and "no such recording" in err, err
    p = subprocess.run([PLAY, "--script", "-", url], env=s.env(), input=b"", timeout=PATIENCE,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert p.returncode == 0, p.stderr
    p = subprocess.run([PLAY, "--script", "-", "s3://%s/rec/" % BUCKET], env=s.env(),
                       input=b"index\nscreen\n", timeout=PATIENCE,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert p.returncode == 0 and b"one" in p.stdout and b"two" in p.stdout, (p.stdout, p.stderr)


def catalogue_knows_objects(s, d):
    auditfile.write(d("session.audit"), auditfile.sample())
    s.tool("put", d("session.audit"), "one")
    with Proxy(("127.0.0.1", s.port)) as p:
        first = log(s, "list", "s3://" + BUCKET, url=p.url)
        n = p.requests
        assert n >= 2
        assert log(s, "list", "s3://" + BUCKET, url=p.url) == first
        assert p.requests == n + 1, p.log  # only the listing


def opens_by_its_index(s, d):
    """Only what is looked at is transferred: beginning, index, and a little of what follows."""
    size = int(os.environ.get("SIZE_MB", "24"))
    r = random.Random(SEED)
    ms, at = auditfile.sample()[:6], 2 * 10 ** 9
    with open(d("plain"), "wb") as f:
        f.write(auditfile.HEAD + struct.pack("<Q", 2))
        z = zlib.compressobj(0, wbits=31)
        f.write(z.compress(b"".join(map(auditfile.cbor, ms))))
        for _ in range(size * 16):
            at += 10 ** 8
            text = base64.encodebytes(r.randbytes(62000)).replace(b"\n", b"\r\n")
            f.write(z.compress(auditfile.cbor(auditfile.io(at, text))))
        f.write(z.flush())
    assert log(s, "convert", "-z", "1", d("plain"), d("rec.audit"))[0] == 0
    s.tool("put", d("rec.audit"), "rec")
    url = "s3://%s/rec" % BUCKET
    with Proxy(("127.0.0.1", s.port)) as p:
        q = subprocess.run([PLAY, "--paused", "--script", "-", url], env=s.env(p.url),
                           input=b"screen\nstatus\n", timeout=PATIENCE * 2,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert q.returncode == 0 and b"paused" in q.stdout, (q.stdout, q.stderr)
        assert p.sent < 2 << 20 and p.requests < 12, (p.sent, p.log)
    with Proxy(("127.0.0.1", s.port)) as p:
        assert log(s, "list", "--no-catalogue", url, url=p.url)[0] == 0
        assert p.sent < 2 << 20, (p.sent, p.log)
    for command in (["info", "-j"], ["screen", "--at", "1"]):
        with Proxy(("127.0.0.1", s.port)) as p:
            status, out, _ = log(s, *command, url, url=p.url)
            assert status == 0 and p.sent < 3 << 19, (command, p.sent, p.log)
            if command[0] == "info":
                assert '"messages":%d' % (6 + size * 16) in out, out
    for command in (["info", "--count", url], ["decode", url], ["events", url],
                    ["marks", "list", url], ["cut", "--from", "0", "--to", "1", url, d("part")]):
        with Proxy(("127.0.0.1", s.port)) as p:  # what must be read, once and in large ranges
            assert log(s, *command, url=p.url)[0] == 0, command
            assert p.sent < os.path.getsize(d("rec.audit")) + (2 << 20), (command, p.sent)
            assert p.requests < 20 + size, (command, p.log)


def replaced_while_it_is_read(s, d):
    """What is read is one state of the object."""
    for name in ("one", "two"):
        some(d, name, 5000000 + (name == "two"))
    s.tool("put", d("one"), "rec")
    n = [0]

    def swap(method, path):
        n[0] += 1
        if n[0] == 4:  # at once: there is always one of them
            s.tool("put", d("two"), "rec")
    with Proxy(("127.0.0.1", s.port), swap) as p:
        s.tool("get", "rec", url=p.url, status=1)
        assert "changed" in s.said, s.said


def encrypted(s, d):
    """Ranges of what is encrypted, too; without the key one line."""
    os.makedirs(d("home/.config/auditrec"))
    key = d("home/.config/auditrec/private-key")
    assert subprocess.run([LOG, "keygen", key], stdout=subprocess.DEVNULL).returncode == 0
    with open(d("plain"), "wb") as f:
        f.write(auditfile.HEAD + struct.pack("<Q", 2))
        z = zlib.compressobj(0, wbits=31)
        f.write(z.compress(b"".join(map(auditfile.cbor, auditfile.sample()[:6]))))
        for i in range(200):
            text = base64.b64encode(random.Random(i).randbytes(60000))
            f.write(z.compress(auditfile.cbor(auditfile.io(2 * 10 ** 9 + i, text))))
        f.write(z.flush())
    assert log(s, "convert", "-z", "1", d("plain"), d("rec.audit"))[0] == 0
    s.tool("box", d("rec.audit"), key + ".pub", d("rec.box"))
    s.tool("put", d("rec.box"), "rec")
    url, home = "s3://%s/rec" % BUCKET, {"HOME": d("home"), "XDG_CONFIG_HOME": ""}
    size = os.path.getsize(d("rec.box"))
    assert size > 8 << 20
    with Proxy(("127.0.0.1", s.port)) as p:
        status, out, err = log(s, "info", url, url=p.url, more=home)
        assert status == 0 and "206" in out and p.sent < 2 << 20, (out, err, p.sent)
    with Proxy(("127.0.0.1", s.port)) as p:
        assert log(s, "decode", url, url=p.url, more=home)[1] == log(s, "decode", d("rec.audit"))[1]
        assert p.sent < size + (1 << 20), p.sent
    for wrong in ("none", "other"):
        if wrong == "other":
            assert subprocess.run([LOG, "keygen", d("other")], stdout=subprocess.DEVNULL).returncode == 0
        status, out, err = log(s, "info", url, more={"AUDITREC_PRIVATE_KEY": d(wrong)})
        assert status == 2 and not out and err.count("\n") == 1 and "is encrypted for key" in err, err


# ---- shipping ----

def spool(d, sizes):
    os.makedirs(d("spool"), exist_ok=True)
    want = {}
    for i, size in enumerate(sizes):
        name = "%032x" % (i + 1)
        data = some(d, os.path.join("spool", name), size)
        want[name] = hashlib.sha256(data).hexdigest()
    return want


def assert_stored(s, d, want, left=0):
    assert sorted(keys(s)) == sorted(want), (keys(s), want)
    for name, digest in want.items():
        assert hashlib.sha256(s.tool("get", name)).hexdigest() == digest, name
    assert os.listdir(d("spool")) == [], os.listdir(d("spool"))
    if s.aborts:
        got = s.tool("uploads", "").decode()
        assert got.count("upload ") <= left, got


def shipped(s, d):
    want = spool(d, [10, 100000, PART, PART + 1, 3 * PART + 77])
    out = s.tool("ship", d("spool"), "60").decode()
    assert "uploaded 5 parts 6" in out, out
    assert_stored(s, d, want)


def shipped_whole(s, d):
    want = spool(d, [10, 3 * PART + 77, 4 * PART])
    out = s.tool("uploadWholeSize=18M", "ship", d("spool"), "60").decode()
    assert "uploaded 3 parts 4" in out, out
    assert_stored(s, d, want)


def shipped_through_harm(s, d):
    want = spool(d, [10, 100000, PART + 1, 2 * PART + 77])
    r = random.Random(SEED)
    # an answer that lies about a tag is believed: nobody but the server knows better
    harm = [f for f in FAULTS if f not in ("stall", "lie-tag")
            and (f != "spoil" or s.checks_bytes)]
    with Proxy(("127.0.0.1", s.port),
               lambda m, u: r.choice(harm) if p.requests < 30 and r.random() < 0.3 else None) as p:
        out = s.tool("ship", d("spool"), str(int(PATIENCE * 2)), url=p.url).decode()
        assert "uploaded 4" in out, out
        assert any(f for _, _, f in p.log)
    assert_stored(s, d, want)


def every_fault_passes(s, d):
    for fault in FAULTS:
        if fault in ("stall", "lie-tag") or (fault == "spoil" and not s.checks_bytes):
            continue
        left = [2]

        def harm(method, path):
            if left[0] and method in ("PUT", "POST"):
                left[0] -= 1
                return fault
            return None
        want = spool(d, [1000, PART + 5])
        with Proxy(("127.0.0.1", s.port), harm) as p:
            s.tool("ship", d("spool"), str(int(PATIENCE)), url=p.url)
        assert left[0] == 0, fault
        try:
            assert_stored(s, d, want)
        except AssertionError:
            raise AssertionError(fault + ": " + s.said)
        for name in want:  # there is none of that name the next time
            s.tool("remove", name)


def first_ends(names, fault):
    """FAULT for the first request that would make each of the objects; those still to come."""
    left = set(names)

    def harm(method, path):
        ends = method == "PUT" and "?" not in path or "uploadId" in path and method == "POST"
        for name in [n for n in left if ends and n in path]:
            left.remove(name)
            return fault
        return None
    return left, harm


def names_that_are_taken(s, d):
    """By somebody else, with objects of the same size; requests of ours are lost before."""
    want = spool(d, [1000, PART + 5])
    for name, size in zip(sorted(want), (1000, PART + 5)):
        with open(d("other"), "wb") as f:
            f.write(bytes(size))
        s.tool("put", d("other"), name)
    left, harm = first_ends(want, "refuse")
    with Proxy(("127.0.0.1", s.port), harm) as p:
        s.tool("ship", d("spool"), str(int(PATIENCE)), url=p.url)
    assert not left, left
    if not s.conditions:  # then nothing can be said of them
        return
    assert s.said.count("another recording has this name") == 2, s.said
    for name, digest in want.items():
        assert s.tool("get", name).strip(b"\0") == b"", name
        assert hashlib.sha256(open(d("spool/" + name), "rb").read()).hexdigest() == digest
    if s.aborts:
        assert not s.tool("uploads", "")


def lost_answers(s, d):
    """What was done, and nobody heard so, is not done again."""
    want = spool(d, [1000, PART + 5])
    left, harm = first_ends(want, "drop-answer")
    with Proxy(("127.0.0.1", s.port), harm) as p:
        out = s.tool("ship", d("spool"), str(int(PATIENCE)), url=p.url).decode()
    assert not left and "uploaded 2 parts 2" in out, (left, out, s.said)
    assert_stored(s, d, want)


@contextlib.contextmanager
def short_life(s, d, r, url=None):
    """A shipper that lives for a moment and what is done then, and is killed."""
    p = subprocess.Popen([S3TOOL] + SETTINGS + ["ship", d("spool"), "60"], env=s.env(url),
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        p.wait(r.random() * 0.3)
    except subprocess.TimeoutExpired:
        pass
    yield
    p.kill()
    p.wait()


def keys_that_only_write(s, d):
    """Neither look, nor list, nor remove; and a shipper that dies now and then."""
    r = random.Random(SEED)
    want = spool(d, [1000, PART + 5, 3 * PART + 5])
    with Proxy(("127.0.0.1", s.port),
               lambda method, path: None if method in ("PUT", "POST") else "denied") as p:
        for _ in range(4):
            with short_life(s, d, r, p.url):
                pass
        s.tool("ship", d("spool"), "1", url=p.url, status=None)
    # what a lost answer left open needs keys that may look
    s.tool("ship", d("spool"), "60")
    assert_stored(s, d, want, left=100)


def reading_through_harm(s, d):
    data = some(d, "big", 3000000)
    s.tool("put", d("big"), "big")
    for fault in ("refuse", "reset-early", "drop-answer", "error-500", "slow-down",
                  "half-answer", "half-head", "lie-length"):
        n = [0]

        def harm(method, path):
            n[0] += 1
            return fault if n[0] % 3 == 1 else None
        with Proxy(("127.0.0.1", s.port), harm) as p:
            assert s.tool("get", "big", url=p.url) == data, fault


def kills(s, d):
    """kill -9 of the shipper and of the server, whenever it hurts."""
    r = random.Random(SEED)
    want = spool(d, [1000, PART + 5, 3 * PART + 5])
    for i in range(int(os.environ.get("ROUNDS", "12"))):
        with short_life(s, d, r):
            if i % 4 == 3 and not s.forgets:
                s.kill()
                s.start()
        if i % 3 == 0:
            want.update(more(d, r, i))
    s.tool("ship", d("spool"), "60")
    assert_stored(s, d, want)


def more(d, r, i):
    name = "%032x" % (1000 + i)
    data = some(d, os.path.join("spool", name), r.randrange(1, 2 * PART))
    return {name: hashlib.sha256(data).hexdigest()}


def acknowledged_bytes_stay(s, d):
    """kill -9 of who writes a recording: it goes on behind what was acknowledged."""
    r = random.Random(SEED)
    data = some(d, "big", 2 * PART + 4321)
    os.makedirs(d("spool"))
    name, acked = "%032x" % 5, 0
    for _ in range(6):
        p = subprocess.Popen([S3TOOL] + SETTINGS + ["record", d("spool"), name, d("big"), "65536"],
                             env=s.env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        timer = threading.Timer(r.random() * 0.2, p.kill)
        timer.start()
        lines = p.stdout.read().split(b"\n")[:-1]
        p.wait()
        timer.cancel()
        acked = max([acked] + [int(l) for l in lines])
        if os.path.exists(os.path.join(d("spool"), name)):
            with open(os.path.join(d("spool"), name), "rb") as f:
                got = f.read()
            assert len(got) >= acked and got == data[:len(got)]
        if p.returncode == 0:
            break
    # a slow machine may have begun nothing so far
    if os.path.exists(os.path.join(d("spool"), name + ".state")) or not acked:
        s.tool("record", d("spool"), name, d("big"), "65536", status=None)
        s.tool("ship", d("spool"), "60")
    assert_stored(s, d, {name: hashlib.sha256(data).hexdigest()})


TESTS = (objects, parts, wrong_settings, programs_read, catalogue_knows_objects,
         opens_by_its_index, replaced_while_it_is_read, encrypted, shipped, shipped_whole, names_that_are_taken, lost_answers,
         keys_that_only_write, shipped_through_harm, every_fault_passes, reading_through_harm,
         kills, acknowledged_bytes_stay)

if __name__ == "__main__":
    if not any(k.program for k in SERVERS):
        print("1..0 # SKIP no S3 server (tools/get-s3 fetches some)")
    else:
        main(*[with_server(k, t) for k in SERVERS if k.program for t in TESTS])
