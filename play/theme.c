/* SPDX-License-Identifier: ISC */
#include "play/theme.h"

#define X(i) COLOR_OF_INDEX(i)

/* 256 colours and more: grey tones that stay calm on dark and light terminals. */
static const struct style rich[ROLE_COUNT] = {
	[ROLE_BAR] = { X(252), X(236), 0 },
	[ROLE_BAR_STATE] = { X(117), X(236), CELL_BOLD },
	[ROLE_BAR_FAINT] = { X(245), X(236), 0 },
	[ROLE_BAR_ALERT] = { X(215), X(236), CELL_BOLD },
	[ROLE_TIME_DONE] = { X(117), X(240), 0 },
	[ROLE_TIME_REST] = { X(117), X(240), 0 },
	[ROLE_TIME_DARK] = { X(117), X(238), 0 },
	[ROLE_FRAME] = { X(240), 0, 0 },
	[ROLE_TITLE] = { X(246), 0, 0 },
	[ROLE_LIST] = { X(245), 0, 0 },
	[ROLE_LIST_TIME] = { X(242), 0, 0 },
	[ROLE_LIST_PAST] = { X(252), 0, 0 },
	[ROLE_LIST_NOW] = { X(117), 0, CELL_BOLD },
	[ROLE_LIST_SELECTED] = { X(255), X(239), 0 },
	[ROLE_KEY] = { X(117), 0, 0 },
	[ROLE_FOUND] = { X(16), X(221), 0 },
	[ROLE_FOUND_TOO] = { X(230), X(94), 0 },
	[ROLE_SELECTED] = { X(255), X(61), 0 },
	[ROLE_CONCEAL] = { X(16), X(180), CELL_ITALIC },
	[ROLE_TIME_PAST] = { X(117), 0, 0 },
	[ROLE_TIME_NEXT] = { X(245), 0, 0 },
	[ROLE_TIME_UNREAD] = { X(239), 0, 0 },
	[ROLE_TIME_HEAD] = { X(231), 0, CELL_BOLD },
	[ROLE_KIND_SESSION] = { X(110), 0, 0 },
	[ROLE_KIND_RUN] = { X(114), 0, 0 },
	[ROLE_KIND_PROCESS] = { X(180), 0, 0 },
	[ROLE_KIND_MARK] = { X(221), 0, CELL_BOLD },
	[ROLE_KIND_WARN] = { X(209), 0, CELL_BOLD },
	[ROLE_LANE_NOW] = { X(16), X(117), CELL_BOLD },
	[ROLE_LANE] = { X(252), X(235), 0 },
	[ROLE_LANE_OLD] = { X(243), X(235), 0 },
	[ROLE_LANE_PAUSE] = { X(180), X(235), 0 },
};

static const struct style plain[ROLE_COUNT] = {
	[ROLE_BAR] = { X(7), X(0), 0 },
	[ROLE_BAR_STATE] = { X(6), X(0), CELL_BOLD },
	[ROLE_BAR_FAINT] = { X(7), X(0), CELL_DIM },
	[ROLE_BAR_ALERT] = { X(3), X(0), CELL_BOLD },
	[ROLE_TIME_DONE] = { X(6), X(0), 0 },
	[ROLE_TIME_REST] = { X(7), X(0), 0 },
	[ROLE_TIME_DARK] = { X(7), X(0), CELL_DIM },
	[ROLE_FRAME] = { 0, 0, CELL_DIM },
	[ROLE_TITLE] = { 0, 0, CELL_DIM },
	[ROLE_LIST_TIME] = { 0, 0, CELL_DIM },
	[ROLE_LIST_NOW] = { X(6), 0, CELL_BOLD },
	[ROLE_LIST_SELECTED] = { 0, 0, CELL_REVERSE },
	[ROLE_KEY] = { X(6), 0, 0 },
	[ROLE_FOUND] = { X(0), X(3), 0 },
	[ROLE_FOUND_TOO] = { X(0), X(6), 0 },
	[ROLE_SELECTED] = { X(7), X(4), CELL_BOLD },
	[ROLE_CONCEAL] = { X(0), X(3), CELL_ITALIC },
	[ROLE_TIME_PAST] = { X(6), 0, 0 },
	[ROLE_TIME_NEXT] = { 0, 0, 0 },
	[ROLE_TIME_UNREAD] = { 0, 0, CELL_DIM },
	[ROLE_TIME_HEAD] = { X(7), 0, CELL_BOLD },
	[ROLE_KIND_SESSION] = { X(4), 0, 0 },
	[ROLE_KIND_RUN] = { X(2), 0, 0 },
	[ROLE_KIND_PROCESS] = { X(3), 0, 0 },
	[ROLE_KIND_MARK] = { X(3), 0, CELL_BOLD },
	[ROLE_KIND_WARN] = { X(1), 0, CELL_BOLD },
	[ROLE_LANE_NOW] = { X(0), X(6), 0 },
	[ROLE_LANE_OLD] = { 0, 0, CELL_DIM },
	[ROLE_LANE_PAUSE] = { 0, 0, CELL_DIM },
};

