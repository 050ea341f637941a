/* SPDX-License-Identifier: ISC */
/* The PAM module: learns the verdict of each authentication and hands the recorder the id of
 * the login.  It stands in sshd, login and su, so it is small, links nothing of ours, never
 * asks for or looks at a password, and whatever goes wrong in it lets the login pass.
 *
 *   auth     optional          pam_auditrec.so          watch this attempt to its end
 *   auth     [default=ignore]  pam_auditrec.so failed   reached by failed attempts only
 *   session  optional          pam_auditrec.so          note the login, set AUDITREC_LOGIN
 *
 * A failure is told to the program auditrec-failed, which leaves a short recording.  A success is
 * noted in a file of root's, /run/auditrec/login/ID, which the recorder reads and
 * believes because the user cannot have written it. */
#define PAM_SM_AUTH
#define PAM_SM_SESSION
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define ATTEMPT  "auditrec_attempt"
#define LOGIN    "auditrec_login"
#define ID_BYTES 16

struct options {
	const char *run; /* where logins are noted */
	const char
		*directory; /* where failures are recorded; NULL: the program's default */
	const char *program;
	bool failed;
};

struct attempt {
	struct options o; /* its strings live as long as the module's arguments: copied */
	char program[256], directory[256];
	char service[64], user[256], rhost[256], tty[64];
	const char *method;
	bool passed, told;
};

struct login {
	char path[320];
};

static struct options
options_of(int argc, const char **argv)
{
	struct options o = { .run = AUDITREC_RUN_DIR, .program = AUDITREC_FAILED };

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "failed") == 0)
			o.failed = true;
		else if (strncmp(argv[i], "run=", 4) == 0)
			o.run = argv[i] + 4;
		else if (strncmp(argv[i], "directory=", 10) == 0)
			o.directory = argv[i] + 10;
		else if (strncmp(argv[i], "program=", 8) == 0)
			o.program = argv[i] + 8;
	}
	return o;
}

static void
get_item(pam_handle_t *h, int item, char *out, size_t size)
{
	const void *v = NULL;

	out[0] = 0;
	if (pam_get_item(h, item, &v) == PAM_SUCCESS && v)
		snprintf(out, size, "%s", (const char *)v);
}

/* ---- failures ---- */

/* In the grandchild: nothing of the caller's is left open. */
static void
run_program(const struct attempt *a)
{
	const char *argv[] = { a->program, "--service", a->service, "--user", a->user,
		"--rhost", a->rhost, "--tty", a->tty, "--method", a->method,
		a->directory[0] ? "--directory" : NULL, a->directory, NULL };
	static char *const env[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(null, i);
	close_range(3, ~0U, 0);
	if (setsid() >= 0 && chdir("/") == 0)
		execve(a->program, (char *const *)argv, env);
	_exit(127);
}

/* Nobody waits for it: its parent ends at once, and we wait for that. */
static void
tell_failure(pam_handle_t *h, struct attempt *a)
{
	pid_t pid;
	int status;

	if (a->told)
		return;
	a->told = true;
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			run_program(a);
		_exit(0);
	}
	if (pid < 0)
		pam_syslog(h, LOG_ERR, "failed login of %s is not recorded: fork: %m",
			a->user);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* STATUS is what the caller tells pam_end(): the result of the whole; or a next attempt takes the
 * place of this one, which then was none. */
static void
end_attempt(pam_handle_t *h, void *data, int status)
{
	struct attempt *a = data;
	bool replaced = status & PAM_DATA_REPLACE, silent = status & PAM_DATA_SILENT;
	bool bad = (status & 0xFF) != PAM_SUCCESS;

	if (!silent && !a->passed && (replaced || bad))
		tell_failure(h, a);
	free(a);
}

/* sshd asks the questions of keyboard-interactive authentication in a process of its own, whose
 * title says so: "sshd: NAME [pam]". */
static const char *
method_here(void)
{
	static const char mark[] = " [pam]";
	char title[512];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, title, sizeof title);
	const ssize_t m = sizeof mark - 1;

	if (fd >= 0)
		close(fd);
	while (n > 0 && title[n - 1] == 0)
		n--;
	return n > m && memcmp(title + n - m, mark, sizeof mark - 1) == 0
		       ? "keyboard-interactive"
		       : "password";
}

static struct attempt *
attempt_new(pam_handle_t *h, const struct options *o)
{
	struct attempt *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	snprintf(a->program, sizeof a->program, "%s", o->program);
	snprintf(a->directory, sizeof a->directory, "%s",
		o->directory ? o->directory : "");
	a->method = method_here();
	get_item(h, PAM_SERVICE, a->service, sizeof a->service);
	get_item(h, PAM_USER, a->user, sizeof a->user);
	get_item(h, PAM_RHOST, a->rhost, sizeof a->rhost);
	get_item(h, PAM_TTY, a->tty, sizeof a->tty);
	return a;
}

