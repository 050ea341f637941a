# SPDX-License-Identifier: ISC
"""A stand-in for an asciinema server on loopback, as strict as the real one and in its order:
body, answer format, credentials, parts, recording, texts.

asciinema_server.py FOLDER: writes its port to FOLDER/port; keeps what it took as FOLDER/N.cast
and FOLDER/N.json; FOLDER/mode, read at every request, makes it misbehave (see MODES).  With
FOLDER/key.pem and cert.pem it speaks TLS."""
import base64, email.parser, email.policy, http.server, json, os, re, socket, ssl, sys, time

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLOUR = re.compile(r"#[0-9a-f]{6}")
# (status, type, message) that a mode answers with, instead of 201
REFUSALS = {
    "missing": (401, "unauthenticated", "Missing installation ID"),
    "invalid": (401, "unauthenticated", "Invalid installation ID"),
    "revoked": (401, "unauthenticated", "This installation ID has been revoked"),
    "account": (401, "account_required", "An account is required"),
    "limit": (403, "upload_limit_reached", "Upload limit reached"),
    "forbidden": (403, "forbidden", "No"),
    "notfound": (404, "not_found", "Not found"),
    "unacceptable": (406, "not_acceptable", "JSON only"),
    "large": (413, "content_too_large", "The recording exceeds the limit"),
    "maintenance": (503, "unavailable", "Back soon"),
}


class Refused(Exception):
    def __init__(self, status, kind, message, details=None):
        self.status, self.kind, self.message, self.details = status, kind, message, details


def invalid(field, message):
    return Refused(422, "validation_failed", "Validation failed",
                   [{"field": field, "message": message}])


def need(right, field, message="is invalid"):
    if not right:
        raise invalid(field, message)


def is_number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def check_theme(theme):
    if theme is None:
        return
    need(isinstance(theme, dict), "term_theme")
    for key in ("fg", "bg"):
        need(isinstance(theme.get(key), str) and COLOUR.fullmatch(theme[key]), "term_theme_" + key)
    palette = theme.get("palette")
    need(isinstance(palette, str), "term_theme_palette")
    colours = palette.split(":")
    need(len(colours) in (8, 16) and all(map(COLOUR.fullmatch, colours)), "term_theme_palette")


def check_header(header):
    version = header.get("version")
    if version not in (2, 3):
        raise Refused(422, "validation_failed", "asciicast v%s is not supported" % version)
    term = header.get("term", {})
    cols, rows = (header.get("width"), header.get("height")) if version == 2 else (
        term.get("cols"), term.get("rows"))
    need(isinstance(cols, int) and 1 <= cols <= 720, "term_cols", "must be from 1 to 720")
    need(isinstance(rows, int) and 1 <= rows <= 200, "term_rows", "must be from 1 to 200")
    check_theme(header.get("theme") if version == 2 else term.get("theme"))
    env = header.get("env") or {}
    need(isinstance(env, dict), "env")
    for name, value in env.items():
        need(re.fullmatch("[A-Z0-9_]+", name) and isinstance(value, str), "env")
    idle = header.get("idle_time_limit")
    need(idle is None or (is_number(idle) and idle > 0), "idle_time_limit")
    for key in ("title", "command"):
        need(header.get(key) is None or isinstance(header[key], str), key)


def check_event(line):
    try:
        event = json.loads(line)
    except ValueError:
        raise invalid("file", "is no asciicast")
    need(isinstance(event, list) and len(event) == 3, "file", "has a wrong event")
    when, code, data = event
    need(is_number(when) and when >= 0 and isinstance(code, str) and isinstance(data, str),
         "file", "has a wrong event")


def check_cast(data):
    if data[:2] == b"\x1f\x8b" or data[:4] == b"\x28\xb5\x2f\xfd":
        raise invalid("file", "is compressed")
    try:
        lines = data.decode().split("\n")
        header = json.loads(lines[0])
    except ValueError:
        raise invalid("file", "is no asciicast")
    need(isinstance(header, dict), "file", "is no asciicast")
    check_header(header)
    events = [l for l in lines[1:] if l and not (header["version"] == 3 and l[0] == "#")]
    for line in events:
        check_event(line)
    need(events, "file", "has no events")


def check_fields(fields):
    need(len(fields.get("title", "")) <= 128, "title", "is too long")
    need(len(fields.get("description", "")) <= 4096, "description", "is too long")
    need(fields.get("visibility", "unlisted") in ("public", "unlisted", "private"), "visibility")


def check_credentials(header):
    if not header.startswith("Basic "):
        raise Refused(*REFUSALS["missing"])
    try:
        parts = base64.b64decode(header[6:], validate=True).decode().split(":")
    except ValueError:
        raise Refused(*REFUSALS["missing"])
    if len(parts) != 2:
        raise Refused(*REFUSALS["missing"])
    if not ID.fullmatch(parts[1]):
        raise Refused(*REFUSALS["invalid"])
    return parts


