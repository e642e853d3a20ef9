/* The way of slimming: read the image, look, plan, write the layers anew, prove, test. */
#include "slim.h"

#include <stdlib.h>

#include "advisory/database.h"
#include "base/limits.h"
#include "base/num.h"
#include "scan/image.h"
#include "slim_impl.h"

struct slimming {
	struct op *op;
	const struct store *store;
	const struct slim_options *options;
	const struct build_voice *voice;
	struct patch_image m;
	struct image was;
	struct slim_facts facts;
	struct slim_answer *answer;
	bool *cut; /* [m.n] */
	struct tests *tests;
	ptrdiff_t tests_n;
	struct patch_layer layer;
	struct inventory inventory;
	struct report before;
	VEC(str) keep, note;
};

static void begin(const struct slimming *s, const char *step)
{
	if (s->voice && s->voice->begin)
		s->voice->begin(s->voice->arg, step);
}

static void done(const struct slimming *s, const char *step, const char *fmt, ptrdiff_t n)
{
	str text;

	if (!s->voice || !s->voice->done || op_text(s->op, &text, "%td %s", n, fmt) < 0)
		return;
	s->voice->done(s->voice->arg, step, text);
}

static int note(struct slimming *s, str text)
{
	str *to = vec_push(s->op, &s->note);

	if (to)
		*to = text;
	return to ? 0 : s->op->code;
}

/* The user's tests, else those of the recipe that an image of temper's carries. */
static int find_tests(struct slimming *s)
{
	struct recipe recipe;
	int rc;

	s->tests = (struct tests *)(uintptr_t)s->options->tests;
	s->tests_n = s->options->tests_n;
	if (s->tests_n || !image_tree_find(&s->m.tree, S("usr/share/temper/lock.json")))
		return 0;
	rc = rebuild_recipe(s->op, s->store, &s->m.image, &recipe);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (recipe.test_files.n > 0)
		return note(s, S("the recipe's tests are in files beside it: name them (--tests)"));
	return recipe_tests(s->op, &recipe, &s->tests, &s->tests_n);
}

/* Names of packages, and those of the packages that have the paths. */
static int find_keeps(struct slimming *s)
{
	for (ptrdiff_t i = 0; i < s->options->keep.n; i++) {
		str word = s->options->keep.p[i], place = S(""), *to;
		bool path = str_starts(word, S("/"));
		const struct entry *e =
			path ? image_tree_find(&s->m.tree, str_from(word, 1)) : NULL;
		const struct patch_owner *o = NULL;
		if (!path) {
			if (!(to = vec_push(s->op, &s->keep)))
				return s->op->code;
			*to = word;
			continue;
		}
		int rc = patch_place(s->op, &s->m, str_from(word, 1), &place);
		if (rc < 0 && rc != ERR_NO)
			return rc;
		op_forgive(s->op);
		for (int k = 0; k < 2; k++)
			for (o = map_get(&s->m.owner, k   ? place
						      : e ? e->path
							  : S(""));
			     o; o = o->next) {
				if (!(to = vec_push(s->op, &s->keep)))
					return s->op->code;
				*to = s->m.installed[o->package].name;
				path = false;
			}
		if (path)
			return op_fail(s->op, ERR_USAGE, "--keep: no package has %.*s",
				       STR_ARG(word));
	}
	return 0;
}

/* What is diverted away for a package, and alternatives that point into one while others are left. */
static int find_choices(struct slimming *s)
{
	struct patch_image *m = &s->m;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < m->divert.n; i++) {
		const struct patch_divert *d = m->divert.item[i].value;
		for (ptrdiff_t k = 0; rc == 0 && k < m->n; k++)
			if (str_eq(m->installed[k].name, d->by))
				rc = op_text(s->op, &s->facts.package[k].choice, "it diverts /%.*s",
					     STR_ARG(m->divert.item[i].key));
	}
	for (ptrdiff_t i = 0; rc == 0 && i < m->tree.n; i++) {
		const struct entry *e = &m->tree.entry[i], *to;
		str text, path, link;
		ptrdiff_t choices = 0;
		if (!str_eq(str_dir_name(e->path), S("var/lib/dpkg/alternatives")) ||
		    !patch_content(m, e->path, &text) ||
		    (rc = op_text(s->op, &link, "etc/alternatives/%.*s",
				  STR_ARG(str_base_name(e->path)))) < 0 ||
		    !(to = image_tree_find(&m->tree, link)))
			continue;
		/* Choices are told by their priorities: lines of digits alone. */
		while (text.len) {
			uint64_t priority;
			choices += num_parse(path = str_cut(&text, '\n'), INT32_MAX, &priority);
		}
		for (const struct patch_owner *o = map_get(&m->owner, to->path);
		     rc == 0 && choices > 1 && o; o = o->next)
			rc = op_text(s->op, &s->facts.package[o->package].choice,
				     "/%.*s is the choice for %.*s among others", STR_ARG(to->path),
				     STR_ARG(str_base_name(e->path)));
	}
	return rc;
}

