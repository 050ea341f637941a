/* SPDX-License-Identifier: ISC */
/* The main of every unit test: UNIT_MAIN("name", case, case, ...), each a function that
 * returns a TCase.  Output is TAP when CK_TAP_LOG_FILE_NAME is set (make check sets it). */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(name, ...)                                                             \
	int main(void)                                                                   \
	{                                                                                \
		TCase *(*const cases[])(void) = { __VA_ARGS__ };                         \
		Suite *s = suite_create(name);                                           \
		SRunner *r;                                                              \
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)                \
			suite_add_tcase(s, cases[i]());                                  \
		r = srunner_create(s);                                                   \
		srunner_run_all(r, getenv("CK_TAP_LOG_FILE_NAME") ? CK_SILENT : CK_ENV); \
		int failed = srunner_ntests_failed(r);                                   \
		srunner_free(r);                                                         \
		/* TAP tells of failed cases itself: do not count the program again. */  \
		return failed && !getenv("CK_TAP_LOG_FILE_NAME") ? EXIT_FAILURE : 0;     \
	}

/* Of helpers that not every test needs. */
#define UNUSED __attribute__((unused))

#endif
