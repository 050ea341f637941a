/* SPDX-License-Identifier: ISC */
/* Any text as a date or a length of time, now and at the ends of time, where clocks change and
 * where they do not. */
#include "base/date.h"
#include "base/when.h"
#include "tests/fuzz/must.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX     200
#define YEAR_2262_NS INT64_C(9214646400000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_date(const char *text, int64_t now_ns)
{
	struct err e = { .text = "" };
	char shown[WHEN_TEXT_MAX];
	struct date_span d, again;

	if (date_parse(&d, text, now_ns, &e) < 0) {
		must(e.code == ERR_USAGE && e.text[0]);
		return;
	}
	must(d.from_ns <= d.to_ns);
	if (d.from_ns < 0 || d.from_ns >= YEAR_2262_NS)
		return; /* not to be written as a date */
	/* it can be told, and what is told is that date */
	when_format_utc(shown, d.from_ns, 9);
	must(date_parse(&again, shown, now_ns, &e) == 0);
	must(again.from_ns == d.from_ns);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const zones[] = { "UTC", "CET-1CEST,M3.5.0,M10.5.0/3",
		"<-03>3<-02>,M11.1.0/0,M2.3.0/0", "<+1245>-12:45" };
	static const int64_t nows[] = { 0, INT64_C(1795262400123456789), INT64_MAX };
	char text[TEXT_MAX + 1];
	int64_t ns = -1;

	size = size > TEXT_MAX ? TEXT_MAX : size;
	memcpy(text, data, size);
	text[size] = 0;
	for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (size_t i = 0; i < sizeof nows / sizeof *nows; i++)
			check_date(text, nows[i]);
	}
	must(date_parse_length(&ns, text, NULL) < 0 || ns >= 0);
	return 0;
}
