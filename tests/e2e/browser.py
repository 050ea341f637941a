# SPDX-License-Identifier: ISC
"""A headless Chromium, driven over a pipe (DevTools protocol), that has no network."""
import base64, json, os, select, shutil, subprocess, tempfile, time

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find():
    return next((p for p in map(shutil.which, NAMES) if p), None)


class Browser:
    """What the page says and asks for is gathered: said (console, exceptions, violations of its
    policy), dialogs, and requests."""

    def __init__(self, width=1400, height=860, dark=False):
        self.said, self.dialogs, self.requests = [], [], []
        self.n, self.rest, self.dir = 0, b"", tempfile.mkdtemp(prefix="browser.")
        to_child, self.out = os.pipe()
        self.inp, from_child = os.pipe()

        def pipes():
            a, b = os.dup(to_child), os.dup(from_child)
            os.dup2(a, 3)
            os.dup2(b, 4)

        args = [find(), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--disable-sync",
                "--disable-component-update", "--disable-dev-shm-usage", "--mute-audio",
                "--proxy-server=127.0.0.1:9", "--user-data-dir=" + self.dir,
                "--window-size=%d,%d" % (width, height), "--remote-debugging-pipe", "about:blank"]
        self.child = subprocess.Popen(args, preexec_fn=pipes, close_fds=False,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.look(dark)

    def look(self, dark):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def take(self, message):
        method, p = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            self.said.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif method == "Runtime.exceptionThrown":
            d = p["exceptionDetails"]
            self.said.append(d.get("exception", {}).get("description") or d["text"])
        elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            self.said.append(p["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(p["message"])
            self.send("Page.handleJavaScriptDialog", accept=True)

    def send(self, method, **params):
        self.n += 1
        m = {"id": self.n, "method": method, "params": params}
        if getattr(self, "session", None):
            m["sessionId"] = self.session
        os.write(self.out, json.dumps(m).encode() + b"\0")
        return self.n

    def receive(self, deadline):
        while b"\0" not in self.rest:
            if not select.select([self.inp], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            got = os.read(self.inp, 1 << 20)
            if not got:
                raise EOFError("the browser went away")
            self.rest += got
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        n, deadline = self.send(method, **params), time.monotonic() + 120
        while True:
            m = self.receive(deadline)
            if m.get("id") == n:
                if "error" in m:
                    raise RuntimeError("%s: %s" % (method, m["error"]))
                return m["result"]
            self.take(m)

    def js(self, expression):
        """The value of an expression (or of its promise) in the page."""
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                      awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError("%s: %s" % (expression, r["exceptionDetails"]))
        return r["result"].get("value")

    def until(self, expression, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.js(expression):
            assert time.monotonic() < deadline, "never true: " + expression
            time.sleep(0.02)

    def open(self, path):
        self.said, self.dialogs, self.requests = [], [], []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.until("document.readyState === 'complete'")

    def click(self, selector):
        box = self.js("(() => { const b = document.querySelector(%s).getBoundingClientRect();"
                      "return [b.x + b.width / 2, b.y + b.height / 2]; })()" % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left",
                      clickCount=1)

    def key(self, key, text="", code=0):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      text=text if kind == "keyDown" else "", windowsVirtualKeyCode=code)

    def type(self, text):
        for c in text:
            self.key(c, c)

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        os.close(self.out)
        os.close(self.inp)
        self.child.terminate()
        self.child.wait()
        shutil.rmtree(self.dir, ignore_errors=True)
