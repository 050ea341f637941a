/* SPDX-License-Identifier: ISC */
/* What is to be masked in a recording: named rules, each a plain text or a regular expression,
 * and where they count.  From the command line, from a file or from our own table. */
#ifndef REPLAY_RULES_H
#define REPLAY_RULES_H

#include "replay/query.h"

#include <stdio.h>

#define RULES_MAX     256
#define RULE_NAME_MAX 40

enum rule_kind {
	RULE_TEXT,  /* as it stands */
	RULE_REGEX, /* within one line */
	RULE_LINES, /* over several */
};

/* RULE_BYTES: plain texts count in bytes as they are, sequences and all, besides. */
enum {
	RULE_SHOWN = 1,
	RULE_TYPED = 2,
	RULE_EVENTS = 4,
	RULE_EVERYWHERE = 7,
	RULE_BYTES = 8
};

struct rule {
	char name[RULE_NAME_MAX + 1]; /* letters, digits, - _ . */
	enum rule_kind kind;
	int scope;  /* RULE_SHOWN and so on */
	bool lines; /* looks at several lines */
	struct query *query;
};

struct rules {
	struct rule *v;
	size_t n;
};

void rules_free(struct rules *r);
/* NAME, NULL: "KIND-NUMBER".  Case counts as in a search (query.h); EXACT: always. */
int rules_add(struct rules *r, const char *name, enum rule_kind kind, int scope,
	const char *pattern, bool exact, struct err *e);
/* Lines "NAME KIND[@SCOPE,...] PATTERN"; empty ones and those that begin with # do not count.
 * An error tells the number of its line, and never the pattern. */
int rules_read(struct rules *r, struct span text, struct err *e);
/* Those of our own that are called NAME, or all: "all". */
int rules_preset(struct rules *r, const char *name, struct err *e);
void rules_print_presets(FILE *out);
void rules_mdoc_presets(FILE *out);
const char *rule_kind_name(enum rule_kind k);

/* Told of match START to END of rule number RULE; anything but 0 ends the search with it. */
typedef int rules_match_fn(void *ctx, size_t rule, size_t start, size_t end);
/* Every match in TEXT (valid UTF-8) of the rules for lines, or (LINES) for several lines, that
 * count in SCOPE.  A rule that takes too long takes all of TEXT.  0, or what FN returned. */
int rules_find(const struct rules *r, int scope, bool lines, struct span text,
	rules_match_fn *fn, void *ctx);
bool rules_has_lines(const struct rules *r, int scope);

#endif
