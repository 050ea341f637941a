# SPDX-License-Identifier: ISC
"""What logs in, before and with auditrec: each act is done once by a user whose shell is bash and
once by one whose shell is auditrec, through a real sshd, and must come out the same.  Runs as
root in a mount namespace of its own."""
import os
import re
import shutil
import subprocess
import time

import login_host
import rec_lib as lib
from login_host import UID, USER, must, sh, write
from rec_lib import events, of_type, stream, types

H = None
HOW = os.environ.get("NONINTERACTIVE", "metadata")


def both(act, n=1):
    """What ACT returns, the same for both; the N recordings that it left."""
    H.shell("/bin/bash")
    bare = act()
    clean()
    H.shell(H.at("bin", "auditrec"))
    ours = act()
    assert bare == ours, "bare %r, recorded %r" % (bare, ours)
    recordings = H.recordings(n)
    clean()
    return ours, recordings


def clean():
    """The home directory as it was."""
    for name in os.listdir(H.at("home")):
        if name not in (".ssh",):
            path = H.at("home", name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def in_home(name, data, mode=0o755):
    with open(H.at("home", name), "wb") as f:
        f.write(data)
    os.chmod(f.name, mode)
    os.chown(f.name, UID, UID)


# ---- commands ----

def test_command_on_a_terminal(d):
    def act():
        t = lib.Term(H.ssh_argv("stty -a | head -n 3; tty -s; echo $?; exit 5", flags=["-tt"]))
        return t.wait(), t.out
    both(act)


def test_closed_input(d):
    def act():
        p = subprocess.Popen(["sh", "-c", 'exec "$@" <&-', "sh"] + H.ssh_argv("cat; echo over"),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.communicate(timeout=lib.PATIENCE) + (p.returncode,)
    both(act)


def test_half_close(d):
    big = os.urandom(3 << 20)

    def act():
        return H.ssh("cat; echo done; exit 7", input=big)
    out, _ = both(act)
    assert out == (7, big + b"done\n", b"")


def test_script_as_input(d):
    def act():
        return H.ssh(flags=["-T"], input=b"read x\nline for read\necho got $x\ncat\nrest\n\0\xff\n")
    both(act)


def test_long_command(d):
    for size in (1000, 100000, 131000):
        both(lambda: H.ssh("echo " + "x" * size + " | wc -c"))
        H.forget()


def test_bytes_that_are_no_text(d):
    odd = b"printf '%s' '" + bytes(i for i in range(1, 256) if i != 39) + b"' | od -An -tx1"

    def act():
        p = subprocess.run([x.encode() for x in H.ssh_argv()] + [odd], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.returncode, p.stdout, p.stderr
    both(act)


def test_killed_by_a_signal(d):
    for signo in ("KILL", "TERM", "SEGV"):
        both(lambda: H.ssh("kill -%s $$" % signo))
        H.forget()


def test_reader_that_goes_away(d):
    """A program that minds no SIGPIPE goes on when nobody reads."""
    program = ("import signal,sys,time,os\n"
               "signal.signal(signal.SIGPIPE, signal.SIG_IGN)\n"
               "open('began','w')\n"
               "while 1:\n"
               "  try: os.write(1, b'x'*4096); time.sleep(0.01)\n"
               "  except OSError as e: why = type(e).__name__; break\n"
               "time.sleep(0.5)\n"
               "open('ended','w').write(why)\n")

    def act():
        in_home("p.py", program.encode())
        p = subprocess.Popen(H.ssh_argv("exec python3 -S p.py 2>err"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE)
        wait_for(lambda: os.path.exists(H.at("home", "began")))
        p.kill()
        p.wait()
        wait_for(lambda: os.path.exists(H.at("home", "ended")) and
                 open(H.at("home", "ended")).read())
        return open(H.at("home", "ended")).read()
    both(act)


def test_program_outlives_its_connection(d):
    def act():
        p = subprocess.Popen(H.ssh_argv("touch began; sleep 2; touch ended"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE)
        wait_for(lambda: os.path.exists(H.at("home", "began")))
        p.kill()
        p.wait()
        wait_for(lambda: os.path.exists(H.at("home", "ended")))
    both(act)


def test_background_job(d):
    def act():
        r = H.ssh("(sleep 1; touch late) >/dev/null 2>&1 </dev/null & echo started")
        wait_for(lambda: os.path.exists(H.at("home", "late")))
        return r
    both(act)


def test_background_job_on_a_terminal(d):
    def act():
        t = lib.Term(H.ssh_argv("set -m; nohup sh -c 'sleep 1; touch late' >/dev/null 2>&1 & echo started", flags=["-tt"]))
        r = t.wait(), t.out
        wait_for(lambda: os.path.exists(H.at("home", "late")))
        return r
    both(act)


def wait_for(what):
    end = time.monotonic() + lib.PATIENCE
    while not what():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)


# ---- what sshd does besides ----

def test_many_sessions_in_one_connection(d):
    def act():
        path = d("mux")
        flags = ["-o", "ControlPath=" + path]
        m = subprocess.Popen(H.ssh_argv(flags=["-M", "-N", "-o", "ControlPath=" + path]))
        wait_for(lambda: os.path.exists(path))
        base = ["ssh", "-F", "none", "-o", "ControlPath=" + path, USER + "@127.0.0.1"]
        out = []
        ps = [subprocess.Popen(base + ["echo n%d; cat; exit %d" % (i, i)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(4)]
        for i, p in enumerate(ps):
            out.append(p.communicate(b"in%d" % i, timeout=lib.PATIENCE) + (p.returncode,))
        # not by a signal: ssh may miss one between looking for it and waiting
        subprocess.run(base[:-1] + ["-O", "exit", base[-1]], stderr=subprocess.DEVNULL, check=True)
        m.wait(lib.PATIENCE)
        return out
    both(act, 4)


def test_agent_and_display(d):
    """Forwarded sockets are named by the environment and work."""
    lib.need("ssh-agent")
    sock = d("agent")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL)
    try:
        env = dict(os.environ, SSH_AUTH_SOCK=sock)
        # its socket is there before it listens; 1: it has no keys
        wait_for(lambda: sh("ssh-add", "-l", env=env).returncode == 1)
        must("ssh-add", "-q", H.at("certified"), env=env)

        def act():
            return H.ssh("ssh-add -l; test -S $SSH_AUTH_SOCK; echo $?; echo ${DISPLAY:+display}",
                         flags=["-A", "-o", "IdentityAgent=" + sock], env=env)
        out, _ = both(act)
        assert b"certified" in out[1], out
    finally:
        agent.terminate()
        agent.wait()


def own_signals(mask):
    """Without 32 and 33, which the C library keeps for its threads and lets nobody set."""
    return "%x" % (int(mask.group(), 16) & ~(3 << 31))


def test_environment(d):
    """What a program sees of its environment, limits, descriptors."""
    names = r"SSH_\w+|AUDITREC_\w+|XDG_SESSION_ID|_|SHELL|PPID"

    def act():
        status, out, err = H.ssh("env -0 | tr '\\0' '\\n'; ulimit -a; umask; ls /proc/self/fd; grep -E 'Sig[^Q]|Shd|NoNew|Cap' /proc/self/status; cat /proc/self/oom_score_adj; id")
        text = re.sub(r"(?m)^(%s)=.*\n" % names, "", out.decode())
        return status, re.sub(r"(?<=SigIgn:\t)\w+", own_signals, text), err
    both(act)


def test_rc_file(d):
    def act():
        rc = H.at("home", ".ssh", "rc")
        write(rc, "cat >$HOME/rc-in; echo ran >$HOME/rc\n")
        try:
            r = H.ssh("cat rc; echo main")
        finally:
            os.unlink(rc)
        return r
    _, ms = both(act, 2)


# ---- shells and forced commands ----

def forced(*words, **kw):
    """By ForceCommand."""
    H.stop_sshd()
    H.start_sshd("ForceCommand %s -l" % H.at("bin", "auditrec"))
    try:
        return H.ssh(*words, **kw)
    finally:
        H.stop_sshd()
        H.start_sshd()


def test_forced_and_the_shell_of_the_account(d):
    """The command is run, once, when auditrec is both."""
    assert forced("echo $((2+3)) >>ran; cat ran; exit 8") == (8, b"5\n", b"")
    H.recordings()
    # asked for again by hand, it is not run again
    inner = "echo once >>ran2; exec </dev/null; %s -l; cat ran2" % H.at("bin", "auditrec")
    assert forced(inner) == (0, b"once\n", b"")


def test_startup_file_cannot_forge(d):
    """The account's own shell reads a file of the user's before auditrec comes."""
    H.shell("/bin/bash")
    in_home(".bashrc", b"export SSH_CLIENT='6.6.6.6 1 2' SSH_CONNECTION='6.6.6.6 1 2 3'\n")
    assert forced("echo in")[:2] == (0, b"in\n")
    ms, = H.recordings()
    facts = {f["name"]: f for f in events(ms, "session")[0]["facts"]}
    assert facts["ssh_client"]["trust"] == "claim", facts
    if os.path.exists(H.at("bin", "pam_auditrec.so")):
        assert facts["pam_rhost"] == {"name": "pam_rhost", "value": "127.0.0.1",
                                      "source": "pam_auditrec", "trust": "parent"}
        assert of_type(ms, 0)[0]["remoteAddr"] == "127.0.0.1"
        assert events(ms, "session")[0]["authentication"][0]["trust"] == "parent"


def test_su_with_words(d):
    """They are words of the shell's, not options of auditrec."""
    def act(*words, flags=()):
        in_home("script", b"echo $0 $1\n")
        p = sh("su", *flags, USER, *words, stdin=subprocess.DEVNULL, cwd=H.at("home"))
        return p.returncode, p.stdout, p.stderr

    for words in (["-c", "echo $0 $1", "a", "b"], ["script", "x"], ["--", "-e", "script", "-q"],
                  ["--", "-o", "pipefail", "script"], ["/dev/null"]):
        both(lambda: act(*words))
        H.forget()
    both(lambda: act("-c", "echo $0", flags=["-"]))


def test_sudo(d):
    lib.need("sudo")
    both(lambda: sh("sudo", "-u", USER, "-i", "echo", "a  b", "$HOME").stdout)


# ---- a user who minds ----

def test_limits_taken_from_the_recorder(d):
    """prlimit(1) is for everybody's own processes.  Nothing goes on unseen, nothing is left."""
    lib.need("prlimit")
    for limit in ("nofile", "as", "fsize", "nproc"):
        t = lib.Term(H.ssh_argv(flags=["-tt"]))
        t.expect(b"$")
        t.send(b"echo be''fore; prlimit --pid $PPID --%s=0; exit\r" % limit.encode())
        t.wait()
        wait_for(lambda: not H.processes("auditrec") and not H.processes("bash"))
        ms, = H.recordings(ended=False)
        assert limit == "fsize" or b"before" in stream(ms, lib.OUT), limit
        H.forget()
        clean()


def test_shell_does_not_outlive_the_recorder(d):
    """Killing that is no way to go on without it."""
    both = "trap '' HUP PIPE; kill -KILL $PPID; sleep 1; touch survived"
    assert H.ssh(both)[0] == 255
    t = lib.Term(H.ssh_argv(both, flags=["-tt"]))
    t.wait()
    wait_for(lambda: not H.processes("bash"))
    assert not os.path.exists(H.at("home", "survived"))


def test_folder_that_could_be_taken_away(d):
    for mode, status in ((0o777, 1), (0o1777, 0), (0o755, 0)):
        top = H.at("top%o" % mode)
        os.mkdir(top)
        os.mkdir(os.path.join(top, USER))
        os.chown(os.path.join(top, USER), UID, UID)
        os.chmod(top, mode)
        login_host.write(login_host.SYSCONFDIR + "/auditrec/auditrec.conf",
                         "directory = %s/%%u\n" % top)
        assert H.ssh("true")[0] == status, oct(mode)
        assert len(os.listdir(os.path.join(top, USER))) == (status == 0)


# ---- transfers ----

def tree(path, n):
    os.makedirs(path)
    for i in range(n):
        with open(os.path.join(path, "file %d" % i), "w") as f:
            f.write("%d\n" % i * (i % 50))


def listing(path):
    return {os.path.relpath(os.path.join(w, f), path): open(os.path.join(w, f)).read()
            for w, _, fs in os.walk(path) for f in fs}


def test_thousands_of_files(d):
    tree(d("many"), 2000)
    want = listing(d("many"))

    def act():
        must("scp", "-r", "-q", "-P", str(H.port), *H.options(), d("many"), "%s@127.0.0.1:many" % USER)
        must("scp", "-O", "-r", "-q", "-P", str(H.port), *H.options(), "%s@127.0.0.1:many" % USER, d("back"))
        got = listing(d("back"))
        shutil.rmtree(d("back"))
        return got == want
    assert both(act, 2)[0]


def test_transfer_aborted(d):
    def act():
        with open(d("large"), "wb") as f:
            f.truncate(8 << 30)
        p = subprocess.Popen(["sftp", "-q", "-P", str(H.port), *H.options(), "-b", "-", USER + "@127.0.0.1"],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        p.stdin.write(b"put %s endless\n" % d("large").encode())
        p.stdin.flush()
        wait_for(lambda: os.path.exists(H.at("home", "endless")) and os.path.getsize(H.at("home", "endless")) > 1 << 20)
        p.kill()
        p.wait()
        wait_for(lambda: not H.processes("sftp-server"))
        return os.path.getsize(H.at("home", "endless")) > 1 << 20
    both(act)


def test_pipelines_of_ansible(d):
    """sh -c 'echo ~user && sleep 0', module code on standard input, -tt or not."""
    def act():
        out = [H.ssh("/bin/sh -c 'echo ~%s && sleep 0'" % USER)]
        out.append(H.ssh("/bin/sh -c '( umask 77 && mkdir -p \"` echo $HOME/.ansible/tmp `\"&& mkdir \"` echo $HOME/.ansible/tmp/x `\" && echo ok=\"` echo $HOME/.ansible/tmp/x `\" ) && sleep 0'"))
        out.append(H.ssh("/bin/sh -c 'python3 - && sleep 0'", input=b"import sys\nprint('{\"changed\": false}', sys.stdin.read())\n"))
        out.append(H.ssh("/bin/sh -c 'rm -f -r .ansible > /dev/null 2>&1 && sleep 0'"))
        return out
    both(act, 4)


def test_mosh(d):
    lib.need("mosh-server")

    def act():
        status, out, err = H.ssh("env LANG=C.UTF-8 LC_ALL=C.UTF-8 MOSH_SERVER_NETWORK_TMOUT=3 mosh-server new -i 127.0.0.1 -p 61000:61999 -- sh -c 'echo in; sleep 1'", flags=["-tt"])
        return status, re.sub(rb"CONNECT \d+ \S+|pid = \d+", b"", out), re.sub(rb"pid = \d+", b"", err)
    both(act)


def fresh(test):
    def run(d):
        H.forget()
        H.configure("noninteractive = %s\n" % HOW)
        try:
            test(d)
        finally:
            H.shell(H.at("bin", "auditrec"))
            clean()
    run.__name__ = test.__name__
    return run


login_host.main(globals(), fresh)
