/* SPDX-License-Identifier: ISC */
#include "store/xml.h"

#include "base/buf.h"
#include "store/s3_time.h"

#include <expat.h>
#include <stdlib.h>

#define PATH_BYTES 128
#define DEPTH_MAX  8

struct reading {
	const struct xml_form *form;
	XML_Parser parser;
	void *into;
	int (*row)(void *ctx);
	void *ctx;
	char path[PATH_BYTES];  /* below the root */
	size_t ends[DEPTH_MAX]; /* of PATH, before each element */
	int depth, rows, rc;
	struct buf text; /* of the element that is open */
	const char *why;
};

static void
stop(struct reading *r, int rc, const char *why)
{
	if (r->rc == 0) {
		r->rc = rc;
		r->why = why;
	}
	XML_StopParser(r->parser, XML_FALSE);
}

/* Without its namespace prefix. */
static const char *
local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void XMLCALL
begin(void *ctx, const char *full, const char **attributes)
{
	struct reading *r = ctx;
	const char *name = local_name(full);
	size_t n = strlen(r->path), more = strlen(name);

	(void)attributes;
	buf_clear(&r->text);
	if (r->depth == DEPTH_MAX || n + more + 2 > sizeof r->path) {
		stop(r, ERR_LIMIT, "is nested too deeply");
		return;
	}
	r->ends[r->depth++] = n;
	if (r->depth == 1) {
		if (strncmp(name, r->form->root, strlen(r->form->root)) != 0)
			stop(r, ERR_FORMAT, "is another document");
		return;
	}
	if (n)
		r->path[n++] = '/';
	memcpy(r->path + n, name, more + 1);
}

static void XMLCALL
characters(void *ctx, const char *p, int n)
{
	struct reading *r = ctx;
	size_t room = XML_TEXT_MAX - r->text.n, more = (size_t)n;

	buf_add(&r->text, p, more < room ? more : room);
}

static void
set(struct reading *r, const struct xml_field *f)
{
	char *place = (char *)r->into + f->at;
	struct span s = buf_span(&r->text);
	const char *text = buf_cstr(&r->text);

	if (!text)
		return;
	switch (f->kind) {
	case XML_TEXT:
		if (s.n >= f->size)
			s.n = f->size - 1;
		memcpy(place, s.p, s.n);
		place[s.n] = 0;
		break;
	case XML_NUMBER:
		*(uint64_t *)(void *)place = strtoull(text, NULL, 10);
		break;
	case XML_BOOL:
		*(bool *)place = span_is(s, "true");
		break;
	case XML_TIME:
		*(int64_t *)(void *)place = s3_time_iso(s);
		break;
	}
}

static void
end_row(struct reading *r)
{
	int rc;

	if (r->rows++ == XML_ROWS_MAX) {
		stop(r, ERR_LIMIT, "has too many rows");
		return;
	}
	rc = r->row ? r->row(r->ctx) : 0;
	if (rc < 0)
		stop(r, rc, err_name(rc));
}

static void XMLCALL
end(void *ctx, const char *name)
{
	struct reading *r = ctx;

	(void)name;
	for (size_t i = 0; i < r->form->nfields; i++)
		if (strcmp(r->form->fields[i].path, r->path) == 0)
			set(r, &r->form->fields[i]);
	if (r->form->row && strcmp(r->form->row, r->path) == 0)
		end_row(r);
	buf_clear(&r->text);
	r->path[r->ends[--r->depth]] = 0;
}

static void XMLCALL
doctype(void *ctx, const char *name, const char *sysid, const char *pubid, int internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	stop(ctx, ERR_FORMAT, "has a document type");
}

int
xml_read(const struct xml_form *form, struct span xml, void *into, int (*row)(void *ctx),
	void *ctx, struct err *e)
{
	struct reading r = { .form = form, .into = into, .row = row, .ctx = ctx };
	XML_Parser p = XML_ParserCreate(NULL);

	if (!p)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	r.parser = p;
	buf_init(&r.text, XML_TEXT_MAX + 1);
	XML_SetUserData(p, &r);
	XML_SetElementHandler(p, begin, end);
	XML_SetCharacterDataHandler(p, characters);
	XML_SetStartDoctypeDeclHandler(p, doctype);
	if (xml.n > INT32_MAX || (XML_Parse(p, (const char *)xml.p, (int)xml.n,
					  XML_TRUE) != XML_STATUS_OK &&
					 r.rc == 0)) {
		r.rc = ERR_FORMAT;
		r.why = XML_ErrorString(XML_GetErrorCode(p));
	}
	XML_ParserFree(p);
	buf_free(&r.text);
	return r.rc < 0 ? err_set(e, r.rc, "the server's answer %s", r.why) : 0;
}
