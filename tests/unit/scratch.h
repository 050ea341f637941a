/* SPDX-License-Identifier: ISC */
/* A folder on disk for one test at a time, below the working directory. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCRATCH_TEXT_MAX 4096

static char dir[32];

static UNUSED void
scratch_make(void)
{
	snprintf(dir, sizeof dir, "scratch.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static UNUSED void
scratch_remove(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* The path of NAME in it, good for the next seven calls. */
static UNUSED const char *
in_dir(const char *name)
{
	static char path[8][96];
	static int at;

	at = (at + 1) % 8;
	snprintf(path[at], sizeof path[at], "%s/%s", dir, name);
	return path[at];
}

static UNUSED void
make_file(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* What the file NAME holds, until the next call; NULL when there is none. */
static UNUSED const char *
file_text(const char *name)
{
	static char got[SCRATCH_TEXT_MAX];
	FILE *f = fopen(in_dir(name), "r");

	if (!f)
		return NULL;
	got[fread(got, 1, sizeof got - 1, f)] = 0;
	fclose(f);
	return got;
}

static UNUSED bool
is_file(const char *name, const char *want)
{
	const char *got = file_text(name);

	return got && strcmp(got, want) == 0;
}

static UNUSED void
assert_file(const char *name, const char *want)
{
	ck_assert_pstr_eq(file_text(name), want);
}

static UNUSED int
count_files(void)
{
	char command[64];
	int n = -1;
	FILE *f;

	snprintf(command, sizeof command, "ls -A %s | wc -l", dir);
	f = popen(command, "r");
	ck_assert_int_eq(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

#endif
