/* SPDX-License-Identifier: ISC */
/* The header of an asciicast, told as the messages with which an audit log of the same
 * session would begin: channel, header event (the header itself as its payload, so that nothing
 * in it is lost), environment, terminal, program. */
#include "format/cast.h"

#include "base/clk.h"
#include "base/utf8.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define COLS_DEFAULT 80
#define ROWS_DEFAULT 24
#define SIZE_MAX_U16 65535

/* Two FNV-1a sums with different bases: a name for the recording, not a safeguard. */
void
cast_make_id(char out[CAST_ID_LEN + 1], struct span s)
{
	uint64_t a = UINT64_C(0xcbf29ce484222325), b = UINT64_C(0x84222325cbf29ce4);

	for (size_t i = 0; i < s.n; i++) {
		a = (a ^ s.p[i]) * UINT64_C(0x100000001b3);
		b = (b ^ s.p[s.n - 1 - i]) * UINT64_C(0x100000001b3);
	}
	snprintf(out, CAST_ID_LEN + 1, "%016" PRIx64 "%016" PRIx64, a, b);
}

static int64_t
seconds(const json_t *j, int64_t none)
{
	double v;

	if (json_is_integer(j)) {
		int64_t s = json_integer_value(j);

		return s >= 0 && s <= CAST_TIME_MAX / NS_PER_S ? s * NS_PER_S : none;
	}
	if (!json_is_real(j))
		return none;
	v = json_real_value(j);
	/* A double is exact to the nearest microsecond in any sensible time. */
	return v >= 0 && v < 1e9 ? (int64_t)(v * 1e6 + 0.5) * NS_PER_US : none;
}

static uint32_t
side(struct cast_head *h, const json_t *j, uint32_t none)
{
	json_int_t v = json_is_integer(j) ? json_integer_value(j) : -1;

	if (v < 0 || v > SIZE_MAX_U16) {
		h->odd = true;
		return none;
	}
	return (uint32_t)v;
}

static struct span
text_of(const json_t *j)
{
	return span_of(json_string_value(j), json_string_length(j));
}

static void
read_env(struct cast_head *h, json_t *env)
{
	size_t n = json_object_size(env);

	h->env = n ? calloc(n, sizeof *h->env) : NULL;
	if (!h->env)
		return;
	for (void *i = json_object_iter(env); i; i = json_object_iter_next(env, i)) {
		const json_t *v = json_object_iter_value(i);

		if (!json_is_string(v))
			continue; /* null: known, but not set */
		h->env[h->nenv].name = span_str(json_object_iter_key(i));
		h->env[h->nenv++].value = text_of(v);
	}
}

static void
read_members(struct cast_head *h)
{
	json_t *j = h->json, *term = json_object_get(j, "term"), *env, *stamp;
	bool v3 = h->version == 3;

	env = json_object_get(j, "env");
	stamp = json_object_get(j, "timestamp");
	h->cols = side(
		h, json_object_get(v3 ? term : j, v3 ? "cols" : "width"), COLS_DEFAULT);
	h->rows = side(
		h, json_object_get(v3 ? term : j, v3 ? "rows" : "height"), ROWS_DEFAULT);
	h->term = text_of(json_object_get(v3 ? term : env, v3 ? "type" : "TERM"));
	h->command = text_of(json_object_get(j, "command"));
	h->start_ns = seconds(stamp, -1);
	if (stamp && !json_is_null(stamp) && h->start_ns < 0)
		h->odd = true;
	if (h->start_ns < 0 || h->version == 1)
		h->start_ns = 0;
	h->duration_ns = seconds(json_object_get(j, "duration"), -1);
	h->idle_limit_ns = seconds(json_object_get(j, "idle_time_limit"), 0);
	read_env(h, env);
}

static int
check_version(struct cast_head *h, struct err *e)
{
	json_t *v = json_object_get(h->json, "version");

	if (!json_is_object(h->json) || !json_is_integer(v))
		return err_set(e, ERR_FORMAT, "a JSON object, but no asciicast header");
	if (json_integer_value(v) < 1 || json_integer_value(v) > 3)
		return err_set(e, ERR_UNSUPPORTED,
			"asciicast version %" JSON_INTEGER_FORMAT " is not supported",
			json_integer_value(v));
	h->version = (int)json_integer_value(v);
	return 0;
}

int
cast_head_parse(struct cast_head *h, struct span text, struct err *e)
{
	const int flags = JSON_ALLOW_NUL;
	json_error_t je;
	int rc;

	*h = (struct cast_head){ .duration_ns = -1 };
	buf_init(&h->raw, 2 * CAST_HEADER_MAX);
	if (text.n > CAST_HEADER_MAX)
		return err_set(e, ERR_LIMIT, "asciicast header of %zu bytes", text.n);
	if (utf8_clean(&h->raw, text) < 0)
		return err_set(e, ERR_NOMEM, "out of memory");
	h->json = json_loadb((const char *)h->raw.p, h->raw.n, flags, &je);
	if (!h->json)
		rc = err_set(e, ERR_FORMAT, "the header is no JSON object: %s", je.text);
	else
		rc = check_version(h, e);
	if (rc < 0) {
		cast_head_free(h);
		return rc;
	}
	cast_make_id(h->id, buf_span(&h->raw));
	read_members(h);
	return 0;
}

void
cast_head_free(struct cast_head *h)
{
	json_decref(h->json);
	buf_free(&h->raw);
	free(h->env);
	*h = (struct cast_head){ .duration_ns = -1 };
}

enum { STEP_CHANNEL, STEP_HEADER, STEP_ENV };

size_t
cast_head_count(const struct cast_head *h)
{
	return STEP_ENV + h->nenv + 2; /* terminal and program */
}

static void
terminal_message(const struct cast_head *h, struct msg *m)
{
	msg_init(m, MSG_PTY);
	m->p.pty.term = h->term.p ? h->term : SPAN_LIT("");
	m->p.pty.columns = h->cols;
	m->p.pty.rows = h->rows;
}

static void
program_message(const struct cast_head *h, struct msg *m)
{
	msg_init(m, h->command.p ? MSG_EXEC : MSG_SHELL);
	if (h->command.p)
		m->p.exec.program = h->command;
}

void
cast_head_message(const struct cast_head *h, size_t i, struct msg *m)
{
	if (i == STEP_CHANNEL) {
		msg_init(m, MSG_NEW_CHANNEL_SUCCESSFUL);
		m->p.new_channel.channel_type = SPAN_LIT("session");
	} else if (i == STEP_HEADER) {
		msg_init(m, MSG_CHANNEL_REQUEST_UNKNOWN);
		m->p.channel_request_unknown.request_type = SPAN_LIT("header@auditrec");
		m->p.channel_request_unknown.payload = buf_span(&h->raw);
	} else if (i < STEP_ENV + h->nenv) {
		msg_init(m, MSG_SETENV);
		m->p.setenv.name = h->env[i - STEP_ENV].name;
		m->p.setenv.value = h->env[i - STEP_ENV].value;
	} else if (i == STEP_ENV + h->nenv) {
		terminal_message(h, m);
	} else {
		program_message(h, m);
	}
}
