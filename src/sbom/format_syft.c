/*
 * Syft's JSON, schema 16: for Grype and whatever else reads it. Source: Syft's
 * schema/json/schema-16.1.0.json. What it has no place for stands in a member "temper" of an
 * artifact and of the document, which other readers pass over.
 */
#include <stdio.h>

#include "format_impl.h"
#include "identity.h"
#include "syft_metadata.h"

enum { ID_DIGITS = 17 };

struct writer {
	struct sink s;
	const struct inventory *inv;
	const struct sbom_format_choice *choice;
	struct relations rel;
	struct record record;
};

/* Syft's ids are 16 digits of a hash. */
static str short_id(str text, char out[DIGEST_HEX])
{
	struct digest d = digest_of(text);

	return str_head(str_of(digest_hex(&d, out)), ID_DIGITS - 1);
}

static void list(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_array(j);
}

static void object(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_object(j);
}

static int rooted(struct writer *w, const char *key, str path)
{
	str text;
	int rc = op_text(w->s.op, &text, "/%.*s", STR_ARG(path));

	if (rc == 0)
		json_pair(&w->s.json, key, text);
	return rc;
}

static void layer_id(struct writer *w, int layer)
{
	const struct subject *s = &w->inv->subject;
	char digest[DIGEST_TEXT];

	if (layer >= 0 && layer < s->layer_n)
		json_pair(&w->s.json, "layerID",
			  str_of(digest_text(&s->layer[layer].diff_id, digest)));
}

static int put_locations(struct writer *w, const struct package *p)
{
	struct json_out *j = &w->s.json;
	int rc = 0;

	list(j, "locations");
	for (ptrdiff_t i = 0; rc == 0 && i < p->evidence_n; i++) {
		const struct evidence *e = &p->evidence[i];
		str file = e->path;
		json_object(j);
		file = str_cut(&file, ':');
		rc = rooted(w, "path", file);
		layer_id(w, e->layer);
		rc = rc < 0 ? rc : rooted(w, "accessPath", e->path);
		object(j, "annotations");
		json_pair(j, "evidence", i == 0 ? S("primary") : S("supporting"));
		json_object_end(j);
		json_object_end(j);
	}
	json_array_end(j);
	return rc;
}

