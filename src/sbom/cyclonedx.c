#include "cyclonedx.h"

#include <stdio.h>

#include "sys/clock.h"

static void hash_of(struct json_out *j, const char *algorithm, str value)
{
	json_object(j);
	json_pair(j, "alg", str_of(algorithm));
	json_pair(j, "content", value);
	json_object_end(j);
}

static void sha256_of(struct json_out *j, const struct digest *d)
{
	char hex[DIGEST_HEX];

	hash_of(j, "SHA-256", str_of(digest_hex(d, hex)));
}

static void property(struct json_out *j, const char *name, str value)
{
	if (value.len == 0)
		return;
	json_object(j);
	json_pair(j, "name", str_of(name));
	json_pair(j, "value", value);
	json_object_end(j);
}

static void write_tool(struct json_out *j)
{
	json_key(j, S("tools"));
	json_object(j);
	json_key(j, S("components"));
	json_array(j);
	json_object(j);
	json_pair(j, "type", S("application"));
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_object_end(j);
	json_array_end(j);
	json_object_end(j);
}

static void write_root(struct json_out *j, const struct outcome *o, str purl)
{
	char digest[DIGEST_TEXT];

	json_key(j, S("component"));
	json_object(j);
	json_pair(j, "type", S("container"));
	json_pair(j, "bom-ref", purl);
	json_pair(j, "name", o->name);
	json_pair(j, "version", str_of(digest_text(&o->manifest, digest)));
	json_pair_opt(j, "description", o->description);
	json_key(j, S("hashes"));
	json_array(j);
	sha256_of(j, &o->manifest);
	json_array_end(j);
	json_pair(j, "purl", purl);
	json_object_end(j);
}

static void write_head(struct json_out *j, const struct outcome *o, str purl)
{
	char uuid[SINK_UUID], serial[64], date[CLOCK_TEXT];

	json_object(j);
	json_pair(j, "$schema", S("http://cyclonedx.org/schema/bom-1.6.schema.json"));
	json_pair(j, "bomFormat", S("CycloneDX"));
	json_pair(j, "specVersion", S("1.6"));
	(void)snprintf(serial, sizeof(serial), "urn:uuid:%s", sink_uuid(o, "cyclonedx", uuid));
	json_pair(j, "serialNumber", str_of(serial));
	json_pair_u64(j, "version", 1);
	json_key(j, S("metadata"));
	json_object(j);
	json_pair(j, "timestamp", str_of(clock_rfc3339(o->created, date)));
	write_tool(j);
	write_root(j, o, purl);
	json_object_end(j);
}

static int write_file(struct sink *s, const struct entry *e)
{
	struct json_out *j = &s->json;
	char sha1[SINK_SHA1], path[SINK_PATH];

	json_object(j);
	json_pair(j, "type", S("file"));
	json_pair(j, "name", str_from(sink_path(path, e->path), 1));
	json_key(j, S("hashes"));
	json_array(j);
	sha256_of(j, &e->sha256);
	if (sink_sha1(e, sha1))
		hash_of(j, "SHA-1", str_of(sha1));
	json_array_end(j);
	json_object_end(j);
	return sink_flush(s);
}

/* Chains of files by package: head[package], then next[file]; -1 ends. The last is for no package.
 */
struct chains {
	ptrdiff_t *head; /* [package_n + 1] */
	ptrdiff_t *next; /* [file_n] */
};

static int make_chains(struct op *op, const struct outcome *o, struct chains *ret)
{
	*ret = (struct chains){ op_new(op, ptrdiff_t, o->package_n + 1),
				op_new(op, ptrdiff_t, o->file_n) };
	if (!ret->head || !ret->next)
		return op->code;
	for (ptrdiff_t i = 0; i <= o->package_n; i++)
		ret->head[i] = -1;
	for (ptrdiff_t i = o->file_n - 1; i >= 0; i--) {
		ptrdiff_t package = o->file[i].package;
		ptrdiff_t chain = package < 0 ? o->package_n : package;
		if (!sink_lists(o->file[i].entry))
			continue;
		ret->next[i] = ret->head[chain];
		ret->head[chain] = i;
	}
	return 0;
}

