/* SPDX-License-Identifier: ISC */
/* auditlog redact: a recording in which secrets are masked. */
#include "log/redaction.h"

#include "base/diag.h"
#include "base/utf8.h"
#include "format/facts.h"
#include "format/seemly.h"
#include "log/out.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RULES_FILE_MAX ((size_t)1 << 20)
#define READ_BYTES     ((size_t)64 << 10)

enum {
	OPT_TEXT = 1,
	OPT_REGEX,
	OPT_RULE,
	OPT_PRESET,
	OPT_MASK,
	OPT_DROP_INPUT,
	OPT_BETWEEN,
	OPT_DRY_RUN,
	OPT_JSON,
	OPT_SHOW,
	OPT_HIDE_SOURCE,
};

static const struct opt options[] = {
	{ OPT_TEXT, "text", 'T', "TEXT",
		"mask this text (but in the list of processes others may see\n"
		"it: --rule FILE keeps it out of there)" },
	{ OPT_REGEX, "regex", 'e', "PATTERN",
		"mask what matches this expression (PCRE2) in a line" },
	{ OPT_RULE, "rule", 'r', "FILE",
		"mask by the rules in FILE, - for standard input, one a line:\n"
		"NAME KIND[@shown,typed,events] PATTERN; KIND is text, regex\n"
		"or lines (an expression that may go over several lines)" },
	{ OPT_PRESET, "preset", 'p', "NAME", "mask by rules of our own; all: by all" },
	{ OPT_MASK, "mask", 'm', "CHAR", "what masked characters become, default *" },
	{ OPT_DROP_INPUT, "drop-input", 0, NULL, "leave out all that was typed" },
	{ OPT_BETWEEN, "between", 'b', "FROM..TO",
		"mask everything in this time; times as for auditplay --at" },
	{ OPT_DRY_RUN, "dry-run", 'n', NULL,
		"write nothing, print what would be masked and where" },
	{ OPT_JSON, "json", 'j', NULL, "with --dry-run: one JSON object a match" },
	{ OPT_SHOW, "show", 0, NULL, "with --dry-run: print the text, too: the secret" },
	{ OPT_HIDE_SOURCE, "hide-source", 0, NULL,
		"do not tell name, size and SHA-256 of IN: with them, whoever\n"
		"guesses a short secret can find out that the guess is right" },
	COPY_OPTIONS,
	CMD_OPTIONS_END,
};

static const struct cmd_note notes[] = {
	{ "presets", rules_print_presets, rules_mdoc_presets },
	{ .name = NULL },
};

struct redact_run {
	struct redaction x;
	bool dry_run, json, show;
	struct out out;
	const struct clk *clk;
};

static int
read_all(struct src *s, struct buf *out, struct err *e)
{
	ssize_t n;

	do {
		if (out->n >= RULES_FILE_MAX || buf_reserve(out, READ_BYTES) < 0)
			return err_set(
				e, ERR_LIMIT, "larger than a file of rules may be");
		n = src_read_at(s, out->n, out->p + out->n, READ_BYTES, e);
		out->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	return n < 0 ? e->code : 0;
}

static int
read_rules(struct rules *r, const char *path, struct err *e)
{
	struct err why;
	struct src *s;
	struct buf text;
	int rc = fdio_open_src(&s, path, &why);

	buf_init(&text, 2 * RULES_FILE_MAX);
	if (rc == 0) {
		rc = read_all(s, &text, &why);
		src_close(s);
	}
	if (rc == 0)
		rc = rules_read(r, buf_span(&text), &why);
	buf_free(&text);
	return rc < 0 ? err_set(e, rc, "--rule %s: %s", path, why.text) : 0;
}

static int
take_mask(struct redaction *x, const char *value, struct err *e)
{
	int n = utf8_get((const uint8_t *)value, strlen(value), &x->mask, NULL);

	if (n && !value[n] && redact_mask_ok(x->mask))
		return 0;
	return err_set(
		e, ERR_USAGE, "--mask takes one visible character of normal width");
}

static int
take_between(struct redaction *x, const char *value, struct err *e)
{
	const char *dots = strstr(value, "..");
	char from[WHEN_TEXT_MAX];
	int r;

	if (!dots || (size_t)(dots - value) >= sizeof from)
		return err_set(e, ERR_USAGE, "--between takes FROM..TO");
	snprintf(from, sizeof from, "%.*s", (int)(dots - value), value);
	r = when_parse(&x->from, from, e);
	if (r == 0)
		r = when_parse(&x->to, dots + 2, e);
	x->between = true;
	return r;
}

static int
take_rule(struct redaction *x, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_TEXT:
		return rules_add(
			&x->rules, NULL, RULE_TEXT, RULE_EVERYWHERE, value, false, e);
	case OPT_REGEX:
		return rules_add(
			&x->rules, NULL, RULE_REGEX, RULE_EVERYWHERE, value, false, e);
	case OPT_RULE:
		return read_rules(&x->rules, value, e);
	default:
		return rules_preset(&x->rules, value, e);
	}
}

