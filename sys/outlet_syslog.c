/* SPDX-License-Identifier: ISC */
#include "sys/outlet_impl.h"

#include "base/when.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SOCKET    "/dev/log"
#define HEAD_MAX  320
#define HOST_MAX  255 /* HOSTNAME of RFC 5424 */
#define MSGID_MAX 32

struct syslog {
	struct outlet l;
	struct outlet_peer peer;
	enum outlet_form form;
	struct buf text;
};

/* Whether PATH is where syslog(3) writes.  Who listens there may know nothing else: the journal
 * and the parser that rsyslog has for it take the head of RFC 5424 for text. */
static bool
is_local(const char *path)
{
	char to[PATH_MAX];
	ssize_t n = readlink(path, to, sizeof to - 1);

	to[n < 0 ? 0 : n] = 0;
	return strcmp(path, SOCKET) == 0 || strstr(to, "systemd/journal");
}

/* Names in a header: printable ASCII without blanks, "-" when there is nothing. */
static void
head_word(char *out, size_t max, const char *word)
{
	size_t n = 0;

	for (; *word && n < max; word++)
		out[n++] = *word > ' ' && *word < 0x7f ? *word : '_';
	if (!n)
		out[n++] = '-';
	out[n] = 0;
}

static int
head_5424(char out[HEAD_MAX + 1], const struct outlet_opts *o, const struct logline *en)
{
	char when[WHEN_TEXT_MAX], host[HOST_MAX + 1], tag[OUTLET_TAG_MAX + 1];
	char id[MSGID_MAX + 1];
	struct utsname u;

	head_word(host, HOST_MAX, uname(&u) == 0 ? u.nodename : "");
	head_word(tag, OUTLET_TAG_MAX, o->tag);
	head_word(id, MSGID_MAX, en->action);
	return snprintf(out, HEAD_MAX + 1, "<%d>1 %s %.120s %s %ld %s - ",
		o->facility | (int)en->priority, when_format_utc(when, en->time_ns, 6),
		host, tag, (long)getpid(), id);
}

static int
head_3164(char out[HEAD_MAX + 1], const struct outlet_opts *o, const struct logline *en)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)(en->time_ns / NS_PER_S);
	char tag[OUTLET_TAG_MAX + 1];
	struct tm tm;

	localtime_r(&at, &tm);
	head_word(tag, OUTLET_TAG_MAX, o->tag);
	return snprintf(out, HEAD_MAX + 1,
		"<%d>%.3s %2d %02d:%02d:%02d %s[%ld]: ", o->facility | (int)en->priority,
		months + 3 * tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tag,
		(long)getpid());
}

static int
syslog_put(struct outlet *l, const struct logline *en, struct err *e)
{
	struct syslog *s = (struct syslog *)l;
	char head[HEAD_MAX + 1];
	int n, rc = outlet_peer_connect(&s->peer, NULL);

	(void)rc; /* sending tells, and tries again */
	n = s->form == OUTLET_RFC3164 ? head_3164(head, &l->o, en)
				      : head_5424(head, &l->o, en);
	buf_clear(&s->text);
	buf_add(&s->text, head, (size_t)(n > HEAD_MAX ? HEAD_MAX : n));
	buf_add(&s->text, en->line.p, en->line.n ? en->line.n - 1 : 0);
	if (s->peer.stream)
		buf_add_byte(&s->text, 0); /* as syslog(3) ends messages there */
	rc = buf_failed(&s->text);
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	return outlet_peer_send(&s->peer, buf_span(&s->text), -1, e);
}

static int
syslog_close(struct outlet *l, struct err *e)
{
	struct syslog *s = (struct syslog *)l;

	(void)e;
	outlet_peer_close(&s->peer);
	buf_free(&s->text);
	free(s);
	return 0;
}

static const struct outlet_ops syslog_ops = { .put = syslog_put, .close = syslog_close };

int
outlet_open_syslog(struct outlet **out, const struct outlet_opts *o, struct err *e)
{
	struct syslog *s = calloc(1, sizeof *s);
	const char *path = o->path ? o->path : SOCKET;

	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	s->l = (struct outlet){ .ops = &syslog_ops, .o = *o, .name = "syslog" };
	s->l.room =
		(size_t)(o->max_bytes ? o->max_bytes : OUTLET_SYSLOG_BYTES) - HEAD_MAX;
	s->form = o->form;
	if (s->form == OUTLET_AUTO)
		s->form = is_local(path) ? OUTLET_RFC3164 : OUTLET_RFC5424;
	outlet_peer_init(&s->peer, path, o);
	*out = &s->l;
	return 0;
}
