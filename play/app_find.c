/* SPDX-License-Identifier: ISC */
/* Finding: the prompt, n and N, what is told about a hit. */
#include "play/app_impl.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define SCOPES (SEARCH_EVENTS + 1)

/* --- what is told --- */

/* Only a hit that the screen shows needs no words. */
static bool
can_be_seen(const struct find *f)
{
	return f->now.scope == SEARCH_SHOWN && f->hit.row >= 0;
}

/* "hit 5 of 17+, from the start again: cat /etc/shadow"; "+" as long as there may be more. */
static void
say_hit(struct app *a)
{
	const struct find *f = &a->find;
	struct find_state st = find_state(f);
	const char *line = a->finding.line, *round = "";
	uint64_t number = 0;

	if (f->wrapped && st.full)
		round = ", round what could be kept to be searched";
	else if (f->wrapped)
		round = f->hit_dir > 0 ? ", from the start again"
				       : ", from the end again";
	find_number(f, &number);
	snprintf(a->toast, sizeof a->toast, "hit %llu of %llu%s%s%s%s%s",
		(unsigned long long)number, (unsigned long long)st.hits,
		st.all && !st.full ? "" : "+", round,
		*line && f->now.scope == SEARCH_SHOWN ? ", scrolled by at once" : "",
		*line ? ": " : "", line);
}

static void
keep_line(struct app *a, struct span line)
{
	if (line.n >= sizeof a->finding.line)
		line.n = sizeof a->finding.line - 1;
	line.n -= utf8_tail(line);
	memcpy(a->finding.line, line.p, line.n);
	a->finding.line[line.n] = 0;
}

static void
tell_hit(struct app *a)
{
	struct buf line = { 0 };

	app_toast(a, "%s", "");
	a->finding.line[0] = 0;
	if (!can_be_seen(&a->find) && find_line(&a->find, &a->find.hit, &line) == 0)
		keep_line(a, buf_span(&line));
	buf_free(&line);
	a->finding.telling = true;
	say_hit(a);
}

static void
tell_nothing(struct app *a)
{
	struct find_state st = find_state(&a->find);
	const char *text = a->find.now.text;

	if (st.full)
		app_toast(
			a, "not found: %s (not all could be kept to be searched)", text);
	else if (st.given_up)
		app_toast(a, "not found: %s (it took too long on %u lines)", text,
			st.given_up);
	else
		app_toast(a, "not found%s: %s", st.all ? "" : " so far", text);
}

/* --- going --- */

/* A hit was chosen: there. */
static unsigned
arrive(struct app *a)
{
	const struct search_hit *h = &a->find.hit;
	unsigned flags;

	a->view.follow = a->list.follow = a->results.list.follow = true;
	flags = app_answer(a, player_seek_message(a->player, h->n, h->at_ns, a->now), "");
	tell_hit(a);
	return flags | APP_PAINT;
}

unsigned
app_find_to(struct app *a, const struct search_hit *hit)
{
	player_cancel(a->player, a->now);
	player_pause(a->player, true, a->now);
	find_choose(&a->find, hit);
	return arrive(a);
}

unsigned
app_find_pursue(struct app *a)
{
	switch (find_pursue(&a->find)) {
	case FIND_THERE:
		return arrive(a);
	case FIND_NOWHERE:
		tell_nothing(a);
		break;
	case FIND_FAILED:
		app_toast(a, "%s: %s", a->find.now.text, a->find.now.err.text);
		break;
	case FIND_ON:
		break;
	}
	return APP_PAINT;
}

static unsigned
find(struct app *a, int dir)
{
	if (!a->find.now.search) {
		app_toast(a, "nothing to find yet: enter a text with /");
		return APP_PAINT;
	}
	a->toast_end = 0;
	player_cancel(a->player, a->now);
	player_pause(a->player, true, a->now);
	a->find.lit = true;
	find_go(&a->find, dir * a->find.dir);
	return app_find_pursue(a);
}

unsigned
app_find_next(struct app *a, const char *arg)
{
	(void)arg;
	return find(a, 1);
}

unsigned
app_find_previous(struct app *a, const char *arg)
{
	(void)arg;
	return find(a, -1);
}

void
app_find_close(struct app *a)
{
	find_stop(&a->find);
	a->find.lit = a->find.has_hit = a->find.here = false;
}

bool
app_find_idle(struct app *a)
{
	bool any = find_idle(&a->find);

	if (any && a->finding.telling && a->toast_end)
		say_hit(a);
	return any;
}

/* --- the prompt --- */

