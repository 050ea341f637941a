/* SPDX-License-Identifier: ISC */
#include "log/marks.h"

#include "base/diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)4 << 20)

static struct marks *
marks_of(struct edit *x)
{
	return (struct marks *)x;
}

/* ---- what is wanted ---- */

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
}

/* Room for one more behind the N of V; what grows is what was returned. */
static void *
grow(void *v, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return v;
	*cap = *cap ? 2 * *cap : 16;
	p = realloc(v, *cap * size);
	if (!p)
		free(v);
	return p;
}

int
marks_plan(struct marks *k, const char *at, struct span label, struct err *e)
{
	struct mark *m;

	if (k->n == MARKS_MAX || label.n > MARKS_LABEL_MAX)
		return err_set(e, ERR_LIMIT,
			"more than %d markers, or %d bytes of a label", MARKS_MAX,
			MARKS_LABEL_MAX);
	m = grow(k->v, k->n, &k->cap, sizeof *k->v);
	k->v = m;
	if (!m) {
		k->n = 0;
		return no_memory(e);
	}
	m += k->n;
	*m = (struct mark){ .order = k->n };
	m->text = strdup(at);
	m->label = strndup((const char *)label.p, label.n);
	k->n++; /* marks_free() */
	return m->text && m->label ? moment_parse(&m->at, m->text, e) : no_memory(e);
}

/* "TIME LABEL": the label is what stands behind the first blank. */
static int
plan_line(struct marks *k, char *line, struct err *e)
{
	size_t time;

	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return 0;
	time = strcspn(line, " \t");
	if (line[time])
		line[time++] = 0;
	return marks_plan(k, line, span_str(line + time + strspn(line + time, " \t")), e);
}

static int
read_file(const char *path, struct buf *out, struct err *e)
{
	struct src *s;
	ssize_t n = 1;
	int r = fdio_open_src(&s, path, e);

	if (r < 0)
		return r;
	buf_init(out, FILE_MAX);
	while (n > 0 && buf_reserve(out, 4096) == 0) {
		n = src_read_at(s, out->n, out->p + out->n, 4096, e);
		out->n += n > 0 ? (size_t)n : 0;
	}
	src_close(s);
	if (n > 0)
		return err_set(e, ERR_LIMIT, "more than %zu bytes of markers", FILE_MAX);
	return n < 0 ? e->code : 0;
}

int
marks_plan_file(struct marks *k, const char *path, struct err *e)
{
	struct buf text = { 0 };
	int r = read_file(path, &text, e), number = 1;
	char *line = r == 0 ? (char *)(uintptr_t)buf_cstr(&text) : NULL;

	if (r == 0 && !line)
		r = no_memory(e);
	for (char *next; r == 0 && line; line = next, number++) {
		struct err inner;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		r = plan_line(k, line, &inner);
		if (r < 0)
			err_set(e, r, "%s, line %d: %s", input_name(path), number,
				inner.text);
	}
	buf_free(&text);
	return r;
}

int
marks_drop(struct marks *k, const char *number, struct err *e)
{
	uint64_t *v;
	long n;

	if (opt_int(number, "the number of a marker", 1, 1000000000, &n, e) < 0)
		return e->code;
	v = grow(k->numbers, k->nnumbers, &k->cap, sizeof *v);
	k->numbers = v;
	if (!v)
		return no_memory(e);
	v[k->nnumbers++] = (uint64_t)n;
	return 0;
}

void
marks_free(struct marks *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->v[i].text);
		free(k->v[i].label);
	}
	free(k->v);
	free(k->numbers);
}

/* ---- in ---- */

static int
by_time(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->at.at_ns != y->at.at_ns)
		return x->at.at_ns < y->at.at_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int
find_places(struct marks *k, struct err *e)
{
	struct moment *at = calloc(k->n, sizeof *at);
	int64_t duration;
	int r;

	if (!at)
		return no_memory(e);
	for (size_t i = 0; i < k->n; i++)
		at[i] = k->v[i].at;
	r = moments_find(at, k->n, &k->edit.copy.in, &duration, e);
	for (size_t i = 0; i < k->n; i++)
		k->v[i].at = at[i];
	free(at);
	if (r == 0)
		qsort(k->v, k->n, sizeof *k->v, by_time);
	return r;
}

