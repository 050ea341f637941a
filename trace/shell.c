/* SPDX-License-Identifier: ISC */
#include "trace/shell.h"

#define DOUBLE_NS (20 * NS_PER_MS) /* two shell integrations tell the same command */

void
shells_init(struct shells *s, struct trace_session *session)
{
	memset(s, 0, offsetof(struct shells, echo));
	s->session = session;
	echo_stop(&s->echo);
	s->next_id = 1;
	s->tokens = SHELL_CLAIMS_MAX * NS_PER_S;
	buf_init(&s->typed, MARKS_BODY_MAX);
	buf_init(&s->claim.text, MARKS_BODY_MAX);
	buf_init(&s->claim.line, MARKS_BODY_MAX);
	buf_init(&s->verified.text, MARKS_BODY_MAX);
	buf_init(&s->verified.line, MARKS_BODY_MAX);
}

static void
tell(struct shells *s, enum trace_kind kind, const struct trace_command *c, int64_t now)
{
	struct trace_event ev = {
		.kind = kind, .source = trace_marks.name, .at_ns = now, .u.command = *c
	};

	s->session->take(s->session->ctx, &ev);
}

static void
tell_dropped(struct shells *s, int64_t now)
{
	struct trace_event ev = { .kind = TRACE_GAP,
		.source = trace_marks.name,
		.at_ns = now,
		.u.gap = { .what = "claimed commands",
			.why = "more than a shell can run",
			.count = s->dropped,
			.from_ns = s->dropped_from_ns,
			.to_ns = s->dropped_to_ns } };

	if (s->dropped)
		s->session->take(s->session->ctx, &ev);
	s->dropped = 0;
}

/* Whether one more claim may be told now. */
static bool
may_claim(struct shells *s, int64_t now)
{
	s->tokens += (now - s->tokens_ns) * SHELL_CLAIMS_RATE;
	if (s->tokens > SHELL_CLAIMS_MAX * NS_PER_S || s->tokens < 0 || !s->tokens_ns)
		s->tokens = SHELL_CLAIMS_MAX * NS_PER_S;
	s->tokens_ns = now;
	if (s->tokens < NS_PER_S) {
		if (!s->dropped++)
			s->dropped_from_ns = now;
		s->dropped_to_ns = now;
		return false;
	}
	tell_dropped(s, now);
	s->tokens -= NS_PER_S;
	return true;
}

/* ---- the end of a command ---- */

static void
end(struct shells *s, struct shell *sh, int status, const char *why, bool verified,
	int64_t now)
{
	if (!sh->running)
		return;
	sh->running = false;
	sh->cmd.status = status;
	sh->cmd.why = status < 0 ? why : NULL;
	sh->cmd.end_ns = now;
	sh->cmd.verified = verified;
	tell(s, TRACE_COMMAND_END, &sh->cmd, now);
}

static bool
take_end(struct shells *s, struct shell *sh, const struct mark *m, int64_t now)
{
	bool ours = !m->id.p || span_eq(m->id, span_of(sh->id, sh->id_n));

	if (!sh->running || !ours)
		return false;
	end(s, sh, m->status, "the shell did not tell it", m->verified, now);
	return true;
}

/* While a verified shell prompts, nobody else has a say in what is typed. */
static bool
owns_line(const struct shells *s, const struct mark *m)
{
	return m->verified || !s->verified.seen || s->verified.running;
}

static bool
take_prompt(struct shells *s, struct shell *sh, const struct mark *m, int64_t now)
{
	bool running = sh->running;

	if (owns_line(s, m))
		echo_stop(&s->echo);
	sh->has_line = false;
	end(s, sh, -1, "the shell prompts again", m->verified, now);
	return running;
}

/* ---- its start ---- */

/* The text, from whoever is sure of it. */
static void
find_text(struct shells *s, struct shell *sh, const struct mark *m)
{
	struct trace_command *c = &sh->cmd;
	struct span told = m->text.p ? m->text : buf_span(&sh->line), typed;
	bool has_told = m->text.p || sh->has_line, has_typed;

	buf_clear(&s->typed);
	buf_clear(&sh->text);
	has_typed = echo_text(&s->echo, &s->typed);
	typed = buf_span(&s->typed);
	c->text_by = "shell";
	c->cut = m->cut;
	if (m->hidden && m->repeat && has_told && has_typed && span_eq(told, typed)) {
		buf_add_span(&sh->text, told);
	} else if (!m->hidden && has_told) {
		buf_add_span(&sh->text, told);
	} else if (has_typed) {
		buf_add_span(&sh->text, typed);
		c->text_by = "screen";
	} else {
		c->text_by = NULL;
	}
	c->missing = c->text_by  ? NULL
		     : m->hidden ? "hidden from the shell's history"
				 : "the shell did not tell it";
	c->text = c->text_by ? buf_span(&sh->text) : (struct span){ 0 };
}

