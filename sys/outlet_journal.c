/* SPDX-License-Identifier: ISC */
#include "sys/outlet_impl.h"

#include "base/octets.h"
#include "sys/fdio.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#define SOCKET "/run/systemd/journal/socket"

struct journal {
	struct outlet l;
	struct outlet_peer peer;
	struct buf text;
};

/* "NAME=value", or for values of several lines the name, their length, the value. */
static void
put_field(struct buf *out, const char *name, struct span value)
{
	uint8_t length[8];

	buf_add_str(out, name);
	if (!value.n || !memchr(value.p, '\n', value.n)) {
		buf_add_byte(out, '=');
	} else {
		put_le64(length, value.n);
		buf_add_byte(out, '\n');
		buf_add(out, length, sizeof length);
	}
	buf_add_span(out, value);
	buf_add_byte(out, '\n');
}

static int
make_text(struct journal *j, const struct logline *en, struct err *e)
{
	struct buf *out = &j->text;
	int rc;

	buf_clear(out);
	put_field(out, "MESSAGE", en->message);
	buf_addf(out, "PRIORITY=%d\nSYSLOG_FACILITY=%d\n", (int)en->priority,
		LOG_FAC(j->l.o.facility));
	put_field(out, "SYSLOG_IDENTIFIER", span_str(j->l.o.tag));
	buf_addf(out, "SYSLOG_PID=%ld\n", (long)getpid());
	for (size_t i = 0; i < en->nfields; i++)
		if (en->field[i].value.n)
			put_field(out, en->field[i].name, en->field[i].value);
	put_field(out, "AUDITREC_EVENT",
		span_of(en->line.p, en->line.n ? en->line.n - 1 : 0));
	rc = buf_failed(out);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 0;
}

static int
seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

static int
send_file(struct journal *j, struct err *e)
{
	int fd = memfd_create("auditrec-event", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot make a file in memory");
	rc = fdio_write_all(fd, j->text.p, j->text.n, e);
	if (rc == 0 && seal(fd) < 0)
		rc = err_sys(e, ERR_IO, "cannot seal a file in memory");
	if (rc == 0)
		rc = outlet_peer_send(&j->peer, span_of(NULL, 0), fd, e);
	close(fd);
	return rc;
}

static int
journal_put(struct outlet *l, const struct logline *en, struct err *e)
{
	struct journal *j = (struct journal *)l;
	int rc = make_text(j, en, e);

	if (rc < 0)
		return rc;
	rc = outlet_peer_send(&j->peer, buf_span(&j->text), -1, e);
	return rc == ERR_LIMIT ? send_file(j, e) : rc;
}

static int
journal_close(struct outlet *l, struct err *e)
{
	struct journal *j = (struct journal *)l;

	(void)e;
	outlet_peer_close(&j->peer);
	buf_free(&j->text);
	free(j);
	return 0;
}

static const struct outlet_ops journal_ops = { .put = journal_put,
	.close = journal_close };

int
outlet_open_journal(struct outlet **out, const struct outlet_opts *o, struct err *e)
{
	struct journal *j = calloc(1, sizeof *j);

	if (!j)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	j->l = (struct outlet){ .ops = &journal_ops, .o = *o, .name = "the journal" };
	outlet_peer_init(&j->peer, o->path ? o->path : SOCKET, o);
	*out = &j->l;
	return 0;
}
