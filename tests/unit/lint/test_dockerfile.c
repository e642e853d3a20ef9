#include "../harness.h"
#include "base/buf.h"
#include "lint/dockerfile.h"

/* A Dockerfile as one line a step: "LINE-END KEYWORD --flag=value word|word <<NAME:body". */
static int shown(struct op *op, const struct dockerfile *d, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < d->step_n; i++) {
		const struct dockerfile_step *s = &d->step[i];

		buf_fmt(&b, "%d-%d %s%s%s", s->line, s->end_line, s->onbuild ? "ONBUILD " : "",
			dockerfile_kinds[s->kind], s->json ? " json" : "");
		for (ptrdiff_t j = 0; j < s->flag_n; j++)
			buf_fmt(&b, " --%.*s=%.*s", STR_ARG(s->flag[j].name),
				STR_ARG(s->flag[j].value));
		for (ptrdiff_t j = 0; j < s->word_n; j++) {
			buf_fmt(&b, "%s%.*s", j ? "|" : " ", STR_ARG(s->word[j].text));
			if (s->word[j].assigned)
				buf_fmt(&b, "=%.*s", STR_ARG(s->word[j].value));
		}
		if (s->word_n == 0)
			buf_fmt(&b, " %.*s", STR_ARG(s->text));
		for (ptrdiff_t j = 0; j < s->heredoc_n; j++)
			buf_fmt(&b, " <<%s%s%.*s@%d:%.*s", s->heredoc[j].strip ? "-" : "",
				s->heredoc[j].expand ? "" : "'", STR_ARG(s->heredoc[j].name),
				s->heredoc[j].line, STR_ARG(s->heredoc[j].body));
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}

struct grammar_case {
	const char *in, *out;
};

static const struct grammar_case good[] = {
	{ "FROM a\n", "1-1 FROM a\n" },
	{ "\xef\xbb\xbf"
	  "FROM a",
	  "1-1 FROM a\n" },
	{ "\n# c\n  from  a:1   as  B\r\n", "3-3 FROM a:1|as|B\n" },
	{ "FROM a\nRUN x \\\n  # note\n\n  && y \\ \n&& z\nUSER u v\n",
	  "1-1 FROM a\n2-6 RUN x   && y && z\n7-7 USER u v\n" },
	{ "# escape=`\nFROM a\nRUN dir `\n  c:\\\nUSER x\n",
	  "2-2 FROM a\n3-4 RUN dir   c:\\\n5-5 USER x\n" },
	/* Two escapes do not continue a line. */
	{ "FROM a\nRUN x \\\\\nUSER u\n", "1-1 FROM a\n2-2 RUN x \\\\\n3-3 USER u\n" },
	/* After a comment that is no directive there is none. */
	{ "# hello\n# escape=`\nFROM a\nRUN x \\\n y\n", "3-3 FROM a\n4-5 RUN x  y\n" },
	{ "FROM a\nRUN x \\", "1-1 FROM a\n2-2 RUN x\n" },
	{ "FROM a\n\\\nRUN x\n", "1-1 FROM a\n3-3 RUN x\n" },
	{ "FROM a\nCMD [\"a b\", \"c\\\"\\u0041\"]\nCMD [ -f x ]\nCMD ['a']\nENTRYPOINT []\n",
	  "1-1 FROM a\n2-2 CMD json a b|c\"A\n3-3 CMD [ -f x ]\n4-4 CMD ['a']\n5-5 ENTRYPOINT json "
	  "[]\n" },
	{ "FROM a\nENV a=b c=\"d e\" f=g\\ h\nENV one two  three\nLABEL \"x y\"=1\nARG a b=2\n",
	  "1-1 FROM a\n2-2 ENV a=b|c=\"d e\"|f=g\\ h\n3-3 ENV one=two  three\n4-4 LABEL \"x y\"=1\n"
	  "5-5 ARG a|b=2\n" },
	{ "FROM a\nHEALTHCHECK --interval=5s --retries=3 CMD [\"x\"]\nHEALTHCHECK NONE\n"
	  "HEALTHCHECK cmd a | b\n",
	  "1-1 FROM a\n2-2 HEALTHCHECK json --interval=5s --retries=3 CMD|x\n3-3 HEALTHCHECK NONE\n"
	  "4-4 HEALTHCHECK cmd\n" },
	{ "FROM --platform=$BUILDPLATFORM a\nCOPY --from=0 --chown=1:1 --link a b/\n"
	  "ADD --checksum=sha256:1 --keep-git-dir=true x y\nRUN --mount=type=cache,target=/x "
	  "--network=none --security=insecure make\nCOPY --parents --exclude=a --exclude=b . /x\n",
	  "1-1 FROM --platform=$BUILDPLATFORM a\n2-2 COPY --from=0 --chown=1:1 --link= a|b/\n"
	  "3-3 ADD --checksum=sha256:1 --keep-git-dir=true x|y\n"
	  "4-4 RUN --mount=type=cache,target=/x --network=none --security=insecure make\n"
	  "5-5 COPY --parents= --exclude=a --exclude=b .|/x\n" },
	{ "FROM a\nONBUILD RUN x\nONBUILD onbuild run y\nONBUILD COPY a b\n",
	  "1-1 FROM a\n2-2 ONBUILD RUN x\n3-3 ONBUILD ONBUILD run y\n4-4 ONBUILD COPY a|b\n" },
	{ "FROM a\nCOPY [\"a b\", \"/c\"]\nVOLUME /a /b\nEXPOSE 80/tcp 53/udp\nSHELL [\"sh\", "
	  "\"-c\"]\n",
	  "1-1 FROM a\n2-2 COPY json a b|/c\n3-3 VOLUME /a|/b\n4-4 EXPOSE 80/tcp|53/udp\n"
	  "5-5 SHELL json sh|-c\n" },
};

