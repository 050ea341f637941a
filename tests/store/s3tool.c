/* SPDX-License-Identifier: ISC */
/* The object store by hand, for end-to-end tests: s3tool COMMAND ARGUMENT...
 * Settings: arguments NAME=VALUE in front of the command, and the environment of AWS's tools. */
#include "format/box.h"
#include "store/directory.h"
#include "store/s3_store.h"

#include "sys/fdio.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

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
	int rc;

	*b = (struct s3_body){ .src = NULL };
	rc = fdio_open_src(&b->src, path, &err);
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

	if (rc == 0)
		rc = s3_put(s3, arg[1], &(struct s3_about){ &m, "" }, &b, false, NULL,
			&res, &err);
	src_close(b.src);
	return rc;
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
	if (rc == 0)
		src_close(s);
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
		rc = s3_upload_begin(
			s3, arg[1], &(struct s3_about){ &m, "" }, id, &res, &err);
	for (b.off = 0; rc == 0 && b.off < size && n < 100; b.off += b.size) {
		b.size = size - b.off < S3_PART_MIN ? size - b.off : S3_PART_MIN;
		s3_body_hash(&b, &err);
		rc = s3_upload_part(s3, arg[1], id, n + 1, &b, NULL, &res, &err);
		parts[n].number = n + 1;
		memcpy(parts[n].etag, res.etag, sizeof res.etag);
		memcpy(parts[n++].sha256, b.sha256, S3_HASH);
	}
	if (rc == 0 && strcmp(arg[2], "end") == 0)
		rc = s3_upload_end(s3, arg[1], id, parts, n, false, &res, &err);
	if (rc == 0 && strcmp(arg[2], "abort") == 0)
		rc = s3_upload_abort(s3, arg[1], id, &res, &err);
	src_close(b.src);
	return rc;
}

static uint32_t
chance(void *ctx)
{
	uint32_t r = 0;

	(void)ctx;
	if (getrandom(&r, sizeof r, 0) != sizeof r)
		return 0;
	return r;
}

static void
tell(void *ctx, const char *id, const struct s3_fault *fault, const char *text)
{
	(void)ctx;
	fprintf(stderr, "%s: %s: %s\n", id ? id : "s3", fault ? fault->metric : "-",
		text);
}

static int
open_spool(struct store **s, const char *path)
{
	struct directory_opts o = {
		.path = path, .spool = true, .sync = DIRECTORY_SYNC_NEVER
	};
	struct ship_opts so = { .clk = &clk_system, .chance = chance, .tell = tell };
	struct store *spool;
	int rc = directory_open(&spool, &o, &err);

	if (rc == 0)
		rc = directory_tidy(spool, &err);
	return rc < 0 ? rc : s3_store_open(s, s3, spool, &so, &err);
}

static void
print_stats(struct store *s)
{
	struct ship_stats st;

	ship_stats(s3_store_ship(s), &st);
	printf("requests %llu uploaded %llu parts %llu sent %llu waiting %llu\n",
		(unsigned long long)st.requests, (unsigned long long)st.uploaded,
		(unsigned long long)st.parts, (unsigned long long)st.bytes_sent,
		(unsigned long long)st.waiting);
	for (const struct ship_metric *m = st.failures; m->label; m++)
		printf("failed %s %llu\n", m->label, (unsigned long long)m->n);
}

/* Ships what is finished in a spool, for at most so many seconds. */
static int
cmd_ship(char **arg)
{
	struct store *s;
	int rc = open_spool(&s, arg[0]);

	if (rc < 0)
		return rc;
	if (!ship_wait(s3_store_ship(s), clk_mono(&clk_system) + atoi(arg[1]) * NS_PER_S))
		rc = err_set(&err, ERR_STATE, "not all was uploaded");
	print_stats(s);
	store_close(s);
	return rc;
}

/* Writes FILE as the recording ID, or goes on with it, a chunk each SYNC bytes; every byte that
 * is acknowledged is told on standard output. */
static int
cmd_record(char **arg)
{
	struct meta m = { 1700000000, true, "192.0.2.1", "ann", "XX" };
	size_t chunk = (size_t)atoi(arg[3]);
	struct store_file *f;
	struct store *s;
	struct src *src = NULL;
	uint8_t *bytes = malloc(chunk);
	int rc = open_spool(&s, arg[0]);
	ssize_t n = 1;

	if (rc < 0) {
		free(bytes);
		return rc;
	}
	rc = store_create(s, arg[1], &m, &f, &err);
	if (rc == ERR_EXISTS)
		rc = store_resume(s, arg[1], &f, &err);
	if (rc == 0)
		rc = fdio_open_src(&src, arg[2], &err);
	while (rc == 0 && n > 0) {
		n = src_read_at(src, f->size, bytes, chunk, &err);
		if (n > 0 && store_append(f, bytes, (size_t)n, &err) != n)
			rc = err.code;
		if (n > 0 && rc == 0)
			rc = store_commit(f, clk_mono(&clk_system), true, &err);
		if (rc == 0 && n > 0) {
			printf("%llu\n", (unsigned long long)f->durable);
			fflush(stdout);
		}
	}
	if (rc == 0)
		rc = store_finish(f, &err);
	if (rc == 0 &&
		!ship_wait(s3_store_ship(s), clk_mono(&clk_system) + 60 * NS_PER_S))
		rc = err_set(&err, ERR_STATE, "not all was uploaded");
	store_close(s);
	src_close(src);
	free(bytes);
	return rc;
}

/* FILE encrypted for the key in PUBLIC, as auditrecd does it: box FILE PUBLIC OUT. */
static int
cmd_box(char **arg)
{
	uint8_t text[KEYLINE_FILE_MAX];
	struct box_recipients to;
	struct src *src = NULL, *key = NULL;
	struct dst *dst = NULL;
	ssize_t n;
	int rc = fdio_open_src(&key, arg[1], &err);

	if (rc == 0 && (n = src_read_at(key, 0, text, sizeof text, &err)) >= 0)
		rc = box_recipients_read(&to, span_of(text, (size_t)n), &err);
	if (rc == 0)
		rc = fdio_open_src(&src, arg[0], &err);
	if (rc == 0)
		rc = fdio_open_dst(&dst, arg[2], FDIO_ATOMIC_NEW, &err);
	if (rc == 0)
		rc = box_put(dst, src, (uint64_t)src_size(src), &to, &err);
	src_close(key);
	src_close(src);
	return rc < 0 ? rc : dst_close(dst, &err);
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
	{ "ship", 2, cmd_ship },
	{ "record", 4, cmd_record },
	{ "box", 3, cmd_box },
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
