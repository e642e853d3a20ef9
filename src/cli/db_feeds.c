#include "advisory/update.h"
#include "build_report.h"
#include "codec/json.h"
#include "db_options.h"

enum { TEXT_MAX = 4 << 20 /* bytes of what is printed */ };

static const char *standing(const struct feed_source *s)
{
	return s->optional ? "when named" : s->standard ? "default" : "when needed";
}

static void put_list(struct buf *b, const struct texts *t)
{
	for (ptrdiff_t i = 0; i < t->n; i++) {
		buf_add(b, i ? S(" ") : S(""));
		text_safe(b, t->p[i]);
	}
}

/* A feed's lines: how it is called, what it is for, where it is, and whose. */
static void put_source(struct buf *b, const struct text_style *style, const struct feed_source *s)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, s->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "  (%s, %.*s)\n", standing(s), STR_ARG(s->format));
	if (s->ecosystems.n) {
		buf_add(b, S("    for       "));
		put_list(b, &s->ecosystems);
		buf_char(b, '\n');
	}
	if (s->releases.n) {
		buf_add(b, S("    releases  "));
		put_list(b, &s->releases);
		buf_char(b, '\n');
	}
	for (ptrdiff_t i = 0; i < s->url.n; i++) {
		buf_add(b, S("    from      "));
		text_safe(b, s->url.p[i]);
		buf_char(b, '\n');
	}
	buf_add(b, S("    licence   "));
	text_safe(b, s->licence.len ? s->licence : S("unknown"));
	if (s->attribution.len) {
		buf_add(b, S("; "));
		text_safe(b, s->attribution);
	}
	buf_char(b, '\n');
	if (!s->note.len)
		return;
	buf_add(b, S("    note      "));
	text_safe(b, s->note);
	buf_char(b, '\n');
}

static void put_json_list(struct json_out *j, const char *key, const struct texts *t)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static void put_json(struct buf *b, const struct feed_source *s, ptrdiff_t n)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++, s++) {
		json_object(&j);
		json_pair(&j, "attribution", s->attribution);
		json_pair(&j, "delta", s->delta);
		put_json_list(&j, "ecosystems", &s->ecosystems);
		json_pair(&j, "format", s->format);
		json_pair(&j, "licence", s->licence);
		json_pair(&j, "name", s->name);
		json_pair(&j, "note", s->note);
		put_json_list(&j, "releases", &s->releases);
		put_json_list(&j, "url", &s->url);
		json_pair(&j, "when", str_of(standing(s)));
		json_object_end(&j);
	}
	json_array_end(&j);
	buf_char(b, '\n');
}

int db_feeds(struct op *op, const struct cli *cli, const struct db_options *o)
{
	struct text_style style = style_of(&cli->out, false);
	struct feed_source *s;
	struct buf b;
	ptrdiff_t n;
	str text;
	int rc = feed_sources_read(op, S(""), &s, &n);

	if (rc < 0)
		return rc;
	buf_init(&b, op, TEXT_MAX);
	if (str_eq(o->output, S("json")))
		put_json(&b, s, n);
	for (ptrdiff_t i = 0; i < n && !str_eq(o->output, S("json")); i++)
		put_source(&b, &style, &s[i]);
	rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(op, &cli->out, text);
}
