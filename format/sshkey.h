/* SPDX-License-Identifier: ISC */
/* A public key or certificate of SSH in its text form, "ssh-ed25519 AAAA... comment": what kind
 * it is, its fingerprint as sshd logs it, and what a certificate says.  Sources: RFC 4253
 * section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, OpenSSH's PROTOCOL.certkeys and
 * PROTOCOL.u2f.  The bytes are a user's: every length is held against what is there. */
#ifndef FORMAT_SSHKEY_H
#define FORMAT_SSHKEY_H

#include "base/buf.h"
#include "base/err.h"

#define SSHKEY_TEXT_MAX        ((size_t)64 << 10) /* of a line */
#define SSHKEY_TYPE_MAX        64
#define SSHKEY_FINGERPRINT_MAX 52 /* "SHA256:" and 43 digits */

struct sshkey {
	char type[SSHKEY_TYPE_MAX];
	char fingerprint
		[SSHKEY_FINGERPRINT_MAX]; /* of the plain key, a certificate's too */
	struct span text;                 /* type and key, without comment; borrowed */
	bool is_cert;
	bool is_host; /* a host's certificate, no user's */
	uint64_t serial;
	struct span key_id;
	struct span principals;             /* for sshkey_principal() */
	uint64_t valid_after, valid_before; /* seconds since 1970; UINT64_MAX: for ever */
	char ca_type[SSHKEY_TYPE_MAX];
	char ca_fingerprint[SSHKEY_FINGERPRINT_MAX];
	struct buf blob; /* what the spans above point into */
};

/* ERR_FORMAT: that is no key.  LINE must live as long as K. */
int sshkey_parse(struct sshkey *k, struct span line, struct err *e);
void sshkey_free(struct sshkey *k);
/* The next principal out of *REST (at first K->principals); false behind the last. */
bool sshkey_principal(struct span *rest, struct span *name);

#endif
