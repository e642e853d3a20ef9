#include "tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "sys/clock.h"

#include "outcome_findings.h"

enum {
	LAYERS_SHOWN = 6,
	CUTS_SHOWN = 3,
	LINES_SHOWN = 3, /* of pockets, details and reasons */
	BAR_WIDTH = 16,
	LABEL_WIDTH = 10,
	LABEL_END = 16, /* column after a branch's label */
	LINE_MAX = 4096,
	KEY_SHOWN = 16,   /* last digits of a signer's fingerprint */
	KEY_COLUMNS = 96, /* a terminal this wide shows them */
};

enum mark { MARK_OK, MARK_BAD, MARK_SKIPPED };

struct out {
	struct buf *b;
	const struct text_style *style;
};

static void colour(const struct out *t, enum text_colour c)
{
	text_colour(t->b, t->style, c);
}

static void put_mark(const struct out *t, enum mark mark)
{
	static const char *const sign[2][3] = { { "ok", "NO", "--" }, { "✔", "✘", "–" } };
	static const enum text_colour paint[] = { TEXT_GREEN, TEXT_RED, TEXT_YELLOW };

	colour(t, paint[mark]);
	buf_add(t->b, str_of(sign[t->style->utf8][mark]));
	colour(t, TEXT_PLAIN);
}

/* "├─ ✔ resolved   " */
static void begin_branch(const struct out *t, enum mark mark, const char *label)
{
	buf_add(t->b, t->style->utf8 ? S("├─ ") : S("|- "));
	put_mark(t, mark);
	colour(t, TEXT_BOLD);
	buf_fmt(t->b, " %-*s ", LABEL_WIDTH, label);
	colour(t, TEXT_PLAIN);
}