/* Heredocs, as BuildKit's own parser tests have them. */
static const struct grammar_case heredocs[] = {
	{ "USER <<INVALID\n", "USER <<INVALID\n" },
	{ "RUN <<EMPTY\nEMPTY\n", "RUN <<EMPTY <<EMPTY@2:\n" },
	{ "RUN 3<<EMPTY2\nEMPTY2\n", "RUN 3<<EMPTY2 <<EMPTY2@2:\n" },
	{ "RUN \"<<NOHEREDOC\"\n", "RUN \"<<NOHEREDOC\"\n" },
	{ "RUN <<-U\n\tbaz\n\tU\n", "RUN <<-U <<-U@2:\tbaz\n\n" },
	{ "RUN <<-'N'\n\tdon't $NAME\nN\n", "RUN <<-'N' <<-'N@2:\tdon't $NAME\n\n" },
	{ "RUN <<C\n# internal\necho hello\nC\n", "RUN <<C <<C@2:# internal\necho hello\n\n" },
	{ "RUN --mount=type=cache,target=/foo <<M\necho \\\nM\n",
	  "RUN --mount=type=cache,target=/foo <<M <<M@2:echo \\\n\n" },
	{ "COPY <<X <<Y /dest\nY\nX\nX\nY\n", "COPY <<X|<<Y|/dest <<X@2:Y\n <<Y@4:X\n\n" },
	{ "COPY <<file.txt /d\nhello\nfile.txt\n", "COPY <<file.txt|/d <<file.txt@2:hello\n\n" },
	{ "RUN <<eo'f'\nx\neof\n", "RUN <<eo'f' <<'eof@2:x\n\n" },
	{ "RUN <<eo\\'f\nx\neo'f\n", "RUN <<eo\\'f <<eo'f@2:x\n\n" },
	{ "RUN <<'e'o\\'f\nx\neo'f\n", "RUN <<'e'o\\'f <<'eo'f@2:x\n\n" },
	{ "RUN <<'one two'\nx\none two\n", "RUN <<'one two' <<'one two@2:x\n\n" },
	{ "RUN <<$EOF\n$EOF\n", "RUN <<$EOF <<$EOF@2:\n" },
	{ "RUN <<  EOF  > foo\nEOF\n", "RUN <<  EOF  > foo <<EOF@2:\n" },
	{ "RUN << -EOF\n-EOF\n", "RUN << -EOF <<-EOF@2:\n" },
	{ "RUN [\"<<EOF\"]\n", "RUN json <<EOF\n" },
	{ "RUN cat <<<EOF\n", "RUN cat <<<EOF\n" },
	{ "ONBUILD RUN <<E\nx\nE\n", "ONBUILD RUN <<E <<E@2:x\n\n" },
};

