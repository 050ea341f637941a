/* SPDX-License-Identifier: ISC */
/* The layers of settings that come from files and from the environment.
 *
 * SYSTEM/auditrec.conf and then SYSTEM/conf.d/(name).conf in the order of their names, then
 * the user's file, then AUDITREC_(SETTING).  The last one that says something wins.
 * Nothing here fails: what is wrong is told, line by line, and the rest holds. */
#ifndef REC_CONFIG_H
#define REC_CONFIG_H

#include "rec/match.h"
#include "rec/settings.h"

#include <sys/types.h>

#define NOTES_MAX 16

/* What was wrong, a line each, for whoever is there to be told. */
struct notes {
	int n; /* may be larger than NOTES_MAX: the rest were not kept */
	char text[NOTES_MAX][ERR_TEXT_MAX];
};
void notes_add(struct notes *n, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct config_place {
	const char *system; /* a folder; NULL: none */
	const char *user;   /* a file; NULL: none */
	bool env;           /* whether the environment counts */
	uid_t owner;        /* who must own the files of the system (and the folder): 0 */
	const struct match_who *who;
};

/* S was made by settings_init(), and its login is set. */
void config_load(struct settings *s, const struct config_place *p, struct notes *notes);
/* AUDITREC_ON_ERROR for "on-error". */
void config_env_name(char out[64], const char *name);

#endif
