/*
 * feed_friendsofphp: FriendsOfPHP's security advisories, one YAML document each. Source:
 * FriendsOfPHP/security-advisories, README.md.
 *
 *	title:     Direct access of ESI URLs behind a trusted proxy
 *	link:      https://symfony.com/cve-2014-5245
 *	cve:       CVE-2014-5245             may be missing or null
 *	branches:
 *	    2.0.x:
 *	        time:     2014-09-03 07:40:02
 *	        versions: ['>=2.0.0', '<2.1.0']
 *	reference: composer://symfony/http-kernel
 *
 * Versions of a branch hold all at once, branches are alternatives. What has no CVE is called by its
 * place: "symfony/http-kernel/2014-09-03".
 */
#include "base/buf.h"
#include "base/limits.h"
#include "codec/yaml_block.h"
#include "feed_native.h"
#include "feed_values.h"
#include "unsafe.h"

/* ">=2.0.0, <2.1.0 || >=2.1.0, <2.2.0" */
static void constraint(struct buf *b, const struct node *branches)
{
	for (ptrdiff_t i = 0; i < branches->n; i++) {
		const struct node *list = node_get(&branches->child[i], S("versions"));
		bool first = true;
		str text;
		for (ptrdiff_t k = 0; list && k < list->n; k++) {
			if (!node_text(&list->child[k], &text))
				continue;
			buf_add(b, !first ? S(", ") : b->len ? S(" || ") : S(""));
			buf_add(b, text);
			first = false;
		}
	}
}

static int name_it(struct bulletin *b, const struct feed_document *d, const struct node *root,
		   str package)
{
	str file = str_base_name(d->name), cve = feed_get(root, S("cve"));

	b->a.id = cve;
	if (str_starts(cve, S("CVE-")))
		return 0;
	if (str_ends(file, S(".yaml")))
		file = str_head(file, file.len - 5);
	return op_text(b->op, &b->a.id, "%.*s/%.*s", STR_ARG(package), STR_ARG(file));
}

static int php_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		    uint64_t *ret_bad)
{
	struct bulletin b;
	struct buf text;
	struct doc doc;
	str versions;

	if (yaml_quick_parse(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *branches = node_get(&doc.root, S("branches"));
	str package = feed_get(&doc.root, S("reference"));
	if (!str_starts(package, S("composer://")) || !branches || branches->kind != NODE_MAP)
		return op_fail(op, ERR_FORMAT, "%.*s: not an advisory of FriendsOfPHP's",
			       STR_ARG(d->name));
	package = str_from(package, 11);
	bulletin_begin(&b, op, sink, (str){ 0 });
	buf_init(&text, op, LIMIT_DOCUMENT);
	constraint(&text, branches);
	if (name_it(&b, d, &doc.root, package) < 0 || buf_take(&text, &versions) < 0 ||
	    ecosystem_name(op, ecosystem_row(S("composer")), package, &package) < 0)
		return op->code;
	b.a.summary = feed_get(&doc.root, S("title"));
	bulletin_add(&b, &b.references, feed_get(&doc.root, S("link")));
	if (branches->n)
		b.a.published = bulletin_time(
			op, bulletin_date(op, feed_get(&branches->child[0], S("time"))));
	struct affected *a = bulletin_affected(&b, S("composer"), package, AFFECTED_ANY);
	int rc = versions.len == 0
			 ? 1
			 : unsafe_in(&b, a, RANGE_PLAIN, VERSION_PACKAGIST, versions, false);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		bulletin_drop(&b);
		*ret_bad += rc == 1;
		return 0;
	}
	return bulletin_send(&b, ret_bad);
}

static bool php_looks_like(const struct feed_document *d)
{
	return str_find_str(str_head(d->bytes, 65536), S("composer://")) >= 0 &&
	       str_find_str(str_head(d->bytes, 65536), S("\nbranches:")) >= 0;
}

const struct feed feed_friendsofphp = {
	.name = "friendsofphp",
	.what = "FriendsOfPHP's security advisories (YAML)",
	.ends = ".yaml",
	.looks_like = php_looks_like,
	.read = php_read,
};