static int check_cases(struct op *op, const struct grammar_case *c, size_t n, bool bare)
{
	for (size_t i = 0; i < n; i++) {
		struct op_mark mark = op_mark(op);
		struct dockerfile d;
		str out;

		TRY(dockerfile_parse(op, S("D"), exact(str_of(c[i].in)), &d));
		TRY(shown(op, &d, &out));
		/* Without the lines that the first step stands on. */
		CHECK_STR(bare ? str_from(out, str_find(out, ' ') + 1) : out, str_of(c[i].out));
		op_reset(op, mark);
	}
	return 0;
}

static int grammar(struct op *op)
{
	TRY(check_cases(op, good, sizeof(good) / sizeof(good[0]), false));
	return check_cases(op, heredocs, sizeof(heredocs) / sizeof(heredocs[0]), true);
}

/* What BuildKit refuses. */
static const struct grammar_case bad[] = {
	{ "", "D:1: no instruction" },
	{ "# only\n\n", "D:2: no instruction" },
	{ "FROM a\nFOO bar\n", "D:2: unknown instruction 'FOO'" },
	{ "FROMM a\n", "D:1: unknown instruction 'FROMM'; did you mean FROM?" },
	{ "FROM a b\n", "D:1: FROM wants IMAGE" },
	{ "FROM\n", "D:1: FROM wants at least one argument" },
	{ "FROM a AS 1x\n", "D:1: '1x' is no name of a stage" },
	{ "FROM --platfrm=x a\n", "D:1: FROM has no flag --platfrm" },
	{ "FROM a\n\nCOPY --from=a --from=b x y\n", "D:3: the flag --from stands twice" },
	{ "FROM a\nCOPY --from x y\n", "D:2: the flag --from needs a value" },
	{ "FROM a\nCOPY --link=maybe x y\n", "D:2: the flag --link is true or false" },
	{ "FROM a\nMAINTAINER --boo x\n", "D:2: MAINTAINER has no flag --boo" },
	{ "FROM a\nCOPY x\n", "D:2: COPY wants at least two" },
	{ "FROM a\nADD\n", "D:2: ADD wants at least two" },
	{ "FROM a\nENV\n", "D:2: ENV wants at least one" },
	{ "FROM a\nENV x\n", "D:2: ENV wants a name and a value" },
	{ "FROM a\nENV a=b c\n", "D:2: ENV wants NAME=VALUE, not 'c'" },
	{ "FROM a\nLABEL =x\n", "D:2: LABEL cannot have an empty name" },
	{ "FROM a\nLABEL\n", "D:2: LABEL wants at least one" },
	{ "FROM a\nARG\n", "D:2: ARG wants at least one" },
	{ "FROM a\nEXPOSE\n", "D:2: EXPOSE wants at least one" },
	{ "FROM a\nVOLUME\n", "D:2: VOLUME wants at least one" },
	{ "FROM a\nVOLUME [\" \"]\n", "D:2: VOLUME cannot be an empty" },
	{ "FROM a\nUSER\n", "D:2: USER wants an argument" },
	{ "FROM a\nWORKDIR\n", "D:2: WORKDIR wants an argument" },
	{ "FROM a\nSTOPSIGNAL\n", "D:2: STOPSIGNAL wants an argument" },
	{ "FROM a\nMAINTAINER\n", "D:2: MAINTAINER wants an argument" },
	{ "FROM a\nONBUILD\n", "D:2: ONBUILD wants an argument" },
	{ "FROM a\nHEALTHCHECK\n", "D:2: HEALTHCHECK wants at least one" },
	{ "FROM a\nHEALTHCHECK CMD\n", "D:2: HEALTHCHECK CMD lacks" },
	{ "FROM a\nHEALTHCHECK NONE x\n", "D:2: HEALTHCHECK NONE takes no" },
	{ "FROM a\nHEALTHCHECK FOO x\n", "D:2: HEALTHCHECK is CMD or NONE, not 'FOO'" },
	{ "FROM a\nHEALTHCHECK --retries=x CMD y\n", "D:2: --retries is a number" },
	{ "FROM a\nSHELL sh -c\n", "D:2: SHELL wants a JSON list" },
	{ "FROM a\nSHELL []\n", "D:2: SHELL wants a JSON list" },
	{ "FROM a\nCMD [1]\n", "D:2: CMD takes a JSON list of texts only" },
	{ "FROM a\nRUN --mount=type=foo x\n", "D:2: there is no mount of type 'foo'" },
	{ "FROM a\nRUN \\\n <<EOF\nx\n", "D:2: the heredoc 'EOF' does not end" },
	{ "# escape=x\nFROM a\n", "D:1: the escape must be" },
	{ "# escape=`\n# Escape=`\nFROM a\n", "D:2: the directive 'escape' stands twice" },
	{ "FROM ${a:!b}\n", "D:1: a substitution ${...} that there is not" },
	{ "FROM ${}\n", "D:1: a bad substitution" },
	{ "FROM 'a\n", "D:1: a single quote is open" },
};

