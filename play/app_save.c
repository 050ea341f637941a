/* SPDX-License-Identifier: ISC */
/* Saving the screen as it is shown: the name that is entered says as what. */
#include "play/app_impl.h"

#include "base/utf8.h"
#include "play/save.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 100

/* The recording's own name without folder and suffix; what no name should hold becomes '_'. */
static void
base_name(const char *file, char out[NAME_MAX_BYTES])
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	const char *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);

	if (n == 0 || strcmp(file, "-") == 0) {
		base = "screen";
		n = strlen(base);
	}
	if (n >= NAME_MAX_BYTES)
		n = NAME_MAX_BYTES - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)base[i] < 0x20 || base[i] == 0x7F ? '_' : base[i];
	out[n] = 0;
}

static void
default_name(const struct app *a, char *out, size_t size)
{
	int64_t s = player_view(a->player).pos_ns / NS_PER_S;
	char base[NAME_MAX_BYTES], hours[24] = "";

	base_name(a->o.name ? a->o.name : "", base);
	if (s >= 3600)
		snprintf(hours, sizeof hours, "%dh", (int)(s / 3600));
	snprintf(out, size, "%s-%s%02dm%02ds%s", base, hours, (int)(s / 60 % 60),
		(int)(s % 60), render_suffix(a->save_as));
}

unsigned
app_save(struct app *a, const char *arg)
{
	char name[PROMPT_MAX];

	(void)arg;
	player_pause(a->player, true, a->now);
	default_name(a, name, sizeof name);
	return app_prompt_fill(a, APP_PROMPT_SAVE, name);
}

static int
render(struct app *a, struct buf *out, enum render_format f, struct err *e)
{
	char title[WHEN_TEXT_MAX + NAME_MAX_BYTES + 4], at[WHEN_TEXT_MAX];
	char base[NAME_MAX_BYTES];
	struct render_opts o = { .title = title, .cursor = true };

	base_name(a->o.name ? a->o.name : "", base);
	when_format(at, player_view(a->player).pos_ns, 3);
	snprintf(title, sizeof title, "%s %s", base, at);
	return render_screen(out, reel_screen(player_reel(a->player)), f, &o, e);
}

/* As what it would be saved. */
void
app_save_note(const struct app *a, char *out, size_t size)
{
	enum render_format f;

	if (render_format_of(app_prompt(a)->text, &f))
		snprintf(out, size, "%s", render_name(f));
	else
		snprintf(out, size, "%s", render_suffixes());
}

unsigned
app_save_enter(struct app *a, const char *text)
{
	char became[SAVE_NAME_MAX], again[PROMPT_MAX];
	enum render_format f;
	struct buf out = { 0 };
	struct err e = { 0 };
	int rc;

	if (!*text)
		return APP_PAINT;
	if (!render_format_of(text, &f)) { /* the note says what is wanted */
		snprintf(again, sizeof again, "%s", text);
		return app_prompt_fill(a, APP_PROMPT_SAVE, again);
	}
	rc = render(a, &out, f, &e);
	if (rc == 0)
		rc = save_file(became, text, buf_span(&out), false, &e);
	if (rc == 0)
		app_toast(a, "saved as %s", became);
	else
		app_toast(a, "%s: %s", text, e.text);
	if (rc == 0)
		a->save_as = f;
	buf_free(&out);
	return APP_PAINT;
}
