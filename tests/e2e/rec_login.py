# SPDX-License-Identifier: ISC
"""auditrec as a login shell."""
import hashlib
import random
import re
import resource

from login_lib import *

log, fresh = begin()


# ---- how it is called ----

def test_forms_without_a_terminal(d):
    """The same words as sshd, su and link names give, and what the shell makes of them."""
    echo = 'echo "$0" "$SHELL"'
    table = [
        ("auditrec", ["-c", echo], "auditrec", b"bash /bin/bash\n"),
        ("-auditrec", ["-c", echo], "auditrec", b"-bash /bin/bash\n"),
        ("auditrec", ["-l", "-c", echo], "auditrec", b"-bash /bin/bash\n"),
        ("auditrec-dash", ["-c", echo], "auditrec-dash", b"dash /bin/dash\n"),
        ("-auditrec-dash", ["-c", echo], "auditrec-dash", b"-dash /bin/dash\n"),
        ("auditrec-sh", ["-c", 'echo "$1 $0"', "zero", "one two"], "auditrec-sh", b"one two zero\n"),
        ("/run/auditrec-sh", ["-ec", "echo a; false; echo b"], "auditrec-sh", b"a\n"),
        ("auditrec", ["-l", "--", "-c", echo], "auditrec", b"-bash /bin/bash\n"),
    ]
    for argv0, args, exe, out in table:
        fresh()
        rc, got, err = login(argv0, *args, exe=exe, stdin=subprocess.DEVNULL)
        assert (got, err) == (out, b""), (argv0, args, got, err)
        assert rc == (1 if b"a\n" == out else 0)
        only()


def test_command_is_one_word(d):
    fresh()
    text = "printf '%s|' a  \"b c\" $'\\\\'; echo; exit 7"
    rc, out, err = login("auditrec", "-c", text, stdin=subprocess.DEVNULL)
    bare = subprocess.run(["bash", "-c", text], stdout=subprocess.PIPE)
    assert (rc, out) == (7, bare.stdout)
    assert of_type(only(), 403)[0]["program"] == text


def test_shell_that_reads_its_input(d):
    fresh()
    for argv0 in ("auditrec", "-auditrec"):
        forget()
        rc, out, err = login(argv0, input=b"echo $0; exit 4\n")
        assert rc == 4 and out == argv0.replace("auditrec", "bash").encode() + b"\n", (out, err)
        assert of_type(only(), 405), "a shell, no command"


def test_forced_command(d):
    fresh()
    rc, out, err = login("auditrec", "-l", env={"SSH_ORIGINAL_COMMAND": "echo wanted"})
    assert (rc, out, err) == (0, b"wanted\n", b"")
    assert of_type(only(), 403)[0]["program"] == "echo wanted"


def test_sftp_is_a_subsystem(d):
    fresh()
    login("auditrec", "-c", "/nowhere/sftp-server -e", stdin=subprocess.DEVNULL)
    ms = only()
    assert of_type(ms, 407)[0]["subsystem"] == "sftp" and of_type(ms, 499)[0]["exitStatus"] == 127
    fresh()
    login("auditrec", "-c", "true sftp-server", stdin=subprocess.DEVNULL)
    assert not of_type(only(), 407)


def test_which_shell(d):
    say = ["-c", "echo $0"]
    table = [
        ("shell = /bin/dash", "auditrec", b"dash"),
        ("shell = /bin/dash", "auditrec-bash", b"bash"),
        ("shell! = /bin/dash", "auditrec-bash", b"dash"),
        ("[match user=%s]\nshell! = /bin/dash" % LOGIN_USER, "auditrec-bash", b"dash"),
        ("[match group=recgroup]\nshell = /bin/dash", "auditrec", b"dash"),
        ("[match user=nobody]\nshell! = /bin/dash", "auditrec", b"bash"),
        ("shell = /nowhere/zsh", "auditrec", b"bash"),
        ("shell = %s/auditrec" % ROOT, "auditrec", b"bash"),
        ("", "auditrec-nothing", b"bash"),
    ]
    for config, exe, name in table:
        fresh(config)
        rc, out, err = login(exe, *say, exe=exe, stdin=subprocess.DEVNULL)
        assert (rc, out, err) == (0, name + b"\n", b""), (config, exe, out, err)
    log.expect("there is no shell 'nothing'")
    fresh("shell! = /nowhere/rbash")
    rc, out, err = login("auditrec", *say, stdin=subprocess.DEVNULL)
    assert rc == 1 and out == b"" and err.count(b"\n") == 1, (rc, out, err)
    assert b"/nowhere/rbash" in err
    log.expect("refused")


