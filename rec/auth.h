/* SPDX-License-Identifier: ISC */
/* Who came from where and how they proved it: what sshd, PAM and the kernel tell at the start of
 * a session.  Gathered once, before any code of the user runs.  Each fact carries its source
 * and how far it can be believed:
 *   kernel  the kernel says so about this process
 *   parent  written by sshd or PAM, whose process is our verified ancestor
 *   claim   the environment or a file of the user's says so, and the user could have
 *           written it; so may the file of SSH_USER_AUTH, which is the user's own */
#ifndef REC_AUTH_H
#define REC_AUTH_H

#include "rec/recorder.h"
#include "sys/ancestry.h"

#define AUTH_FACTS_MAX   48
#define AUTH_FILE_MAX    ((size_t)64 << 10) /* of SSH_USER_AUTH's file */
#define AUTH_METHODS_MAX 16

enum auth_trust { AUTH_KERNEL, AUTH_PARENT, AUTH_CLAIM };

struct auth_fact {
	const char *name, *source;
	enum auth_trust trust;
	size_t value; /* where in struct auth.text, NUL-ended */
};

struct auth {
	struct ancestor chain[ANCESTRY_MAX]; /* ourselves first */
	int nchain;
	enum auth_trust trust; /* of what sshd's environment says */
	enum auth_trust how;   /* of user_auth */
	bool nested;           /* inside another recording: all of it is inherited */
	char remote[64];       /* address of the client, "" when local */
	struct buf user_auth;  /* the lines of SSH_USER_AUTH's file */
	struct buf text;       /* values of the facts */
	struct auth_fact fact[AUTH_FACTS_MAX];
	int nfacts;
};

/* What it takes to gather, so that tests can say it. */
struct auth_source {
	const char *(*env)(void *ctx, const char *name); /* NULL: not set */
	void *ctx;
	const char *proc; /* "/proc/self" */
	const char *run;  /* where pam_auditrec.so notes logins ... */
	uid_t note_owner; /* ... and whose the notes are */
	pid_t pid;        /* 0: this process */
	bool shell;       /* a shell stands between sshd and us: its startup files */
};
extern const struct auth_source auth_here;

/* Never fails: what cannot be had is left out. */
void auth_gather(struct auth *a, const struct auth_source *s);
void auth_free(struct auth *a);
/* Connect, one pair of messages per method that was completed, logged in. */
void auth_put(
	const struct auth *a, struct recorder *r, const char *user, int64_t mono_ns);
/* "facts": [...], "methods": [...] and "ancestors": [...] of the open object. */
void auth_describe(const struct auth *a, struct jsonw *w);

#endif
