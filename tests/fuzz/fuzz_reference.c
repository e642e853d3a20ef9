/* The name of an image: what is read has the parts that it should, and reads the same once written.
 */
#include "model/reference.h"

static void check(struct op *op, str text)
{
	struct reference ref, again;
	str whole;

	if (reference_parse(op, text, &ref) < 0) {
		MUST(op->code == ERR_USAGE && op->text[0]);
		return;
	}
	MUST(ref.host.len > 0 && ref.host.len <= REFERENCE_HOST && str_find(ref.host, '/') < 0);
	MUST(ref.path.len > 0 && ref.path.len <= REFERENCE_PATH);
	MUST(str_find_str(ref.path, S("..")) < 0 && str_find_str(ref.path, S("//")) < 0);
	MUST(ref.tag.len <= REFERENCE_TAG && str_find(ref.tag, '/') < 0);
	MUST(ref.tag.len > 0 || !digest_is_zero(&ref.digest));
	MUST(reference_text(op, &ref, &whole) == 0);
	MUST(reference_parse(op, whole, &again) == 0);
	MUST(str_eq(ref.host, again.host) && str_eq(ref.path, again.path));
	MUST(str_eq(ref.tag, again.tag) && digest_eq(&ref.digest, &again.digest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;

	op_init(&op, 1 << 20);
	check(&op, (str){ (const char *)data, (ptrdiff_t)size });
	return 0;
}
