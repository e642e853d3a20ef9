/*
 * feed_updateinfo: errata of an rpm repository, as dnf and zypper read them. Source: createrepo_c's
 * updateinfo.xml; the repositories of Amazon Linux, AlmaLinux, Rocky Linux and Fedora.
 *
 *	<updates><update type="security" status="final">
 *		<id>ALAS2023-2023-126</id><title>...</title><severity>important</severity>
 *		<issued date="2023-02-17 00:00"/><updated date="..."/><description>...</description>
 *		<references><reference type="cve" id="CVE-2023-0286" href="..."/></references>
 *		<pkglist><collection short="...">
 *			<module name="mariadb" stream="10.5" version="..." context="..." arch="..."/>
 *			<package name="openssl" epoch="1" version="3.0.8" release="1.amzn2023.0.1"
 *				arch="x86_64" src="..."/>
 *		</collection></pkglist></update></updates>
 *
 * Packages that differ by architecture alone are one. What is about no vulnerability is passed over,
 * and so are Amazon Linux 2's extras ("ALAS2KERNEL-5.15-2022-001"): they number packages of the same
 * names by themselves, and nothing tells which of them a package is of.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "bulletin.h"
#include "codec/xml.h"
#include "feed_native.h"
#include "feed_values.h"

struct built { /* one package of an erratum */
	str name, version, arch, module;
};

/* Whose errata are called so, where the configuration does not say. */
static const struct {
	const char *prefix, *key;
} prefixes[] = {
	{ "ALAS2023", "amzn:2023" },
	{ "ALAS2022", "amzn:2022" },
	{ "ALAS2-", "amzn:2" },
	{ "ALAS-", "amzn:1" },
};

static str key_of(const struct feed_document *d, str id)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && d->release.len == 0; i++)
		if (str_starts(id, str_of(prefixes[i].prefix)))
			return str_of(prefixes[i].key);
	return d->release;
}

/* "ALAS2KERNEL-5.15-2022-001" */
static bool is_extra(str id)
{
	return str_starts(id, S("ALAS2")) && id.len > 5 && !(id.p[5] >= '0' && id.p[5] <= '9') &&
	       id.p[5] != '-';
}

static int by_build(const void *a, const void *b)
{
	const struct built *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	if (order == 0)
		order = str_cmp(x->version, y->version);
	if (order == 0)
		order = str_cmp(x->module, y->module);
	return order ? order : str_cmp(x->arch, y->arch);
}

static bool is_same(const struct built *a, const struct built *b)
{
	return str_eq(a->name, b->name) && str_eq(a->version, b->version) &&
	       str_eq(a->module, b->module);
}

static int read_package(struct op *op, const struct xml_node *p, str stream, struct built *ret)
{
	str epoch = xml_attribute(p, S("epoch"));
	bool zero = epoch.len == 0 || str_eq(epoch, S("0"));

	ret->name = xml_attribute(p, S("name"));
	ret->arch = xml_attribute(p, S("arch"));
	ret->module = stream;
	if (zero)
		return op_text(op, &ret->version, "%.*s-%.*s",
			       STR_ARG(xml_attribute(p, S("version"))),
			       STR_ARG(xml_attribute(p, S("release"))));
	return op_text(op, &ret->version, "%.*s:%.*s-%.*s", STR_ARG(epoch),
		       STR_ARG(xml_attribute(p, S("version"))),
		       STR_ARG(xml_attribute(p, S("release"))));
}

struct builds {
	VEC(struct built) all;
};

/* All packages of all collections of an erratum; sources are not installed. */
static int read_packages(struct op *op, const struct xml_node *list, struct builds *ret)
{
	for (ptrdiff_t c = 0; list && c < list->n; c++) {
		const struct xml_node *module = xml_child(&list->child[c], S("module"));
		str stream = { 0 };
		if (module &&
		    op_text(op, &stream, "%.*s:%.*s", STR_ARG(xml_attribute(module, S("name"))),
			    STR_ARG(xml_attribute(module, S("stream")))) < 0)
			return op->code;
		for (ptrdiff_t i = 0; i < list->child[c].n; i++) {
			const struct xml_node *p = &list->child[c].child[i];
			struct built one = { 0 };
			if (!str_eq(p->local, S("package")))
				continue;
			if (read_package(op, p, stream, &one) < 0)
				return op->code;
			struct built *b =
				str_eq(one.arch, S("src")) ? &one : vec_push(op, &ret->all);
			if (!b)
				return op->code;
			*b = one;
		}
	}
	return 0;
}

