# SPDX-License-Identifier: ISC
"""For the end-to-end tests of auditrecd: a daemon, and a client of the deposit protocol that
shares nothing with ours."""
import contextlib
import os
import random
import signal
import socket
import struct
import subprocess
import time

from auditfile import cbor
from rec_lib import AUDITREC, PATIENCE, stand_still

AUDITRECD = os.path.join(os.path.dirname(AUDITREC), "auditrecd")
HELLO, DATA, ALIVE, END = 1, 2, 3, 4
WELCOME, ACK, CLOSED, REFUSED = 16, 17, 18, 19
(VERSION, MALFORMED, LIMIT, FULL, TAKEN, NOT_YOURS, UNKNOWN, ORDER, CONTENT, STOPPING, FAILED,
 IDLE) = range(1, 13)


class Daemon:
    sync = "never"  # what is quick

    def __init__(self, d, server="", directory="", environment=None):
        self.dir = d("daemon")
        os.makedirs(self.dir + "/rec", mode=0o700, exist_ok=True)
        self.socket, self.metrics_socket = self.dir + "/sock", self.dir + "/metrics"
        self.conf, self.pid, self.process = self.dir + "/conf", 0, None
        self.log = open(self.dir + "/log", "ab")
        self.environment = environment
        self.configure(server, directory)

    def configure(self, server="", directory=""):
        with open(self.conf, "w") as f:
            f.write("[server]\nsocket = %s\nmetrics = %s\nsecret = %s/secret\n%s\n"
                    "[directory]\npath = %s/rec\nsync = %s\n%s\n"
                    % (self.socket, self.metrics_socket, self.dir, server, self.dir, self.sync, directory))

    def start(self, **more):
        self.process = subprocess.Popen([AUDITRECD, "-c", self.conf], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, **more)
        self.pid = self.process.pid
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, "the daemon does not answer"
            time.sleep(0.005)
        return self

    def __repr__(self):
        return "Daemon with %s, which said %r" % (sorted(os.listdir(self.dir + "/rec")), self.said()[-300:])

    def answers(self):
        for path in self.socket, self.metrics_socket:
            with socket.socket(socket.AF_UNIX) as s:
                try:
                    s.connect(path)
                except OSError:
                    return False
        return True

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            status = self.process.wait(PATIENCE)
            self.process = None
            assert status == (0 if how == signal.SIGTERM else -how), (status, self.said())

    def stand_still(self):
        stand_still(self.pid)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self):
        return self.start()

    def __exit__(self, *args):
        if self.process and self.process.poll() is None:
            self.stop()
        self.log.close()

    def said(self):
        return open(self.dir + "/log").read()

    def recordings(self):
        return sorted(n for n in os.listdir(self.dir + "/rec") if "." not in n)

    def path(self, name):
        return os.path.join(self.dir, "rec", name)

    def is_open(self, name):
        return os.path.exists(self.path(name) + ".state")

    def metrics(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.metrics_socket)
            text = b""
            while True:
                more = s.recv(65536)
                if not more:
                    break
                text += more
        return {k[len("auditrecd_"):]: int(v) for k, v in
                (line.split() for line in text.decode().splitlines() if line[0] != "#")}

    def until(self, condition, why):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, why
            time.sleep(0.01)

    def argv(self, *command):
        return [AUDITREC, "--headless", "-q", "--sink", "auditrecd", "--socket", self.socket,
                *command]


def frame(kind, payload=b""):
    return struct.pack(">IBxxx", len(payload), kind) + payload


class Client:
    """One session, or somebody who pretends."""

    def __init__(self, daemon, ident=None):
        self.daemon = daemon
        self.id = ident or random.randbytes(16)
        self.token = bytes(16)
        self.at = 0
        self.sock = None

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.daemon.socket)
        return self

    def hello(self, resume=False, first=0, made=None, version=1, oldest=1):
        self.connect()
        with contextlib.suppress(BrokenPipeError):  # refused before a word: the answer is there
            self.send(HELLO, b"AREC" + bytes([version, oldest, resume, 0]) + self.id + self.token
                      + struct.pack(">QQI", first, self.at if made is None else made, 0))
        kind, p = self.frame()
        if kind == WELCOME:
            self.window, self.token, self.at = struct.unpack(">xxxxI16sQ", p)
        return kind, p

    def send(self, kind, payload=b""):
        self.sock.sendall(frame(kind, payload))

    def data(self, raw):
        for i in range(0, len(raw), 65536):
            self.send(DATA, struct.pack(">Q", self.at) + raw[i:i + 65536])
            self.at += len(raw[i:i + 65536])

    def frame(self):
        """The next frame, or None at the end."""
        head = self.bytes(8)
        if not head:
            return None, b""
        n, kind = struct.unpack(">IBxxx", head)
        return kind, self.bytes(n)

    def bytes(self, n):
        got = b""
        while len(got) < n:
            try:
                more = self.sock.recv(n - len(got))
            except ConnectionResetError:
                more = b""
            if not more:
                return b""
            got += more
        return got

    def until(self, wanted):
        """The payload of the first frame of a kind; others are passed over."""
        while True:
            kind, p = self.frame()
            assert kind is not None, "the connection ended"
            if kind == wanted:
                return p
            assert kind != REFUSED, p

    def refused(self):
        while True:
            kind, p = self.frame()
            assert kind is not None, "the connection ended without a reason"
            if kind == REFUSED:
                return struct.unpack(">H", p[:2])[0]

    def acked(self, at):
        while True:
            if struct.unpack(">Q", self.until(ACK))[0] >= at:
                return

    def message(self, kind, payload, channel=0, time_ns=10**18):
        return cbor({"connectionId": self.id.hex(), "timestamp": time_ns, "type": kind,
                     "payload": payload, "channelId": channel})

    def begin(self):
        return self.message(0, {"remoteAddr": "192.0.2.7", "country": "XX"}, None)

    def output(self, data):
        return self.message(500, {"stream": 1, "data": data})

    def end(self):
        return self.message(1, None, None)

    def close(self):
        self.sock.close()
