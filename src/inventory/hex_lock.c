/*
 * Packages of Hex in mix.lock (Elixir) and rebar.lock (Erlang): terms of their languages, read as a
 * row of texts, atoms and signs. Source: Mix.SCM and Hex.SCM; rebar3's rebar_config.
 *
 *	"app": {:hex, :name, "1.0.0", "inner", [:mix], [{:other, "~> 1.0", [...]}], "hexpm", "outer"},
 *	"app": {:git, "https://...", "commit", []},
 *
 *	{<<"app">>,{pkg,<<"name">>,<<"1.0.0">>},0},
 *	{<<"app">>,{git,"https://...",{ref,"commit"}},1}
 *	{pkg_hash_ext,[{<<"app">>, <<"outer">>}, ...]}
 *
 * The outer digest is SHA-256 of the package as it is downloaded, the inner one of a part of it.
 */
#include <string.h>

#include "base/map.h"

#include "lock_graph.h"

enum token_kind { TOKEN_END, TOKEN_TEXT, TOKEN_ATOM, TOKEN_SIGN };
struct token {
	enum token_kind kind;
	str text; /* of a sign: itself */
};

struct need {
	uint32_t from;
	str name;
};

struct hex {
	struct lock_graph g;
	str rest;
	struct map by_app; /* number + 1 */
	VEC(struct need) need;
};

