#include "base/limits.h"
#include "build_report.h"
#include "lint/dockerfile.h"
#include "report/advice_text.h"
#include "scan/advise.h"
#include "scan/catalogue.h"
#include "scan/image.h"
#include "scan_options.h"
#include "sys/file.h"

enum {
	KNOWN_MAX = 40, /* images of the store that are looked at */
	SHOWN = 5,
};

struct advise_options {
	struct scan_options scan;
	str form, target;
	bool all, dev, no_store;
};

#define AT(member) offsetof(struct advise_options, member)
#define OF_SCAN(member) AT(scan.member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FORMAT", AT(form), "Result",
	  "table (without it), json or markdown.", "table json markdown" },
	{ "all", 'a', OPTION_FLAG, NULL, AT(all), "Result",
	  "Every base that fits, not the best five." },
	{ "dev", 0, OPTION_FLAG, NULL, AT(dev), "Result",
	  "Variants with a shell and a package manager too: for stages that build." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(scan.quiet), "Result", "No progress." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(scan.progress), "Result", "How progress is shown.",
	  "auto plain tree" },
	{ "target", 0, OPTION_TEXT, "STAGE", AT(target), "What is looked at",
	  "Of a Dockerfile, the stage whose base is to be replaced; without it, the last." },
	{ "no-known", 0, OPTION_FLAG, NULL, AT(no_store), "What is looked at",
	  "Only the catalogue, not the images that the store has." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(scan.platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	SCAN_WHERE_OPTIONS(OF_SCAN),
};

static const struct example example[] = {
	{ "temper advise registry.example/app:1.4", "What else could it stand on?" },
	{ "temper advise Dockerfile -o markdown", "For a pull request:" },
};

struct run {
	const struct cli *cli;
	const struct advise_options *o;
	struct database *db;
	struct advices advices;
	struct texts libraries;
	struct config config;
	const struct report *now; /* NULL: the image is not here */
	VEC(struct advice_base) base;
};

/* ---- what it is now ---- */

static int look_at_image(struct op *op, struct run *r, struct look *look, str what)
{
	struct inventory *inv = op_new(op, struct inventory, 1);
	struct report *now = op_new(op, struct report, 1);

	if (!inv || !now || look_open(op, look, what) < 0 || look_at(op, look, 0, inv) < 0 ||
	    scan_plain(op, r->db, inv, now) < 0)
		return op->code;
	r->now = now;
	r->libraries = look->reach.closure;
	r->config = look->config;
	return advise_needs(op, inv, &r->config, &r->libraries, &r->advices.need,
			    &r->advices.need_n);
}

/* The image that the wanted stage of a Dockerfile stands on, through its other stages. */
static int base_of_dockerfile(struct op *op, const struct run *r, str path, str bytes, str *ret)
{
	struct dockerfile d;
	const struct pairs none = { 0 };

	if (dockerfile_parse(op, path, bytes, &d) < 0 ||
	    dockerfile_resolve(op, &d, &none, r->o->target) < 0)
		return op->code;
	int stage = d.target;
	while (stage >= 0 && d.stage[stage].base_stage >= 0)
		stage = d.stage[stage].base_stage;
	if (stage < 0 || d.stage[stage].base_stage == DOCKERFILE_SCRATCH)
		return op_fail(op, ERR_USAGE,
			       "%.*s is built on nothing: there is no base to replace",
			       STR_ARG(path));
	*ret = d.stage[stage].image;
	if (ret->len == 0)
		return op_fail(op, ERR_USAGE,
			       "%.*s:%d: the base is %.*s, and a build argument in it has no value",
			       STR_ARG(path), d.stage[stage].line, STR_ARG(d.stage[stage].base));
	return 0;
}

static int look_at_dockerfile(struct op *op, struct run *r, struct look *look, str path)
{
	str bytes, base;

	if (file_read_user(op, path, LIMIT_DOCUMENT, &bytes) < 0 ||
	    base_of_dockerfile(op, r, path, bytes, &base) < 0)
		return op->code;
	r->advices.base = base;
	int rc = look_at_image(op, r, look, base);
	if (rc == ERR_USAGE || rc == ERR_NET) { /* it is not here: its name must do */
		op_forgive(op);
		rc = advise_needs_of_name(op, base, &r->advices.need, &r->advices.need_n);
	}
	if (rc == 0 && !r->now && r->advices.need_n == 0)
		return op_fail(op, ERR_USAGE,
			       "%.*s is not here, and its name does not tell what it is for: name an "
			       "image that is",
			       STR_ARG(base));
	return rc;
}

static bool is_dockerfile(str path)
{
	str name = str_base_name(path);

	return str_find_str(name, S("ockerfile")) >= 0 ||
	       str_find_str(name, S("ontainerfile")) >= 0;
}

/* ---- what it could be ---- */

static int add_base(struct op *op, struct run *r, const char *from, str name, str what,
		    uint64_t size, const struct inventory *inv)
{
	struct advice_base *b = vec_push(op, &r->base);
	struct report *report = op_new(op, struct report, 1);

	if (!b || !report || scan_plain(op, r->db, inv, report) < 0)
		return op->code;
	*b = (struct advice_base){ name, what, from, report, size };
	return 0;
}

static bool is_dev(str name)
{
	return str_ends(name, S("-dev")) || str_eq(name, S("dev"));
}

static int add_catalogue(struct op *op, struct run *r)
{
	for (size_t i = 0; i < catalogue_images_n; i++) {
		const struct catalogue_image *c = &catalogue_images[i];
		struct inventory *inv = op_new(op, struct inventory, 1);
		if (!r->o->dev && is_dev(str_of(c->name)))
			continue;
		if (!inv || catalogue_inventory(op, c, inv) < 0 ||
		    add_base(op, r, "catalogue", str_of(c->name), str_of(c->what), c->unpacked,
			     inv) < 0)
			return op->code;
	}
	return 0;
}

static bool is_in_catalogue(str name)
{
	str bare = str_ends(name, S(":latest")) ? str_head(name, name.len - 7) : name;

	for (size_t i = 0; i < catalogue_images_n; i++)
		if (str_eq(bare, str_of(catalogue_images[i].name)))
			return true;
	return false;
}

static int add_known_image(struct op *op, struct run *r, const struct store *store,
			   const struct store_image *at)
{
	struct inventory *inv = op_new(op, struct inventory, 1);
	struct image image;
	int rc = inv ? image_get(op, store, &at->digest, r->o->scan.platform, &image) : op->code;

	if (rc > 0)
		return 0; /* pruned */
	if (rc == 0)
		rc = scan_image_inventory(op, store, &image, inv);
	if (rc == 0)
		return add_base(op, r, "store", at->name, S(""), inv->subject.size, inv);
	if (rc == ERR_MEMORY)
		return rc;
	op_forgive(op); /* another platform's, or damaged: no base to offer */
	return 0;
}

static int add_known(struct op *op, struct run *r, const struct store *store, str operand)
{
	static const str scheme = S_INIT("store:");
	struct store_image *list;
	ptrdiff_t n, looked = 0;

	if (str_starts(operand, scheme))
		operand = str_from(operand, scheme.len);

	if (store_image_list(op, store, &list, &n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n && looked < KNOWN_MAX; i++) {
		str bare = str_head(list[i].name, str_rfind(list[i].name, ':'));
		if (is_in_catalogue(list[i].name) || str_eq(bare, operand) ||
		    str_eq(list[i].name, operand) || (!r->o->dev && is_dev(bare)))
			continue;
		looked++;
		if (add_known_image(op, r, store, &list[i]) < 0)
			return op->code;
	}
	return 0;
}

/* ---- telling ---- */

static int say(struct op *op, const struct run *r)
{
	struct text_style style = style_of(&r->cli->out, false);
	ptrdiff_t most = r->o->all ? 0 : SHOWN;
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_SBOM);
	if (str_eq(r->o->form, S("json")))
		advice_json_write(&b, &r->advices);
	else if (str_eq(r->o->form, S("markdown")))
		advice_markdown_write(&b, &r->advices, most);
	else
		advice_text_write(&b, &r->advices, most, &style);
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &r->cli->out, text);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct advise_options *o = options;
	struct look_wish wish = scan_options_look(&o->scan);
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct run r = { .cli = cli, .o = o, .db = &db };
	str operand = cli->operand.p[0];

	wish.evidence = true;
	look_init(&look, cli, &wish);
	r.advices.subject = operand;
	if (database_open(op, o->scan.db, &db) < 0)
		return op->code;
	int rc = is_dockerfile(operand) ? look_at_dockerfile(op, &r, &look, operand)
					: look_at_image(op, &r, &look, operand);
	if (rc < 0 || add_catalogue(op, &r) < 0 ||
	    (!o->no_store && look.store.path.p &&
	     add_known(op, &r, &look.store, is_dockerfile(operand) ? r.advices.base : operand) < 0))
		return op->code;
	steps_clear(&look.steps);
	if (advise_make(op, r.now, &r.config, &r.libraries, r.base.p, r.base.n, &r.advices) < 0)
		return op->code;
	return say(op, &r);
}

const struct verb verb_advise = {
	.name = "advise",
	.operands = "IMAGE|DOCKERFILE",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "rank the bases that an image could stand on instead",
	.description = "Tells what the image needs of its base, by how it is started and what lies "
		       "in it (of a Dockerfile: by the "
		       "base of its last stage), and which images bring that: those that temper "
		       "ships, by their locks, and those "
		       "of the store. For each: the findings of its packages, size, number of "
		       "packages, and what the change costs: "
		       "another version of the language, no shell, another C library, a library to "
		       "add. Findings of the "
		       "application itself are told apart: a base does not change them.\n\n"
		       "Exit 0 whatever the answer is.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct advise_options),
	VERB_EXAMPLES(example),
	.run = run,
};
