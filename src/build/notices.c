#include "notices.h"

#include "base/vec.h"
#include "distro/copyright.h"
#include "notices_files.h"

enum { TEXT_MAX = 4 << 20 }; /* bytes of one copyright file: chromium's is 1.4 MiB */

static const char common[] = "usr/share/common-licenses/";

static bool wants(void *arg, str path, uint64_t size)
{
	(void)arg;
	return size <= TEXT_MAX && (str_starts(path, str_of(common)) || notices_file_is(path) ||
				    (str_starts(path, S("usr/share/doc/")) &&
				     str_eq(str_base_name(path), S("copyright"))));
}

const struct image_tree_wish notices_wish = { .wants = wants };

/* Licences whose terms for programs include the source. Source: their texts; as the beginnings of
 * SPDX identifiers and of Debian's names for versions of them. */
static const char *const asking[] = {
	"AGPL-", "APSL-", "Artistic-1", "CDDL-", "CECILL-", "CPAL-",     "CPL-",
	"EPL-",  "EUPL-", "GPL-",       "IPL-",  "LGPL-",   "LPL-",      "MPL-",
	"MS-RL", "OSL-",  "QPL-",       "RPL-",  "SPL-",    "Sleepycat",
};

static bool asks(str word)
{
	if (str_starts(word, S("LicenseRef-")))
		word = str_from(word, 11);
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (str_starts(word, str_of(asking[i])))
			return true;
	return false;
}

bool notices_asks_source(str licence)
{
	while (licence.len) {
		str word = str_word(&licence);
		while (word.len && word.p[0] == '(')
			word = str_from(word, 1);
		if (asks(word))
			return true;
	}
	return false;
}

struct collector {
	struct op *op;
	const struct side *side;
	struct notices_files files;
	VEC(struct notices_text) text;
	struct map at;       /* digest of a text to its index + 1 */
	struct map licences; /* names below common-licenses */
	struct notices *n;
};

/* Take the next name after "/usr/share/common-licenses/" off the front of a text. */
static bool next_licence(str *text, str *ret)
{
	for (ptrdiff_t at = str_find_str(*text, str_of(common)); at >= 0;
	     at = str_find_str(*text, str_of(common))) {
		ptrdiff_t n = 0;
		str s = *text = str_from(*text, at + (ptrdiff_t)sizeof(common) - 1);
		while (n < s.len &&
		       ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'A' && s.p[n] <= 'Z') ||
			(s.p[n] >= 'a' && s.p[n] <= 'z') || str_find(S("-._+"), s.p[n]) >= 0))
			n++;
		while (n > 0 && s.p[n - 1] == '.') /* the end of a sentence */
			n--;
		*ret = str_head(s, n);
		if (n)
			return true;
	}
	return false;
}

static int find_licences(struct collector *c, str text)
{
	str name;
	int rc = 0;

	while (rc == 0 && next_licence(&text, &name))
		rc = map_put(&c->licences, name, c);
	return rc;
}

/* Of a free-form text, whose licence cannot be told, what it refers to counts. */
static bool text_asks_source(str text)
{
	str name;

	while (next_licence(&text, &name))
		if (asks(name))
			return true;
	return false;
}

static int add_text(struct collector *c, str text, ptrdiff_t *ret)
{
	struct digest d = digest_of(text);
	str key = { (const char *)d.b, sizeof(d.b) };
	uintptr_t at = (uintptr_t)map_get(&c->at, key);

	if (!at) {
		struct notices_text *t = vec_push(c->op, &c->text);
		if (!t || op_copy(c->op, key, &key) < 0 || find_licences(c, text) < 0)
			return c->op->code;
		*t = (struct notices_text){ .sha256 = d, .text = text };
		at = (uintptr_t)c->text.n;
		if (map_put(&c->at, key, (void *)at) < 0)
			return c->op->code;
	}
	*ret = (ptrdiff_t)at - 1;
	return 0;
}

