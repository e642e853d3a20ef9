#include "build_run.h"

#include <stdio.h>

#include "base/utf8.h"

struct build_source source_of(const struct source_options *o, str recipe)
{
	return (struct build_source){ .recipe = recipe,
				      .lock = o->lock,
				      .mirror = o->mirror,
				      .effects = o->effects,
				      .vendor = o->vendor,
				      .offline = o->offline };
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

/* Others' words: what could act on a terminal is shown as \xNN. */
static void say(str text)
{
	while (text.len) {
		ptrdiff_t n = text.p[0] == '\n' || text.p[0] == '\t' ? 1 : utf8_printable(text);
		if (n)
			(void)fprintf(stderr, "%.*s", (int)n, text.p);
		else
			(void)fprintf(stderr, "\\x%02x", (unsigned char)text.p[0]);
		text = str_from(text, n ? n : 1);
	}
}

static void unanswered(void *arg, str text)
{
	progress_clear(arg);
	say(text);
}

/* Also with --quiet: a build that says nothing has nothing to say. */
static void warn(void *arg, str text)
{
	progress_clear(arg);
	say(S("warning: "));
	say(text);
	say(S("\n"));
}

struct build_voice voice_of(struct progress *p)
{
	return (struct build_voice){ .begin = begin,
				     .done = done,
				     .bytes = bytes,
				     .warn = warn,
				     .unanswered = unanswered,
				     .arg = p };
}
