#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "build_report.h"
#include "inventory/inventory.h"
#include "oci/source.h"
#include "report/inventory_text.h"
#include "sbom_options.h"
#include "sbom_report.h"
#include "steps.h"

enum { LEDGER_LINES = 5 }; /* of each kind that a terminal shows without -v */

struct run {
	const struct cli *cli;
	const struct sbom_options *o;
	struct steps steps;
	struct texts only;
};

/* "a,b" "c": a b c. */
static int split_commas(struct op *op, const struct texts *in, struct texts *ret)
{
	VEC(str) out = { 0 };

	for (ptrdiff_t i = 0; i < in->n; i++) {
		str list = in->p[i];
		while (list.p) {
			str word = str_trim(str_cut(&list, ','));
			str *to = word.len ? vec_push(op, &out) : NULL;
			if (word.len && !to)
				return op->code;
			if (to)
				*to = word;
		}
	}
	*ret = (struct texts){ out.p, out.n };
	return 0;
}

static int check_catalogers(struct op *op, const struct texts *only)
{
	const char *names[INTEREST_IDS];

	for (size_t k = 0; k < catalogers_n; k++)
		names[k] = catalogers[k]->name;
	for (ptrdiff_t i = 0; i < only->n; i++) {
		str name = str_from(only->p[i], str_starts(only->p[i], S("-")));
		bool known = false;
		for (size_t k = 0; k < catalogers_n; k++)
			known |= str_eq(str_of(names[k]), name);
		const char *near = known ? NULL : nearest_word(name, names, catalogers_n);
		if (!known)
			return op_fail(op, ERR_USAGE, "no cataloger '%.*s'%s%s%s", STR_ARG(name),
				       near ? "; did you mean '" : ": see --list-catalogers",
				       near ? near : "", near ? "'?" : "");
	}
	return 0;
}

static int list_catalogers(struct op *op, const struct cli *cli)
{
	struct text_style style = style_of(&cli->out, false);
	struct buf b;
	str text;
	int width = 0;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < catalogers_n; i++) {
		int n = (int)strlen(catalogers[i]->name);
		width = n > width ? n : width;
	}
	for (size_t i = 0; i < catalogers_n; i++) {
		text_colour(&b, &style, TEXT_BOLD);
		buf_fmt(&b, "%-*s", width + 2, catalogers[i]->name);
		text_colour(&b, &style, TEXT_PLAIN);
		buf_fmt(&b, "%s\n", catalogers[i]->what);
	}
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

static void note_bytes(void *arg, uint64_t done, uint64_t total)
{
	steps_note(arg, done, total);
}

static void note_source(void *arg, const char *step, uint64_t done, uint64_t total)
{
	(void)step;
	steps_note(arg, done, total);
}

