#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Figures of auditrecd and of object stores: many sessions, one that is fast, keys that are
typed, uploads next to curl, and what opening a long recording transfers.

usage: bench/keeping.py [BUILD-DIR] [small]     (bench/run calls it, too)

The servers are those of tools/get-s3 in the folder that AUDITREC_S3_SERVERS names; without
them what needs one is left out.  The daemon has its default settings but for limits of a user.
"""
import os
import shlex
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import measure
from show import alone, goal, interleave, table

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """Seconds of the processor that a process has used so far."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def set_sync(daemon, sync):
    """Tests want what is quick."""
    with open(daemon.conf) as f:
        text = f.read().replace("sync = never", "sync = " + sync)
    with open(daemon.conf, "w") as f:
        f.write(text)
    return daemon


class Bench:
    def __init__(self, build, work):
        os.environ["builddir"] = build
        import fault_proxy
        import recd_lib
        import s3_lib
        self.recd, self.s3, self.proxy = recd_lib, s3_lib, fault_proxy.Proxy
        self.build, self.work = build, work

    def d(self, name):
        return os.path.join(self.work, name)

    def fresh(self):
        """A place for files that are gone afterwards."""
        folder = tempfile.mkdtemp(dir=self.work)
        return folder, lambda name: os.path.join(folder, name)

    def daemon(self, d, sync="interval"):
        return set_sync(self.recd.Daemon(d, "user-connects = 0"), sync)

    # ---- auditrecd ----

    def pace(self, sessions, seconds, pieces):
        """SESSIONS that write 1 KB a second each, in so many PIECES: what the daemon needs."""
        from crowd import Crowd
        folder, d = self.fresh()
        with self.daemon(d) as daemon:
            crowd = Crowd(daemon, sessions)
            crowd.greet()
            for m in crowd.members:
                self.say(m, m.said)
            text = {m: m.output(bytes(97 + i % 26 for i in range(1000 // pieces))) for m in crowd.members}
            before, took = daemon.metrics()["bytes_total"], cpu_of(daemon.pid)
            begin, sent = time.monotonic(), 0
            while (now := time.monotonic() - begin) < seconds:
                due = int(now * sessions * pieces)
                for i in range(sent, due):
                    self.say(crowd.members[i % sessions], text[crowd.members[i % sessions]])
                sent = due
                crowd.turn(0.005)
            took = cpu_of(daemon.pid) - took
            bytes_there = daemon.metrics()["bytes_total"] - before
            memory = measure.peak_memory(daemon.pid)
            crowd.close()
        shutil.rmtree(folder)
        return {"cores": took / seconds, "rate": bytes_there / seconds, "memory": memory}

    def say(self, m, text):
        m.put(self.recd.DATA, struct.pack(">Q", m.at) + text)
        m.at += len(text)

    def crowds(self, sessions, seconds):
        kinds = {"1 KB once": 1, "100 bytes ten times": 10}
        runs = interleave(list(kinds), 3, lambda n: self.pace(sessions, seconds, kinds[n]))
        mid = lambda n, k: statistics.median(r[k] for r in runs[n])
        table(f"auditrecd: {sessions} sessions for {seconds} s, each of them writes in a second",
              ["what", "cores", "taken MB/s", "peak MB"],
              [[n, mid(n, "cores"), mid(n, "rate") / 1e6, mid(n, "memory") / 1024] for n in runs])
        for n in runs:
            goal(f"{sessions} sessions of 1 KB/s, {n}", mid(n, "cores"), 0.5, " cores")

    def throughput(self, lines, rounds):
        """One session that prints as fast as it can, into a file and through the daemon."""
        program = ["sh", "-c", f"exec seq 1 {lines}"]
        folder, d = self.fresh()
        with self.daemon(d) as daemon:
            out = d("direct.audit")
            commands = {"file": [self.build + "/auditrec", "--headless", "-q", "--overwrite", "-o", out, "--",
                                 *program],
                        "auditrecd": daemon.argv("--", *program)}

            def run(name):
                before = cpu_of(daemon.pid)
                r = measure.command(commands[name])
                if r["status"]:
                    raise RuntimeError("status %d" % r["status"])
                r["daemon"] = cpu_of(daemon.pid) - before
                return r
            runs = interleave(list(commands), rounds, run)
        shutil.rmtree(folder)
        mid = lambda n, k: statistics.median(r[k] for r in runs[n])
        table(f"one session: seq 1 {lines} without a terminal, {rounds} rounds",
              ["sink", "wall s", "cpu s", "cpu s of auditrecd", "file's wall/wall"],
              [[n, mid(n, "wall"), mid(n, "cpu"), mid(n, "daemon"), mid("file", "wall") / mid(n, "wall")]
               for n in runs])
        goal("one session's throughput: auditrecd / file", mid("file", "wall") / mid("auditrecd", "wall"),
             0.9, at_least=True)

    def short_ones(self, sync, count):
        """Milliseconds from greeting to welcome, and from the last byte until it is closed."""
        folder, d = self.fresh()
        times = {"begin": [], "end": []}
        with self.daemon(d, sync) as daemon:
            for _ in range(count):
                c, begin = self.recd.Client(daemon), time.monotonic_ns()
                c.hello()
                there = time.monotonic_ns()
                c.data(c.begin() + c.end())
                c.send(self.recd.END, struct.pack(">Q", c.at))
                c.until(self.recd.CLOSED)
                times["begin"].append((there - begin) / 1e6)
                times["end"].append((time.monotonic_ns() - there) / 1e6)
                c.close()
        shutil.rmtree(folder)
        return times

    def beginnings(self, count, rounds):
        runs = interleave(["never", "interval", "commit"], rounds, lambda n: self.short_ones(n, count))
        pool = {n: {k: sorted(t for r in v for t in r[k]) for k in ("begin", "end")} for n, v in runs.items()}
        at = lambda n, k, p: pool[n][k][int(len(pool[n][k]) * p)]
        table(f"a session begins and ends, in milliseconds: {count * rounds} of them",
              ["sync", "begin, median", "p90", "end, median", "p90"],
              [[n, at(n, "begin", .5), at(n, "begin", .9), at(n, "end", .5), at(n, "end", .9)] for n in pool])

    def keys(self, keys, rounds):
        """Round trips of keys; also while the daemon stands still."""
        folder, d = self.fresh()
        os.mkdir(d("run"))
        with self.daemon(d) as daemon:
            program = shlex.quote(self.build + "/auditrec")
            through = f"{program} -q --sink auditrecd --socket {daemon.socket} -- {{argv}}"
            templates = {"relay": self.build + "/bench/relay {argv}",
                         "file": program + " -q -o {out}.audit -- {argv}",
                         "auditrecd": through, "auditrecd, stopped": through}

            def run(name):
                stop = (lambda: os.kill(daemon.pid, signal.SIGSTOP)) if "stopped" in name else None
                try:
                    return measure.keystrokes(templates[name], keys, d("run"), ready=stop)
                finally:
                    os.kill(daemon.pid, signal.SIGCONT)
            runs = interleave(list(templates), rounds, run)
        shutil.rmtree(folder)
        pool = {n: sorted(t for r in v for t in r) for n, v in runs.items()}
        at = lambda n, p: pool[n][int(len(pool[n]) * p)]
        table(f"keystroke round trip in microseconds by sink: {keys} keys, {rounds} rounds",
              ["sink", "median", "p95", "p99", "median/file's"],
              [[n, at(n, .5), at(n, .95), at(n, .99), at(n, .5) / at("file", .5)] for n in pool])
        for n in ("auditrecd", "auditrecd, stopped"):
            if n in pool:
                goal(f"keystroke: {n} / file", at(n, .5) / at("file", .5), 1.10)

    # ---- object stores ----

    def servers(self):
        found = [k for k in self.s3.SERVERS if k.program]
        if not found:
            print("\nobject stores: left out, AUDITREC_S3_SERVERS names none (tools/get-s3 fetches some)")
        return found

    def ship(self, s, d, path, *settings):
        """What a spool with one finished recording costs."""
        name, spool = "%032x" % time.time_ns(), d("spool")
        os.makedirs(spool, exist_ok=True)
        os.link(path, os.path.join(spool, name))
        r = self.tool(s, *settings, "ship", spool, "300")
        s.tool("remove", name)
        return r

    def tool(self, s, *args):
        argv = [self.s3.S3TOOL, "bucket=" + self.s3.BUCKET, "pathStyleAccess=yes", *args]
        return self.sent(s, argv)

    def curl(self, s, path, signed):
        """The same bytes by curl; SIGNED: with their hash, which has to be worked out first."""
        hashed = "openssl dgst -sha256 -r" if shutil.which("openssl") else "sha256sum"
        line = (f"h=$({hashed} {path}) && h=${{h%% *}} && " if signed else "h=UNSIGNED-PAYLOAD && ") + \
            f"exec curl -sf -T {path} -o {os.devnull} --user {':'.join(s.keys)} " \
            f"--aws-sigv4 aws:amz:us-east-1:s3 -H \"x-amz-content-sha256: $h\" {s.url}/{self.s3.BUCKET}/curl"
        return self.sent(s, ["sh", "-c", line])

    def sent(self, s, argv):
        os.environ.update({k: v for k, v in s.env().items() if k.startswith("AWS_") or k == "AUDITREC_S3_CONF"})
        before = cpu_of(s.process.pid)
        r = measure.command(argv)
        if r["status"]:
            raise RuntimeError("status %d" % r["status"])
        r["server"] = cpu_of(s.process.pid) - before
        return r

    def uploads(self, kind, megabytes, rounds):
        folder, d = self.fresh()
        name, path = kind.__name__.lower(), d("bytes")
        with open(path, "wb") as f:
            for _ in range(megabytes):
                f.write(os.urandom(1 << 20))
        with kind(d) as s:
            ways = {"auditrecd": lambda: self.ship(s, d, path),
                    "auditrecd, in parts": lambda: self.ship(s, d, path, "uploadWholeSize=0"),
                    "curl -T": lambda: self.curl(s, path, False),
                    "hash, curl -T with it": lambda: self.curl(s, path, True)}
            if not shutil.which("curl"):
                print("  (no curl to compare with)")
                ways = {n: w for n, w in ways.items() if "curl" not in n}
            runs = interleave(list(ways), rounds, lambda n: ways[n]())
        shutil.rmtree(folder)
        mid = lambda n, k: statistics.median(r[k] for r in runs[n])
        table(f"upload of {megabytes} MiB to {name}, {rounds} rounds",
              ["who", "wall s", "cpu s", "cpu s of the server", "wall/auditrecd's"],
              [[n, mid(n, "wall"), mid(n, "cpu"), mid(n, "server"), mid(n, "wall") / mid("auditrecd", "wall")]
               for n in runs])
        for n in runs:
            if "curl" in n:
                goal(f"upload to {name}: auditrecd / {n}", mid("auditrecd", "wall") / mid(n, "wall"), 1.10)

    def opening(self, kind, megabytes):
        """Bytes that come from the server until auditplay shows a picture."""
        folder, d = self.fresh()
        path = d("long.audit")
        subprocess.run([self.build + "/bench/gen_recording", "-s", str(megabytes * 1000000), path], check=True)
        size = os.path.getsize(path)
        with kind(d) as s:
            self.tool(s, "put", path, "long")
            with self.proxy(("127.0.0.1", s.port)) as p:
                shown = subprocess.run(
                    [self.build + "/auditplay", "--paused", "--script", "-", f"s3://{self.s3.BUCKET}/long"],
                    env=s.env(p.url), input=b"screen\nstatus\n", capture_output=True, timeout=300)
                if shown.returncode or b"paused" not in shown.stdout:
                    raise RuntimeError("no picture: %r" % shown.stderr)
                sent, requests = p.sent, p.requests
        shutil.rmtree(folder)
        table(f"opening a recording in {kind.__name__.lower()}, up to the first picture",
              ["recording MB", "transferred MB", "requests"], [[f"{size / 1e6:.0f}", sent / 1e6, f"{requests}"]])
        goal(f"opening {size / 1e6:.0f} MB from an object store", sent / 1e6, 2, " MB")


def keeping(build, work, small):
    bench = Bench(build, work)
    bench.crowds(1000, 3 if small else 10)
    bench.throughput(1_000_000 if small else 10_000_000, 3 if small else 7)
    bench.beginnings(50, 3 if small else 5)
    bench.keys(200 if small else 1000, 3 if small else 5)
    servers = bench.servers()
    for kind in servers:
        bench.uploads(kind, 64 if small else 400, 3 if small else 5)
    if servers and os.access(build + "/bench/gen_recording", os.X_OK):
        bench.opening(servers[-1], 200 if small else 4800)


if __name__ == "__main__":
    alone(keeping)
