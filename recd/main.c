/* SPDX-License-Identifier: ISC */
/* auditrecd: takes sessions from auditrec and keeps them where their users cannot reach. */
#include "base/complete.h"
#include "base/diag.h"
#include "base/opt.h"
#include "recd/daemon.h"
#include "recd/keyfile.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#define CONF_FILE SYSCONFDIR "/auditrec/auditrecd.conf"

enum {
	OPT_CONFIG = 1,
	OPT_CHECK,
	OPT_PRINT,
	OPT_MAKE_KEY,
	OPT_QUIET,
	OPT_HELP,
	OPT_VERSION
};

static const struct opt options[] = {
	{ OPT_CONFIG, "config", 'c', "FILE", "read FILE instead of " CONF_FILE },
	{ OPT_CHECK, "check-config", 't', NULL,
		"say what is wrong in the configuration, print it as it\n"
		"would be used, and end" },
	{ OPT_QUIET, "quiet", 'q', NULL,
		"with --check-config: print only what is wrong" },
	{ OPT_MAKE_KEY, "make-key", 0, "FILE",
		"make a key for seals: the secret one in FILE, the public one\n"
		"in FILE.pub, and end" },
	{ OPT_PRINT, "print-config", 0, NULL,
		"print a configuration file with the defaults" },
	OPT_ROW_HELP(OPT_HELP),
	OPT_ROW_VERSION(OPT_VERSION),
	{ .id = 0 },
};

static void
print_help(void)
{
	opt_usage(stdout, "auditrecd [OPTION]...",
		"Takes sessions from auditrec and keeps them where their users cannot "
		"reach.",
		options);
}

static int
print_defaults(void)
{
	struct conf c;

	conf_defaults(&c);
	conf_print(stdout, &c);
	conf_free(&c);
	return 0;
}

static int
check(const char *path, bool may_be_missing, bool quiet)
{
	struct conf c;
	int status = daemon_load(&c, path, may_be_missing);

	if (status == 0)
		status = daemon_check(&c, path);
	if (status == 0 && !quiet)
		conf_print(stdout, &c);
	conf_free(&c);
	return status;
}

static int
run(int argc, char **argv)
{
	const char *path = CONF_FILE;
	bool named = false, only_check = false, quiet = false;
	struct opt_parser p;
	struct conf c;
	struct err e;
	int id, status;

	opt_start(&p, options, argc, argv);
	while ((id = opt_next(&p, &e)) > 0) {
		if (id == OPT_CONFIG) {
			path = p.value;
			named = true;
		} else if (id == OPT_CHECK) {
			only_check = true;
		} else if (id == OPT_QUIET) {
			quiet = true;
		} else if (id == OPT_PRINT) {
			return print_defaults();
		} else if (id == OPT_MAKE_KEY) {
			return keyfile_make(p.value, &e) < 0 ? diag_fail(&e, NULL) : 0;
		} else if (id == OPT_HELP) {
			return print_help(), 0;
		} else {
			return printf("auditrecd %s\n", PACKAGE_VERSION), 0;
		}
	}
	if (id < 0)
		return diag_fail(&e, NULL);
	if (p.at < argc) {
		diag_error("'%.40s': takes no operands (see --help)", argv[p.at]);
		return 2;
	}
	if (only_check)
		return check(path, !named, quiet);
	status = daemon_load(&c, path, !named);
	return status ? status : daemon_run(&c, path, !named);
}

static int
print_completions(const char *shell)
{
	static const struct complete all = {
		.program = "auditrecd", .args = "", .options = options
	};
	struct err e;

	return complete_print(stdout, shell, &all, &e) < 0 ? diag_fail(&e, NULL) : 0;
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	diag_init("auditrecd");
	if (complete_asked(argc, argv))
		return print_completions(complete_asked(argc, argv));
	if (argc == 2 && strcmp(argv[1], "--mdoc-options") == 0)
		return opt_mdoc(stdout, options), 0;
	if (argc == 2 && strcmp(argv[1], "--mdoc-settings") == 0)
		return conf_mdoc(stdout), 0;
	return run(argc, argv);
}
