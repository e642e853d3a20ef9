#include "cli/verbs.h"
#include "unit/harness.h"

#include <string.h>

struct got {
	bool quiet, verbose;
	str kind, file;
	struct texts to;
};

static const struct option rows[] = {
	{ "quiet", 'q', OPTION_FLAG, NULL, offsetof(struct got, quiet), "Messages", "Say nothing." },
	{ "verbose", 'v', OPTION_FLAG, NULL, offsetof(struct got, verbose), "Messages", "Say all." },
	{ "kind", 'k', OPTION_TEXT, "KIND", offsetof(struct got, kind), "Result", "Which.",
	  .values = "gzip zstd" },
	{ "file", 0, OPTION_TEXT, "FILE", offsetof(struct got, file), "Result",
	  "A sentence that is long enough to be broken where the terminal ends." },
	{ "to", 't', OPTION_TEXTS, "PLACE", offsetof(struct got, to), "Result", "Where to." },
};
static const struct option_table table = VERB_OPTIONS(rows);

enum { WORDS_MAX = 16 };

/* Split a command line at blanks and parse it. */
static int parse(struct op *op, const char *line, struct got *ret, struct texts *ret_operands)
{
	char *argv[WORDS_MAX];
	int argc = 0;
	str rest = str_of(line);

	memset(ret, 0, sizeof(*ret));
	for (str word = str_word(&rest); word.len; word = str_word(&rest)) {
		str copy;
		TRY(op_copy(op, word, &copy));
		argv[argc] = op_new(op, char, copy.len + 1);
		if (!argv[argc])
			return op->code;
		memcpy(argv[argc++], copy.p, (size_t)copy.len);
	}
	return option_parse(op, table, argv, argc, ret, ret_operands);
}

/* What a command line came to, as one text. */
static int summary(struct op *op, const char *line, str *ret)
{
	struct got got;
	struct texts operands = { 0 };
	struct buf b;
	int rc = parse(op, line, &got, &operands);

	if (rc != 0)
		return rc > 0 ? op_copy(op, S("help"), ret) : rc;
	buf_init(&b, op, 1000);
	buf_fmt(&b, "%s%s k=%.*s f=%.*s t=", got.quiet ? "q" : "", got.verbose ? "v" : "", STR_ARG(got.kind),
		STR_ARG(got.file));
	for (ptrdiff_t i = 0; i < got.to.n; i++)
		buf_fmt(&b, "%.*s,", STR_ARG(got.to.p[i]));
	for (ptrdiff_t i = 0; i < operands.n; i++)
		buf_fmt(&b, " %.*s", STR_ARG(operands.p[i]));
	return buf_take(&b, ret);
}

static int accepted(struct op *op)
{
	static const struct {
		const char *line, *want;
	} row[] = {
		{ "", " k= f= t=" },
		{ "a -q b", "q k= f= t= a b" },
		{ "-qv", "qv k= f= t=" },
		{ "-qvt x", "qv k= f= t=x," },
		{ "-tx -t=y --to z --to=w", " k= f= t=x,=y,z,w," },
		{ "--file a --file b", " k= f=b t=" },
		{ "--file= x", " k= f= t= x" },
		{ "--kind zstd=9", " k=zstd=9 f= t=" },
		{ "-- -q --to", " k= f= t= -q --to" },
		{ "- -q", "q k= f= t= -" },
		{ "--file -- x", " k= f=-- t= x" },
		{ "--help --nonsense", "help" },
		{ "-qh", "help" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got = S("");
		TRY(summary(op, row[i].line, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		const char *line, *text;
	} row[] = {
		{ "--quite", "unknown option --quite; did you mean --quiet?" },
		{ "--hlep", "did you mean --help?" },
		{ "--completely-else", "unknown option --completely-else" },
		{ "-x", "unknown option -x" },
		{ "-qx", "unknown option -x" },
		{ "--to", "--to needs an argument: --to PLACE" },
		{ "-t", "--to needs an argument" },
		{ "--quiet=yes", "--quiet takes no argument" },
		{ "--kind lzma", "--kind takes one of: gzip zstd; not 'lzma'" },
		{ "--kind=", "--kind takes one of" },
		{ "---", "unknown option ---" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		CHECK_FAILS(op, summary(op, row[i].line, &got), ERR_USAGE, row[i].text);
	}
	return 0;
}

static int helps(struct op *op)
{
	struct buf b;
	str got;

	buf_init(&b, op, 10000);
	option_help(&b, table, 60);
	TRY(buf_take(&b, &got));
	CHECK_STR(got, S("\nMessages:\n"
			 "  -q, --quiet                 Say nothing.\n"
			 "  -v, --verbose               Say all.\n"
			 "\nResult:\n"
			 "  -k, --kind KIND             Which.\n"
			 "      --file FILE             A sentence that is long enough\n"
			 "                              to be broken where the\n"
			 "                              terminal ends.\n"
			 "  -t, --to PLACE              Where to.\n"));
	return 0;
}

/* Every row of every verb is whole: what help, man pages and completions are made from. */
static int tables(struct op *op)
{
	(void)op;
	for (size_t v = 0; v < verbs_n; v++) {
		CHECK(verbs[v]->run && verbs[v]->summary && verbs[v]->description && verbs[v]->options_size > 0);
		for (size_t i = 0; i < verbs[v]->options.n; i++) {
			const struct option *o = &verbs[v]->options.p[i];
			CHECK(o->help && o->help[strlen(o->help) - 1] == '.');
			CHECK((o->kind == OPTION_FLAG) == (o->arg == NULL));
			CHECK(o->offset < verbs[v]->options_size);
			for (size_t k = 0; k < i; k++) {
				const struct option *other = &verbs[v]->options.p[k];
				CHECK(strcmp(o->name, other->name) != 0);
				CHECK(!o->letter || o->letter != other->letter);
			}
		}
	}
	return 0;
}

static int exit_codes(struct op *op)
{
	static const int want[][2] = {
		{ 0, 0 }, { 4, 4 }, { ERR_NO, 1 }, { ERR_USAGE, 2 }, { ERR_FORMAT, 3 }, { ERR_LIMIT, 3 },
		{ ERR_VERIFY, 3 }, { ERR_IO, 3 }, { ERR_NET, 3 }, { ERR_MEMORY, 3 },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(verbs_exit_code(want[i][0]) == want[i][1]);
	return 0;
}

TESTS({ "accepted", accepted }, { "refused", refused }, { "helps", helps }, { "tables", tables },
      { "exit codes", exit_codes })