static int
take_option(struct redact_run *r, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_TEXT:
	case OPT_REGEX:
	case OPT_RULE:
	case OPT_PRESET:
		return take_rule(&r->x, id, value, e);
	case OPT_MASK:
		return take_mask(&r->x, value, e);
	case OPT_BETWEEN:
		return take_between(&r->x, value, e);
	case OPT_DROP_INPUT:
		r->x.drop_input = true;
		return 0;
	case OPT_DRY_RUN:
		r->dry_run = true;
		return 0;
	case OPT_JSON:
		r->json = true;
		return 0;
	case OPT_SHOW:
		r->show = true;
		return 0;
	case OPT_HIDE_SOURCE:
		r->x.edit.hide_source = true;
		return 0;
	default:
		return copy_option(&r->x.edit.copy, id, value, e);
	}
}

static int
check(const struct redact_run *r, int noperands, struct err *e)
{
	const struct redaction *x = &r->x;

	if (!x->rules.n && !x->drop_input && !x->between)
		return err_set(e, ERR_USAGE,
			"what is to be masked? --text, --regex, --rule FILE, --preset "
			"all, "
			"--drop-input or --between");
	if (!r->dry_run && (r->json || r->show))
		return err_set(e, ERR_USAGE, "--json and --show go with --dry-run");
	if (!r->dry_run && noperands < 2)
		return err_set(e, ERR_USAGE,
			"redact needs IN OUT, or IN and --dry-run (see auditlog redact "
			"--help)");
	return 0;
}

static const char *
rule_name(const struct redact_run *r, const struct redact_hit *h)
{
	return h->rule == REDACT_SECRET_FIELD ? "secret-field"
					      : r->x.rules.v[h->rule].name;
}

static void
print_json(struct redact_run *r, const struct redact_hit *h)
{
	struct jsonw w;

	jsonw_init(&w, &r->out.buf);
	jsonw_object(&w);
	facts_json_seconds(&w, "at", h->at_ns);
	jsonw_kuint(&w, "message", h->n);
	jsonw_kstr(&w, "place", redact_place_name(h->place));
	jsonw_kstr(&w, "rule", rule_name(r, h));
	if (r->show)
		jsonw_ktext(&w, "text", h->text);
	jsonw_object_end(&w);
	buf_add_byte(&r->out.buf, '\n');
}

static void
print_line(struct redact_run *r, const struct redact_hit *h)
{
	char at[WHEN_TEXT_MAX];

	buf_addf(&r->out.buf, "%12s  %-6s  %s", when_format(at, h->at_ns, 3),
		redact_place_name(h->place), rule_name(r, h));
	if (r->show) {
		buf_add_str(&r->out.buf, ": ");
		seemly_put(&r->out.buf, h->text, SEEMLY_ALL);
	}
	buf_add_byte(&r->out.buf, '\n');
}

static void
print_hit(void *ctx, const struct redact_hit *h)
{
	struct redact_run *r = ctx;
	struct err ignored; /* an error comes again at the last flush */

	if (r->json)
		print_json(r, h);
	else
		print_line(r, h);
	out_more(&r->out, &ignored);
}

static int
dry_run(struct redact_run *r)
{
	struct err e;
	int status;

	out_init(&r->out, STDOUT_FILENO);
	r->x.hit = print_hit;
	r->x.ctx = r;
	status = redaction_try(&r->x, r->clk);
	if (out_flush(&r->out, &e) < 0 && status == CMD_OK)
		status = diag_fail(&e, NULL);
	out_free(&r->out);
	if (status == CMD_OK)
		diag_note("%s: %s; nothing is written", input_name(r->x.edit.copy.from),
			r->x.edit.how);
	return status;
}

static void
tell_done(const struct redaction *x)
{
	diag_note("%s: %s", copy_out_name(&x->edit.copy), x->edit.how);
}

static int
run_it(struct redact_run *r, struct cmd_run *cmd)
{
	struct err e;
	int id, status;

	while ((id = cmd_next(cmd, &e)) > 0)
		if (take_option(r, id, cmd->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || check(r, cmd->noperands, &e) < 0)
		return cmd_wrong(&e);
	r->x.edit.copy.from = cmd->operands[0];
	r->x.edit.copy.to = cmd->operands[1];
	if (r->dry_run)
		return dry_run(r);
	status = redaction_run(&r->x, r->clk);
	if (status == CMD_OK)
		tell_done(&r->x);
	return status;
}

static int
run(struct cmd_run *cmd)
{
	struct redact_run r = { .clk = cmd->clk };
	int status = run_it(&r, cmd);

	redaction_free(&r.x);
	return status;
}

const struct cmd cmd_redact = {
	.name = "redact",
	.args = "IN OUT",
	.help = "write a recording in which secrets are masked",
	.options = options,
	.run = run,
	.least = 1,
	.most = 2,
	.notes = notes,
};
