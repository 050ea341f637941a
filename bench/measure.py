# SPDX-License-Identifier: ISC
"""How a recorder is measured: always from outside, on a fresh terminal, by what it does.

A recorder is a command line with places for {cmd} (the command to record as one quoted
word), {argv} (the same as words) and {out} (the file to record to; suffixes may follow).
Every function runs one recorder once and returns plain numbers; the caller interleaves.
"""
import fcntl
import glob
import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
import zlib


class Run:
    """A recorder on a terminal of its own, recording a shell script."""

    def __init__(self, template, script, work, size=(80, 24)):
        self.out = os.path.join(work, "recording")
        for old in glob.glob(self.out + "*"):
            os.unlink(old)
        path = os.path.join(work, "program.sh")
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + script + "\n")
        os.chmod(path, 0o755)
        line = (template.replace("{cmd}", shlex.quote("/bin/sh " + path))
                .replace("{argv}", "/bin/sh " + path).replace("{out}", self.out))
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", SHELL="/bin/sh", LC_ALL="C.UTF-8")
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execv("/bin/sh", ["/bin/sh", "-c", "exec " + line])

    def read(self, seconds):
        """What came within that time; b"" at the end of the terminal, None for nothing."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return None
        try:
            return os.read(self.fd, 262144)
        except OSError:
            return b""

    def read_until(self, what, seconds):
        seen, end = b"", time.monotonic() + seconds
        while what not in seen:
            data = self.read(max(0, end - time.monotonic()))
            if not data:
                raise RuntimeError("expected %r, got %r" % (what, seen[-200:]))
            seen += data
        return seen

    def hang_up(self, seconds=3):
        """Closes the terminal; whether the recorder ended by itself."""
        os.close(self.fd)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return True
            time.sleep(0.01)
        self.kill()
        return False

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def files(self):
        return sorted(glob.glob(self.out + "*"))


def peak_memory(root):
    """KiB at most used so far by ROOT and its descendants of the same program."""
    total = 0
    try:
        exe = os.readlink("/proc/%d/exe" % root)
    except OSError:
        return 0
    todo = [root]
    while todo:
        pid = todo.pop()
        try:
            if os.readlink("/proc/%d/exe" % pid) != exe:
                continue
            with open("/proc/%d/status" % pid) as f:
                total += int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, task)) as f:
                    todo += [int(p) for p in f.read().split()]
        except (OSError, AttributeError):
            continue
    return total


def flood(template, script, work):
    """A program that prints as fast as it can: seconds, CPU seconds of recorder and
    program, bytes on the terminal, bytes in the files."""
    run = Run(template, script, work)
    shown = 0
    while data := run.read(None):
        shown += len(data)
    _, status, usage = os.wait4(run.pid, 0)
    wall = time.monotonic() - run.started
    os.close(run.fd)
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "shown": shown,
            "file": sum(os.path.getsize(f) for f in run.files()),
            "status": os.waitstatus_to_exitcode(status)}


def memory(template, script, work):
    """KiB at most, sampled while a program floods the terminal."""
    run = Run(template, script, work)
    peak, last = 0, 0.0
    while data := run.read(None):
        if time.monotonic() - last > 0.02:
            last = time.monotonic()
            peak = max(peak, peak_memory(run.pid))
    os.waitpid(run.pid, 0)
    os.close(run.fd)
    return peak


ECHOING = "stty raw -echo; printf 'IS''READY'; exec cat"


def keystrokes(template, keys, work, gap=0.002, warm=20, ready=None):
    """Microseconds from a key to its echo by a program in raw mode, KEYS times; the gap
    lets everybody fall asleep in between, as with a person who types.  READY is called when
    the program runs."""
    run = Run(template, ECHOING, work)
    run.read_until(b"ISREADY", 20)
    while run.read(0.3):
        pass
    if ready:
        ready()
    times, poll = [], select.poll()
    poll.register(run.fd, select.POLLIN)
    for i in range(keys + warm):
        key = bytes([97 + i % 26])
        begin = time.monotonic_ns()
        os.write(run.fd, key)
        seen = b""
        while key not in seen:
            if not poll.poll(2000):
                raise RuntimeError("a key did not come back")
            seen += os.read(run.fd, 4096)
        if i >= warm:
            times.append((time.monotonic_ns() - begin) / 1000)
        time.sleep(gap)
    run.hang_up()
    return times


TICKING = "exec python3 -c '%s'" % """
import sys, time
begin = time.monotonic()
while True:
    sys.stdout.write("T%09d\\n" % int(1e6 * (time.monotonic() - begin)))
    sys.stdout.flush()
    time.sleep(0.002)
