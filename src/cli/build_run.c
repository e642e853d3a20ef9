#include "build_run.h"

struct build_source source_of(const struct source_options *o, str recipe)
{
	return (struct build_source){ .recipe = recipe, .lock = o->lock, .mirror = o->mirror, .effects = o->effects,
				      .vendor = o->vendor, .offline = o->offline };
}

static void begin(void *arg, const char *step)
{
	progress_step(arg, step);
}

static void done(void *arg, const char *step, str detail)
{
	(void)step;
	progress_done(arg, "%.*s", STR_ARG(detail));
}

static void bytes(void *arg, uint64_t have, uint64_t total)
{
	progress_bytes(arg, have, total);
}

struct build_voice voice_of(struct progress *p)
{
	return (struct build_voice){ .begin = begin, .done = done, .bytes = bytes, .arg = p };
}
