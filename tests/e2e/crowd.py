# SPDX-License-Identifier: ISC
"""Many sessions of the deposit protocol at once, in one thread."""
import random
import resource
import select
import struct
import time

from rec_lib import PATIENCE
from recd_lib import ACK, CLOSED, DATA, END, HELLO, REFUSED, WELCOME, Client, frame

PIECE = 1500  # bytes of a frame, at most


class Member(Client):
    """One session: what it says is SAID, and BREAKS tells where its connection ends before that,
    whether within a frame, and whether it comes back."""

    def __init__(self, daemon, crowd, dice):
        super().__init__(daemon, dice.randbytes(16))
        self.crowd, self.dice = crowd, dice
        self.said = self.begin()
        self.breaks, self.torn, self.returns = None, False, False
        self.out, self.got, self.acked = b"", b"", 0
        self.welcome = self.ending = self.closed = self.dead = False

    def greet(self, resume=False):
        self.connect()
        self.sock.setblocking(False)
        self.out, self.got, self.welcome = b"", b"", False
        self.crowd.join(self)
        self.put(HELLO, b"AREC" + bytes([1, 1, resume, 0]) + self.id + self.token
                 + struct.pack(">QQI", self.acked, self.at, 0))

    def put(self, kind, payload):
        self.out += frame(kind, payload)
        self.flush()

    def flush(self):
        if self.out:
            try:
                self.out = self.out[self.sock.send(self.out):]
            except BlockingIOError:
                pass
        self.crowd.watch(self)

    def step(self):
        """The next frame, if it may be sent now."""
        if not self.welcome or self.ending or self.dead or self.out:
            return
        if self.breaks is not None and self.at >= self.breaks:
            self.break_off()
        elif self.at < len(self.said):
            piece = self.said[self.at:self.at + self.dice.randint(1, PIECE)]
            self.put(DATA, struct.pack(">Q", self.at) + piece)
            self.at += len(piece)
        else:
            self.ending = True
            self.put(END, struct.pack(">Q", self.at))

    def break_off(self):
        self.breaks = None
        if self.torn:
            whole = frame(DATA, struct.pack(">Q", self.at) + self.said[self.at:])
            self.sock.send(whole[:self.dice.randrange(1, 20)])
        self.leave()
        if self.returns:
            self.greet(resume=True)
        else:
            self.dead = True

    def leave(self):
        self.crowd.part(self)
        self.close()

    def hear(self):
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        assert data, "the daemon hung up on a session"
        self.got += data
        while len(self.got) >= 8:
            n, kind = struct.unpack(">IBxxx", self.got[:8])
            if len(self.got) < 8 + n:
                return
            payload, self.got = self.got[8:8 + n], self.got[8 + n:]
            self.take(kind, payload)

    def take(self, kind, p):
        assert kind != REFUSED, p
        if kind == WELCOME:
            self.window, self.token, self.at = struct.unpack(">xxxxI16sQ", p)
            self.welcome = True
        elif kind == ACK:
            (self.acked,) = struct.unpack(">Q", p)
        elif kind == CLOSED:
            (self.acked,) = struct.unpack(">Q", p)
            self.closed = True
            self.leave()


class Crowd:
    def __init__(self, daemon, count, seed=7):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.poll, self.by_fd, self.writing = select.epoll(), {}, set()
        dice = random.Random(seed)
        self.members = [Member(daemon, self, dice) for _ in range(count)]

    def join(self, m):
        self.by_fd[m.sock.fileno()] = m
        self.poll.register(m.sock, select.EPOLLIN)

    def part(self, m):
        self.poll.unregister(m.sock)
        self.writing.discard(m)
        del self.by_fd[m.sock.fileno()]

    def watch(self, m):
        """It wants to write when it has something left."""
        if bool(m.out) != (m in self.writing):
            self.poll.modify(m.sock, select.EPOLLIN | (select.EPOLLOUT if m.out else 0))
            (self.writing.add if m.out else self.writing.remove)(m)

    def turn(self, seconds=0):
        """What the daemon said, and room for what it is told."""
        for fd, what in self.poll.poll(seconds):
            m = self.by_fd.get(fd)
            if m and what & select.EPOLLOUT:
                m.flush()
            if m and what & ~select.EPOLLOUT:
                m.hear()

    def until(self, condition, why):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, why
            self.turn(0.05)

    def greet(self):
        """All of them are there at the same time."""
        for n, m in enumerate(self.members):
            m.greet()
            if n % 64 == 63:
                self.turn()
        self.until(lambda: all(m.welcome for m in self.members), "not all were welcome")

    def talk(self):
        """Everybody says all of it, a frame each in turn, and ends."""
        end = time.monotonic() + PATIENCE
        while left := [m for m in self.members if not m.closed and not m.dead]:
            assert time.monotonic() < end, "%d sessions do not end" % len(left)
            for m in left:
                m.step()
            self.turn(0 if any(m.welcome and not m.ending for m in left) else 0.05)

    def close(self):
        for m in list(self.by_fd.values()):
            m.leave()
        self.poll.close()
