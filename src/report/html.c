#include "html.h"

#include <stdlib.h>

#include "base/num.h"
#include "sys/clock.h"

#include "outcome_findings.h"

enum {
	COLOURS = 7,        /* of layers; the last class, c7, is for all that follow */
	BIGGEST = 20,       /* files in the list of the largest */
	LICENCE_SHOWN = 90, /* bytes of a licence expression, before the rest goes behind a click */
};

static void html(struct buf *b, str s)
{
	text_html(b, s);
}

static void raw(struct buf *b, const char *s)
{
	buf_add(b, str_of(s));
}

static void size(struct buf *b, uint64_t n)
{
	char text[NUM_SIZE_TEXT];

	raw(b, num_size_text(n, text));
}

/* A right-aligned cell that sorts by its number. */
static void size_cell(struct buf *b, uint64_t n)
{
	buf_fmt(b, "<td class=\"num\" data-v=\"%llu\">", (unsigned long long)n);
	size(b, n);
	raw(b, "</td>");
}

/* The same with a bar of part/whole below it. */
static void meter_cell(struct buf *b, uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	buf_fmt(b, "<td class=\"num meter\" data-v=\"%llu\">", (unsigned long long)part);
	size(b, part);
	buf_fmt(b, "<span class=\"bar\" style=\"width:%.1f%%\"></span></td>", percent);
}

static void open_section(struct buf *b, const char *id, const char *heading, const char *lead)
{
	buf_fmt(b,
		"<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2>\n<p "
		"class=\"lead\">%s</p>\n",
		id, id, id, heading, lead);
}

static void digest_code(struct buf *b, const struct digest *d)
{
	char text[DIGEST_TEXT];

	buf_fmt(b, "<code>%s</code>", digest_text(d, text));
}

/* base64 of a SHA-256, for the policy that pins the script. Source: RFC 4648 section 4. */
static void base64_digest(struct buf *b, const struct digest *d)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < sizeof(d->b); i += 3) {
		bool third = i + 2 < sizeof(d->b);
		uint32_t v = (uint32_t)d->b[i] << 16 | (uint32_t)d->b[i + 1] << 8 |
			     (third ? d->b[i + 2] : 0U);
		buf_char(b, set[v >> 18 & 63]);
		buf_char(b, set[v >> 12 & 63]);
		buf_char(b, set[v >> 6 & 63]);
		buf_char(b, third ? set[v & 63] : '=');
	}
}

