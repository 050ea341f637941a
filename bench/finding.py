#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Figures of auditlog list, grep and convert, over recordings that are made here.

usage: bench/finding.py [BUILD-DIR] [small]     (bench/run calls it, too)

Two kinds of recordings: those of gen_recording, whose words are few, and what `cat` shows of
the texts on this machine, which are as varied as texts can be.  Figures for 10 GB are CPU
seconds multiplied and shared out over the processors: an estimate, not a measurement.  ASCIINEMA3 names an asciinema 3 that is not in the path.
"""
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import measure
from show import alone, goal, table

TEXTS = ["/usr/share/doc", "/usr/include", "/usr/lib/python3", "/usr/share/perl", "/usr/share/info",
         "/usr/share/man", "/usr/share/vim", "/var/lib/dpkg/info", "/var/log"]
OLD = 1_700_000_000  # recordings are dated so: what may still change is not indexed


def texts(limit):
    """Text files of this machine, as a terminal shows them."""
    found = []
    for root in TEXTS:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path) or not 200 < os.path.getsize(path) < 2_000_000:
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                if b"\0" not in data:
                    found.append((path, data.decode("utf-8", "replace").replace("\n", "\r\n")))
                    limit -= len(data)
                if limit < 0:
                    return found
    return found


def session(path, found, size, dice):
    """An asciicast of somebody who looks at one file after the other."""
    at, shown = 0, 0
    with open(path, "w") as f:
        f.write(json.dumps({"version": 2, "width": 120, "height": 40, "timestamp": OLD}) + "\n")
        while shown < size:
            name, text = dice.choice(found)
            start = dice.randrange(len(text))
            text = f"\x1b[1;32mann@box\x1b[m:~$ cat {name}\r\n{text[start:start + size // 3]}\r\n"
            for i in range(0, len(text), 4000):
                f.write(json.dumps([at / 1000, "o", text[i:i + 4000]]) + "\n")
                at += 1
            at += 1500
            shown += len(text)
    return shown


def estimate(run, size):
    return run["cpu"] / os.cpu_count() * 10e9 / size


class Bench:
    def __init__(self, build, work):
        self.auditlog, self.generator = build + "/auditlog", build + "/bench/gen_recording"
        self.work = work
        os.environ["XDG_CACHE_HOME"] = self.cache = work + "/cache"

    def forget(self):
        shutil.rmtree(self.cache, ignore_errors=True)

    def run(self, *words, rounds=3):
        runs = [measure.command([self.auditlog, *words]) for _ in range(rounds)]
        return {k: statistics.median(r[k] for r in runs) for k in ("wall", "cpu", "memory")}

    def listing(self, count):
        """COUNT small recordings."""
        folder, one = self.work + "/many", self.work + "/one.audit"
        subprocess.run([self.generator, "-k", "day", "-s", "20000", one], check=True)
        for i in range(count):
            os.makedirs(f"{folder}/{i % 100}", exist_ok=True)
            shutil.copy(one, f"{folder}/{i % 100}/{i}.audit")
        first = self.run("list", folder, rounds=1)
        again = self.run("list", folder)
        chosen = self.run("list", folder, "longer", "100d")
        table(f"list over {count} recordings", ["", "wall ms", "cpu ms", "peak MB"],
              [[n, r["wall"] * 1000, r["cpu"] * 1000, r["memory"] / 1024]
               for n, r in (("first time", first), ("again", again), ("again, narrowed", chosen))])
        goal(f"list over {count} recordings, catalogued", again["wall"] * 1000, 200, " ms")
        shutil.rmtree(folder)

    def searching(self, title, folder, shown, patterns):
        size = sum(os.path.getsize(os.path.join(folder, n)) for n in os.listdir(folder))
        self.forget()
        rows = [["nothing found, no index", self.run("grep", "--no-index", "never was this", folder, rounds=1)],
                ["nothing found, index made", self.run("grep", "never was this", folder, rounds=1)]]
        for what in patterns:
            rows.append([" ".join(what), self.run("grep", *what, folder)])
        index = sum(os.path.getsize(os.path.join(self.cache, "auditrec/search", n))
                    for n in os.listdir(self.cache + "/auditrec/search"))
        table(f"grep, {title}: {len(os.listdir(folder))} recordings, {size / 1e6:.0f} MB in files, "
              f"{shown / 1e6:.0f} MB shown, on {os.cpu_count()} processors; index {index / 1e6:.1f} MB, "
              f"{100 * index / size:.1f} % of the files",
              ["", "wall s", "cpu s", "peak MB", "10 GB shown, s", "10 GB of files, s"],
              [[n, r["wall"], r["cpu"], r["memory"] / 1024, estimate(r, shown), estimate(r, size)]
               for n, r in rows])
        goal(f"grep, {title}, indexed, nothing found, estimate for 10 GB shown", estimate(rows[2][1], shown), 1,
             " s")

    def generated(self, count, size):
        folder = self.work + "/generated"
        os.mkdir(folder)
        for i in range(count):
            path = f"{folder}/{i}.audit"
            if i == 0:
                subprocess.run([self.generator, "-s", str(size), path], check=True)
            else:
                shutil.copy(f"{folder}/0.audit", path)
            os.utime(path, (OLD, OLD))
        self.searching("generated", folder, count * size,
                       [["never was this"], ["-l", "segmentation fault"], ["-l", "kernel"], ["-c", "kernel"],
                        ["[0-9]{9}"]])
        shutil.rmtree(folder)

    def varied(self, total, size):
        folder, cast, dice = self.work + "/varied", self.work + "/x.cast", random.Random(5)
        found, shown, i = texts(200_000_000), 0, 0
        os.mkdir(folder)
        while shown < total:
            shown += session(cast, found, size * dice.choice((1, 2, 4, 8)) // 4, dice)
            path = f"{folder}/{i}.audit"
            subprocess.run([self.auditlog, "convert", cast, path], check=True, stderr=subprocess.DEVNULL)
            os.utime(path, (OLD, OLD))
            i += 1
        self.searching("varied text", folder, shown,
                       [["unlikely_identifier_xyz"], ["pthread_mutex_lock"], ["segmentation fault"],
                        ["-l", "segmentation fault"], ["permission denied"], ["-c", "struct"], ["[0-9]{7}"]])
        shutil.rmtree(folder)

    def memory(self, size):
        """One long recording."""
        path = self.work + "/long.audit"
        rows = []
        for one in (size // 10, size):
            self.forget()
            subprocess.run([self.generator, "-s", str(one), path], check=True)
            os.utime(path, (OLD, OLD))
            for what in (["list", path], ["grep", "--no-index", "never was this", path],
                         ["grep", "never was this", path], ["grep", "-c", "kernel", path]):
                rows.append([f"{one / 1e6:.0f} MB shown: " + " ".join(what[:-1]),
                             self.run(*what, rounds=1)["memory"] / 1024])
        table("memory by the length of a recording", ["", "peak MB"], rows)
        os.unlink(path)

    def converting(self, size, asciinema):
        """To the newest asciicast, from the one before."""
        cast, out = self.work + "/in.cast", self.work + "/out.cast"
        subprocess.run([self.generator, "-s", str(size), self.work + "/in.audit"], check=True)
        subprocess.run([self.auditlog, "convert", "--format", "asciicast-v2", self.work + "/in.audit", cast],
                       check=True, stderr=subprocess.DEVNULL)
        commands = {"auditlog convert": [self.auditlog, "convert", "--overwrite", "--format", "asciicast-v3", cast, out]}
        if asciinema:
            commands["asciinema convert"] = [asciinema, "convert", "--overwrite", "-f", "asciicast-v3", cast, out]
        commands["auditlog convert, from an audit file"] = commands["auditlog convert"][:-2] + [self.work + "/in.audit", out]
        runs = {n: [] for n in commands}
        for _ in range(3):
            for n, argv in commands.items():
                runs[n].append(measure.command(argv))
        if failed := [n for n, v in runs.items() if any(r["status"] for r in v)]:
            print("  failed:", ", ".join(failed))
        mid = {n: {k: statistics.median(r[k] for r in v) for k in ("wall", "cpu", "memory")} for n, v in runs.items()}
        table(f"to asciicast 3, {size / 1e6:.0f} MB of terminal output", ["", "wall s", "cpu s", "MB/s", "peak MB"],
              [[n, r["wall"], r["cpu"], size / 1e6 / r["wall"], r["memory"] / 1024] for n, r in mid.items()])
        if asciinema:
            goal("convert: times as fast as asciinema 3",
                 mid["asciinema convert"]["cpu"] / mid["auditlog convert"]["cpu"], 5, at_least=True)
        else:
            print("  asciinema convert: left out, there is no asciinema 3 (set ASCIINEMA3)")


def finding(build, work, asciinema, small):
    bench = Bench(build, work)
    part = 10 if small else 1
    bench.listing(10_000 // part)
    bench.generated(20, 50_000_000 // part)
    bench.varied(1_000_000_000 // part, 1_000_000)
    bench.memory(1_000_000_000 // part)
    bench.converting(200_000_000 // part, asciinema)


if __name__ == "__main__":
    alone(lambda build, work, small: finding(build, work, os.environ.get("ASCIINEMA3"), small))
