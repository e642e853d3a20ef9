#include "base/limits.h"
#include "build/test.h"
#include "codec/json.h"
#include "oci/image.h"
#include "report/text.h"
#include "sys/file.h"
#include "test_files.h"
#include "verbs.h"

enum { TEXT_MAX = 16 << 20 }; /* bytes of what is printed */

struct test_options {
	str store, platform;
	bool json;
};

static const struct option table[] = {
	{ "json", 0, OPTION_FLAG, NULL, offsetof(struct test_options, json), "Result",
	  "Print the results as JSON." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct test_options, platform), "Result",
	  "Of a multi-platform image, the one to test; without it, this machine's." },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct test_options, store), "Place",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper test nginx:latest tests/nginx.yaml", "Test an image of the local store:" },
	{ "temper test oci-archive:web.tar structure.yaml",
	  "Test any image, with a file that container-structure-test takes too:" },
};

static int find_image(struct op *op, const struct store *s, str from, str platform,
		      struct image *ret, str *ret_name)
{
	struct image_descriptor d;

	if (image_import(op, s, from, &d, ret_name) < 0)
		return op->code;
	if (ret_name->len == 0)
		*ret_name = from;
	int rc = image_get(op, s, &d.digest, platform, ret);
	if (rc > 0)
		return op_fail(op, ERR_IO, "%.*s is not whole in the store", STR_ARG(from));
	return rc;
}

static void put_tests(struct buf *b, const struct text_style *style,
		      const struct outcome_test *test, ptrdiff_t n)
{
	static const char *const sign[2][3] = { { "ok", "NO", "--" }, { "✔", "✘", "–" } };
	static const enum text_colour paint[] = { TEXT_GREEN, TEXT_RED, TEXT_YELLOW };

	for (ptrdiff_t i = 0; i < n; i++) {
		str detail = test[i].detail;
		text_colour(b, style, paint[test[i].verdict]);
		buf_add(b, str_of(sign[style->utf8][test[i].verdict]));
		text_colour(b, style, TEXT_PLAIN);
		buf_char(b, ' ');
		text_safe(b, test[i].name);
		buf_char(b, '\n');
		while (detail.len && test[i].verdict != VERDICT_PASSED) {
			str line = str_cut(&detail, '\n');
			buf_add(b, S("    "));
			text_safe(b, line);
			buf_char(b, '\n');
		}
	}
}

static void put_json(struct buf *b, str name, const struct outcome_test *test, ptrdiff_t n)
{
	static const char *const word[] = { "passed", "failed", "skipped" };
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "image", name);
	json_key(&j, S("tests"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(&j);
		json_pair(&j, "name", test[i].name);
		json_pair(&j, "verdict", str_of(word[test[i].verdict]));
		json_pair_u64(&j, "ms", test[i].ms > 0 ? (uint64_t)test[i].ms : 0);
		json_pair_opt(&j, "detail", test[i].detail);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

static void put_count(struct buf *b, const ptrdiff_t count[3])
{
	buf_fmt(b, "%td passed, %td failed", count[VERDICT_PASSED], count[VERDICT_FAILED]);
	if (count[VERDICT_SKIPPED])
		buf_fmt(b, ", %td skipped", count[VERDICT_SKIPPED]);
	buf_char(b, '\n');
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct test_options *o = options;
	struct texts file = { cli->operand.p + 1, cli->operand.n - 1 };
	struct text_style style = { .colour = cli->out.colour,
				    .utf8 = cli->out.utf8,
				    .width = cli->out.width };
	AUTO_STORE store = { -1, -1, -1, -1, .use = -1 };
	ptrdiff_t n, count[3] = { 0 };
	struct outcome_test *test;
	struct tests *tests = NULL;
	struct image image;
	struct buf b;
	str name, text;

	if (tests_of_files(op, &file, &tests) < 0 || store_open(op, o->store, &store) < 0 ||
	    find_image(op, &store, cli->operand.p[0], o->platform, &image, &name) < 0 ||
	    test_image(op, &store, &image, tests, file.n, &test, &n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		count[test[i].verdict]++;
	buf_init(&b, op, TEXT_MAX);
	if (o->json) {
		put_json(&b, name, test, n);
	} else {
		put_tests(&b, &style, test, n);
		put_count(&b, count);
	}
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return op->code;
	if (count[VERDICT_FAILED])
		return 1;
	return count[VERDICT_SKIPPED] ? 4 : 0;
}

const struct verb verb_test = {
	.name = "test",
	.operands = "IMAGE TESTS.yaml...",
	.operand_min = 2,
	.operand_max = 1000,
	.summary = "run an image's tests, for real, locked down",
	.description = "Runs the tests in the image under crun or runc: read-only root, the "
		       "image's own user, no "
		       "capabilities, no new privileges, a network of its own. IMAGE is a name in "
		       "the local store, or one of any place (docker-archive:FILE, oci-dir:DIR, "
		       "docker:NAME, registry:NAME ...). Files of "
		       "container-structure-test work "
		       "unchanged.\n\n"
		       "Exit 1 when a test failed; 4 when none failed but some could not run here, "
		       "each with its reason.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct test_options),
	VERB_EXAMPLES(example),
	.run = run,
};
