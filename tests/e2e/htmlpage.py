#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A page of `auditlog export`, taken apart and held to what every such page must be."""
import base64, gzip, hashlib, html.parser, json, re

VOID = {"meta", "input", "br", "hr", "link", "img"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "div", "h1", "h2", "p",
           "button", "main", "section", "input", "span", "dialog", "dl", "dt", "dd", "details",
           "summary", "pre", "form", "noscript", "script"}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.scripts, self.styles, self.meta, self.ids = [], [], [], [], {}
        self.title, self.problems = "", []
        self.text = open(path, encoding="utf-8", newline="").read()
        self.feed(self.text)
        self.close()
        assert not self.open, "left open: %s" % self.open
        assert not self.problems, self.problems
        self.data = json.loads(self.script("data"))
        packed = base64.b64decode(re.sub(r"\s", "", self.script("recording")), validate=True)
        self.cast = gzip.decompress(packed).decode()
        self.check()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in ALLOWED:
            self.problems.append("element " + tag)
        for name, value in attrs.items():
            if name.startswith("on") or name in ("src", "href", "srcdoc", "style", "action"):
                self.problems.append("%s has %s=%s" % (tag, name, value))
        if tag == "meta":
            self.meta.append(attrs)
        if tag == "script":
            self.scripts.append([attrs, ""])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append("/" + tag + " out of place")

    def handle_comment(self, text):
        self.problems.append("comment " + text)

    def handle_data(self, text):
        if self.open and self.open[-1] == "script":
            self.scripts[-1][1] += text
        if self.open and self.open[-1] == "title":
            self.title += text

    def script(self, name):
        found = [s for attrs, s in self.scripts if attrs.get("id") == name]
        assert len(found) == 1, "%d scripts called %s" % (len(found), name)
        return found[0]

    def check(self):
        """Runnable scripts are those the policy names, and data cannot become markup."""
        policy = [m["content"] for m in self.meta if m.get("http-equiv")]
        assert len(policy) == 1, policy
        rules = dict(r.strip().split(" ", 1) for r in policy[0].split(";"))
        assert rules["default-src"] == "'none'" and rules["base-uri"] == "'none'", rules
        assert rules["form-action"] == "'none'" and "connect-src" not in rules, rules
        runnable = [s for attrs, s in self.scripts if "type" not in attrs]
        want = ["'sha256-%s'" % base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()
                for s in runnable]
        assert len(runnable) == 2 and len(self.scripts) == 4, len(self.scripts)
        assert sorted(rules["script-src"].split()) == sorted(want + ["'wasm-unsafe-eval'"]), rules
        assert "<" not in self.script("data") and "<" not in self.script("recording")
        bad = re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]", self.text)
        assert not bad, "a control or an order: %r" % bad

    def events(self, kind):
        return [e for e in self.data["events"] if e["k"] == kind]

    def lines(self):
        return [json.loads(line) for line in self.cast.splitlines()]
