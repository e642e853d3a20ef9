#include "../harness.h"
#include "base/buf.h"
#include "lint/shell.h"

/* Commands as "JOIN program|argument" in brackets of what they stand in. */
static int shown(struct op *op, const struct shell_script *s, str *ret)
{
	static const char *const joins[] = { "", ";", "&&", "||", "|", "&" };
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < s->command_n; i++) {
		const struct shell_command *c = &s->command[i];

		buf_fmt(&b, "%s%s%s%s%s", i ? " " : "", joins[c->before], c->substituted ? "$" : "",
			c->condition ? "?" : "", c->negated ? "!" : "");
		for (ptrdiff_t j = 0; j < c->assign_n; j++)
			buf_fmt(&b, "{%.*s}", STR_ARG(c->assign[j].value));
		for (ptrdiff_t j = 0; j < c->word_n; j++)
			buf_fmt(&b, "%s%.*s",
				j == 0            ? ""
				: j == c->program ? "@"
						  : "|",
				STR_ARG(c->word[j].value));
		for (ptrdiff_t j = 0; j < c->redirect_n; j++)
			buf_fmt(&b, "%.*s(%.*s)", STR_ARG(c->redirect[j].how),
				STR_ARG(c->redirect[j].to.value));
	}
	return buf_take(&b, ret);
}

static const struct {
	const char *in, *out;
} scripts[] = {
	{ "", "" },
	{ "a b c", "a|b|c" },
	{ "a && b || c; d & e", "a &&b ||c ;d &e" },
	{ "a | b |& c", "a |b |c" },
	{ "a 'b c' \"d $e\" f\\ g", "a|b c|d $e|f g" },
	{ "a \"x\\\"y\\z\"", "a|x\"y\\z" },
	{ "X=1 Y=\"2 3\" a b=c", "{X=1}{Y=2 3}a|b=c" },
	{ "X=$(cat f) && b", "{X=$(cat f)} $cat|f &&b" },
	{ "a $(b \"$(c ')')\") d", "a|$(b \"$(c ')')\")|d $b|$(c ')') $c|)" },
	{ "a `b c` d", "a|`b c`|d $b|c" },
	{ "(a; b) && { c; d; }", "a ;b &&c ;d" },
	{ "if a; then b; elif c; then d; else e; fi && f", "?a ;b ;?c ;d ;e &&f" },
	{ "for x in $(ls) b; do rm $x; done; c", "$ls ;rm|$x ;c" },
	{ "while ! a; do b; done", "?!a ;b" },
	{ "case $x in a|b) c;; (d) e; f;; *) g;; esac; h", ";c ;e ;f ;g ;h" },
	{ "f() { a; }; f", ";a ;f" },
	{ "[[ -n $x && a < b ]] && c", "[[|-n|$x|a|]]<(b) &&c" },
	{ "a > f 2>&1 <<EOF\nbody; x\nEOF\nb", "a>(f)>&(1)<<(EOF) ;b" },
	{ "cat <<-'E' | b\n\tx && y\n\tE\nc", "cat<<-(E) |b ;c" },
	{ "cat <<< word", "cat<<<(word)" },
	{ "a # comment && b\nc", "a ;c" },
	{ "a#b", "a#b" },
	{ "a \\\n b", "a|b" },
	{ "a &&\n b", "a &&b" },
	{ "sudo -u x apt-get y", "sudo|-u|x@apt-get|y" },
	{ "env A=b LC=c nice -n 5 make", "env|A=b|LC=c|nice|-n|5@make" },
	{ "command -v apt-get", "command|-v|apt-get" },
	{ "sh -c 'a b && c' x", "sh|-c|a b && c|x a|b &&c" },
	{ "bash -exc \"a \\\"q\\\"\"", "bash|-exc|a \"q\" a|q" },
	{ "diff <(sort a) b", "diff|<(sort a)|b $sort|a" },
	{ "x=(a b) c", "{x=(a b)}c" },
	{ "echo $((1 + 2)) ${x:-$(y)}", "echo|$((1 + 2))|${x:-$(y)}" },
	{ "printf $'a\\'b' c", "printf|a\\'b|c" },
	{ "a 'open b && c", "a|open b && c" },
	{ "a \"open $(b", "a|open $(b $b" },
	{ "((x++)) && a", "&&a" },
	{ ")a", "a" },
	{ "!", "" },
};

static int commands(struct op *op)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct op_mark mark = op_mark(op);
		struct shell_script s;
		str out;

		TRY(shell_parse(op, exact(str_of(scripts[i].in)), &s));
		TRY(shown(op, &s, &out));
		CHECK_STR(out, str_of(scripts[i].out));
		op_reset(op, mark);
	}
	return 0;
}

static int places(struct op *op)
{
	str in = exact(S("a $x \"$y\" $(b) && bash -c 'c d'"));
	struct shell_script s;

	TRY(shell_parse(op, in, &s));
	CHECK(s.command_n == 4);
	if (s.command_n != 4)
		return 0;
	CHECK(s.command[0].at == in.p && s.command[1].at == in.p + 12);
	CHECK(s.command[2].at == in.p + 18 && s.command[3].at == in.p + 27);
	CHECK(s.command[0].word[1].split_variable == in.p + 2);
	CHECK(!s.command[0].word[2].split_variable && s.command[0].word[2].dynamic);
	CHECK(s.command[0].word[3].split_command == in.p + 10);
	CHECK_STR(shell_program(&s.command[3]), S("c"));
	return 0;
}

/* Nesting beyond what is looked into. */
static int deep(struct op *op)
{
	struct shell_script s;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < 2000; i++)
		buf_add(&b, S("$(a ("));
	TRY(b.bad ? ERR_MEMORY : 0);
	TRY(shell_parse(op, exact(buf_view(&b)), &s));
	CHECK(s.command_n > 0 && s.command_n < 10000);
	return 0;
}

TESTS({ "commands", commands }, { "places", places }, { "deep", deep, .once = true })
