#include "markdown.h"

#include "base/num.h"
#include "base/utf8.h"
#include "kubernetes.h"
#include "sys/clock.h"
#include "text.h"

/* Words as they would be typed: quoted where a shell would take them apart. */
static void typed(struct buf *b, str word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:=,+@%";
	bool quote = word.len == 0;

	for (ptrdiff_t i = 0; i < word.len; i++)
		quote |= str_find(str_of(plain), word.p[i]) < 0;
	if (quote)
		buf_char(b, '\'');
	while (word.len > 0) {
		ptrdiff_t width = utf8_printable(word);
		if (word.p[0] == '\'')
			buf_add(b, S("'\\''"));
		else
			buf_add(b, width ? str_head(word, width) : S("\uFFFD"));
		word = str_from(word, width ? width : 1);
	}
	if (quote)
		buf_char(b, '\'');
}

/* A cell of typed words. A backquote in them would end the code: then they are plain text. */
static void cell_words(struct buf *b, const struct texts *list, ptrdiff_t from)
{
	struct buf line;
	bool code = true;

	buf_init(&line, b->op, 1 << 20);
	for (ptrdiff_t i = from; i < list->n; i++) {
		if (i > from)
			buf_char(&line, ' ');
		typed(&line, list->p[i]);
		code &= str_find(list->p[i], '`') < 0 && str_find(list->p[i], '|') < 0;
	}
	if (!code) {
		text_markdown(b, buf_view(&line));
		return;
	}
	buf_char(b, '`');
	buf_add(b, buf_view(&line));
	buf_char(b, '`');
}

static void row_words(struct buf *b, const char *name, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "| %s | ", name);
	cell_words(b, list, 0);
	buf_add(b, S(" |\n"));
}

static void row_text(struct buf *b, const char *name, str text)
{
	if (text.len == 0)
		return;
	buf_fmt(b, "| %s | ", name);
	text_markdown(b, text);
	buf_add(b, S(" |\n"));
}

static void row_list(struct buf *b, const char *name, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "| %s | ", name);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		buf_add(b, i ? S(", ") : S(""));
		text_markdown(b, list->p[i]);
	}
	buf_add(b, S(" |\n"));
}

/* "16 of Debian trixie, 2 of the repository internal, 1 of its own" */
static void put_origins(struct buf *b, const struct outcome *o)
{
	ptrdiff_t debian = 0, files = 0;

	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		debian += !p->local && p->repository.len == 0;
		files += p->local;
	}
	buf_fmt(b, "%td of Debian ", debian);
	text_markdown(b, o->suite);
	for (ptrdiff_t i = 0; i < o->pocket_n; i++) {
		const struct outcome_pocket *p = &o->pocket[i];
		ptrdiff_t n = 0;
		if (p->repository.len == 0 ||
		    (i && str_eq(p->repository, o->pocket[i - 1].repository)))
			continue;
		for (ptrdiff_t k = 0; k < o->package_n; k++)
			n += str_eq(o->package[k].repository, p->repository);
		buf_fmt(b, ", %td of the repository ", n);
		text_markdown(b, p->repository);
	}
	if (files)
		buf_fmt(b, ", %td of its own", files);
}

static void put_facts(struct buf *b, const struct outcome *o)
{
	const struct outcome_config *c = &o->config;
	char size[NUM_SIZE_TEXT], unpacked[NUM_SIZE_TEXT], date[CLOCK_TEXT];

	buf_add(b, S("| | |\n| --- | --- |\n"));
	row_text(b, "user", o->user);
	row_words(b, "entrypoint", &c->entrypoint);
	row_words(b, "command", &c->cmd);
	row_text(b, "directory", c->work_dir);
	row_list(b, "ports", &c->ports);
	row_list(b, "volumes", &c->volumes);
	if (c->health.n > 1) {
		bool shell = str_eq(c->health.p[0], S("CMD-SHELL"));
		buf_add(b, S("| health check | "));
		if (shell)
			text_markdown(b, c->health.p[1]);
		else
			cell_words(b, &c->health, 1);
		buf_add(b, S(" |\n"));
	}
	row_text(b, "stop signal", c->stop_signal);
	buf_fmt(b, "| size | %s to download, %s unpacked, ", num_size_text(o->size, size),
		num_size_text(o->unpacked, unpacked));
	text_count(b, (uint64_t)o->layer_n, "layer", "layers");
	buf_add(b, S(" |\n| packages | "));
	put_origins(b, o);
	buf_add(b, S(" |\n"));
	buf_fmt(b, "| made of | the archive's state up to %.10s |\n",
		clock_rfc3339(o->created, date));
	buf_fmt(b, "| platform | %s |\n", o->platform->name);
}

