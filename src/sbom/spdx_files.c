/*
 * The verification code is the SHA-1 of the SHA-1s of a package's files, as hexadecimal texts,
 * sorted.
 */
#include "spdx_files.h"

#include <stdlib.h>
#include <string.h>

static ptrdiff_t group_of(const struct inventory *inv, const struct inventory_file *f)
{
	return f->owner == UINT32_MAX ? inv->package_n : (ptrdiff_t)f->owner;
}

int spdx_files_make(struct op *op, const struct inventory *inv, bool wanted, struct spdx_files *ret)
{
	ptrdiff_t groups = inv->package_n + 1;
	uint32_t *end = op_new(op, uint32_t, groups);

	*ret = (struct spdx_files){ inv, op_new(op, uint32_t, groups + 1),
				    op_new(op, uint32_t, inv->file_n) };
	if (!end || !ret->first || !ret->item)
		return op->code;
	for (ptrdiff_t i = 0; wanted && i < inv->file_n; i++)
		if (inv->file[i].hashes & HASH_SHA1)
			ret->first[group_of(inv, &inv->file[i]) + 1]++;
	for (ptrdiff_t i = 0; i < groups; i++) {
		ret->first[i + 1] += ret->first[i];
		end[i] = ret->first[i];
	}
	for (ptrdiff_t i = 0; wanted && i < inv->file_n; i++)
		if (inv->file[i].hashes & HASH_SHA1)
			ret->item[end[group_of(inv, &inv->file[i])]++] = (uint32_t)i;
	return 0;
}

static int sum_cmp(const void *a, const void *b)
{
	return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, 20);
}

bool spdx_files_code(const struct spdx_files *f, ptrdiff_t group, char out[SINK_SHA1])
{
	uint32_t n = f->first[group + 1] - f->first[group];
	AUTO_OP own;
	AUTO_HASH *h = NULL;
	uint8_t code[20];

	op_init(&own, 0);
	const uint8_t **sum = op_new(&own, const uint8_t *, n);
	if (n == 0 || !sum || hash_open(&own, HASH_SHA1, &h) < 0)
		return false;
	for (uint32_t i = 0; i < n; i++)
		sum[i] = f->inv->file[f->item[f->first[group] + i]].sha1;
	qsort(sum, n, sizeof(const uint8_t *), sum_cmp);
	for (uint32_t i = 0; i < n; i++) {
		char hex[SINK_SHA1];
		hash_add(h, str_of(hex_text(sum[i], 20, hex)));
	}
	hash_result(h, HASH_SHA1, code);
	(void)hex_text(code, sizeof(code), out);
	return true;
}
