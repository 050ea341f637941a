/* SPDX-License-Identifier: ISC */
/* Bytes as messages of tlog. */
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct folder f;

	fuzz_folder(&f, span_of(data, size));
	if (f.n)
		fuzz_tape(&f, TAPE_TLOG, true);
	folder_free(&f);
	return 0;
}
