/* SPDX-License-Identifier: ISC */
/* A store that takes everything and keeps nothing. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

static int
none_create(struct store *s, const char *id, const struct meta *m, struct store_file **f,
	struct err *e)
{
	(void)m;
	*f = calloc(1, sizeof **f);
	if (!*f)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	(*f)->store = s;
	snprintf((*f)->id, sizeof(*f)->id, "%s", id);
	return 0;
}

static int
none_has_not(struct err *e)
{
	return err_set(e, ERR_NOTFOUND, "nothing is kept here");
}

static int
none_resume(struct store *s, const char *id, struct store_file **f, struct err *e)
{
	(void)s;
	(void)id;
	(void)f;
	return none_has_not(e);
}

static ssize_t
none_append(struct store_file *f, const void *p, size_t n, struct err *e)
{
	(void)p;
	(void)e;
	f->size += n;
	f->durable = f->size;
	return (ssize_t)n;
}

static int
none_describe(struct store_file *f, const struct meta *m, struct err *e)
{
	(void)f;
	(void)m;
	(void)e;
	return 0;
}

static int
none_commit(struct store_file *f, int64_t now, bool must, struct err *e)
{
	(void)f;
	(void)now;
	(void)must;
	(void)e;
	return 0;
}

static int
none_finish(struct store_file *f, struct err *e)
{
	(void)e;
	free(f);
	return 0;
}

static void
none_leave(struct store_file *f)
{
	free(f);
}

static int
none_open(struct store *s, const char *name, struct src **src, struct err *e)
{
	(void)s;
	(void)name;
	(void)src;
	return none_has_not(e);
}

static int
none_list(struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e)
{
	(void)s;
	(void)prefix;
	(void)seen;
	(void)ctx;
	(void)e;
	return 0;
}

static int
none_remove(struct store *s, const char *name, struct err *e)
{
	(void)s;
	(void)name;
	return none_has_not(e);
}

static void
none_close(struct store *s)
{
	free(s);
}

int
store_none(struct store **s, struct err *e)
{
	static const struct store_ops ops = { "none", none_create, none_resume,
		none_append, NULL, NULL, none_describe, NULL, none_commit, none_finish,
		none_leave, none_open, none_list, none_remove, none_close };

	*s = malloc(sizeof **s);
	if (!*s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	(*s)->ops = &ops;
	return 0;
}
