# SPDX-License-Identifier: ISC
"""An object store behind TLS: who is believed, what is said of those who are not, reading and
shipping."""
import os
import shutil
import subprocess

from rec_lib import main
from recd_s3 import LOG, Shipping, keys, session, some_server, whole
from s3_lib import BUCKET, PATIENCE, Skip
from tls_lib import Authority, Door

UNTRUSTED = "the server's certificate is not to be trusted; check cacert"


class Place:
    """A store behind a door, whose certificate may be right or wrong."""

    def __init__(self, d):
        if not shutil.which("openssl"):
            raise Skip("no openssl")
        self.d, self.kind = d, some_server()
        self.authority, self.other = Authority(d("authority")), Authority(d("other"))
        self.good = self.authority.certificate("127.0.0.1")
        self.bad = {"of an unknown authority": self.other.certificate("127.0.0.1"),
                    "expired": self.authority.certificate("127.0.0.1", "localhost", days=-1),
                    "of another name": self.authority.certificate("elsewhere.example.org")}

    def __enter__(self):
        self.server = self.kind(self.d).__enter__()
        self.door = Door(("127.0.0.1", self.server.port), self.good).__enter__()
        return self

    def __exit__(self, *a):
        self.door.__exit__()
        self.server.__exit__()

    def read(self, settings, *words):
        with open(self.d("s3.conf"), "w") as f:
            f.write("endpoint = %s\naccessKey = %s\nsecretKey = %s\n%s\n"
                    % (self.door.url, *self.server.keys, settings))
        env = dict(self.server.env(self.door.url), AUDITREC_S3_CONF=self.d("s3.conf"))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            env.pop(name)
        os.chmod(self.d("s3.conf"), 0o600)
        return subprocess.run([LOG, *(words or ("list", "s3://" + BUCKET))], env=env,
                              capture_output=True, text=True, timeout=PATIENCE)


def one_line(r, *texts):
    assert r.returncode == 2 and r.stdout == "" and r.stderr.count("\n") == 1, r
    for text in texts:
        assert text in r.stderr, r


def test_reading(d):
    with Place(d) as p:
        trusting = "cacert = " + p.authority.pem
        assert p.read(trusting).returncode == 0
        one_line(p.read(""), UNTRUSTED)  # the system's authorities do not know it
        one_line(p.read("cacert = " + p.other.pem), UNTRUSTED)
        for why, certificate in p.bad.items():
            p.door.show(certificate)
            one_line(p.read(trusting), UNTRUSTED)
        p.door.show(p.good)
        assert p.read(trusting).returncode == 0


def test_cacert_that_is_none(d):
    with Place(d) as p:
        with open(d("garbage"), "w") as f:
            f.write("no certificate at all\n")
        for path in (d("garbage"), d("nowhere"), d("")):
            one_line(p.read("cacert = " + path), "cacert: no certificates can be read from " + path)
        r = p.read("endpoint = https://127.0.0.1:%d" % p.server.port)
        assert r.returncode == 2 and r.stderr.count("\n") == 1, r  # no TLS there


def test_the_environment_says_whom_to_believe(d):
    with Place(d) as p:
        p.server.tool("list", "", url=p.door.url, status=1)
        assert UNTRUSTED in p.server.said, p.server.said
        env = dict(p.server.env(p.door.url), AWS_CA_BUNDLE=p.authority.pem)
        assert subprocess.run([LOG, "list", "s3://" + BUCKET], env=env, timeout=PATIENCE).returncode == 0


def refused(daemon):
    return sum(v for k, v in daemon.metrics().items() if "certificate" in k)


def test_shipping(d):
    """What goes wrong is counted and told; nothing is sent, nothing lost; then all of it is."""
    with Place(d) as p:
        trusting = "cacert = " + p.authority.pem
        with Shipping(d, p.server, p.door.url, more=trusting) as daemon:
            sessions = []
            for why, certificate in p.bad.items():
                daemon.stop()
                p.door.show(certificate)
                daemon.start()
                sessions.append(session(daemon, 1000, 2))
                daemon.until(lambda: refused(daemon) > 0, "nobody says that it is " + why)
                assert len(daemon.recordings()) == len(sessions) and not keys(p.server), why
            daemon.stop()
            p.door.show(p.good)
            daemon.start()
            daemon.until_shipped()
            assert keys(p.server) == sorted(k for k, _ in sessions)
            for key, out in sessions:
                whole(p.server, d, daemon, key, out)


if __name__ == "__main__":
    main(test_reading, test_cacert_that_is_none, test_the_environment_says_whom_to_believe,
         test_shipping)
