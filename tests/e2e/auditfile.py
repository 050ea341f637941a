#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Audit files for tests, from a writer that shares nothing with ours.

auditfile.py sample OUT        a session with everything a terminal session becomes
auditfile.py zeros OUT MIB     a gzip member that inflates to MIB mebibytes of zeros
auditfile.py strings OUT MIB   one message that claims and holds MIB mebibytes
"""
import json, struct, sys, zlib

HEAD = b"ContainerSSH-Auditlog" + bytes(11)
NS = 10**9
START = 1_710_000_000 * NS


def head(major, n):
    for size, code, pack in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"),
                             (1 << 32, 26, ">I"), (1 << 64, 27, ">Q")):
        if n < size:
            if code is None:
                return bytes([major << 5 | n])
            return bytes([major << 5 | code]) + struct.pack(pack, n)


def cbor(v):
    if v is None:
        return b"\xf6"
    if isinstance(v, bool):
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor, v))
    return head(5, len(v)) + b"".join(cbor(k) + cbor(x) for k, x in v.items())


def message(at, kind, payload, channel=0):
    return {"connectionId": "0123456789abcdef0123456789abcdef", "timestamp": START + at,
            "type": kind, "payload": payload, "channelId": channel}


def io(at, data, stream=1):
    return message(at, 500, {"stream": stream, "data": data})


def vendor(at, name, **members):
    return message(at, 400, {"requestId": 0, "requestType": name + "@auditrec",
                             "payload": json.dumps(members).encode()})


def sample():
    ms = 10**6
    size = {"requestId": 3, "columns": 100, "rows": 30, "width": 0, "height": 0}
    return [
        message(0, 0, {"remoteAddr": "10.1.2.3", "country": "XX"}, None),
        message(1 * ms, 199, {"username": "ann"}, None),
        message(2 * ms, 301, {"channelType": "session"}),
        vendor(3 * ms, "session", program="auditrec 9", cwd="/home/ann", host="box", user="ann",
               tty="/dev/pts/7", title="a title"),
        message(4 * ms, 402, {"requestId": 0, "name": "LANG", "value": "C.UTF-8"}),
        message(5 * ms, 404, {"requestId": 1, "term": "xterm", "columns": 80, "rows": 24,
                              "width": 0, "height": 0, "modelist": b"\0"}),
        message(6 * ms, 403, {"requestId": 2, "program": "demo"}),
        io(10 * ms, b"hello \x1b[1;31mred\x1b[0m\r\n"),
        io(1000 * ms, b"caf\xc3"), io(1500 * ms, b"\xa9 \xe6\x97\xa5\xe6\x9c\xac\r\n"),
        io(1600 * ms, b"l", 0), io(1700 * ms, b"s\r", 0),
        vendor(2000 * ms, "marker", label="here"),
        message(2500 * ms, 408, size),
        io(3000 * ms, b"bad \xff\xfe bytes, NUL \0, del \x7f\r\n"),
        io(3500 * ms, b"to stderr\r\n", 2),
        io(4000 * ms, b"\x1b[5;3Hplaced\x1b[38;2;1;2;3m true\x1b[m"),
        message(4500 * ms, 496, None),
        message(4600 * ms, 499, {"exitStatus": 3}),
        message(4700 * ms, 497, None),
        message(4800 * ms, 1, None, None),
    ]


def gzip(parts, end=False):
    z = zlib.compressobj(6, wbits=31)
    out = b"".join(z.compress(p) for p in parts)
    return out + (z.flush() if end else z.flush(zlib.Z_SYNC_FLUSH))


def write(path, messages, version=2, end=False):
    plain = b"".join(map(cbor, messages))
    if version == 1:
        plain = b"\x9f" + plain + b"\xff"
    with open(path, "wb") as f:
        f.write(HEAD + struct.pack("<Q", version) + gzip([plain], end))


def write_zeros(path, mib, front=b""):
    block = bytes(1 << 20)
    with open(path, "wb") as f:
        f.write(HEAD + struct.pack("<Q", 2))
        z = zlib.compressobj(9, wbits=31)
        f.write(z.compress(front))
        for _ in range(mib):
            f.write(z.compress(block))
        f.write(z.flush())


def write_string(path, mib):
    """A message whose data really is that long: zeros, so a small file."""
    m = cbor(io(0, b""))
    front, back = m[:m.rindex(b"\x40")], m[m.rindex(b"\x40") + 1:]
    write_zeros(path, mib, front + head(2, mib << 20))


if __name__ == "__main__":
    what, path, *rest = sys.argv[1:]
    if what == "sample":
        write(path, sample())
    elif what == "zeros":
        write_zeros(path, int(rest[0]))
    else:
        write_string(path, int(rest[0]))
