#include "base/limits.h"
#include "build.h"
#include "codec/yaml.h"
#include "sys/file.h"

static int read_file(struct op *op, str path, struct tests *ret)
{
	struct doc *doc = op_new(op, struct doc, 1);
	str text;
	int rc = doc ? file_read_user(op, path, LIMIT_DOCUMENT, &text) : op->code;

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
		rc = read_file(op, file->p[i], &tests[i + 1]);
	*ret = tests;
	*ret_n = file->n + 1;
	return rc;
}
