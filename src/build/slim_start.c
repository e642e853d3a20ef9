/* What an image starts: commands by PATH, through links, and what scripts name. */
#include "slim_impl.h"

#include <stdlib.h>

#include "base/limits.h"
#include "codec/at.h"
#include "test.h"

enum {
	HOPS_MAX = 40,        /* links in one look-up */
	SCRIPTS_MAX = 512,    /* that are read */
	SCRIPT_MAX = 1 << 20, /* bytes of one */
	WORDS_MAX = 200 * 1000,
};

static int doubt(struct slim_start *s, str a, const char *says)
{
	return s->doubt.len ? 0 : op_text(s->op, &s->doubt, "%.*s%s", STR_ARG(a), says);
}

static int path_of(struct slim_start *s, uint32_t node, str *ret)
{
	SCRATCH char path[LIMIT_PATH + 1];

	return op_copy(s->op, tree_path(s->t, node, path), ret);
}

static int put(struct slim_start *s, struct map *m, str key, const char *says, str by)
{
	str *why;

	if (map_get(m, key))
		return 0;
	why = op_new(s->op, str, 1);
	if (!why || op_text(s->op, why, "%.*s %s%.*s", STR_ARG(by), says, STR_ARG(key)) < 0)
		return s->op->code;
	return map_put(m, key, why);
}

/* The file that a word stands for; TREE_NONE: none. Links on the way are noted. */
static int look_up(struct slim_start *s, str path, str by, uint32_t *ret)
{
	uint32_t node = tree_find_link(s->t, path);
	int rc = 0;
	str at;

	*ret = TREE_NONE;
	for (int i = 0; rc == 0 && node != TREE_NONE && i < HOPS_MAX; i++) {
		const struct tree_node *n = tree_node(s->t, node);
		if (n->type != TREE_FILE && n->type != TREE_SYMLINK)
			return 0;
		if ((rc = path_of(s, node, &at)) == 0)
			rc = put(s, &s->passed, at, "names ", by);
		if (n->type == TREE_FILE) {
			*ret = node;
			return rc;
		}
		node = tree_find_from(s->t, n->parent, tree_link(s->t, node), false);
	}
	return rc;
}

static int find(struct slim_start *s, str word, str by, uint32_t *ret)
{
	SCRATCH char path[LIMIT_PATH + 1];
	int rc = 0;

	*ret = TREE_NONE;
	if (str_find(word, '/') >= 0)
		return look_up(s, word, by, ret);
	for (str rest = s->search; rc == 0 && *ret == TREE_NONE && rest.len;) {
		str dir = str_cut(&rest, ':');
		if (!dir.len || dir.len + 1 + word.len > LIMIT_PATH)
			continue;
		memcpy(path, dir.p, (size_t)dir.len);
		path[dir.len] = '/';
		memcpy(path + dir.len + 1, word.p, (size_t)word.len);
		rc = look_up(s, (str){ path, dir.len + 1 + word.len }, by, ret);
	}
	return rc;
}

static int push(struct slim_start *s, void *list, str path)
{
	VEC(str) *to = list;

	for (ptrdiff_t i = 0; i < to->n; i++)
		if (str_eq(to->p[i], path))
			return 0;
	str *last = vec_push(s->op, to);
	if (last)
		*last = path;
	return last ? 0 : s->op->code;
}

static int start_node(struct slim_start *s, uint32_t node)
{
	bool elf = (tree_node(s->t, node)->probe & PROBE_ELF) != 0;
	str path;
	int rc = path_of(s, node, &path);

	if (rc < 0)
		return rc;
	return elf ? push(s, &s->program, path) : push(s, &s->script, path);
}

/* A command's first word. */
static int start(struct slim_start *s, str word, str by, bool entry)
{
	uint32_t node = TREE_NONE;
	str path;
	int rc = word.len ? find(s, word, by, &node) : 0;

	if (rc < 0 || node == TREE_NONE)
		return rc < 0 ? rc
			      : doubt(s, word, ", which is to be started, is not in the image");
	if (entry && ((rc = path_of(s, node, &path)) < 0 || (rc = push(s, &s->entry, path)) < 0))
		return rc;
	return start_node(s, node);
}

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       memchr("/._+-", c, 5);
}

static int start_directory(struct slim_start *s, uint32_t dir, str by)
{
	int rc = 0;
	str path;

	for (uint32_t k = tree_first(s->t, dir); rc == 0 && k != TREE_NONE;
	     k = tree_next(s->t, k)) {
		const struct tree_node *n = tree_node(s->t, k);
		if (n->type != TREE_FILE || tree_is_gone(n) || !(n->mode & 0111))
			continue;
		if ((rc = path_of(s, k, &path)) == 0 &&
		    (rc = put(s, &s->passed, path, "names the directory of ", by)) == 0)
			rc = start_node(s, k);
	}
	return rc;
}

