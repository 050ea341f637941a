# SPDX-License-Identifier: ISC
"""auditrec without a terminal: three byte-exact streams."""
import hashlib
import os
import random
import signal
import subprocess
import threading
import time

from rec_lib import *


def popen(*args, **kw):
    kw.setdefault("stdin", subprocess.PIPE)
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([AUDITREC] + list(args), **kw)


def finish(p):
    out, err = p.communicate(timeout=PATIENCE)
    return p.returncode, out, err


def test_three_streams_apart(d):
    data = random.Random(1).randbytes(300000)
    rc, out, err = run("--intercept", "stdin", "-o", d("a"), "sh", "-c",
                       "cat; echo bad >&2; exit 9", input=data)
    assert (rc, out, err) == (9, data, b"bad\n")
    ms = decode(d("a"))
    check_order(ms)
    assert stream(ms, IN) == data and stream(ms, OUT) == data and stream(ms, ERR) == b"bad\n"
    assert not of_type(ms, 404), "no terminal"
    assert events(ms, "session")[0]["mode"] == "pipes"


def test_nothing_is_printed(d):
    rc, out, err = run("true", env=dict(os.environ, XDG_STATE_HOME=d("st")))
    assert (rc, out, err) == (0, b"", b"")
    assert len(os.listdir(d("st/auditrec"))) == 1


def test_end_of_input_reaches_the_program(d):
    p = popen("-o", d("a"), "sh", "-c", "cat >/dev/null; echo after; sleep 0.1; echo more")
    p.stdin.write(b"x" * 1000)
    assert finish(p) == (0, b"after\nmore\n", b"")


def test_end_of_output_reaches_the_reader(d):
    p = popen("-o", d("a"), "sh", "-c", "echo first; exec >&-; read x; echo got $x >&2")
    assert p.stdout.read() == b"first\n", "the reader must see the end while the program runs"
    assert p.poll() is None
    p.stdin.write(b"word\n")
    p.stdin.close()
    assert p.stderr.read() == b"got word\n"
    assert p.wait(PATIENCE) == 0


def test_reader_that_goes_away(d):
    # dash ends by SIGPIPE, as it would without us
    p = popen("-o", d("a"), "sh", "-c", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done")
    assert p.stdout.read(1000)
    p.stdout.close()
    assert p.wait(PATIENCE) == 128 + signal.SIGPIPE
    ms = decode(d("a"))
    check_order(ms)
    assert of_type(ms, 498)[0]["signal"] == "PIPE"


def test_program_that_closes_its_input(d):
    p = popen("-o", d("a"), "sh", "-c", "exec <&-; echo closed; sleep 1000 & echo $! ; wait",
              stderr=subprocess.DEVNULL)
    assert p.stdout.readline() == b"closed\n"
    child = int(p.stdout.readline())
    try:
        end = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < end, "no EPIPE"
            try:
                os.write(p.stdin.fileno(), b"x")
            except BrokenPipeError:
                break
    finally:
        os.kill(child, signal.SIGKILL)
    p.stdout.close()
    assert p.wait(PATIENCE) == 0
    try:
        p.stdin.close()
    except BrokenPipeError:
        pass


def test_100_MB_through_a_slow_reader(d):
    size = 100 * 1000 * 1000
    p = popen("-o", d("a"), "sh", "-c", "yes 'a line of the flood' | head -c %d" % size,
              stdin=subprocess.DEVNULL)
    h, n, peak = hashlib.sha256(), 0, 0
    while True:
        b = p.stdout.read1(1 << 20)
        if not b:
            break
        h.update(b)
        n += len(b)
        if n < 20 * 65536 and p.poll() is None:
            time.sleep(0.005)
            peak = max(peak, rss(p.pid))
    assert p.wait(PATIENCE) == 0 and n == size
    recorded = stream(decode(d("a")), OUT)
    assert len(recorded) == size and hashlib.sha256(recorded).digest() == h.digest()
    # the memory that a sanitizer keeps for itself is not ours
    assert 0 < peak < (128 if SANITIZED else 16) << 20, "resident memory %d" % peak


def rss(pid):
    try:
        for line in open("/proc/%d/status" % pid):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 1


def test_output_that_outlives_the_program(d):
    rc, out, err = run("-o", d("a"), "sh", "-c", "(sleep 0.3; echo late) & echo early; exit 3")
    assert (rc, out) == (3, b"early\nlate\n")
    assert stream(decode(d("a")), OUT) == b"early\nlate\n"


def test_input_that_outlives_the_program(d):
    p = subprocess.Popen([AUDITREC, "-o", d("a"), "sh", "-c", "exec 3<&0; cat <&3 & echo up"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == b"up\n"
    time.sleep(0.3)
    assert p.communicate(b"late\n", timeout=PATIENCE)[0] == b"late\n"
    assert p.returncode == 0


def test_both_directions_at_once(d):
    data = random.Random(2).randbytes(3000000)
    p = popen("--intercept", "stdin", "-o", d("a"), "cat")

    def feed():
        for i in range(0, len(data), 7001):
            p.stdin.write(data[i:i + 7001])
        p.stdin.close()
    t = threading.Thread(target=feed)
    t.start()
    got = b""
    while True:
        b = p.stdout.read1(4096)
        if not b:
            break
        got += b
    t.join()
    assert p.wait(PATIENCE) == 0 and got == data
    ms = decode(d("a"))
    assert stream(ms, IN) == data and stream(ms, OUT) == data


def test_status_and_signals(d):
    assert run("-o", d("1"), "sh", "-c", "exit 42")[0] == 42
    assert run("-o", d("2"), "sh", "-c", "kill -9 $$")[0] == 137
    assert of_type(decode(d("2")), 498)[0]["signal"] == "KILL"
    rc, out, err = run("-o", d("3"), "/nowhere/x")
    assert rc == 127 and err.count(b"\n") == 1 and b"/nowhere/x" in err


def test_terminate(d):
    for attempt in range(20):
        p = popen("--overwrite", "-o", d("a"), "sh", "-c",
                  "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done")
        assert p.stdout.readline() == b"ready\n"
        p.send_signal(signal.SIGTERM)
        said, status = p.stdout.read(), p.wait(PATIENCE)
        ms = decode(d("a"))
        check_order(ms)
        if only_asked(ms, "TERM"):
            break
    assert (said, status) == (b"caught\n", 5), (said, status, attempt)


def test_descriptors_of_the_program(d):
    rc, out, err = run("-o", d("a"), "sh", "-c", "ls /proc/self/fd | wc -l; grep -E 'Sig(Blk|Ign)' /proc/self/status")
    lines = out.decode().split()
    assert lines[0] == "4", "0, 1, 2 and what ls opens: " + out.decode()
    plain = subprocess.run(["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"], stdout=subprocess.PIPE).stdout
    assert out.endswith(plain), "signals are as they were: %r %r" % (out, plain)


def test_closed_standard_descriptors(d):
    rc = subprocess.call(["sh", "-c", 'exec "$0" -o "$1" sh -c "echo x" <&- >&- 2>&-', AUDITREC, d("a")])
    assert rc == 0
    assert stream(decode(d("a")), OUT) == b"x\n"


def test_files_as_streams(d):
    open(d("in"), "wb").write(b"from a file\n" * 1000)
    with open(d("in"), "rb") as i, open(d("out"), "wb") as o:
        assert subprocess.call([AUDITREC, "-o", d("a"), "cat"], stdin=i, stdout=o) == 0
    assert open(d("out"), "rb").read() == open(d("in"), "rb").read()


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