static int plan(struct slimming *s)
{
	struct slim_input in = { 0 };
	int rc;

	if ((rc = slim_look(s->op, &s->m, s->tests, s->tests_n, &s->facts)) < 0 ||
	    (rc = find_choices(s)) < 0 || (rc = find_keeps(s)) < 0)
		return rc;
	in.package = s->facts.package;
	in.package_n = s->m.n;
	in.doubt = s->facts.doubt;
	in.needs = s->facts.needs;
	in.keep = (struct texts){ s->keep.p, s->keep.n };
	in.drop = s->options->drop;
	if ((rc = slim_plan(s->op, &in, &s->answer)) < 0)
		return rc;
	if (!(s->cut = op_new(s->op, bool, s->m.n)))
		return s->op->code;
	for (ptrdiff_t i = 0; i < s->m.n; i++)
		s->cut[i] = slim_cuts(s->answer[i].rule);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct slimmed_package *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order : str_cmp(x->arch, y->arch);
}

/* What temper wrote into its own image is not made anew. */
static int note_lock(struct slimming *s)
{
	bool cut = false;

	for (ptrdiff_t i = 0; i < s->m.n; i++)
		cut |= s->cut[i];
	if (!cut || !image_tree_find(&s->m.tree, S("usr/share/temper/lock.json")))
		return 0;
	return note(s,
		    S("the image carries a lock of temper's, which goes on to tell of the image as "
		      "it was built"));
}

static int tell(struct slimming *s, struct slimmed *ret)
{
	ret->name = s->m.name;
	ret->platform = str_of(s->m.platform->name);
	ret->os = s->inventory.os.pretty_name;
	ret->base = ret->image = s->was.manifest.digest;
	ret->entry = s->facts.entry;
	ret->doubt = s->facts.doubt;
	ret->dry_run = s->options->dry_run;
	ret->note = (struct texts){ s->note.p, s->note.n };
	ret->bytes_before = ret->bytes_after = s->facts.bytes_all;
	for (ptrdiff_t i = 0; i < s->was.config.layer_n; i++)
		ret->size_before += s->was.config.layer[i].size;
	if (!(ret->package = op_new(s->op, struct slimmed_package, s->m.n)))
		return s->op->code;
	for (ptrdiff_t i = 0; i < s->m.n; i++) {
		const struct slim_answer *a = &s->answer[i];
		ret->package[ret->package_n++] = (struct slimmed_package){
			.name = s->m.installed[i].name,
			.version = s->m.installed[i].version,
			.arch = s->m.installed[i].arch,
			.rule = a->rule,
			.why = a->why,
			.bytes = s->facts.bytes[i],
			.files = s->facts.files[i],
			.dependent = a->dependent,
		};
		ret->cut_n += s->cut[i];
		ret->bytes_after -= s->cut[i] ? s->facts.bytes[i] : 0;
	}
	if (ret->package_n > 1)
		qsort(ret->package, (size_t)ret->package_n, sizeof(*ret->package), by_name);
	return 0;
}

static bool is_of(const struct report *r, const struct finding *f, str name)
{
	const struct package *p = &r->inventory->package[f->package];

	return p->type == PACKAGE_DEB && str_eq(p->name, name);
}

static int tell_findings(struct slimming *s, struct slimmed *ret)
{
	struct report *r = &s->before;

	if (!s->options->database)
		return 0;
	int rc = scan_plain(s->op, s->options->database, &s->inventory, r);
	if (rc < 0 || r->no_database)
		return rc;
	ret->scanned = true;
	ret->findings_before = ret->findings_after = (uint64_t)r->shown_n;
	for (ptrdiff_t i = 0; i < ret->package_n; i++) {
		struct slimmed_package *p = &ret->package[i];
		if (!slim_cuts(p->rule))
			continue;
		if (!(p->cleared.p = op_new(s->op, str, r->shown_n)))
			return s->op->code;
		for (ptrdiff_t k = 0; k < r->shown_n; k++)
			if (is_of(r, &r->finding[k], p->name))
				p->cleared.p[p->cleared.n++] = r->finding[k].id;
		ret->findings_after -= (uint64_t)p->cleared.n;
	}
	return 0;
}

/* SOURCE_DATE_EPOCH, else the image's own. */
static int date(struct slimming *s)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	s->layer.created = s->m.image.config.created;
	if (!epoch || !epoch[0])
		return 0;
	if (!num_parse(str_of(epoch), 253402300799, &seconds))
		return op_fail(s->op, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: %s",
			       epoch);
	s->layer.created = (int64_t)seconds;
	return 0;
}