/* What was found, below "Cataloged contents". */
static void tell(struct run *r, const struct inventory *v)
{
	struct text_style style = style_of(&r->cli->err, r->o->verbose);
	bool whole = v->warning_n == 0;
	char text[DIGEST_TEXT];
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	const struct digest *d =
		digest_is_zero(&v->subject.manifest) ? &v->subject.config : &v->subject.manifest;
	steps_done(&r->steps, "Cataloged contents",
		   digest_is_zero(d) ? v->subject.name : str_of(digest_text(d, text)));
	steps_child(&r->steps, "Packages", whole, false, "[%td package%s]", v->package_n,
		    v->package_n == 1 ? "" : "s");
	if (v->file_n)
		steps_child(&r->steps, "File digests", v->changed_n == 0, false,
			    "[%td files, %llu compared, %td changed or missing]", v->file_n,
			    (unsigned long long)v->compared, v->changed_n);
	steps_child(&r->steps, "Executables", v->unknown_n == 0, whole,
		    "[%llu executables: %llu owned, %llu recognised, %td unknown]",
		    (unsigned long long)v->executables, (unsigned long long)v->owned,
		    (unsigned long long)v->recognised, v->unknown_n);
	if (!whole)
		steps_child(&r->steps, "Unreadable", false, true, "[%td part%s]", v->warning_n,
			    v->warning_n == 1 ? "" : "s");
	if (r->o->quiet)
		return;
	struct inventory shown = *v;
	if (!r->steps.tree && !r->o->verbose) /* why the answer is not whole is told in any case */
		shown.unknown_n = shown.changed_n = 0;
	buf_init(&b, &own, LIMIT_DOCUMENT);
	inventory_ledger_write(&b, &shown, r->o->verbose ? 0 : LEDGER_LINES, &style);
	if (!b.bad && term_write(&own, &r->cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
}

static int catalog(struct op *op, struct run *r, const struct inventory_wish *wish,
		   const struct tree *t, struct inventory *v)
{
	int rc;

	steps_begin(&r->steps, "Cataloging contents");
	steps_note(&r->steps, 0, 0);
	rc = inventory_make(op, t, wish, v);
	if (rc < 0) {
		steps_clear(&r->steps);
		return rc;
	}
	if (r->o->name.len)
		v->subject.name = r->o->name;
	if (r->o->version.len)
		v->subject.version = r->o->version;
	tell(r, v);
	return 0;
}

static struct inventory_wish wish_of(const struct run *r, bool image)
{
	return (struct inventory_wish){ .image = image,
					.licences = sbom_report_wants_licences(&r->o->output,
									       r->o->verbose),
					.files = r->o->files,
					.hidden = image && str_eq(r->o->scope, S("all-layers")),
					.only = r->only };
}

static int ask(struct op *op, struct run *r, const struct inventory_wish *wish,
	       struct tree_wish *ret)
{
	int rc = inventory_interest(op, wish, ret);

	ret->verify = !r->o->trust;
	ret->note = note_bytes;
	ret->arg = &r->steps;
	return rc;
}

/* An image, or a tar of files, which is a tree like a directory. */
static int look_at_layers(struct op *op, struct run *r, struct source_image *image,
			  struct inventory *v)
{
	bool is_image = image->subject.kind == SUBJECT_IMAGE;
	struct inventory_wish wish = wish_of(r, is_image);
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	char text[DIGEST_TEXT];
	int rc = ask(op, r, &wish, &ask_for);

	if (rc < 0)
		return rc;
	steps_begin(&r->steps, is_image ? "Parsing image" : "Parsing archive");
	if ((rc = tree_of_layers(op, image->layer, image->layer_n, &ask_for, &t)) < 0) {
		steps_clear(&r->steps);
		return rc;
	}
	steps_done(&r->steps, is_image ? "Parsed image" : "Parsed archive",
		   is_image ? str_of(digest_text(&image->subject.config, text))
			    : image->subject.name);
	v->subject = image->subject;
	return catalog(op, r, &wish, t, v);
}

static int look_at_directory(struct op *op, struct run *r, const struct source *s,
			     struct inventory *v)
{
	struct inventory_wish wish = wish_of(r, false);
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	int rc = ask(op, r, &wish, &ask_for);

	steps_begin(&r->steps, "Indexing file system");
	if (rc < 0 || (rc = tree_of_directory(op, s->fd, s->name, &ask_for, &t)) < 0) {
		steps_clear(&r->steps);
		return rc;
	}
	steps_done(&r->steps, "Indexed file system", s->name);
	v->subject = (struct subject){ .kind = SUBJECT_DIRECTORY, .name = s->name };
	return catalog(op, r, &wish, t, v);
}

static int look_at_file(struct op *op, struct run *r, const struct source *s, struct inventory *v)
{
	struct inventory_wish wish = wish_of(r, false);
	struct at at = at_of_fd(s->fd, 0, s->size, s->name);
	struct tree_given given = { .path = str_base_name(s->name), .at = &at, .mode = 0755 };
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	int rc = ask(op, r, &wish, &ask_for);

	if (given.path.len == 0 || str_eq(given.path, S("-")))
		given.path = S("stdin");
	if (rc < 0 || (rc = tree_of_files(op, &given, 1, &ask_for, &t)) < 0)
		return rc;
	v->subject = (struct subject){ .kind = SUBJECT_FILE, .name = s->name };
	return catalog(op, r, &wish, t, v);
}

static int look(struct op *op, struct run *r, const struct source *s, ptrdiff_t i,
		struct inventory *v)
{
	switch (s->kind) {
	case SOURCE_IMAGES:
	case SOURCE_TAR:
		return look_at_layers(op, r, &s->image[i], v);
	case SOURCE_DIRECTORY:
		return look_at_directory(op, r, s, v);
	case SOURCE_FILE:
		return look_at_file(op, r, s, v);
	default:
		return sbom_report_read(op, s, v);
	}
}

static int run_source(struct op *op, struct run *r, const struct source *s)
{
	ptrdiff_t n = s->kind == SOURCE_IMAGES ? s->image_n : 1;
	bool whole = true;

	for (ptrdiff_t i = 0; i < n; i++) {
		struct inventory *v = op_new(op, struct inventory, 1);
		if (!v || look(op, r, s, i, v) < 0 || sbom_report_write(op, r->cli, r->o, v, i) < 0)
			return op->code;
		whole &= v->warning_n == 0;
	}
	return whole ? 0 : 4;
}

/* The operand, or "convert" and an SBOM. */
static int operand(struct op *op, const struct cli *cli, str *ret)
{
	bool convert = cli->operand.n > 0 && str_eq(cli->operand.p[0], S("convert"));

	if (cli->operand.n == (convert ? 2 : 1)) {
		*ret = cli->operand.p[cli->operand.n - 1];
		return convert && !str_starts(*ret, S("sbom:"))
			       ? op_text(op, ret, "sbom:%.*s", STR_ARG(*ret))
			       : 0;
	}
	return op_fail(op, ERR_USAGE,
		       convert ? "'convert' takes one bill of materials"
			       : "name one image, directory or file; see temper sbom --help");
}

int verb_sbom_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct sbom_options *o = options;
	struct run *r = op_new(op, struct run, 1);
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	AUTO_SOURCE source = { .fd = -1 };
	struct source_wish wish = { .platform = o->platform,
				    .all_platforms = o->all_platforms,
				    .trust = o->trust,
				    .offline = o->offline,
				    .insecure = o->insecure,
				    .note = note_source };
	str what;

	if (o->list)
		return list_catalogers(op, cli);
	if (!r || operand(op, cli, &what) < 0 || sbom_report_check(op, o) < 0 ||
	    split_commas(op, &o->from, &wish.from) < 0 ||
	    split_commas(op, &o->only, &r->only) < 0 || check_catalogers(op, &r->only) < 0)
		return op->code;
	/* Looking at an image makes no store, and needs none. */
	int no_store = o->store.len ? store_open(op, o->store, &store)
				    : store_open_found(op, S(""), &store);
	if (no_store < 0)
		return no_store;
	r->cli = cli;
	r->o = o;
	steps_init(&r->steps, &cli->err, o->progress, o->quiet);
	wish.arg = &r->steps;
	steps_begin(&r->steps, "Loading image");
	if (source_open(op, what, &wish, no_store ? NULL : &store, &source) < 0) {
		steps_clear(&r->steps);
		return op->code;
	}
	if (source.kind == SOURCE_IMAGES)
		steps_done(&r->steps, "Loaded image", source.name);
	return run_source(op, r, &source);
}
