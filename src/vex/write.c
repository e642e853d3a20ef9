/*
 * OpenVEX 0.2.0. A waiver that accepts a risk is "affected" with an action statement that says until when,
 * for the product is affected; only one that says so itself states another status. Packages of one
 * finding that the same is said of are subcomponents of one statement.
 *
 * Purls are without qualifiers, and an image is named by its digest alone where it has one: other
 * scanners write arch and distro in other ways, and would take "debian-12" for another product than
 * "debian-12.13". The document's id is of its content.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "model/purl.h"
#include "model/reference.h"
#include "sys/clock.h"
#include "vex.h"

struct said { /* of one finding */
	const struct finding *f;
	const struct waiver *w; /* NULL: by evidence */
	ptrdiff_t waiver;       /* position; behind all of them: by evidence */
	str purl;
};

struct writer {
	struct op op;
	const struct report *r;
	const struct vex_wish *wish;
	VEC(struct said) said;
	str product;
};

/* ---- products ---- */

/* Type, namespace, name, version: what all scanners write in one way. */
static int bare_purl(struct op *op, str text, str *ret)
{
	struct purl u;
	int rc = purl_parse(op, text, &u);

	if (rc < 0) {
		if (rc == ERR_MEMORY)
			return rc;
		op_forgive(op);
		*ret = S("");
		return 0;
	}
	struct purl bare = { u.type, u.ns, u.name, u.version, { 0 }, u.subpath };
	for (ptrdiff_t i = 0; i < u.qualifiers.n; i++) { /* an rpm's version has its epoch there */
		if (str_eq(u.qualifiers.p[i].key, S("epoch")))
			bare.qualifiers = (struct pairs){ &u.qualifiers.p[i], 1 };
	}
	return purl_write(op, &bare, ret);
}

/* The digest of an index or manifest that it is known by. */
static void digest_of_subject(struct op *op, const struct subject *s, struct digest *ret)
{
	struct reference r;

	*ret = s->manifest;
	for (ptrdiff_t i = 0; digest_is_zero(ret) && i < s->repo_digests.n; i++) {
		if (reference_parse(op, s->repo_digests.p[i], &r) == 0)
			*ret = r.digest;
		else
			op_forgive(op);
	}
}

/* "pkg:oci/NAME@sha256:..."; without a digest the repository and the tag tell it. Empty: no image. */
static int product_of(struct writer *w)
{
	const struct subject *s = &w->r->inventory->subject;
	struct reference r = { 0 };
	struct digest digest;
	char text[DIGEST_TEXT];
	str repository;

	w->product = w->wish->product;
	if (w->product.len || s->kind != SUBJECT_IMAGE)
		return 0;
	digest_of_subject(&w->op, s, &digest);
	str name = s->tags.n ? s->tags.p[0] : s->reference.len ? s->reference : s->name;
	if (reference_parse(&w->op, name, &r) < 0) {
		op_forgive(&w->op);
		r.path = str_base_name(s->name);
	}
	if (r.path.len == 0)
		r.path = S("image");
	str last = str_base_name(r.path);
	if (!digest_is_zero(&digest))
		return purl_oci(&w->op, last, str_of(digest_text(&digest, text)), S(""),
				&w->product);
	if (op_text(&w->op, &repository, "%.*s/%.*s", STR_ARG(r.host), STR_ARG(r.path)) < 0)
		return w->op.code;
	struct pair q[] = { { S("repository_url"), r.host.len ? repository : S("") },
			    { S("tag"), r.tag } };
	struct purl u = { .type = S("oci"), .name = last, .qualifiers = { q, 2 } };
	return purl_write(&w->op, &u, &w->product);
}

/* ---- what is said ---- */

