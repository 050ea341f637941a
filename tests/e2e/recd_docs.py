# SPDX-License-Identifier: ISC
"""docs/operating.md as it is read: its blocks are run on machines of our own, until an auditor
on one of them has watched what was recorded on the other, out of a store on a third."""
import os
import re
import subprocess

from machine import Machine, installed, must, needs
from rec_lib import PATIENCE, Skip, Term, main
from s3_lib import SERVERS
from tls_lib import Authority, Door

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "../../docs/operating.md")
RECORDER, STORE, AUDITOR = "recorder.example.org", "objects.example.org", "auditor.example.org"
ADDRESSES = {RECORDER: "198.51.100.1", AUDITOR: "198.51.100.6", STORE: "198.51.100.2"}
TYPED = "echo on the first machine"
SPOOL = "/var/lib/auditrec/recordings"
KEYS = (("KEY-OF-THE-RECORDER", "its-secret"), ("KEY-OF-AN-AUDITOR", "another-secret"))
METRICS = ["socat", "-u", "UNIX-CONNECT:/run/auditrecd/metrics.sock", "-"]


def sections():
    """[heading, [(where, block), ...]] of the document; every block says where."""
    with open(DOCUMENT) as f:
        text = f.read()
    out = []
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        blocks = []
        for m in re.finditer(r"(?:^<!-- ([^\n]*) -->\n)?^```\w*\n(.*?)^```$", part, re.M | re.S):
            where, block = m.groups()
            assert where, "nobody says where this is done: " + block
            named = where.partition(":")[2]
            assert "`%s`" % named in part[:m.start()] or not named, "the text does not name " + where
            blocks.append((where, block))
        out.append((part.splitlines()[0], blocks))
    return out