static bool is_atom(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       memchr("_@.?!-", c, 6);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* %{ opens a map in Elixir; in Erlang % is a comment, and files of ours have none. */
static struct token next(struct hex *h)
{
	str *s = &h->rest;
	ptrdiff_t n = 0;

	while (n < s->len && (is_blank(s->p[n]) || memchr("<>:%", s->p[n], 4)))
		n++;
	*s = str_from(*s, n);
	if (!s->len)
		return (struct token){ TOKEN_END, *s };
	n = 1;
	if (*s->p == '"') {
		while (n < s->len && s->p[n] != '"')
			n += s->p[n] == '\\' ? 2 : 1;
		struct token t = { TOKEN_TEXT, str_from(str_head(*s, n), 1) };
		*s = str_from(*s, n + 1);
		return t;
	}
	bool atom = is_atom(*s->p);
	while (atom && n < s->len && is_atom(s->p[n]))
		n++;
	struct token t = { atom ? TOKEN_ATOM : TOKEN_SIGN, str_head(*s, n) };
	*s = str_from(*s, n);
	return t;
}

static bool is_sign(const struct token *t, char c)
{
	return t->kind == TOKEN_SIGN && *t->text.p == c;
}

static int add(struct hex *h, str app, const struct package *p, uint32_t *ret)
{
	int rc = lock_graph_package(&h->g, p, ret);

	if (rc == 0 && map_find(&h->by_app, app) < 0)
		rc = map_put(&h->by_app, app, (void *)((intptr_t)*ret + 1));
	return rc;
}

static int add_git(struct hex *h, str app, str url, str commit)
{
	struct package p = { .type = PACKAGE_HEX, .name = app, .version = commit, .vcs = url };
	uint32_t at;

	return commit.len ? add(h, app, &p, &at) : 0;
}

/* Behind :hex, up to the brace that closes the entry: what is needed stands in braces of its own.
 */
static int read_hex(struct hex *h, str app)
{
	struct op *op = &h->g.r->tmp;
	struct package p = { .type = PACKAGE_HEX };
	ptrdiff_t first = h->need.n;
	int depth = 1, texts = 0, rc = 0;
	str last = S("");
	uint32_t at;

	for (struct token t = next(h); t.kind != TOKEN_END && depth > 0 && rc == 0; t = next(h)) {
		depth += is_sign(&t, '{') || is_sign(&t, '[');
		depth -= is_sign(&t, '}') || is_sign(&t, ']');
		if (depth == 1 && t.kind == TOKEN_ATOM && !p.name.len)
			p.name = t.text;
		if (depth == 1 && t.kind == TOKEN_TEXT) {
			if (texts++ == 0)
				p.version = t.text;
			last = t.text;
		}
		if (depth == 3 && is_sign(&t, '{')) {
			struct need *n = vec_push(op, &h->need);
			if (!n)
				return op->code;
			n->name = next(h).text;
		}
		if (depth == 0)
			break;
	}
	if (texts >= 4)
		rc = draft_hex(op, &p, last);
	if (rc < 0 || !p.name.len || !p.version.len) {
		h->need.n = first;
		return rc;
	}
	rc = add(h, app, &p, &at);
	for (ptrdiff_t i = first; i < h->need.n; i++)
		h->need.p[i].from = at;
	return rc;
}

static int read_mix(struct hex *h)
{
	str app = S("");
	int rc = 0;

	for (struct token t = next(h); t.kind != TOKEN_END && rc == 0; t = next(h)) {
		if (t.kind == TOKEN_TEXT)
			app = t.text;
		if (t.kind != TOKEN_ATOM || !app.len)
			continue;
		if (str_eq(t.text, S("hex"))) {
			rc = read_hex(h, app);
		} else if (str_eq(t.text, S("git"))) {
			(void)next(h);
			str url = next(h).text;
			(void)next(h);
			rc = add_git(h, app, url, next(h).text);
		}
		app = S("");
	}
	return rc;
}

/* Pairs of an app and its digest, to the end of the list. */
static int read_hashes(struct hex *h)
{
	str app = S("");
	int rc = 0;

	for (struct token t = next(h); !is_sign(&t, ']') && t.kind != TOKEN_END && rc == 0;
	     t = next(h)) {
		if (t.kind != TOKEN_TEXT)
			continue;
		intptr_t at = app.len ? (intptr_t)map_get(&h->by_app, app) : 0;
		if (at)
			rc = draft_hex(&h->g.r->tmp, &h->g.package.p[at - 1], t.text);
		app = app.len ? S("") : t.text;
	}
	return rc;
}

static int read_rebar(struct hex *h)
{
	str app = S("");
	uint32_t at;
	int rc = 0;

	for (struct token t = next(h); t.kind != TOKEN_END && rc == 0; t = next(h)) {
		if (t.kind == TOKEN_TEXT) {
			app = t.text;
		} else if (t.kind == TOKEN_ATOM && str_eq(t.text, S("pkg")) && app.len) {
			struct package p = { .type = PACKAGE_HEX };
			(void)next(h);
			p.name = next(h).text;
			(void)next(h);
			p.version = next(h).text;
			rc = add(h, app, &p, &at);
		} else if (t.kind == TOKEN_ATOM && str_eq(t.text, S("git")) && app.len) {
			(void)next(h);
			str url = next(h).text;
			for (int i = 0; i < 4; i++) /* , { ref , */
				t = next(h);
			rc = add_git(h, app, url, next(h).text);
		} else if (t.kind == TOKEN_ATOM && str_eq(t.text, S("pkg_hash_ext"))) {
			rc = read_hashes(h);
		} else if (t.kind == TOKEN_ATOM && str_eq(t.text, S("pkg_hash"))) {
			while (t.kind != TOKEN_END && !is_sign(&t, ']'))
				t = next(h);
		}
	}
	return rc;
}

static int read_lock(struct reading *r)
{
	struct hex h = { .rest = r->text };

	lock_graph_init(&h.g, r);
	map_init(&h.by_app, &r->tmp);
	int rc = str_starts(str_base_name(r->f->path), S("mix")) ? read_mix(&h) : read_rebar(&h);
	for (ptrdiff_t i = 0; i < h.need.n && rc == 0; i++) {
		intptr_t to = (intptr_t)map_get(&h.by_app, h.need.p[i].name);
		if (to)
			rc = lock_graph_edge(&h.g, h.need.p[i].from, (uint32_t)(to - 1));
	}
	return rc < 0 ? rc : lock_graph_add(&h.g);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_lock);
}

const struct cataloger cataloger_hex_lock = {
	.name = "hex-lock",
	.what = "Elixir's and Erlang's packages in mix.lock and rebar.lock",
	.wants = { { .glob = "**/mix.lock", .lock = true },
		   { .glob = "**/rebar.lock", .lock = true } },
	.read = read_file,
};