# ---- streams ----

def test_metadata(d):
    fresh()
    data = random.Random(7).randbytes(3000000)
    rc, out, err = login("auditrec", "-c", "cat; echo e >&2; exit 3", input=data)
    assert (rc, out, err) == (3, data, b"e\n")
    ms = only()
    assert not of_type(ms, 500), "no bytes"
    s = events(ms, "streams")[0]
    for name, text in (("stdin", data), ("stdout", data), ("stderr", b"e\n")):
        assert s[name + "_bytes"] == len(text)
        assert s[name + "_sha256"] == hashlib.sha256(text).hexdigest()
    assert events(ms, "session")[0]["noninteractive"] == "metadata"


def test_full(d):
    fresh("noninteractive = full\nintercept = stdin,stdout,stderr\n")
    data = random.Random(8).randbytes(300000)
    rc, out, err = login("auditrec", "-c", "cat; echo e >&2", input=data)
    ms = only()
    assert (rc, out) == (0, data) and stream(ms, IN) == data and stream(ms, OUT) == data
    assert stream(ms, ERR) == b"e\n" and not events(ms, "streams")


def test_none(d):
    fresh("[match tty=no]\nnoninteractive = none\n")
    rc, out, err = login("auditrec", "-c", "cat /proc/$PPID/comm; exit 5", stdin=subprocess.DEVNULL)
    assert rc == 5 and b"auditrec" not in out and not recordings()
    log.expect("not recorded, as the configuration says: cat")


def test_input_of_others_is_left_alone(d):
    """Commands that do not read their input do not eat a list that a loop reads."""
    with open(ROOT + "/home/list", "w") as f:
        f.write("a\nb\nc\n")
    loop = "while read x; do %s/auditrec -c \"echo $x\"; done < %s/home/list" % (ROOT, ROOT)
    for config in ("", "noninteractive = full"):
        fresh(config)
        p = subprocess.run(["sh", "-c", loop], env=BARE, preexec_fn=become, stdout=subprocess.PIPE)
        assert p.stdout == b"a\nb\nc\n" and len(recordings()) == 3
    fresh()
    p = subprocess.run(["sh", "-c", "{ %s/auditrec -c 'read x; echo $x'; cat; } < %s/home/list" % (ROOT, ROOT)],
                       env=BARE, preexec_fn=become, stdout=subprocess.PIPE)
    assert p.stdout == b"a\nb\nc\n"
    assert "stdin_bytes" not in events(only(), "streams")[0]


def test_by_hand_with_ourselves_as_shell(d):
    fresh()
    rc, out, err = login("auditrec", "-q", "-o", ROOT + "/home/own", input=b"echo $0; exit 3\n")
    assert (rc, out, err) == (3, b"/bin/sh\n", b""), (rc, out, err)
    assert not recordings()
    os.unlink(ROOT + "/home/own")


def test_outputs_besides(d):
    """What the command line asks for comes on top of what the system wants."""
    fresh()
    rc, out, err = login("auditrec", "-l", "-o", ROOT + "/home/own", "-c", "echo x", stdin=subprocess.DEVNULL)
    assert (rc, out, err) == (0, b"x\n", b"")
    only()
    check_order(decode(ROOT + "/home/own"))
    os.unlink(ROOT + "/home/own")


def test_half_close(d):
    fresh()
    p = subprocess.Popen(["auditrec", "-c", "cat >/dev/null; echo after; exec >&-; sleep 0.2; echo more >&2"],
                         executable=ROOT + "/auditrec", env=BARE, preexec_fn=become,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(b"x" * 100000)
    p.stdin.close()
    assert p.stdout.read() == b"after\n"
    assert p.stderr.read() == b"more\n" and p.wait(PATIENCE) == 0


# ---- terminals ----

def test_login_on_a_terminal(d):
    fresh("notice = All of this is recorded.\n")
    t = Tty("-auditrec")
    t.expect(b"All of this is recorded.\r\n")
    t.send(b"echo $0 is''here; tty; exit 6\r")
    t.expect(b"-bash ishere")
    assert t.wait() == 6, (t.status, t.out)
    assert b"recorded to" not in t.out and t.restored()
    ms = only()
    assert of_type(ms, 404) and of_type(ms, 405) and b"-bash ishere" in stream(ms, OUT)
    s = events(ms, "session")[0]
    assert s["login"] is True and s["mode"] == "terminal" and s["user"] == LOGIN_USER


def test_no_notice_into_streams(d):
    fresh("notice = Hello\nconsent = yes\n")
    assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL) == (0, b"x\n", b"")


