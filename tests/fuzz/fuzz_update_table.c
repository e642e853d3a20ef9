/* Tables of changes; the facts of changelogs as the store keeps them; times of HTTP. The first byte
 * chooses. */
#include "advisory/changelog_facts.h"
#include "advisory/update_impl.h"

static void table(struct op *op, str in)
{
	struct texts names = { 0 };
	str newest, mark = str_cut(&in, '\n');

	if (update_table_parse(op, in, mark, 100, &names, &newest) != 0)
		return;
	MUST(names.n <= 100);
	for (ptrdiff_t i = 0; i < names.n; i++)
		MUST(names.p[i].len > 0 && names.p[i].p[0] != '/' &&
		     str_find_str(names.p[i], S("..")) != 0 &&
		     str_find_str(names.p[i], S("/..")) < 0);
}

/* What is read of a changelog and kept is read back. */
static void changelog(struct op *op, str in)
{
	struct changelog_facts list = { 0 }, back = { 0 };
	str record;

	if (changelog_facts_read(op, S("s"), in, S("/s"), &list) < 0 ||
	    changelog_facts_write(op, list.p, list.n, &record) < 0 ||
	    changelog_facts_parse(op, record, S("s"), &back) < 0)
		return;
	MUST(back.n <= list.n);
	changelog_facts_lowest(&back);
	for (ptrdiff_t i = 1; i < back.n; i++)
		MUST(!str_eq(back.p[i - 1].cve, back.p[i].cve));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	str in = { (const char *)data, (ptrdiff_t)size }, time;
	struct changelog_facts list = { 0 };

	op_init(&op, 0);
	if (size == 0)
		return 0;
	in = str_from(in, 1);
	switch (data[0] % 4) {
	case 0:
		table(&op, in);
		break;
	case 1:
		changelog(&op, in);
		break;
	case 2:
		if (changelog_facts_parse(&op, in, S("s"), &list) > 0)
			MUST(list.n == 0);
		break;
	default:
		if (update_http_time(&op, in, &time) == 0)
			MUST(time.len == 0 || time.len == 20);
	}
	return 0;
}
