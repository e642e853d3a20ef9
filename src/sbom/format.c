#include "format_impl.h"

#include <stdio.h>

#include "model/purl.h"
#include "sys/clock.h"

static const char *const spdx[] = { "2.2", "2.3", NULL };
static const char *const cyclonedx[] = { "1.4", "1.5", "1.6", NULL };

const struct sbom_format sbom_formats[] = {
	{ "cyclonedx-json", "1.6", cyclonedx, format_cyclonedx_json, "CycloneDX as JSON" },
	{ "cyclonedx-xml", "1.6", cyclonedx, format_cyclonedx_xml, "CycloneDX as XML" },
	{ "github-json", NULL, NULL, format_github, "GitHub's dependency submission" },
	{ "json", NULL, NULL, format_temper, "all that temper knows" },
	{ "spdx-json", "2.3", spdx, format_spdx_json, "SPDX as JSON" },
	{ "spdx-tag-value", "2.3", spdx, format_spdx_tag, "SPDX as tags and values" },
	{ "syft-json", NULL, NULL, format_syft, "Syft's JSON, which Grype reads" },
	{ "purls", NULL, NULL, format_purls, "package URLs, one a line" },
	{ "template", NULL, NULL, format_template,
	  "a text of yours, filled in from temper's JSON" },
};
const size_t sbom_formats_n = sizeof(sbom_formats) / sizeof(sbom_formats[0]);

static bool has_version(const struct sbom_format *f, str version)
{
	for (const char *const *v = f->versions; v && *v; v++) {
		if (str_eq(str_of(*v), version))
			return true;
	}
	return false;
}

int sbom_format_parse(struct op *op, str text, struct sbom_format_choice *ret)
{
	struct sbom_format_choice c = *ret;
	str name = str_cut(&text, '=');

	c.file = text;
	str version = name;
	name = str_cut(&version, '@');
	for (size_t i = 0; i < sbom_formats_n; i++) {
		const struct sbom_format *f = &sbom_formats[i];
		if (!str_eq(str_of(f->name), name))
			continue;
		if (version.p && !has_version(f, version))
			return op_fail(op, ERR_USAGE, "%s has no version '%.*s'%s%s", f->name,
				       STR_ARG(version), f->version ? "; usual is " : "",
				       f->version ? f->version : "");
		c.format = f;
		c.version = version.p ? version : str_of(f->version);
		*ret = c;
		return 0;
	}
	return 1;
}

int sbom_write(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
	       sbom_sink *write, void *arg)
{
	struct sbom_format_choice choice = *c;

	if (choice.version.len == 0)
		choice.version = str_of(c->format->version);
	int rc = c->format->write(op, inv, &choice, write, arg);
	return rc < 0 ? rc : op->code;
}

const char *format_time(const struct inventory *inv, const struct sbom_format_choice *c, char *out)
{
	return clock_rfc3339(c->time ? c->time : inv->subject.created, out);
}

static void digest_texts(struct hash *h, const char *kind, const struct inventory *inv)
{
	hash_add(h, str_of(kind));
	hash_add(h, S("\n"));
	hash_add(h, inv->subject.name);
	for (ptrdiff_t i = 0; i < inv->package_n; i++) {
		hash_add(h, S("\n"));
		hash_add(h, inv->package[i].id);
	}
}

const char *format_uuid(const struct inventory *inv, const char *kind, char out[SINK_UUID])
{
	AUTO_OP own;
	AUTO_HASH *h = NULL;
	struct digest d = { { 0 } };
	char hex[DIGEST_HEX];

	op_init(&own, 0);
	if (hash_open(&own, HASH_SHA256, &h) == 0) {
		digest_texts(h, kind, inv);
		hash_add(h, (str){ (const char *)inv->subject.manifest.b, sizeof(d.b) });
		hash_result(h, HASH_SHA256, d.b);
	}
	d.b[6] = (uint8_t)((d.b[6] & 0x0f) | 0x80); /* RFC 9562 5.8: version 8, made as one likes */
	d.b[8] = (uint8_t)((d.b[8] & 0x3f) | 0x80);
	(void)digest_hex(&d, hex);
	(void)snprintf(out, SINK_UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
	return out;
}

int format_subject_purl(struct op *op, const struct inventory *inv, str *ret)
{
	const struct subject *s = &inv->subject;
	char digest[DIGEST_TEXT];
	str arch = s->platform;

	*ret = S("");
	if (s->kind != SUBJECT_IMAGE || digest_is_zero(&s->manifest))
		return 0;
	(void)str_cut(&arch, '/');
	str name = str_base_name(s->name);
	if (name.len == 0)
		return 0;
	ptrdiff_t at = str_find(name, '@');
	name = at > 0 ? str_head(name, at) : name;
	at = str_rfind(name, ':');
	name = at > 0 ? str_head(name, at) : name;
	return purl_oci(op, name, str_of(digest_text(&s->manifest, digest)),
			arch.p ? str_cut(&arch, '/') : S(""), ret);
}