static int
before(struct edit *x)
{
	struct err e;

	return find_places(marks_of(x), &e) < 0 ? diag_fail(&e, x->copy.in.name) : 0;
}

static int
put_mark(struct marks *k, struct err *e)
{
	const struct mark *mark = &k->v[k->next++];
	struct buf text = { 0 };
	struct jsonw w;
	struct msg m;
	int r;

	vendor_begin(&m, VENDOR_MARKER, &w, &text);
	jsonw_kstr(&w, "label", mark->label);
	r = vendor_end(&m, &w) < 0 ? no_memory(e)
				   : edit_put_event(&k->edit, &m, mark->at.at_ns, e);
	buf_free(&text);
	return r;
}

static bool
is_end(const struct msg *m)
{
	return m->type == MSG_EXIT || m->type == MSG_EXIT_SIGNAL ||
	       m->type == MSG_CLOSE_WRITE || m->type == MSG_CLOSE ||
	       m->type == MSG_DISCONNECT;
}

static int
pass_adding(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct marks *k = marks_of(x);
	int64_t until = is_end(m) ? at_ns : at_ns - 1;
	int r = 0;

	while (r == 0 && k->next < k->n && k->v[k->next].at.at_ns <= until)
		r = put_mark(k, e);
	return r < 0 ? r : edit_put(x, m, at_ns, e);
}

static int
last_added(struct edit *x, struct err *e)
{
	struct marks *k = marks_of(x);
	int r = 0;

	while (r == 0 && k->next < k->n && k->v[k->next].at.at_ns <= x->put_ns)
		r = put_mark(k, e);
	if (r == 0 && k->next < k->n)
		return err_set(e, ERR_USAGE, "the recording ends before %.40s",
			k->v[k->next].at.text);
	return r;
}

int
marks_add(struct marks *k, const struct clk *clk)
{
	snprintf(k->edit.how, sizeof k->edit.how, "%zu put in", k->n);
	k->edit.before = before;
	k->edit.pass = pass_adding;
	k->edit.last = last_added;
	k->edit.what = "marks";
	k->edit.times_stay = true;
	return edit_run(&k->edit, clk);
}

/* ---- out ---- */

static bool
is_unwanted(const struct marks *k, const struct msg *m)
{
	struct buf label = { 0 };
	bool found = k->all;

	for (size_t i = 0; i < k->nnumbers; i++)
		found |= k->numbers[i] == k->seen;
	if (k->label && vendor_get_text(m, "label", &label))
		found |= span_is(buf_span(&label), k->label);
	buf_free(&label);
	return found;
}

static int
pass_removing(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct marks *k = marks_of(x);

	if (vendor_of(m) == VENDOR_MARKER) {
		k->seen++;
		if (is_unwanted(k, m)) {
			k->gone++;
			return 0;
		}
	}
	return edit_put(x, m, at_ns, e);
}

static int
last_removed(struct edit *x, struct err *e)
{
	const struct marks *k = marks_of(x);

	for (size_t i = 0; i < k->nnumbers; i++)
		if (k->numbers[i] > k->seen)
			return err_set(e, ERR_USAGE,
				"there is no marker %" PRIu64 ", but %" PRIu64,
				k->numbers[i], k->seen);
	return k->gone || k->all ? 0 : err_set(e, ERR_USAGE, "there is no such marker");
}

int
marks_remove(struct marks *k, const struct clk *clk)
{
	snprintf(k->edit.how, sizeof k->edit.how, "%s taken out",
		k->all     ? "all"
		: k->label ? "those of one label"
			   : "some");
	k->edit.pass = pass_removing;
	k->edit.last = last_removed;
	k->edit.what = "marks";
	k->edit.times_stay = true;
	return edit_run(&k->edit, clk);
}
