# SPDX-License-Identifier: ISC
"""auditrec tells other systems what happens while it records."""
import glob
import os
import socket
import subprocess
import threading

from rec_lib import *

AUDITLOG = os.path.join(os.path.dirname(AUDITREC), "auditlog")
FORMS = "ecs", "audit", "train", "json"


def with_events(where, **more):
    return dict(os.environ, AUDITREC_EVENTS=where, **more)


def told(path):
    names = glob.glob(path + ".*")
    assert len(names) == 1, names
    return open(names[0]).read()


def events_of(path, form="ecs"):
    return subprocess.run([AUDITLOG, "events", "-f", form, path], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def test_the_same_lines_as_afterwards(d):
    for form in FORMS:
        a = d(form + ".audit")
        rc, out, err = run("--events-format", form, "-o", a, "sh", "-c", "echo hi; exit 3",
                           env=with_events(d("ev-" + form)))
        assert (rc, out, err) == (3, b"hi\n", b"")
        assert told(d("ev-" + form)) == events_of(a, form) != "", form


def test_on_a_terminal_while_it_happens(d):
    t = rec("--events", d("ev"), "-o", d("a"), "sh", "-c", "read x; exit 4")
    t.until(lambda: glob.glob(d("ev") + ".*") and "exec_request" in told(d("ev")), "not told")
    t.resize(100, 30)
    t.until(lambda: "terminal_size" in told(d("ev")), "the size is not told")
    t.send(b"\r")
    assert t.wait() == 4
    assert told(d("ev")) == events_of(d("a"))


def test_nobody_takes_them(d):
    t = rec("--events", d("nowhere/ev"), "-o", d("a"), "sh", "-c", "read x; exit 5")
    t.expect(b"events are not told any more to " + d("nowhere/ev").encode())
    t.send(b"\r")
    assert t.wait() == 5, "the exit status is the program's"
    assert b"events were not told to" in t.out and t.restored()
    ms = decode(d("a"))
    check_order(ms)
    gap = events(ms, "gap")
    assert len(gap) == 1 and gap[0]["events"] > 3 and gap[0]["outlet"] == d("nowhere/ev"), gap


def test_syslog_and_the_journal(d):
    """The real names of their sockets, in a place of our own."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
        raise Skip("needs root for a mount namespace")
    got = {"log": [], "journal": []}  # their queues are short: somebody must read

    def listen(name):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(d(name))

        def read():
            while text := s.recv(1 << 16).decode():
                got[name].append(text)
        t = threading.Thread(target=read, daemon=True)
        t.start()
        return s, t
    readers = [listen(name) for name in got]
    script = """{ mkdir $0/dev $0/run && mount -t tmpfs none $0/dev && cp -a /dev/null /dev/urandom $0/dev &&
        touch $0/dev/log && mount --bind $0/log $0/dev/log && mkdir -p $0/run/systemd/journal &&
        touch $0/run/systemd/journal/socket && mount --bind $0/journal $0/run/systemd/journal/socket &&
        mount --rbind $0/dev /dev && mount --rbind $0/run /run; } || exit 77
        exec $1 -q --events-facility local5 -o $0/a sh -c 'exit 6'"""
    env = with_events("syslog,journal", SHELL="/bin/sh")
    p = subprocess.run(["unshare", "-m", "sh", "-c", script, d.path, AUDITREC], env=env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    if p.returncode == 77:
        raise Skip("cannot mount: " + p.stderr.strip())
    assert p.returncode == 6 and p.stderr == "", p
    for name, (s, t) in zip(got, readers):
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"", d(name))
        t.join(PATIENCE)
        s.close()
    want = events_of(d("a")).splitlines()
    assert len(want) == len(got["log"]) == len(got["journal"]) > 5, got
    for line, said, fields in zip(want, got["log"], got["journal"]):
        assert said.startswith("<17") and said.endswith(line), (said, line)
        assert "\nSYSLOG_FACILITY=21\n" in fields and "\nAUDITREC_EVENT=%s\n" % line in fields, fields


def test_the_list_only_grows(d):
    os.makedirs(d("cfg/auditrec"))
    with open(d("cfg/auditrec/auditrec.conf"), "w") as f:
        f.write("events = %s\n" % d("one"))
    env = with_events(d("two"), XDG_CONFIG_HOME=d("cfg"))
    rc, _, err = run("-o", d("a"), "true", env=env)
    assert rc == 0 and told(d("one")) == told(d("two")) == events_of(d("a")), err
    rc, _, err = run("--events", "mail", "-o", d("b"), "true")
    assert rc == 2 and b"'mail' is not syslog, journal or a path" in err, err


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
