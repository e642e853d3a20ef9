/* Any bytes as a file of tests: read or refused, and every pattern that was accepted matches in
 * bounds. */
#include "build/test.h"
#include "codec/go_regex.h"
#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match_all(struct op *op, const struct texts *patterns)
{
	bool matches;

	for (ptrdiff_t i = 0; i < patterns->n; i++)
		if (go_regex_match(op, patterns->p[i], S("nginx/1.2 (x)\n\tlisten 80;\n"),
				     &matches) < 0 &&
		    op->code != ERR_MEMORY)
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc;
	struct tests tests;

	op_init(&op, 64 << 20);
	if (yaml_parse(&op, S("fuzz.yaml"), (str){ (const char *)data, (ptrdiff_t)size }, &doc) < 0)
		return 0;
	if (tests_read(&op, &doc, &doc.root, &tests) < 0)
		return 0;
	for (ptrdiff_t i = 0; i < tests.command_n; i++)
		match_all(&op, &tests.command[i].out.want);
	for (ptrdiff_t i = 0; i < tests.http_n; i++)
		match_all(&op, &tests.http[i].text.want);
	return 0;
}
