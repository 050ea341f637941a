/* SPDX-License-Identifier: ISC */
/* Recursive descent into a table of nodes; a test is three-valued as long as recordings are
 * not read. */
#include "log/expr.h"

#include <stdlib.h>
#include <unistd.h>

struct node {
	enum { NODE_AND, NODE_OR, NODE_NOT, NODE_ASK } kind;
	int left, right; /* RIGHT: of and, or */
	const struct predicate *p;
	struct predicate_arg arg;
};

struct expr {
	int root; /* -1: all is wanted */
	int n;
	struct node v[EXPR_NODES_MAX];
};

struct parser {
	struct expr *x;
	char *const *words;
	int n, at, depth;
	int64_t now_ns;
	struct err *e;
};

static const char *
word(const struct parser *p)
{
	return p->at < p->n ? p->words[p->at] : NULL;
}

static bool
is(const struct parser *p, const char *what)
{
	return word(p) && strcmp(word(p), what) == 0;
}

/* Its number, or an error. */
static int
add(struct parser *p, struct node node)
{
	if (p->x->n == EXPR_NODES_MAX)
		return err_set(p->e, ERR_USAGE, "the expression has more than %d parts",
			EXPR_NODES_MAX);
	p->x->v[p->x->n] = node;
	return p->x->n++;
}

static int parse_or(struct parser *p);

static int
parse_group(struct parser *p)
{
	int inner;

	if (++p->depth > EXPR_DEPTH_MAX)
		return err_set(p->e, ERR_USAGE,
			"more than %d parentheses inside each other", EXPR_DEPTH_MAX);
	p->at++;
	inner = parse_or(p);
	p->depth--;
	if (inner < 0)
		return inner;
	if (!is(p, ")"))
		return err_set(p->e, ERR_USAGE, "'(' without ')'");
	p->at++;
	return inner;
}

static int
parse_predicate(struct parser *p)
{
	struct node node = { .kind = NODE_ASK };
	int rc;

	if (!word(p))
		return err_set(p->e, ERR_USAGE, "something is missing behind '%.40s'",
			p->at ? p->words[p->at - 1] : "");
	node.p = predicate_find(word(p), p->e);
	if (!node.p)
		return ERR_USAGE;
	p->at++;
	if (!word(p))
		return err_set(
			p->e, ERR_USAGE, "%s needs a %s", node.p->name, node.p->arg);
	rc = node.p->read(&node.arg, word(p), p->now_ns, p->e);
	if (rc < 0) {
		err_prefix(p->e, "%s", node.p->name);
		return rc;
	}
	p->at++;
	rc = add(p, node);
	if (rc < 0)
		query_free(node.arg.query);
	return rc;
}

static int
parse_not(struct parser *p)
{
	bool negate = false;
	int inner;

	for (; is(p, "!") || is(p, "not"); p->at++)
		negate = !negate;
	inner = is(p, "(") ? parse_group(p) : parse_predicate(p);
	if (inner < 0 || !negate)
		return inner;
	return add(p, (struct node){ .kind = NODE_NOT, .left = inner });
}

static int
parse_and(struct parser *p)
{
	int left = parse_not(p);

	while (left >= 0 && word(p) && !is(p, "or") && !is(p, ")")) {
		struct node node = { .kind = NODE_AND, .left = left };

		p->at += is(p, "and");
		node.right = parse_not(p);
		left = node.right < 0 ? node.right : add(p, node);
	}
	return left;
}

static int
parse_or(struct parser *p)
{
	int left = parse_and(p);

	while (left >= 0 && is(p, "or")) {
		struct node node = { .kind = NODE_OR, .left = left };

		p->at++;
		node.right = parse_and(p);
		left = node.right < 0 ? node.right : add(p, node);
	}
	return left;
}

int
expr_parse(struct expr **out, char *const *words, int n, int64_t now_ns, struct err *e)
{
	struct parser p = { .words = words, .n = n, .now_ns = now_ns, .e = e };
	struct expr *x = calloc(1, sizeof *x);

	*out = x;
	if (!x)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	p.x = x;
	x->root = n ? parse_or(&p) : -1;
	if (n && x->root >= 0 && p.at < n)
		x->root = err_set(e, ERR_USAGE, "')' without '('");
	if (n && x->root < 0) {
		expr_free(x);
		*out = NULL;
		return ERR_USAGE;
	}
	return 0;
}

void
expr_free(struct expr *x)
{
	for (int i = 0; x && i < x->n; i++)
		query_free(x->v[i].arg.query);
	free(x);
}

/* How far a test goes. */
struct depth {
	bool search;
	const struct look *how;
	struct err *e;
};

static int test(
	const struct expr *x, int node, const struct record *r, const struct depth *d);

/* One side decides when it is DECIDING; what is known is asked on both sides first. */
static int
test_two(const struct expr *x, const struct node *n, const struct record *r,
	const struct depth *d)
{
	static const struct depth shallow;
	const int deciding = n->kind == NODE_OR;
	int left = test(x, n->left, r, &shallow), right;

	if (left == deciding)
		return left;
	right = test(x, n->right, r, &shallow);
	if (right == deciding)
		return right;
	if (!d->search)
		return left == EXPR_OPEN ? left : right;
	if (left == EXPR_OPEN) {
		left = test(x, n->left, r, d);
		if (left < 0 || left == deciding)
			return left;
	}
	return right == EXPR_OPEN ? test(x, n->right, r, d) : right;
}

static int
test(const struct expr *x, int node, const struct record *r, const struct depth *d)
{
	const struct node *n = &x->v[node];
	int rc;

	switch (n->kind) {
	case NODE_NOT:
		rc = test(x, n->left, r, d);
		return rc == 0 || rc == 1 ? !rc : rc;
	case NODE_ASK:
		if (n->p->test)
			return n->p->test(&n->arg, r);
		return d->search ? n->p->search(&n->arg, r, d->how, d->e) : EXPR_OPEN;
	case NODE_AND:
	case NODE_OR:
		break;
	}
	return test_two(x, n, r, d);
}

int
expr_test(const struct expr *x, const struct record *r)
{
	static const struct depth shallow;

	return x->root < 0 ? 1 : test(x, x->root, r, &shallow);
}

int
expr_search(const struct expr *x, const struct record *r, const struct look *how,
	struct err *e)
{
	const struct depth deep = { true, how, e };

	return x->root < 0 ? 1 : test(x, x->root, r, &deep);
}

bool
expr_begins(const char *w)
{
	struct err e;

	if (strcmp(w, "(") == 0 || strcmp(w, "!") == 0 || strcmp(w, "not") == 0)
		return true;
	for (size_t i = 0; i < npredicates; i++)
		if (strcmp(w, predicates[i].name) == 0)
			return true;
	return predicate_find(w, &e) && access(w, F_OK) < 0;
}