/* What lies beside the package, or is listed by it. */
static int add_beside(struct collector *c, const struct side_package *from,
		      struct notices_package *p)
{
	str text = S("");

	if (from->licence.len)
		p->licence = from->licence;
	p->asks_source = notices_asks_source(p->licence);
	if (from->package && notices_files_of(c->op, &c->files, from->package, &text) < 0)
		return c->op->code;
	if (text.len)
		return add_text(c, text, &p->text);
	c->n->missing++;
	return 0;
}

static int add_package(struct collector *c, const struct side_package *from,
		       struct notices_package *p)
{
	bool is_deb = str_eq(str_of(from->type), S("deb"));
	str path, text;
	int rc = op_text(c->op, &path, "usr/share/doc/%.*s/copyright", STR_ARG(from->name));

	*p = (struct notices_package){ .type = from->type,
				       .name = from->name,
				       .version = from->version,
				       .source = from->source,
				       .source_version = from->source_version,
				       .licence = S("NOASSERTION"),
				       .text = -1 };
	if (rc < 0)
		return rc;
	if (!is_deb || !side_file(c->side, path, &text))
		return add_beside(c, from, p);
	if ((rc = copyright_licence(c->op, text, &p->licence)) < 0 ||
	    (rc = add_text(c, text, &p->text)) < 0)
		return rc;
	p->asks_source = notices_asks_source(p->licence) ||
			 (str_eq(p->licence, S("NOASSERTION")) && text_asks_source(text));
	return 0;
}

static int take_licences(struct collector *c)
{
	struct notices *n = c->n;

	map_sort(&c->licences);
	n->licence_n = c->licences.n;
	if (!(n->licence = op_new(c->op, struct notices_licence, n->licence_n)))
		return c->op->code;
	for (ptrdiff_t i = 0; i < n->licence_n; i++) {
		struct notices_licence *l = &n->licence[i];
		str path;
		l->name = c->licences.item[i].key;
		int rc = op_text(c->op, &path, "%s%.*s", common, STR_ARG(l->name));
		if (rc < 0)
			return rc;
		if (!side_file(c->side, path, &l->text))
			n->missing++;
	}
	return 0;
}

/* What a team added stands outside all packages: its notices are not known. */
static int take_artifacts(struct op *op, const struct side *side, struct notices *n)
{
	n->artifact.p = op_new(op, str, side->own_n);
	if (!n->artifact.p)
		return op->code;
	for (ptrdiff_t i = 0; i < side->own_n; i++) {
		const struct side_own *own = &side->own[i];
		if (!str_eq(str_of(own->kind), S("artifact")))
			continue;
		if (op_text(op, &n->artifact.p[n->artifact.n++], "%.*s %.*s", STR_ARG(own->name),
			    STR_ARG(own->version)) < 0)
			return op->code;
		n->missing++;
	}
	return 0;
}

int notices_make(struct op *op, const struct side *side, struct notices *ret)
{
	struct notices n = { .name = side->name,
			     .platform = side->platform,
			     .manifest = side->manifest,
			     .package_n = side->package_n };
	struct collector c = { .op = op, .side = side, .n = &n };
	int rc = 0;

	if (!side->has_image)
		return op_fail(op, ERR_USAGE,
			       "the store does not have the image of %.*s, which holds the texts: "
			       "build it",
			       STR_ARG(side->name));
	map_init(&c.at, op);
	map_init(&c.licences, op);
	if (notices_files_find(op, side, &c.files) < 0)
		return op->code;
	if (!(n.package = op_new(op, struct notices_package, n.package_n)))
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < n.package_n; i++)
		rc = add_package(&c, &side->package[i], &n.package[i]);
	if (rc < 0 || (rc = take_licences(&c)) < 0 || (rc = take_artifacts(op, side, &n)) < 0)
		return rc;
	n.text = c.text.p;
	n.text_n = c.text.n;
	*ret = n;
	return 0;
}
