/* SPDX-License-Identifier: ISC */
/* For fish: a line for each option and command. */
#include "base/complete_impl.h"

/* What the argument of an option may be. */
static void
print_value(FILE *out, enum complete_kind kind, const char *words)
{
	switch (kind) {
	case COMPLETE_FILE:
		fputs(" -r -F", out);
		break;
	case COMPLETE_FOLDER:
		fputs(" -x -a '(__fish_complete_directories (commandline -ct))'", out);
		break;
	case COMPLETE_WORD:
		fputs(" -x -a '", out);
		fputs(words, out);
		fputs("'", out);
		break;
	case COMPLETE_LIST:
		fputs(" -x -a '(__fish_complete_list , \"string join \\n ", out);
		fputs(words, out);
		fputs("\")'", out);
		break;
	case COMPLETE_COMMAND:
	case COMPLETE_NOTHING:
		fputs(" -x", out);
		break;
	}
}

static void
print_help(FILE *out, const char *help)
{
	fputs(" -d '", out);
	complete_brief(out, help, "'\\", "\\");
	fputs("'\n", out);
}

static void
print_options(FILE *out, const char *program, const char *when, const struct opt *o)
{
	for (; o->id; o++) {
		char words[COMPLETE_WORDS_MAX];
		enum complete_kind kind = complete_kind(o, words);

		fprintf(out, "complete -c %s%s", program, when);
		if (o->letter)
			fprintf(out, " -s %c", o->letter);
		if (o->name)
			fprintf(out, " -l %s", o->name);
		if (o->arg)
			print_value(out, kind, words);
		print_help(out, o->help);
	}
}

/* The options whose value is no operand, for the command that is run. */
static void
print_command(FILE *out, const struct complete *c)
{
	fprintf(out, "complete -c %s -x -a '(__fish_complete_subcommand --", c->program);
	for (const struct opt *o = c->options; o->id; o++) {
		if (o->arg && o->letter)
			fprintf(out, " -%c", o->letter);
		if (o->arg && o->name)
			fprintf(out, " --%s", o->name);
	}
	fputs(")' -d command\n", out);
}

/* Files are offered where one operand at least is a file. */
static void
print_operands(FILE *out, const char *program, const char *when, const char *args)
{
	struct complete_operand o;
	bool files = false;

	while (complete_operand(&args, &o))
		files = files || o.kind == COMPLETE_FILE || o.kind == COMPLETE_FOLDER;
	if (files)
		fprintf(out, "complete -c %s%s -F\n", program, when);
}

static void
print_verbs(FILE *out, const struct complete *c)
{
	char when[100], words[COMPLETE_WORDS_MAX];

	for (const struct complete_verb *v = c->verbs; v->name; v++) {
		fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s", c->program,
			v->name);
		print_help(out, v->help);
		snprintf(when, sizeof when, " -n '__fish_seen_subcommand_from %s'",
			v->name);
		print_options(out, c->program, when, v->options);
		print_operands(out, c->program, when, v->args);
		complete_words(words, v->word_at);
		if (*words)
			fprintf(out, "complete -c %s%s -a '%s'\n", c->program, when,
				words);
	}
}

void
complete_fish(FILE *out, const struct complete *c)
{
	struct complete_operand first = { .kind = COMPLETE_NOTHING };
	const char *args = c->args;

	fprintf(out, "# Completion for fish, made by %s --completions fish.\n",
		c->program);
	fprintf(out, "complete -c %s -f\n", c->program);
	print_options(
		out, c->program, c->verbs ? " -n __fish_use_subcommand" : "", c->options);
	if (c->verbs)
		print_verbs(out, c);
	else if (complete_operand(&args, &first) && first.kind == COMPLETE_COMMAND)
		print_command(out, c);
	else
		print_operands(out, c->program, "", c->args);
}
