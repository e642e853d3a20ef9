#include "build/notices.h"
#include "build_report.h"
#include "report/notices_text.h"

enum { TEXT_MAX = 1 << 30 }; /* bytes of what is printed */

struct notices_options {
	str store, platform, mirror;
	bool json, sources, offline;
};

static const struct option table[] = {
	{ "json", 0, OPTION_FLAG, NULL, offsetof(struct notices_options, json), "Result",
	  "Print JSON." },
	{ "sources", 0, OPTION_FLAG, NULL, offsetof(struct notices_options, sources), "Result",
	  "List the source packages instead, with the digests of their .dsc and archives." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct notices_options, platform),
	  "Result", "Of a multi-platform image, the one to tell of; without it, this machine's." },
	{ "mirror", 0, OPTION_TEXT, "URL", offsetof(struct notices_options, mirror), "Place",
	  "For --sources: the mirror to ask; without it, this machine's." },
	{ "offline", 0, OPTION_FLAG, NULL, offsetof(struct notices_options, offline), "Place",
	  "For --sources: use nothing but what the store has." },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct notices_options, store), "Place",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper notices nginx >NOTICES", "The texts to hand on with an image:" },
	{ "temper notices --sources nginx", "Where is the source of all that is in it?" },
	{ "temper notices --json oci-archive:theirs.tar", "Of any image, for a program:" },
};

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct notices_options *o = options;
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	const struct notices_sources where = { .mirror = o->mirror, .offline = o->offline };
	struct text_style style = style_of(&cli->out, false);
	struct notices n;
	struct side side;
	struct buf b;
	str text;

	if (store_open(op, o->store, &store) < 0 ||
	    side_open(op, &store, cli->operand.p[0], o->platform, &notices_wish, &side) < 0 ||
	    notices_make(op, &side, &n) < 0)
		return op->code;
	if (o->sources && notices_sources_find(op, &store, &side, &where, &n) < 0)
		return op->code;
	buf_init(&b, op, TEXT_MAX);
	if (o->json)
		notices_json_write(&b, &n, o->sources);
	else if (o->sources)
		notices_sources_write(&b, &n, &style);
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
		"Prints what licences ask to be handed on with programs: the copyright text of "
		"every "
		"package, each once however many packages have it, and the licences that these "
		"refer "
		"to. All of it comes out of the image itself, which is a name in the local store, "
		"or one of any place (docker-archive:FILE, oci-dir:DIR, docker:NAME, registry:NAME "
		"...); a lock or a recipe stands for the image that was built from it.\n\n"
		"With --sources it lists the source packages instead, with the licences that ask "
		"for "
		"the source marked, and the files of each with size and SHA-256, as Debian's "
		"signed "
		"index of sources names them: what to keep a copy of, or to hand out on "
		"request.\n\n"
		"Packages that are not Debian's have their texts below usr/share/licenses, in their own "
		"list of files, or, of a language, beside what tells of them.\n\n"
		"Exit 4 when the image lacks a text, or the archive a source; it is named.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct notices_options),
	VERB_EXAMPLES(example),
	.run = run,
};
