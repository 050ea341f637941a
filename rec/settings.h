/* SPDX-License-Identifier: ISC */
/* The settings of a session as texts with their origin, made layer by layer: built in,
 * system files, user file, environment, command line.
 *
 * A system file can lock a setting.  What the layers below it say about a locked setting,
 * and in a login session about any, goes through the guard of its row: they may add to what
 * is recorded and take nothing away. */
#ifndef REC_SETTINGS_H
#define REC_SETTINGS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

enum setting_id {
	OPT_NONE,
#define SETTING(ID, name, letter, arg, kind, choices, def, guard, help) OPT_##ID,
#define SYSTEM(ID, name, kind, choices, def, help)                      OPT_##ID,
#define ACTION(ID, name, letter, arg, help)                             OPT_##ID,
#include "rec/option.def"
	OPT_COUNT
};

enum setting_kind {
	SETTING_TEXT,
	SETTING_PATH, /* absolute, or empty */
	SETTING_BOOL,
	SETTING_CHOICE,   /* one of the choices */
	SETTING_SET,      /* some of them, separated by commas */
	SETTING_LIST,     /* any words, separated by commas */
	SETTING_NUMBER,   /* seconds, or empty */
	SETTING_FORMAT,   /* name of a format, or empty */
	SETTING_KEY,      /* as rec/keys.h */
	SETTING_EVENTS,   /* a list of places: syslog, journal, paths */
	SETTING_FACILITY, /* of syslog */
};

enum setting_guard {
	GUARD_FREE,   /* the user's own affair, unless locked */
	GUARD_GROW,   /* sets and lists may grow, choices rise */
	GUARD_ADD,    /* a list that only grows, below the files of the system */
	GUARD_FIXED,  /* not the user's to change in a login session */
	GUARD_SYSTEM, /* never the user's to change */
};

struct setting_row {
	enum setting_id id; /* OPT_NONE ends the table */
	const char *name;
	enum setting_kind kind;
	const char *choices; /* "a|b|c" */
	const char *def;
	enum setting_guard guard;
	const char *help;
};
extern const struct setting_row settings_rows[];

enum setting_layer { LAYER_BUILT_IN, LAYER_SYSTEM, LAYER_USER, LAYER_ENV, LAYER_COMMAND };

#define SETTING_MAX        1024
#define SETTING_ORIGIN_MAX 280

struct setting {
	char text[SETTING_MAX];
	char origin[SETTING_ORIGIN_MAX]; /* "FILE:LINE", "AUDITREC_TITLE", "--title" */
	char lock[SETTING_ORIGIN_MAX];   /* where it was locked, "": it is not */
	enum setting_layer layer;
};

struct settings {
	bool login; /* of a login session: guards hold for every setting */
	struct setting v[OPT_COUNT];
};

void settings_init(struct settings *s);
const struct setting_row *settings_row(enum setting_id id);
const struct setting_row *settings_named(const char *name); /* NULL: there is none */
/* Whether TEXT is a value for ROW; else ERR_USAGE, without the name. */
int settings_check(const struct setting_row *row, const char *text, struct err *e);
/* 0, ERR_USAGE when TEXT is no value, ERR_STATE when that layer may not have it.  What may
 * only grow is joined with what was there. */
int settings_put(struct settings *s, enum setting_id id, enum setting_layer layer,
	const char *origin, const char *text, struct err *e);
/* The texts of sets: joined, and what of A is not in B.  OUT is neither of them. */
void settings_union(char out[SETTING_MAX], const char *a, const char *b);
void settings_without(char out[SETTING_MAX], const char *a, const char *b);
void settings_lock(struct settings *s, enum setting_id id, const char *origin);
static inline const char *
settings_text(const struct settings *s, enum setting_id id)
{
	return s->v[id].text;
}
bool settings_is(const struct settings *s, enum setting_id id, const char *text);

/* "NAME = VALUE  # ORIGIN", a line a setting. */
void settings_show(FILE *out, const struct settings *s);
/* A configuration file with every setting, commented out, at its default. */
void settings_template(FILE *out);
void settings_mdoc(FILE *out);

#endif