def parts_of(kind, body):
    """The parts of a form as (name, file name or None, bytes), taken apart by Python's mail."""
    if not kind.startswith("multipart/form-data") or "boundary=" not in kind:
        raise Refused(400, "bad_request", "Bad request")
    mail = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    if mail.defects or not mail.is_multipart():
        raise Refused(400, "bad_request", "Bad request")
    for part in mail.iter_parts():
        where = part["Content-Disposition"].params
        yield where.get("name"), where.get("filename"), part.get_payload(decode=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    limit = 8000000
    count = 0
    closed = 0

    def log_message(self, *args):
        pass

    def mode(self):
        try:
            with open(os.path.join(FOLDER, "mode")) as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def answer(self, status, body, headers=(), kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def hang_up(self):
        """A reset, so that the other side notices at once."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()

    def handle_expect_100(self):
        if self.mode() in ("early-close", "close-twice"):
            return True  # do_POST hangs up
        return super().handle_expect_100()

    def read_body(self):
        left = int(self.headers.get("Content-Length", "0"))
        if left > self.limit:
            self.close_connection = True
            raise Refused(*REFUSALS["large"])
        slow, body = self.mode() == "slow", b""
        while len(body) < left:
            body += self.rfile.read(min(left - len(body), 262144))
            if slow:
                time.sleep(0.3)
        return body

    def take(self):
        if self.path not in ("/api/v1/recordings", "/api/asciicasts"):
            raise Refused(*REFUSALS["notfound"])
        body = self.read_body()
        parts = list(parts_of(self.headers.get("Content-Type", ""), body))
        if "json" not in self.headers.get("Accept", "*/*") and "*/*" not in self.headers["Accept"]:
            raise Refused(*REFUSALS["unacceptable"])
        user, self.install_id = check_credentials(self.headers.get("Authorization", ""))
        files = [(n, f, d) for n, f, d in parts if n in ("file", "asciicast") and f]
        if len(files) != 1:
            raise Refused(400, "bad_request", "No recording")
        check_cast(files[0][2])
        fields = {n: d.decode() for n, f, d in parts if f is None}
        check_fields(fields)
        return user, files[0][2], fields

    def linger(self):
        """Takes what still comes, as real servers do: a reset would overtake the answer."""
        self.connection.settimeout(60)
        try:
            while self.rfile.read1(262144):
                pass
        except OSError:
            pass

    def refuse(self, r):
        body = {"type": r.kind, "message": r.message}
        if r.details:
            body["details"] = r.details
        self.answer(r.status, body)

    def accept(self, user, cast, fields, mode):
        Handler.count += 1
        name = os.path.join(FOLDER, str(Handler.count))
        with open(name + ".cast", "wb") as f:
            f.write(cast)
        with open(name + ".json", "w") as f:
            json.dump({"user": user, "id": self.install_id, "fields": fields, "path": self.path,
                       "agent": self.headers.get("User-Agent")}, f)
        url = "http://%s/a/%d" % (self.headers.get("Host"), Handler.count)
        reply = {"id": Handler.count, "url": url, "file_url": url + ".cast", "audio_url": None,
                 "title": fields.get("title"), "description": fields.get("description"),
                 "visibility": fields.get("visibility", "unlisted"),
                 "message": "View the recording at:\n\n    %s\n" % url}
        if mode == "no-message":
            del reply["message"]
        if mode == "public":
            reply["visibility"] = "public"
        if mode == "evil":
            reply["message"] = "\x1b]0;owned\x07 see \x9b31m" + url
        self.answer(201, reply, [("Location", url)])

    def do_POST(self):
        mode = self.mode()
        if mode == "early-close" or (mode == "close-twice" and Handler.closed < 2):
            Handler.closed += 1
            self.hang_up()
            return
        try:
            user, cast, fields = self.take()
            if mode in REFUSALS:
                raise Refused(*REFUSALS[mode])
            if mode == "validation":
                raise Refused(422, "validation_failed", "Validation failed", [
                    {"field": "title", "message": "is rude"}, {"field": "env", "message": "too"}])
            if mode == "leak":
                raise Refused(403, "x", "you are \x1b[31m" + self.install_id)
        except Refused as r:
            self.refuse(r)
            if self.close_connection:
                self.connection.shutdown(socket.SHUT_WR)
                self.linger()
            return
        if mode == "late-close":
            self.hang_up()
        elif mode == "rate":
            self.answer(429, b"Too many", [("x-ratelimit-remaining", "0")], "text/plain")
        elif mode == "proxy":
            self.answer(500, b"<html>" + b"x" * 5000, kind="text/html")
        elif mode == "huge":
            self.answer(201, b"x" * 1000000)
        elif mode == "redirect":
            self.answer(301, b"", [("Location", "https://elsewhere.example/")])
        elif mode == "no-json":
            self.answer(201, b"<p>hello", kind="text/html")
        else:
            self.accept(user, cast, fields, mode)

    def do_GET(self):
        self.refuse(Refused(*REFUSALS["notfound"]))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if os.path.exists(os.path.join(FOLDER, "key.pem")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(FOLDER, "cert.pem"), os.path.join(FOLDER, "key.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(os.path.join(FOLDER, "port.new"), "w") as f:
        f.write(str(server.server_port))
    os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
    server.serve_forever()


if __name__ == "__main__":
    main()
