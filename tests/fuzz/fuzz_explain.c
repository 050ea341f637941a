/* SPDX-License-Identifier: ISC */
/* Recorded bytes as a person sees them beside the screen: names of typed keys, and a message
 * whose fields are those bytes, told in rows. */
#include "base/utf8.h"
#include "format/explain.h"
#include "format/vendor.h"
#include "replay/keyname.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Valid, and no order to a terminal. */
static void
must_be_seemly(struct span s, bool rows)
{
	if (!utf8_valid(s))
		abort();
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && !(rows && (s.p[i] == '\n' || s.p[i] == '\t'))) ||
			s.p[i] == 0x7F)
			abort();
}

static void
name_keys(struct span in)
{
	while (in.n) {
		struct keyname k;
		size_t n = keyname_next(in, &k);

		if (!n || n > in.n || !k.name[0])
			abort();
		must_be_seemly(span_str(k.name), false);
		must_be_seemly(span_str(k.sign), false);
		in = span_of(in.p + n, in.n - n);
	}
}

static void
explain(const struct msg *m)
{
	struct buf out = { 0 };

	if (msg_explain(&out, m, (struct explain_at){ 1, m->time_ns, true }) < 0)
		abort();
	must_be_seemly(buf_span(&out), true);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct msg m;

	name_keys(in);
	msg_init(&m, MSG_CHANNEL_REQUEST_UNKNOWN);
	m.p.channel_request_unknown.request_type = SPAN_LIT("command@auditrec");
	m.p.channel_request_unknown.payload = in;
	explain(&m);
	msg_init(&m, MSG_PTY);
	m.p.pty.term = m.p.pty.modelist = in;
	explain(&m);
	msg_init(&m, MSG_AUTH_PUBKEY);
	m.p.auth_pubkey.key = m.p.auth_pubkey.username = in;
	explain(&m);
	return 0;
}
