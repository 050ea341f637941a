/* SPDX-License-Identifier: ISC */
/* Several screens, each in a file of its own that appears whole. */
#include "log/scene.h"

#include "base/diag.h"
#include "base/jsonw.h"
#include "base/when.h"
#include "format/facts.h"
#include "log/cmd.h"
#include "log/out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_BYTES 4096

struct shots {
	char stem[NAME_BYTES - 32];
	const char *suffix;
	int n;
};

/* "out/demo.png" is for out/demo-0001.png; without an output the recording gives the name. */
static int
make_stem(struct shots *x, const struct scene *s, struct err *e)
{
	const char *from = s->output ? s->output : s->name, *slash = strrchr(from, '/');
	const char *base = slash ? slash + 1 : from, *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - from) : strlen(from);

	if (n >= sizeof x->stem)
		return err_set(e, ERR_USAGE, "the name of the files is too long");
	memcpy(x->stem, from, n);
	x->stem[n] = 0;
	x->suffix = dot && s->output ? dot : render_suffix((enum render_format)s->format);
	return 0;
}

static int
tell(const struct scene *s, const char *path, struct err *e)
{
	int64_t at_ns = reel_time(s->reel);
	char at[WHEN_TEXT_MAX];
	struct out out;
	struct jsonw w;
	int rc;

	out_init(&out, STDOUT_FILENO);
	if (s->json) {
		jsonw_init(&w, &out.buf);
		jsonw_object(&w);
		jsonw_ktext(&w, "file", span_of(path, strlen(path)));
		facts_json_seconds(&w, "at", at_ns);
		jsonw_object_end(&w);
		buf_add_byte(&out.buf, '\n');
	} else {
		buf_addf(&out.buf, "%s\t%s\n", path, when_format(at, at_ns, 3));
	}
	rc = out_flush(&out, e);
	out_free(&out);
	return rc;
}

static int
take(void *ctx, struct scene *s, struct err *e)
{
	char path[NAME_BYTES];
	struct shots *x = ctx;
	struct buf doc = { 0 };
	int rc;

	if (x->n >= SCENE_SHOTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d files: take larger steps",
			SCENE_SHOTS_MAX);
	snprintf(path, sizeof path, "%s-%04d%s", x->stem, ++x->n, x->suffix);
	rc = scene_render(s, &doc, e);
	if (rc == 0)
		rc = scene_write(s, path, &doc, e);
	buf_free(&doc);
	return rc < 0 ? rc : tell(s, path, e);
}

int
scene_shots(struct scene *s, struct scene_plan plan)
{
	struct shots x = { .n = 0 };
	struct scene_plan *p = &plan;
	struct err e;

	p->take = take;
	p->ctx = &x;
	if (make_stem(&x, s, &e) < 0 || scene_walk(s, p, &e) < 0)
		return diag_fail(&e, NULL);
	if (!p->taken)
		diag_note("%s: there is no screen to show", s->in.name);
	else if (p->same && p->step_ns)
		diag_note("%s: %" PRIu64
			  " screens are left out, like the one before (--all "
			  "writes them)",
			s->in.name, p->same);
	return scene_status(s);
}
