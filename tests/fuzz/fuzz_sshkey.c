/* SPDX-License-Identifier: ISC */
/* Any line as a public key or certificate. */
#include "format/sshkey.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
sum(struct span s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i];
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest, name;
	unsigned n = 0;
	struct sshkey k;

	if (sshkey_parse(&k, span_of(data, size), NULL) == 0) {
		must(memchr(k.type, 0, sizeof k.type) != NULL);
		must(memchr(k.fingerprint, 0, sizeof k.fingerprint) != NULL);
		must(k.text.p >= data && k.text.n <= size);
		rest = k.principals;
		n += sum(k.key_id);
		while (sshkey_principal(&rest, &name))
			n += sum(name);
		must(n < UINT32_MAX); /* all of it could be read */
		sshkey_free(&k);
	}
	return 0;
}
