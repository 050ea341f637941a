#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""auditrecd and those who want to harm it: other users' sessions go on, and begin, whatever
one user does; nobody gets more than his share."""
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

from rec_lib import PATIENCE, Skip, decode, events, main, stand_still
from recd_lib import LIMIT, WELCOME, Client, Daemon

ANN, EVE = 61871, 61872  # nobody's


def as_user(uid, what):
    """WHAT in a process of UID; whoever calls waits with ended()."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            what()
            status = 0
        finally:
            os._exit(status)
    return pid


def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def open_to_all(d, daemon):
    if os.getuid() != 0:
        raise Skip("not root")
    os.chmod(d(""), 0o755)
    os.chmod(daemon.dir, 0o755)


def welcome(daemon):
    """A session of its own begins."""
    c = Client(daemon)
    assert c.hello()[0] == WELCOME
    c.data(c.begin())
    c.acked(c.at)


def test_dump_after_a_restart(d):
    """Sessions that nobody came back for are told like others."""
    with Daemon(d) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin())
        c.acked(c.at)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        os.kill(daemon.pid, signal.SIGUSR1)
        # a signal that came is seen before a connection that came later
        assert daemon.metrics()["sessions_detached"] == 1
        assert daemon.process.poll() is None
        assert c.hello(resume=True)[0] == WELCOME


def test_facts_are_told_once(d):
    """What a session says of itself a second time costs no file and changes none."""
    with Daemon(d) as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.message(199, {"username": "a\r\nb\x1b[1m\u00e4"}, None))
        c.acked(c.at)
        path = daemon.path(c.id.hex()) + ".metadata.json"
        was = os.stat(path).st_ino, open(path).read()
        assert json.loads(was[1])["username"] == "a\r\nb\x1b[1m\u00e4" and "\x1b" not in was[1]
        c.data(c.message(0, {"remoteAddr": "198.51.100.9", "country": "YY"}, None)
               + c.message(199, {"username": "somebody else"}, None))
        c.acked(c.at)
        assert (os.stat(path).st_ino, open(path).read()) == was
        # nor over a restart
        daemon.stop(signal.SIGKILL)
        daemon.start()
        assert c.hello(resume=True)[0] == WELCOME
        c.data(c.message(199, {"username": "somebody else"}, None))
        c.acked(c.at)
        assert (os.stat(path).st_ino, open(path).read()) == was


def fill_the_queue(daemon):
    waiting = []
    while True:
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        try:
            s.connect(daemon.socket)
        except BlockingIOError:
            return waiting
        waiting.append(s)


def stands_in_line(daemon):
    """(status, words) of an auditrec that finds the queue full, and is stopped for a moment."""
    daemon.stand_still()
    waiting = fill_the_queue(daemon)
    p = subprocess.Popen(daemon.argv("echo", "hello"), stderr=subprocess.PIPE)
    daemon.until(lambda: waits_for_connect(p), "it does not try")
    if p.poll() is None:
        stand_still(p.pid)  # which ends the call
        os.kill(p.pid, signal.SIGCONT)
        daemon.until(lambda: waits_for_connect(p), "it does not try again")
    for s in waiting:
        s.close()
    daemon.go_on()
    return p.wait(PATIENCE), p.communicate()[1]


def waits_for_connect(p):
    """Is it asleep in connect(2)?  Or at its end."""
    try:
        with open("/proc/%d/syscall" % p.pid) as f:
            return p.poll() is not None or f.read().split()[0] == "42"
    except (OSError, IndexError):
        return p.poll() is not None


def test_queue_that_is_full(d):
    """Others want in, more than there is room for: auditrec stands in line."""
    with Daemon(d, "user-connections = 0\nuser-connects = 0") as daemon:
        for attempt in range(20):
            status, said = stands_in_line(daemon)
            # for some seconds: one that was given no time for so long begins anew
            if b"does not answer" not in said and b"too many want in" not in said:
                break
        assert (status, said) == (0, b""), (status, said, attempt)


def test_one_user_has_all_connections(d):
    """... that one user can get: others find theirs."""
    daemon = Daemon(d, "user-connections = 0\nuser-sessions = 0\nconnections = 60\nuser-connects = 0")
    open_to_all(d, daemon)
    with daemon:
        r, w = os.pipe()

        def hold():
            got = 0
            while True:
                c = Client(daemon)
                if c.hello()[0] != WELCOME:
                    break
                got += 1
                everything.append(c)
            os.write(w, bytes([got]))
            signal.pause()

        everything = []
        pid = as_user(EVE, hold)
        os.close(w)
        (got,) = os.read(r, 1)
        assert 20 <= got <= 30, got
        assert ended(as_user(ANN, lambda: welcome(daemon))) == 0
        os.kill(pid, signal.SIGKILL)
        assert ended(pid) == -signal.SIGKILL
        os.close(r)


