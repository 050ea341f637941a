# SPDX-License-Identifier: ISC
"""How sessions end that do not end by themselves."""
import os
import signal
import subprocess
import time

from rec_lib import *


def test_terminal_gone(d):
    for attempt in range(20):
        t = rec("--overwrite", "-o", d("a"), "sh", "-c", "echo $$ > %s; echo ready; sleep 1000" % d("pid"))
        t.expect(b"ready")
        t.hang_up()
        t.fd = os.open("/dev/null", os.O_RDONLY)
        t.until(lambda: t.poll() is not None, "auditrec outlives its terminal")
        ms = decode(d("a"))
        check_order(ms)
        if only_asked(ms, "HUP"):
            break
    assert t.status == 129, (t.status, attempt)
    assert b"ready" in stream(ms, OUT) and of_type(ms, 498)[0]["signal"] == "HUP"
    assert not alive(int(open(d("pid")).read()))


def test_SIGTERM_to_a_shell_that_ignores_it(d):
    need("bash")
    t = rec("-o", d("a"), "bash", "--norc", "-i", env={"PS1": "P> "})
    t.expect(b"P> ")
    os.kill(t.pid, signal.SIGTERM)
    assert t.wait() in (129, 137, 0), t.status  # bash ends at the HUP that follows
    assert t.restored()
    ms = decode(d("a"))
    check_order(ms)
    assert [p["signal"] for p in of_type(ms, 406)][:2] == ["TERM", "HUP"]


def test_SIGTERM_to_one_that_ignores_all(d):
    t = rec("-o", d("a"), "sh", "-c", "trap '' TERM HUP INT; echo ready; while :; do sleep 0.1; done")
    t.expect(b"ready")
    os.kill(t.pid, signal.SIGTERM)
    assert t.wait() == 137
    assert t.restored()
    ms = decode(d("a"))
    check_order(ms)
    assert [p["signal"] for p in of_type(ms, 406)] == ["TERM", "HUP", "KILL"]
    assert of_type(ms, 498)[0]["signal"] == "KILL"


def test_SIGHUP_is_passed_on(d):
    for attempt in range(20):
        t = rec("--overwrite", "-o", d("a"), "sh", "-c",
                "trap 'echo bye; exit 6' HUP; echo ready; while :; do sleep 0.05; done")
        t.expect(b"ready")
        os.kill(t.pid, signal.SIGHUP)
        status = t.wait()
        ms = decode(d("a"))
        if only_asked(ms, "HUP"):
            break
    assert status == 6 and t.restored(), (status, attempt)
    assert stream(ms, OUT).endswith(b"bye\r\n"), stream(ms, OUT)


def test_SIGINT_by_kill_is_passed_on(d):
    t = rec("-o", d("a"), "sh", "-c", "trap 'echo int' INT; echo ready; while [ ! -e %s ]; do sleep 0.05; done" % d("x"))
    t.expect(b"ready")
    os.kill(t.pid, signal.SIGINT)
    t.expect(b"int")
    open(d("x"), "w").close()
    assert t.wait() == 0
    assert [p["signal"] for p in of_type(decode(d("a")), 406)] == ["INT"]


def test_SIGABRT_puts_the_terminal_back(d):
    t = rec("-o", d("a"), "sh", "-c", "echo ready; sleep 1000")
    t.expect(b"ready")
    t.until(lambda: not t.restored(), "not raw")
    os.kill(t.pid, signal.SIGABRT)
    assert t.wait() == -signal.SIGABRT
    assert t.restored()


FATAL = ("ALRM", "VTALRM", "PROF", "XCPU", "SEGV", "BUS", "IO", "PWR", "FPE", "ILL", "SYS",
         "TRAP", "STKFLT", "RTMIN", "RTMAX")