static int write_chain(struct sink *s, const struct outcome *o, const struct chains *c,
		       ptrdiff_t chain)
{
	for (ptrdiff_t i = c->head[chain]; i >= 0; i = c->next[i]) {
		int rc = write_file(s, o->file[i].entry);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void write_licence(struct json_out *j, str expression)
{
	if (expression.len == 0 || str_eq(expression, S("NOASSERTION")))
		return;
	json_key(j, S("licenses"));
	json_array(j);
	json_object(j);
	json_pair(j, "expression", expression);
	json_pair(j, "acknowledgement", S("declared"));
	json_object_end(j);
	json_array_end(j);
}

static int write_package(struct sink *s, const struct outcome *o, const struct chains *c,
			 ptrdiff_t at, str purl)
{
	const struct outcome_package *p = &o->package[at];
	struct json_out *j = &s->json;
	int rc = 0;

	json_object(j);
	json_pair(j, "type", S("library"));
	json_pair(j, "bom-ref", purl);
	if (sink_supplier(p).len) {
		json_key(j, S("supplier"));
		json_object(j);
		json_pair(j, "name", sink_supplier(p));
		json_object_end(j);
	}
	json_pair(j, "name", p->name);
	json_pair(j, "version", p->version);
	json_pair_opt(j, "description", p->description);
	json_key(j, S("hashes"));
	json_array(j);
	sha256_of(j, &p->deb);
	json_array_end(j);
	write_licence(j, p->licence);
	json_pair(j, "purl", purl);
	if (c->head[at] >= 0) {
		json_key(j, S("components"));
		json_array(j);
		rc = write_chain(s, o, c, at);
		json_array_end(j);
	}
	json_key(j, S("properties"));
	json_array(j);
	property(j, "temper:source", p->source);
	property(j, "temper:source-version", p->source_version);
	if (p->repository.len) {
		property(j, "temper:repository", p->repository);
		property(j, "temper:repository-url", p->address);
	}
	if (!p->local)
		property(j, "temper:suite", p->suite);
	property(j, p->local ? "temper:file" : "temper:path", p->path);
	json_array_end(j);
	json_object_end(j);
	return rc < 0 ? rc : sink_flush(s);
}

/* Its files stand beside it: which they are the report tells. */
static void write_artifact(struct json_out *j, const struct outcome_artifact *a, str purl)
{
	json_object(j);
	json_pair(j, "type", S("application"));
	json_pair(j, "bom-ref", purl);
	json_pair(j, "name", a->name);
	json_pair_opt(j, "version", a->version);
	json_key(j, S("hashes"));
	json_array(j);
	sha256_of(j, &a->sha256);
	json_array_end(j);
	write_licence(j, a->licence);
	json_pair(j, "purl", purl);
	if (a->fetched) {
		json_key(j, S("externalReferences"));
		json_array(j);
		json_object(j);
		json_pair(j, "type", S("distribution"));
		json_pair(j, "url", a->from);
		json_object_end(j);
		json_array_end(j);
	}
	json_key(j, S("properties"));
	json_array(j);
	property(j, "temper:artifact", a->fetched ? S("address") : S("path"));
	property(j, "temper:path", a->fetched ? S("") : a->from);
	property(j, "temper:destination", a->destination);
	json_array_end(j);
	json_object_end(j);
}

static void write_certificate(struct json_out *j, const struct outcome_certificate *c)
{
	char date[CLOCK_TEXT];

	json_object(j);
	json_pair(j, "type", S("file"));
	json_pair(j, "name", c->subject);
	json_pair(j, "description", S("a certificate that the recipe trusts"));
	json_key(j, S("hashes"));
	json_array(j);
	sha256_of(j, &c->sha256);
	json_array_end(j);
	json_key(j, S("properties"));
	json_array(j);
	property(j, "temper:certificate", c->file);
	property(j, "temper:not-after", str_of(clock_rfc3339(c->not_after, date)));
	json_array_end(j);
	json_object_end(j);
}

static int write_own(struct sink *s, const struct outcome *o, const str *purl)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < o->artifact_n; i++) {
		write_artifact(&s->json, &o->artifact[i], purl[i]);
		rc = sink_flush(s);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < o->certificate_n; i++) {
		write_certificate(&s->json, &o->certificate[i]);
		rc = sink_flush(s);
	}
	return rc;
}

static int write_components(struct sink *s, const struct outcome *o, const str *purl)
{
	struct chains c;
	int rc = make_chains(s->op, o, &c);

	if (rc < 0)
		return rc;
	json_key(&s->json, S("components"));
	json_array(&s->json);
	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++)
		rc = write_package(s, o, &c, i, purl[i]);
	rc = rc < 0 ? rc : write_own(s, o, purl + o->package_n);
	rc = rc < 0 ? rc : write_chain(s, o, &c, o->package_n);
	json_array_end(&s->json);
	return rc;
}

static void dependency(struct json_out *j, str ref)
{
	json_object(j);
	json_pair(j, "ref", ref);
	json_key(j, S("dependsOn"));
	json_array(j);
}

static void dependency_end(struct json_out *j)
{
	json_array_end(j);
	json_object_end(j);
}

/* A package twice in depends would break the schema's uniqueItems. */
static bool repeated(const struct texts *depends, ptrdiff_t at)
{
	for (ptrdiff_t i = 0; i < at; i++) {
		if (str_eq(depends->p[i], depends->p[at]))
			return true;
	}
	return false;
}

static int write_dependencies(struct sink *s, const struct outcome *o, str image, const str *purl)
{
	struct json_out *j = &s->json;
	struct map at;
	int rc = sink_positions(s->op, o, &at);

	json_key(j, S("dependencies"));
	json_array(j);
	dependency(j, image);
	for (ptrdiff_t i = 0; i < o->package_n + o->artifact_n; i++)
		json_text(j, purl[i]);
	dependency_end(j);
	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++) {
		const struct texts *depends = &o->package[i].depends;
		dependency(j, purl[i]);
		for (ptrdiff_t k = 0; k < depends->n; k++) {
			ptrdiff_t to = (ptrdiff_t)(uintptr_t)map_get(&at, depends->p[k]);
			if (to > 0 && !repeated(depends, k))
				json_text(j, purl[to - 1]);
		}
		dependency_end(j);
		rc = sink_flush(s);
	}
	json_array_end(j);
	return rc;
}

int cyclonedx_write(struct op *op, const struct outcome *o, sbom_sink *write, void *arg)
{
	struct sink s;
	str image, *purl = op_new(op, str, o->package_n + o->artifact_n);
	int rc = purl ? sink_image_purl(op, o, &image) : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++)
		rc = sink_package_purl(op, o, &o->package[i], &purl[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < o->artifact_n; i++)
		rc = sink_artifact_purl(op, &o->artifact[i], &purl[o->package_n + i]);
	if (rc < 0)
		return rc;
	sink_begin(&s, op, write, arg);
	write_head(&s.json, o, image);
	rc = write_components(&s, o, purl);
	rc = rc < 0 ? rc : write_dependencies(&s, o, image, purl);
	if (rc < 0)
		return rc;
	json_object_end(&s.json);
	return sink_end(&s);
}
