#include "base/limits.h"
#include "build.h"
#include "codec/yaml.h"
#include "sys/file.h"

int recipe_test_file(struct op *op, const struct recipe *recipe, ptrdiff_t i, str *ret_path,
		     str *ret)
{
	str dir = str_head(recipe->file, str_rfind(recipe->file, '/') + 1); /* with its slash */
	int rc = op_text(op, ret_path, "%.*s%.*s", STR_ARG(dir), STR_ARG(recipe->test_files.p[i]));

	return rc < 0 ? rc : file_read_user(op, *ret_path, LIMIT_DOCUMENT, ret);
}

static int read_file(struct op *op, const struct recipe *recipe, ptrdiff_t i, struct tests *ret)
{
	struct doc *doc = op_new(op, struct doc, 1);
	str text, path;
	int rc = doc ? recipe_test_file(op, recipe, i, &path, &text) : op->code;

	if (rc == 0)
		rc = yaml_parse(op, path, text, doc);
	return rc < 0 ? rc : tests_read(op, doc, &doc->root, ret);
}

int recipe_tests(struct op *op, const struct recipe *recipe, struct tests **ret, ptrdiff_t *ret_n)
{
	const struct texts *file = &recipe->test_files;
	struct tests *tests = op_new(op, struct tests, file->n + 1);

	if (!tests)
		return op->code;
	int rc = tests_read(op, recipe->doc, recipe->tests, &tests[0]);
	for (ptrdiff_t i = 0; rc == 0 && i < file->n; i++)
		rc = read_file(op, recipe, i, &tests[i + 1]);
	*ret = tests;
	*ret_n = file->n + 1;
	return rc;
}