static int refusals(struct op *op)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dockerfile d;

		CHECK_FAILS(op, dockerfile_parse(op, S("D"), exact(str_of(bad[i].in)), &d),
			    ERR_FORMAT, bad[i].out);
	}
	return 0;
}

static const char graph[] = "ARG v=1 r=reg/\n"
			    "FROM ${r}base:$v AS One\n"
			    "FROM one AS two\n"
			    "FROM scratch\n"
			    "COPY --from=ONE a b\n"
			    "FROM x AS unused\n"
			    "FROM y\n"
			    "RUN --mount=type=bind,from=2,target=/x make\n"
			    "FROM $nothing\n"
			    "FROM --platform=${p:-linux/arm64} z\n"
			    "COPY --from=4 a b\n";

static int stages(struct op *op)
{
	static const struct {
		const char *image;
		int base;
		bool used;
		ptrdiff_t step_n;
	} want[] = {
		{ "reg/base:1", DOCKERFILE_IMAGE, true, 1 }, { "one", 0, false, 1 },
		{ "scratch", DOCKERFILE_SCRATCH, true, 2 },  { "x", DOCKERFILE_IMAGE, false, 1 },
		{ "y", DOCKERFILE_IMAGE, true, 2 },          { "", DOCKERFILE_IMAGE, false, 1 },
		{ "z", DOCKERFILE_IMAGE, true, 2 },
	};
	struct pair arg[] = { { S("v"), S("2") }, { S("nothing"), S("n:1") } };
	struct dockerfile d;

	TRY(dockerfile_parse(op, S("D"), exact(str_of(graph)), &d));
	CHECK(d.stage_n == 7 && d.target == 6);
	for (int i = 0; i < 7 && d.stage_n == 7; i++) {
		CHECK_STR(d.stage[i].image, str_of(want[i].image));
		CHECK(d.stage[i].base_stage == want[i].base);
		CHECK(d.stage[i].used == want[i].used);
		CHECK(d.stage[i].step_n == want[i].step_n);
	}
	CHECK_STR(d.stage[6].platform, S("linux/arm64"));
	CHECK(d.step[0].stage == -1 && d.step[4].stage == 2);
	CHECK(dockerfile_step_at(&d, 5) == &d.step[4]);
	TRY(dockerfile_resolve(op, &d, &(struct pairs){ arg, 2 }, S("TWO")));
	CHECK(d.target == 1 && d.stage[0].used && d.stage[1].used && !d.stage[6].used);
	CHECK_STR(d.stage[0].image, S("reg/base:2"));
	/* An argument counts where an ARG above the first FROM names it. */
	CHECK_STR(d.stage[5].image, S(""));
	CHECK_FAILS(op, dockerfile_resolve(op, &d, &(struct pairs){ 0 }, S("none")), ERR_USAGE,
		    "there is no stage 'none'");
	return 0;
}

