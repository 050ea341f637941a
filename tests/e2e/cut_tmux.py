# SPDX-License-Identifier: ISC
"""What `auditlog cut` puts in front, shown to tmux: the output of real programs is recorded and
cut at several places; a pane that gets the beginning of the cut recording must look like one
that got all of the original up to there, and still so after the rest.  Prints TAP."""
import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import auditfile
import tmux_differential as td

AUDITLOG = os.path.join(td.BUILD, "auditlog")
SECOND = 10**9
CUTS = 4
PROGRAMS = ["bash", "vim", "less", "nano", "mc", "bash, emoji and marks"]
FLAGS = ["alternate_on", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag",
         "mouse_any_flag", "mouse_button_flag", "mouse_sgr_flag", "mouse_standard_flag",
         "origin_flag", "scroll_region_lower", "scroll_region_upper", "wrap_flag",
         "cursor_x", "cursor_y", "pane_tabs"]


def write_recording(name, pieces, size):
    messages = [auditfile.message(0, 0, {"remoteAddr": "", "country": "XX"}, None),
                auditfile.message(0, 301, {"channelType": "session"}),
                auditfile.message(0, 404, {"requestId": 0, "term": "xterm-256color",
                                           "columns": size[0], "rows": size[1], "width": 0,
                                           "height": 0, "modelist": b""}),
                auditfile.message(0, 405, {"requestId": 1})]
    messages += [auditfile.io((i + 1) * SECOND, piece) for i, piece in enumerate(pieces)]
    auditfile.write(name, messages)


def output_of(name):
    """The bytes that paint the screen, and those behind them."""
    text = subprocess.run([AUDITLOG, "decode", name], stdout=subprocess.PIPE, check=True).stdout
    messages = [json.loads(line) for line in text.splitlines()]
    raw = subprocess.run([AUDITLOG, "convert", "-f", "raw", name, "-"], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True).stdout
    start = messages[0]["timestamp"]
    first = [m for m in messages if m["typeId"] == "io" and m["timestamp"] == start]
    # the last of those is the first that was recorded
    paint = sum(len(base64.b64decode(m["payload"]["data"])) for m in first[:-1])
    return raw[:paint], raw[paint:]


def look(tmux):
    flags = " ".join("%s=#{%s}" % (f, f) for f in FLAGS)
    return (tmux.run("capture-pane", "-t", "t", "-e", "-p", "-N").decode(errors="replace"),
            tmux.run("display", "-p", "-t", "t", flags).decode())


def looks(socket, parts, size):
    """How a pane looks after each of PARTS."""
    names = []
    for i, part in enumerate(parts):
        names.append(os.path.abspath("%s-%d" % (socket, i)))
        with open(names[-1], "wb") as f:
            f.write(part)
    tmux = td.Tmux(socket)
    try:
        tmux.start(size, names)
        shown = []
        for name in names:
            open(name + ".go", "w").close()
            td.wait_for(name + ".done")
            shown.append(look(tmux))
    finally:
        tmux.stop()
    return shown


GROUPS = [("1", "2", "22"), ("3", "23"), ("4", "21", "24"), ("5", "6", "25"), ("7", "27"),
          ("8", "28"), ("9", "29"), ("53", "55")]


def sgr(state, text):
    """STATE after the parameters TEXT."""
    words = (text or "0").split(";")
    while words:
        word = words.pop(0)
        number = int(word.split(":")[0] or 0)
        if number == 0:
            state = {}
        elif number in (38, 48, 58):
            n = 4 if words[0] == "2" else 2
            state = dict(state, **{str(number - 8): (word, *words[:n])})
            words = words[n:]
        elif 30 <= number < 50 or 90 <= number < 108 or number == 59:
            key = {3: "30", 4: "40", 5: "50", 9: "30", 10: "40"}[number // 10]
            state = {k: v for k, v in state.items() if k != key}
            if number not in (39, 49, 59):
                state[key] = word
        else:
            group = next(g for g in GROUPS if str(number) in g)
            off = str(number) == group[-1]
            state = {k: v for k, v in state.items() if k not in group or not off}
            if not off:
                state[str(number)] = word
    return state


def cells(capture):
    """Rows of (character, look, link).  Blanks at their ends are left out: tmux tells them or
    not, by whether they were written or erased."""
    rows, state, link = [[]], {}, ""
    for seq, osc, ch in re.findall(r"\x1b\[([\d;:]*m)|\x1b\]8;([^\x1b]*)\x1b\\\\|(.|\n)", capture):
        if seq:
            state = sgr(state, seq[:-1])
        elif ch == "\n":
            rows.append([])
        elif ch:
            rows[-1].append((ch, tuple(sorted(state.items())), link))
        else:
            link = osc
    for row in rows:
        while row and row[-1][0] == " " and not set(dict(row[-1][1])) - {"40"}:
            row.pop()
    return rows


def difference(a, b):
    for what, x, y in zip(("at the cut", "at the end"), a, b):
        if x[1] != y[1]:
            return "%s: %s\nbut %s" % (what, x[1], y[1])
        for row, (p, q) in enumerate(zip(cells(x[0]), cells(y[0]))):
            for col, pair in enumerate(itertools.zip_longest(p, q)):
                if pair[0] != pair[1]:
                    return "%s, row %d, column %d: %r" % (what, row, col, pair)
    return ""


def check(data, size):
    places = td.cuts(data, CUTS + 1)[:-1]
    bounds = [0] + places + [len(data)]
    pieces = [data[a:b] for a, b in zip(bounds, bounds[1:])]
    write_recording("all.audit", pieces, size)
    for i, place in enumerate(places):
        subprocess.run([AUDITLOG, "cut", "--overwrite", "--from", "%ds" % (i + 2), "all.audit",
                        "part.audit"], check=True)
        paint, rest = output_of("part.audit")
        if rest != data[place:]:
            return "cut %d: what follows is not the rest" % i
        said = difference(looks("a%d" % i, [data[:place], data[place:]], size),
                          looks("b%d" % i, [paint, rest], size))
        if said:
            return "cut %d of %d, %s" % (i + 1, len(places), said)
    return "" if places else "it printed nothing"


def run(number, name, command, keys, size):
    folder = tempfile.mkdtemp(prefix="cut-tmux.")
    home = os.getcwd()
    os.chdir(folder)
    try:
        recorded = td.known_away(name, td.record(command, keys, size))
        said = check(b"".join(p for p in recorded if not isinstance(p, tuple)), size)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        said = str(error)
    finally:
        os.chdir(home)
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)
    for line in said.splitlines():
        print("# " + line)
    print("%sok %d - %s" % ("not " if said else "", number, name))
    sys.stdout.flush()


def main():
    if not shutil.which("tmux"):
        print("1..0 # SKIP tmux is not installed")
        return
    chosen = [p for p in td.PROGRAMS if p[0] in (sys.argv[1:] or PROGRAMS)]
    print("1..%d" % len(chosen))
    for number, (name, command, keys, size) in enumerate(chosen, 1):
        if shutil.which(command[0]):
            run(number, name, command, keys, size)
        else:
            print("ok %d - %s # SKIP it is not installed" % (number, name))


if __name__ == "__main__":
    main()
