/* SPDX-License-Identifier: ISC */
#include "log/glance.h"

#define HEAD_MESSAGES 256

void
glance_head(struct tape *t, struct facts *f)
{
	const struct msg *m;
	int64_t at_ns;

	for (int i = 0; i < HEAD_MESSAGES && tape_next(t, &m, &at_ns, NULL) > 0; i++) {
		facts_take(f, m, at_ns);
		if (m->type == MSG_IO)
			break;
	}
}

bool
glance_jump(struct tape *t)
{
	struct tape_pos here = tape_tell(t);
	struct tape_access at;

	if (!tape_index_find(t, INT64_MAX, &at) || at.pos.ordinal <= here.ordinal)
		return false;
	if (tape_seek(t, &at.pos, NULL) == 0)
		return true;
	tape_seek(t, &here, NULL);
	return false;
}