static int places(struct op *op)
{
	struct dockerfile d;
	int line, col;

	TRY(dockerfile_parse(
		op, S("D"),
		exact(S("FROM a\n  COPY a \\\n# c\n    bb \\\n c\nRUN <<E\nx\n yz\nE\n")), &d));
	CHECK(d.step[1].line == 2 && d.step[1].col == 3 && d.step[1].end_line == 5);
	CHECK(d.step[1].word[1].line == 4 && d.step[1].word[1].col == 5);
	CHECK(d.step[1].word[2].line == 5 && d.step[1].word[2].col == 2);
	const struct dockerfile_heredoc *h = d.step[2].heredoc;
	CHECK(h->line == 7);
	dockerfile_place(&d.step[2], h->body.p + str_find(h->body, 'z'), &line, &col);
	CHECK(line == 8 && col == 3);
	CHECK(d.comment_n == 1 && d.comment[0].line == 3);
	return 0;
}

/* The word, and what it becomes with x=value, e="", p=foo/bar/baz.txt. Sources: Docker's reference on
 * environment replacement, and the vectors of BuildKit's shell lexer. */
static const struct grammar_case words[] = {
	{ "hello", "hello" },
	{ "he'll'o", "hello" },
	{ "he\\'llo", "he'llo" },
	{ "\"a$x\"", "avalue" },
	{ "'a$x'", "a$x" },
	{ "a\\$x", "a$x" },
	{ "\"a\\\"b\\c\"", "a\"b\\c" },
	{ "$x$", "value$" },
	{ "${x}y", "valuey" },
	{ "$none-", "-" },
	{ "${none:-d}", "d" },
	{ "${none:-${x}}", "value" },
	{ "${e:-d}", "d" },
	{ "${e-d}", "" },
	{ "${x:+d}", "d" },
	{ "${e:+d}", "" },
	{ "${e+d}", "d" },
	{ "${none+d}", "" },
	{ "${x:?no}", "value" },
	{ "${p#*/}", "bar/baz.txt" },
	{ "${p##*/}", "baz.txt" },
	{ "${p%/*}", "foo/bar" },
	{ "${p%%/*}", "foo" },
	{ "${p%.t?t}", "foo/bar/baz" },
	{ "${p#b*}", "foo/bar/baz.txt" },
	{ "${p/ba/X}", "foo/Xr/baz.txt" },
	{ "${p//ba/X}", "foo/Xr/Xz.txt" },
	{ "${x#v\\*}", "value" },
};

static int substitutions(struct op *op)
{
	str x = S("value"), e = S(""), p = S("foo/bar/baz.txt"), out;
	struct map vars;

	map_init(&vars, op);
	TRY(map_put(&vars, S("x"), &x));
	TRY(map_put(&vars, S("e"), &e));
	TRY(map_put(&vars, S("p"), &p));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		TRY(dockerfile_expand(op, '\\', exact(str_of(words[i].in)), &vars, &out));
		CHECK_STR(out, str_of(words[i].out));
	}
	int rc = dockerfile_expand(op, '\\', exact(S("a${none}")), &vars, &out);
	TRY(rc);
	CHECK(rc == 1);
	CHECK_FAILS(op, dockerfile_expand(op, '\\', exact(S("${x")), &vars, &out), ERR_FORMAT,
		    "that there is not");
	CHECK_FAILS(op, dockerfile_expand(op, '\\', exact(S("${x:-a")), &vars, &out), ERR_FORMAT,
		    "is open");
	CHECK_FAILS(op, dockerfile_expand(op, '\\', exact(S("\"a")), &vars, &out), ERR_FORMAT,
		    "a double quote is open");
	return 0;
}

static int mounts(struct op *op)
{
	(void)op;
	CHECK_STR(dockerfile_mount(S("type=cache,Target=/x"), "target"), S("/x"));
	CHECK_STR(dockerfile_mount(S("type=secret,\"id=a\",ro"), "id"), S("a"));
	CHECK_STR(dockerfile_mount(S("ro"), "type"), S(""));
	return 0;
}

TESTS({ "grammar", grammar }, { "what is refused", refusals }, { "stages", stages },
      { "places", places }, { "substitutions", substitutions }, { "mounts", mounts })
