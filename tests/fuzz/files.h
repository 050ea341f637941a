/* SPDX-License-Identifier: ISC */
/* What the fuzz targets of formats of several files share: the input is files, each behind a line
 * "@NAME"; read, gone back in, written and read again, with the same bytes. */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include "format/tapew.h"
#include "tests/fuzz/must.h"
#include "tests/unit/folder.h"

static void
fuzz_folder(struct folder *f, struct span s)
{
	struct span body = s;
	char name[32] = "a";

	*f = (struct folder){ 0 };
	for (size_t i = 0; i <= s.n; i++) {
		bool mark = i < s.n && s.p[i] == '@' && (i == 0 || s.p[i - 1] == '\n');
		size_t k = i + 1;

		if (!mark && i < s.n)
			continue;
		if (f->n < FOLDER_FILES - 4 && (i || !mark))
			folder_add(f, name, span_of(body.p, (size_t)(s.p + i - body.p)));
		while (k < s.n && s.p[k] != '\n' && k - i < sizeof name - 1)
			k++;
		if (k - i <= 1 || k >= s.n)
			continue;
		memcpy(name, s.p + i + 1, k - i - 1);
		name[k - i - 1] = 0;
		body = span_of(s.p + k + 1, s.n - k - 1);
	}
}

struct fuzz_sum {
	uint64_t hash, messages, bytes;
	int64_t last;
};

/* All of T, into W, too, where there is one. */
static struct fuzz_sum
fuzz_read(struct tape *t, struct tapew *w)
{
	struct fuzz_sum s = { 0 };
	const struct msg *m;
	int64_t at;

	while (tape_next(t, &m, &at, NULL) > 0) {
		must(at >= s.last);
		s.last = at;
		s.messages++;
		for (size_t i = 0; m->type == MSG_IO && i < m->p.io.data.n;
			i++, s.bytes++)
			s.hash = s.hash * 31 + m->p.io.data.p[i];
		if (w)
			must(tapew_put(w, m, NULL) == 0);
	}
	return s;
}

/* The first file of F as a tape, read from its beginning and from its middle; written as
 * FORMAT.  EXACT: what was written holds the same bytes in the same order. */
static void
fuzz_tape(struct folder *f, enum tape_format format, bool exact)
{
	struct src *src = folder_src(f, f->file[0].name);
	struct folder to = { 0 };
	struct tape_opts o = { 0 };
	struct fuzz_sum first, again;
	struct tape_pos middle;
	const struct msg *m;
	struct tapew *w;
	struct tape *t;
	int64_t at;

	if (tape_open(&t, src, &o, NULL) < 0)
		return;
	first = fuzz_read(t, NULL);
	must(tape_rewind(t, NULL) == 0);
	for (uint64_t i = 0; i < first.messages / 2; i++)
		must(tape_next(t, &m, &at, NULL) > 0);
	middle = tape_tell(t);
	again = fuzz_read(t, NULL);
	must(tape_seek(t, &middle, NULL) == 0);
	must(fuzz_read(t, NULL).hash == again.hash);
	must(tape_rewind(t, NULL) == 0);
	must(tapew_open(&w, format, folder_dst(&to, "written"), NULL, NULL) == 0);
	again = fuzz_read(t, w);
	must(again.hash == first.hash && again.messages == first.messages);
	must(tapew_close(w, NULL) == 0);
	tape_close(t);
	must(tape_open(&t, folder_src(&to, "written"), &o, NULL) == 0);
	again = fuzz_read(t, NULL);
	must(!exact || (again.hash == first.hash && again.bytes == first.bytes));
	tape_close(t);
	must(f->open == 0 && to.open == 0);
	folder_free(&to);
}

#endif