static struct attempt *
attempt_now(pam_handle_t *h)
{
	const void *v = NULL;

	return pam_get_data(h, ATTEMPT, &v) == PAM_SUCCESS ? (struct attempt *)v : NULL;
}

int
pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o = options_of(argc, argv);
	struct attempt *a = o.failed ? attempt_now(h) : NULL;
	bool mine = !a;

	(void)flags;
	if (!a)
		a = attempt_new(h, &o);
	if (!a)
		return PAM_IGNORE;
	get_item(h, PAM_USER, a->user, sizeof a->user);
	if (o.failed)
		tell_failure(h, a);
	if (mine && (o.failed || pam_set_data(h, ATTEMPT, a, end_attempt) != PAM_SUCCESS))
		free(a);
	return PAM_IGNORE;
}

/* Credentials are for those who have passed. */
int
pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct attempt *a = attempt_now(h);

	(void)flags;
	(void)argc;
	(void)argv;
	if (a)
		a->passed = true;
	return PAM_IGNORE;
}

/* ---- logins ---- */

static void
end_login(pam_handle_t *h, void *data, int status)
{
	(void)h;
	(void)status;
	free(data);
}

static bool
make_id(char out[2 * ID_BYTES + 1])
{
	uint8_t raw[ID_BYTES];

	if (getrandom(raw, sizeof raw, GRND_NONBLOCK) != (ssize_t)sizeof raw)
		return false;
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(out + 2 * i, 3, "%02x", raw[i]);
	return true;
}

/* Field 22 of /proc/self/stat: with the pid it names this process for ever. */
static unsigned long long
own_start(void)
{
	char text[1024];
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	char *at;

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = 0;
	at = strrchr(text, ')');
	for (int i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* One line; what could begin another is left out. */
static void
put_line(FILE *f, const char *key, const char *value)
{
	fprintf(f, "%s=", key);
	for (; value && *value; value++)
		if ((unsigned char)*value >= ' ' && *value != 127)
			fputc(*value, f);
	fputc('\n', f);
}

static void
put_item(pam_handle_t *h, FILE *f, const char *key, int item)
{
	char text[512];

	get_item(h, item, text, sizeof text);
	put_line(f, key, text);
}

static bool
note_login(pam_handle_t *h, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	const char *info = pam_getenv(h, "SSH_AUTH_INFO_0");
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	fprintf(f, "pid=%ld\nstart=%llu\n", (long)getpid(), own_start());
	put_item(h, f, "service", PAM_SERVICE);
	put_item(h, f, "user", PAM_USER);
	put_item(h, f, "ruser", PAM_RUSER);
	put_item(h, f, "rhost", PAM_RHOST);
	put_item(h, f, "tty", PAM_TTY);
	/* lines of it are methods, in the words of SSH_USER_AUTH */
	while (info && *info) {
		size_t n = strcspn(info, "\n");

		fprintf(f, "method=%.*s\n", (int)(n > 32768 ? 32768 : n), info);
		info += n + (info[n] == '\n');
	}
	fchmod(fd, 0644); /* whatever the umask is: the recorder runs as the user */
	return fclose(f) == 0;
}

static bool
make_directory(const char *path)
{
	return mkdir(path, 0755) == 0 ? chmod(path, 0755) == 0 : errno == EEXIST;
}

int
pam_sm_open_session(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o = options_of(argc, argv);
	struct login *l = calloc(1, sizeof *l);
	char id[2 * ID_BYTES + 1], env[64], dir[256];

	(void)flags;
	if (!l || !make_id(id)) {
		free(l);
		return PAM_IGNORE;
	}
	snprintf(dir, sizeof dir, "%.240s/login", o.run);
	snprintf(l->path, sizeof l->path, "%s/%s", dir, id);
	snprintf(env, sizeof env, "AUDITREC_LOGIN=%s", id);
	if (!make_directory(o.run) || !make_directory(dir) || !note_login(h, l->path)) {
		pam_syslog(h, LOG_WARNING, "cannot note the login in %s: %m", dir);
		free(l);
		return PAM_IGNORE;
	}
	pam_putenv(h, env);
	if (pam_set_data(h, LOGIN, l, end_login) != PAM_SUCCESS)
		free(l);
	return PAM_IGNORE;
}

int
pam_sm_close_session(pam_handle_t *h, int flags, int argc, const char **argv)
{
	const void *v = NULL;

	(void)flags;
	(void)argc;
	(void)argv;
	if (pam_get_data(h, LOGIN, &v) == PAM_SUCCESS && v)
		unlink(((const struct login *)v)->path);
	return PAM_IGNORE;
}