static void add_affected(struct bulletin *b, str key, const struct built *run, ptrdiff_t n,
			 str date)
{
	struct affected *a = bulletin_affected(b, key, run->name, AFFECTED_BINARY);
	bool every = false;
	struct buf arches;

	buf_init(&arches, b->op, 4096);
	for (ptrdiff_t i = 0; i < n; i++) {
		every = every || str_eq(run[i].arch, S("noarch")) || run[i].arch.len == 0;
		if (i && str_eq(run[i].arch, run[i - 1].arch))
			continue;
		if (i)
			buf_char(&arches, ' ');
		buf_add(&arches, run[i].arch);
	}
	if (!every && !arches.bad)
		bulletin_only(b, a, "arch", buf_view(&arches));
	bulletin_only(b, a, "module", run->module);
	bulletin_until(b, a, run->version);
	if (a)
		a->fixed_on = date;
}

/* "2023-02-17 00:00:00", "2023-02-17T00:00:00Z", "2023-02-17" */
static str day_of(struct op *op, const struct xml_node *update, str element)
{
	const struct xml_node *node = xml_child(update, element);

	return node ? bulletin_date(op, xml_attribute(node, S("date"))) : (str){ 0 };
}

static int update(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		  const struct xml_node *node, uint64_t *bad)
{
	const struct xml_node *references = xml_child(node, S("references"));
	str id = xml_child_text(node, S("id")), key = key_of(d, id);
	struct builds builds = { 0 };
	struct bulletin b;

	if (is_extra(id))
		return 0;
	if (key.len == 0)
		return op_fail(
			op, ERR_FORMAT,
			"%.*s: it does not say of which release it is: set the feed's release",
			STR_ARG(d->name));
	bulletin_begin(&b, op, sink, id);
	for (ptrdiff_t i = 0; references && i < references->n; i++)
		if (str_eq(xml_attribute(&references->child[i], S("type")), S("cve")))
			bulletin_add(&b, &b.related, xml_attribute(&references->child[i], S("id")));
	if (b.related.n == 0 && !str_eq(xml_attribute(node, S("type")), S("security"))) {
		bulletin_drop(&b);
		return op->code;
	}
	str issued = day_of(op, node, S("issued")), updated = day_of(op, node, S("updated"));
	b.a.published = bulletin_time(op, issued);
	b.a.modified = bulletin_time(op, updated);
	b.a.summary = xml_child_text(node, S("title"));
	b.a.details = xml_child_text(node, S("description"));
	b.a.severity = severity_of(xml_child_text(node, S("severity")));
	if (read_packages(op, xml_child(node, S("pkglist")), &builds) < 0)
		return op->code;
	struct built *built = builds.all.p;
	ptrdiff_t n = builds.all.n;
	if (n)
		qsort(built, (size_t)n, sizeof(*built), by_build);
	for (ptrdiff_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && is_same(&built[i], &built[end]); end++) {
		}
		add_affected(&b, key, built + i, end - i, issued);
	}
	return bulletin_send(&b, bad);
}

static int updateinfo_read(struct op *op, const struct feed_document *d,
			   const struct feed_sink *sink, uint64_t *ret_bad)
{
	struct xml_node root;

	if (xml_parse(op, d->name, d->bytes, &root) < 0)
		return op->code;
	if (!str_eq(root.local, S("updates")))
		return op_fail(op, ERR_FORMAT, "%.*s: not an updateinfo.xml", STR_ARG(d->name));
	for (ptrdiff_t i = 0; i < root.n; i++)
		if (str_eq(root.child[i].local, S("update")) &&
		    update(op, d, sink, &root.child[i], ret_bad) < 0)
			return op->code;
	return 0;
}

static bool updateinfo_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 1024);

	return str_find_str(head, S("<updates")) >= 0 && str_find_str(head, S("<update ")) >= 0;
}

const struct feed feed_updateinfo = {
	.name = "updateinfo",
	.what = "errata of rpm repositories (updateinfo.xml): Amazon Linux and others",
	.ends = ".xml",
	.fixed_only = true,
	.whole = true,
	.looks_like = updateinfo_looks_like,
	.read = updateinfo_read,
};
