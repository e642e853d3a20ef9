#include "many.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/map.h"
#include "base/num.h"
#include "build_report.h"
#include "sys/clock.h"
#include "sys/workers.h"

enum {
	LINE_MAX_BYTES = 4096,
	NAME_WIDTH_MAX = 40,
	SAID_MAX = 32 << 20, /* bytes that a recipe may have printed */
	SUM_MAX = 16 << 20,
};

struct said_head {
	struct many_row row;
	size_t out, err; /* bytes; the rest is for many.more() */
};

int many_refuse(struct op *op, const struct cli *cli, const char *option, const char *why)
{
	return op_fail(op, ERR_USAGE, "%s %s, and there are %td recipes", option, why,
		       cli->operand.n);
}

void many_row_fill(struct many_row *row, const struct built *b)
{
	str name = b->recipe.name;

	(void)snprintf(row->name, sizeof(row->name), "%.*s", STR_ARG(name));
	(void)digest_text(&b->image.digest, row->digest);
	row->unchanged = b->unchanged;
	for (ptrdiff_t i = 0; i < b->n; i++) {
		const struct lock_platform *p =
			lock_platform_find(&b->lock, platform_find(b->platforms.p[i]));
		if (!p)
			continue;
		row->packages = i ? row->packages : p->package_n;
		row->layers += p->layer_n;
		for (ptrdiff_t l = 0; l < p->layer_n; l++) {
			row->size += p->layer[l].size;
			row->made += !b->unchanged && b->outcome[i].layer[l].made;
		}
	}
}

/* In a process of its own */

/* A file in memory that catches what is printed. */
static int catcher(struct op *op, int *fd)
{
	if (*fd >= 0) {
		if (ftruncate(*fd, 0) == 0 && lseek(*fd, 0, SEEK_SET) == 0)
			return 0;
		return op_fail_errno(op, "cannot empty a file in memory");
	}
	*fd = memfd_create("said", MFD_CLOEXEC);
	return *fd < 0 ? op_fail_errno(op, "cannot make a file in memory") : 0;
}

static int caught(struct op *op, int fd, struct buf *said, size_t *ret_n)
{
	uint64_t size;
	str text;
	int rc = file_size(op, fd, S("a file in memory"), &size);

	if (rc < 0 || size == 0)
		return rc;
	char *p = op_new(op, char, size);
	if (!p)
		return op->code;
	if ((rc = file_pread(op, fd, S("a file in memory"), p, (size_t)size, 0)) < 0)
		return rc;
	text = (str){ p, (ptrdiff_t)size };
	buf_add(said, text);
	*ret_n = (size_t)size;
	return 0;
}

static int work(struct op *own, ptrdiff_t i, struct buf *said, void *arg)
{
	struct many *m = arg;
	struct said_head head = { .out = 0 };
	struct cli cli = *m->cli;
	int64_t begun = clock_monotonic_ms();
	struct buf more;
	struct op tell;
	int rc;

	op_init(&tell, 0);
	buf_init(&more, own, SAID_MAX);
	if ((rc = catcher(own, &m->out)) < 0 || (rc = catcher(own, &m->err)) < 0)
		return rc;
	cli.out = (struct term){ .fd = m->out, .width = 100, .utf8 = true };
	cli.err = (struct term){ .fd = m->err, .width = 100, .utf8 = true };
	rc = m->one(own, m, &cli, m->cli->operand.p[i], &head.row, &more);
	session_rest(m->session);
	head.row.ms = clock_monotonic_ms() - begun;
	char *at = buf_room(said, sizeof(head)); /* also of one that failed: what it printed */
	if (at && caught(&tell, m->out, said, &head.out) == 0 &&
	    caught(&tell, m->err, said, &head.err) == 0 && rc >= 0)
		buf_add(said, buf_view(&more));
	op_adopt_error(own, &tell);
	op_done(&tell);
	if (!said->bad)
		memcpy(said->p, &head, sizeof(head));
	return own->code;
}

/* In this one */

static int severity(int exit)
{
	static const int order[] = { 0, 4, 1, 2, 3 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == exit)
			return (int)i;
	return 5;
}

static void worsen(struct many *m, int exit)
{
	if (severity(exit) > severity(m->worst))
		m->worst = exit;
}

static void put_line(struct buf *b, const struct many *m, const struct many_row *r)
{
	struct text_style style = style_of(&m->cli->out, false);
	char size[NUM_SIZE_TEXT];

	text_colour(b, &style, TEXT_BOLD);
	buf_fmt(b, "%-*s", m->name_width, r->name);
	text_colour(b, &style, TEXT_PLAIN);
	buf_fmt(b, "  %.19s  %4td packages  %9s  %3td layers, %3td made  %4lld.%lld s  %s\n",
		r->digest, r->packages, num_size_text(r->size, size), r->layers, r->made,
		(long long)r->ms / 1000, (long long)r->ms % 1000 / 100, r->what);
}

/* The error of one recipe, with its name if it does not tell it. */
static void put_error(struct buf *b, const struct many *m, str recipe, str message)
{
	struct text_style style = style_of(&m->cli->err, false);

	text_colour(b, &style, TEXT_RED);
	buf_add(b, S("temper:"));
	text_colour(b, &style, TEXT_PLAIN);
	buf_char(b, ' ');
	if (str_find_str(message, recipe) < 0) {
		text_safe(b, recipe);
		buf_add(b, S(": "));
	}
	buf_add(b, message);
	buf_char(b, '\n');
}

