#include "build/notices.h"
#include "build_report.h"
#include "report/notices_text.h"

enum { TEXT_MAX = 1 << 30 }; /* bytes of what is printed */

struct notices_options {
	str store, platform;
	bool json;
};

static const struct option table[] = {
	{ "json", 0, OPTION_FLAG, NULL, offsetof(struct notices_options, json), "Result",
	  "Print JSON." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct notices_options, platform),
	  "Result", "Of a multi-platform image, the one to tell of; without it, this machine's." },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct notices_options, store), "Place",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper notices nginx >NOTICES", "The texts to hand on with an image:" },
	{ "temper notices --json oci-archive:theirs.tar", "Of any image, for a program:" },
};

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct notices_options *o = options;
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	struct notices n;
	struct side side;
	struct buf b;
	str text;

	if (store_open(op, o->store, &store) < 0 ||
	    side_open(op, &store, cli->operand.p[0], o->platform, &notices_wish, &side) < 0 ||
	    notices_make(op, &side, &n) < 0)
		return op->code;
	buf_init(&b, op, TEXT_MAX);
	if (o->json)
		notices_json_write(&b, &n, false);
	else
		notices_text_write(&b, &n);
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return op->code;
	return n.missing ? 4 : 0;
}

const struct verb verb_notices = {
	.name = "notices",
	.operands = "IMAGE",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "print the copyright notices and licences of an image",
	.description =
		"Prints what licences ask to be handed on with programs: the copyright text of every "
		"package, each once however many packages have it, and the licences that these refer "
		"to. All of it comes out of the image itself, which is a name in the local store, "
		"oci-dir:DIR, oci-archive:FILE or docker-archive:FILE; a lock or a recipe stands for "
		"the image that was built from it.\n\n"
		"Exit 4 when the image lacks a text; it is named first.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct notices_options),
	VERB_EXAMPLES(example),
	.run = run,
};
