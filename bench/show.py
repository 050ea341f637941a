# SPDX-License-Identifier: ISC
"""How figures are taken and shown: in turns, as tables, held against goals."""
import os
import shutil
import sys
import tempfile

ROWS = []  # of the goals


def interleave(names, rounds, what):
    """{name: [result a round]}, the order turned round every time; who fails is left out."""
    got, broken = {n: [] for n in names}, set()
    for turn in range(rounds):
        for name in (names if turn % 2 == 0 else names[::-1]):
            if name in broken:
                continue
            try:
                got[name].append(what(name))
            except (RuntimeError, OSError) as why:
                print(f"  {name}: left out: {why}")
                broken.add(name)
    return {n: v for n, v in got.items() if v and n not in broken}


def table(title, columns, rows):
    print(f"\n{title}")
    cells = [columns] + [[c if isinstance(c, str) else f"{c:.3g}" for c in r] for r in rows]
    width = [max(len(r[i]) for r in cells) for i in range(len(columns))]
    for r in cells:
        print("  " + r[0].ljust(width[0]) + "".join("  " + c.rjust(w) for c, w in zip(r[1:], width[1:])))
    sys.stdout.flush()


def goal(what, value, limit, unit="", at_least=False):
    met = value >= limit if at_least else value <= limit
    ROWS.append([what, f"{value:.3g}{unit}", f"{'>=' if at_least else '<='} {limit:g}{unit}",
                 "yes" if met else "NO"])


def goals():
    table("goals", ["what", "measured", "goal", "met"], ROWS)


def alone(what):
    """WHAT(BUILD, WORK, SMALL) as a program of its own: usage: ... [BUILD-DIR] [small]"""
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
    work = tempfile.mkdtemp(prefix="auditrec-bench-")
    try:
        what(build, work, sys.argv[2:] == ["small"])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    goals()
