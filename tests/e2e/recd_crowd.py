#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A thousand sessions at once with one auditrecd: all of them are kept, whatever becomes of the
others.  SESSIONS says how many."""
import os
import signal
import subprocess

from auditfile import cbor
from crowd import Crowd
from rec_lib import PATIENCE, decode, main
from recd_lib import AUDITRECD, Daemon

AUDITLOG = os.path.join(os.path.dirname(AUDITRECD), "auditlog")
SANITIZED = b"__asan_init" in open(AUDITRECD, "rb").read()
SESSIONS = int(os.environ.get("SESSIONS", 200 if SANITIZED else 1000))


def write_scripts(members):
    """A few KB each; every fifth loses its connection, and half of those come back."""
    for n, m in enumerate(members):
        for i in range(m.dice.randrange(1, 8)):
            m.said += m.output(b"%d %d " % (n, i) + m.dice.randbytes(m.dice.randrange(1, 700)))
        m.said += m.message(1, None, None, 10**18 + 1)  # no end of the daemon's is like it
        if n % 5 == 4:
            m.breaks = m.dice.randrange(1, len(m.said))
            m.torn, m.returns = m.dice.random() < 0.5, n % 10 == 4


def descriptors(daemon):
    return len(os.listdir("/proc/%d/fd" % daemon.pid))


def check_kept(daemon, m):
    """All of what it said if it ended, else a beginning with everything that was acknowledged."""
    ms = [x for x in decode(daemon.path(m.id.hex()))
          if not (x["payload"] or {}).get("requestId", 0) >> 32]
    assert [x["type"] for x in ms].count(1) == 1, "one end, ours or the daemon's"
    kept = b"".join(map(cbor, ms))
    if kept != m.said:
        kept = b"".join(map(cbor, ms[:-1]))
    assert m.said.startswith(kept), m.id.hex()
    assert len(kept) == len(m.said) if m.closed else len(kept) >= m.acked, \
        (m.id.hex(), m.closed, len(kept), m.acked, len(m.said))
    return len(kept)


def check_metrics(daemon, members, kept, whole):
    m, closed = daemon.metrics(), sum(x.closed for x in members)
    want = {"sessions_begun_total": len(members), "sessions_ended_total": closed,
            "sessions_abandoned_total": len(members) - whole, "store_failures_total": 0,
            "sessions_resumed_total": sum(x.returns for x in members), "sessions": 0,
            "sessions_detached": 0}
    assert {k: m[k] for k in want} == want, (m, want)
    # what is kept when a session is given up has nobody whom it could be acknowledged to
    assert sum(x.acked for x in members) <= m["acknowledged_bytes_total"] <= kept, (m, kept)
    # who comes back before the daemon has seen that the old connection is dead
    assert m["refused_total"] <= want["sessions_resumed_total"], m


def verify(key, paths):
    p = subprocess.run([AUDITLOG, "verify", "--key", key + ".pub", *paths],
                       capture_output=True, text=True, timeout=PATIENCE)
    assert p.returncode == 0, (p.returncode, p.stdout[-2000:], p.stderr[-2000:])


def test_many_sessions(d):
    subprocess.run([AUDITRECD, "--make-key", d("key")], check=True)
    # who comes back may do so before the daemon has seen that the old connection is gone
    conf, seal = "user-connects = 0\nuser-connections = 2000\ngrace = %s", "[seal]\nkey = %s" % d("key")
    with Daemon(d, conf % "1h", seal) as daemon:  # who comes back does so in time
        before = descriptors(daemon)
        crowd = Crowd(daemon, SESSIONS)
        write_scripts(crowd.members)
        crowd.greet()
        assert daemon.metrics()["sessions"] == SESSIONS, daemon.metrics()
        crowd.talk()
        crowd.close()
        daemon.configure(conf % "1ms", seal)
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.until(lambda: daemon.metrics()["sessions"] == 0, "some sessions are still kept")
        kept = [check_kept(daemon, m) for m in crowd.members]
        whole = sum(n == len(m.said) for n, m in zip(kept, crowd.members))
        check_metrics(daemon, crowd.members, sum(kept), whole)
        names = daemon.recordings()
        assert names == sorted(m.id.hex() for m in crowd.members)
        assert not any(daemon.is_open(n) for n in names)
        verify(d("key"), [daemon.path(n) for n in names])
        daemon.until(lambda: descriptors(daemon) <= before, "descriptors are left open")


Daemon.sync = "interval"
main(test_many_sessions)