def test_any_fatal_signal_puts_the_terminal_back(d):
    for s in FATAL:
        t = rec("-o", d(s), "sh", "-c", "echo rea''dy; sleep 1000")
        t.expect(b"ready")
        t.until(lambda: not t.restored(), "not raw")
        os.kill(t.pid, getattr(signal, "SIG" + s))
        assert t.wait() != 0, s
        assert t.restored(), s


def started(ignored, *args):
    return subprocess.Popen([AUDITREC] + list(args), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(ignored, signal.SIG_IGN))


def test_started_with_SIGCHLD_ignored(d):
    p = started(signal.SIGCHLD, "-o", d("a"), "grep", "SigIgn", "/proc/self/status")
    out = p.communicate(timeout=PATIENCE)[0]
    assert p.returncode == 0
    assert int(out.split()[1], 16) >> (signal.SIGCHLD - 1) & 1, "the program is to inherit it"


def test_started_with_SIGHUP_ignored(d):
    p = started(signal.SIGHUP, "-o", d("a"), "sh", "-c",
                "echo ready; while [ ! -e %s ]; do sleep 0.05; done; echo done" % d("go"))
    assert p.stdout.readline() == b"ready\n"
    p.send_signal(signal.SIGHUP)
    time.sleep(1.5)  # what SIGHUP is followed by would have come by then
    open(d("go"), "w").close()
    assert p.wait(PATIENCE) == 0
    ms = decode(d("a"))
    assert stream(ms, OUT) == b"ready\ndone\n" and not of_type(ms, 406)


def test_kill_9_costs_little(d):
    t = rec("-o", d("a"), "-o", d("b.cast"), "sh", "-c",
            "i=0; while :; do echo line$i; i=$((i+1)); sleep 0.01; done")
    t.expect(b"line100")
    shown = t.out.rstrip()
    # no later than 100 ms after it was shown, on a machine that has nothing else to do
    t.until(lambda: shown in stream(decode(d("a")), OUT) and b"line100" in open(d("b.cast"), "rb").read(),
            "what is old is not in the files")
    os.kill(t.pid, signal.SIGKILL)
    os.waitpid(t.pid, 0)
    t.status = -9
    ms = decode(d("a"))
    assert shown in stream(ms, OUT)
    assert b"line100" in open(d("b.cast"), "rb").read()
    raw = open(d("a"), "rb").read()
    # cut anywhere in the last block, it still reads up to there
    for cut in range(len(raw) - 60, len(raw)):
        open(d("cut"), "wb").write(raw[:cut])
        assert len(decode(d("cut"))) >= len(ms) - 40


def test_killed_program_is_not_waited_for_by_its_jobs(d):
    t = rec("-o", d("a"), "sh", "-c", "sleep 1000 & echo $! > %s; echo ready; kill -KILL $$" % d("pid"))
    assert t.wait() == 137
    check_order(decode(d("a")))


def test_stopped_program_is_ended(d):
    t = rec("-o", d("a"), "sh", "-c", "echo ready; sleep 1000")
    t.expect(b"ready")
    kids = [int(x) for x in open("/proc/%d/task/%d/children" % (t.pid, t.pid)).read().split()]
    for k in kids:
        os.kill(k, signal.SIGSTOP)
    os.kill(t.pid, signal.SIGTERM)
    t.until(lambda: t.poll() is not None, "auditrec hangs")
    check_order(decode(d("a")))


def test_slow_terminal_and_SIGTERM(d):
    """A terminal that takes nothing must not keep auditrec from ending."""
    t = rec("-o", d("a"), "sh", "-c", "yes")
    t.expect(b"y\r\ny\r\n")
    end = time.monotonic() + PATIENCE
    size = -1
    while size != os.path.getsize(d("a")):  # the pressure has reached the program
        assert time.monotonic() < end
        size = os.path.getsize(d("a"))
        time.sleep(0.3)
    os.kill(t.pid, signal.SIGTERM)
    while t.poll() is None:
        assert time.monotonic() < end, "auditrec hangs"
        time.sleep(0.02)
    check_order(decode(d("a")))


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
