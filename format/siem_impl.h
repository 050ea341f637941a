/* SPDX-License-Identifier: ISC */
/* What stands behind struct siem: one event, taken apart once, and the writers of the four
 * forms. */
#ifndef FORMAT_SIEM_IMPL_H
#define FORMAT_SIEM_IMPL_H

#include "format/siem.h"
#include "format/facts.h"
#include "format/sshkey.h"

enum siem_outcome { OUTCOME_UNKNOWN, OUTCOME_SUCCESS, OUTCOME_FAILURE, OUTCOME_STATUS };
enum siem_train { TRAIN_NONE, TRAIN_CMD, TRAIN_FILE };

struct siem_row {
	bool vendor;
	int id;                /* enum msg_type or enum vendor_id */
	const char *condition; /* "key=value" of the payload, or NULL */
	const char *category, *types, *action;
	enum siem_outcome outcome;
	enum siem_train train;
};

struct siem {
	enum siem_format format;
	char *file;
	struct facts facts;
	struct json_t *session; /* payload of the session event, NULL while unknown */
	char fingerprint[SSHKEY_FINGERPRINT_MAX]; /* of the user's key, or empty */
	struct buf certificate;                   /* what it says, or empty */
	struct buf text;                          /* of one event */
	size_t room;                              /* of a line, 0 any */
	struct logline last;                      /* of the last line, without it */
	struct buf user;                          /* of the last line */
};

/* Numbers that are absent are -1, texts p == NULL.  Texts are cut, but not clean. */
struct siem_event {
	const struct siem *s;
	const struct siem_row *row;
	const struct msg *m;
	struct json_t *payload; /* of an event of ours, or NULL */
	enum siem_outcome outcome;
	int64_t at_ns;
	uint64_t number;
	size_t text_max; /* bytes that a text may have */
	bool cut;        /* one had more */
	struct span message;
	struct span user, command, exe, cwd, path, address, reason, signal, label, trust;
	struct span parent_exe, what, mode, tty, name, value, originator;
	char fingerprint[SSHKEY_FINGERPRINT_MAX]; /* of a key, or empty */
	struct json_t *argv;
	int64_t pid, ppid, uid, status, signal_number, port, start, end, time, duration;
	int64_t columns, rows, sampled, originator_port, id;
	int64_t lost_bytes, lost_messages, lost_events;
};

extern const char *const siem_outcome_names[];

/* Fills in all that comes out of the message; texts are cut to e->text_max. */
void siem_take(struct siem_event *e);
void siem_ecs(struct siem_event *e, struct jsonw *w);
/* Of ECS: the objects "process" and "file". */
void siem_process(struct siem_event *e, struct jsonw *w);
void siem_file(struct siem_event *e, struct jsonw *w);
void siem_id(struct jsonw *w, const char *key, int64_t id); /* ids are texts there */
void siem_object(struct jsonw *w, const char *key); /* begins a member that is one */
bool siem_is_address(struct span s);
enum logline_priority siem_priority(struct siem_event *e);
void siem_audit(struct siem_event *e, struct jsonw *w);
void siem_train(struct siem_event *e, struct jsonw *w);
void siem_json(struct siem_event *e, struct jsonw *w);

/* The beginning of S that may be written. */
struct span siem_cut(struct siem_event *e, struct span s);
void siem_time(struct jsonw *w, const char *key, int64_t wall_ns);
/* Members that are left out when they are not known. */
void siem_text(struct jsonw *w, const char *key, struct span s);
void siem_number(struct jsonw *w, const char *key, int64_t v);
void siem_time_known(struct jsonw *w, const char *key, int64_t wall_ns);
struct span siem_fact(struct siem_event *e, enum fact f);
/* A number of the session event, -1 unknown. */
int64_t siem_session_number(struct siem_event *e, const char *key);
struct span siem_session_text(struct siem_event *e, const char *key);
struct span siem_user(struct siem_event *e);
bool siem_is(struct siem_event *e, enum vendor_id id);

#endif
