#include "build_options.h"

static const struct option table[] = {
	{ "verify", 0, OPTION_FLAG, NULL, offsetof(struct rebuild_options, verify), "Result",
	  "Compare the result with IMAGE; exit 1 if they differ." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct rebuild_options, platform),
	  "Result", "Of a multi-platform image, the one to rebuild; without it, all." },
	SOURCE_OPTIONS(struct rebuild_options, source),
	PROGRESS_OPTIONS(struct rebuild_options, progress),
};

static const struct example example[] = {
	{ "temper rebuild --verify nginx:latest", "Is this image what its recipe and lock make?" },
};

const struct verb verb_rebuild = {
	.name = "rebuild",
	.operands = "IMAGE",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "build an image again from the lock inside it, and compare",
	.description = "Takes the recipe and the lock that are recorded in the image, builds "
		       "again, and compares: file "
		       "systems (diff_ids) and configuration always, compressed digests where the "
		       "compressor that the lock "
		       "names is at hand. It says which of them it could compare.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct rebuild_options),
	VERB_EXAMPLES(example),
	.run = verb_rebuild_run,
};
