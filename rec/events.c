/* SPDX-License-Identifier: ISC */
#include "rec/events.h"

#include "format/vendor.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_MAX 64 /* messages of the beginning */
#define WAIT_NS  (200 * NS_PER_MS)

struct held {
	struct msg m;
	struct buf store;
	int64_t at_ns;
	uint64_t number;
};

void
events_init(struct events *ev, const struct events_opts *o)
{
	memset(ev, 0, sizeof *ev);
	ev->o = *o;
}

int
events_add(struct events *ev, const char *where, struct err *e)
{
	struct events_outlet *x = &ev->v[ev->n];
	struct outlet_opts o = { .kind = OUTLET_FILE,
		.path = x->path,
		.facility = ev->o.facility,
		.tag = "auditrec",
		.wait_ns = WAIT_NS,
		.clk = ev->o.clk };
	int rc;

	if (ev->n == EVENTS_OUTLETS_MAX)
		return err_set(e, ERR_LIMIT, "events go to %d places at most",
			EVENTS_OUTLETS_MAX);
	if (where[0] != '/') {
		o.kind = strcmp(where, "syslog") == 0 ? OUTLET_SYSLOG : OUTLET_JOURNAL;
		o.path = ev->o.socket;
	}
	snprintf(x->path, sizeof x->path, "%s", where);
	rc = siem_new(&x->siem, ev->o.format, ev->o.file, e);
	if (rc == 0)
		rc = outlet_open(&x->out, &o, e);
	if (rc < 0) {
		siem_free(x->siem);
		x->siem = NULL;
		return rc;
	}
	siem_room(x->siem, outlet_room(x->out));
	ev->n++;
	return 0;
}

static void
add_one(struct events *ev, const char *word, struct place *p,
	void (*say)(const char *where, const struct err *why))
{
	char path[PATH_MAX];
	struct err e = { .code = 0 };
	int rc = 0;

	p->folder = word;
	if (*word == '/' || *word == '%')
		rc = place_expand(path, sizeof path, p, &e);
	else
		snprintf(path, sizeof path, "%s", word);
	if (rc == 0)
		rc = events_add(ev, path, &e);
	if (rc < 0)
		say(word, &e);
}

void
events_add_list(struct events *ev, const char *list, struct place *p,
	void (*say)(const char *where, const struct err *why))
{
	char *copy = strdup(list), *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		size_t n;

		word += strspn(word, " ");
		for (n = strlen(word); n && word[n - 1] == ' ';)
			word[--n] = 0;
		if (n)
			add_one(ev, word, p, say);
	}
	free(copy);
}

static void
lose(struct events_outlet *x, uint64_t events, int64_t time_ns)
{
	x->failing = true;
	x->lost += events;
	if (!x->gap.events)
		x->gap.from_ns = time_ns;
	x->gap.to_ns = time_ns;
	x->gap.events += events;
}

static void
tell_one(struct events *ev, struct events_outlet *x, const struct msg *m, int64_t at_ns,
	uint64_t number)
{
	struct logline en;
	int rc;

	buf_clear(&ev->line);
	rc = siem_put(x->siem, &ev->line, m, at_ns, number);
	if (rc < 0) {
		err_set(&x->why, rc, "a line cannot be made: %s", err_name(rc));
	} else if (rc > 0) {
		siem_logline(x->siem, buf_span(&ev->line), &en);
		rc = outlet_put(x->out, &en, &x->why);
		x->waiting += rc == 0;
	}
	if (rc < 0)
		lose(x, 1, m->time_ns);
}

static void
tell(struct events *ev, const struct msg *m, int64_t at_ns, uint64_t number)
{
	for (int i = 0; i < ev->n; i++)
		tell_one(ev, &ev->v[i], m, at_ns, number);
}

/* ---- the beginning ---- */

static void
begin(struct events *ev)
{
	ev->begun = true;
	for (size_t h = 0; h < ev->nheld; h++)
		for (int i = 0; i < ev->n; i++)
			siem_learn(ev->v[i].siem, &ev->first[h].m, ev->first[h].at_ns);
	for (size_t h = 0; h < ev->nheld; h++) {
		struct held *one = &ev->first[h];

		tell(ev, &one->m, one->at_ns, one->number);
		buf_free(&one->store);
	}
	free(ev->first);
	ev->first = NULL;
	ev->nheld = 0;
}

static bool
hold(struct events *ev, const struct msg *m, int64_t at_ns, uint64_t number)
{
	struct held *one;

	if (!ev->first)
		ev->first = calloc(HELD_MAX, sizeof *ev->first);
	if (!ev->first || ev->nheld == HELD_MAX)
		return false;
	one = &ev->first[ev->nheld];
	one->at_ns = at_ns;
	one->number = number;
	if (msg_copy(&one->m, m, &one->store) < 0)
		return false;
	ev->nheld++;
	return true;
}

void
events_take(struct events *ev, const struct msg *m, int64_t at_ns)
{
	uint64_t number = ev->number++;
	bool known = m->type == MSG_IO || m->type == MSG_DISCONNECT ||
		     vendor_of(m) == VENDOR_SESSION;

	if (!ev->begun && hold(ev, m, at_ns, number)) {
		if (known)
			begin(ev);
		return;
	}
	if (!ev->begun)
		begin(ev);
	if (m->type != MSG_IO)
		tell(ev, m, at_ns, number);
}

/* ---- going out, and what does not ---- */

void
events_flush(struct events *ev)
{
	for (int i = 0; i < ev->n; i++) {
		struct events_outlet *x = &ev->v[i];

		if (!x->waiting)
			continue;
		if (outlet_flush(x->out, &x->why) < 0) {
			x->failing = true;
			continue;
		}
		x->waiting = 0;
		x->failing = false;
	}
}

bool
events_lost(struct events *ev, int i, bool last, struct events_loss *loss)
{
	struct events_outlet *x = &ev->v[i];

	if (!x->gap.events || (x->failing && !last))
		return false;
	*loss = x->gap;
	loss->name = x->path;
	loss->why = x->why.text;
	memset(&x->gap, 0, sizeof x->gap);
	return true;
}

const struct events_outlet *
events_news(struct events *ev)
{
	for (int i = 0; i < ev->n; i++) {
		struct events_outlet *x = &ev->v[i];
		bool news = x->failing && !x->told;

		x->told = x->failing;
		if (news)
			return x;
	}
	return NULL;
}

void
events_close(struct events *ev)
{
	if (!ev->begun)
		begin(ev);
	events_flush(ev);
	for (int i = 0; i < ev->n; i++) {
		struct events_outlet *x = &ev->v[i];

		if (x->waiting)
			lose(x, x->waiting, clk_wall(ev->o.clk));
		outlet_close(x->out, NULL);
		siem_free(x->siem);
		x->out = NULL;
		x->siem = NULL;
	}
	buf_free(&ev->line);
}