def test_notice_of_a_file(d):
    with open(ROOT + "/notice", "w") as f:
        f.write("first line\nsecond line\n")
    fresh("notice = %s/notice\n" % ROOT)
    t = Tty("-auditrec", "-c", "echo runs")
    t.expect(b"first line\r\nsecond line\r\n")
    t.expect(b"runs")
    assert t.wait() == 0
    fresh("notice = /nowhere/notice\n")
    t = Tty("-auditrec", "-c", "echo runs")
    t.expect(b"runs")
    assert t.wait() == 0
    log.expect("/nowhere/notice")


def test_consent(d):
    fresh("consent = yes\n")
    t = Tty("-auditrec", "-c", "echo ru''ns")
    t.expect(b"[yes/no] ")
    t.send(b"yes\r")
    t.expect(b"runs")
    assert t.wait() == 0 and events(only(), "session")[0]["consent"] is True
    fresh("consent = yes\n")
    t = Tty("-auditrec", "-c", "echo ru''ns")
    t.expect(b"[yes/no] ")
    t.send(b"whatever\r")
    assert t.wait() == 1 and b"runs" not in t.out
    log.expect("does not agree")
    assert not recordings()


# ---- sessions in sessions ----

def test_nested_is_recorded_once(d):
    fresh()
    rc, out, err = login("auditrec", "-c", ROOT + "/auditrec -c 'echo in; %s/auditrec -l -c \"echo deep\"'" % ROOT,
                         stdin=subprocess.DEVNULL)
    assert (rc, out, err) == (0, b"in\ndeep\n", b"")
    only()


def test_marks_alone_do_not_count(d):
    """Another process, another start, no ancestor, a dead one, rubbish: all are recorded."""
    fresh()
    start = open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19]
    marks = ["1.1", "%d.%s" % (os.getpid(), start), "%d.1" % os.getpid(), "999999.5", "", "x", "1", "1.1x",
             "99999999999999999999.99999999999999999999999"]
    for i, mark in enumerate(marks):
        rc, out, err = login("auditrec", "-c", "echo x", env={"AUDITREC_RECORDER": mark, "AUDITREC_SESSION": "0" * 32},
                             stdin=subprocess.DEVNULL)
        assert (rc, out) == (0, b"x\n")
        assert len(recordings()) == i + 1, mark


def test_recorder_that_is_no_ancestor(d):
    """The mark of a living recorder, taken out of its session (a daemon, cron): recorded."""
    fresh()
    t = Tty("-auditrec", "-c", "echo mark=$AUDITREC_RECORDER; read x")
    t.expect(b"mark=")
    t.expect(b"\n")
    mark = re.search(rb"mark=(\S+)", t.out).group(1).decode()
    rc, out, err = login("auditrec", "-c", "echo x", env={"AUDITREC_RECORDER": mark}, stdin=subprocess.DEVNULL)
    assert (rc, out) == (0, b"x\n") and len(recordings()) == 2
    t.send(b"\r")
    assert t.wait() == 0


def test_two_at_once(d):
    fresh()
    a, b = Tty("-auditrec", "-c", "echo A; read x"), Tty("-auditrec", "-c", "echo B; read x")
    a.expect(b"A")
    b.expect(b"B")
    assert len(recordings()) == 2
    os.kill(a.pid, signal.SIGKILL)
    a.wait()
    c = Tty("-auditrec", "-c", "echo C")
    c.expect(b"C")
    assert c.wait() == 0 and len(recordings()) == 3
    b.send(b"\r")
    assert b.wait() == 0


def test_fifty_at_once(d):
    fresh()
    run = "for i in $(seq 50); do (%s/auditrec -c 'echo out $0; sleep 0.1; exit 0' >%s/home/o$i 2>&1 </dev/null) & done; wait" % (ROOT, ROOT)
    subprocess.run(["sh", "-c", run], env=BARE, preexec_fn=become, check=True, timeout=PATIENCE * 2)
    assert len(recordings()) == 50
    for i in range(1, 51):
        assert open(ROOT + "/home/o%d" % i).read() == "out bash\n"
    for r in recordings():
        check_order(decode(r))


