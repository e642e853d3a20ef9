/*
 * The order of a package's files, by a natural merge sort: package managers list files as a walk
 * through the directories met them, which is nearly the order of bytes. Rounds merge neighbouring
 * runs until one is left.
 */
#include <string.h>

#include "inventory.h"

/* How many elements from the first on are in order; at least 1. */
static ptrdiff_t run_length(const struct package_file *f, ptrdiff_t n)
{
	ptrdiff_t i = 1;

	while (i < n && str_cmp(f[i - 1].path, f[i].path) <= 0)
		i++;
	return i;
}

/* Two neighbouring runs of a and b elements into `to`. */
static void merge(const struct package_file *f, ptrdiff_t a, ptrdiff_t b, struct package_file *to)
{
	const struct package_file *left = f, *middle = f + a, *right = middle, *end = right + b;

	while (left < middle && right < end)
		*to++ = str_cmp(right->path, left->path) < 0 ? *right++ : *left++;
	memcpy(to, left, (size_t)(middle - left) * sizeof(*to));
	to += middle - left;
	memcpy(to, right, (size_t)(end - right) * sizeof(*to));
}

/* One round from `from` to `to`; the number of runs that it left. */
static ptrdiff_t merge_round(const struct package_file *from, ptrdiff_t n, struct package_file *to)
{
	ptrdiff_t runs = 0;

	for (ptrdiff_t at = 0; at < n; runs++) {
		ptrdiff_t a = run_length(from + at, n - at), b = 0;
		if (at + a < n)
			b = run_length(from + at + a, n - at - a);
		merge(from + at, a, b, to + at);
		at += a + b;
	}
	return runs;
}

static ptrdiff_t drop_doubles(struct package_file *f, ptrdiff_t n)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		if (kept == 0 || !str_eq(f[kept - 1].path, f[i].path)) {
			f[kept++] = f[i];
			continue;
		}
		struct package_file *first = &f[kept - 1];
		first->flags |= f[i].flags;
		if (first->hash == 0 && f[i].hash != 0) {
			first->hash = f[i].hash;
			memcpy(first->digest, f[i].digest, sizeof(first->digest));
		}
	}
	return kept;
}

int package_sort_files(struct op *op, struct package *p)
{
	struct package_file *from = p->file, *to;

	if (p->file_n > 1 && run_length(p->file, p->file_n) < p->file_n) {
		struct op_mark mark = op_mark(op);
		if (!(to = op_new(op, struct package_file, p->file_n)))
			return op->code;
		for (bool more = true; more;) {
			struct package_file *other = from;
			more = merge_round(from, p->file_n, to) > 1;
			from = to;
			to = other;
		}
		if (from != p->file)
			memcpy(p->file, from, (size_t)p->file_n * sizeof(*from));
		op_reset(op, mark);
	}
	p->file_n = drop_doubles(p->file, p->file_n);
	return 0;
}

struct package_file *package_find_file(const struct package *p, str path)
{
	ptrdiff_t low = 0, high = p->file_n;

	while (low < high) {
		ptrdiff_t middle = low + (high - low) / 2;
		int order = str_cmp(p->file[middle].path, path);
		if (order == 0)
			return &p->file[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
