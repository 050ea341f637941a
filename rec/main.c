/* SPDX-License-Identifier: ISC */
/* auditrec: record a terminal session. */
#include "base/diag.h"
#include "rec/session.h"

#include <fcntl.h>
#include <unistd.h>

static void
usage(void)
{
	opt_usage(stdout, "auditrec [OPTION...] [--] [COMMAND [ARG...]]",
		"Record COMMAND, or your shell, as it appears on the terminal.",
		conf_options);
	printf("\nExample: auditrec -o demo.audit -o demo.cast -- vim notes.txt\n");
}

/* Descriptors 0 to 2 must be taken, or files that we open would become them. */
static void
plug_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct err e = { .code = 0 };
	int rc;

	diag_init("auditrec");
	plug_standard_fds();
	rc = conf_parse(&conf, argc, argv, &e);
	if (rc == CONF_HELP) {
		usage();
		return 0;
	}
	if (rc == CONF_VERSION) {
		printf("auditrec %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (rc == CONF_RUN)
		rc = session_run(&conf, &e);
	return rc < 0 ? diag_fail(&e, NULL) : rc;
}