# ---- what must not stop a login ----

def test_environments(d):
    table = [
        {"LC_ALL": "en_US.ISO-8859-1"}, {"LC_ALL": "\xff\xfe" * 50}, {"LANG": "xx_YY.nonsense"},
        {"TERM": ""}, {"HOME": "/nowhere"}, {"HOME": ""}, {"XDG_STATE_HOME": "/nowhere"},
        {"TMPDIR": "/nowhere"}, {"AUDITREC_ON_ERROR": "panic", "AUDITREC_INTERCEPT": "none"},
        {"SHELL": "/nowhere"}, {"ENV": "/nowhere", "BASH_ENV": "/nowhere"},
    ]
    for i, env in enumerate(table):
        fresh()
        rc, out, err = login("auditrec", "-c", "echo x", env=env, stdin=subprocess.DEVNULL)
        assert (rc, out) == (0, b"x\n"), (env, err)
        assert b"auditrec" not in err
        assert len(recordings()) == 1, env


def test_folder_with_the_name_of_the_user(d):
    """%u and %U."""
    fresh("directory = %s/home/u-%%u-%%U\n" % ROOT)
    assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)[0] == 0
    place = "%s/home/u-%s-%d" % (ROOT, LOGIN_USER, LOGIN_UID)
    assert len(recordings(place)) == 1
    shutil.rmtree(place)


def test_empty_environment(d):
    """As cron or env -i have it."""
    fresh()
    p = subprocess.run(["auditrec", "-c", "echo $SHELL"], executable=ROOT + "/auditrec", env={},
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, preexec_fn=become)
    assert p.returncode == 0 and p.stdout == b"/bin/bash\n"
    only()


def test_closed_descriptors(d):
    for closed in ((0,), (1,), (2,), (0, 1), (0, 1, 2)):
        fresh()

        def close():
            become()
            for fd in closed:
                os.close(fd)
        p = subprocess.Popen(["auditrec", "-c", "echo ran > %s/home/ran" % ROOT], executable=ROOT + "/auditrec",
                             env=BARE, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=close)
        assert p.wait(PATIENCE) == 0, closed
        assert open(ROOT + "/home/ran").read() == "ran\n"
        os.unlink(ROOT + "/home/ran")
        only()


def test_full_temporary_folder(d):
    fresh()
    mount("-t", "tmpfs", "-o", "size=4k,mode=1777", "tmpfs", "/tmp")
    try:
        with open("/tmp/fill", "wb") as f:
            try:
                f.write(bytes(65536))
            except OSError:
                pass
        assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL) == (0, b"x\n", b"")
        only()
    finally:
        subprocess.run(["umount", "/tmp"])


def test_no_log(d):
    """Nobody listens to the system log."""
    fresh("broken line\n")
    os.rename("/dev/log", "/dev/log.away")
    try:
        assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL) == (0, b"x\n", b"")
    finally:
        os.rename("/dev/log.away", "/dev/log")


def test_user_without_an_entry(d):
    fresh("directory = %s/nobody\n" % ROOT)
    os.mkdir(ROOT + "/nobody", 0o777)
    os.chmod(ROOT + "/nobody", 0o1777)

    def nobody():
        os.setgroups([])
        os.setgid(61234)
        os.setuid(61234)
    p = subprocess.run(["auditrec-sh", "-c", "echo x"], executable=ROOT + "/auditrec-sh", env={}, cwd="/",
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=nobody)
    assert (p.returncode, p.stdout, p.stderr) == (0, b"x\n", b"")
    assert events(decode(recordings(ROOT + "/nobody")[0]), "session")[0]["user"] == "61234"


# ---- configuration ----

def test_errors_lock_nobody_out(d):
    fresh("on-error = panic\n[match nothing]\nshell! = /bin/false\n[match tty=no]\nintercept = rubbish\n")
    assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL) == (0, b"x\n", b"")
    only()
    for what in ("auditrec.conf:1: on-error: 'panic'", "auditrec.conf:2: ", "auditrec.conf:5: intercept:"):
        log.expect(what)
    rc, out, err = login("auditrec", "--show-config", stdin=subprocess.DEVNULL)
    assert rc == 2 and err.count(b"\n") == 3 and b"auditrec.conf:1: on-error" in err, err


