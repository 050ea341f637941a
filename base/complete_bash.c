/* SPDX-License-Identifier: ISC */
/* For bash: three functions made from the tables, and one that is the same for every program.
 * The package bash-completion is not needed. */
#include "base/complete_impl.h"

#include <string.h>

static const char *const kind_names[] = {
	[COMPLETE_NOTHING] = "text",
	[COMPLETE_FILE] = "file",
	[COMPLETE_FOLDER] = "folder",
	[COMPLETE_WORD] = "word",
	[COMPLETE_LIST] = "list",
	[COMPLETE_COMMAND] = "command",
};

/* %P is the program.  COMP_WORDS has "--option=value" as three words. */
static const char engine[] =
	"_%P() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb= option= operands=0 rest= kind= "
	"words= i w\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tw=${COMP_WORDS[i]}\n"
	"\t\tif [[ $w == = ]]; then continue\n"
	"\t\telif [[ $option ]]; then option=\n"
	"\t\telif [[ ! $rest && $w == -- ]]; then rest=1\n"
	"\t\telif [[ ! $rest && $w == -?* ]]; then _%P_value \"$verb\" \"$w\" && "
	"option=$w\n"
	"\t\telif [[ $_%P_verbs && ! $verb ]]; then verb=$w\n"
	"\t\telse\n"
	"\t\t\t((operands++))\n"
	"\t\t\t_%P_operand \"$verb\" $operands\n"
	"\t\t\t[[ $kind != command ]] || rest=1\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $cur != = ]] || cur=\n"
	"\tkind= words=\n"
	"\tif [[ $option ]]; then _%P_value \"$verb\" \"$option\"\n"
	"\telif [[ ! $rest && $cur == -* ]]; then kind=word words=$(_%P_options "
	"\"$verb\")\n"
	"\telif [[ $_%P_verbs && ! $verb ]]; then kind=word words=$_%P_verbs\n"
	"\telse _%P_operand \"$verb\" $((operands + 1))\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\tword) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
	"\tlist)\n"
	"\t\tw=${cur##*,}\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -P \"${cur%\"$w\"}\" -W \"$words\" -- "
	"\"$w\") ;;\n"
	"\tfile | folder | command)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tcase $kind$operands in\n"
	"\t\tfile* | command[1-9]*) w=-f ;;\n"
	"\t\tfolder*) w=-d ;;\n"
	"\t\t*) w=-c ;;\n"
	"\t\tesac\n"
	"\t\tmapfile -t COMPREPLY < <(compgen $w -- \"$cur\"; compgen -W \"$words\" -- "
	"\"$cur\") ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _%P %P\n";

static void
print_engine(FILE *out, const char *program)
{
	for (const char *p = engine; *p; p++)
		if (p[0] == '%' && p[1] == 'P') {
			fputs(program, out);
			p++;
		} else {
			fputc(*p, out);
		}
}

/* "VERB --name" | "VERB -n") kind=...: the options of one table that take a value. */
static void
print_values(FILE *out, const char *verb, const struct opt *o)
{
	for (; o->id; o++) {
		char words[COMPLETE_WORDS_MAX];
		enum complete_kind kind = complete_kind(o, words);

		if (!o->arg)
			continue;
		fputs("\t", out);
		if (o->name)
			fprintf(out, "'%s --%s'%s", verb, o->name,
				o->letter ? " | " : "");
		if (o->letter)
			fprintf(out, "'%s -%c'", verb, o->letter);
		fprintf(out, ") kind='%s'", kind_names[kind]);
		if (*words)
			fprintf(out, " words='%s'", words);
		fputs(" ;;\n", out);
	}
}

static void
print_options(FILE *out, const char *verb, const struct opt *o)
{
	const char *between = "";

	fprintf(out, "\t'%s') echo '", verb);
	for (; o->id; o++, between = " ") {
		if (o->name)
			fprintf(out, "%s--%s", between, o->name);
		if (o->letter)
			fprintf(out, "%s-%c", o->name ? " " : between, o->letter);
	}
	fputs("' ;;\n", out);
}

static void
print_operands(FILE *out, const char *verb, const char *args, const char *words)
{
	struct complete_operand o;

	for (int i = 1; complete_operand(&args, &o); i++) {
		if (o.repeats || o.kind == COMPLETE_COMMAND)
			fprintf(out, "\t'%s '*", verb);
		else
			fprintf(out, "\t'%s %d'", verb, i);
		fprintf(out, ") kind='%s' words='%s' ;;\n", kind_names[o.kind], words);
	}
}

void
complete_bash(FILE *out, const struct complete *c)
{
	const struct complete_verb *none = &(struct complete_verb){ .name = NULL };
	const struct complete_verb *verbs = c->verbs ? c->verbs : none, *v;
	char words[COMPLETE_WORDS_MAX];

	fprintf(out, "# Completion for bash, made by %s --completions bash.\n_%s_verbs='",
		c->program, c->program);
	for (v = verbs; v->name; v++)
		fprintf(out, "%s%s", v == verbs ? "" : " ", v->name);
	fprintf(out, "'\n\n_%s_value() {\n\tcase \"$1 $2\" in\n", c->program);
	print_values(out, "", c->options);
	for (v = verbs; v->name; v++)
		print_values(out, v->name, v->options);
	fprintf(out, "\t*) return 1 ;;\n\tesac\n}\n\n_%s_options() {\n\tcase $1 in\n",
		c->program);
	print_options(out, "", c->options);
	for (v = verbs; v->name; v++)
		print_options(out, v->name, v->options);
	fprintf(out, "\tesac\n}\n\n_%s_operand() {\n\tcase \"$1 $2\" in\n", c->program);
	print_operands(out, "", c->args, "");
	for (v = verbs; v->name; v++) {
		complete_words(words, v->word_at);
		print_operands(out, v->name, v->args, words);
	}
	fputs("\t*) kind=text ;;\n\tesac\n}\n\n", out);
	print_engine(out, c->program);
}
