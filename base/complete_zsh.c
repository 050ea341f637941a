/* SPDX-License-Identifier: ISC */
/* For zsh: a call of _arguments for the program and for each of its commands. */
#include "base/complete_impl.h"

/* What would end a description, or mean something in double quotes. */
static void
print_help(FILE *out, const char *help)
{
	complete_brief(out, help, "[]:\"$`\\", "\\");
}

static void
print_action(FILE *out, enum complete_kind kind, const char *words)
{
	switch (kind) {
	case COMPLETE_FILE:
		fputs("_files", out);
		break;
	case COMPLETE_FOLDER:
		fputs("_files -/", out);
		break;
	case COMPLETE_WORD:
		fputs("(", out);
		fputs(words, out);
		fputs(")", out);
		break;
	case COMPLETE_LIST:
		fputs("{_values -s , word ", out);
		fputs(words, out);
		fputs("}", out);
		break;
	case COMPLETE_COMMAND:
		fputs("_command_names -e", out);
		break;
	case COMPLETE_NOTHING:
		fputs(" ", out);
		break;
	}
}

static void
print_option(FILE *out, const struct opt *o)
{
	char words[COMPLETE_WORDS_MAX];
	const char *value = o->arg ? "+" : "", *equals = o->arg ? "=" : "";
	enum complete_kind kind = complete_kind(o, words);

	fputs(" \\\n\t\t", out);
	if (o->arg)
		fputs("'*'", out); /* more than once */
	else if (o->name && o->letter)
		fprintf(out, "'(-%c --%s)'", o->letter, o->name);
	if (o->name && o->letter)
		fprintf(out, "{-%c%s,--%s%s}", o->letter, value, o->name, equals);
	else if (o->name)
		fprintf(out, "--%s%s", o->name, equals);
	else
		fprintf(out, "-%c%s", o->letter, value);
	fputs("\"[", out);
	print_help(out, o->help);
	fputs("]", out);
	if (o->arg) {
		fprintf(out, ":%s:", kind == COMPLETE_WORD ? "value" : o->arg);
		print_action(out, kind, words);
	}
	fputs("\"", out);
}

static void
print_operands(FILE *out, const char *args, const char *words)
{
	struct complete_operand o;

	for (int i = 1; complete_operand(&args, &o); i++) {
		fputs(" \\\n\t\t", out);
		if (o.kind == COMPLETE_COMMAND) {
			fputs("'(-)1:COMMAND:_command_names -e' \\\n"
			      "\t\t'*::argument:_normal'",
				out);
			return;
		}
		if (o.repeats)
			fprintf(out, "'*:%s:", o.name);
		else
			fprintf(out, "'%d:%s:", i, o.name);
		if (*words)
			fprintf(out,
				" _alternative \"words:word:(%s)\" \"paths:%s:", words,
				o.name);
		print_action(out, o.kind, "");
		fputs(*words ? "\"'" : "'", out);
	}
}

static void
print_arguments(FILE *out, const char *flags, const struct opt *o)
{
	fprintf(out, "_arguments %s", flags);
	for (; o->id; o++)
		print_option(out, o);
}

static void
print_verbs(FILE *out, const struct complete *c)
{
	const struct complete_verb *v;
	char words[COMPLETE_WORDS_MAX];

	fputs(" \\\n\t\t'1:command:->verb' \\\n\t\t'*::argument:->rest'\n\tcase $state "
	      "in\n"
	      "\tverb)\n\t\tlocal -a verbs\n\t\tverbs=(",
		out);
	for (v = c->verbs; v->name; v++) {
		fprintf(out, "\n\t\t\t\"%s:", v->name);
		print_help(out, v->help);
		fputs("\"", out);
	}
	fputs("\n\t\t)\n\t\t_describe command verbs\n\t\t;;\n\trest)\n\t\tcase $words[1] "
	      "in\n",
		out);
	for (v = c->verbs; v->name; v++) {
		fprintf(out, "\t\t%s) ", v->name);
		print_arguments(out, "-s -S", v->options);
		complete_words(words, v->word_at);
		print_operands(out, v->args, words);
		fputs(" ;;\n", out);
	}
	fputs("\t\tesac\n\t\t;;\n\tesac\n", out);
}

void
complete_zsh(FILE *out, const struct complete *c)
{
	fprintf(out,
		"#compdef %s\n# Completion for zsh, made by %s --completions zsh.\n"
		"_%s() {\n\tlocal curcontext=$curcontext state line\n"
		"\ttypeset -A opt_args\n\t",
		c->program, c->program, c->program);
	print_arguments(out, c->verbs ? "-C -s" : "-s -S", c->options);
	if (c->verbs)
		print_verbs(out, c);
	else
		print_operands(out, c->args, "");
	fprintf(out,
		"\n}\nif [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n\t_%s "
		"\"$@\"\nelse\n"
		"\tcompdef _%s %s\nfi\n",
		c->program, c->program, c->program);
}
