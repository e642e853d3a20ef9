#include "build_run.h"

#include "base/buf.h"
#include "base/utf8.h"

enum { SAY_MAX = 16 << 20 }; /* bytes of a script and what to write for it */

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
static void say(struct progress *p, const char *before, str text, const char *after)
{
	struct buf b;
	AUTO_OP own;

	progress_clear(p);
	op_init(&own, 0);
	buf_init(&b, &own, SAY_MAX);
	buf_add(&b, str_of(before));
	while (text.len) {
		ptrdiff_t n = text.p[0] == '\n' || text.p[0] == '\t' ? 1 : utf8_printable(text);
		if (n)
			buf_add(&b, str_head(text, n));
		else
			buf_fmt(&b, "\\x%02x", (unsigned char)text.p[0]);
		text = str_from(text, n ? n : 1);
	}
	buf_add(&b, str_of(after));
	if (!b.bad && term_write(&own, &p->term, buf_view(&b)) < 0)
		op_forgive(&own);
}

static void unanswered(void *arg, str text)
{
	say(arg, "", text, "");
}

/* Also with --quiet: a build that says nothing has nothing to say. */
static void warn(void *arg, str text)
{
	say(arg, "warning: ", text, "\n");
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
