/* SPDX-License-Identifier: ISC */
/* Which recordings there are in files and folders. */
#include "play/catalog.h"
#include "tests/unit/unit.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICES_MAX 10000

static char root[sizeof "catalog.XXXXXX"];

static const char *
at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

static void
make_file(const char *name)
{
	FILE *f = fopen(at(name), "we");

	ck_assert_ptr_nonnull(f);
	fputs("{\"version\": 2, \"width\": 80, \"height\": 24}\n[1.5, \"o\", \"x\"]\n",
		f);
	fclose(f);
}

/* No recording: not in the table when it was not named. */
static void
make_notes(const char *name)
{
	FILE *f = fopen(at(name), "we");

	ck_assert_ptr_nonnull(f);
	fputs("buy milk\n", f);
	fclose(f);
}

static void
read_all(struct catalog *c)
{
	int n = 0;

	while (catalog_work(c))
		ck_assert_int_lt(n++, SLICES_MAX);
}

static const struct catalog_entry *
find(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].name, name) == 0)
			return &c->v[i];
	return NULL;
}

static void
make_tree(void)
{
	strcpy(root, "catalog.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	mkdir(at("alice"), 0700);
	mkdir(at("alice/old"), 0700);
	mkdir(at("shut"), 0);
	make_file("top.cast");
	make_file("alice/one.cast");
	make_file("alice/old/two.cast");
	make_notes("alice/notes");
	ck_assert_int_eq(symlink("..", at("alice/up")), 0);
	ck_assert_int_eq(symlink("top.cast", at("link.cast")), 0);
	ck_assert_int_eq(mkfifo(at("pipe"), 0600), 0);
}

static void
remove_tree(void)
{
	static const char *const files[] = { "top.cast", "alice/one.cast",
		"alice/old/two.cast", "alice/notes", "alice/up", "link.cast", "pipe" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(at(files[i]));
	rmdir(at("alice/old"));
	rmdir(at("alice"));
	rmdir(at("shut"));
	rmdir(root);
}

START_TEST(folders_with_all_that_is_in_them)
{
	char *roots[] = { root };
	struct catalog c;

	make_tree();
	catalog_init(&c, roots, 1);
	for (int again = 0; again < 2; again++) {
		read_all(&c);
		ck_assert_uint_eq(c.n, 5); /* a link to a folder leads nowhere */
		ck_assert_uint_eq(c.foreign, 1);
		ck_assert_int_eq(find(&c, "alice/notes")->known, CATALOG_FOREIGN);
		ck_assert(find(&c, "top.cast") && find(&c, "link.cast"));
		ck_assert(find(&c, "alice/one.cast") && find(&c, "alice/old/two.cast"));
		ck_assert_int_eq(find(&c, "alice/old/two.cast")->duration_ns, 1500000000);
		ck_assert_int_eq(find(&c, "alice/old/two.cast")->known, CATALOG_ALL);
		catalog_refresh(&c);
	}
	catalog_free(&c);
	remove_tree();
}
END_TEST

START_TEST(what_was_named_is_told_whatever_it_is)
{
	char notes[PATH_MAX];
	char *roots[] = { notes };
	struct catalog c;

	make_tree();
	snprintf(notes, sizeof notes, "%s", at("alice/notes"));
	catalog_init(&c, roots, 1);
	read_all(&c);
	ck_assert_uint_eq(c.n, 1);
	ck_assert_uint_eq(c.foreign, 0);
	ck_assert_int_eq(c.v[0].known, CATALOG_BAD);
	catalog_free(&c);
	remove_tree();
}
END_TEST

static TCase *
catalog(void)
{
	TCase *t = tcase_create("catalog");

	tcase_add_test(t, folders_with_all_that_is_in_them);
	tcase_add_test(t, what_was_named_is_told_whatever_it_is);
	return t;
}

UNIT_MAIN("catalog", catalog)
