/* SPDX-License-Identifier: ISC */
#include "format/tape_impl.h"
#include "format/wire.h"

bool
tape_audit_sniff(struct span head, bool whole)
{
	size_t n = head.n < AUDIT_MAGIC_TEXT ? head.n : AUDIT_MAGIC_TEXT;

	(void)whole;
	return n && memcmp(head.p, AUDIT_MAGIC, n) == 0;
}

int
tape_audit_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	(void)t;
	(void)src;
	(void)o;
	return err_set(e, ERR_UNSUPPORTED, "not yet");
}
