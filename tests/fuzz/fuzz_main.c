/* SPDX-License-Identifier: ISC */
/* Stands in for libFuzzer: runs the target over every file of its corpus, plus every
 * prefix and some bit flips of the small ones, and prints TAP.  argv: files instead. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *
slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long n;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 &&
		fseek(f, 0, SEEK_SET) == 0) {
		p = malloc((size_t)n + 1);
		*size = p ? fread(p, 1, (size_t)n, f) : 0;
	}
	fclose(f);
	return p;
}

/* A copy of exactly SIZE bytes, so that the sanitizer sees a read past the end. */
static void
run(const uint8_t *p, size_t size)
{
	uint8_t *q = malloc(size ? size : 1);

	if (!q)
		abort();
	memcpy(q, p, size);
	LLVMFuzzerTestOneInput(q, size);
	free(q);
}

static void
run_file(const char *path)
{
	size_t size = 0, step;
	uint8_t *p = slurp(path, &size);

	if (!p)
		return;
	run(p, size);
	step = size / 64 + 1;
	for (size_t cut = 0; cut < size; cut += step)
		run(p, cut);
	for (size_t at = 0; at < size; at += step) {
		p[at] ^= (uint8_t)(1u << (at % 8));
		run(p, size);
		p[at] ^= (uint8_t)(1u << (at % 8));
	}
	free(p);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/'), *src = getenv("srcdir");
	char dir[4096], path[8192], *names[4096];
	struct dirent *d;
	size_t n = 0;
	DIR *h;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			run_file(argv[i]);
		return 0;
	}
	name = name ? name + 1 : argv[0];
	snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", src ? src : ".", name);
	h = opendir(dir);
	if (!h) {
		printf("1..1\nnot ok 1 - %s: no corpus in %s\n", name, dir);
		return 0;
	}
	while ((d = readdir(h)) && n < sizeof names / sizeof *names)
		if (d->d_name[0] != '.')
			names[n++] = strdup(d->d_name);
	closedir(h);
	qsort(names, n, sizeof *names, compare);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		run_file(path);
		printf("ok %zu - %s %s\n", i + 1, name, names[i]);
		fflush(stdout);
		free(names[i]);
	}
	return 0;
}
