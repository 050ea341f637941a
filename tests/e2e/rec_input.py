# SPDX-License-Identifier: ISC
"""Input: what is recorded, what is masked, and the keys of auditrec itself."""
import os

from rec_lib import *

SECRET = b"correct-horse-7"


def test_password_without_echo(d):
    need("bash")
    t = rec("--intercept", "stdin", "-o", d("a"), "bash", "--norc", "-c",
            "echo go; read -r name; read -rsp 'Key for me' x; echo; echo got ${#x}; read -r y; echo $y")
    t.expect(b"go")
    t.send(b"alice\r")
    t.expect(b"Key for me")
    for c in SECRET:
        t.send(bytes([c]))
    t.send(b"\r")
    t.expect(b"got %d" % len(SECRET))
    t.send(b"plain\r")
    assert t.wait() == 0
    raw = b"".join(p["data"] for p in of_type(decode(d("a")), 500)) + json.dumps(events(decode(d("a")), "input-masked")).encode()
    assert SECRET not in raw
    ms = decode(d("a"))
    assert stream(ms, IN) == b"alice\rplain\r", stream(ms, IN)
    masked = events(ms, "input-masked")
    assert masked == [{"why": "echo"}], masked
    tty = [m for m in ms if m["type"] == 500]
    assert not any(c in stream(ms, IN) for c in (b"horse", b"-7"))


def test_password_prompt_in_a_raw_terminal(d):
    """As inside ssh: the local terminal is raw, only the prompt tells."""
    t = rec("--intercept", "stdin", "-o", d("a"), "sh", "-c",
            "stty raw -echo; printf '\\033[1m[sudo] pass'; sleep 0.3; printf 'word\\033[0m for bob: ';"
            " head -c 16 >/dev/null; printf '\\r\\nok\\r\\n'; head -c 3 > /dev/null")
    t.expect(b"for bob: ")
    for c in SECRET:
        t.send(bytes([c]))
    t.send(b"\r")
    t.expect(b"ok")
    t.send(b"abc")
    assert t.wait() == 0
    ms = decode(d("a"))
    assert stream(ms, IN) == b"abc"
    assert events(ms, "input-masked") == [{"why": "prompt"}]


def test_passwords_switch(d):
    need("bash")
    t = rec("--intercept", "stdin,passwords", "-o", d("a"), "bash", "-c", "read -rsp 'Password: ' x; echo")
    t.expect(b"Password: ")
    t.send(SECRET + b"\r")
    assert t.wait() == 0
    ms = decode(d("a"))
    assert stream(ms, IN) == SECRET + b"\r" and not events(ms, "input-masked")


def test_marker_key(d):
    t = rec("--marker-key", "^]", "--intercept", "stdin", "-o", d("a"), "sh", "-c",
            "stty raw -echo; echo ready; head -c 2; echo")
    t.expect(b"ready")
    t.send(b"a\x1db")
    t.expect(b"ab")
    assert t.wait() == 0
    ms = decode(d("a"))
    assert len(events(ms, "marker")) == 1 and stream(ms, IN) == b"ab"
    i = [m["payload"].get("requestType") for m in ms if m["payload"]].index("marker@auditrec")
    assert i > 0


def test_pause_key(d):
    t = rec("--pause-key", "C-\\", "-o", d("a"), "sh", "-c",
            "stty -echo; echo ready; for i in 1 2 3; do read x; echo $x; done")
    t.expect(b"ready")
    t.send(b"one\r")
    t.expect(b"one")
    t.send(b"\x1c")
    t.expect(b"recording paused")
    t.send(b"two\r")
    t.expect(b"two")
    t.send(b"\x1c")
    t.expect(b"recording resumed")
    t.send(b"three\r")
    assert t.wait() == 0
    ms = decode(d("a"))
    check_order(ms)
    out = stream(ms, OUT)
    assert b"one" in out and b"three" in out and b"two" not in out
    assert events(ms, "pause") == [{}] and events(ms, "resume")[0]["duration"] > 0


def test_key_in_a_paste_is_passed_on(d):
    text = b"x" * 500 + b"\x1d" + b"y" * 500
    t = rec("--marker-key", "^]", "-o", d("a"), "sh", "-c", "stty raw -echo; echo ready; head -c 1001 | od -c | tail -1")
    t.expect(b"ready")
    os.write(t.fd, text)
    t.expect(b"0001751")
    assert t.wait() == 0
    assert not events(decode(d("a")), "marker")


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
