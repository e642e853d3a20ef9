#include <string.h>

#include "base/limits.h"
#include "build_report.h"
#include "inventory/inventory.h"
#include "look.h"
#include "sbom_options.h"
#include "sbom_report.h"

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

static int run_source(struct op *op, struct look *l, const struct sbom_options *o)
{
	bool whole = true;

	for (ptrdiff_t i = 0; i < l->n; i++) {
		struct inventory *v = op_new(op, struct inventory, 1);
		if (!v || look_at(op, l, i, v) < 0 || sbom_report_write(op, l->cli, o, v, i) < 0)
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
	struct look_wish wish = { .from = o->from,
				  .only = o->only,
				  .insecure = o->insecure,
				  .platform = o->platform,
				  .scope = o->scope,
				  .name = o->name,
				  .version = o->version,
				  .store = o->store,
				  .progress = o->progress,
				  .all_platforms = o->all_platforms,
				  .trust = o->trust,
				  .offline = o->offline,
				  .files = o->files,
				  .quiet = o->quiet,
				  .verbose = o->verbose };
	str what;

	if (o->list)
		return list_catalogers(op, cli);
	if (operand(op, cli, &what) < 0 || sbom_report_check(op, o) < 0)
		return op->code;
	wish.licences = sbom_report_wants_licences(&o->output, o->verbose);
	AUTO_LOOK look;
	look_init(&look, cli, &wish);
	if (look_open(op, &look, what) < 0)
		return op->code;
	return run_source(op, &look, o);
}