static const struct style mono[ROLE_COUNT] = {
	[ROLE_BAR] = { 0, 0, CELL_REVERSE },
	[ROLE_BAR_STATE] = { 0, 0, CELL_REVERSE | CELL_BOLD },
	[ROLE_BAR_FAINT] = { 0, 0, CELL_REVERSE },
	[ROLE_BAR_ALERT] = { 0, 0, CELL_REVERSE | CELL_BOLD },
	[ROLE_TIME_DONE] = { 0, 0, CELL_REVERSE },
	[ROLE_TIME_REST] = { 0, 0, CELL_REVERSE },
	[ROLE_TIME_DARK] = { 0, 0, CELL_REVERSE },
	[ROLE_FRAME] = { 0, 0, CELL_DIM },
	[ROLE_TITLE] = { 0, 0, CELL_DIM },
	[ROLE_LIST_TIME] = { 0, 0, CELL_DIM },
	[ROLE_LIST_NOW] = { 0, 0, CELL_BOLD },
	[ROLE_LIST_SELECTED] = { 0, 0, CELL_REVERSE },
	[ROLE_KEY] = { 0, 0, CELL_BOLD },
	[ROLE_FOUND] = { 0, 0, CELL_REVERSE | CELL_BOLD | CELL_UNDERLINE },
	[ROLE_FOUND_TOO] = { 0, 0, CELL_UNDERLINE | CELL_BOLD },
	[ROLE_SELECTED] = { 0, 0, CELL_REVERSE | CELL_UNDERLINE },
	[ROLE_CONCEAL] = { 0, 0, CELL_REVERSE | CELL_ITALIC },
	[ROLE_TIME_UNREAD] = { 0, 0, CELL_DIM },
	[ROLE_TIME_HEAD] = { 0, 0, CELL_REVERSE | CELL_BOLD },
	[ROLE_KIND_MARK] = { 0, 0, CELL_BOLD },
	[ROLE_KIND_WARN] = { 0, 0, CELL_BOLD },
	[ROLE_LANE_NOW] = { 0, 0, CELL_REVERSE },
	[ROLE_LANE_OLD] = { 0, 0, CELL_DIM },
	[ROLE_LANE_PAUSE] = { 0, 0, CELL_DIM },
};

enum theme_role
theme_kind(enum kind_group group)
{
	static const enum theme_role roles[] = { [KIND_SESSION] = ROLE_KIND_SESSION,
		[KIND_RAN] = ROLE_KIND_RUN,
		[KIND_DID] = ROLE_KIND_PROCESS,
		[KIND_MARKS] = ROLE_KIND_MARK,
		[KIND_WARN] = ROLE_KIND_WARN };

	return roles[group];
}

struct style
theme_style(enum theme_depth depth, enum theme_role role)
{
	if (depth >= THEME_256)
		return rich[role];
	return depth == THEME_MONO ? mono[role] : plain[role];
}
