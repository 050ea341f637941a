# SPDX-License-Identifier: ISC
"""What auditrec does when its recording cannot be written."""
import os
import resource
import select
import signal
import subprocess
import threading
import time

from rec_lib import *

FLOOD = ("i=0; while [ $i -lt 60 ]; do head -c 30000 /dev/urandom | od -An -tx1; i=$((i+1)); done; "
         "echo E''ND")


class Small:
    """A file system of 256 kB that can be made larger."""
    def __init__(self, path, size="256k"):
        if os.getuid() != 0:
            raise Skip("needs root for a small file system")
        os.mkdir(path)
        self.path = path
        r = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path],
                           stderr=subprocess.PIPE)
        if r.returncode:
            raise Skip("cannot mount a small file system")

    def __enter__(self):
        return self

    def grow(self):
        subprocess.run(["mount", "-o", "remount,size=64m", self.path], check=True)

    def __exit__(self, *a):
        subprocess.run(["umount", "-l", self.path])

    def __call__(self, name):
        return os.path.join(self.path, name)


def test_stop(d):
    with Small(d("small")) as s:
        t = rec("-o", s("a"), "sh", "-c", FLOOD + "; sleep 1000")
        t.expect(b"auditrec: " + s("a").encode())
        t.expect(b"the session ends now")
        assert t.wait() == 74, t.status
        assert t.restored()
        assert b"is not complete" in t.out
        ms = decode(s("a"))
        got = stream(ms, OUT)
        assert len(got) > 200000 and got == t.out[:len(got)]


def test_continue_leaves_a_gap(d):
    with Small(d("small")) as s:
        t = rec("--on-error", "continue", "-o", s("a"), "-o", d("whole"), "sh", "-c",
                FLOOD + "; read x; echo after; read x; echo last")
        t.expect(b"NOT recorded")
        t.expect(b"END")
        s.grow()
        t.expect(b"the recording goes on")
        t.send(b"\r")
        t.expect(b"after")
        t.send(b"\r")
        t.expect(b"last")
        assert t.wait() == 74, "a gap is a recording that is not whole"
        whole, ms = decode(d("whole")), decode(s("a"))
        check_order(whole)
        gap = events(ms, "gap")
        assert len(gap) == 1, gap
        assert gap[0]["bytes"] > 0 and gap[0]["messages"] > 0 and "No space left" in gap[0]["why"]
        assert gap[0]["from"] <= gap[0]["to"]
        all_out, part = stream(whole, OUT), stream(ms, OUT)
        assert len(all_out) == len(part) + gap[0]["bytes"], "every byte is there or counted"
        i = [k for k, m in enumerate(ms) if m["type"] == 400 and m["payload"]["requestType"].startswith("gap")][0]
        before, behind = stream(ms[:i], OUT), stream(ms[i:], OUT)
        assert all_out.startswith(before) and all_out.endswith(behind) and behind.endswith(b"last\r\n")
        assert not events(whole, "gap"), "the other output is whole"
        assert types(ms)[-4:] == [496, 499, 497, 1]


def test_pause_loses_nothing(d):
    with Small(d("small")) as s:
        t = rec("--on-error", "pause", "-o", s("a"), "sh", "-c", FLOOD)
        t.expect(b"session is held")
        s.grow()
        t.expect(b"the recording goes on")
        t.expect(b"END")
        assert t.wait() == 0, (t.status, t.out[-300:])
        ms = decode(s("a"))
        check_order(ms)
        assert not events(ms, "gap")
        said = [b"\r\nauditrec: " + x.split(b"\r\n")[0] + b"\r\n" for x in t.out.split(b"\r\nauditrec: ")[1:]]
        shown = t.out
        for x in said:
            shown = shown.replace(x, b"", 1)
        assert stream(ms, OUT) == shown


FILL = """
import os, time
os.set_blocking(1, False)
n = 0
while not os.path.exists('%s'):
    try:
        n += os.write(1, os.urandom(500).hex().encode())
    except BlockingIOError:
        time.sleep(0.01)
open('%s', 'w').write(str(n))
"""


def test_program_that_ends_while_held(d):
    with Small(d("small")) as s:
        with open(d("fill.py"), "w") as f:
            f.write(FILL % (d("enough"), d("count")))
        t = rec("--on-error", "pause", "-o", s("a"), "python3", d("fill.py"))
        t.expect(b"session is held")
        open(d("enough"), "w").close()
        t.until(lambda: os.path.exists(d("count")) and os.path.getsize(d("count")), "no end")
        end = time.monotonic() + 1
        while time.monotonic() < end:
            t.pump()
        assert t.poll() is None, "auditrec must not end with output unread"
        s.grow()
        assert t.wait() == 0, (t.status, t.out[-300:])
        ms = decode(s("a"))
        check_order(ms)
        assert len(stream(ms, OUT)) == int(open(d("count")).read())


