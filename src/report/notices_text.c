#include "notices_text.h"

#include "base/num.h"
#include "codec/json.h"

enum { RULE = 80 };

static void put_rule(struct buf *b, char c)
{
	buf_repeat(b, c, RULE);
	buf_char(b, '\n');
}

/* As it is; what could act on a terminal is shown as \xNN. */
static void put_text(struct buf *b, str text)
{
	while (text.p) {
		str line = str_cut(&text, '\n');
		ptrdiff_t tab;
		if (line.len && line.p[line.len - 1] == '\r')
			line.len--;
		while ((tab = str_find(line, '\t')) >= 0) {
			text_safe(b, str_head(line, tab));
			buf_char(b, '\t');
			line = str_from(line, tab + 1);
		}
		text_safe(b, line);
		buf_char(b, '\n');
		if (text.len == 0)
			return;
	}
}

static bool is_deb(const struct notices_package *p)
{
	return !p->type || str_eq(str_of(p->type), S("deb"));
}

static void put_heading(struct buf *b, const struct notices_package *p)
{
	text_safe(b, p->name);
	buf_char(b, ' ');
	text_safe(b, p->version);
	if (!is_deb(p))
		buf_fmt(b, " (%s)", p->type);
	if (p->source.len && !str_eq(p->source, p->name)) {
		buf_add(b, S(", from source "));
		text_safe(b, p->source);
	}
	buf_add(b, S(": "));
	text_safe(b, p->licence);
	buf_char(b, '\n');
}

static void put_copyright(struct buf *b, const struct notices *n, ptrdiff_t text)
{
	put_rule(b, '=');
	for (ptrdiff_t i = 0; i < n->package_n; i++)
		if (n->package[i].text == text)
			put_heading(b, &n->package[i]);
	put_rule(b, '-');
	put_text(b, n->text[text].text);
	buf_char(b, '\n');
}

static void put_missing(struct buf *b, const struct notices *n)
{
	if (n->missing == 0)
		return;
	buf_add(b, S("Not in the image:\n"));
	for (ptrdiff_t i = 0; i < n->package_n; i++) {
		if (n->package[i].text >= 0)
			continue;
		buf_add(b, S("  a copyright text of package "));
		text_safe(b, n->package[i].name);
		if (!str_eq(n->package[i].licence, S("NOASSERTION"))) {
			buf_add(b, S(", which is under "));
			text_safe(b, n->package[i].licence);
		}
		buf_char(b, '\n');
	}
	for (ptrdiff_t i = 0; i < n->licence_n; i++) {
		if (n->licence[i].text.p)
			continue;
		buf_add(b, S("  the licence "));
		text_safe(b, n->licence[i].name);
		buf_add(b, S(", which texts below refer to\n"));
	}
	for (ptrdiff_t i = 0; i < n->artifact.n; i++) {
		buf_add(b, S("  notices of the artifact "));
		text_safe(b, n->artifact.p[i]);
		buf_add(b, S(", other than in its own files\n"));
	}
	buf_char(b, '\n');
}

void notices_text_write(struct buf *b, const struct notices *n)
{
	char digest[DIGEST_TEXT];

	buf_add(b, S("Copyright notices and licences of "));
	text_safe(b, n->name);
	buf_fmt(b, " (%.*s)\n%s\n\n", STR_ARG(n->platform), digest_text(&n->manifest, digest));
	for (ptrdiff_t i = 0; i < n->package_n; i++) {
		buf_add(b, S("  "));
		put_heading(b, &n->package[i]);
	}
	buf_char(b, '\n');
	put_missing(b, n);
	for (ptrdiff_t i = 0; i < n->text_n; i++)
		put_copyright(b, n, i);
	for (ptrdiff_t i = 0; i < n->licence_n; i++) {
		if (!n->licence[i].text.p)
			continue;
		put_rule(b, '=');
		buf_add(b, S("/usr/share/common-licenses/"));
		text_safe(b, n->licence[i].name);
		buf_char(b, '\n');
		put_rule(b, '-');
		put_text(b, n->licence[i].text);
		buf_char(b, '\n');
	}
}

