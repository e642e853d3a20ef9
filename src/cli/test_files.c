#include "test_files.h"

#include "base/limits.h"
#include "codec/yaml.h"
#include "sys/file.h"

int tests_of_files(struct op *op, const struct texts *file, struct tests **ret)
{
	struct tests *tests = op_new(op, struct tests, file->n);

	if (!tests)
		return op->code;
	for (ptrdiff_t i = 0; i < file->n; i++) {
		struct doc *doc = op_new(op, struct doc, 1);
		str text;
		if (!doc || file_read_user(op, file->p[i], LIMIT_DOCUMENT, &text) < 0 ||
		    yaml_parse(op, file->p[i], text, doc) < 0)
			return op->code;
		if (node_get(&doc->root, S("tests")) || node_get(&doc->root, S("packages")))
			return op_fail(op, ERR_USAGE,
				       "%.*s is a recipe; 'temper build' runs its tests, here is a "
				       "file of "
				       "tests alone wanted",
				       STR_ARG(file->p[i]));
		if (tests_read(op, doc, &doc->root, &tests[i]) < 0)
			return op->code;
	}
	*ret = tests;
	return 0;
}
