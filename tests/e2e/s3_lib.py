# SPDX-License-Identifier: ISC
"""S3 servers on loopback for end-to-end tests: those of tools/get-s3 that are there."""
import contextlib
import http.client
import os
import socket
import subprocess
import time

from rec_lib import free_port, Skip, need, PATIENCE  # noqa: F401

BUILD = os.environ.get("builddir", os.getcwd())
S3TOOL = os.path.join(BUILD, "tests/store/s3tool")
BUCKET = "recs"
# of s3tool; parts, because those are where things go wrong
SETTINGS = ["bucket=" + BUCKET, "pathStyleAccess=yes", "uploadWholeSize=0"]
PLACES = [os.environ.get("AUDITREC_S3_SERVERS"), os.path.join(BUILD, "s3servers")]


def find(*names):
    for p in PLACES:
        for n in names:
            if p and os.path.exists(os.path.join(p, n)):
                return os.path.join(p, n)
    return None


class Server:
    """One that is running, with an empty bucket; its data are below DIR."""
    keys = ("AKTEST", "sekret")
    bucket = BUCKET
    aborts = True        # knows how to list and abort uploads
    checks_keys = False  # refuses a wrong secret key
    checks_bytes = False # refuses bytes that are not those that were signed
    conditions = True    # knows If-None-Match
    forgets = False      # everything, when it is killed
    durable = False      # what it said it has is there after kill -9

    def __init__(self, d):
        self.d, self.port = d, free_port()
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                        env=self.environment(),
                                        stdout=open(self.d("server.log"), "ab"),
                                        stderr=subprocess.STDOUT, start_new_session=True)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                assert self.process.poll() is None, open(self.d("server.log")).read()
                assert time.monotonic() < end, "the server does not start"
                time.sleep(0.05)
        while not self.ready():
            assert time.monotonic() < end, "the server does not get ready"
            time.sleep(0.05)
        self.make_bucket()

    def ready(self):
        return True

    def make_bucket(self):
        pass

    def environment(self):
        return None

    def kill(self):
        if self.process:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def __enter__(self):
        for left in reversed(range(5)):
            try:
                self.start()
                break
            except AssertionError:  # somebody took its port in the meantime
                if self.process.poll() is None or not left:
                    self.kill()
                    raise
                self.port = free_port()
        return self

    def __exit__(self, *a):
        self.kill()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def env(self, url=None):
        e = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        e.update(AWS_ACCESS_KEY_ID=self.keys[0], AWS_SECRET_ACCESS_KEY=self.keys[1],
                 AWS_ENDPOINT_URL=url or self.url, AUDITREC_S3_CONF="/dev/null",
                 XDG_CACHE_HOME=self.d("cache"))
        for p in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            e.pop(p, None)
        return e

    def tool(self, *args, url=None, status=0, **kw):
        """s3tool on the bucket: its output."""
        p = subprocess.run([S3TOOL] + SETTINGS + list(args),
                           env=self.env(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=PATIENCE * 3, **kw)
        assert status is None or p.returncode == status, (args, p.returncode, p.stderr)
        self.said = p.stderr.decode()
        return p.stdout


class Moto(Server):
    program = find("moto/bin/moto_server")
    forgets = True

    def environment(self):
        # whatever name it is called by, no part of it is a bucket
        return dict(os.environ, S3_IGNORE_SUBDOMAIN_BUCKETNAME="true")

    def command(self):
        return [self.program, "-H", "127.0.0.1", "-p", str(self.port)]

    def make_bucket(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        c.request("PUT", "/" + self.bucket)
        assert c.getresponse().status == 200
        c.close()


class S3rver(Server):
    program = find("node_modules/.bin/s3rver")
    keys = ("S3RVER", "S3RVER")
    aborts = conditions = False

    def command(self):
        return [self.program, "-d", self.d("data"), "-a", "127.0.0.1", "-p", str(self.port),
                "--configure-bucket", self.bucket, "--silent"]


class VersityGW(Server):
    program = find("versitygw")
    checks_keys = checks_bytes = durable = True

    def command(self):
        os.makedirs(os.path.join(self.d("data"), self.bucket), exist_ok=True)
        return [self.program, "--access", self.keys[0], "--secret", self.keys[1],
                "--port", "127.0.0.1:%d" % self.port, "posix", self.d("data")]


class Minio(Server):
    program = find("minio")

    def ready(self):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as c:
            c.request("GET", "/minio/health/ready")
            return c.getresponse().status == 200

    keys = ("AKTEST", "sekretsekret")
    checks_keys = checks_bytes = True

    def environment(self):
        return dict(os.environ, MINIO_ROOT_USER=self.keys[0], MINIO_ROOT_PASSWORD=self.keys[1],
                    MINIO_BROWSER="off", MINIO_UPDATE="off", MINIO_CI_CD="1",
                    HOME=self.d("home"))

    def command(self):
        os.makedirs(os.path.join(self.d("data"), self.bucket), exist_ok=True)
        return [self.program, "server", "--quiet", "--address", "127.0.0.1:%d" % self.port,
                self.d("data")]


class Rclone(Server):
    program = find("rclone")
    checks_keys = True

    def command(self):
        os.makedirs(os.path.join(self.d("data"), self.bucket), exist_ok=True)
        return [self.program, "serve", "s3", "--config", "/dev/null", "--cache-dir", self.d("cache"),
                "--auth-key", ",".join(self.keys), "--addr", "127.0.0.1:%d" % self.port, self.d("data")]


class Gofakes3(Server):
    program = find("gofakes3")
    conditions = False
    forgets = True

    def command(self):
        return [self.program, "-backend", "memory", "-initialbucket", self.bucket, "-quiet",
                "-host", "127.0.0.1:%d" % self.port]


SERVERS = [Moto, S3rver, VersityGW, Minio, Rclone, Gofakes3]
# one of them alone, by name
ONLY = os.environ.get("AUDITREC_S3_ONLY", "").lower()
if ONLY:
    SERVERS = [k for k in SERVERS if k.__name__.lower() == ONLY]
