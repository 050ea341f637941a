/* SPDX-License-Identifier: ISC */
/* A contact sheet over all of a recording. */
#include "log/scene.h"

#include "base/diag.h"
#include "base/when.h"
#include "log/cmd.h"
#include "render/sheet.h"

#include <stdio.h>

static int
take(void *ctx, struct scene *s, struct err *e)
{
	char caption[300], at[WHEN_TEXT_MAX];

	snprintf(caption, sizeof caption, "%s  %s",
		when_format(at, reel_time(s->reel), 0), scene_ran(s));
	return sheet_add(ctx, reel_screen(s->reel), caption, e);
}

static void
make_title(const struct scene *s, char out[400])
{
	char length[WHEN_TEXT_MAX], start[WHEN_TEXT_MAX] = "";

	if (s->info.has_wall)
		when_format_local(start, s->info.start_ns, 0);
	snprintf(out, 400, "%s   %s%s%s", s->title ? s->title : s->name, start,
		*start ? "   " : "", when_format(length, s->duration_ns, 0));
}

int
scene_sheet(struct scene *s, int cols, int rows)
{
	char title[400];
	struct sheet_opts o = {
		.cols = cols, .rows = rows, .title = title, .theme = s->theme
	};
	struct scene_plan p = { .count = cols * rows, .take = take };
	struct buf doc;
	struct sheet *sheet;
	struct err e;
	int rc;

	make_title(s, title);
	if (sheet_open(&sheet, (enum render_format)s->format, &o, &e) < 0)
		return diag_fail(&e, NULL);
	p.ctx = sheet;
	buf_init(&doc, (size_t)1 << 30);
	rc = scene_walk(s, &p, &e);
	if (rc == 0)
		rc = sheet_put(sheet, &doc, &e);
	if (rc == 0)
		rc = scene_put(s, &doc, &e);
	buf_free(&doc);
	sheet_close(sheet);
	return rc < 0 ? diag_fail(&e, NULL) : scene_status(s);
}
