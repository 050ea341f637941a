#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Text as programs send it to a terminal: always the same bytes for the same arguments.

usage: gen_text.py [RECORDS [SEED]]

Each record is one of five kinds in turn: a coloured word at a place on the screen, a log
line with a coloured stamp, an erased line in one of 256 colours, a progress bar that
returns to the first column, a plain line as of a compiler.  150000 records are about
8 MB; a part of the words are wide or have accents.
"""
import random
import sys

WORDS = ("session audit kernel opening reading sector mount résumé naïve Zürich 端末 記録 "
         "文字 warning error note: in function at → ← ✓ src/main.c retry timeout").split()


def line(rng, count):
    return " ".join(rng.choices(WORDS, k=count))


def placed_word(rng, i):
    return f"\x1b[{rng.randint(1, 24)};{rng.randint(1, 72)}H\x1b[3{i % 8}m{rng.choice(WORDS)}\x1b[0m"


def log_line(rng, i):
    return f"\x1b[1;3{rng.randrange(8)}m[{i:06d}]\x1b[0m {line(rng, 8)}\n"


def erased_line(rng, i):
    return f"\x1b[K\x1b[38;5;{rng.randrange(256)}m{line(rng, 6)}\x1b[m\n"


def progress(rng, i):
    return f"\r\x1b[K{i % 101:3d}% [{'#' * (i % 40):40}]"


def plain_line(rng, i):
    return f"{rng.choice(WORDS)}:{i}: {line(rng, 10)}\n"


KINDS = (placed_word, log_line, erased_line, progress, plain_line)


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 150000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    out = sys.stdout.buffer
    for start in range(0, records, 500):
        block = (KINDS[i % 5](rng, i) for i in range(start, min(start + 500, records)))
        out.write("".join(block).encode())


if __name__ == "__main__":
    main()
