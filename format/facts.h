/* SPDX-License-Identifier: ISC */
/* What a recording says about itself, gathered message by message: who, where, when, what.
 * Texts are those of the recording and therefore hostile. */
#ifndef FORMAT_FACTS_H
#define FORMAT_FACTS_H

#include "base/jsonw.h"
#include "base/theme.h"
#include "format/tape.h"
#include "format/vendor.h"

/* FACT(ID, "key in JSON", "name for a person") */
#define FACTS                                          \
	FACT(USER, "user", "User")                     \
	FACT(ADDRESS, "address", "From")               \
	FACT(COUNTRY, "country", "Country")            \
	FACT(HOST, "host", "Host")                     \
	FACT(TTY, "tty", "Terminal device")            \
	FACT(TITLE, "title", "Title")                  \
	FACT(COMMAND, "command", "Command")            \
	FACT(DIRECTORY, "directory", "Directory")      \
	FACT(TERM, "term", "TERM")                     \
	FACT(CONNECTION, "connectionId", "Connection") \
	FACT(KEY, "key", "Key")                        \
	FACT(PROGRAM, "recorder", "Recorded by")       \
	FACT(SIGNAL, "exitSignal", "Killed by")        \
	FACT(EDITED, "edited", "No original")

enum fact {
#define FACT(ID, key, name) FACT_##ID,
	FACTS
#undef FACT
		FACT_COUNT
};

#define FACT_TEXT_MAX  4096
#define FACTS_TYPE_MAX 128 /* more than the schema has */

struct facts {
	struct buf text[FACT_COUNT]; /* empty: unknown; as recorded */
	int64_t first_ns,
		last_ns; /* wall clock of the messages; valid when messages > 0 */
	int64_t duration_ns;
	uint32_t cols, rows; /* the first size, 0 unknown */
	uint32_t last_cols, last_rows;
	bool has_exit, has_end; /* an exit status; a disconnect */
	uint32_t exit_status;
	bool has_theme; /* the colours of the terminal it was made in */
	struct theme theme;
	int64_t gid; /* of the user, -1 unknown */
	uint64_t messages, channels;
	uint64_t by_type[FACTS_TYPE_MAX]; /* indexed as msg_descs */
	uint64_t by_vendor[VENDOR_COUNT];
	uint64_t bytes[3];  /* input, output, error output */
	uint64_t backwards; /* messages whose time lies before that of the one before */
};

const char *fact_key(enum fact f);
const char *fact_name(enum fact f);

void facts_init(struct facts *f);
void facts_free(struct facts *f);
void facts_take(struct facts *f, const struct msg *m, int64_t at_ns);

/* Seconds with nine decimals, as a JSON number. */
void facts_json_seconds(struct jsonw *w, const char *key, int64_t ns);

#endif
