/* SPDX-License-Identifier: ISC */
/* auditrec: record a terminal session. */
#include "base/complete.h"
#include "base/diag.h"
#include "rec/entry.h"
#include "rec/session.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct conf conf;
static struct notes notes;
static struct login login;
static struct proc_facts facts;

static void
usage(void)
{
	opt_usage(stdout, "auditrec [OPTION...] [--] [COMMAND [ARG...]]",
		"Record COMMAND, or your shell, as it appears on the terminal.",
		conf_options);
	printf("\nExample: auditrec -o demo.audit -o demo.cast -- vim notes.txt\n");
}

/* First of all: until then the user's other processes could trace this one. */
static void
harden(void)
{
#ifndef __SANITIZE_ADDRESS__ /* whose leak check must trace us */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* Descriptors 0 to 2 must be taken, or files that we open would become them. */
static void
plug_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

/* A login session does not ask its environment where to look. */
static const char *
user_file(char out[PATH_MAX])
{
	const char *x = login.on ? NULL : getenv("XDG_CONFIG_HOME");
	const char *h = login.on ? NULL : getenv("HOME");
	int n;

	if (x && x[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/auditrec/auditrec.conf", x);
	else
		n = snprintf(out, PATH_MAX, "%s/.config/auditrec/auditrec.conf",
			h && h[0] == '/' ? h : facts.home);
	return n < PATH_MAX && out[0] == '/' ? out : NULL;
}

static void
load(const struct match_who *who)
{
	static char user[PATH_MAX];
	struct config_place place = { .system = SYSCONFDIR "/auditrec",
		.user = user_file(user),
		.env = true,
		.owner = 0,
		.who = who };

	conf_init(&conf);
	conf.facts = &facts;
	conf.set.login = login.on;
	conf.login = login.on ? &login : NULL;
	conf.notes = login.on ? &notes : NULL;
	config_load(&conf.set, &place, &notes);
}

static void
show_notes(void)
{
	for (int i = 0; i < notes.n && i < NOTES_MAX; i++)
		diag_error("%s", notes.text[i]);
}

/* A login is not stopped by a wrong option: what can be understood holds. */
static int
parse(int argc, char **argv, struct err *e)
{
	int rc = conf_parse(&conf, login.on && !login.options ? 1 : argc, argv, e);

	if (rc >= 0 || !login.on)
		return rc;
	notes_add(&notes, "%s", e->text);
	return conf_parse(&conf, 1, argv, e);
}

static int
answer(int what)
{
	switch (what) {
	case CONF_HELP:
		usage();
		return 0;
	case CONF_VERSION:
		printf("auditrec %s\n", PACKAGE_VERSION);
		return 0;
	case CONF_SHOW:
		settings_show(stdout, &conf.set);
		show_notes();
		return notes.n ? 2 : 0;
	case CONF_TEMPLATE:
		settings_template(stdout);
		return 0;
	default:
		settings_mdoc(stdout);
		return 0;
	}
}

static int
print_completions(const char *shell)
{
	static const struct complete all = {
		.program = "auditrec", .args = "[COMMAND]", .options = conf_options
	};
	struct err e;

	return complete_print(stdout, shell, &all, &e) < 0 ? diag_fail(&e, NULL) : 0;
}

int
main(int argc, char **argv)
{
	static char *no_words[] = { (char *)"auditrec", NULL };
	struct match_who who = { .in_group = proc_in_group };
	struct err e = { .code = 0 };
	int rc;

	if (argc < 1) {
		argc = 1;
		argv = no_words;
	}
	harden();
	diag_init("auditrec");
	if (complete_asked(argc, argv))
		return print_completions(complete_asked(argc, argv));
	plug_standard_fds();
	proc_facts(&facts);
	who.user = facts.user;
	who.host = facts.host;
	who.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	login_find(&login, argc, argv, facts.shell);
	load(&who);
	rc = parse(argc, argv, &e);
	if (rc > CONF_RUN)
		return answer(rc);
	if (rc == CONF_RUN && login.on)
		return entry_run(&conf, &login, &who);
	show_notes();
	if (rc == CONF_RUN)
		rc = session_run(&conf, &e);
	if (rc > SESSION_KILLED)
		rc += 128 - SESSION_KILLED;
	return rc < 0 ? diag_fail(&e, NULL) : rc;
}