/* A branch with its text, which is clipped to the width. */
static void branch(const struct out *t, enum mark mark, const char *label, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void branch(const struct out *t, enum mark mark, const char *label, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	begin_branch(t, mark, label);
	text_clip(t->b, str_of(text), t->style->width - LABEL_END, t->style);
	buf_char(t->b, '\n');
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* The start of a line below a branch; returns the columns used. */
static int begin_leaf(const struct out *t)
{
	buf_add(t->b, t->style->utf8 ? S("│    ") : S("|    "));
	return 5;
}

static void leaf(const struct out *t, enum text_colour c, str text)
{
	int at = begin_leaf(t);

	colour(t, c);
	text_clip(t->b, text, t->style->width - at, t->style);
	colour(t, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static ptrdiff_t shown(const struct out *t, ptrdiff_t n, ptrdiff_t some)
{
	return t->style->verbose || n <= some ? n : some;
}

/* `indent`: columns of what it stands below. */
static void and_more(const struct out *t, ptrdiff_t n, int indent, const char *what)
{
	if (n <= 0)
		return;
	begin_leaf(t);
	buf_repeat(t->b, ' ', indent);
	colour(t, TEXT_DIM);
	buf_fmt(t->b, "and %td more%s", n, what);
	colour(t, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static void head(const struct out *t, const struct outcome *o)
{
	colour(t, TEXT_BOLD);
	int at = text_clip(t->b, o->name, 40, t->style);
	colour(t, TEXT_DIM);
	buf_fmt(t->b, "  %s", o->platform->name);
	colour(t, TEXT_PLAIN);
	at += 2 + (int)str_of(o->platform->name).len;
	if (o->description.len && t->style->width - at > 12) {
		buf_add(t->b, S("  "));
		text_clip(t->b, text_line(o->description), t->style->width - at - 2, t->style);
	}
	buf_char(t->b, '\n');
}

static void locked(const struct out *t, const struct outcome *o)
{
	if (o->locked.len)
		branch(t, MARK_OK, "locked", "%.*s", STR_ARG(o->locked));
}

/* "trixie-security  13          2026-11-20 00:12   8 packages" */
static void pocket(const struct out *t, const struct outcome *o, const struct outcome_pocket *p)
{
	str key = p->signer.len > KEY_SHOWN ? str_from(p->signer, p->signer.len - KEY_SHOWN)
					    : p->signer;
	char date[CLOCK_TEXT], text[LINE_MAX];
	str name = p->repository.len ? p->repository : p->suite;
	ptrdiff_t from = 0;

	for (ptrdiff_t i = 0; i < o->package_n; i++)
		from += str_eq(o->package[i].suite, p->suite) &&
			str_eq(o->package[i].repository, p->repository);
	clock_rfc3339(p->date, date);
	date[10] = ' ';
	(void)snprintf(text, sizeof(text), "%-16.*s  %-10.*s  %.16s  %3td %-8s  %s%.*s",
		       STR_ARG(name), STR_ARG(p->repository.len ? p->suite : p->version), date,
		       from, plural((uint64_t)from, "package", "packages"),
		       t->style->width >= KEY_COLUMNS ? "key " : "",
		       t->style->width >= KEY_COLUMNS ? (int)key.len : 0, key.p);
	leaf(t, TEXT_DIM, str_trim(str_of(text)));
}

/* "files             ./dist/app_1.0-1_amd64.deb" */
static void files_beside(const struct out *t, const struct outcome *o)
{
	char text[LINE_MAX];

	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		if (!p->local)
			continue;
		(void)snprintf(text, sizeof(text), "%-16s  %.*s", "file", STR_ARG(p->path));
		leaf(t, TEXT_DIM, str_of(text));
	}
}

static void resolved(const struct out *t, const struct outcome *o)
{
	branch(t, MARK_OK, "resolved", "%td %s of %.*s", o->package_n,
	       plural((uint64_t)o->package_n, "package", "packages"), STR_ARG(o->suite));
	for (ptrdiff_t i = 0; i < o->pocket_n;
	     i++) /* of a repository one, whatever its components */
		if (i == 0 || o->pocket[i].repository.len == 0 ||
		    !str_eq(o->pocket[i].repository, o->pocket[i - 1].repository))
			pocket(t, o, &o->pocket[i]);
	files_beside(t, o);
}

/* A team's own software, and whom the image trusts besides: "sonarqube 10.4  https://..." */
static void brought(const struct out *t, const struct outcome *o)
{
	char line[LINE_MAX], hex[DIGEST_HEX];

	if (o->artifact_n == 0 && o->certificate_n == 0)
		return;
	branch(t, MARK_OK, "brought", "%td %s and %td %s of the recipe's own", o->artifact_n,
	       plural((uint64_t)o->artifact_n, "artifact", "artifacts"), o->certificate_n,
	       plural((uint64_t)o->certificate_n, "certificate", "certificates"));
	ptrdiff_t n = shown(t, o->artifact_n, LINES_SHOWN);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct outcome_artifact *a = &o->artifact[i];
		(void)snprintf(line, sizeof(line), "%.*s%s%.*s  sha256:%.12s  %.*s",
			       STR_ARG(a->name), a->version.len ? " " : "", STR_ARG(a->version),
			       digest_hex(&a->sha256, hex), STR_ARG(a->from));
		leaf(t, TEXT_DIM, str_of(line));
	}
	and_more(t, o->artifact_n - n, 0, "");
	n = shown(t, o->certificate_n, LINES_SHOWN);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct outcome_certificate *c = &o->certificate[i];
		char date[CLOCK_TEXT];
		(void)snprintf(line, sizeof(line), "trusts %.*s (%.*s), %s %.10s",
			       STR_ARG(c->subject), STR_ARG(c->file),
			       c->expired ? "which expired on" : "until",
			       clock_rfc3339(c->not_after, date));
		leaf(t, c->expired ? TEXT_YELLOW : TEXT_DIM, str_of(line));
	}
	and_more(t, o->certificate_n - n, 0, "");
}

/* Index and size of a layer, largest first; the lower layer on a tie. */
struct rank {
	uint64_t size;
	ptrdiff_t i;
};

static int by_size(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (x->i > y->i) - (x->i < y->i);
}

static void bar(const struct out *t, uint64_t size, uint64_t most)
{
	int full = most ? (int)(size * BAR_WIDTH / most) : 0;

	if (full == 0)
		full = 1;
	colour(t, TEXT_CYAN);
	for (int i = 0; i < BAR_WIDTH; i++)
		buf_add(t->b, i >= full ? S(" ") : t->style->utf8 ? S("▇") : S("#"));
	colour(t, TEXT_PLAIN);
}

static void layer(const struct out *t, const struct outcome_layer *l, uint64_t most)
{
	char size[NUM_SIZE_TEXT];
	int room = t->style->width - begin_leaf(t) - BAR_WIDTH - 14 - 10;

	bar(t, l->size, most);
	buf_fmt(t->b, " %10s  ", num_size_text(l->size, size));
	text_clip(t->b, l->what, room, t->style);
	if (l->made) {
		colour(t, TEXT_DIM);
		buf_add(t->b, S("  new"));
		colour(t, TEXT_PLAIN);
	}
	buf_char(t->b, '\n');
}

static void composed(const struct out *t, const struct outcome *o)
{
	struct rank *rank = op_new(t->b->op, struct rank, o->layer_n);
	char size[NUM_SIZE_TEXT], unpacked[NUM_SIZE_TEXT];
	uint64_t made = 0;

	if (!rank)
		return;
	for (ptrdiff_t i = 0; i < o->layer_n; i++) {
		rank[i] = (struct rank){ o->layer[i].size, i };
		made += o->layer[i].made;
	}
	qsort(rank, (size_t)o->layer_n, sizeof(*rank), by_size);
	branch(t, MARK_OK, "composed", "%s in %td %s (%llu new), %s unpacked, %td paths",
	       num_size_text(o->size, size), o->layer_n,
	       plural((uint64_t)o->layer_n, "layer", "layers"), (unsigned long long)made,
	       num_size_text(o->unpacked, unpacked), o->file_n);
	ptrdiff_t n = shown(t, o->layer_n, LAYERS_SHOWN);
	for (ptrdiff_t i = 0; i < n; i++)
		layer(t, &o->layer[rank[i].i], rank[0].size);
	and_more(t, o->layer_n - n, BAR_WIDTH + 13, ", all smaller");
}

static void cut_line(const struct out *t, const struct outcome_cut *c)
{
	struct buf line;

	buf_init(&line, t->b->op, 1 << 16);
	buf_add(&line, c->package);
	buf_add(&line, c->added ? S(" with ") : S(" without "));
	buf_add(&line, c->depends);
	buf_add(&line, S(": "));
	buf_add(&line, c->why);
	if (t->style->verbose && c->by.len) {
		buf_add(&line, S(" ("));
		buf_add(&line, c->by);
		buf_char(&line, ')');
	}
	leaf(t, TEXT_DIM, buf_view(&line));
}

static void drop_line(const struct out *t, const struct outcome_drop *d)
{
	char size[NUM_SIZE_TEXT], text[LINE_MAX];

	(void)snprintf(text, sizeof(text), "%10s  %.*s  %llu %s (%s)",
		       num_size_text(d->bytes, size), STR_ARG(d->pattern),
		       (unsigned long long)d->files, plural(d->files, "path", "paths"),
		       d->by_recipe ? "the recipe" : "effects/drop.yaml");
	leaf(t, TEXT_DIM, str_of(text));
}

static void cut(const struct out *t, const struct outcome *o)
{
	char size[NUM_SIZE_TEXT], more[64] = "";
	ptrdiff_t added = 0;

	if (o->cut_n == 0 && o->dropped_bytes == 0)
		return;
	for (ptrdiff_t i = 0; i < o->cut_n; i++)
		added += o->cut[i].added;
	if (added)
		(void)snprintf(more, sizeof(more), " (%td added)", added);
	branch(t, MARK_OK, "cut", "%td %s%s and %s of files, each by a rule", o->cut_n - added,
	       plural((uint64_t)(o->cut_n - added), "dependency", "dependencies"), more,
	       num_size_text(o->dropped_bytes, size));
	ptrdiff_t n = shown(t, o->cut_n, CUTS_SHOWN);
	for (ptrdiff_t i = 0; i < n; i++)
		cut_line(t, &o->cut[i]);
	and_more(t, o->cut_n - n, 0, "");
	for (ptrdiff_t i = 0; t->style->verbose && i < o->drop_n; i++)
		drop_line(t, &o->drop[i]);
}

static void check_line(const struct out *t, const struct outcome_check *c)
{
	int at = begin_leaf(t);

	put_mark(t, c->ok ? MARK_OK : MARK_BAD);
	buf_char(t->b, ' ');
	at += 2 + text_clip(t->b, c->name, t->style->width - at - 2, t->style);
	if (t->style->width - at > 12 && c->summary.len) {
		colour(t, TEXT_DIM);
		buf_add(t->b, S("  "));
		text_clip(t->b, c->summary, t->style->width - at - 2, t->style);
		colour(t, TEXT_PLAIN);
	}
	buf_char(t->b, '\n');
	/* Details of what holds are its exemptions. */
	ptrdiff_t n = c->ok && !t->style->verbose ? 0 : shown(t, c->detail.n, LINES_SHOWN);
	for (ptrdiff_t i = 0; i < n; i++) {
		begin_leaf(t);
		buf_add(t->b, c->ok ? S("  exempt: ") : S("  "));
		text_clip(t->b, c->detail.p[i], t->style->width - (c->ok ? 15 : 7), t->style);
		buf_char(t->b, '\n');
	}
	if (!c->ok)
		and_more(t, c->detail.n - n, 2, "; -v shows all");
}

static void proven(const struct out *t, const struct outcome *o)
{
	ptrdiff_t good = 0;

	for (ptrdiff_t i = 0; i < o->check_n; i++)
		good += o->check[i].ok;
	if (o->check_n == 0)
		return;
	if (good == o->check_n)
		branch(t, MARK_OK, "proven", "all %td checks hold, without running anything", good);
	else
		branch(t, MARK_BAD, "proven", "%td of %td checks do not hold", o->check_n - good,
		       o->check_n);
	for (ptrdiff_t i = 0; i < o->check_n; i++)
		if (t->style->verbose || !o->check[i].ok)
			check_line(t, &o->check[i]);
}

static void test_line(const struct out *t, const struct outcome_test *test)
{
	static const enum mark mark[] = { MARK_OK, MARK_BAD, MARK_SKIPPED };
	str detail = test->detail;

	begin_leaf(t);
	put_mark(t, mark[test->verdict]);
	buf_char(t->b, ' ');
	text_clip(t->b, test->name, t->style->width - 7, t->style);
	buf_char(t->b, '\n');
	for (int i = 0; detail.len && test->verdict != VERDICT_PASSED &&
			(t->style->verbose || i < LINES_SHOWN);
	     i++) {
		str line = str_cut(&detail, '\n');
		begin_leaf(t);
		buf_add(t->b, S("  "));
		text_clip(t->b, line, t->style->width - 7, t->style);
		buf_char(t->b, '\n');
	}
}

static void tested(const struct out *t, const struct outcome *o)
{
	ptrdiff_t n[3] = { 0 };
	str reason = S("");

	for (ptrdiff_t i = 0; i < o->test_n; i++) {
		n[o->test[i].verdict]++;
		if (o->test[i].verdict == VERDICT_SKIPPED && !reason.len)
			reason = text_line(o->test[i].detail);
	}
	if (o->test_n == 0) {
		begin_branch(t, MARK_SKIPPED, "tested");
		buf_add(t->b, S("no tests ran\n"));
		return;
	}
	if (n[VERDICT_SKIPPED] == o->test_n && !t->style->verbose) {
		branch(t, MARK_SKIPPED, "tested", "not run: %.*s", STR_ARG(reason));
		return;
	}
	begin_branch(t,
		     n[VERDICT_FAILED]    ? MARK_BAD
		     : n[VERDICT_SKIPPED] ? MARK_SKIPPED
					  : MARK_OK,
		     "tested");
	if (n[VERDICT_PASSED] == o->test_n)
		buf_fmt(t->b, "all %td tests passed, in the image as it will run", o->test_n);
	else
		buf_fmt(t->b, "%td passed, %td failed", n[VERDICT_PASSED], n[VERDICT_FAILED]);
	if (n[VERDICT_SKIPPED])
		buf_fmt(t->b, ", %td skipped", n[VERDICT_SKIPPED]);
	buf_char(t->b, '\n');
	for (ptrdiff_t i = 0; i < o->test_n; i++)
		if (t->style->verbose || o->test[i].verdict == VERDICT_FAILED)
			test_line(t, &o->test[i]);
	if (!t->style->verbose && reason.len) {
		begin_leaf(t);
		buf_add(t->b, S("skipped: "));
		text_clip(t->b, reason, t->style->width - 14, t->style);
		buf_char(t->b, '\n');
	}
}

static void found(const struct out *t, const struct outcome *o)
{
	struct buf line;

	if (!o->findings)
		return;
	buf_init(&line, t->b->op, LINE_MAX);
	outcome_findings_line(&line, o);
	branch(t, o->findings->shown_n || o->findings->incomplete ? MARK_SKIPPED : MARK_OK, "findings",
	       "%.*s", (int)line.len, line.p);
}

static void packages(const struct out *t, const struct outcome *o)
{
	char size[NUM_SIZE_TEXT], text[LINE_MAX];

	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		bool fits = 5 + 12 + p->name.len + 1 + p->version.len + 2 + p->why.len <=
			    t->style->width;
		(void)snprintf(text, sizeof(text), "%10s  %.*s %.*s  %.*s",
			       num_size_text(p->size, size), STR_ARG(p->name), STR_ARG(p->version),
			       fits ? (int)p->why.len : 0, p->why.p);
		leaf(t, TEXT_PLAIN, str_of(text));
		if (fits)
			continue;
		(void)snprintf(text, sizeof(text), "            %.*s", STR_ARG(p->why));
		leaf(t, TEXT_PLAIN, str_of(text));
	}
}

/* All of a list in one line, or the lines it takes. */
static void written(const struct out *t, const struct outcome *o)
{
	struct buf line;

	if (o->written.n == 0)
		return;
	begin_branch(t, MARK_OK, "written");
	buf_init(&line, t->b->op, 1 << 16);
	for (ptrdiff_t i = 0; i < o->written.n; i++) {
		buf_add(&line, i ? S(", ") : S(""));
		buf_add(&line, o->written.p[i]);
	}
	text_clip(t->b, buf_view(&line), t->style->width - LABEL_END, t->style);
	buf_char(t->b, '\n');
}

static void next(const struct out *t, const struct outcome *o)
{
	ptrdiff_t longest = 0, what = 0;

	for (ptrdiff_t i = 0; i < o->next_n; i++) {
		const struct outcome_next *n = &o->next[i];
		longest = !n->done && n->here.len > longest ? n->here.len : longest;
		what = !n->done && n->what.len > what ? n->what.len : what;
	}
	if (o->next_n)
		buf_add(t->b, S("\nnext:\n"));
	for (ptrdiff_t i = 0; i < o->next_n; i++) {
		const struct outcome_next *n = &o->next[i];
		if (n->done)
			continue;
		buf_add(t->b, S("  "));
		text_safe(t->b, n->here);
		if (2 + longest + 4 + what <= t->style->width) {
			buf_repeat(t->b, ' ', longest - n->here.len);
			colour(t, TEXT_DIM);
			buf_add(t->b, S("  # "));
			text_safe(t->b, n->what);
			colour(t, TEXT_PLAIN);
		}
		buf_char(t->b, '\n');
	}
}

static void foot(const struct out *t, const struct outcome *o)
{
	char digest[DIGEST_TEXT], created[CLOCK_TEXT], text[LINE_MAX];

	buf_add(t->b, t->style->utf8 ? S("└─ ") : S("`- "));
	colour(t, TEXT_BOLD);
	buf_add(t->b, str_of(digest_text(&o->manifest, digest)));
	colour(t, TEXT_PLAIN);
	buf_add(t->b, S("\n   "));
	(void)snprintf(text, sizeof(text), "user %.*s, created %s, %.*s", STR_ARG(o->user),
		       clock_rfc3339(o->created, created), STR_ARG(o->compressor));
	colour(t, TEXT_DIM);
	text_clip(t->b, str_of(text), t->style->width - 3, t->style);
	colour(t, TEXT_PLAIN);
	buf_char(t->b, '\n');
	next(t, o);
}

void tree_write(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	struct out t = { b, style };

	head(&t, o);
	locked(&t, o);
	resolved(&t, o);
	if (style->verbose)
		packages(&t, o);
	brought(&t, o);
	composed(&t, o);
	cut(&t, o);
	proven(&t, o);
	tested(&t, o);
	found(&t, o);
	written(&t, o);
	foot(&t, o);
}
