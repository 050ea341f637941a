/* SPDX-License-Identifier: ISC */
/* A seal is an event in a recording that vouches for the bytes of the file in front of it:
 * those from the place up to which the seal before it went, to its own OFFSET.  Each seal
 * holds the hash of its bytes, and a chain: the hash of the chain before it with all that this
 * seal says.  The chain is signed together with the connection id.  So whole seals cannot be
 * left out, moved or brought in from elsewhere, and a change is found between two of them. */
#ifndef FORMAT_SEAL_H
#define FORMAT_SEAL_H

#include "format/sha256.h"
#include "format/sign.h"
#include "format/vendor.h"

/* Events of the daemon in a recording are numbered from here on, in requestId. */
#define SEAL_REQUEST (UINT64_C(1) << 32)

struct seal {
	uint64_t n;      /* counts from 0 */
	uint64_t offset; /* in the file: everything before it is vouched for */
	int64_t time_ns; /* wall clock of the signer */
	bool final;      /* the recording ended as it should; nothing follows */
	uint8_t sha256[SHA256_BYTES];
	uint8_t chain[SHA256_BYTES];
	uint8_t signature[SIGN_SIGNATURE];
	char key[SIGN_KEY_ID]; /* whose signature it says it is */
};

/* From n, offset, time_ns, final, sha256 and BEFORE, the chain so far (zeros for the first):
 * chain, signature and key. */
void seal_sign(struct seal *s, const uint8_t before[SHA256_BYTES], struct span connection,
	const struct sign_key *key);
/* Is S what SEAL_SIGN made with that key, behind BEFORE? */
enum seal_verdict {
	SEAL_GOOD,
	SEAL_OTHER_CHAIN,  /* signed, but not behind that one */
	SEAL_OTHER_KEY,    /* signed with another key, as it says itself */
	SEAL_NO_SIGNATURE, /* the signature is wrong */
};
enum seal_verdict seal_check(const struct seal *s, const uint8_t before[SHA256_BYTES],
	struct span connection, const uint8_t public[SIGN_PUBLIC]);

/* As an event; JSON holds its payload. */
int seal_put(struct msg *m, const struct seal *s, struct buf *json);
/* False: M is no seal, or none that makes sense. */
bool seal_get(struct seal *s, const struct msg *m);

#endif
