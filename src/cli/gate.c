/*
 * An image is looked at once: inventory, audit and secrets in the same pass; its base, where it is named,
 * likewise, for what was weakened, and is taken for what the name stands for now.
 */
#include "gate.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "policy/facts_json.h"
#include "report/text.h"
#include "scan/base.h"
#include "scan/facts.h"
#include "sys/file.h"

void gate_say(const struct cli *cli, str text)
{
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	buf_init(&b, &own, LIMIT_DOCUMENT);
	buf_add(&b, S("temper: "));
	text_safe(&b, text);
	buf_char(&b, '\n');
	if (!b.bad && term_write(&own, &cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
}

int gate_now(struct op *op, int64_t *ret)
{
	return scan_options_now(op, ret);
}

/* Is it a file of facts? By its name and its first byte: an image's archive has neither. */
static int read_facts(struct op *op, str what, struct gate_facts *g)
{
	const char *name = op_cstr(op, what);
	struct stat st;
	str bytes;

	if (!name)
		return op->code;
	if (!str_ends(what, S(".json")) || (stat(name, &st) == 0 && !S_ISREG(st.st_mode)))
		return 1;
	if (file_read_user(op, what, LIMIT_SBOM, &bytes) < 0)
		return op->code;
	g->whole = true;
	g->file = what;
	g->digest = digest_of(bytes);
	return facts_json_read(op, what, bytes, &g->facts, &g->report, &g->inventory);
}

static struct look_wish wish_of(const struct gate_options *o)
{
	return (struct look_wish){ .from = o->from,
				   .insecure = o->insecure,
				   .platform = o->platform,
				   .name = o->name,
				   .store = o->store,
				   .progress = o->progress,
				   .trust = o->trust,
				   .offline = o->offline,
				   .compare = true,
				   .licences = true,
				   .quiet = o->quiet,
				   .verbose = o->verbose };
}

static int make(struct op *op, const struct gate_options *o, int64_t now, struct look *look,
		struct database *db, struct gate_facts *ret)
{
	struct scan_options scan = { .vex = o->vex, .no_ignorefile = true };
	struct scan_asked asked;

	if (scan_options_read(op, &scan, &asked) < 0)
		return op->code;
	asked.wish.now = now;
	asked.wish.waivers = (struct waivers){ 0 };
	if (look_at(op, look, 0, &ret->inventory) < 0)
		return op->code;
	ret->whole = ret->inventory.warning_n == 0;
	asked.wish.match.declared = ret->inventory.subject.kind == SUBJECT_DIRECTORY;
	if (facts_make(op, db, &ret->inventory, &look->checks, &look->config, &asked.wish,
		       &ret->report, &ret->facts) < 0)
		return op->code;
	return base_find(op, look->store.dir >= 0 ? &look->store : NULL, &ret->inventory,
			 &ret->facts.base);
}

static int open_look(struct op *op, const struct cli *cli, const struct gate_options *o, str what,
		     int64_t now, struct look *look)
{
	struct audit_options how = { .secrets = !o->no_secrets,
				     .secret_rules = o->secret_rules,
				     .secret_skip = o->secret_skip,
				     .now = now };
	struct look_wish wish = wish_of(o);

	look_init(look, cli, &wish);
	if (audit_open(op, &how, &look->wish.audit) < 0 || look_open(op, look, what) < 0)
		return op->code;
	return look->n == 1
		       ? 0
		       : op_fail(op, ERR_USAGE, "%.*s has several images: choose with --platform",
				 STR_ARG(what));
}

/* The image that was named as the base: what it has, and that it is the current one. */
static int take_base(struct op *op, const struct cli *cli, const struct gate_options *o,
		     int64_t now, struct database *db, struct gate_facts *g)
{
	struct gate_facts *base = op_new(op, struct gate_facts, 1);
	struct hardening *h = op_new(op, struct hardening, 1);
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct gate_options of_base = *o;
	struct facts_base *b = &g->facts.base;

	of_base.name = S("");
	of_base.vex = (struct texts){ 0 };
	if (!base || !h || open_look(op, cli, &of_base, o->base, now, &look) < 0 ||
	    make(op, &of_base, now, &look, db, base) < 0 ||
	    hardening_make(op, &base->facts, &g->facts, h) < 0)
		return op->code;
	g->facts.hardening = h;
	if (!b->known || b->name.len == 0)
		b->name = o->base;
	b->known = true;
	b->current = base->inventory.subject.manifest;
	b->current_known = !digest_is_zero(&b->current);
	b->current_created = base->inventory.subject.created;
	return 0;
}

int gate_facts_make(struct op *op, const struct cli *cli, const struct gate_options *o, str what,
		    int64_t now, struct look *look, struct database *db, struct gate_facts *ret)
{
	int rc = read_facts(op, what, ret);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (o->base.len)
			return op_fail(
				op, ERR_USAGE,
				"--base goes with an image; %.*s says what it was compared with",
				STR_ARG(what));
		if (o->name.len)
			ret->inventory.subject.name = o->name;
		return 0;
	}
	if ((rc = database_open(op, o->db, db)) < 0 || open_look(op, cli, o, what, now, look) < 0 ||
	    make(op, o, now, look, db, ret) < 0)
		return op->code;
	return o->base.len ? take_base(op, cli, o, now, db, ret) : 0;
}
