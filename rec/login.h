/* SPDX-License-Identifier: ISC */
/* auditrec in the place of a shell: how it was called, and the real shell.
 *
 *   -auditrec ...             a login shell: the words are for the real shell
 *   auditrec-bash ...         a link: the same, and the shell's name is in it
 *   auditrec -c STRING        sshd and su, where auditrec is the shell of the password file
 *   auditrec                  likewise
 *   auditrec WORD...          from su, where auditrec is the shell of the password file
 *   auditrec -l [OPTION...]   a login shell that takes options, as for ForceCommand
 *
 * Everything else is a recording by hand. */
#ifndef REC_LOGIN_H
#define REC_LOGIN_H

#include "rec/conf.h"

#include <limits.h>

struct login {
	bool on;
	bool options;        /* it takes our options */
	bool dash;           /* the real shell is to be a login shell */
	const char *link;    /* the shell's name in ours; NULL */
	const char *command; /* STRING of -c, NULL: a shell to talk to */
	bool forced;         /* it is SSH_ORIGINAL_COMMAND, which was asked for */
	char **args;         /* words for the shell, NULL-ended */
	char shell[PATH_MAX];
	char name[NAME_MAX + 2]; /* its argv[0] */
	char **argv;             /* its own words */
};

/* PASSWD_SHELL: of the password database. */
void login_find(struct login *l, int argc, char **argv, const char *passwd_shell);
/* Whether PATH is this program.  Without /proc its name must do. */
bool login_is_ours(const char *path);
/* Locked setting; name of the link; setting; password database, if that is not auditrec;
 * /bin/bash; /bin/sh: the first that can be run.  A locked one must.  Sets SHELL in the
 * environment; L->argv is ready. */
int login_choose_shell(struct login *l, const struct conf *c, const char *passwd_shell,
	struct notes *notes, struct err *e);
/* Become the real shell, unrecorded.  Returns what a shell would (127, 126) if it cannot. */
int login_exec(const struct login *l, struct err *e);

#endif
