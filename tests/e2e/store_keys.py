# SPDX-License-Identifier: ISC
"""Keys of the object store: from the metadata service of a machine, while they change; from
files, whoever may read those."""
import contextlib
import http.server
import json
import os
import subprocess
import threading
import time

from fault_proxy import Proxy
from rec_lib import main
from recd_s3 import LOG, Shipping, keys, session, some_server, whole
from s3_lib import BUCKET, PATIENCE

ROLE, TOKEN = "recorder-role", "token-of-the-machine"
ROLES = "/latest/meta-data/iam/security-credentials/"


class Metadata:
    """The metadata service (IMDSv2); `keys` counts up with every change of keys."""

    def __init__(self, lives_s=3600):
        self.n, self.lives_s, self.fetched, self.harm = 1, lives_s, 0, {}
        self.closing = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                ttl = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
                right = self.path == "/latest/api/token" and ttl.isdigit() and int(ttl) <= 21600
                self.answer(200 if right else 400, TOKEN if right else "")

            def do_GET(self):
                if self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
                    self.answer(401, "")
                elif self.path == ROLES:
                    self.answer(200, ROLE)
                elif self.path == ROLES + ROLE:
                    outer.fetched += 1
                    self.answer(200, outer.role_keys())
                else:
                    self.answer(404, "")

            def answer(self, status, text):
                status, text = outer.harm.get(self.path, (status, text))
                if status is None:
                    outer.closing.wait()
                    return
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def role_keys(self):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lives_s))
        return json.dumps({"Code": "Success", "AccessKeyId": "ROLE%d" % self.n, "Expiration": until,
                           "SecretAccessKey": "secret%d" % self.n, "Token": "session%d" % self.n})

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class Gate(Proxy):
    """In front of a server: only who signs with this key, and has its token, gets in."""

    def __init__(self, s):
        self.wanted, self.refused = 1, 0
        super().__init__(("127.0.0.1", s.port), self.look)

    def look(self, method, path):
        h = self.here.headers
        if ("Credential=ROLE%d/" % self.wanted in h.get("authorization", "")
                and h.get("x-amz-security-token") == "session%d" % self.wanted):
            return None
        self.refused += 1
        return "other-keys"


def settings(*more):
    return "credentials = instance\ninstanceEndpoint = %s\n" % more


class Instance(Shipping):
    """A daemon whose keys are the machine's."""

    def __init__(self, d, s, gate, metadata):
        super().__init__(d, s, gate.url, more=settings(metadata.url))
        with open(self.conf) as f:
            text = f.read()
        with open(self.conf, "w") as f:
            f.write("".join(x for x in text.splitlines(True)
                            if not x.startswith(("accessKey", "secretKey"))))


def start_list(d, url, more, conf="s3.conf"):
    with open(d(conf), "w") as f:
        f.write("endpoint = %s\n%s\n" % (url, more))
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.Popen([LOG, "list", "s3://" + BUCKET], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            env=dict(env, AUDITREC_S3_CONF=d(conf)))


def listed(process):
    """(status, what it said)"""
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def list_with(d, url, more):
    return listed(start_list(d, url, more))


def refused(got, *texts):
    status, said = got
    return status == 2 and said.count("\n") == 1 and all(t in said for t in texts)


def test_keys_of_the_machine(d):
    """Asked for once; what is signed with them is taken."""
    with some_server(any_keys=True)(d) as s, Metadata() as m, Gate(s) as gate, Instance(d, s, gate, m) as daemon:
        for _ in range(3):
            key, out = session(daemon, 1000, 2)
            daemon.until_shipped()
            whole(s, d, daemon, key, out)
        assert (m.fetched, gate.refused, len(keys(s))) == (1, 0, 3), (m.fetched, gate.log)
        assert list_with(d, gate.url, settings(m.url))[0] == 0


def test_keys_that_change(d):
    """They expire soon, so they are asked for again; the daemon goes on with the new ones."""
    with some_server(any_keys=True)(d) as s, Metadata(lives_s=200) as m, Gate(s) as gate, \
            Instance(d, s, gate, m) as daemon:
        for n in range(1, 4):
            m.n = gate.wanted = n
            key, out = session(daemon, 1000, 2)
            daemon.until_shipped()
            whole(s, d, daemon, key, out)
        assert m.fetched >= 3 and not gate.refused, (m.fetched, gate.log)


HARM = {
    "no role": ({ROLES: (404, "")}, "status 404"),
    "an empty list": ({ROLES: (200, "")}, "this machine has no role"),
    "a role that is none": ({ROLES: (200, "../../../a b")}, "this machine has no role"),
    "a token that is none": ({"/latest/api/token": (200, "a\x01b")}, "makes no sense"),
    "no tokens": ({"/latest/api/token": (403, "")}, "status 403"),
    "garbage": ({ROLES + ROLE: (200, "{\"AccessKeyId\": [1]")}, "these keys make no sense"),
    "not all of it": ({ROLES + ROLE: (200, '{"AccessKeyId": "A"}')}, "these keys make no sense"),
    "far too much": ({ROLES + ROLE: (200, "x" * (1 << 20))}, "over 65536 bytes"),
    "no answer": ({"/latest/api/token": (None, "")}, ""),
}


def test_a_service_that_harms(d):
    with some_server()(d) as s, Gate(s) as gate, contextlib.ExitStack() as those:
        running = []
        for what, (harm, said) in HARM.items():
            m = those.enter_context(Metadata())
            m.harm = harm
            running.append((what, said, start_list(d, gate.url, settings(m.url), what)))
        for what, said, process in running:
            got = listed(process)
            assert refused(got, said), (what, got)
        assert gate.requests == 0, gate.log


def test_a_daemon_without_keys(d):
    """Recordings stay, it is counted and told; with keys they go."""
    with some_server(any_keys=True)(d) as s, Metadata() as m, Gate(s) as gate:
        m.harm = {ROLES: (404, "")}
        with Instance(d, s, gate, m) as daemon:
            key, out = session(daemon, 1000, 2)
            daemon.until(lambda: any(k.startswith("s3_failures_total") and v for k, v in
                                     daemon.metrics().items()), "nobody says so")
            assert daemon.recordings() == [key] and gate.requests == 0
            daemon.stop()
            m.harm = {}
            daemon.start()
            daemon.until_shipped()
            whole(s, d, daemon, key, out)


def test_a_file_of_keys(d):
    """Nobody else's to read."""
    with some_server()(d) as s, Proxy(("127.0.0.1", s.port)) as door:
        def put(text, mode=0o600):
            with open(d("keys"), "w") as f:
                f.write(text)
            os.chmod(d("keys"), mode)
            return list_with(d, door.url, "credentialsFile = " + d("keys"))

        good = "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % s.keys
        assert put(good)[0] == 0
        before = door.requests
        for mode in (0o640, 0o604, 0o620, 0o601):
            got = put(good, mode)
            assert refused(got, d("keys"), "chmod 600"), (mode, got)
        for text in ("", "[other]\n" + good[10:], "[default]\naws_access_key_id = A\n", "\0" * 99):
            got = put(text)
            assert refused(got, d("keys")), (text, got)
        os.unlink(d("keys"))
        for target in ("/dev/zero", d("nothing"), d("")):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(d("keys"))
            os.symlink(target, d("keys"))
            got = list_with(d, door.url, "credentialsFile = " + d("keys"))
            assert refused(got, d("keys")), (target, got)
        assert door.requests == before, door.log


if __name__ == "__main__":
    main(test_keys_of_the_machine, test_keys_that_change, test_a_service_that_harms,
         test_a_daemon_without_keys, test_a_file_of_keys)
