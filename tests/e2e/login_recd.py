# SPDX-License-Identifier: ISC
"""Logins through a real sshd that are recorded by auditrecd, whatever state that is in: nobody
is locked out but as `unavailable` has it, in a time that has an end and with one line that says
why.  Runs as root in a mount namespace of its own (login-recd.sh)."""
import os
import signal
import socket
import struct
import subprocess
import threading

import login_host
import rec_lib as lib
from login_host import UID, USER
from rec_lib import OUT, decode, events, stream, types
from recd_lib import REFUSED, VERSION, Daemon, frame

H = None


class Keeper(Daemon):
    """A daemon that the test's user can reach."""

    def __init__(self, d, *settings):
        super().__init__(d, *settings)
        for folder in (d(""), self.dir):
            os.chmod(folder, 0o755)

    def configure_logins(self, text="unavailable = deny\n"):
        H.configure("sink = auditrecd\nsocket = %s\nnoninteractive = full\n%s" % (self.socket, text))

    def recording(self):
        self.until(lambda: self.recordings() and not self.is_open(self.recordings()[-1]),
                   "no recording")
        (name,) = self.recordings()
        return decode(self.path(name))


def refused(daemon, why):
    """Nobody gets in; then, if that is the policy, everybody does, and is told; and who may break
    the glass does."""
    daemon.configure_logins()
    status, out, err = H.ssh("echo got in")
    assert status != 0 and out == b"" and err.count(b"\n") == 1 and why in err, (status, out, err)
    for policy in ("unavailable = allow\n", "unavailable = deny\nbreak-glass = %s\n" % USER):
        daemon.configure_logins(policy)
        status, out, err = H.ssh("echo got in")
        assert (status, out) == (0, b"got in\n"), (policy, status, out, err)
    daemon.configure_logins()


def test_recorded(d):
    with Keeper(d) as daemon:
        daemon.configure_logins()
        assert H.ssh("echo hello; exit 3")[:2] == (3, b"hello\n")
        ms = daemon.recording()
        kernel = events(ms, "session")[0]
        assert kernel["trust"] == "kernel" and kernel["uid"] == UID and kernel["user"] == USER
        assert stream(ms, OUT) == b"hello\n"


def test_absent(d):
    daemon = Keeper(d)
    refused(daemon, b"No such file")
    daemon.start()
    daemon.stop(signal.SIGKILL)
    refused(daemon, b": auditrecd does not listen there: Connection refused")
    daemon.log.close()


def test_no_answer(d):
    """It is stopped: whoever wants in waits some seconds, not for ever."""
    with Keeper(d) as daemon:
        daemon.stand_still()
        try:
            refused(daemon, b"does not answer")
        finally:
            daemon.go_on()


def test_socket_of_nobody(d):
    with Keeper(d, "socket-mode = 0600") as daemon:
        refused(daemon, b"Permission denied")


def test_store_full(d):
    with Keeper(d, "", "size = 10000") as daemon:
        with open(daemon.path("what was there"), "wb") as f:
            f.write(bytes(9000))
        daemon.stop()
        daemon.start()
        refused(daemon, b"is full")


def pretender(path, answer):
    """Something listens there that is no daemon of ours: ANSWER to whoever comes."""
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    os.chmod(path, 0o666)
    s.listen(8)

    def serve():
        while True:
            try:
                c, _ = s.accept()
            except OSError:
                return
            with c:
                c.recv(68)
                c.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return s


def test_pretenders(d):
    daemon = Keeper(d)
    for answer, why in ((frame(REFUSED, struct.pack(">H", VERSION) + b"too new"), b"too new"),
                        (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"it sends what no auditrecd does"),
                        (b"", b"auditrecd has gone")):
        s = pretender(daemon.socket, answer)
        try:
            refused(daemon, why)
        finally:
            s.shutdown(socket.SHUT_RDWR)
            s.close()
            os.unlink(daemon.socket)
    daemon.log.close()


def test_restarts_while_logged_in(d):
    """One after the other: the session goes on, nothing is missing."""
    with Keeper(d) as daemon:
        daemon.configure_logins()
        p = subprocess.Popen(H.ssh_argv("echo ready; while read n; do echo line $n; done"),
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert p.stdout.readline() == b"ready\n"
        for n in range(8):
            daemon.stop(signal.SIGKILL if n & 1 else signal.SIGTERM)
            p.stdin.write(b"%d\n" % n)
            p.stdin.flush()
            assert p.stdout.readline() == b"line %d\n" % n  # while there is none
            daemon.start()
        p.stdin.close()
        assert p.wait(lib.PATIENCE) == 0
        p.stdout.close()
        ms = daemon.recording()
        assert stream(ms, OUT) == b"ready\n" + b"".join(b"line %d\n" % n for n in range(8))
        assert types(ms)[-1] == 1 and not events(ms, "gap")


def test_stopped_while_logged_in(d):
    """What is typed is not held up by a daemon that does nothing."""
    with Keeper(d) as daemon:
        daemon.configure_logins()
        t = lib.Term(H.ssh_argv(flags=["-tt"]), env=dict(os.environ, TERM="xterm"))
        t.send(b"echo re''ady\r")
        t.expect(b"ready")
        daemon.stand_still()
        for n in range(20):
            t.send(b"echo still he''re %d\r" % n)
            t.expect(b"still here %d" % n)
        daemon.go_on()
        t.send(b"exit\r")
        assert t.wait() == 0
        shown = stream(daemon.recording(), OUT)
        assert all(b"still here %d\r\n" % n in shown for n in range(20))


def test_root_on_the_console(d):
    """Root may always be let in."""
    daemon = Keeper(d)
    daemon.configure_logins("unavailable = deny\nbreak-glass = root\n")
    t = lib.Term(["env", "-i", "HOME=/root", "USER=root", "SHELL=/bin/sh", "PATH=/usr/bin:/bin",
                  "TERM=linux", H.at("bin", "auditrec"), "-l"])
    t.send(b"echo got i''n; exit 5\r")
    t.expect(b"got in")
    assert t.wait() == 5
    daemon.log.close()


login_host.main(globals())