def test_few_descriptors(d):
    """There is no session without a descriptor for its file: who is let in can be kept."""
    daemon = Daemon(d, "user-connects = 0")
    daemon.start(preexec_fn=lambda: __import__("resource").setrlimit(
        __import__("resource").RLIMIT_NOFILE, (300, 300)))
    clients = []
    while True:
        clients.append(Client(daemon))
        kind, payload = clients[-1].hello()
        if kind != WELCOME:
            assert payload[:2] == struct.pack(">H", LIMIT), payload
            break
    assert 10 < len(clients) < 100, len(clients)
    assert daemon.metrics()["store_failures_total"] == 0
    for c in clients:
        c.close()
    daemon.stop()
    daemon.log.close()


def test_connects_without_end(d):
    """Who connects again and again waits, and is refused in the end; nobody else."""
    daemon = Daemon(d, "user-connects = 1\nuser-connections = 20")
    open_to_all(d, daemon)
    with daemon:
        def flood():
            end, why = time.monotonic() + PATIENCE, None
            while why != LIMIT:  # with time between them there is no reason to
                assert time.monotonic() < end, why
                for _ in range(30):
                    Client(daemon).connect().close()
                why = Client(daemon).connect().refused()

        assert ended(as_user(EVE, flood)) == 0
        assert ended(as_user(ANN, lambda: welcome(daemon))) == 0


def test_message_larger_than_the_window(d):
    """What is configured is never too small for a message: the client would wait for ever."""
    with Daemon(d, "window = 64K") as daemon:
        c = Client(daemon)
        assert c.hello()[0] == WELCOME and c.window > 1 << 20, c.window
        c.data(c.begin() + c.output(bytes(1000000)))
        c.acked(c.at)


def all_is_read(sock):
    """Has the other side taken everything that was sent?"""
    return fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)) == bytes(4)


def test_messages_that_never_end(d):
    """They take memory, so a user may have few of them."""
    with Daemon(d, "user-waiting = 1M") as daemon:
        clients = [Client(daemon) for _ in range(3)]
        for c in clients:
            assert c.hello()[0] == WELCOME
            c.data(c.begin())
        for c in clients[:2]:
            c.data(c.output(bytes(400000))[:-1])
            daemon.until(lambda: all_is_read(c.sock), "the daemon does not read")
        whole = clients[2].output(bytes(400000))
        try:
            clients[2].data(whole[:-1])
        except OSError:
            pass  # it is refused before that
        assert clients[2].refused() == LIMIT
        (gap,) = events(decode(daemon.path(clients[2].id.hex())), "gap")
        assert "unfinished" in gap["why"], gap
        # the others may end theirs, and then there is room again
        for c in clients[:2]:
            c.data(whole[-1:])
            c.acked(c.at)
        c = Client(daemon)
        assert c.hello()[0] == WELCOME
        c.data(c.begin() + c.output(bytes(700000)))
        c.acked(c.at)


def test_recorder_that_is_traced(d):
    """It cannot keep it to itself: the daemon looks.  Nor can it choose when it was."""
    with Daemon(d) as daemon:
        before = time.time_ns()
        libc = ctypes.CDLL(None)
        r, w = os.pipe()
        pid = os.fork()
        if pid == 0:
            libc.ptrace(0, 0, None, None)  # PTRACE_TRACEME
            c = Client(daemon)
            c.hello()
            c.data(c.begin())
            c.acked(c.at)
            os.write(w, c.id)
            os._exit(0)
        os.close(w)
        name = os.read(r, 16).hex()
        kernel = events(decode(daemon.path(name)), "session")[0]
        assert kernel["tracer"] == os.getpid(), kernel
        assert before <= kernel["time"] <= time.time_ns(), kernel
        assert ended(pid) == 0
        os.close(r)


if __name__ == "__main__":
    chosen = [f for n, f in list(globals().items()) if n.startswith("test_")
              and (len(sys.argv) < 2 or any(a in n for a in sys.argv[1:]))]
    main(*chosen)