static void put_licence(struct json_out *j, str licence)
{
	list(j, "licenses");
	if (licence.len && !str_eq(licence, S("NOASSERTION"))) {
		json_object(j);
		json_pair(j, "value", licence);
		json_pair(j, "spdxExpression", licence);
		json_pair(j, "type", S("declared"));
		list(j, "urls");
		json_array_end(j);
		list(j, "locations");
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_cpes(struct json_out *j, const struct texts *cpes)
{
	list(j, "cpes");
	for (ptrdiff_t i = 0; i < cpes->n; i++) {
		json_object(j);
		json_pair(j, "cpe", cpes->p[i]);
		json_pair(j, "source", S("temper"));
		json_object_end(j);
	}
	json_array_end(j);
}

static int put_artifact(struct writer *w, ptrdiff_t at)
{
	const struct package *p = &w->inv->package[at];
	struct json_out *j = &w->s.json;
	char hex[DIGEST_HEX];
	struct package held;
	str name;
	int rc = syft_name(w->s.op, p, &name);

	rc = rc < 0 ? rc : identity_of(w->s.op, p->purl, S(""), name, p->version, &held);
	if (rc < 0)
		return rc;
	json_object(j);
	json_pair(j, "id", short_id(p->id, hex));
	json_pair(j, "name", name);
	json_pair(j, "version", p->version);
	json_pair(j, "type",
		  p->type == PACKAGE_UNKNOWN ? S("UnknownPackage")
					     : str_of(package_kinds[p->type].name));
	json_pair(j, "foundBy", p->evidence_n ? p->evidence[0].by : S(""));
	rc = put_locations(w, p);
	put_licence(j, p->licence);
	json_pair(j, "language", str_of(package_kinds[p->type].language));
	put_cpes(j, &p->cpe);
	json_pair(j, "purl", p->purl);
	rc = rc < 0 ? rc : syft_metadata(w->s.op, j, p, w->choice->files);
	if (rc < 0)
		return rc;
	held.type = p->type;
	held.id = held.purl;
	held.cpe = p->cpe;
	if (!str_eq(p->licence, S("NOASSERTION")))
		held.licence = p->licence;
	object(j, "temper");
	record_package(&w->record, &w->rel, at, &held, w->choice->files ? RECORD_FILES : 0);
	json_object_end(j);
	json_object_end(j);
	return sink_flush(&w->s);
}

/* ---- relations ---- */

static int put_relations(struct writer *w)
{
	static const char *const type[RELATION_KINDS] = { "dependency-of",
							  "ownership-by-file-overlap", "contains" };
	struct json_out *j = &w->s.json;
	char parent[DIGEST_HEX], child[DIGEST_HEX];
	int rc = 0;

	list(j, "artifactRelationships");
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->relation_n; i++) {
		const struct relation *r = &w->inv->relation[i];
		bool turned = r->kind == RELATION_DEPENDS;
		json_object(j);
		json_pair(j, "parent",
			  short_id(w->inv->package[turned ? r->to : r->from].id, parent));
		json_pair(j, "child",
			  short_id(w->inv->package[turned ? r->from : r->to].id, child));
		json_pair(j, "type", str_of(type[r->kind]));
		json_object_end(j);
		rc = sink_flush(&w->s);
	}
	json_array_end(j);
	return rc;
}

/* ---- files ---- */

static void digest_line(struct json_out *j, const char *algorithm, const uint8_t *digest, size_t n)
{
	char hex[DIGEST_HEX];

	json_object(j);
	json_pair(j, "algorithm", str_of(algorithm));
	json_pair(j, "value", str_of(hex_text(digest, n, hex)));
	json_object_end(j);
}

static int put_file(struct writer *w, ptrdiff_t at)
{
	const struct inventory_file *f = &w->inv->file[at];
	struct json_out *j = &w->s.json;
	char hex[DIGEST_HEX], mode[12];
	uint64_t octal = 0;

	json_object(j);
	json_pair(j, "id", short_id(f->path, hex));
	object(j, "location");
	int rc = rooted(w, "path", f->path);
	layer_id(w, f->layer);
	json_object_end(j);
	object(j, "metadata");
	/* Syft writes the octal digits as a decimal number. */
	int n = snprintf(mode, sizeof(mode), "%o", f->mode & 0777U);
	for (int i = 0; i < n; i++)
		octal = octal * 10 + (uint64_t)(mode[i] - '0');
	json_pair_u64(j, "mode", octal);
	json_pair(j, "type", S("RegularFile"));
	json_pair_u64(j, "userID", f->uid);
	json_pair_u64(j, "groupID", f->gid);
	json_pair(j, "mimeType", S(""));
	json_pair_u64(j, "size", f->size);
	json_object_end(j);
	list(j, "digests");
	if (f->hashes & HASH_MD5)
		digest_line(j, "md5", f->md5, 16);
	if (f->hashes & HASH_SHA1)
		digest_line(j, "sha1", f->sha1, 20);
	if (f->hashes & HASH_SHA256)
		digest_line(j, "sha256", f->sha256, 32);
	json_array_end(j);
	list(j, "temper");
	record_file(&w->record, w->inv, at, "temper");
	json_array_end(j);
	json_object_end(j);
	return rc < 0 ? rc : sink_flush(&w->s);
}

static int put_files(struct writer *w)
{
	int rc = 0;

	if (!w->choice->files || w->inv->file_n == 0)
		return 0;
	list(&w->s.json, "files");
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->file_n; i++)
		rc = put_file(w, i);
	json_array_end(&w->s.json);
	return rc;
}

/* ---- source, distro, descriptor ---- */

