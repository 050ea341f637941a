/* SPDX-License-Identifier: ISC */
/* Answers in XML, taken apart by a table of what is wanted from them; the only file that knows
 * expat.  Answers are hostile: depth, lengths and rows are bounded, document types and with
 * them entities are refused. */
#ifndef STORE_XML_H
#define STORE_XML_H

#include "base/err.h"
#include "base/span.h"

#define XML_TEXT_MAX 8192 /* bytes of one value; longer ones are cut */
#define XML_ROWS_MAX 100000

/* One value: the path of its element below the root, and where it goes in the struct. */
struct xml_field {
	const char *path; /* "Contents/Key" */
	enum { XML_TEXT, XML_NUMBER, XML_BOOL, XML_TIME } kind;
	size_t at;   /* a char array, uint64_t, bool, int64_t (wall ns) */
	size_t size; /* of the array */
};

struct xml_form {
	const char *root; /* what the name of the outermost element begins with */
	const struct xml_field *fields;
	size_t nfields;
	const char *row; /* path of the element that is there many times, may be NULL */
};

/* Fills INTO.  At the end of every row calls ROW, which takes what it wants out of INTO and may
 * end it all by a negative code.  ERR_FORMAT: not such a document, or broken off. */
int xml_read(const struct xml_form *form, struct span xml, void *into,
	int (*row)(void *ctx), void *ctx, struct err *e);

#endif
