/* SPDX-License-Identifier: ISC */
/* Bytes as an I/O log of sudo and what lies beside it. */
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct folder f;

	fuzz_folder(&f, span_of(data, size));
	if (f.n)
		fuzz_tape(&f, TAPE_SUDO, true);
	folder_free(&f);
	return 0;
}