static void put_source(struct buf *b, const struct notices_source *s,
		       const struct text_style *style)
{
	char digest[DIGEST_TEXT], size[NUM_SIZE_TEXT];

	text_colour(b, style, TEXT_BOLD);
	text_safe(b, s->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
	text_safe(b, s->version);
	if (s->asks_source)
		buf_add(b, S("  its licence asks for the source"));
	else if (s->unknown)
		buf_add(b, S("  its licence is not told in a form that can be read"));
	buf_add(b, S("\n  of "));
	text_wrap(b, s->binaries, 5, 5, style);
	buf_char(b, '\n');
	if (s->suite.len == 0) {
		text_colour(b, style, TEXT_RED);
		buf_add(b, S("  the archive does not list it any more\n"));
		text_colour(b, style, TEXT_PLAIN);
	}
	for (ptrdiff_t i = 0; i < s->n; i++) {
		buf_add(b, S("  "));
		text_safe(b, s->file[i].path);
		buf_fmt(b, "  %s\n    %s\n", num_size_text(s->file[i].size, size),
			digest_text(&s->file[i].sha256, digest));
	}
}

void notices_sources_write(struct buf *b, const struct notices *n, const struct text_style *style)
{
	uint64_t asking = 0;

	for (ptrdiff_t i = 0; i < n->source_n; i++)
		asking += n->source[i].asks_source;
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, n->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, " (%.*s): ", STR_ARG(n->platform));
	text_count(b, (uint64_t)n->source_n, "source package", "source packages");
	buf_fmt(b, ", %llu with a licence that asks for the source\n",
		(unsigned long long)asking);
	if (n->other) {
		buf_add(b, S("and "));
		text_count(b, (uint64_t)n->other, "package", "packages");
		buf_add(b, S(" from elsewhere, whose sources are not listed\n"));
	}
	buf_char(b, '\n');
	for (ptrdiff_t i = 0; i < n->source_n; i++)
		put_source(b, &n->source[i], style);
}

static void json_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_pair(j, key, str_of(digest_text(d, text)));
}

static void json_flag(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void put_json_packages(struct json_out *j, const struct notices *n)
{
	json_key(j, S("packages"));
	json_array(j);
	for (ptrdiff_t i = 0; i < n->package_n; i++) {
		const struct notices_package *p = &n->package[i];
		json_object(j);
		json_pair(j, "name", p->name);
		json_pair(j, "version", p->version);
		if (p->type)
			json_pair(j, "type", str_of(p->type));
		json_pair_opt(j, "source", p->source);
		json_pair_opt(j, "source-version", p->source_version);
		json_pair(j, "licence", p->licence);
		json_flag(j, "asks-source", p->asks_source);
		if (p->text >= 0)
			json_digest(j, "text", &n->text[p->text].sha256);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_json_texts(struct json_out *j, const struct notices *n)
{
	json_key(j, S("texts"));
	json_array(j);
	for (ptrdiff_t i = 0; i < n->text_n; i++) {
		json_object(j);
		json_digest(j, "digest", &n->text[i].sha256);
		json_pair(j, "text", n->text[i].text);
		json_object_end(j);
	}
	json_array_end(j);
	json_key(j, S("artifacts"));
	json_array(j);
	for (ptrdiff_t i = 0; i < n->artifact.n; i++)
		json_text(j, n->artifact.p[i]);
	json_array_end(j);
	json_key(j, S("licences"));
	json_array(j);
	for (ptrdiff_t i = 0; i < n->licence_n; i++) {
		json_object(j);
		json_pair(j, "name", n->licence[i].name);
		if (n->licence[i].text.p)
			json_pair(j, "text", n->licence[i].text);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_json_sources(struct json_out *j, const struct notices *n)
{
	json_key(j, S("sources"));
	json_array(j);
	for (ptrdiff_t i = 0; i < n->source_n; i++) {
		const struct notices_source *s = &n->source[i];
		json_object(j);
		json_pair(j, "name", s->name);
		json_pair(j, "version", s->version);
		json_pair_opt(j, "suite", s->suite);
		json_pair_opt(j, "vcs", s->vcs);
		json_pair(j, "binaries", s->binaries);
		json_flag(j, "asks-source", s->asks_source);
		json_key(j, S("files"));
		json_array(j);
		for (ptrdiff_t k = 0; k < s->n; k++) {
			json_object(j);
			json_pair(j, "path", s->file[k].path);
			json_pair_u64(j, "size", s->file[k].size);
			json_digest(j, "digest", &s->file[k].sha256);
			json_object_end(j);
		}
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

void notices_json_write(struct buf *b, const struct notices *n, bool sources)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "schema", S("temper-notices/1"));
	json_pair(&j, "name", n->name);
	json_pair(&j, "platform", n->platform);
	json_digest(&j, "digest", &n->manifest);
	put_json_packages(&j, n);
	if (sources)
		put_json_sources(&j, n);
	else
		put_json_texts(&j, n);
	json_object_end(&j);
	buf_char(b, '\n');
}
