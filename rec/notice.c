/* SPDX-License-Identifier: ISC */
#include "rec/notice.h"

#include "sys/fdio.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int
show_file(int out, const char *path, struct err *e)
{
	static char text[NOTICE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : fdio_read(fd, text, sizeof text);

	if (n < 0)
		err_sys(e, ERR_IO, "notice: %.200s", path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? ERR_IO : fdio_write_all(out, text, (size_t)n, e);
}

int
notice_show(int out, const char *text, struct err *e)
{
	int rc;

	if (!*text)
		return 0;
	if (*text == '/')
		return show_file(out, text, e);
	rc = fdio_write_all(out, text, strlen(text), e);
	return rc < 0 ? rc : fdio_write_all(out, "\n", 1, e);
}

bool
notice_consent(int in, int out)
{
	static const char question[] = "Do you agree? [yes/no] ";
	char line[64];
	ssize_t n;

	if (fdio_write_all(out, question, sizeof question - 1, NULL) < 0)
		return false;
	n = fdio_read(in, line, sizeof line - 1);
	line[n < 0 ? 0 : n] = 0;
	line[strcspn(line, "\r\n")] = 0;
	return strcasecmp(line, "yes") == 0 || strcasecmp(line, "y") == 0;
}
