/* SPDX-License-Identifier: ISC */
#include "recd/shipping.h"

#include "store/http.h"

#include <inttypes.h>
#include <sys/random.h>
#include <syslog.h>

static uint32_t
chance(void *ctx)
{
	uint32_t v = 0;

	(void)ctx;
	if (getrandom(&v, sizeof v, 0) != sizeof v)
		v = 0x9E3779B9; /* only how long to wait depends on it */
	return v;
}

static void
tell(void *ctx, const char *id, const struct s3_fault *fault, const char *text)
{
	struct shipping *s = ctx;
	char line[512];

	snprintf(line, sizeof line, "%s: %.400s", id ? id : "object store", text);
	s->say(s->ctx, fault ? LOG_WARNING : LOG_INFO, line);
}

static int
begin(struct shipping *s, bool keep, struct store *spool, struct err *e)
{
	struct ship_opts o = { .s3 = NULL,
		.spool = spool,
		.keep = keep,
		.clk = &clk_system,
		.chance = chance,
		.tell = tell,
		.ctx = s };
	int rc = s3_new(&s->s3, &s->conf, s3_http, &clk_system, e);

	if (rc < 0)
		return rc;
	o.s3 = s->s3;
	rc = ship_new(&s->ship, &o, e);
	return rc < 0 ? rc : ship_scan(s->ship, e);
}

int
shipping_start(struct shipping *s, struct conf *c, struct store *spool, struct err *e)
{
	int rc;

	if (!c->has_s3)
		return 0;
	rc = http_start(e);
	if (rc < 0)
		return rc;
	s->conf = c->s3;
	s3_conf_init(&c->s3);
	return begin(s, c->keep_shipped, spool, e);
}

static void
put(struct buf *out, const char *name, const char *type, const char *doc, uint64_t v)
{
	buf_addf(out, "# HELP auditrecd_%s %s\n# TYPE auditrecd_%s %s\n", name, doc, name,
		type);
	buf_addf(out, "auditrecd_%s %" PRIu64 "\n", name, v);
}

void
shipping_metrics(const struct shipping *s, struct buf *out)
{
	struct ship_stats t;

	if (!s->ship)
		return;
	ship_stats(s->ship, &t);
	put(out, "s3_requests_total", "counter", "requests to the object store",
		t.requests);
	put(out, "s3_sent_bytes_total", "counter", "bytes sent there", t.bytes_sent);
	put(out, "s3_uploaded_total", "counter", "recordings that are there", t.uploaded);
	put(out, "s3_parts_total", "counter", "parts that were taken", t.parts);
	put(out, "s3_waiting", "gauge", "recordings that are finished and not there yet",
		t.waiting);
	put(out, "s3_waiting_bytes", "gauge", "their bytes", t.bytes_waiting);
	put(out, "s3_stuck", "gauge", "of them, those that will never be taken", t.stuck);
	put(out, "s3_paused", "gauge", "1 while the object store does not answer well",
		t.paused);
	buf_add_str(out, "# HELP auditrecd_s3_failures_total requests that failed\n"
			 "# TYPE auditrecd_s3_failures_total counter\n");
	for (int i = 0; i < SHIP_METRICS_MAX && t.failures[i].label; i++)
		buf_addf(out, "auditrecd_s3_failures_total{reason=\"%s\"} %" PRIu64 "\n",
			t.failures[i].label, t.failures[i].n);
}

void
shipping_again(struct shipping *s)
{
	if (s->ship)
		ship_again(s->ship);
}

void
shipping_stop(struct shipping *s)
{
	if (!s->ship && !s->s3)
		return;
	ship_stop(s->ship);
	s3_free(s->s3);
	s3_conf_free(&s->conf);
	http_stop();
	s->ship = NULL;
	s->s3 = NULL;
}