static int collect(struct writer *w)
{
	const struct report *r = w->r;
	struct map by_where;

	map_init(&by_where, &w->op);
	for (ptrdiff_t i = r->waiver_n - 1; i >= 0; i--) {
		if (map_put(&by_where, r->waiver[i].where, &r->waiver[i]) < 0)
			return w->op.code;
	}
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		bool waived =
			f->suppressed == SUPPRESSED_WAIVER || f->suppressed == SUPPRESSED_IGNORE;
		bool proven = f->suppressed == SUPPRESSED_EVIDENCE;
		const struct waiver *by = waived ? map_get(&by_where, f->rule) : NULL;
		if ((waived && (!w->wish->waivers || !by)) || (proven && !w->wish->evidence) ||
		    (!waived && !proven))
			continue;
		struct said *s = vec_push(&w->op, &w->said);
		if (!s)
			return w->op.code;
		*s = (struct said){ f, by, by ? by - r->waiver : r->waiver_n, S("") };
		if (bare_purl(&w->op, r->inventory->package[f->package].purl, &s->purl) < 0)
			return w->op.code;
		w->said.n -= s->purl.len == 0; /* nothing to call it by */
	}
	return 0;
}

static int by_order(const void *x, const void *y)
{
	const struct said *a = x, *b = y;
	int rc = str_cmp(a->f->id, b->f->id);

	if (rc == 0)
		rc = a->waiver < b->waiver ? -1 : a->waiver > b->waiver;
	if (rc == 0 && !a->w) /* evidence gives each package its own reason */
		rc = str_cmp(a->f->reason, b->f->reason);
	return rc ? rc : str_cmp(a->purl, b->purl);
}

static bool same_statement(const struct said *a, const struct said *b)
{
	return str_eq(a->f->id, b->f->id) && a->waiver == b->waiver &&
	       (a->w || str_eq(a->f->reason, b->f->reason));
}

/* ---- writing ---- */

static enum vex_status status_of(const struct said *s)
{
	if (!s->w)
		return VEX_NOT_AFFECTED;
	return s->w->has_status && !waiver_is_foreign(s->w) ? s->w->status : VEX_AFFECTED;
}

static void add_paths(struct buf *b, const char *what, const struct texts *t)
{
	buf_fmt(b, "%s", what);
	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_fmt(b, "%s%.*s", i ? ", " : " ", STR_ARG(t->p[i]));
}

/* The reason and what shows it, so that others can judge it. */
static str proven(struct buf *scratch, const struct finding *f)
{
	if (!f->proof)
		return f->reason;
	scratch->len = 0;
	buf_add(scratch, f->reason);
	add_paths(scratch, ". Started:", &f->proof->entry);
	add_paths(scratch, ". Loaded:", &f->proof->loaded);
	add_paths(scratch, ". Of the package:", &f->proof->files);
	return buf_view(scratch);
}

static void write_reason(struct json_out *j, struct buf *scratch, const struct said *s)
{
	const struct waiver *w = s->w;
	enum vex_status status = status_of(s);
	str reason = w ? w->reason : proven(scratch, s->f);

	if (!w || (status == VEX_NOT_AFFECTED && w->justification.len))
		json_pair(j, "justification",
			  w ? w->justification : S("vulnerable_code_not_in_execute_path"));
	if (status == VEX_NOT_AFFECTED) {
		/* One of the two must be there. */
		bool needed = w && w->justification.len == 0;
		json_pair_opt(j, "impact_statement",
			      reason.len || !needed ? reason : S("no reason is given"));
	}
	if (status != VEX_AFFECTED)
		return;
	scratch->len = 0;
	buf_add(scratch, S("accepted"));
	if (w->until.len)
		buf_fmt(scratch, " until %.*s", STR_ARG(w->until));
	if (reason.len)
		buf_fmt(scratch, ": %.*s", STR_ARG(reason));
	json_pair(j, "action_statement", buf_view(scratch));
}

static void write_notes(struct json_out *j, struct buf *scratch, const struct said *s)
{
	if (!s->w)
		return;
	scratch->len = 0;
	buf_fmt(scratch, "%s %.*s", s->w->form, STR_ARG(s->w->where));
	if (s->w->owner.len)
		buf_fmt(scratch, ", owner %.*s", STR_ARG(s->w->owner));
	json_pair(j, "status_notes", buf_view(scratch));
}

static void write_vulnerability(struct json_out *j, const struct finding *f)
{
	json_key(j, S("vulnerability"));
	json_object(j);
	json_pair(j, "name", f->id);
	bool any = false;
	for (ptrdiff_t i = 0; i < f->ids.n; i++) {
		if (str_eq(f->ids.p[i], f->id))
			continue;
		if (!any) {
			json_key(j, S("aliases"));
			json_array(j);
		}
		any = true;
		json_text(j, f->ids.p[i]);
	}
	if (any)
		json_array_end(j);
	json_object_end(j);
}