def test_user_cannot_take_away(d):
    fresh("directory = %s/home/kept\nlock = title\n" % ROOT)
    os.makedirs(ROOT + "/home/.config/auditrec")
    with open(ROOT + "/home/.config/auditrec/auditrec.conf", "w") as f:
        f.write("noninteractive = none\ndirectory = /tmp\non-error = continue\ntitle = mine\n")
    os.makedirs(ROOT + "/home/xdg/auditrec", exist_ok=True)
    with open(ROOT + "/home/xdg/auditrec/auditrec.conf", "w") as f:
        f.write("shell = /bin/false\n")
    env = {"AUDITREC_NONINTERACTIVE": "none", "AUDITREC_DIRECTORY": "/tmp", "AUDITREC_UNAVAILABLE": "allow",
           "XDG_CONFIG_HOME": ROOT + "/home/xdg"}
    rc, out, err = login("auditrec", "-c", "echo x", env=env, stdin=subprocess.DEVNULL)
    assert (rc, out, err) == (0, b"x\n", b"")
    kept = recordings(ROOT + "/home/kept")
    assert len(kept) == 1 and oct(os.stat(ROOT + "/home/kept").st_mode & 0o777) == "0o700"
    s = events(decode(kept[0]), "session")[0]
    assert s["on_error"] == "stop" and "title" not in s and s["noninteractive"] == "metadata"
    log.expect("title: is locked by")
    log.expect("AUDITREC_NONINTERACTIVE: ")
    shutil.rmtree(ROOT + "/home/kept")


def test_options_that_are_wrong_do_not_stop_a_login(d):
    fresh()
    rc, out, err = login("auditrec", "-l", "--nonsense", env={"SSH_ORIGINAL_COMMAND": "echo x"},
                         stdin=subprocess.DEVNULL)
    assert (rc, out, err) == (0, b"x\n", b""), (rc, out, err)
    only()
    log.expect("--nonsense is no option")


def test_untrusted_configuration(d):
    fresh("noninteractive = none\n")
    os.chmod(SYSTEM + "/auditrec.conf", 0o666)
    assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)[0] == 0
    only()
    log.expect("is left out: others than its owner may write it")


def test_show_config_as_a_login_sees_it(d):
    fresh("intercept! = stdout\n")
    rc, out, err = login("auditrec", "-l", "--show-config", env={"AUDITREC_TITLE": "x y"},
                         stdin=subprocess.DEVNULL)
    assert rc == 0 and err == b""
    assert b"# %s/auditrec.conf:1, locked by %s/auditrec.conf:1\nintercept = stdout\n" % ((SYSTEM.encode(),) * 2) in out
    assert b"# AUDITREC_TITLE\ntitle = x y\n" in out and b"# built in\non-error = stop\n" in out


# ---- when nothing can be recorded ----

def make_unavailable(config):
    fresh(config)
    with open(ROOT + "/home/.local", "w") as f:
        f.write("not a folder")


def test_deny(d):
    make_unavailable("")
    rc, out, err = login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)
    clean_up()
    assert rc == 1 and out == b"" and err.count(b"\n") == 1 and b"this login is refused: " in err, err
    log.expect(LOGIN_USER + ": this login is refused: ")


def test_folder_of_somebody_else(d):
    """Made before the user came, to take the recordings away."""
    for uid, mode, why in ((0, 0o777, b"can be written by others"), (LOGIN_UID + 1, 0o777, b"belongs to another user"),
                           (LOGIN_UID, 0o770, b"can be written by others")):
        fresh("directory = %s/places/%%u" % ROOT)
        shutil.rmtree(ROOT + "/places", ignore_errors=True)
        os.mkdir(ROOT + "/places")
        os.mkdir(ROOT + "/places/" + LOGIN_USER)
        os.chown(ROOT + "/places/" + LOGIN_USER, uid, uid)
        os.chmod(ROOT + "/places/" + LOGIN_USER, mode)
        rc, out, err = login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)
        assert rc == 1 and out == b"" and why in err, (rc, out, err)
    os.chmod(ROOT + "/places/" + LOGIN_USER, 0o700)
    assert login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)[0] == 0
    assert len(recordings(ROOT + "/places/" + LOGIN_USER)) == 1


