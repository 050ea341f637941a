/* SPDX-License-Identifier: ISC */
/* What auditrec reads of a session: output for prompts, input for keys and passwords.  The
 * bytes are cut into pieces by the bytes themselves; one piece is output, the next input. */
#include "rec/keys.h"
#include "rec/mask.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
type(struct keys *k, struct mask *m, struct span in)
{
	size_t before, length, guard = in.n + 1;
	const char *why = "";

	while (in.n) {
		enum keys_action a = keys_find(k, in, &before, &length);

		if (before + length > in.n || !guard-- ||
			(a == KEYS_NONE) != (length == 0))
			abort();
		if (mask_input(m, span_of(in.p, before), false, &why) != MASK_SHOW &&
			!*why)
			abort();
		in = span_of(in.p + before + length, in.n - before - length);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mask m = { .n = 0 };
	struct keys k = { .pasting = false };
	bool input = false;

	keys_parse(&k.mark, "^]", NULL);
	keys_parse(&k.pause, "F5", NULL);
	while (size) {
		size_t n = data[0] % 64;

		data++;
		size--;
		n = n < size ? n : size;
		if (input)
			type(&k, &m, span_of(data, n));
		else
			mask_output(&m, span_of(data, n));
		if (m.n > sizeof m.line)
			abort();
		mask_is_prompt(&m);
		input = !input;
		data += n;
		size -= n;
	}
	return 0;
}
