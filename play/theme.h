/* SPDX-License-Identifier: ISC */
/* How the player's own parts look, by what the terminal can do. */
#ifndef PLAY_THEME_H
#define PLAY_THEME_H

#include "format/kind.h"
#include "play/canvas.h"

enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_TRUE, THEME_DEPTHS };

enum theme_role {
	ROLE_BAR,       /* status line */
	ROLE_BAR_STATE, /* sign of the state */
	ROLE_BAR_FAINT, /* what matters less */
	ROLE_BAR_ALERT, /* damage */
	ROLE_TIME_DONE, /* time bar: played (its foreground), */
	ROLE_TIME_REST, /* to come and indexed, */
	ROLE_TIME_DARK, /* to come, not indexed */
	ROLE_FRAME,     /* lines around */
	ROLE_TITLE,
	ROLE_LIST,
	ROLE_LIST_TIME,
	ROLE_LIST_PAST, /* events that have happened */
	ROLE_LIST_NOW,
	ROLE_LIST_SELECTED,
	ROLE_KEY,         /* keys in the help */
	ROLE_FOUND,       /* found text, */
	ROLE_FOUND_TOO,   /* and what else of it is on the screen */
	ROLE_SELECTED,    /* text that is being selected */
	ROLE_CONCEAL,     /* text that the program wanted hidden */
	ROLE_TIME_PAST,   /* timeline: what was played, */
	ROLE_TIME_NEXT,   /* what comes, */
	ROLE_TIME_UNREAD, /* what was not read yet */
	ROLE_TIME_HEAD,
	ROLE_KIND_SESSION, /* signs of events: who and where, */
	ROLE_KIND_RUN,     /* what ran, */
	ROLE_KIND_PROCESS, /* what that did, */
	ROLE_KIND_MARK,    /* marks, */
	ROLE_KIND_WARN,    /* what an auditor must not miss */
	ROLE_LANE_NOW,     /* typed keys: at this moment, */
	ROLE_LANE,         /* a moment ago, */
	ROLE_LANE_OLD,     /* long ago; */
	ROLE_LANE_PAUSE,   /* time without keys, and what is not shown of them */
	ROLE_COUNT
};

enum theme_role theme_kind(enum kind_group group); /* of the signs of events */
struct style theme_style(enum theme_depth depth, enum theme_role role);

#endif
