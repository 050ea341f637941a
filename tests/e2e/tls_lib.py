# SPDX-License-Identifier: ISC
"""Certificates of an authority of our own, and a door that speaks TLS in front of a server."""
import os
import socket
import ssl
import subprocess
import threading

PIECE = 65536


class Authority:
    """Its certificate is the file `pem`."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        self.pem, self.key = os.path.join(folder, "ca.pem"), os.path.join(folder, "ca.key")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", self.key, "-out", self.pem, "-days", "2",
                     "-subj", "/CN=authority of the tests")

    @staticmethod
    def openssl(*words):
        p = subprocess.run(["openssl", *words], capture_output=True, text=True)
        assert p.returncode == 0, (words, p.stderr)

    def certificate(self, *names, days=1):
        """Files (certificate, key) for hosts and addresses; expired for negative DAYS."""
        at = os.path.join(self.folder, "%s.%d" % (names[0], days))
        kinds = ["%s:%s" % ("IP" if n[-1].isdigit() else "DNS", n) for n in names]
        with open(at + ".ext", "w") as f:
            f.write("subjectAltName=%s\n" % ",".join(kinds))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", at + ".key", "-out", at + ".csr", "-subj", "/CN=" + names[0])
        self.openssl("x509", "-req", "-in", at + ".csr", "-CA", self.pem, "-CAkey", self.key,
                     "-CAcreateserial", "-days", str(days), "-extfile", at + ".ext",
                     "-out", at + ".pem")
        return at + ".pem", at + ".key"


class Door:
    """TLS on a loopback address or the socket LISTENING, the same in plain to UPSTREAM."""

    def __init__(self, upstream, certificate, listening=None):
        self.upstream = upstream
        self.show(certificate)
        self.socket = listening or socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "https://%s:%d" % self.socket.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def show(self, certificate):
        """Another one, from the next connection on."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)

    def accept(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        try:
            with self.context.wrap_socket(c, server_side=True) as inside, \
                    socket.create_connection(self.upstream) as s:
                back = threading.Thread(target=self.pass_on, args=(s, inside), daemon=True)
                back.start()
                self.pass_on(inside, s)
                back.join()
        except OSError:
            pass
        finally:
            c.close()

    @staticmethod
    def pass_on(one, other):
        try:
            for piece in iter(lambda: one.recv(PIECE), b""):
                other.sendall(piece)
        except OSError:
            pass
        try:
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.socket.close()

