#include "look.h"

#include "base/limits.h"
#include "build_report.h"
#include "inventory/inventory.h"
#include "report/inventory_text.h"
#include "sbom/read.h"

enum { LEDGER_LINES = 5 }; /* of each kind that a terminal shows without -v */

/* "a,b" "c": a b c. */
int look_split(struct op *op, const struct texts *in, struct texts *ret)
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
static void tell(struct look *l, const struct inventory *v)
{
	struct text_style style = style_of(&l->cli->err, l->wish.verbose);
	bool whole = v->warning_n == 0;
	char text[DIGEST_TEXT];
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	const struct digest *d =
		digest_is_zero(&v->subject.manifest) ? &v->subject.config : &v->subject.manifest;
	steps_done(&l->steps, "Cataloged contents",
		   digest_is_zero(d) ? v->subject.name : str_of(digest_text(d, text)));
	steps_child(&l->steps, "Packages", whole, false, "[%td package%s]", v->package_n,
		    v->package_n == 1 ? "" : "s");
	if (v->file_n)
		steps_child(&l->steps, "File digests", v->changed_n == 0, false,
			    "[%td files, %llu compared, %td changed or missing]", v->file_n,
			    (unsigned long long)v->compared, v->changed_n);
	else if (v->compared)
		steps_child(&l->steps, "File digests", v->changed_n == 0, false,
			    "[%llu compared, %td changed or missing]",
			    (unsigned long long)v->compared, v->changed_n);
	steps_child(&l->steps, "Executables", v->unknown_n == 0, whole,
		    "[%llu executables: %llu owned, %llu recognised, %td unknown]",
		    (unsigned long long)v->executables, (unsigned long long)v->owned,
		    (unsigned long long)v->recognised, v->unknown_n);
	if (!whole)
		steps_child(&l->steps, "Unreadable", false, true, "[%td part%s]", v->warning_n,
			    v->warning_n == 1 ? "" : "s");
	if (l->wish.quiet)
		return;
	struct inventory shown = *v;
	if (!l->steps.tree &&
	    !l->wish.verbose) /* why the answer is not whole is told in any case */
		shown.unknown_n = shown.changed_n = 0;
	buf_init(&b, &own, LIMIT_DOCUMENT);
	inventory_ledger_write(&b, &shown, l->wish.verbose ? 0 : LEDGER_LINES, &style);
	if (!b.bad && term_write(&own, &l->cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
}

static void tell_checks(struct look *l)
{
	ptrdiff_t n[OUTCOMES] = { 0 };

	for (ptrdiff_t i = 0; i < l->checks.n; i++)
		n[l->checks.p[i].outcome]++;
	steps_done(&l->steps, "Audited", S("hardening"));
	steps_child(&l->steps, "Rules", n[OUTCOME_FAIL] == 0, true,
		    "[%td kept, %td broken, %td that cannot be told]", n[OUTCOME_PASS],
		    n[OUTCOME_FAIL], n[OUTCOME_ERROR]);
}

static int judge(struct op *op, struct look *l, const struct tree *t, struct inventory *v)
{
	bool needed = l->wish.audit || l->wish.hear;

	l->config = (struct config){ 0 };
	if (config_read(op, v->subject.config_json, &v->subject.annotations, &l->config) < 0 &&
	    (needed || (op->code != ERR_FORMAT && op->code != ERR_LIMIT)))
		return op->code;
	op_forgive(op); /* who only wants to know what is in it need not know how it is started */
	if ((l->wish.hear && l->wish.hear(op, l->wish.arg, &v->subject, &l->config) < 0))
		return op->code;
	if (!l->wish.audit)
		return 0;
	steps_begin(&l->steps, "Auditing");
	if (audit_make(op, l->wish.audit, t, v, &l->config, &l->checks) < 0 ||
	    audit_mask(op, l->wish.audit, &v->subject, &l->config) < 0) {
		steps_clear(&l->steps);
		return op->code;
	}
	tell_checks(l);
	return 0;
}

static int catalog(struct op *op, struct look *l, const struct inventory_wish *wish,
		   const struct tree *t, struct inventory *v)
{
	int rc;

	steps_begin(&l->steps, "Cataloging contents");
	steps_note(&l->steps, 0, 0);
	rc = inventory_make(op, t, wish, v);
	if (rc == 0 && l->wish.evidence)
		rc = evidence_make(op, t, v, &l->reach);
	if (rc < 0) {
		steps_clear(&l->steps);
		return rc;
	}
	if (l->wish.name.len)
		v->subject.name = l->wish.name;
	if (l->wish.version.len)
		v->subject.version = l->wish.version;
	tell(l, v);
	return judge(op, l, t, v);
}

static struct inventory_wish wish_of(const struct look *l, bool image)
{
	return (struct inventory_wish){ .image = image,
					.licences = l->wish.licences,
					.programs = l->wish.evidence,
					.files = l->wish.files,
					.compare = l->wish.compare,
					.hidden = image && str_eq(l->wish.scope, S("all-layers")),
					.only = l->wish.only };
}

static int ask(struct op *op, struct look *l, const struct inventory_wish *wish,
	       struct tree_wish *ret)
{
	int rc = inventory_interest(op, wish, ret);
	if (rc == 0 && l->wish.audit)
		rc = audit_wish(op, l->wish.audit, ret);
	ret->verify = !l->wish.trust;
	ret->note = note_bytes;
	ret->arg = &l->steps;
	return rc;
}

/* An image, or a tar of files, which is a tree like a directory. */
static int look_at_layers(struct op *op, struct look *l, struct source_image *image,
			  struct inventory *v)
{
	bool is_image = image->subject.kind == SUBJECT_IMAGE;
	struct inventory_wish wish = wish_of(l, is_image);
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	char text[DIGEST_TEXT];
	int rc = ask(op, l, &wish, &ask_for);

	if (rc < 0)
		return rc;
	steps_begin(&l->steps, is_image ? "Parsing image" : "Parsing archive");
	if ((rc = tree_of_layers(op, image->layer, image->layer_n, &ask_for, &t)) < 0) {
		steps_clear(&l->steps);
		return rc;
	}
	steps_done(&l->steps, is_image ? "Parsed image" : "Parsed archive",
		   is_image ? str_of(digest_text(&image->subject.config, text))
			    : image->subject.name);
	v->subject = image->subject;
	return catalog(op, l, &wish, t, v);
}

static int look_at_directory(struct op *op, struct look *l, const struct source *s,
			     struct inventory *v)
{
	struct inventory_wish wish = wish_of(l, false);
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	int rc = ask(op, l, &wish, &ask_for);

	steps_begin(&l->steps, "Indexing file system");
	if (rc < 0 || (rc = tree_of_directory(op, s->fd, s->name, &ask_for, &t)) < 0) {
		steps_clear(&l->steps);
		return rc;
	}
	steps_done(&l->steps, "Indexed file system", s->name);
	v->subject = (struct subject){ .kind = SUBJECT_DIRECTORY, .name = s->name };
	return catalog(op, l, &wish, t, v);
}

static int look_at_file(struct op *op, struct look *l, const struct source *s, struct inventory *v)
{
	struct inventory_wish wish = wish_of(l, false);
	struct at at = at_of_fd(s->fd, 0, s->size, s->name);
	struct tree_given given = { .path = str_base_name(s->name), .at = &at, .mode = 0755 };
	AUTO_TREE *t = NULL;
	struct tree_wish ask_for;
	int rc = ask(op, l, &wish, &ask_for);

	if (given.path.len == 0 || str_eq(given.path, S("-")))
		given.path = S("stdin");
	if (rc < 0 || (rc = tree_of_files(op, &given, 1, &ask_for, &t)) < 0)
		return rc;
	v->subject = (struct subject){ .kind = SUBJECT_FILE, .name = s->name };
	return catalog(op, l, &wish, t, v);
}

static int look(struct op *op, struct look *l, const struct source *s, ptrdiff_t i,
		struct inventory *v)
{
	switch (s->kind) {
	case SOURCE_IMAGES:
	case SOURCE_TAR:
		return look_at_layers(op, l, &s->image[i], v);
	case SOURCE_DIRECTORY:
		return look_at_directory(op, l, s, v);
	case SOURCE_FILE:
		return look_at_file(op, l, s, v);
	default:
		return look_read_sbom(op, s, v);
	}
}

int look_read_sbom(struct op *op, const struct source *s, struct inventory *ret)
{
	struct at at = at_of_fd(s->fd, 0, s->size, s->name);
	str bytes;
	int rc = at_all(op, &at, LIMIT_SBOM, &bytes);

	if (rc == 0)
		rc = sbom_read(op, s->name, bytes, ret);
	ret->is_read = true;
	return rc > 0 ? op_fail(op, ERR_FORMAT, "%.*s is no bill of materials that temper knows",
				STR_ARG(s->name))
		      : rc;
}

void look_init(struct look *l, const struct cli *cli, const struct look_wish *wish)
{
	*l = (struct look){ .cli = cli,
			    .wish = *wish,
			    .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 },
			    .source = { .fd = -1 } };
	steps_init(&l->steps, &cli->err, wish->progress, wish->quiet);
}

void look_done(struct look *l)
{
	source_close(&l->source);
	store_close(&l->store);
}

int look_open(struct op *op, struct look *l, str what)
{
	struct look_wish *o = &l->wish;
	struct source_wish wish = { .platform = o->platform,
				    .all_platforms = o->all_platforms,
				    .trust = o->trust,
				    .offline = o->offline,
				    .insecure = o->insecure,
				    .note = note_source,
				    .arg = &l->steps };

	if (look_split(op, &o->from, &wish.from) < 0 || look_split(op, &o->only, &o->only) < 0 ||
	    check_catalogers(op, &o->only) < 0)
		return op->code;
	/* Looking at an image makes no store, and needs none. */
	int no_store = o->store.len ? store_open(op, o->store, &l->store)
				    : store_open_found(op, S(""), &l->store);
	if (no_store < 0)
		return no_store;
	steps_begin(&l->steps, "Loading image");
	if (source_open(op, what, &wish, no_store ? NULL : &l->store, &l->source) < 0) {
		steps_clear(&l->steps);
		return op->code;
	}
	if (l->source.kind == SOURCE_SBOM && o->audit) {
		steps_clear(&l->steps);
		return op_fail(op, ERR_USAGE,
			       "%.*s is a bill of materials, which has no files: name the image",
			       STR_ARG(what));
	}
	if (l->source.kind == SOURCE_IMAGES)
		steps_done(&l->steps, "Loaded image", l->source.name);
	l->n = l->source.kind == SOURCE_IMAGES ? l->source.image_n : 1;
	return 0;
}

int look_at(struct op *op, struct look *l, ptrdiff_t i, struct inventory *ret)
{
	*ret = (struct inventory){ 0 };
	return look(op, l, &l->source, i, ret);
}
