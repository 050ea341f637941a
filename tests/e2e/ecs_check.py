#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""ecs_check.py LIST FILE...: holds lines of JSON to a list of Elastic Common Schema's fields."""
import ipaddress, json, re, sys

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
TYPES = {
    "long": lambda v: isinstance(v, int) and not isinstance(v, bool) and -2**63 <= v < 2**63,
    "boolean": lambda v: isinstance(v, bool),
    "date": lambda v: isinstance(v, str) and DATE.fullmatch(v),
    "ip": lambda v: isinstance(v, str) and ipaddress.ip_address(v),
}
OURS = "auditrec"  # the object for what the schema has no place for
NEEDED = ["@timestamp", "ecs.version", "event.kind", "event.category", "event.type", "event.action",
          "event.outcome", "event.sequence", "message"]


class List:
    def __init__(self, path):
        self.fields, self.arrays, self.values, self.expected = {}, set(), {}, {}
        for line in open(path):
            kind, *words = line.split()
            if kind == "version":
                self.version = words[0]
            elif kind == "field":
                self.fields[words[0]] = words[1]
                self.arrays |= {words[0]} if words[2:] else set()
            elif kind == "value":
                self.values[words[0]] = set(words[1:])
            elif kind == "types":
                self.expected[words[0]] = set(words[1:])


def flat(v, path=""):
    if isinstance(v, dict):
        assert v, "empty object " + path
        for k, x in v.items():
            assert k and "." not in k, k
            yield from flat(x, path + "." + k if path else k)
    else:
        yield path, v


def once(pairs):
    names = [k for k, _ in pairs]
    assert len(names) == len(set(names)), "a name twice: %r" % names
    return dict(pairs)


def check_line(l, line):
    event = json.loads(line, object_pairs_hook=once)
    all_ = dict(flat(event))
    for path, value in all_.items():
        if path.split(".")[0] == OURS:
            continue
        assert path in l.fields, path + " is no field"
        assert isinstance(value, list) == (path in l.arrays), path + ": array or not"
        for v in value if isinstance(value, list) else [value]:
            assert TYPES.get(l.fields[path], lambda v: isinstance(v, str))(v), (path, v)
            assert v in l.values.get(path, {v}), (path, v)
    for path in NEEDED:
        assert path in all_, path + " is missing"
    assert all_["ecs.version"] == l.version
    for t in all_["event.type"]:
        assert any(t in l.expected[c] for c in all_["event.category"]), (t, all_["event.category"])
    if all_["event.outcome"] == "failure":
        assert "error.message" in all_, "a failure says why"


def main(listing, *files):
    l, n = List(listing), 0
    for f in files:
        for line in open(f):
            try:
                check_line(l, line)
            except AssertionError:
                print(f, line)
                raise
            n += 1
    assert n, "no lines"
    print(n, "lines")


main(*sys.argv[1:])