def test_allow_and_break_glass(d):
    for config, what in (("unavailable = allow", "NOT recorded: "),
                         ("break-glass = root,%s" % LOGIN_USER, "NOT recorded (break-glass): "),
                         ("break-glass = @recgroup", "NOT recorded (break-glass): ")):
        make_unavailable(config)
        rc, out, err = login("auditrec", "-c", "cat; echo $0 $SHELL; exit 9", input=b"in\n")
        assert (rc, out, err) == (9, b"in\nbash /bin/bash\n", b""), (rc, out, err)
        log.expect(what)
        t = Tty("-auditrec", "-c", "echo ru''ns; trap -p; ls -l /proc/self/fd")
        t.expect(b"this session is NOT recorded")
        t.expect(b"runs")
        assert t.wait() == 0
        clean_up()


def test_root_is_never_locked_out(d):
    fresh("directory = /proc/nowhere\n")
    rc, out, err = login("auditrec", "-l", "-c", "echo x", user=False, stdin=subprocess.DEVNULL)
    assert (rc, out) == (0, b"x\n"), err


def test_no_terminal_left(d):
    fresh("unavailable = allow\n")
    mount("-t", "tmpfs", "tmpfs", "/dev/pts")
    try:
        rc, out, err = login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)
        assert (rc, out) == (0, b"x\n") and len(recordings()) == 1, "pipes need none"
    finally:
        subprocess.run(["umount", "/dev/pts"])


def test_no_descriptor_left(d):
    """Whatever the limit of descriptors, the command runs or the login is refused in one line;
    under "allow" it always runs, once."""
    for allow in ("unavailable = allow\n", ""):
        for n in range(6, 40, 3):
            fresh(allow)

            def limit():
                become()
                resource.setrlimit(resource.RLIMIT_NOFILE, (n, n))
            p = subprocess.run(["auditrec-sh", "-c", "echo x"], executable=ROOT + "/auditrec-sh", env=BARE,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=limit)
            if allow or p.returncode == 0:
                assert (p.returncode, p.stdout) == (0, b"x\n"), (n, p)
            else:
                assert p.returncode == 1 and p.stdout == b"" and p.stderr.count(b"\n") == 1, (n, p)


def test_no_process_left(d):
    """At the limit of processes a bare shell would still start: so does ours under "allow"."""
    fresh("unavailable = allow\n")

    def limit():
        become()
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    p = subprocess.run(["auditrec-sh", "-c", "read x; echo got $x"], executable=ROOT + "/auditrec-sh", env=BARE,
                       input=b"line\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit)
    assert (p.returncode, p.stdout) == (0, b"got line\n"), p
    log.expect("NOT recorded")
    assert not recordings()


def small_disk(config):
    fresh("directory = %s/small/%%u\n" % ROOT + config)
    os.makedirs(ROOT + "/small", exist_ok=True)
    mount("-t", "tmpfs", "-o", "size=64k,mode=1777", "tmpfs", ROOT + "/small")


def test_disk_full_meanwhile(d):
    flood = "i=0; while [ $i -lt 40 ]; do head -c 20000 /dev/urandom | od -An -tx1; i=$((i+1)); done; echo E''ND; exit 0"
    for config, status in (("", 74), ("break-glass = " + LOGIN_USER, 74)):
        small_disk(config)
        try:
            t = Tty("-auditrec", "-c", flood)
            if config:
                t.expect(b"NOT recorded")
                t.expect(b"END")
            else:
                t.expect(b"the session ends now")
            assert t.wait() == status, (t.status, t.out[-200:])
            log.expect("No space left")
        finally:
            subprocess.run(["umount", "-l", ROOT + "/small"])


def test_disk_full_from_the_start(d):
    small_disk("")
    try:
        with open(ROOT + "/small/fill", "wb") as f:
            try:
                f.write(bytes(1 << 20))
            except OSError:
                pass
        rc, out, err = login("auditrec", "-c", "echo x", stdin=subprocess.DEVNULL)
        assert rc == 1 and out == b"" and err.count(b"\n") == 1, (rc, out, err)
        log.expect("refused")
    finally:
        subprocess.run(["umount", "-l", ROOT + "/small"])


main(*[v for k, v in list(globals().items()) if k.startswith("test_")])
