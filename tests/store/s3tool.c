/* SPDX-License-Identifier: ISC */
/* The object store by hand, for end-to-end tests: s3tool COMMAND ARGUMENT...
 * Settings: arguments NAME=VALUE in front of the command, and the environment of AWS's tools. */
#include "store/s3_src.h"

#include "sys/fdio.h"

#include <stdio.h>
#include <stdlib.h>

static struct s3 *s3;
static struct s3_result res;
static struct err err;

static int
print_one(void *ctx, const struct store_info *info)
{
	(void)ctx;
	printf("%s %lld %s\n", info->name, (long long)info->size, info->tag);
	return 0;
}

static int
open_body(struct s3_body *b, const char *path)
{
	int rc = fdio_open_src(&b->src, path, &err);

	if (rc == 0) {
		b->off = 0;
		b->size = (uint64_t)src_size(b->src);
		rc = s3_body_hash(b, &err);
	}
	return rc;
}

static int
cmd_put(char **arg)
{
	struct meta m = { 1700000000, true, "192.0.2.1", "J\xc3\xb6rg", "XX" };
	struct s3_body b;
	int rc = open_body(&b, arg[0]);

	return rc < 0 ? rc : s3_put(s3, arg[1], &m, &b, NULL, &res, &err);
}

static int
cmd_get(char **arg)
{
	struct src *s;
	static char chunk[1 << 20];
	int rc = s3_src_open(&s, s3, arg[0], &s3_patience, &err);
	ssize_t n = 1;

	for (uint64_t at = 0; rc == 0 && n > 0; at += (uint64_t)n) {
		n = src_read_at(s, at, chunk, sizeof chunk, &err);
		if (n > 0)
			fwrite(chunk, 1, (size_t)n, stdout);
	}
	return rc < 0 ? rc : (int)n;
}

static int
cmd_head(char **arg)
{
	struct meta m;
	int rc = s3_head(s3, arg[0], &m, &res, &err);

	if (rc == 0)
		printf("%llu %lld %d %s %s %s\n", (unsigned long long)res.size,
			(long long)m.start_s, m.authenticated, m.username, m.remote_addr,
			m.country);
	return rc;
}

static int
cmd_list(char **arg)
{
	return s3_src_list(s3, arg[0], print_one, NULL, &s3_patience, &err);
}

static int
cmd_remove(char **arg)
{
	return s3_delete(s3, arg[0], &res, &err);
}

static int
print_part(void *ctx, const struct s3_part *part)
{
	(void)ctx;
	printf("part %u %llu\n", part->number, (unsigned long long)part->size);
	return 0;
}

static int
print_upload(void *ctx, const struct s3_upload *u)
{
	(void)ctx;
	printf("upload %s %s\n", u->key, u->id);
	return s3_list_parts(s3, u->key, u->id, print_part, NULL, &res, &err);
}

static int
cmd_uploads(char **arg)
{
	return s3_list_uploads(s3, arg[0], print_upload, NULL, &res, &err);
}

/* One upload in parts of 5 MiB; "end", "leave" or "abort". */
static int
cmd_multi(char **arg)
{
	static struct s3_part parts[100];
	struct meta m = { .start_s = 1 };
	struct s3_body b;
	char id[S3_UPLOAD_MAX];
	unsigned n = 0;
	int rc = open_body(&b, arg[0]);
	uint64_t size = b.size;

	if (rc == 0)
		rc = s3_upload_begin(s3, arg[1], &m, id, &res, &err);
	for (b.off = 0; rc == 0 && b.off < size && n < 100; b.off += b.size) {
		b.size = size - b.off < S3_PART_MIN ? size - b.off : S3_PART_MIN;
		s3_body_hash(&b, &err);
		rc = s3_upload_part(s3, arg[1], id, n + 1, &b, NULL, &res, &err);
		parts[n].number = n + 1;
		memcpy(parts[n].etag, res.etag, sizeof res.etag);
		memcpy(parts[n++].sha256, b.sha256, S3_HASH);
	}
	if (rc == 0 && strcmp(arg[2], "end") == 0)
		rc = s3_upload_end(s3, arg[1], id, parts, n, &res, &err);
	if (rc == 0 && strcmp(arg[2], "abort") == 0)
		rc = s3_upload_abort(s3, arg[1], id, &res, &err);
	return rc;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **arg);
} commands[] = {
	{ "put", 2, cmd_put },
	{ "get", 1, cmd_get },
	{ "head", 1, cmd_head },
	{ "list", 1, cmd_list },
	{ "remove", 1, cmd_remove },
	{ "uploads", 1, cmd_uploads },
	{ "multi", 3, cmd_multi },
};

static int
run(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (argc == commands[i].args + 1 && !strcmp(argv[0], commands[i].name))
			return commands[i].run(argv + 1);
	return err_set(&err, ERR_USAGE, "no such command");
}

int
main(int argc, char **argv)
{
	struct s3_conf conf;
	int at = 1, rc;

	s3_conf_init(&conf);
	rc = s3_conf_env(&conf, &err);
	for (; rc == 0 && at < argc && strchr(argv[at], '='); at++) {
		char *eq = strchr(argv[at], '=');

		*eq = 0;
		rc = s3_conf_set(&conf, argv[at], eq + 1, &err);
	}
	if (rc == 0)
		rc = http_start(&err);
	if (rc == 0)
		rc = s3_new(&s3, &conf, s3_http, &clk_system, &err);
	if (rc == 0)
		rc = run(argc - at, argv + at);
	if (rc < 0)
		fprintf(stderr, "s3tool: %s [%s]\n", err.text,
			res.fault ? res.fault->metric : "-");
	s3_free(s3);
	s3_conf_free(&conf);
	http_stop();
	return rc < 0;
}
