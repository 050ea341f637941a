# SPDX-License-Identifier: ISC
"""What S3 servers do with what we ask of them, as rows of the table in docs/object-store.md.
Asked by a client of our own, which shares nothing with ours."""
import datetime
import hashlib
import hmac
import http.client
import re
import tempfile

from s3_lib import BUCKET, SERVERS

PART = b"p" * (5 << 20)


class Asker:
    """Requests signed by SigV4, written down anew."""

    def __init__(self, s, secret=None):
        self.s, self.secret = s, secret or s.keys[1]

    def ask(self, method, key, query="", body=b"", digest=None, **headers):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        path = "/%s/%s" % (BUCKET, key) if key else "/" + BUCKET
        head = {"host": "127.0.0.1:%d" % self.s.port, "x-amz-date": now,
                "x-amz-content-sha256": digest or hashlib.sha256(body).hexdigest()}
        head.update((k.replace("_", "-"), v) for k, v in headers.items())
        names = ";".join(sorted(head))
        query = "&".join(sorted(x if "=" in x else x + "=" for x in query.split("&") if x))
        canonical = "\n".join([method, path, query] + ["%s:%s" % x for x in sorted(head.items())]
                              + ["", names, head["x-amz-content-sha256"]])
        scope = now[:8] + "/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key_ = ("AWS4" + self.secret).encode()
        for word in scope.split("/"):
            key_ = hmac.new(key_, word.encode(), "sha256").digest()
        head["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self.s.keys[0], scope, names, hmac.new(key_, text.encode(), "sha256").hexdigest())
        c = http.client.HTTPConnection("127.0.0.1", self.s.port, timeout=60)
        try:
            c.request(method, path + ("?" + query if query else ""), body, head)
            r = c.getresponse()
            return r.status, r.read().decode("latin-1"), r.headers
        except (OSError, http.client.HTTPException) as e:
            return 0, str(e), {}
        finally:
            c.close()

    def begin(self, key):
        found = re.search("<UploadId>([^<]*)", self.ask("POST", key, "uploads")[1])
        return found.group(1) if found else None

    def part(self, key, upload, n=1, body=PART):
        return self.ask("PUT", key, "partNumber=%d&uploadId=%s" % (n, upload), body)[2].get("ETag")

    def end(self, key, upload, tag, **headers):
        body = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
                "</CompleteMultipartUpload>" % tag).encode()
        status, text, _ = self.ask("POST", key, "uploadId=" + upload, body, **headers)
        return 500 if "<Error>" in text else status


def whole(asker, key, **headers):
    u = asker.begin(key)
    return asker.end(key, u, asker.part(key, u), **headers)


def put_only_where_none_is(a):
    a.ask("PUT", "p1", body=b"one")
    status = a.ask("PUT", "p1", body=b"two", if_none_match="*")[0]
    return {412: "yes", 409: "yes"}.get(status, "ignored" if status == 200 else status)


def end_only_where_none_is(a):
    if whole(a, "e0", if_none_match="*") != 200:
        return "refused"
    a.ask("PUT", "e1", body=b"one")
    status = whole(a, "e1", if_none_match="*")
    return "ignored" if status == 200 else "yes"


def knows_changed_bytes(a):
    digest = hashlib.sha256(b"right").hexdigest()
    return "yes" if a.ask("PUT", "c1", body=b"wrong", digest=digest)[0] >= 400 else "no"


def knows_wrong_keys(a):
    return "yes" if Asker(a.s, "wrong").ask("PUT", "k1", body=b"x")[0] in (401, 403) else "no"


def lists_uploads(a):
    u = a.begin("u1")
    status, text, _ = a.ask("GET", "", "uploads&prefix=u1")
    found = u in text
    a.ask("DELETE", "u1", "uploadId=" + u)
    status, text, _ = a.ask("GET", "", "uploads&prefix=u1")
    return "no" if not found else "yes" if u not in text else "not aborted"


def lists_parts(a):
    u = a.begin("l1")
    tag = a.part("l1", u)
    return "yes" if tag and tag.strip('"') in a.ask("GET", "l1", "uploadId=" + u)[1] else "no"


def keeps_checksums(a):
    import base64
    value = base64.b64encode(hashlib.sha256(b"one").digest()).decode()
    a.ask("PUT", "s1", body=b"one", x_amz_checksum_sha256=value)
    return "yes" if a.ask("HEAD", "s1", x_amz_checksum_mode="ENABLED")[2].get("x-amz-checksum-sha256") == value else "no"


def reads_one_state(a):
    tag = a.ask("PUT", "r1", body=b"0123456789")[2].get("ETag")
    part = a.ask("GET", "r1", range="bytes=2-4", if_match=tag)
    other = a.ask("GET", "r1", range="bytes=2-4", if_match='"00000000000000000000000000000000"')
    if part[:2] != (206, "234"):
        return "no ranges"
    return "yes" if other[0] == 412 else "no"


def keeps_metadata(a):
    a.ask("PUT", "m1", body=b"one", x_amz_meta_username="=?UTF-8?q?J=C3=B6rg?=")
    return "yes" if a.ask("HEAD", "m1")[2].get("x-amz-meta-username") == "=?UTF-8?q?J=C3=B6rg?=" else "no"


COLUMNS = {
    "`If-None-Match` on PUT": put_only_where_none_is,
    "on the end of an upload": end_only_where_none_is,
    "refuses changed bytes": knows_changed_bytes,
    "refuses wrong keys": knows_wrong_keys,
    "lists and aborts uploads": lists_uploads,
    "lists parts": lists_parts,
    "gives SHA-256 back": keeps_checksums,
    "ranges of one state (`If-Match`)": reads_one_state,
    "metadata": keeps_metadata,
}


def row(kind):
    with tempfile.TemporaryDirectory() as folder, kind(lambda name: folder + "/" + name) as s:
        out = []
        for question in COLUMNS.values():
            try:
                out.append(str(question(Asker(s))))
            except (TypeError, AttributeError):  # an answer without what was asked for
                out.append("no")
        return out


if __name__ == "__main__":
    print("| server | %s |\n|---|%s" % (" | ".join(COLUMNS), "---|" * len(COLUMNS)))
    for kind in SERVERS:
        if kind.program:
            print("| %s | %s |" % (kind.__name__, " | ".join(row(kind))), flush=True)
