#include "map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void map_init(struct map *m, struct op *op)
{
	if (!op->seed && getrandom(&op->seed, sizeof(op->seed), GRND_NONBLOCK) < 0)
		op->seed = (uint64_t)(uintptr_t)op;
	*m = (struct map){ .op = op, .seed = op->seed };
}

static ptrdiff_t first_slot(const struct map *m, str key)
{
	return (ptrdiff_t)(str_hash(key, m->seed) & (uint64_t)(m->slots - 1));
}

/* The slot that holds key, or the free one where it would go. */
static ptrdiff_t find_slot(const struct map *m, str key)
{
	ptrdiff_t at = first_slot(m, key);

	while (m->slot[at] && !str_eq(m->item[m->slot[at] - 1].key, key))
		at = (at + 1) & (m->slots - 1);
	return at;
}

ptrdiff_t map_find(const struct map *m, str key)
{
	return m->slots ? (ptrdiff_t)m->slot[find_slot(m, key)] - 1 : -1;
}

void *map_get(const struct map *m, str key)
{
	ptrdiff_t at = map_find(m, key);

	return at < 0 ? NULL : m->item[at].value;
}

static void reindex(struct map *m)
{
	memset(m->slot, 0, (size_t)m->slots * sizeof(*m->slot));
	for (ptrdiff_t i = 0; i < m->n; i++)
		m->slot[find_slot(m, m->item[i].key)] = (uint32_t)(i + 1);
}

static int grow(struct map *m)
{
	ptrdiff_t cap = m->cap ? m->cap * 2 : 8;

	if (cap > INT32_MAX / 4)
		return op_fail(m->op, ERR_LIMIT, "a table grows past %td keys", m->cap);
	struct map_item *item = op_extend(m->op, m->item, (size_t)m->cap * sizeof(*item),
					  (size_t)cap * sizeof(*item));
	if (!item)
		return m->op->code;
	m->item = item;
	uint32_t *slot = op_new(m->op, uint32_t, cap * 2);
	if (!slot)
		return m->op->code;
	m->slot = slot;
	m->cap = cap;
	m->slots = cap * 2;
	reindex(m);
	return 0;
}

void map_clear(struct map *m)
{
	if (m->n)
		memset(m->slot, 0, (size_t)m->slots * sizeof(*m->slot));
	m->n = 0;
}

int map_put(struct map *m, str key, void *value)
{
	ptrdiff_t at = map_find(m, key);

	if (at >= 0) {
		m->item[at].value = value;
		return 0;
	}
	if (m->n == m->cap) {
		int rc = grow(m);
		if (rc < 0)
			return rc;
	}
	m->item[m->n] = (struct map_item){ key, value };
	m->slot[find_slot(m, key)] = (uint32_t)(m->n + 1);
	m->n++;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct map_item *)a)->key, ((const struct map_item *)b)->key);
}

void map_sort(struct map *m)
{
	if (m->n < 2)
		return;
	qsort(m->item, (size_t)m->n, sizeof(*m->item), by_key);
	reindex(m);
}
