/* SPDX-License-Identifier: ISC */
/* Which events the list shows, as a person writes it: words that must all stand in the line
 * ("rm home"), "-word" for words that must not, "type:command,exec" for kinds (kind.h), message
 * types and names of our events, each cut as short as one likes, "-type:size" for others than
 * those.  Case matters in words with capitals. */
#ifndef PLAY_FILTER_H
#define PLAY_FILTER_H

#include "format/vendor.h"
#include "format/kind.h"
#include "replay/needle.h"
#include "replay/reel.h"

#define FILTER_WORDS_MAX 8
#define FILTER_TYPES_MAX 128 /* more than the schema has */

struct filter {
	int nwords;
	struct filter_word {
		struct needle needle;
		bool absent;
	} word[FILTER_WORDS_MAX];
	struct filter_types {
		bool any;
		bool kind[KIND_COUNT], type[FILTER_TYPES_MAX], vendor[VENDOR_COUNT];
	} with, without;
	struct buf line; /* scratch */
};

void filter_free(struct filter *f);
/* Always makes a filter; ERR_USAGE says what in TEXT means nothing. */
int filter_parse(struct filter *f, const char *text, struct err *e);
bool filter_all(const struct filter *f); /* it lets everything through */
bool filter_match(struct filter *f, const struct reel_event *e);
/* Only the words, for any line. */
bool filter_match_text(struct filter *f, const char *line);

#endif
