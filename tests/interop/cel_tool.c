/*
 * cel_tool: an expression and the members that it may name as two lines of standard input, again and again; a
 * line each out: the value, or "error: ..." of an evaluation, or "refused: ..." of what is no expression.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/json.h"
#include "policy/cel.h"

static void put(const char *what, str s)
{
	(void)fputs(what, stdout);
	for (ptrdiff_t i = 0; i < s.len; i++)
		(void)putchar(s.p[i] == '\n' ? ' ' : s.p[i]);
	(void)putchar('\n');
}

static void run(str expression, str members)
{
	struct doc text, doc;
	struct cel *c;
	AUTO_OP op;
	str value;
	int rc;

	op_init(&op, 0);
	if (json_parse(&op, S("expression"), expression, &text) < 0 ||
	    json_parse(&op, S("members"), members, &doc) < 0)
		exit(2);
	if (cel_compile_any(&op, S("x"), text.root.text, &c) < 0) {
		put("refused: ", str_of(op.text));
		return;
	}
	rc = cel_show(&op, c, &doc.root, &value);
	put(rc ? "error: " : "", rc < 0 ? str_of(op.text) : value);
}

int main(void)
{
	char *a = NULL, *b = NULL;
	size_t an = 0, bn = 0;
	ssize_t n, m;

	while ((n = getline(&a, &an, stdin)) > 0 && (m = getline(&b, &bn, stdin)) > 0)
		run((str){ a, n - 1 }, (str){ b, m - 1 });
	free(a);
	free(b);
	return 0;
}
