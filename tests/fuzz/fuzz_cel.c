/* An expression over members: it compiles or says where it does not, and gives a value or an error within its
 * limits; over the facts of an image nothing that compiles can ask for more. */
#include "base/limits.h"
#include "codec/json.h"
#include "policy/cel.h"

static const char members[] =
	"{\"image\": {\"size\": 7, \"name\": \"a\", \"labels\": {\"k\": \"v\"}},"
	"\"x\": 1.5, \"l\": [1, 2, 3, \"a\"], \"findings\": [{\"id\": \"CVE-1\","
	"\"kev\": true, \"epss\": 0.5}], \"packages\": []}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, (ptrdiff_t)size }, ret;
	enum outcome_kind outcome;
	struct doc doc;
	struct cel *c;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	MUST(json_parse(&op, S("members"), str_of(members), &doc) == 0);
	if (cel_compile_any(&op, S("fuzz"), text, &c) == 0)
		MUST(cel_show(&op, c, &doc.root, &ret) >= 0 || op.code == ERR_MEMORY);
	op_forgive(&op);
	if (cel_compile(&op, S("fuzz"), text, &c) == 0)
		MUST(cel_bool(&op, c, &doc.root, &outcome, &ret) >= 0 || op.code == ERR_MEMORY);
	return 0;
}
