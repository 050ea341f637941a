/* SPDX-License-Identifier: ISC */
/* Bytes as a typescript and what lies beside it. */
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct folder f;

	fuzz_folder(&f, span_of(data, size));
	if (f.n && !folder_file(&f, "written")) {
		if (!folder_file(&f, "written.timing") &&
			!folder_file(&f, "written.input"))
			fuzz_tape(&f, TAPE_SCRIPT, true);
		must(f.open == 0);
	}
	folder_free(&f);
	return 0;
}
