/* SPDX-License-Identifier: ISC */
/* What stands at the beginning of a recording: who, where, with which policy, in which
 * environment and terminal, and what is run. */
#ifndef REC_IDENT_H
#define REC_IDENT_H

#include "rec/auth.h"
#include "rec/conf.h"
#include "sys/proc.h"

#include <sys/ioctl.h>
#include <termios.h>

enum ident_mode { IDENT_TTY, IDENT_PIPES, IDENT_HEADLESS };

struct ident {
	const struct conf *conf;
	const struct proc_facts *facts;
	const struct auth *auth;
	enum ident_mode mode;
	const struct winsize *size; /* not for IDENT_PIPES */
	const struct termios *modes;
	const char *shell;
};

/* 32 hexadecimal digits at random. */
int ident_make_id(char out[33], struct err *e);
void ident_start(struct recorder *r, const struct ident *id, int64_t mono_ns);
/* The command line as a person would type it in a shell. */
int ident_command(struct buf *out, const struct conf *c);

#endif
