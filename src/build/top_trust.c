/* The authorities that an image trusts: /etc/ssl/certs as update-ca-certificates(8) makes it, and
 * Java's truststore. */
#include "top_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/certificate.h"
#include "codec/truststore.h"

struct authority {
	str path, name, pem; /* usr/share/...crt; X.pem */
	str from;            /* of the recipe's: where it says so; else empty */
	struct certificate cert;
};
typedef VEC(struct authority) authorities;

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct authority *)a)->name, ((const struct authority *)b)->name);
}

/* A recipe's file of certificates, each as update-ca-certificates(8) would find it: NAME.crt below
 * usr/local/share/ca-certificates, NAME-2.crt ... where the file has several. */
static int list_file(struct top_work *w, const struct recipe_certificate *c, authorities *out)
{
	str text = c->text, stem = c->name, block;
	int n = 0, rc = 0;

	if (str_rfind(stem, '.') > 0)
		stem = str_head(stem, str_rfind(stem, '.'));
	while (rc == 0 && certificate_block(&text, &block)) {
		struct authority *a = vec_push(w->op, out);
		char number[16] = "";
		if (!a)
			return w->op->code;
		if (++n > 1)
			(void)snprintf(number, sizeof(number), "-%d", n);
		*a = (struct authority){ .pem = block };
		rc = op_text(w->op, &a->from, "%.*s:%d", STR_ARG(c->file), c->line);
		if (rc == 0)
			rc = op_text(w->op, &a->name, "%.*s%s.pem", STR_ARG(stem), number);
		if (rc == 0)
			rc = op_text(w->op, &a->path, "usr/local/share/ca-certificates/%.*s%s.crt",
				     STR_ARG(stem), number);
		if (rc == 0)
			rc = certificate_read(w->op, a->path, block, &a->cert);
	}
	return rc;
}

static int list_certificates(struct top_work *w, authorities *out)
{
	const struct recipe *r = w->in->recipe;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < r->certificate_n; i++)
		rc = list_file(w, &r->certificate[i], out);
	return rc;
}

static int list_authorities(struct top_work *w, authorities *out)
{
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct contents *c = w->in->package[p].select.contents;
		for (ptrdiff_t i = 0; i < c->file_n; i++) {
			str path = c->file[i].path, base = str_base_name(path);
			if (!str_starts(path, S("usr/share/ca-certificates/")) ||
			    !str_ends(base, S(".crt")))
				continue;
			if (top_dropped(w, path))
				continue; /* the recipe does not trust it */
			struct authority *a = vec_push(w->op, out);
			if (!a)
				return w->op->code;
			*a = (struct authority){ .path = path, .pem = c->file[i].bytes };
			int rc = op_text(w->op, &a->name, "%.*s.pem", (int)base.len - 4, base.p);
			if (rc == 0)
				rc = certificate_read(w->op, path, a->pem, &a->cert);
			if (rc < 0)
				return rc;
		}
	}
	int rc = list_certificates(w, out);
	if (rc < 0)
		return rc;
	if (out->n > 1)
		qsort(out->p, (size_t)out->n, sizeof(*out->p), by_name);
	return 0;
}

/* The links of one certificate: its name, and the hash that OpenSSL looks for. */
static int put_authority_links(struct top_work *w, const authorities *all, ptrdiff_t i, str from)
{
	const struct authority *a = &all->p[i];
	unsigned turn = 0;
	str path, to, text;

	if (a->from.len) {
		from = a->from;
		int put = op_text(w->op, &text, "%.*s\n", STR_ARG(str_trim(a->pem)));
		if (put == 0)
			put = top_put_file(w, a->path, text, 0644, from);
		if (put < 0)
			return put;
	}
	for (ptrdiff_t k = 0; k < i; k++)
		turn += all->p[k].cert.hash == a->cert.hash;
	int rc = op_text(w->op, &path, "etc/ssl/certs/%.*s", STR_ARG(a->name));
	if (rc == 0)
		rc = op_text(w->op, &to, "/%.*s", STR_ARG(a->path));
	if (rc == 0 && top_find(w, a->path) >= 0)
		rc = top_put_link(w, path, to, from);
	else if (rc == 0)
		rc = top_put_file(w, path, a->pem, 0644,
				  from); /* the package's own copy was dropped */
	if (rc == 0)
		rc = op_text(w->op, &path, "etc/ssl/certs/%08x.%u", a->cert.hash, turn);
	return rc < 0 ? rc : top_put_link(w, path, a->name, from);
}

static int put_authorities(struct top_work *w, const authorities *all, str from)
{
	struct buf bundle;
	str text;
	int rc = 0;

	buf_init(&bundle, w->op, LIMIT_CAPTURE);
	for (ptrdiff_t i = 0; rc == 0 && i < all->n; i++) {
		buf_add(&bundle, str_trim(all->p[i].pem));
		buf_char(&bundle, '\n');
		rc = put_authority_links(w, all, i, from);
	}
	if (rc == 0)
		rc = buf_take(&bundle, &text);
	if (rc == 0)
		rc = top_put_file(w, S("etc/ssl/certs/ca-certificates.crt"), text, 0644, from);
	/* Where OpenSSL looks when the package openssl, which ships these links, is not there. */
	if (rc == 0 && top_find(w, S("usr/lib/ssl/certs")) < 0)
		rc = top_put_link(w, S("usr/lib/ssl/certs"), S("/etc/ssl/certs"), from);
	if (rc == 0 && top_find(w, S("usr/lib/ssl/cert.pem")) < 0)
		rc = top_put_link(w, S("usr/lib/ssl/cert.pem"),
				  S("/etc/ssl/certs/ca-certificates.crt"), from);
	return rc;
}

/* "debian:" and the name in lower case, as Debian's own program calls them. */
static int java_alias(struct op *op, str name, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_PATH);
	buf_add(&b, S("debian:"));
	for (ptrdiff_t i = 0; i < name.len; i++)
		buf_char(&b, (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20
									 : name.p[i]));
	return buf_take(&b, ret);
}

static int put_java(struct top_work *w, const authorities *all, str from)
{
	struct truststore_entry *entry = op_new(w->op, struct truststore_entry, all->n);
	str text;
	int rc = entry ? 0 : w->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < all->n; i++) {
		entry[i].der = all->p[i].cert.der;
		rc = java_alias(w->op, all->p[i].name, &entry[i].alias);
	}
	if (rc == 0)
		rc = truststore_write(w->op, entry, all->n, &text);
	return rc < 0 ? rc : top_put_file(w, S("etc/ssl/certs/java/cacerts"), text, 0644, from);
}

int top_trusted(struct top_work *w, const struct top_trust *trust)
{
	authorities all = { 0 };
	const struct recipe *r = w->in->recipe;
	bool own = r->certificate_n > 0;
	int rc = trust->bundle.len || trust->java.len || own ? list_authorities(w, &all) : 0;
	str bundle = trust->bundle;

	if (rc == 0 && !bundle.len && own)
		rc = op_text(w->op, &bundle, "%.*s:%d", STR_ARG(r->certificate[0].file),
			     r->certificate[0].line);
	if (rc == 0 && bundle.len && all.n > 0)
		rc = put_authorities(w, &all, bundle);
	if (rc == 0 && trust->java.len)
		rc = put_java(w, &all, trust->java);
	return rc;
}