static void write_id(struct json_out *j, str id)
{
	json_object(j);
	json_pair(j, "@id", id);
	json_object_end(j);
}

/* The packages of a run of findings that are one statement: in order, each once. */
static void write_products(struct writer *w, struct json_out *j, const struct said *s, ptrdiff_t n)
{
	json_key(j, S("products"));
	json_array(j);
	if (w->product.len) {
		json_object(j);
		json_pair(j, "@id", w->product);
		json_key(j, S("subcomponents"));
		json_array(j);
	}
	for (ptrdiff_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(s[i].purl, s[i - 1].purl))
			write_id(j, s[i].purl);
	}
	if (w->product.len) {
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_statements(struct writer *w, struct json_out *j, struct buf *scratch)
{
	json_array(j);
	for (ptrdiff_t i = 0, n; i < w->said.n; i += n) {
		const struct said *s = &w->said.p[i];
		for (n = 1; i + n < w->said.n && same_statement(s, s + n);)
			n++;
		json_object(j);
		write_vulnerability(j, s->f);
		write_products(w, j, s, n);
		json_pair(j, "status", str_of(vex_statuses[status_of(s)]));
		write_notes(j, scratch, s);
		write_reason(j, scratch, s);
		json_object_end(j);
	}
	json_array_end(j);
}

/* A UUID of version 8, of all that the document says. */
static int id_of(struct op *op, str author, str time, str statements, str *ret)
{
	str all;

	if (op_text(op, &all, "%.*s\n%.*s\n%.*s", STR_ARG(author), STR_ARG(time),
		    STR_ARG(statements)) < 0)
		return op->code;
	struct digest d = digest_of(all);
	char hex[DIGEST_HEX];
	d.b[6] = (uint8_t)((d.b[6] & 0x0f) | 0x80);
	d.b[8] = (uint8_t)((d.b[8] & 0x3f) | 0x80);
	(void)digest_hex(&d, hex);
	return op_text(op, ret, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
}

static int write_all(struct writer *w, struct buf *b)
{
	struct json_out j;
	struct buf inner, scratch;
	char time[CLOCK_TEXT];
	str id, author = w->wish->author.len ? w->wish->author : S("Unknown Author");

	buf_init(&inner, &w->op, b->max);
	buf_init(&scratch, &w->op, b->max);
	json_begin(&j, &inner, 0);
	write_statements(w, &j, &scratch);
	(void)clock_rfc3339(w->wish->time, time);
	if (inner.bad || scratch.bad ||
	    id_of(&w->op, author, str_of(time), buf_view(&inner), &id) < 0)
		return w->op.code;
	json_begin(&j, b, 2);
	json_object(&j);
	json_pair(&j, "@context", S("https://openvex.dev/ns/v0.2.0"));
	json_pair(&j, "@id", id);
	json_pair(&j, "author", author);
	json_pair(&j, "timestamp", str_of(time));
	json_pair_u64(&j, "version", 1);
	json_pair(&j, "tooling", S("temper " TEMPER_VERSION));
	json_key(&j, S("statements"));
	write_statements(w, &j, &scratch);
	json_object_end(&j);
	buf_char(b, '\n');
	return 0;
}

int vex_write(const struct report *report, const struct vex_wish *wish, struct buf *b)
{
	struct writer w = { .r = report, .wish = wish };
	int rc;

	op_init(&w.op, 0);
	w.op.fault = b->op->fault;
	rc = product_of(&w);
	rc = rc < 0 ? rc : collect(&w);
	if (rc == 0 && w.said.n == 0)
		rc = 1;
	if (rc == 0) {
		qsort(w.said.p, (size_t)w.said.n, sizeof(*w.said.p), by_order);
		rc = write_all(&w, b);
	}
	if (rc < 0)
		(void)op_adopt_error(b->op, &w.op);
	op_done(&w.op);
	return rc < 0 || b->bad ? b->op->code : rc;
}