static int hear(struct op *op, ptrdiff_t i, const struct workers_heard *heard, void *arg)
{
	struct many *m = arg;
	struct said_head head = { .out = 0 };
	str said = heard->said;
	struct buf err, out;
	int rc = 0;

	buf_init(&err, op, SAID_MAX);
	buf_init(&out, op, SAID_MAX);
	if ((size_t)said.len >= sizeof(head)) {
		memcpy(&head, said.p, sizeof(head));
		said = str_from(said, sizeof(head));
		MUST(head.out <= (size_t)said.len && head.err <= (size_t)said.len - head.out);
		buf_add(&out, str_head(said, (ptrdiff_t)head.out));
		buf_add(&err, str_head(str_from(said, (ptrdiff_t)head.out), (ptrdiff_t)head.err));
		said = str_from(said, (ptrdiff_t)(head.out + head.err));
	}
	if (heard->code) {
		m->failed++;
		worsen(m, verbs_exit_code(heard->code));
		put_error(&err, m, m->cli->operand.p[i], heard->message);
	} else {
		m->well++;
		m->unchanged += head.row.unchanged;
		m->made += head.row.made;
		worsen(m, head.row.exit);
		if (m->table)
			put_line(&out, m, &head.row);
		if (m->more)
			rc = m->more(op, m, said);
	}
	progress_clear(&m->line);
	if (rc == 0 && !err.bad)
		rc = term_write(op, &m->cli->err, buf_view(&err));
	if (rc == 0 && !out.bad)
		rc = term_write(op, &m->cli->out, buf_view(&out));
	return rc < 0 ? rc : op->code;
}

static void note(ptrdiff_t done, void *arg)
{
	struct many *m = arg;

	progress_note(&m->line, "%td of %td", done, m->cli->operand.n);
}

/* The names must differ, and what is asked of a mirror is asked once. What is wrong with one recipe
 * is said in its turn. */
static int prepare(struct op *op, struct many *m)
{
	struct build_voice voice = voice_of(&m->line);
	struct map seen;

	map_init(&seen, &m->own);
	for (ptrdiff_t i = 0; i < m->cli->operand.n; i++) {
		struct op_mark mark = op_mark(op);
		str recipe = m->cli->operand.p[i], name = S(""), copy;
		struct build_source source = source_of(m->source, recipe);
		source.session = m->session;
		if (build_prepare(op, &m->store, &source, m->anew, &voice, &name) < 0)
			op_forgive(op);
		const str *other = name.len ? map_get(&seen, name) : NULL;
		if (other)
			return op_fail(op, ERR_USAGE, "%.*s and %.*s both call their image %.*s",
				       STR_ARG(*other), STR_ARG(recipe), STR_ARG(name));
		if (name.len > m->name_width)
			m->name_width = name.len < NAME_WIDTH_MAX ? (int)name.len : NAME_WIDTH_MAX;
		if (name.len && (op_copy(&m->own, name, &copy) < 0 ||
				 map_put(&seen, copy, &m->cli->operand.p[i]) < 0))
			return op_adopt_error(op, &m->own);
		op_reset(op, mark);
		session_rest(m->session);
	}
	return 0;
}

static int say_sum(struct op *op, struct many *m, int64_t ms)
{
	struct buf b;
	str text;

	buf_init(&b, op, SUM_MAX);
	if (m->sum && m->sum(op, m, &b) < 0)
		return op->code;
	text_count(&b, (uint64_t)m->cli->operand.n, "image", "images");
	buf_fmt(&b, ": %td well", m->well);
	if (m->unchanged)
		buf_fmt(&b, " (%td unchanged)", m->unchanged);
	buf_fmt(&b, ", %td failed; ", m->failed);
	text_count(&b, (uint64_t)m->made, "layer", "layers");
	buf_fmt(&b, " made; %lld.%lld s\n", (long long)ms / 1000, (long long)ms % 1000 / 100);
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(op, &m->cli->out, text);
}

static int run(struct op *op, struct many *m)
{
	struct workers_spec spec = { .work = work, .hear = hear, .note = note, .arg = m };
	int64_t begun = clock_monotonic_ms();
	int rc = store_open(op, m->source->store, &m->store);

	if (rc < 0 || (rc = session_open(op, &m->store, m->source->effects, &m->session)) < 0 ||
	    (rc = session_share(op, m->session)) < 0 || (rc = prepare(op, m)) < 0)
		return rc;
	progress_rub(&m->line);
	progress_step(&m->line, "images");
	rc = workers_run(op, m->cli->operand.n, &spec);
	if (rc == 0 && m->end)
		rc = m->end(op, m);
	progress_clear(&m->line);
	if (rc == 0 && m->table)
		rc = say_sum(op, m, clock_monotonic_ms() - begun);
	return rc < 0 ? rc : m->worst;
}

int many_run(struct op *op, struct many *m)
{
	m->store = (struct store){ .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	m->out = m->err = -1;
	op_init(&m->own, 0);
	progress_init(&m->line, &m->cli->err, m->progress->progress, m->progress->quiet);
	int rc = run(op, m);
	session_close(&m->session);
	store_close(&m->store);
	op_done(&m->own);
	return rc;
}
