/* SPDX-License-Identifier: ISC */
/* What the tests of formats of several files share: one folder in memory, and recordings in it
 * listed, looked into and written as another format. */
#ifndef TESTS_FOLDER_UTIL_H
#define TESTS_FOLDER_UTIL_H

#include "tests/unit/cast_util.h"
#include "tests/unit/folder.h"

static struct folder box;

static UNUSED void
box_open(void)
{
	box = (struct folder){ .step = 3 };
}

static UNUSED void
box_close(void)
{
	ck_assert_int_eq(box.open, 0);
	folder_free(&box);
}

static UNUSED char *
list_with(const char *name, struct tape_opts o)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	struct tape *t;
	char *text;

	ck_assert_msg(tape_open(&t, folder_src(&box, name), &o, &e) == 0, "%s", e.text);
	list_tape(&out, t);
	tape_close(t);
	text = strdup(buf_cstr(&out));
	buf_free(&out);
	return text;
}

static UNUSED char *
list(const char *name)
{
	return list_with(name, (struct tape_opts){ 0 });
}

static UNUSED void
add(const char *name, const char *text)
{
	folder_add(&box, name, span_str(text));
}

static UNUSED void
has(const char *name, const char *what)
{
	char *text = list(name);

	ck_assert_msg(strstr(text, what) != NULL, "%s\nhas no %s", text, what);
	free(text);
}

/* NAME as F into the file OUT of the folder. */
static UNUSED void
write_as(const char *name, enum tape_format f, const char *out, struct lost_list *lost)
{
	struct tapew_opts o = { .lost = lost ? see_lost : NULL, .ctx = lost };
	const struct msg *m;
	struct err e = { 0 };
	struct tapew *w;
	struct tape *t;
	int64_t at;

	ck_assert_int_eq(tape_open(&t, folder_src(&box, name), NULL, NULL), 0);
	ck_assert_int_eq(tapew_open(&w, f, folder_dst(&box, out), &o, &e), 0);
	while (tape_next(t, &m, &at, NULL) > 0)
		ck_assert_msg(tapew_put(w, m, &e) == 0, "%s", e.text);
	ck_assert_msg(tapew_close(w, &e) == 0, "%s", e.text);
	tape_close(t);
}

#endif