/* Volumes that keep something are named; what is scratch lies in memory. */
static void put_docker(struct buf *b, const struct outcome *o)
{
	const struct outcome_config *c = &o->config;

	buf_add(b, S("```sh\ndocker run --rm --read-only --cap-drop ALL "
		     "--security-opt no-new-privileges \\\n    --tmpfs /tmp --tmpfs /run"));
	for (ptrdiff_t i = 0; i < c->volumes.n; i++) {
		str v = c->volumes.p[i];
		if (str_eq(v, S("/tmp")) || str_eq(v, S("/run")))
			continue;
		if (volume_keeps(v)) {
			buf_add(b, S(" -v "));
			volume_name(b, o->name);
			buf_char(b, '-');
			volume_name(b, str_base_name(v));
			buf_char(b, ':');
		} else {
			buf_add(b, S(" --tmpfs "));
		}
		typed(b, v);
	}
	for (ptrdiff_t i = 0; i < c->ports.n; i++) {
		str kind = c->ports.p[i], port = str_cut(&kind, '/');
		buf_add(b, S(" -p "));
		typed(b, port);
		buf_char(b, ':');
		typed(b, port);
		if (!str_eq(kind, S("tcp"))) {
			buf_char(b, '/');
			typed(b, kind);
		}
	}
	buf_add(b, S(" \\\n    "));
	typed(b, o->name);
	buf_add(b, S("\n```\n"));
}

static void put_packages(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("| package | version | licence | because |\n| --- | --- | --- | --- |\n"));
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		buf_add(b, S("| "));
		text_markdown(b, p->name);
		buf_add(b, S(" | "));
		text_markdown(b, p->version);
		buf_add(b, S(" | "));
		text_markdown(b, p->licence);
		buf_add(b, S(" | "));
		text_markdown(b, p->why);
		buf_add(b, S(" |\n"));
	}
}

static void put_checks(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("\n## What was proven without running it\n\n"));
	for (ptrdiff_t i = 0; i < o->check_n; i++) {
		buf_add(b, o->check[i].ok ? S("- ") : S("- **No:** "));
		text_markdown(b, o->check[i].name);
		if (o->check[i].summary.len) {
			buf_add(b, S(" ("));
			text_markdown(b, o->check[i].summary);
			buf_char(b, ')');
		}
		buf_char(b, '\n');
	}
	if (o->cut_n == 0)
		return;
	buf_add(b,
		S("\n## Dependencies that it does without\n\n| package | depends on | because |\n"
		  "| --- | --- | --- |\n"));
	for (ptrdiff_t i = 0; i < o->cut_n; i++) {
		const struct outcome_cut *c = &o->cut[i];
		if (c->added)
			continue;
		buf_add(b, S("| "));
		text_markdown(b, c->package);
		buf_add(b, S(" | "));
		text_markdown(b, c->depends);
		buf_add(b, S(" | "));
		text_markdown(b, c->why);
		buf_add(b, S(" |\n"));
	}
}

void markdown_write(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("# "));
	text_markdown(b, o->name);
	buf_add(b, S("\n\n"));
	if (o->description.len) {
		text_markdown(b, o->description);
		buf_add(b, S(".\n\n"));
	}
	put_facts(b, o);
	buf_add(b, S("\n## How to run it\n\n"));
	if (o->usage.len) {
		buf_add(b, str_trim(o->usage)); /* the recipe's own Markdown */
		buf_add(b, S("\n\n"));
	}
	if (o->config.entrypoint.n + o->config.cmd.n)
		put_docker(b, o);
	else
		buf_add(b, S("It starts nothing by itself: recipes build upon it by `extends`, and "
			     "Dockerfiles by `FROM`.\n"));
	if (o->config.ports.n) {
		buf_add(b, S("\nUnder Kubernetes, with the security context that its tests ran "
			     "under:\n\n```yaml\n"));
		kubernetes_write(b, o);
		buf_add(b, S("```\n"));
	}
	buf_add(b, S("\n## What is in it, and why\n\n"));
	put_packages(b, o);
	put_checks(b, o);
}
