/* SPDX-License-Identifier: ISC */
/* auditlog auth: the address with which a person ties this machine's uploads to an account.
 * Nothing goes over the network. */
#include "log/cmd.h"

#include "base/diag.h"
#include "log/account.h"

#include <stdio.h>

enum { OPT_SERVER = 1 };

static const struct opt options[] = {
	{ OPT_SERVER, "server-url", 0, "URL",
		"the asciinema server; without it the one that asciinema's own\n"
		"settings name, else https://asciinema.org" },
	CMD_OPTIONS_END,
};

static int
run(struct cmd_run *r)
{
	const char *server = NULL;
	struct account a;
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (id == OPT_SERVER)
			server = r->opts.value;
	if (id < 0)
		return cmd_wrong(&e);
	if (account_server(&a, server, &e) < 0 || account_id(&a, true, &e) < 0)
		return diag_fail(&e, NULL);
	printf("Open this address in a browser in which you are logged in at %s:\n\n"
	       "%s/connect/%s\n\n"
	       "It ties everything that was and will be uploaded from here to your "
	       "account.\n"
	       "Keep it secret: whoever opens it first has these uploads, and whoever "
	       "knows\n"
	       "it can upload in your name.\n",
		a.host, a.server, a.id);
	return CMD_OK;
}

const struct cmd cmd_auth = {
	.name = "auth",
	.args = "",
	.help = "tie uploads to an account of an asciinema server",
	.options = options,
	.run = run,
	.least = 0,
	.most = 0,
};