class Example:
    """The three machines of the document, and what was seen on them."""

    def __init__(self, d):
        self.d = d
        self.ids = []
        self.stage = installed(d)
        self.authority = Authority(d("authority"))
        self.shown = {}

    # ---- what there is before the document begins ----

    def furnish(self, m, *users):
        with open(self.authority.pem) as f:
            m.must("root", "sh", "-c", "mkdir -p /etc/ssl/certs && cat >>/etc/ssl/certs/ca-certificates.crt",
                   input=f.read())
        names = {a: n for n, a in ADDRESSES.items() if n in (m.name, STORE, RECORDER)}
        if m.name == AUDITOR:
            names = {"198.51.100.10": STORE, "198.51.100.5": RECORDER}
        m.write("root", "/etc/hosts", "127.0.0.1 localhost %s\n%s" % (
            m.name, "".join("%s %s\n" % x for x in names.items() if x[1] != m.name)), "w")
        for user in ("auditrec", "recorded", *users):  # of the machine that this one is made from
            m.must("root", "sh", "-c", 'for f in passwd shadow group gshadow; do test ! -f /etc/$f || '
                   'sed -i "/^$0:/d" /etc/$f; done; rm -rf "/home/$0"', user)
        for user in users:
            m.must("root", "useradd", "-m", "-s", "/bin/bash", user)
            m.must("root", "usermod", "-p", "*", user)

    def furnish_recorder(self, m):
        self.furnish(m, "admin", "alice")
        m.write("root", "/etc/sudoers", "admin ALL=(ALL) NOPASSWD: ALL\n")
        # a daemon built to find leaks cannot look for them inside the unit's walls
        m.must("root", "mkdir", "-p", "/etc/systemd/system/auditrecd.service.d")
        m.write("root", "/etc/systemd/system/auditrecd.service.d/test.conf",
                "[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n")
        m.must("root", "ssh-keygen", "-A")
        key = must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.d("ssh")) or open(self.d("ssh.pub")).read()
        for user, home in (("alice", "/home/alice"), ("root", "/root")):
            m.must(user, "sh", "-c", "mkdir -p ~/.ssh && chmod 700 ~/.ssh && cat >~/.ssh/authorized_keys", input=key)
        m.write("root", "/etc/ssh/sshd_config", "UsePAM yes\nPrintMotd no\nSubsystem sftp "
                "/usr/lib/openssh/sftp-server\n", "w")
        m.must("root", "systemctl", "start", "systemd-user-sessions", "ssh")

    def furnish_auditor(self, m, recorder):
        self.furnish(m, "auditor")
        host = recorder.must("root", "cat", "/etc/ssh/ssh_host_ed25519_key.pub").split()[:2]
        with open(self.d("ssh")) as f:
            m.must("auditor", "sh", "-c", "mkdir -m 700 ~/.ssh && cat >~/.ssh/id_ed25519 && "
                   "chmod 600 ~/.ssh/id_ed25519", input=f.read())
        m.write("auditor", "/home/auditor/.ssh/known_hosts", "%s %s\n" % (RECORDER, " ".join(host)))

    @staticmethod
    def server():
        for kind in SERVERS:
            if kind.program and kind.aborts:
                return type(kind.__name__, (kind,), {"bucket": "recordings"})
        raise Skip("no S3 server (tools/get-s3 fetches them)")

    # ---- the blocks ----

    def where(self, word):
        return {"recorder": (self.recorder, "admin"), "auditor": (self.auditor, "auditor")}[word]

    def do(self, where, block):
        if where == "install":
            assert "--prefix=/usr --sysconfdir=/etc" in block and "make install" in block
            for m in (self.recorder, self.auditor):
                p = subprocess.run(["tar", "-c", "-C", self.stage, "."], capture_output=True, check=True)
                subprocess.run(m.argv("root", "tar", "-x", "--no-same-owner", "--no-overwrite-dir",
                                      "-C", "/"), input=p.stdout, check=True)
            return ""
        for known in self.ids[-1:]:
            block = re.sub(r"\bID\b", known, block)
        for one in KEYS:  # the server has only those that it was started with
            for word, key in zip(one, self.keys):
                block = block.replace(word, key)
        if where.endswith(" terminal"):
            return self.on_terminal(where, block)
        word, _, path = where.partition(":")
        m, user = self.where(word)
        if path:
            owner = "root" if path.startswith("/") else user
            m.must(owner, "sh", "-c", "cat >>" + path, input=block)
            return ""
        said = m.must(user, "bash", "-eo", "pipefail", "-c", block)
        if "reload ssh" in block:  # it returns when sshd is told, not when sshd has done it
            m.until(self.sshd_listens_again, "sshd does not listen again")
        return said

    def sshd_listens_again(self):
        _, told, since = self.recorder.must("root", "journalctl", "-u", "ssh").rpartition("Received SIGHUP")
        return told and "Server listening on 0.0.0.0 port 22" in since

    def on_terminal(self, where, block):
        t = Term(self.auditor.argv("auditor", "sh", "-c", block))
        if block.startswith("ssh"):
            t.expect(b"$ ")
            t.send(TYPED.encode() + b"\r")
            t.expect(b"\ron the first machine\r\n")
            t.send(b"exit\r")
        else:
            t.expect(b"on the first machine")
            t.send(b"q")
        assert t.wait() == 0, t.out
        return t.out.decode(errors="replace")

    # ---- what must be true after a section ----

    def after_start(self, said):
        for unit in ("auditrecd.socket", "auditrecd.service"):
            assert self.recorder.root_may("systemctl", "is-enabled", unit), unit
            assert not self.recorder.run("root", "systemd-analyze", "verify", "--man=no", unit).stderr
        self.recorder.must("root", "test", "-S", "/run/auditrecd/deposit.sock")
        pid = self.main_pid()
        status = dict(x.split(":\t", 1) for x in self.recorder.must(
            "root", "cat", "/proc/%s/status" % pid).splitlines())
        assert status["CapEff"].strip("0") == "" and status["NoNewPrivs"] == "1", status
        assert status["Uid"].split()[0] == self.recorder.must("root", "id", "-u", "auditrec").strip()

    def after_sessions(self, said):
        (name,) = [x for x in said[-1].split() if re.fullmatch("[0-9a-f]{32}", x)]
        self.ids.append(name)
        assert "alice" in said[-1], said[-1]
        for path in (SPOOL, "/var/lib/auditrec/key", "/var/lib/auditrec/secret"):
            assert self.recorder.run("alice", "ls", path + "/").returncode, path
            assert self.recorder.run("alice", "cat", path).returncode, path

    def until_shipped(self):
        self.recorder.until(lambda: not self.recorder.must("root", "ls", SPOOL).split(),
                            "it is not shipped")

    def after_shipping(self, said):
        self.until_shipped()
        self.recorder.until(lambda: "\nauditrecd_s3_uploaded_total 1\n" in self.recorder.must(
            "root", *METRICS), "it is not counted")

    def after_reading(self, said):
        name = self.ids[-1]
        shown = "".join(said)
        assert shown.count(name) >= 3 and "alice" in shown, shown
        screen = self.auditor.must("auditor", "auditplay", "--script", "-", "s3://recordings/" + name,
                                   input="size 80x40\nindex\nkey End\nscreen\n")
        assert "on the first machine" in screen, screen

    def after_encrypting(self, said):
        """Another session; the document says that reading it is no different."""
        steps = dict(sections())
        self.do(*next(b for h, bs in steps.items() for b in bs if b[0] == "alice's terminal"))
        self.until_shipped()
        listed = self.auditor.must("auditor", "auditlog", "list", "--json", "s3://recordings")
        (new,) = set(re.findall(r'"connectionId": ?"([0-9a-f]{32})"', listed)) - set(self.ids)
        self.ids.append(new)
        reading = next(bs for h, bs in steps.items() if "another machine" in h)
        self.after_reading([self.do(*b) for b in reading if ":" not in b[0] and "ID" in b[1]] + [new])
        blind = self.auditor.run("auditor", "env", "AUDITREC_PRIVATE_KEY=/none", "auditlog", "info",
                                 "s3://recordings/" + new)
        assert blind.returncode == 2 and "key" in blind.stderr, blind

    def after_watching(self, said):
        (text,) = said
        assert "\nauditrecd_s3_uploaded_total " in text, text
        with open(DOCUMENT) as f:
            for name in re.findall(r"^\| `(auditrecd_\w+)`", f.read(), re.M):
                assert name in text or name == "auditrecd_s3_failures_total", name
        self.recorder.until(lambda: "auditrecd_sessions_begun_total " in self.journal(),
                            "no dump in the journal")

    def after_trouble(self, said):
        """Wrong files: no reload, no restart, and a daemon that goes on meanwhile."""
        path = "/etc/auditrec/auditrecd.conf"
        right = self.recorder.must("root", "cat", path)
        pid = self.main_pid()
        for wrong, told in (("[server]\ngrace = soon\n", "grace: 'soon' is no number"),
                            ("[seal]\nkey = /var/lib/auditrec/none\n", "key: /var/lib/auditrec/none"),
                            ("[s3]\nsecretKey = x\naccessKey = y\n", "chmod o=")):
            self.recorder.write("root", path, right + wrong, "w")
            assert not self.recorder.root_may("systemctl", "reload", "auditrecd"), wrong
            said = self.recorder.run("admin", "sudo", "-u", "auditrec", "auditrecd", "--check-config")
            line = (right + wrong).count("\n") - (1 if "s3" in wrong else 0)
            assert said.returncode == 2 and "%s:%d: " % (path, line) in said.stderr, said
            assert told in said.stderr, said
            assert self.main_pid() == pid and self.recorder.root_may(*METRICS), wrong
        self.changed_while_it_runs(path, right)
        self.recorder.write("root", path, right + wrong, "w")
        before = self.journal().count("secretKey")  # each reload has said so, too
        self.recorder.run("root", "systemctl", "restart", "--no-block", "auditrecd")
        self.recorder.until(lambda: self.journal().count("secretKey") > before, "the journal does not say why")
        # from the second time on it is tried less often
        self.recorder.until(lambda: self.unit("SubState") == "stop-post", "it is tried again at once")
        self.recorder.write("root", path, right, "w")
        self.recorder.until(lambda: self.recorder.root_may("systemctl", "is-active", "auditrecd")
                            and self.main_pid() != pid, "it does not come back")
        assert self.recorder.root_may(*METRICS)
        assert self.recorder.root_may("systemctl", "reload", "auditrecd")

    def changed_while_it_runs(self, path, right):
        """What a reload does not do is said; the daemon is the same afterwards."""
        self.recorder.write("root", path, right + "[server]\nmetrics = /run/auditrecd/other.sock\n"
                            "[s3]\nprefix = else/\n", "w")
        self.recorder.must("root", "systemctl", "reload", "auditrecd")
        for said in ("[server] metrics: another value counts from the next start on",
                     "[s3]: other values count from the next start on", "configuration read again"):
            self.recorder.until(lambda: said in self.journal(), "the journal does not say: " + said)
        assert self.recorder.root_may(*METRICS)
        assert not self.recorder.root_may("test", "-e", "/run/auditrecd/other.sock")

    def journal(self):
        return self.recorder.must("root", "journalctl", "-u", "auditrecd")

    def main_pid(self):
        return self.unit("MainPID")

    def unit(self, what):
        return self.recorder.must("root", "systemctl", "show", "-P", what, "auditrecd").strip()

    AFTER = {"Start it": after_start, "Let sessions go there": after_sessions, "Ship": after_shipping,
             "Read on another machine": after_reading, "Encrypt": after_encrypting, "Watch": after_watching,
             "When something goes wrong": after_trouble}

    def follow(self):
        done = set()
        for heading, blocks in sections():
            said = [self.do(*b) for b in blocks]
            for words, check in self.AFTER.items():
                if words in heading:
                    check(self, said)
                    done.add(words)
        assert done == set(self.AFTER), done


def test_the_example(d):
    needs("systemctl", "sshd", "ssh", "sudo", "socat", "ip", "openssl", "unshare", "nsenter", "setpriv")
    os.chmod(d(""), 0o755)
    server = Example.server()
    e = Example(d)
    with Machine(d, RECORDER, init=True) as e.recorder, Machine(d, AUDITOR) as e.auditor, \
            Machine(d, STORE) as store:
        e.recorder.connect(store, ADDRESSES[RECORDER], ADDRESSES[STORE])
        e.recorder.connect(e.auditor, "198.51.100.5", ADDRESSES[AUDITOR])
        e.auditor.connect(store, "198.51.100.9", "198.51.100.10")
        e.furnish_recorder(e.recorder)
        e.furnish_auditor(e.auditor, e.recorder)
        e.keys = server.keys
        with server(d) as s, Door(("127.0.0.1", s.port), e.authority.certificate(STORE),
                                  store.listen(443)):
            e.follow()


if __name__ == "__main__":
    main(test_the_example)
