#include "sink.h"

#include <stdio.h>
#include <string.h>

#include "model/inventory.h"
#include "model/purl.h"

enum {
	FLUSH_AT = 64 * 1024, /* bytes */
	BUF_MAX = 64 << 20,   /* one item at most: a package's description, a path */
};

int sink_buf(struct op *op, void *arg, str bytes)
{
	struct buf *b = arg;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

void sink_begin(struct sink *s, struct op *op, sbom_sink *write, void *arg)
{
	*s = (struct sink){ .op = op, .write = write, .arg = arg };
	buf_init(&s->b, op, BUF_MAX);
	json_begin(&s->json, &s->b, 0);
}

static int hand_on(struct sink *s)
{
	str bytes;
	int rc = buf_take(&s->b, &bytes);

	rc = rc < 0 ? rc : s->write(s->op, s->arg, bytes);
	s->b.len = 0;
	return rc;
}

int sink_flush(struct sink *s)
{
	return s->b.bad || s->b.len >= FLUSH_AT ? hand_on(s) : 0;
}

int sink_close(struct sink *s)
{
	return hand_on(s);
}

int sink_end(struct sink *s)
{
	buf_char(&s->b, '\n');
	return hand_on(s);
}

const char *sink_uuid(const struct outcome *o, const char *kind, char out[SINK_UUID])
{
	char text[128], manifest[DIGEST_HEX], hex[DIGEST_HEX];

	(void)snprintf(text, sizeof(text), "temper %s %s", kind,
		       digest_hex(&o->manifest, manifest));
	struct digest d = digest_of(str_of(text));
	d.b[6] = (uint8_t)((d.b[6] & 0x0f) | 0x80); /* RFC 9562 5.8: version 8, made as one likes */
	d.b[8] = (uint8_t)((d.b[8] & 0x3f) | 0x80);
	(void)digest_hex(&d, hex);
	(void)snprintf(out, SINK_UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
	return out;
}

int sink_image_purl(struct op *op, const struct outcome *o, str *ret)
{
	char digest[DIGEST_TEXT];

	return purl_oci(op, o->name, str_of(digest_text(&o->manifest, digest)),
			str_of(o->platform ? o->platform->oci_arch : ""), ret);
}

ptrdiff_t sink_artifact_of(const struct outcome *o, const struct outcome_file *f)
{
	for (ptrdiff_t i = 0; f->package < 0 && i < o->artifact_n; i++)
		if (str_eq(o->artifact[i].origin, f->from))
			return i;
	return -1;
}

int sink_artifact_purl(struct op *op, const struct outcome_artifact *a, str *ret)
{
	char digest[DIGEST_TEXT];

	if (a->purl.len) {
		*ret = a->purl;
		return 0;
	}
	return purl_generic(op, a->name, a->version, str_of(digest_text(&a->sha256, digest)),
			    a->fetched ? a->from : S(""), ret);
}

int sink_package_purl(struct op *op, const struct outcome *o, const struct outcome_package *p,
		      str *ret)
{
	char digest[DIGEST_TEXT];
	struct pair pair[2] = { { S("checksum"), S("") }, { S("repository_url"), S("") } };
	struct package as = { .type = PACKAGE_DEB,
			      .ns = S("debian"),
			      .name = p->name,
			      .version = p->version,
			      .arch = p->arch,
			      .source = p->source,
			      .source_version = p->source_version,
			      .qualifiers = { pair, 2 } };
	int rc = 0;

	/* Others' packages are not Debian's: no advisory of Debian's is about them. */
	if (p->local) {
		as.ns = S("local");
		pair[0].value = str_of(digest_text(&p->deb, digest));
	} else if (p->repository.len) {
		as.ns = p->repository;
		pair[1].value = p->address;
	} else {
		rc = purl_distro(op, o->suite, &as.distro);
	}
	rc = rc < 0 ? rc : package_purl(op, &as);
	if (rc == 0)
		*ret = as.purl;
	return rc;
}

str sink_supplier(const struct outcome_package *p)
{
	if (p->local)
		return S("");
	if (p->repository.len)
		return p->vendor.len ? p->vendor : p->repository;
	return S("Debian");
}

bool sink_lists(const struct entry *e)
{
	return e->type == ENTRY_FILE || e->type == ENTRY_HARDLINK;
}

bool sink_sha1(const struct entry *e, char out[SINK_SHA1])
{
	static const uint8_t none[sizeof(e->sha1)];

	if (memcmp(e->sha1, none, sizeof(none)) == 0)
		return false;
	(void)hex_text(e->sha1, sizeof(e->sha1), out);
	return true;
}

str sink_path(char out[SINK_PATH], str path)
{
	path = str_head(path, LIMIT_PATH);
	memcpy(out, "./", 2);
	if (path.len)
		memcpy(out + 2, path.p, (size_t)path.len);
	return (str){ out, path.len + 2 };
}

int sink_positions(struct op *op, const struct outcome *o, struct map *ret)
{
	map_init(ret, op);
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		int rc = map_put(ret, o->package[i].name, (void *)(uintptr_t)(i + 1));
		if (rc < 0)
			return rc;
	}
	return 0;
}