/* Words of a command line or script, each of which may name what is started. */
static int name_words(struct slim_start *s, str text, str by)
{
	int rc = 0;

	for (ptrdiff_t i = 0, from; rc == 0 && i < text.len;) {
		for (; i < text.len && !in_word(text.p[i]); i++)
			;
		for (from = i; i < text.len && in_word(text.p[i]); i++)
			;
		str word = { text.p + from, i - from };
		uint32_t node = TREE_NONE;
		while (word.len && memchr(".-+", word.p[word.len - 1], 3))
			word.len--;
		if (word.len < 1 || word.len > LIMIT_NAME || map_get(&s->word, word))
			continue;
		if (s->word.n >= WORDS_MAX)
			return doubt(s, by, " has more words than can be followed");
		rc = put(s, &s->word, word, "names ", by);
		if (rc == 0 && word.p[0] == '/' && word.len > 1) {
			node = tree_find(s->t, word);
			if (node != TREE_NONE && tree_node(s->t, node)->type == TREE_DIRECTORY) {
				str path = { 0 };
				rc = path_of(s, node, &path);
				/* Not where all programs are. */
				if (rc == 0 && str_find(path, '/') < 0)
					rc = start_directory(s, node, by);
				continue;
			}
		}
		if (rc == 0)
			rc = find(s, word, by, &node);
		if (rc == 0 && node != TREE_NONE &&
		    (tree_node(s->t, node)->mode & 0111 || str_ends(word, S(".sh"))))
			rc = start_node(s, node);
	}
	return rc;
}

static int read_script(struct slim_start *s, str path)
{
	uint32_t node = tree_find(s->t, path);
	struct at at;
	str text, line, word;
	int rc = doubt(s, path, ", which is started, is a script");

	if (rc < 0 || node == TREE_NONE)
		return rc;
	if (tree_node(s->t, node)->size > SCRIPT_MAX)
		return doubt(s, path, " is longer than scripts that are read");
	if ((rc = tree_at(s->op, s->t, node, &at)) < 0 ||
	    (rc = at_all(s->op, &at, SCRIPT_MAX, &text)) < 0)
		return rc;
	line = text;
	line = str_cut(&line, '\n');
	if (str_starts(line, S("#!"))) {
		line = str_from(line, 2);
		word = str_word(&line);
		rc = start(s, word, path, false);
		word = str_word(&line);
		if (rc == 0 && word.len && word.p[0] != '-')
			rc = start(s, word, path, false);
	}
	return rc < 0 ? rc : name_words(s, text, path);
}

static int start_line(struct slim_start *s, const struct texts *words, str by, bool entry)
{
	int rc = words->n ? start(s, words->p[0], by, entry) : 0;

	for (ptrdiff_t i = 1; rc == 0 && i < words->n; i++)
		rc = name_words(s, words->p[i], by);
	return rc;
}

static int start_config(struct slim_start *s, const struct image_config *c)
{
	struct texts health = c->healthcheck.test;
	int rc = 0;

	for (ptrdiff_t i = 0; i < c->env.n; i++)
		if (str_starts(c->env.p[i], S("PATH=")))
			s->search = str_from(c->env.p[i], 5);
	if (!c->entrypoint.n && !c->cmd.n)
		rc = doubt(s, S("the image"), " names no entry point");
	if (rc == 0)
		rc = start_line(s, &c->entrypoint, S("the entry point"), true);
	if (rc == 0 && !c->entrypoint.n)
		rc = start_line(s, &c->cmd, S("the command"), true);
	for (ptrdiff_t i = 0; rc == 0 && c->entrypoint.n && i < c->cmd.n; i++)
		rc = name_words(s, c->cmd.p[i], S("the command"));
	if (rc < 0 || health.n < 2 || str_eq(health.p[0], S("NONE")))
		return rc;
	if (str_eq(health.p[0], S("CMD-SHELL"))) {
		rc = start(s, S("/bin/sh"), S("the health check"), true);
		return rc < 0 ? rc : name_words(s, health.p[1], S("the health check"));
	}
	health = (struct texts){ health.p + 1, health.n - 1 };
	return start_line(s, &health, S("the health check"), true);
}

static int start_command(struct slim_start *s, const struct test_command *c)
{
	str by;
	int rc = op_text(s->op, &by, "the test '%.*s'", STR_ARG(c->name));

	for (ptrdiff_t i = 0; rc == 0 && i < c->setup_n; i++)
		rc = start_line(s, &c->setup[i].words, by, false);
	for (ptrdiff_t i = 0; rc == 0 && i < c->teardown_n; i++)
		rc = start_line(s, &c->teardown[i].words, by, false);
	return rc < 0 ? rc : start_line(s, &c->words, by, false);
}

static int start_tests(struct slim_start *s, const struct tests *t)
{
	uint32_t node;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < t->command_n; i++)
		rc = start_command(s, &t->command[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < t->exec_n; i++)
		rc = start_command(s, &t->exec[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < t->file_n; i++)
		if (t->file[i].should_exist)
			rc = look_up(s, t->file[i].path, S("a test"), &node);
	for (ptrdiff_t i = 0; rc == 0 && i < t->content_n; i++)
		rc = look_up(s, t->content[i].path, S("a test"), &node);
	return rc;
}

int slim_start(struct slim_start *s, const struct image_config *config, const struct tests *tests,
	       ptrdiff_t tests_n)
{
	int rc;

	map_init(&s->passed, s->op);
	map_init(&s->word, s->op);
	s->search = S("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	rc = start_config(s, config);
	for (ptrdiff_t i = 0; rc == 0 && i < tests_n; i++)
		rc = start_tests(s, &tests[i]);
	for (; rc == 0 && s->read_n < s->script.n && s->read_n < SCRIPTS_MAX; s->read_n++)
		rc = read_script(s, s->script.p[s->read_n]);
	if (rc == 0 && s->read_n < s->script.n)
		rc = doubt(s, S("the image"), " starts more scripts than are read");
	return rc;
}
