# SPDX-License-Identifier: ISC
"""A proxy for HTTP/1.1 on loopback that does harm: what happens to each request is said by a
function, which is given the method and the path and returns one of FAULTS or REFUSALS or None."""
import http.client
import random
import socket
import struct
import threading

FAULTS = ("refuse", "reset-early", "reset-late", "drop-answer", "error-500", "slow-down",
          "half-answer", "half-head", "lie-length", "lie-tag", "garbage", "spoil", "stall")
REFUSALS = {"error-500": (500, "InternalError"), "slow-down": (503, "SlowDown"),
            "other-keys": (403, "InvalidAccessKeyId"), "denied": (403, "AccessDenied")}
ERROR = "<?xml version='1.0'?><Error><Code>%s</Code><Message>as the test has it</Message></Error>"


class Proxy:
    def __init__(self, upstream, fault=lambda method, path: None, host="127.0.0.1", delay=0):
        self.upstream, self.fault, self.delay = upstream, fault, delay  # seconds a request
        self.requests, self.received, self.sent = 0, 0, 0
        self.log = []
        self.closing, self.open = threading.Event(), set()
        self.here = threading.local()  # headers: of the request that fault() is asked about
        self.socket = socket.create_server((host, 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.url = "http://%s:%d" % (host, self.port)
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.closing.set()
        self.socket.close()

    def accept(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        f = c.makefile("rb")
        self.open.add(c)
        try:
            while self.one(c, f):
                pass
        except (OSError, ValueError, http.client.HTTPException):
            pass
        finally:
            self.open.discard(c)
            f.close()
            c.close()

    def cut(self):
        """Whatever is on its way."""
        for c in list(self.open):
            try:
                c.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def one(self, c, f):
        line = f.readline().decode("latin-1").split()
        if len(line) != 3:
            return False
        method, path = line[0], line[1]
        headers = []
        while True:
            h = f.readline().decode("latin-1").rstrip("\r\n")
            if not h:
                break
            headers.append(tuple(h.split(": ", 1)) if ": " in h else (h.rstrip(":;"), ""))
        length = int(next((v for k, v in headers if k.lower() == "content-length"), 0))
        self.here.headers = {k.lower(): v for k, v in headers}
        fault = self.fault(method, path)
        self.requests += 1
        self.log.append((method, path, fault))
        if fault == "refuse":
            return False
        if any(k.lower() == "expect" for k, _ in headers):
            c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if fault == "reset-early":
            return self.reset(c)
        body = f.read(length // 2 if fault == "reset-late" else length)
        self.received += len(body)
        if fault == "reset-late":
            return self.reset(c)
        if fault == "spoil" and body:
            at = random.randrange(len(body))
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        if fault in REFUSALS:
            return self.refuse(c, method, fault)
        return self.forward(c, method, path, headers, body, fault)

    def reset(self, c):
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def refuse(self, c, method, fault):
        status, code = REFUSALS[fault]
        text = (ERROR % code).encode()
        c.sendall(b"HTTP/1.1 %d Bad\r\nContent-Length: %d\r\n\r\n%s"
                  % (status, len(text), b"" if method == "HEAD" else text))
        return True

    def forward(self, c, method, path, headers, body, fault):
        up = http.client.HTTPConnection(*self.upstream, timeout=60)
        up.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for k, v in headers:
            if k.lower() not in ("expect", "connection"):
                up.putheader(k, v)
        up.endheaders(body if body else None)
        r = up.getresponse()
        data = r.read()
        up.close()
        self.closing.wait(self.delay)
        if fault == "drop-answer":
            return False
        if fault == "stall":
            self.closing.wait(30)
            return False
        if fault == "garbage":
            data = bytes(random.randrange(256) for _ in range(200))
        head = ["HTTP/1.1 %d %s" % (r.status, r.reason)]
        empty = method == "HEAD" or r.status in (204, 304)
        size = r.getheader("Content-Length", "0") if empty else len(data)
        if fault == "lie-length" and not empty:
            size += 7
        for k, v in r.getheaders():
            if k.lower() == "etag" and fault == "lie-tag":
                v = '"%032x"' % random.getrandbits(128)
            if k.lower() not in ("content-length", "transfer-encoding", "connection"):
                head.append("%s: %s" % (k, v))
        head.append("Content-Length: %s" % size)
        out = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n"
        if not empty:
            out += data
        if fault == "half-answer":
            out = out[:len(out) - max(1, len(data) // 2)]
        if fault == "half-head":
            out = out[:len(out) // 3]
        self.sent += len(out)
        c.sendall(out)
        return fault not in ("half-answer", "half-head", "lie-length")