void html_open(struct buf *b, str name, const char *what)
{
	struct digest script = digest_of(str_of(html_script));

	raw(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	       "style-src 'unsafe-inline'; script-src 'sha256-");
	base64_digest(b, &script);
	raw(b, "'; base-uri 'none'; form-action 'none'\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	html(b, name);
	raw(b, what);
	raw(b, "</title>\n<style>\n");
	raw(b, html_style);
	raw(b, "</style>\n</head>\n<body>\n");
}

void html_close(struct buf *b)
{
	raw(b, "</main>\n<footer>Written by temper " TEMPER_VERSION ".</footer>\n<script>");
	raw(b, html_script);
	raw(b, "</script>\n</body>\n</html>\n");
}

static const char *const verdict_sign[] = { "✔", "✘", "–" };
static const char *const verdict_class[] = { "ok", "bad", "warn" };
static const char *const verdict_word[] = { "passed", "failed", "skipped" };

struct tally {
	ptrdiff_t checks_ok, test[3];
	uint64_t setid;
};

static struct tally tally_of(const struct outcome *o)
{
	struct tally t = { 0 };

	for (ptrdiff_t i = 0; i < o->check_n; i++)
		t.checks_ok += o->check[i].ok;
	for (ptrdiff_t i = 0; i < o->test_n; i++)
		t.test[o->test[i].verdict]++;
	for (ptrdiff_t i = 0; i < o->file_n; i++)
		t.setid += o->file[i].entry->type == ENTRY_FILE && (o->file[i].entry->mode & 06000);
	return t;
}

static void pills(struct buf *b, const struct outcome *o, const struct tally *t)
{
	bool proven = t->checks_ok == o->check_n;

	buf_fmt(b, "<ul class=\"pills\"><li class=\"pill %s\">%s %td of %td proofs hold</li>",
		proven ? "ok" : "bad", proven ? "✔" : "✘", t->checks_ok, o->check_n);
	if (o->test_n == 0)
		raw(b, "<li class=\"pill warn\">– no tests ran</li>");
	for (int v = 0; v < 3; v++) {
		if (!t->test[v])
			continue;
		buf_fmt(b, "<li class=\"pill %s\">%s ", verdict_class[v], verdict_sign[v]);
		text_count(b, (uint64_t)t->test[v], "test", "tests");
		buf_fmt(b, " %s</li>", verdict_word[v]);
	}
	raw(b, "<li class=\"pill\">runs as ");
	html(b, o->user.len ? o->user : S("0 (root)"));
	raw(b, "</li></ul>\n");
}

static void fact(struct buf *b, const char *label, uint64_t n)
{
	buf_fmt(b, "<div class=\"fact\"><b>%llu</b><span>%s</span></div>", (unsigned long long)n,
		label);
}

static void size_fact(struct buf *b, const char *label, uint64_t n)
{
	raw(b, "<div class=\"fact\"><b>");
	size(b, n);
	buf_fmt(b, "</b><span>%s</span></div>", label);
}

static void banner(struct buf *b, const struct outcome *o)
{
	struct tally t = tally_of(o);

	raw(b, "<header>\n<h1>");
	html(b, o->name);
	buf_fmt(b, "<small>%s &middot; ", o->platform->name);
	html(b, o->suite);
	raw(b, "</small></h1>\n<p>");
	html(b, o->description);
	raw(b, "</p>\n");
	pills(b, o, &t);
	raw(b, "<div class=\"facts\">");
	size_fact(b, "to download", o->size);
	size_fact(b, "unpacked", o->unpacked);
	fact(b, "packages", (uint64_t)o->package_n);
	fact(b, "layers", (uint64_t)o->layer_n);
	fact(b, "paths", (uint64_t)o->file_n);
	fact(b, "setuid or setgid", t.setid);
	raw(b, "</div>\n</header>\n<nav aria-label=\"Sections\"><ul>"
	       "<li><a href=\"#packages\">Packages</a></li>");
	if (o->artifact_n || o->certificate_n)
		raw(b, "<li><a href=\"#own\">Own</a></li>");
	raw(b,
	    "<li><a href=\"#fixes\">Security "
	    "fixes</a></li>"
	    "<li><a href=\"#cut\">What was cut</a></li><li><a href=\"#proof\">Proof</a></li>"
	    "<li><a href=\"#tests\">Tests</a></li><li><a href=\"#layers\">Layers</a></li>"
	    "<li><a href=\"#files\">Largest files</a></li><li><a href=\"#origin\">Origin</a></li>"
	    "<li><a href=\"#next\">What next</a></li></ul></nav>\n<main>\n");
}

static int colour_of(ptrdiff_t i)
{
	return i < COLOURS ? (int)i : COLOURS;
}

static void layers(struct buf *b, const struct outcome *o)
{
	uint64_t most = 0;

	open_section(b, "layers", "Size by layer",
		     "A package of some size has a layer of its own, the same one in every image "
		     "that holds the "
		     "package: an update replaces that layer and the small one on top.");
	raw(b, "<div class=\"stack\" role=\"img\" aria-label=\"Layers by their share of the "
	       "download\">");
	for (ptrdiff_t i = 0; i < o->layer_n; i++) {
		most = o->layer[i].size > most ? o->layer[i].size : most;
		buf_fmt(b, "<span class=\"c%d\" style=\"flex:%llu 0 0\" title=\"", colour_of(i),
			(unsigned long long)o->layer[i].size);
		html(b, o->layer[i].what);
		raw(b, "\"></span>");
	}
	raw(b, "</div>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Layer, bottom "
	       "first</th>"
	       "<th scope=\"col\" class=\"num\">Unpacked</th><th scope=\"col\" "
	       "class=\"num\">Download</th>"
	       "</tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < o->layer_n; i++) {
		const struct outcome_layer *l = &o->layer[i];
		buf_fmt(b, "<tr><td><span class=\"key c%d\"></span>", colour_of(i));
		html(b, l->what);
		raw(b, "<small>");
		digest_code(b, &l->digest);
		raw(b, "</small></td>");
		size_cell(b, l->tar_size);
		meter_cell(b, l->size, most);
		raw(b, "</tr>\n");
	}
	raw(b, "</tbody></table></div></section>\n");
}

/* "recipe -> nginx -> libssl3t64 (>= 3.5)" with its arrows as arrows and its end in bold. */
static void chain(struct buf *b, str why)
{
	raw(b, "<span class=\"chain\">");
	for (;;) {
		ptrdiff_t arrow = str_find_str(why, S(" -> "));
		if (arrow < 0)
			break;
		html(b, str_head(why, arrow));
		raw(b, " → ");
		why = str_from(why, arrow + 4);
	}
	raw(b, "<b>");
	html(b, why);
	raw(b, "</b></span>");
}

/* A long expression shows its beginning; all of it is one click away, and printed. */
static void licence(struct buf *b, str text)
{
	ptrdiff_t end = LICENCE_SHOWN;

	if (text.len <= LICENCE_SHOWN) {
		html(b, text);
		return;
	}
	while (end > 0 && text.p[end] != ' ')
		end--;
	raw(b, "<details class=\"more\"><summary>");
	html(b, str_head(text, end ? end : LICENCE_SHOWN));
	raw(b, " …</summary>");
	html(b, text);
	raw(b, "</details>");
}

/* Where a package is from, as a badge where that is not Debian. */
static void from(struct buf *b, const struct outcome_package *p)
{
	if (!p->local && p->repository.len == 0) {
		html(b, p->suite);
		return;
	}
	raw(b, "<span class=\"tag\">");
	html(b, p->local ? S("file") : p->repository);
	raw(b, "</span> ");
	html(b, p->local ? p->path : p->address);
}

static void package_row(struct buf *b, const struct outcome_package *p, uint64_t most)
{
	raw(b, "<tr><td class=\"word\"><b>");
	html(b, p->name);
	raw(b, "</b> ");
	html(b, p->version);
	raw(b, "<small>");
	html(b, p->description);
	raw(b, "</small><small>");
	from(b, p);
	if (p->source.len && !str_eq(p->source, p->name)) {
		raw(b, ", source ");
		html(b, p->source);
	}
	raw(b, "</small></td>");
	meter_cell(b, p->size, most);
	raw(b, "<td class=\"word\">");
	chain(b, p->why);
	if (p->answered.len) {
		raw(b, str_eq(p->answered, S("no scripts")) ? "<small>" : "<small>scripts: ");
		html(b, p->answered);
		raw(b, "</small>");
	}
	raw(b, "</td><td class=\"word\">");
	licence(b, p->licence);
	raw(b, "</td></tr>\n");
}

static void packages(struct buf *b, const struct outcome *o)
{
	uint64_t most = 0;

	for (ptrdiff_t i = 0; i < o->package_n; i++)
		most = o->package[i].size > most ? o->package[i].size : most;
	open_section(b, "packages", "What is in it, and why",
		     "Every package, its size in the image, the chain that leads from the recipe "
		     "to it, and what "
		     "answers for its maintainer scripts, none of which ever ran.");
	raw(b,
	    "<div class=\"scroll\"><table class=\"sift\"><thead><tr><th scope=\"col\">Package</th>"
	    "<th scope=\"col\" class=\"num\">Size</th><th scope=\"col\">Why it is here</th>"
	    "<th scope=\"col\">Licence</th></tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < o->package_n; i++)
		package_row(b, &o->package[i], most);
	raw(b, "</tbody></table></div></section>\n");
}

/* The ids that share the version of the i-th; returns the index after them. */
static ptrdiff_t fixes_of(struct buf *b, const struct texts *cves, ptrdiff_t i)
{
	str rest = cves->p[i], version = str_cut(&rest, ' ');

	raw(b, "<p class=\"fix\">");
	html(b, version);
	for (; i < cves->n; i++) {
		str id = cves->p[i];
		if (!str_eq(str_cut(&id, ' '), version))
			break;
		raw(b, " <span class=\"tag\">");
		html(b, id);
		raw(b, "</span>");
	}
	raw(b, "</p>");
	return i;
}

static void fixes_row(struct buf *b, const struct outcome_package *p)
{
	raw(b, "<tr><td class=\"word\"><b>");
	html(b, p->name);
	raw(b, "</b><small>");
	from(b, p);
	raw(b, "</small></td><td>");
	ptrdiff_t i = fixes_of(b, &p->cves, 0);
	if (i < p->cves.n)
		buf_fmt(b, "<details><summary>%td more in earlier versions</summary>",
			p->cves.n - i);
	bool more = i < p->cves.n;
	while (i < p->cves.n)
		i = fixes_of(b, &p->cves, i);
	raw(b, more ? "</details></td></tr>\n" : "</td></tr>\n");
}

/* Several packages of one source have the same changelog: it is told once. */
static bool told_before(const struct outcome *o, ptrdiff_t i)
{
	for (ptrdiff_t k = 0; k < i; k++)
		if (o->package[k].cves.n && str_eq(o->package[k].source, o->package[i].source))
			return true;
	return false;
}

static void fixes(struct buf *b, const struct outcome *o)
{
	bool any = false;

	open_section(b, "fixes", "Security fixes in it",
		     "CVEs that the packages' changelogs name as fixed, by the version that fixed "
		     "them. What is "
		     "still open is a scanner's question: give it the SBOM.");
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		if (o->package[i].cves.n == 0 || told_before(o, i))
			continue;
		if (!any)
			raw(b, "<div class=\"scroll\"><table><tbody>\n");
		any = true;
		fixes_row(b, &o->package[i]);
	}
	raw(b, any ? "</tbody></table></div></section>\n" : "<p>None is named.</p></section>\n");
}

static void cuts(struct buf *b, const struct outcome *o)
{
	open_section(b, "cut", "What was cut, and by which rule",
		     "Dependencies that only maintainer scripts or an init system have, and files "
		     "that nobody reads "
		     "at run time. Each is cut by a rule that names its reason, never by guess.");
	if (o->cut_n) {
		raw(b, "<div class=\"scroll\"><table><thead><tr><th "
		       "scope=\"col\">Dependency</th><th scope=\"col\">Why</th>"
		       "<th scope=\"col\">Rule</th></tr></thead><tbody>\n");
	}
	for (ptrdiff_t i = 0; i < o->cut_n; i++) {
		raw(b, "<tr><td>");
		html(b, o->cut[i].package);
		raw(b, o->cut[i].added ? " → <b>" : " → <s>");
		html(b, o->cut[i].depends);
		raw(b, o->cut[i].added ? "</b> (added)</td><td>" : "</s></td><td>");
		html(b, o->cut[i].why);
		raw(b, "</td><td><code>");
		html(b, o->cut[i].by);
		raw(b, "</code></td></tr>\n");
	}
	if (o->cut_n)
		raw(b, "</tbody></table></div>\n");
	raw(b, "<h3>Files left out: ");
	size(b, o->dropped_bytes);
	raw(b, "</h3><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Pattern</th><th "
	       "scope=\"col\" "
	       "class=\"num\">Paths</th><th scope=\"col\" class=\"num\">Size</th><th "
	       "scope=\"col\">Rule</th></tr></thead>"
	       "<tbody>\n");
	for (ptrdiff_t i = 0; i < o->drop_n; i++) {
		raw(b, "<tr><td><code>");
		html(b, o->drop[i].pattern);
		buf_fmt(b, "</code></td><td class=\"num\">%llu</td>",
			(unsigned long long)o->drop[i].files);
		size_cell(b, o->drop[i].bytes);
		raw(b, o->drop[i].by_recipe ? "<td>the recipe</td></tr>\n"
					    : "<td><code>effects/drop.yaml</code></td></tr>\n");
	}
	raw(b, "</tbody></table></div></section>\n");
}

static void proof(struct buf *b, const struct outcome *o)
{
	open_section(b, "proof", "Proof",
		     "Checked on the finished file system, without running anything from it.");
	raw(b, "<div class=\"scroll\"><table><tbody>\n");
	for (ptrdiff_t i = 0; i < o->check_n; i++) {
		const struct outcome_check *c = &o->check[i];
		buf_fmt(b, "<tr><td><span class=\"sign %s\">%s</span>", c->ok ? "ok" : "bad",
			c->ok ? "✔" : "✘");
		html(b, c->name);
		if (c->detail.n) {
			raw(b,
			    c->ok ? "<details><summary>what was exempt</summary><pre>" : "<pre>");
			for (ptrdiff_t k = 0; k < c->detail.n; k++) {
				html(b, c->detail.p[k]);
				raw(b, "\n");
			}
			raw(b, c->ok ? "</pre></details>" : "</pre>");
		}
		raw(b, "</td><td class=\"chain\">");
		html(b, c->summary);
		raw(b, "</td></tr>\n");
	}
	raw(b, "</tbody></table></div></section>\n");
}

static void tests(struct buf *b, const struct outcome *o)
{
	open_section(
		b, "tests", "Tests",
		"The recipe's tests, in the image as it will run: read-only root, its own user, no "
		"capabilities, no new privileges, a network of its own.");
	if (o->test_n == 0)
		raw(b, "<p>No tests ran.</p>");
	raw(b, "<div class=\"scroll\"><table><tbody>\n");
	for (ptrdiff_t i = 0; i < o->test_n; i++) {
		const struct outcome_test *t = &o->test[i];
		buf_fmt(b, "<tr><td><span class=\"sign %s\">%s</span>", verdict_class[t->verdict],
			verdict_sign[t->verdict]);
		html(b, t->name);
		if (t->detail.len) {
			raw(b, "<pre>");
			html(b, t->detail);
			raw(b, "</pre>");
		}
		buf_fmt(b, "</td><td class=\"num %s\">%s</td></tr>\n", verdict_class[t->verdict],
			verdict_word[t->verdict]);
	}
	raw(b, "</tbody></table></div></section>\n");
}

static void findings(struct buf *b, const struct outcome *o)
{
	if (!o->findings)
		return;
	open_section(b, "findings", "Findings",
		     "What the advisories at hand say of it, and what they do not cover.");
	raw(b, "<p>");
	outcome_findings_line(b, o);
	raw(b, "</p>");
	if (o->findings->shown_n)
		raw(b,
		    "<div class=\"scroll\"><table class=\"sift\"><thead><tr><th scope=\"col\">Vulnerability</th>"
		    "<th scope=\"col\">Severity</th><th scope=\"col\">Package</th><th scope=\"col\">Installed</th>"
		    "<th scope=\"col\">Fixed in</th></tr></thead><tbody>\n");
	outcome_findings_rows(b, o);
	raw(b, o->findings->shown_n ? "</tbody></table></div>\n" : "");
	outcome_findings_sources(b, o);
	raw(b, "</section>\n");
}

static int larger_file(const void *a, const void *b)
{
	const struct outcome_file *const *x = a, *const *y = b;
	uint64_t n = (*x)->entry->size, m = (*y)->entry->size;

	if (n != m)
		return n < m ? 1 : -1;
	return str_cmp((*x)->entry->path, (*y)->entry->path);
}

static void files(struct buf *b, const struct outcome *o)
{
	const struct outcome_file **file = op_new(b->op, const struct outcome_file *, o->file_n);
	ptrdiff_t n = 0;

	if (!file)
		return;
	for (ptrdiff_t i = 0; i < o->file_n; i++)
		if (o->file[i].entry->type == ENTRY_FILE)
			file[n++] = &o->file[i];
	qsort(file, (size_t)n, sizeof(struct outcome_file *), larger_file);
	open_section(b, "files", "Largest files",
		     "Where the bytes are. The SBOM lists every file with its digest.");
	raw(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Path</th><th "
	       "scope=\"col\" class=\"num\">Size"
	       "</th><th scope=\"col\">From</th></tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < n && i < BIGGEST; i++) {
		raw(b, "<tr><td><code>/");
		html(b, file[i]->entry->path);
		raw(b, "</code></td>");
		meter_cell(b, file[i]->entry->size, file[0]->entry->size);
		raw(b, "<td>");
		html(b, file[i]->package >= 0 && file[i]->package < o->package_n
				? o->package[file[i]->package].name
				: file[i]->from);
		raw(b, "</td></tr>\n");
	}
	raw(b, "</tbody></table></div></section>\n");
}

static void next(struct buf *b, const struct outcome *o)
{
	open_section(b, "next", "What to run next", "Where the recipe is:");
	raw(b, "<dl class=\"next\">");
	for (ptrdiff_t i = 0; i < o->next_n; i++) {
		raw(b, "<dt>");
		html(b, o->next[i].what);
		raw(b, "</dt><dd><pre>");
		html(b, o->next[i].command);
		raw(b, "</pre></dd>\n");
	}
	raw(b, "</dl></section>\n");
}

static void identity(struct buf *b, const struct outcome *o)
{
	char created[CLOCK_TEXT];

	raw(b, "<dl><dt>Image</dt><dd>");
	digest_code(b, &o->manifest);
	raw(b, "</dd><dt>Recipe</dt><dd>");
	digest_code(b, &o->recipe);
	raw(b, "</dd><dt>Lock</dt><dd>");
	digest_code(b, &o->lock);
	buf_fmt(b,
		"</dd><dt>Platform</dt><dd>%s</dd><dt>Created</dt><dd>%s: the newest of its "
		"packages</dd>",
		o->platform->name, clock_rfc3339(o->created, created));
	raw(b, "<dt>User</dt><dd>");
	html(b, o->user);
	raw(b, "</dd><dt>Compressor</dt><dd>");
	html(b, o->compressor);
	raw(b, "</dd></dl>\n");
}

static void pockets(struct buf *b, const struct outcome *o)
{
	raw(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Suite</th><th "
	       "scope=\"col\">State of</th>"
	       "<th scope=\"col\">Signed by</th></tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < o->pocket_n; i++) {
		const struct outcome_pocket *p = &o->pocket[i];
		char date[CLOCK_TEXT];
		raw(b, "<tr><td>");
		if (p->repository.len) {
			raw(b, "<span class=\"tag\">");
			html(b, p->repository);
			raw(b, "</span> ");
		}
		html(b, p->suite);
		if (p->component.len) {
			raw(b, " ");
			html(b, p->component);
		}
		raw(b, "<small>");
		html(b, p->repository.len ? p->address : p->version);
		if (p->override)
			raw(b, "; its packages compete with Debian's");
		buf_fmt(b, "</small></td><td>%s</td><td><code>", clock_rfc3339(p->date, date));
		html(b, p->signer);
		raw(b, "</code></td></tr>\n");
	}
	raw(b, "</tbody></table></div>\n");
}

static void origin(struct buf *b, const struct outcome *o)
{
	open_section(
		b, "origin", "Identity and origin",
		"The same recipe and lock give this digest on any machine, on any day. Each "
		"package was checked by "
		"size and SHA-256 against the signed indexes below, before a byte of it was read.");
	identity(b, o);
	pockets(b, o);
	raw(b, "<details><summary>Package files and their digests</summary><div "
	       "class=\"scroll\"><table><tbody>\n");
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		raw(b, "<tr><td><code>");
		html(b, o->package[i].path);
		raw(b, "</code><small>");
		digest_code(b, &o->package[i].deb);
		raw(b, "</small></td>");
		size_cell(b, o->package[i].deb_size);
		raw(b, "</tr>\n");
	}
	raw(b, "</tbody></table></div></details></section>\n");
}