static unsigned
open(struct app *a, enum app_prompt kind, int dir)
{
	find_stop(&a->find);
	a->find.dir = dir;
	a->finding.scope = SEARCH_SHOWN;
	a->finding.scope_chosen = false;
	return app_prompt_open(a, kind);
}

unsigned
app_find(struct app *a, const char *arg)
{
	(void)arg;
	return open(a, APP_PROMPT_FIND, 1);
}

unsigned
app_find_back(struct app *a, const char *arg)
{
	(void)arg;
	return open(a, APP_PROMPT_FIND_BACK, -1);
}

#define LABELS(sign)                                                                 \
	{                                                                            \
		{ sign, sign "plain: " }, { sign "typed: ", sign "typed, plain: " }, \
			{ sign "events: ", sign "events, plain: " },                 \
	}

const char *
app_find_label(const struct app *a)
{
	static const char *const labels[2][SCOPES][2] = { LABELS("/"), LABELS("?") };

	return labels[a->find.dir < 0][a->finding.scope][a->finding.plain];
}

static void
rewrite(struct app *a, const char *text)
{
	find_write(&a->find, text, a->finding.plain, a->finding.scope);
}

/* "t:" at the front chooses the scope, once. */
static void
take_prefix(struct app *a, struct prompt *p)
{
	static const char prefixes[SCOPES] = { 's', 't', 'e' };
	const char *at = memchr(prefixes, p->text[0], sizeof prefixes);

	if (a->finding.scope_chosen || p->n < 2 || p->text[1] != ':' || !at)
		return;
	a->finding.scope = (enum search_scope)(at - prefixes);
	a->finding.scope_chosen = true;
	prompt_cut(p, 0, 2);
}

unsigned
app_find_edit(struct app *a, struct prompt *p)
{
	take_prefix(a, p);
	rewrite(a, p->text);
	return APP_PAINT;
}

bool
app_find_key(struct app *a, struct prompt *p, uint32_t key)
{
	bool back = key == K_BACKSPACE || key == ('h' | K_CTRL);

	if (key == ('r' | K_CTRL)) {
		a->finding.plain = !a->finding.plain;
	} else if (key == ('t' | K_CTRL)) {
		a->finding.scope = (a->finding.scope + 1) % SCOPES;
		a->finding.scope_chosen = true;
	} else if (back && !p->n && a->finding.scope != SEARCH_SHOWN) {
		a->finding.scope = SEARCH_SHOWN;
		a->finding.scope_chosen = false;
	} else {
		return false;
	}
	rewrite(a, p->text);
	return true;
}

unsigned
app_find_leave(struct app *a)
{
	find_forget_draft(&a->find);
	return APP_PAINT;
}

void
app_find_note(const struct app *a, char *out, size_t size)
{
	const struct finder *s = &a->find.draft;
	struct find_state st = find_state(&a->find);

	if (!*s->text)
		snprintf(out, size, "C-t: where  C-r: plain text or not");
	else if (s->err.code)
		snprintf(out, size, "%s", s->err.text);
	else if (!st.all && st.done >= 1)
		snprintf(out, size, "%llu so far", (unsigned long long)st.hits);
	else if (!st.all)
		snprintf(out, size, "%llu so far, %d%% searched",
			(unsigned long long)st.hits, (int)(st.done * 100));
	else if (st.hits)
		snprintf(out, size, "%llu match%s%s", (unsigned long long)st.hits,
			st.hits == 1 ? "" : "es",
			st.full ? " in what could be kept" : "");
	else
		snprintf(out, size, "no match");
}

/* A new text may be on the screen already: nobody wants to be led away from it. */
static unsigned
begin(struct app *a)
{
	int shown;

	find_take_draft(&a->find);
	a->find.lit = true;
	find_marks_shown(&a->find, &shown);
	if (!shown)
		return find(a, 1);
	player_cancel(a->player, a->now);
	player_pause(a->player, true, a->now);
	find_stay(&a->find);
	a->view.follow = true;
	app_toast(a, "it is on the screen here; n looks on");
	return APP_PAINT;
}

unsigned
app_find_enter(struct app *a, const char *text)
{
	struct find *f = &a->find;
	bool again;

	if (*text) /* a key that did not change the line may have come last */
		rewrite(a, text);
	again = !*text ||
		(f->lit && find_same(&f->now, text, f->draft.plain, f->draft.scope));
	if (!again && f->draft.query)
		return begin(a);
	if (!again)
		app_toast(a, "%s: %s", text, f->draft.err.text);
	find_forget_draft(f);
	return again ? find(a, 1) : APP_PAINT;
}
