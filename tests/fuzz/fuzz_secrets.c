/* The first byte says what the rest is: a content to be looked at, a private key, a pattern and a text.
 * Lines are short, and masking leaves no more than there was. */
#include "audit/secrets.h"
#include "audit/secrets_rules.h"
#include "base/limits.h"
#include "codec/private_key.h"

static struct op forever;
static struct secrets *all;

static void look(struct op *op, str bytes)
{
	struct secret_found *found;
	ptrdiff_t n;
	struct texts notes;
	str masked;

	if (!all) {
		op_init(&forever, 0);
		MUST(secrets_open(&forever, NULL, NULL, &all) == 0);
	}
	if (secrets_text(op, all, S("a/input.yaml"), bytes) == 0 &&
	    secrets_found(op, all, NULL, &found, &n) == 0) {
		for (ptrdiff_t i = 0; i < n; i++)
			MUST(found[i].around.len <= 120 && found[i].family.len && !found[i].hidden);
	}
	op_forgive(op);
	if (secrets_notes(op, all, &notes) == 0 && secrets_mask(op, all, bytes, &masked) == 0)
		MUST(masked.len <= 2 * bytes.len + 16);
}

static void key(struct op *op, str bytes)
{
	ptrdiff_t len;
	enum private_key is = private_key_pem(op, bytes, &len);

	MUST(len >= 0 && len <= bytes.len && (is == PRIVATE_KEY_NONE || len > 0));
	(void)private_key_der(bytes);
}

static void match(struct op *op, str bytes)
{
	str text = bytes, pattern = str_cut(&text, '\n');
	struct regex_match m;
	struct regex *re;

	if (regex_open(op, pattern, pattern.len % 2, &re) < 0)
		return;
	for (ptrdiff_t at = 0; at <= text.len && at < 64; at++) {
		if (regex_at(re, text, at, &m))
			MUST(m.group[0].len >= 0 && (!text.len || m.group[0].p == text.p + at));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str bytes = { (const char *)data + 1, (ptrdiff_t)size - 1 };
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size < 2)
		return 0;
	switch (data[0] % 3) {
	case 0:
		look(&op, bytes);
		break;
	case 1:
		key(&op, bytes);
		break;
	default:
		match(&op, bytes);
	}
	return 0;
}