"""


def inflate(data):
    """Every gzip member in DATA, wherever it begins and however it ends."""
    out, at = b"", data.find(b"\x1f\x8b\x08")
    while at >= 0:
        z = zlib.decompressobj(31)
        try:
            out += z.decompress(data[at:])
        except zlib.error:
            pass
        rest = len(data) - len(z.unused_data) if z.eof else at + 3
        at = data.find(b"\x1f\x8b\x08", max(rest, at + 3))
    return out


def killed(template, seconds, work):
    """Milliseconds of output that SIGKILL after SECONDS costs: last stamp that was on the
    terminal less the last stamp in the files."""
    run = Run(template, TICKING, work)
    shown, end = run.read_until(b"T", 20), time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        shown = shown[-4096:] + (run.read(left) or b"")
    run.kill()
    while data := run.read(0.05):
        shown = shown[-4096:] + data
    os.close(run.fd)
    kept = b""
    for name in run.files():
        with open(name, "rb") as f:
            data = f.read()
        kept += data + inflate(data)
    stamp = lambda b: max((int(t) for t in re.findall(rb"T(\d{9})", b)), default=0)
    return (stamp(shown) - stamp(kept)) / 1000


def command(argv):
    """Wall seconds, CPU seconds and peak KiB of a command whose output nobody wants."""
    begin = time.monotonic()
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    # Not ru_maxrss: that begins with the memory of this process, from before exec.
    peak, usage = 0, None
    while usage is None:
        peak = max(peak, peak_memory(p.pid))
        pid, status, used = os.wait4(p.pid, os.WNOHANG)
        if pid:
            usage = used
        else:
            time.sleep(0.002)
    p.returncode = os.waitstatus_to_exitcode(status)
    return {"wall": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
            "memory": peak, "status": p.returncode}


def first_frame(player, path, work, settle):
    """Milliseconds until a player's first screen (1000 bytes on the terminal) is there, and
    its peak memory in KiB after SETTLE seconds more."""
    run = Run(player + " " + shlex.quote(path), "", work)
    seen = 0
    while seen < 1000:
        data = run.read(20)
        if not data:
            raise RuntimeError("the player drew nothing")
        seen += len(data)
    frame = (time.monotonic() - run.started) * 1000
    end, peak = time.monotonic() + settle, 0
    while time.monotonic() < end:
        if run.read(0.1) == b"":
            break
        peak = max(peak, peak_memory(run.pid))
    os.write(run.fd, b"q")
    run.hang_up()
    return frame, peak


def foreign(cast):
    """The output of an asciicast as a ttyrec and as typescript with timing, beside it."""
    base, last = cast[:-len(".cast")], 0.0
    with open(cast) as f, open(base + ".ttyrec", "wb") as rec, \
            open(base + ".typescript", "wb") as script, open(base + ".timing", "w") as timing:
        script.write(b"Script started\n")
        next(f)
        for line in f:
            at, kind, text = json.loads(line)
            if kind != "o":
                continue
            data = text.encode()
            rec.write(struct.pack("<III", int(at), int(at % 1 * 1e6), len(data)) + data)
            script.write(data)
            timing.write(f"{at - last:.6f} {len(data)}\n")
            last = at
    return base


def played(template, work, limit=120):
    """Wall and CPU seconds of a player that ends by itself, on a terminal somebody reads."""
    run, size = Run(template, "", work, (200, 60)), 0
    while (data := run.read(limit)) != b"":
        if data is None or time.monotonic() - run.started > limit:
            run.kill()
            raise RuntimeError("it did not come to the end")
        size += len(data)
    wall = time.monotonic() - run.started
    os.close(run.fd)
    used = os.wait4(run.pid, 0)[2]
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "shown": size}


def login(argv, program, env, terminal):
    """Milliseconds from the start of a login shell that runs "echo IS''READY" until that is
    there, on a terminal of its own or on pipes."""
    begin = time.monotonic_ns()
    if terminal:
        pid, fd = pty.fork()
    else:
        fd, out = os.pipe()
        pid = os.fork()
    if pid == 0:
        try:
            if not terminal:
                null = os.open("/dev/null", os.O_RDWR)
                for ours, theirs in ((null, 0), (out, 1), (null, 2)):
                    os.dup2(ours, theirs)
                os.closerange(3, 64)
            os.execve(program, argv, env)
        finally:
            os._exit(127)
    if not terminal:
        os.close(out)
    seen = b""
    while b"ISREADY" not in seen:
        try:
            data = os.read(fd, 4096)
        except OSError:
            data = b""
        if not data:
            break
        seen += data
    took = (time.monotonic_ns() - begin) / 1e6
    os.waitpid(pid, 0)
    os.close(fd)
    if b"ISREADY" not in seen:
        raise RuntimeError("no login: %r" % seen[-200:])
    return took