static void
find_cwd(struct shell *sh, const struct mark *m)
{
	buf_clear(&sh->cwd);
	buf_add_span(&sh->cwd, m->cwd.p ? m->cwd : buf_span(&sh->next_cwd));
	sh->cmd.cwd = sh->cwd.n ? buf_span(&sh->cwd) : (struct span){ 0 };
}

static void
keep_id(struct shell *sh, struct span id)
{
	sh->id_n = id.n < sizeof sh->id ? id.n : sizeof sh->id;
	if (sh->id_n)
		memcpy(sh->id, id.p, sh->id_n);
}

/* A second integration of the same shell tells what the verified one has told, or is about
 * to tell from its prompt. */
static bool
is_double(
	const struct shells *s, const struct shell *sh, const struct mark *m, int64_t now)
{
	const struct shell *v = &s->verified;
	struct span text;

	if (sh == v || !v->seen)
		return false;
	if (!v->running)
		return true;
	text = m->text.p ? m->text : buf_span(&sh->line);
	return now - v->cmd.start_ns < DOUBLE_NS &&
	       ((!m->text.p && !sh->has_line) || span_eq(text, v->cmd.text));
}

static bool
take_start(struct shells *s, struct shell *sh, const struct mark *m, int64_t now)
{
	bool was_running = sh->running;

	if (is_double(s, sh, m, now) || (sh == &s->claim && !may_claim(s, now)))
		return false;
	if (was_running)
		end(s, sh, m->status, "the shell began another command", m->verified,
			now);
	sh->cmd = (struct trace_command){ .id = s->next_id++,
		.within = sh == &s->claim && s->verified.running ? s->verified.cmd.id : 0,
		.verified = sh == &s->verified,
		.origin = m->origin,
		.start_ns = now,
		.status = -1 };
	find_text(s, sh, m);
	find_cwd(sh, m);
	keep_id(sh, m->id);
	echo_stop(&s->echo);
	sh->loose = sh == &s->verified && !m->verified;
	sh->running = true;
	sh->has_line = false;
	s->session->commands++;
	tell(s, TRACE_COMMAND_START, &sh->cmd, now);
	return true;
}

/* Whose mark this is.  One without the nonce goes to the verified shell only as the
 * continuation of a line that came with it. */
static struct shell *
route(struct shells *s, const struct mark *m)
{
	struct shell *v = &s->verified;

	if (m->verified)
		return v;
	if (m->kind == MARK_START && v->has_line && !v->running)
		return v;
	if ((m->kind == MARK_END || m->kind == MARK_PROMPT) && v->running && v->loose)
		return v;
	return &s->claim;
}

bool
shells_take(struct shells *s, const struct mark *m, int64_t now)
{
	struct shell *sh = route(s, m);

	sh->seen |= m->verified;
	switch (m->kind) {
	case MARK_PROMPT:
		return take_prompt(s, sh, m, now);
	case MARK_TYPED:
		if (owns_line(s, m))
			echo_start(&s->echo);
		return false;
	case MARK_LINE:
		buf_clear(&sh->line);
		buf_add_span(&sh->line, m->text);
		sh->has_line = true;
		return false;
	case MARK_CWD:
		buf_clear(&sh->next_cwd);
		buf_add_span(&sh->next_cwd, m->cwd);
		return false;
	case MARK_START:
		return take_start(s, sh, m, now);
	case MARK_END:
		return take_end(s, sh, m, now);
	case MARK_NONE:
		break;
	}
	return false;
}

static void
release(struct shell *sh)
{
	buf_free(&sh->text);
	buf_free(&sh->cwd);
	buf_free(&sh->line);
	buf_free(&sh->next_cwd);
}

void
shells_stop(struct shells *s, int64_t now)
{
	end(s, &s->claim, -1, "the session ended", false, now);
	end(s, &s->verified, -1, "the session ended", true, now);
	tell_dropped(s, now);
	buf_free(&s->typed);
	release(&s->claim);
	release(&s->verified);
}