static int write_image(struct slimming *s, struct slimmed *ret, struct image_descriptor *image)
{
	struct patch_layer *l = &s->layer;
	struct layer_blob top;
	str line;
	int rc;

	*l = (struct patch_layer){ .op = s->op, .m = &s->m };
	map_init(&l->at, s->op);
	map_init(&l->gone, s->op);
	if ((rc = date(s)) < 0 || (rc = slim_paths(l, s->cut)) < 0 ||
	    (rc = slim_database(l, s->cut)) < 0 || (rc = patch_cache(l)) < 0)
		return rc;
	ret->files = (uint64_t)l->gone.n;
	if ((rc = slim_layers(l, s->options->compression)) < 0 ||
	    (rc = op_text(s->op, &line, "temper slim: cut %td package%s", ret->cut_n,
			  ret->cut_n == 1 ? "" : "s")) < 0)
		return rc;
	map_clear(&l->gone); /* no layer below has them any more: there is nothing to white out */
	return patch_write(l, s->options->compression, line, image, &top);
}

/* The inventory has to tell of exactly what stays. */
static int check_packages(struct slimming *s, const struct image *made, struct slimmed *ret)
{
	struct inventory v = { 0 };
	struct report after;
	ptrdiff_t n = 0;
	int rc = scan_image_inventory(s->op, s->store, made, &v);

	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < v.package_n; i++) {
		bool stays = false;
		if (v.package[i].type != PACKAGE_DEB)
			continue;
		for (ptrdiff_t k = 0; k < ret->package_n && !stays; k++)
			stays = !slim_cuts(ret->package[k].rule) &&
				str_eq(ret->package[k].name, v.package[i].name);
		if (!stays)
			return op_fail(s->op, ERR_VERIFY, "the slimmed image still tells of %.*s",
				       STR_ARG(v.package[i].name));
		n++;
	}
	if (n != ret->package_n - ret->cut_n)
		return op_fail(s->op, ERR_VERIFY,
			       "the slimmed image tells of %td packages; %td were to stay", n,
			       ret->package_n - ret->cut_n);
	if (!ret->scanned)
		return 0;
	rc = scan_plain(s->op, s->options->database, &v, &after);
	if (rc == 0)
		ret->findings_after = (uint64_t)after.shown_n;
	return rc;
}

static int prove(struct slimming *s, const struct image_descriptor *image, struct slimmed *ret)
{
	struct image made;
	int rc = image_get(s->op, s->store, &image->digest, S(""), &made);

	if (rc)
		return rc < 0 ? rc : op_fail(s->op, ERR_IO, "the image vanished from the store");
	for (ptrdiff_t i = 0; i < made.config.layer_n; i++)
		ret->size_after += made.config.layer[i].size;
	if ((rc = check_packages(s, &made, ret)) < 0 ||
	    (rc = slim_prove(s->op, s->store, &s->was, &made, &ret->failed)) < 0 || ret->failed.len)
		return rc;
	done(s, "prove", "packages stay, and every library that they need",
	     ret->package_n - ret->cut_n);
	if (!s->tests_n)
		return 0;
	begin(s, "test");
	rc = test_image(s->op, s->store, &made, s->tests, s->tests_n, &ret->test, &ret->test_n);
	if (rc < 0)
		return rc;
	if (!test_none_failed(ret->test, ret->test_n))
		ret->failed = S("a test fails without what was cut");
	done(s, "test", "tests passed", test_count(ret->test, ret->test_n, VERDICT_PASSED));
	return 0;
}

int slim_make(struct op *op, const struct store *store, str what,
	      const struct slim_options *options, const struct build_voice *voice,
	      struct slimmed *ret, struct image_descriptor *ret_image)
{
	struct slimming s = { .op = op, .store = store, .options = options, .voice = voice };
	struct slimmed out = { 0 };
	struct image_descriptor image;
	int rc;

	begin(&s, "read");
	if ((rc = patch_image_open(op, store, what, options->platform, true, &s.m)) < 0)
		return rc;
	s.was = s.m.image;
	image = s.was.manifest;
	done(&s, "read", "packages", s.m.n);
	begin(&s, "resolve");
	if ((rc = find_tests(&s)) < 0 ||
	    (rc = scan_image_inventory(op, store, &s.m.image, &s.inventory)) < 0 ||
	    (rc = plan(&s)) < 0 || (rc = note_lock(&s)) < 0 || (rc = tell(&s, &out)) < 0 ||
	    (rc = tell_findings(&s, &out)) < 0)
		return rc;
	done(&s, "resolve", "packages can go", out.cut_n);
	if (out.cut_n && !options->dry_run) {
		begin(&s, "compose");
		if ((rc = write_image(&s, &out, &image)) < 0)
			return rc;
		done(&s, "compose", "paths gone", (ptrdiff_t)out.files);
		begin(&s, "prove");
		if ((rc = prove(&s, &image, &out)) < 0)
			return rc;
		out.image = image.digest;
		out.changed = true;
	}
	*ret = out;
	*ret_image = image;
	return 0;
}