def test_pause_can_be_ended(d):
    with Small(d("small")) as s:
        t = rec("--on-error", "pause", "-o", s("a"), "sh", "-c", FLOOD + "; sleep 1000")
        t.expect(b"session is held")
        os.kill(t.pid, signal.SIGTERM)
        t.until(lambda: signal_taken(t), "the first one is not taken")
        os.kill(t.pid, signal.SIGTERM)
        assert t.wait() == 74
        assert t.restored()


def signal_taken(t):
    """Whether none is pending: two at once count as one."""
    return all(int(line.split()[1], 16) == 0 for line in open("/proc/%d/status" % t.pid)
               if line.startswith(("SigPnd:", "ShdPnd:")))


def open_pipe(path):
    os.mkfifo(path)
    r = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(r, True)
    return r


def full(path):
    """Whether nothing can be written to a pipe."""
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        return not select.select([], [fd], [], 0)[1]
    finally:
        os.close(fd)


def held(t, path):
    """Until the pipe is full, and output stands still: the queue is full, too."""
    t.until(lambda: full(path), "the pipe is not filled")
    n = -1
    while n != len(t.out):
        n, end = len(t.out), time.monotonic() + 0.5
        while time.monotonic() < end:
            t.pump()


def test_pipe_that_is_not_read_loses_nothing(d):
    r, got = open_pipe(d("p")), []
    t = rec("--overwrite", "-o", d("p"), "seq", "1", "600000")
    t.expect(b"1000\r\n")
    held(t, d("p"))
    assert t.poll() is None

    def read():
        while not got or got[-1]:
            got.append(os.read(r, 65536))
    reader = threading.Thread(target=read)
    reader.start()
    assert t.wait() == 0
    reader.join()
    with open(d("a"), "wb") as f:
        f.write(b"".join(got))
    assert stream(decode(d("a")), OUT) == t.out


def test_pipe_that_is_not_read_can_be_left(d):
    r = open_pipe(d("p"))
    t = rec("--overwrite", "-o", d("p"), "sh", "-c", "seq 1 3000000; sleep 1000")
    t.expect(b"1000\r\n")
    held(t, d("p"))
    os.kill(t.pid, signal.SIGTERM)
    t.until(t.restored, "the terminal must be given back")
    os.kill(t.pid, signal.SIGTERM)
    assert t.wait() == 74
    assert t.out.count(b"is not complete") == 1
    os.close(r)


def test_same_file_twice(d):
    os.symlink(d("a"), d("l"))
    open(d("a"), "wb").write(b"old")
    for o in ("--overwrite", "--append"):
        st, out, err = run(o, "-o", d("a"), "-o", d("l"), "echo", "ran")
        assert st == 2 and out == b"" and err.count(b"\n") == 1, (st, out, err)
        assert b"is being written already" in err
        assert open(d("a"), "rb").read() == b"old"


def test_recording_that_still_runs(d):
    t = rec("-o", d("a"), "sh", "-c", "echo one; read x; echo two")
    t.expect(b"one")
    for o in ("--overwrite", "--append"):
        st, out, err = run(o, "-o", d("a"), "echo", "ran")
        assert st == 2 and out == b"" and b"is being written already" in err, (st, err)
    t.send(b"\r")
    t.expect(b"two")
    assert t.wait() == 0
    check_order(decode(d("a")))


def test_old_file_outlives_a_wrong_start(d):
    assert run("-o", d("a"), "echo", "precious")[0] == 0
    old = open(d("a"), "rb").read()
    for o in ("--overwrite", "--append"):
        st, out, err = run(o, "-o", d("a"), "-o", d("no/b"), "echo", "ran")
        assert st == 2 and out == b"", (st, err)
        assert open(d("a"), "rb").read() == old, o


def test_limit_of_file_size(d):
    pid = os.fork()
    if pid == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
            null = os.open("/dev/null", os.O_RDWR)
            err = os.open(d("err"), os.O_WRONLY | os.O_CREAT)
            for i, fd in enumerate((null, null, err)):
                os.dup2(fd, i)
            os.execv(AUDITREC, [AUDITREC, "-o", d("a"), "sh", "-c", FLOOD])
        finally:
            os._exit(98)
    st = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert st == 74, st
    assert b"File too large" in open(d("err"), "rb").read()


def test_full_from_the_start(d):
    with Small(d("small"), "8k") as s:
        with open(s("fill"), "wb") as f:
            try:
                f.write(bytes(65536))
            except OSError:
                pass
        t = rec("-o", s("a"), "sh", "-c", "echo ran > %s" % d("ran"))
        assert t.wait() not in (0, 127), t.out
        assert t.out.count(b"\n") == 1 and not os.path.exists(d("ran")), t.out
        assert not os.path.exists(s("a"))
        t = rec("--on-error", "continue", "-o", s("a"), "sh", "-c", "echo ran > %s" % d("ran"))
        assert t.wait() == 74
        assert os.path.exists(d("ran"))


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