static void artifact_row(struct buf *b, const struct outcome_artifact *a, uint64_t most)
{
	raw(b, "<tr><td class=\"word\"><b>");
	html(b, a->name);
	raw(b, "</b> ");
	html(b, a->version);
	raw(b, "<small>/");
	html(b, a->destination);
	raw(b, "</small></td>");
	meter_cell(b, a->size, most);
	raw(b, "<td class=\"word\">");
	html(b, a->from);
	raw(b, "<small>");
	digest_code(b, &a->sha256);
	raw(b, "</small></td><td class=\"word\">");
	html(b, a->licence.len ? a->licence : S("NOASSERTION"));
	raw(b, "</td></tr>\n");
}

static void certificate_row(struct buf *b, const struct outcome_certificate *c)
{
	char date[CLOCK_TEXT];

	raw(b, "<tr><td class=\"word\"><b>");
	html(b, c->subject);
	raw(b, "</b><small>");
	html(b, c->file);
	buf_fmt(b, "</small></td><td>%s %.10s</td><td class=\"word\">",
		c->expired ? "expired" : "until", clock_rfc3339(c->not_after, date));
	digest_code(b, &c->sha256);
	raw(b, "</td></tr>\n");
}

/* What is in the image and no package of Debian's. */
static void own(struct buf *b, const struct outcome *o)
{
	uint64_t most = 0;

	if (o->artifact_n == 0 && o->certificate_n == 0)
		return;
	open_section(b, "own", "What the recipe brings itself",
		     "Software that no package of the suite is, by the digest of its bytes, and "
		     "the authorities that are trusted besides those of Debian.");
	for (ptrdiff_t i = 0; i < o->artifact_n; i++)
		most = o->artifact[i].size > most ? o->artifact[i].size : most;
	if (o->artifact_n)
		raw(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Artifact</th>"
		       "<th scope=\"col\" class=\"num\">Size</th><th scope=\"col\">From</th>"
		       "<th scope=\"col\">Licence</th></tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < o->artifact_n; i++)
		artifact_row(b, &o->artifact[i], most);
	if (o->artifact_n)
		raw(b, "</tbody></table></div>\n");
	if (o->certificate_n)
		raw(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Trusted</th>"
		       "<th scope=\"col\">Valid</th><th scope=\"col\">Fingerprint</th></tr>"
		       "</thead><tbody>\n");
	for (ptrdiff_t i = 0; i < o->certificate_n; i++)
		certificate_row(b, &o->certificate[i]);
	raw(b, o->certificate_n ? "</tbody></table></div></section>\n" : "</section>\n");
}

void html_write(struct buf *b, const struct outcome *o)
{
	html_open(b, o->name, ": what is in this image and why");
	banner(b, o);
	packages(b, o);
	own(b, o);
	fixes(b, o);
	cuts(b, o);
	proof(b, o);
	tests(b, o);
	findings(b, o);
	layers(b, o);
	files(b, o);
	origin(b, o);
	next(b, o);
	html_close(b);
}
