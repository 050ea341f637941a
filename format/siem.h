/* SPDX-License-Identifier: ISC */
/* The events of a recording for other systems: a line of JSON for every message that is told
 * (siem.def), in one of four forms.  Every line can be read alone: it says who, where and in
 * which recording.  Secrets are never in it; texts longer than SIEM_TEXT_MAX bytes are cut,
 * and the line says so. */
#ifndef FORMAT_SIEM_H
#define FORMAT_SIEM_H

#include "base/logline.h"
#include "format/msg.h"

#define SIEM_TEXT_MAX ((size_t)32 << 10)
#define SIEM_ARGS_MAX 256

enum siem_format {
	SIEM_ECS,   /* Elastic Common Schema */
	SIEM_AUDIT, /* as SPIRE's audit log */
	SIEM_TRAIN, /* as Chef InSpec's Train: command lines and files only */
	SIEM_JSON   /* ours: the message as it is, with a sentence */
};
/* "ecs", "audit" ...; NULL-ended, indexed by enum siem_format. */
extern const char *const siem_format_names[];

struct siem;

/* FILE: name of the recording for the lines, NULL when it has none; copied. */
int siem_new(struct siem **ev, enum siem_format f, const char *file, struct err *e);
void siem_free(struct siem *ev);
/* No line is to be longer than ROOM bytes (0: any), its newline included: texts are cut further
 * where it would be. */
void siem_room(struct siem *ev, size_t room);
#define SIEM_ROOM_LEAST 1536 /* with this no line is too long */
/* Learn from M who and where, without telling it: for a first look at the beginning, so that
 * the first lines know as much as the last. */
void siem_learn(struct siem *ev, const struct msg *m, int64_t at_ns);
/* M is message NUMBER (from 0), AT_NS since the start.  Appends its line to OUT: 1, or 0 when
 * there is nothing to tell in this form, or the error of OUT, which is then as it was. */
int siem_put(struct siem *ev, struct buf *out, const struct msg *m, int64_t at_ns,
	uint64_t number);
/* The line that was put last, LINE, with what stands beside it; valid as long as LINE is and
 * until the next message. */
void siem_logline(const struct siem *ev, struct span line, struct logline *out);

#endif
