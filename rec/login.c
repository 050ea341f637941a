/* SPDX-License-Identifier: ISC */
#include "rec/login.h"

#include "rec/nest.h"
#include "sys/ancestry.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OURS "auditrec"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
login_is_ours(const char *path)
{
	struct stat ours, its;

	if (stat(path, &its) < 0)
		return false;
	if (stat("/proc/self/exe", &ours) < 0)
		return strncmp(base_name(path), OURS, strlen(OURS)) == 0;
	return ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
}

/* ---- how it was called ---- */

/* The word behind an option of a shell with a 'c' in it ("-c", "-lc"). */
static const char *
shell_command(char **args)
{
	for (; *args && args[0][0] == '-' && args[0][1]; args++) {
		if (args[0][1] == '-')
			continue;
		if (strchr(*args, 'c'))
			return args[1];
	}
	return NULL;
}

static bool
has_login_option(int argc, char **argv)
{
	struct opt_parser p;
	int id;

	opt_start(&p, conf_options, argc, argv);
	while ((id = opt_next(&p, NULL)) > 0)
		if (id == OPT_LOGIN)
			return true;
	return false;
}

/* su hands on words of its caller's, which are for the shell and not options of ours. */
static bool
parent_is_su(void)
{
	struct ancestor a;

	return ancestry_of(&a, getppid()) && a.euid == 0 &&
	       (strcmp(a.comm, "su") == 0 || strcmp(a.comm, "runuser") == 0);
}

void
login_find(struct login *l, int argc, char **argv, const char *passwd_shell)
{
	const char *name = base_name(argc ? argv[0] : "");
	bool shell_form = argc == 1 || (argc == 3 && strcmp(argv[1], "-c") == 0);

	memset(l, 0, sizeof *l);
	l->dash = argc && argv[0][0] == '-';
	if (name[0] == '-')
		name++;
	if (strncmp(name, OURS "-", strlen(OURS) + 1) == 0 && name[strlen(OURS) + 1])
		l->link = name + strlen(OURS) + 1;
	if (l->dash || l->link || (login_is_ours(passwd_shell) && parent_is_su())) {
		l->on = true;
	} else if (has_login_option(argc, argv)) {
		l->on = l->dash = l->options = true;
		return;
	} else if (shell_form && login_is_ours(passwd_shell)) {
		l->on = true;
	}
	l->args = argv + (argc ? 1 : 0);
	l->command = shell_command(l->args);
}

/* ---- the real shell ---- */

static bool
is_shell(const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0 && !login_is_ours(path);
}

/* Takes PATH if it is one. */
static bool
take_shell(struct login *l, const char *path)
{
	if (!is_shell(path))
		return false;
	snprintf(l->shell, sizeof l->shell, "%s", path);
	return true;
}

static bool
take_link(struct login *l, struct notes *notes)
{
	static const char *const folders[] = { "/bin", "/usr/bin", "/usr/local/bin" };
	char path[PATH_MAX];

	if (!l->link)
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, "%s/%s", folders[i], l->link);
		if (take_shell(l, path))
			return true;
	}
	notes_add(notes, "there is no shell '%.60s' (the name of the link says so)",
		l->link);
	return false;
}

static bool
take_setting(struct login *l, const struct setting *v, struct notes *notes)
{
	if (!*v->text)
		return false;
	if (take_shell(l, v->text))
		return true;
	notes_add(
		notes, "%.120s: %.120s is no shell that can be run", v->origin, v->text);
	return false;
}

static int
find_shell(struct login *l, const struct conf *c, const char *passwd_shell,
	struct notes *notes, struct err *e)
{
	const struct setting *v = &c->set.v[OPT_SHELL];

	if (*v->lock && *v->text) {
		if (take_shell(l, v->text))
			return 0;
		return err_set(e, ERR_NOTFOUND,
			"%.150s, which %.150s demands, is no "
			"shell that can be run",
			v->text, v->lock);
	}
	if (take_link(l, notes) || take_setting(l, v, notes) ||
		take_shell(l, passwd_shell) || take_shell(l, "/bin/bash") ||
		take_shell(l, "/bin/sh"))
		return 0;
	return err_set(e, ERR_NOTFOUND, "there is no shell that can be run");
}

static int
make_argv(struct login *l, const struct conf *c, struct err *e)
{
	char **from = l->args ? l->args : c->argv;
	size_t n = 0, at = 0;

	while (from[n])
		n++;
	l->argv = calloc(n + 4, sizeof *l->argv);
	if (!l->argv)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	snprintf(l->name, sizeof l->name, "%s%.255s", l->dash ? "-" : "",
		base_name(l->shell));
	l->argv[at++] = l->name;
	if (l->options && l->command) {
		l->argv[at++] = (char *)"-c";
		l->argv[at++] = (char *)l->command;
	}
	memcpy(l->argv + at, from, n * sizeof *from);
	return 0;
}

int
login_choose_shell(struct login *l, const struct conf *c, const char *passwd_shell,
	struct notes *notes, struct err *e)
{
	const char *forced = nest_forced() ? NULL : getenv("SSH_ORIGINAL_COMMAND");
	int rc = find_shell(l, c, passwd_shell, notes, e);

	l->forced = l->options && !c->command && forced && *forced;
	if (l->options)
		l->command = l->forced ? forced : c->command;
	if (rc == 0)
		rc = make_argv(l, c, e);
	if (rc == 0 && setenv("SHELL", l->shell, 1) < 0)
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return rc;
}

int
login_exec(const struct login *l, struct err *e)
{
	int sys;

	execv(l->shell, l->argv);
	sys = errno;
	err_sys(e, ERR_IO, "cannot run %.200s", l->shell);
	return sys == ENOENT ? 127 : 126;
}
