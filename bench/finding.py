#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Figures of auditlog list, grep and convert, over recordings that are made here.

usage: bench/finding.py [BUILD-DIR] [small]     (bench/run calls it, too)

Two kinds of recordings: those of gen_recording, whose words are few, and what `cat` shows of
the texts on this machine, which are as varied as texts can be.  Figures for 10 GB are CPU
seconds multiplied and shared out over the processors: an estimate, not a measurement.  ASCIINEMA3
names an asciinema 3 that is not in the path.
"""
import glob
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
import measure
from show import alone, goal, interleave, table

TEXTS = ["/usr/share/doc", "/usr/include", "/usr/lib/python3", "/usr/share/perl", "/usr/share/info",
         "/usr/share/man", "/usr/share/vim", "/var/lib/dpkg/info", "/var/log"]
LISTS = {"again": "DIR", "again, sorted": "--sort length DIR", "again, as JSON": "--json DIR",
         "again, narrowed": "DIR longer 100d", "again, narrowed by user": "DIR user nobody"}

# What commands are given, for their memory: IN and CAST are long recordings, OUT what is written.
COMMANDS = """list IN
info IN
verify IN
decode IN
events IN
screen IN
screen --sheet 4x4 -f svg IN
export --overwrite IN OUT.html
grep --no-index nothing IN
grep nothing IN
grep -c kernel IN
grep --typed nothing IN
grep --events nothing IN
marks list IN
marks add --overwrite --at 50% IN OUT.audit here
cat --overwrite IN IN OUT.audit
cut --overwrite --from 50% IN OUT.audit
speed --overwrite 2 IN OUT.audit
idle --overwrite --max 1 IN OUT.audit
redact --overwrite --text nothing IN OUT.audit
convert --overwrite IN OUT.audit
convert --overwrite -f asciicast-v1 IN OUT.cast
convert --overwrite IN OUT.cast
convert --overwrite CAST OUT.cast
convert --overwrite CAST OUT.audit
convert --overwrite IN OUT.ttyrec
convert --overwrite -f typescript IN OUT.script
convert --overwrite -f tlog IN OUT.json
convert --overwrite -f txt IN OUT.txt
convert --overwrite -f raw IN OUT.raw""".splitlines()

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
        subprocess.run([self.generator, "-s", "20000", one], check=True)
        for i in range(count):
            os.makedirs(f"{folder}/{i % 100}", exist_ok=True)
            shutil.copy(one, f"{folder}/{i % 100}/{i}.audit")
        rows = {"first time": self.run("list", folder, rounds=1)}
        for name, words in LISTS.items():
            rows[name] = self.run("list", *words.replace("DIR", folder).split(), rounds=5)
        table(f"list over {count} recordings", ["", "wall ms", "cpu ms", "peak MB"],
              [[n, r["wall"] * 1000, r["cpu"] * 1000, r["memory"] / 1024] for n, r in rows.items()])
        goal(f"list over {count} recordings, catalogued", rows["again"]["wall"] * 1000, 200, " ms")
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
        """Every command over one long recording, and one of a tenth."""
        paths = {k: f"{self.work}/long{v}" for k, v in (("IN", ".audit"), ("CAST", ".cast"), ("OUT", "-out"))}
        peaks = {line: [] for line in COMMANDS}
        for one in (size // 10, size):
            self.forget()
            for kind in ("IN", "CAST"):
                subprocess.run([self.generator, "-s", str(one), paths[kind]], check=True)
                os.utime(paths[kind], (OLD, OLD))
            for line in COMMANDS:
                words = [re.sub("^(IN|CAST|OUT)", lambda m: paths[m[0]], w) for w in line.split()]
                run = measure.command([self.auditlog, *words])
                peaks[line].append(run["memory"] / 1024 if run["status"] in (0, 1) else float("nan"))
                for path in glob.glob(paths["OUT"] + "*"):
                    os.unlink(path)
        table("memory by the length of a recording, peak MB (nan: it failed)",
              ["", f"{size / 10e6:.0f} MB shown", f"{size / 1e6:.0f} MB shown"], [[n, *v] for n, v in peaks.items()])
        goal("memory: what ten times the length adds, worst", max(b - a for a, b in peaks.values() if b > 0), 16, " MB")

    def converting(self, title, make, asciinema):
        """To the newest asciicast, from the one before, which MAKE writes; and out of an audit file."""
        cast, out, audit = (self.work + n for n in ("/in.cast", "/out.cast", "/in.audit"))
        for words in ([*make, "--overwrite", "-f", "asciicast-v2", cast], ["convert", "--overwrite", cast, audit]):
            subprocess.run([self.auditlog, *words], check=True, stderr=subprocess.DEVNULL)
        to = [self.auditlog, "convert", "--overwrite", "-f", "asciicast-v3"]
        commands = {"auditlog convert": [*to, cast, out], "auditlog convert, from an audit file": [*to, audit, out]}
        if asciinema:
            commands["asciinema convert"] = [asciinema, "convert", "--overwrite", "-f", "asciicast-v3", cast, out]
        runs = interleave(list(commands), 7, lambda n: measure.command(commands[n]))
        if failed := [n for n, v in runs.items() if any(r["status"] for r in v)]:
            print("  failed:", ", ".join(failed))
        mid = {n: {k: statistics.median(r[k] for r in v) for k in ("wall", "cpu", "memory")} for n, v in runs.items()}
        with open(cast, "rb") as f:
            events, size = sum(1 for _ in f) - 1, os.path.getsize(cast)
        table(f"to asciicast 3, {title}: {size / 1e6:.0f} MB, {events} events", ["", "wall s", "cpu s", "MB/s", "peak MB"],
              [[n, r["wall"], r["cpu"], size / 1e6 / r["wall"], r["memory"] / 1024] for n, r in mid.items()])
        if asciinema:
            for k, unit in (("wall", ""), ("cpu", ", CPU time")):
                goal(f"convert, {title}: times as fast as asciinema 3{unit}",
                     mid["asciinema convert"][k] / mid["auditlog convert"][k], 5, at_least=True)
        else:
            print("  asciinema convert: left out, there is no asciinema 3 (set ASCIINEMA3)")

    def conversions(self, size, asciinema):
        """A session is many small events; what is read from a pipe or a pty fewer and larger ones."""
        day, reads, text = (self.work + n for n in ("/day.audit", "/reads.audit", "/text"))
        subprocess.run([self.generator, "-k", "day", day], check=True)
        subprocess.run([self.generator, "-s", str(size), reads], check=True)
        with open(text, "wb") as f:
            here = os.path.dirname(os.path.abspath(__file__))
            some = subprocess.run([sys.executable, here + "/gen_text.py", "150000"], check=True, capture_output=True).stdout
            for _ in range(size // len(some) + 1):
                f.write(some)
        self.converting("sessions", ["cat"] + [day] * max(2, size // 10_000_000), asciinema)
        self.converting("reads of a pty", ["convert", reads], asciinema)
        self.converting("floods", ["convert", "--from", "raw", text], asciinema)


def finding(build, work, asciinema, small):
    bench = Bench(build, work)
    part = 10 if small else 1
    bench.listing(10_000 // part)
    bench.generated(20, 50_000_000 // part)
    bench.varied(1_000_000_000 // part, 1_000_000)
    bench.memory(1_000_000_000 // part)
    bench.conversions(200_000_000 // part, asciinema)


if __name__ == "__main__":
    alone(lambda build, work, small: finding(build, work, os.environ.get("ASCIINEMA3"), small))
