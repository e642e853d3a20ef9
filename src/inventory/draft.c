#include "draft.h"

#include <string.h>

#include "base/limits.h"
#include "codec/base64.h"

/* --- keeping a package: one block for its texts, one for each list --- */

static const size_t text_fields[] = {
	offsetof(struct package, ns),       offsetof(struct package, name),
	offsetof(struct package, version),  offsetof(struct package, arch),
	offsetof(struct package, source),   offsetof(struct package, source_version),
	offsetof(struct package, distro),   offsetof(struct package, subpath),
	offsetof(struct package, purl),     offsetof(struct package, licence),
	offsetof(struct package, supplier), offsetof(struct package, author),
	offsetof(struct package, homepage), offsetof(struct package, description),
	offsetof(struct package, download), offsetof(struct package, vcs),
};
static const size_t list_fields[] = {
	offsetof(struct package, cpe),
	offsetof(struct package, needs),
	offsetof(struct package, provides),
};
static const size_t pair_fields[] = {
	offsetof(struct package, qualifiers),
	offsetof(struct package, checksum),
	offsetof(struct package, facts),
};

enum {
	TEXT_FIELDS = sizeof(text_fields) / sizeof(text_fields[0]),
	LIST_FIELDS = sizeof(list_fields) / sizeof(list_fields[0]),
	PAIR_FIELDS = sizeof(pair_fields) / sizeof(pair_fields[0]),
};

static str *text_of(struct package *p, size_t i)
{
	return (str *)(void *)((char *)p + text_fields[i]);
}

static struct texts *list_of(struct package *p, size_t i)
{
	return (struct texts *)(void *)((char *)p + list_fields[i]);
}

static struct pairs *pairs_of(struct package *p, size_t i)
{
	return (struct pairs *)(void *)((char *)p + pair_fields[i]);
}

/* Bytes of all texts of a package. */
static ptrdiff_t bytes_of(struct package *p)
{
	ptrdiff_t n = 0;

	for (size_t i = 0; i < TEXT_FIELDS; i++)
		n += text_of(p, i)->len;
	for (size_t i = 0; i < LIST_FIELDS; i++) {
		const struct texts *list = list_of(p, i);
		for (ptrdiff_t k = 0; k < list->n; k++)
			n += list->p[k].len;
	}
	for (size_t i = 0; i < PAIR_FIELDS; i++) {
		const struct pairs *pairs = pairs_of(p, i);
		for (ptrdiff_t k = 0; k < pairs->n; k++)
			n += pairs->p[k].key.len + pairs->p[k].value.len;
	}
	return n;
}

static void move(str *s, char **to)
{
	if (s->len)
		memcpy(*to, s->p, (size_t)s->len);
	s->p = *to;
	*to += s->len;
}

static int move_lists(struct op *op, struct package *p, char **to)
{
	for (size_t i = 0; i < LIST_FIELDS; i++) {
		struct texts *list = list_of(p, i);
		if (!list->n)
			continue;
		str *s = op_new(op, str, list->n);
		if (!s)
			return op->code;
		memcpy(s, list->p, (size_t)list->n * sizeof(*s));
		list->p = s;
		for (ptrdiff_t k = 0; k < list->n; k++)
			move(&s[k], to);
	}
	for (size_t i = 0; i < PAIR_FIELDS; i++) {
		struct pairs *pairs = pairs_of(p, i);
		if (!pairs->n)
			continue;
		struct pair *s = op_new(op, struct pair, pairs->n);
		if (!s)
			return op->code;
		memcpy(s, pairs->p, (size_t)pairs->n * sizeof(*s));
		pairs->p = s;
		for (ptrdiff_t k = 0; k < pairs->n; k++) {
			move(&s[k].key, to);
			move(&s[k].value, to);
		}
	}
	return 0;
}

int draft_keep(struct op *op, const struct package *p, struct package *to)
{
	struct package got = *p;
	char *bytes = op_new(op, char, bytes_of(&got));

	got.file = NULL;
	got.file_n = 0;
	got.evidence = NULL;
	got.evidence_n = 0;
	if (!bytes)
		return op->code;
	for (size_t i = 0; i < TEXT_FIELDS; i++)
		move(text_of(&got, i), &bytes);
	int rc = move_lists(op, &got, &bytes);
	if (rc == 0)
		*to = got;
	return rc;
}

int draft_text(struct op *op, struct texts *list, str text)
{
	ptrdiff_t n = list->n;

	if (!text.len)
		return 0;
	if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
		size_t room = n ? (size_t)n * 2 : 8;
		str *p = op_extend(op, list->p, (size_t)n * sizeof(str), room * sizeof(str));
		if (!p)
			return op->code;
		list->p = p;
	}
	list->p[list->n++] = text;
	return 0;
}

int draft_need(struct op *op, struct package *p, str name, str version)
{
	str both = name;
	int rc = 0;

	if (name.len + version.len > LIMIT_PATH)
		return 0; /* no package is called so, and many may need it */
	if (name.len && version.len)
		rc = op_text(op, &both, "%.*s@%.*s", STR_ARG(name), STR_ARG(version));
	return rc < 0 ? rc : draft_text(op, &p->needs, both);
}

static const struct {
	const char *name;
	size_t size;
} hashes[] = {
	{ "md5", 16 }, { "sha1", 20 }, { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 }
};

/* One of a kind: the first. However many a file says, a package has a handful. */
static int add_checksum(struct op *op, struct package *p, const char *kind, str hex)
{
	for (ptrdiff_t i = 0; i < p->checksum.n; i++) {
		if (str_eq(p->checksum.p[i].key, str_of(kind)))
			return 0;
	}
	return package_fact(op, &p->checksum, kind, hex);
}

static int add_integrity(struct op *op, struct package *p, str kind, str digits)
{
	uint8_t bytes[64];
	char hex[2 * sizeof(bytes) + 1];
	size_t n;
	str kept;

	for (size_t i = 1; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!str_eq(kind, str_of(hashes[i].name)) ||
		    !base64_read(digits, bytes, sizeof(bytes), &n) || n != hashes[i].size)
			continue;
		int rc = op_copy(op, str_of(hex_text(bytes, hashes[i].size, hex)), &kept);
		return rc < 0 ? rc : add_checksum(op, p, hashes[i].name, kept);
	}
	return 0;
}

int draft_integrity(struct op *op, struct package *p, str integrity)
{
	for (str word = str_word(&integrity); word.len; word = str_word(&integrity)) {
		str digits = word, kind = str_cut(&digits, '-');
		ptrdiff_t option = str_find(digits, '?');
		if (option >= 0)
			digits = str_head(digits, option);
		int rc = add_integrity(op, p, kind, digits);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int draft_hex(struct op *op, struct package *p, str hex)
{
	char *lower = op_new(op, char, hex.len);

	if (!lower)
		return op->code;
	for (ptrdiff_t i = 0; i < hex.len; i++) {
		char c = hex.p[i];
		lower[i] = c >= 'A' && c <= 'F' ? (char)(c | 0x20) : c;
		if (!memchr("0123456789abcdef", lower[i], 16))
			return 0;
	}
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if ((size_t)hex.len == 2 * hashes[i].size)
			return add_checksum(op, p, hashes[i].name, (str){ lower, hex.len });
	}
	return 0;
}

void draft_path(struct package *p, str path)
{
	ptrdiff_t slash = str_rfind(path, '/');

	p->ns = str_head(path, slash < 0 ? 0 : slash);
	p->name = str_from(path, slash + 1);
}