static void put_texts(struct json_out *j, const char *key, const struct texts *t)
{
	list(j, key);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static void pair_base64(struct json_out *j, struct op *op, const char *key, str bytes)
{
	str text;

	if (syft_base64(op, bytes, &text) == 0)
		json_pair(j, key, text);
}

static void put_layers(struct json_out *j, const struct subject *s)
{
	char digest[DIGEST_TEXT];

	list(j, "layers");
	for (ptrdiff_t i = 0; i < s->layer_n; i++) {
		json_object(j);
		json_pair(j, "mediaType", s->layer[i].media_type);
		json_pair(j, "digest", str_of(digest_text(&s->layer[i].diff_id, digest)));
		json_pair_u64(j, "size", s->layer[i].size);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_image(struct writer *w)
{
	const struct subject *s = &w->inv->subject;
	struct json_out *j = &w->s.json;
	char digest[DIGEST_TEXT];
	str arch = s->platform, os = str_cut(&arch, '/');

	json_pair(j, "userInput", s->name);
	json_pair(j, "imageID",
		  digest_is_zero(&s->config) ? S("") : str_of(digest_text(&s->config, digest)));
	json_pair(j, "manifestDigest",
		  digest_is_zero(&s->manifest) ? S("") : str_of(digest_text(&s->manifest, digest)));
	json_pair(j, "mediaType", S("application/vnd.oci.image.manifest.v1+json"));
	put_texts(j, "tags", &s->tags);
	json_pair_u64(j, "imageSize", s->size);
	put_layers(j, s);
	pair_base64(j, w->s.op, "manifest", s->manifest_json);
	pair_base64(j, w->s.op, "config", s->config_json);
	put_texts(j, "repoDigests", &s->repo_digests);
	json_pair(j, "architecture", arch.p ? str_cut(&arch, '/') : S(""));
	json_pair(j, "os", os);
	if (s->labels.n == 0)
		return;
	object(j, "labels");
	for (ptrdiff_t i = 0; i < s->labels.n; i++) {
		if (i == 0 || !str_eq(s->labels.p[i].key, s->labels.p[i - 1].key))
			json_pair(j, op_cstr(w->s.op, s->labels.p[i].key), s->labels.p[i].value);
	}
	json_object_end(j);
}

static void put_source(struct writer *w)
{
	static const char *const type[] = { "image", "directory", "file" };
	const struct subject *s = &w->inv->subject;
	struct json_out *j = &w->s.json;
	char hex[DIGEST_HEX];
	struct digest d = digest_of(s->name);

	object(j, "source");
	json_pair(j, "id",
		  str_of(digest_hex(digest_is_zero(&s->manifest) ? &d : &s->manifest, hex)));
	json_pair(j, "name", s->name);
	json_pair(j, "version", s->version);
	json_pair(j, "type", str_of(type[s->kind]));
	object(j, "metadata");
	if (s->kind == SUBJECT_IMAGE)
		put_image(w);
	else
		json_pair(j, "path", s->name);
	json_object_end(j);
	json_object_end(j);
}

static void put_distro(struct writer *w)
{
	const struct os_identity *os = &w->inv->os;
	struct json_out *j = &w->s.json;
	str like = os->id_like;

	object(j, "distro");
	json_pair_opt(j, "prettyName", os->pretty_name);
	json_pair_opt(j, "name", os->name);
	json_pair_opt(j, "id", os->id);
	if (like.len) {
		list(j, "idLike");
		for (str word = str_word(&like); word.len; word = str_word(&like))
			json_text(j, word);
		json_array_end(j);
	}
	json_pair_opt(j, "version", os->version);
	json_pair_opt(j, "versionID", os->version_id);
	json_pair_opt(j, "versionCodename", os->codename);
	json_pair_opt(j, "buildID", os->build_id);
	json_pair_opt(j, "variantID", os->variant_id);
	json_pair_opt(j, "homeURL", os->home_url);
	json_pair_opt(j, "cpeName", os->cpe);
	json_pair_opt(j, "supportEnd", os->support_end);
	json_object_end(j);
}

static void put_document(struct writer *w)
{
	struct json_out *j = &w->s.json;
	bool own = w->inv->tool.len == 0;

	object(j, "descriptor");
	json_pair(j, "name", own ? S("temper") : w->inv->tool);
	json_pair(j, "version", own ? S(TEMPER_VERSION) : w->inv->tool_version);
	json_object_end(j);
	object(j, "schema");
	json_pair(j, "version", S("16.1.0"));
	json_pair(j, "url",
		  S("https://raw.githubusercontent.com/anchore/syft/main/schema/json/"
		    "schema-16.1.0.json"));
	json_object_end(j);
	object(j, "temper");
	object(j, "subject");
	record_subject(&w->record, w->inv);
	json_object_end(j);
	object(j, "os");
	record_os(&w->record, w->inv);
	json_object_end(j);
	record_rest(&w->record, w->inv, 0);
	json_object_end(j);
}

int format_syft(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		sbom_sink *write, void *arg)
{
	struct writer w = { .inv = inv, .choice = c };
	int rc = relations_make(op, inv, &w.rel);

	if (rc < 0)
		return rc;
	sink_begin(&w.s, op, write, arg);
	w.s.json.indent = c->indent;
	record_to_json(&w.record, op, &w.s.json, &w.s);
	json_object(&w.s.json);
	list(&w.s.json, "artifacts");
	for (ptrdiff_t i = 0; rc == 0 && i < inv->package_n; i++)
		rc = put_artifact(&w, i);
	if (rc < 0)
		return rc;
	json_array_end(&w.s.json);
	if ((rc = put_relations(&w)) < 0 || (rc = put_files(&w)) < 0)
		return rc;
	put_source(&w);
	put_distro(&w);
	put_document(&w);
	json_object_end(&w.s.json);
	return sink_end(&w.s);
}
