#include "test.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/go_regex.h"
#include "codec/tar.h"
#include "sys/clock.h"
#include "sys/interrupt.h"

#include "test_impl.h"

int test_complain(struct op *op, struct test_complaints *c, const char *fmt, ...)
{
	char text[4096];
	va_list args;

	str *line = vec_push(op, &c->line);
	if (!line)
		return op->code;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		n = 0;
	return op_copy(op, (str){ text, (size_t)n < sizeof(text) ? n : (int)sizeof(text) - 1 },
		       line);
}

int test_complain_match(struct op *op, struct test_complaints *c, const struct test_match *match,
			str text, const char *what)
{
	for (int exclude = 0; exclude < 2; exclude++) {
		const struct texts *list = exclude ? &match->exclude : &match->want;
		for (ptrdiff_t i = 0; i < list->n; i++) {
			bool matches = false;
			int rc = go_regex_match(op, list->p[i], text, &matches);
			if (rc == 0 && matches == (bool)exclude)
				rc = test_complain(op, c, "%s %s '%.*s'", what,
						   exclude ? "matches" : "does not match",
						   STR_ARG(list->p[i]));
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int test_record(struct test_session *s, str name, int64_t start_ms, const struct test_complaints *c)
{
	struct buf b;
	struct outcome_test test = { .name = name, .ms = clock_monotonic_ms() - start_ms };

	if (interrupt_noted())
		return op_fail(s->op, ERR_IO, "interrupted");
	test.verdict = c->line.n ? VERDICT_FAILED : VERDICT_PASSED;
	buf_init(&b, s->op, 1 << 20);
	for (ptrdiff_t i = 0; i < c->line.n; i++) {
		if (i)
			buf_char(&b, '\n');
		buf_add(&b, c->line.p[i]);
	}
	int rc = buf_take(&b, &test.detail);
	struct outcome_test *slot = rc < 0 ? NULL : vec_push(s->op, &s->test);
	if (!slot)
		return s->op->code;
	*slot = test;
	return 0;
}

int test_record_skipped(struct test_session *s, str name, str why)
{
	struct outcome_test *slot = vec_push(s->op, &s->test);

	if (!slot)
		return s->op->code;
	*slot = (struct outcome_test){ .name = name, .verdict = VERDICT_SKIPPED, .detail = why };
	return 0;
}

/* The value behind "key=" in a list of an environment, or false. */
static bool env_value(const struct texts *env, str key, str *ret)
{
	for (ptrdiff_t i = 0; i < env->n; i++) {
		str value = env->p[i];
		if (str_eq(str_cut(&value, '='), key)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static int check_value(struct op *op, struct test_complaints *c, const char *what,
		       const struct test_env *want, bool found, str value)
{
	bool matches = str_eq(value, want->value);

	if (!found)
		return test_complain(op, c, "%s %.*s is not set", what, STR_ARG(want->key));
	if (want->regex && go_regex_match(op, want->value, value, &matches) < 0)
		return op->code;
	if (matches)
		return 0;
	return test_complain(op, c, "%s %.*s is '%.*s' and not '%.*s'", what, STR_ARG(want->key),
			     STR_ARG(value), STR_ARG(want->value));
}

static int check_values(struct op *op, struct test_complaints *c, const struct test_metadata *m,
			const struct image_config *config)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < m->env_n; i++) {
		str value = { 0 };
		bool found = env_value(&config->env, m->env[i].key, &value);
		rc = check_value(op, c, "the variable", &m->env[i], found, value);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < m->label_n; i++) {
		const struct pair *found = NULL;
		for (ptrdiff_t j = 0; j < config->labels.n; j++)
			if (str_eq(config->labels.p[j].key, m->label[i].key))
				found = &config->labels.p[j];
		rc = check_value(op, c, "the label", &m->label[i], found,
				 found ? found->value : S(""));
	}
	return rc;
}

/* Is it in the list? "8080" finds "8080/tcp". */
static bool has(const struct texts *list, str want, bool port)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		str have = list->p[i];
		if (str_eq(have, want) || (port && str_eq(str_cut(&have, '/'), want)))
			return true;
	}
	return false;
}

static int check_lists(struct op *op, struct test_complaints *c, const struct test_metadata *m,
		       const struct image_config *config)
{
	const struct {
		const struct texts *want, *have;
		bool not, port;
		const char *text;
	} list[] = {
		{ &m->ports, &config->ports, false, true, "the port %.*s is not exposed" },
		{ &m->no_ports, &config->ports, true, true, "the port %.*s is exposed" },
		{ &m->volumes, &config->volumes, false, false, "%.*s is no volume" },
		{ &m->no_volumes, &config->volumes, true, false, "%.*s is a volume" },
	};
	int rc = 0;

	for (size_t k = 0; k < sizeof(list) / sizeof(list[0]); k++) {
		for (ptrdiff_t i = 0; rc == 0 && i < list[k].want->n; i++) {
			str want = list[k].want->p[i], text = str_of(list[k].text);
			ptrdiff_t at = str_find_str(text, S("%.*s"));
			if (has(list[k].have, want, list[k].port) == list[k].not )
				rc = test_complain(op, c, "%.*s%.*s%.*s", (int)at, text.p,
						   STR_ARG(want), STR_ARG(str_from(text, at + 4)));
		}
	}
	return rc;
}

static int check_words(struct op *op, struct test_complaints *c, const char *what,
		       const struct texts *want, const struct texts *have)
{
	bool same = want->n == have->n;
	struct buf b;
	str text;

	for (ptrdiff_t i = 0; same && i < want->n; i++)
		same = str_eq(want->p[i], have->p[i]);
	if (same)
		return 0;
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < have->n; i++)
		buf_fmt(&b, "%s'%.*s'", i ? ", " : "", STR_ARG(have->p[i]));
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : test_complain(op, c, "the %s is [%.*s]", what, STR_ARG(text));
}

static int test_metadata(struct test_session *s, const struct test_metadata *m)
{
	const struct image_config *config = &s->image->config;
	struct test_complaints c = { 0 };
	int64_t start = clock_monotonic_ms();
	int rc = check_values(s->op, &c, m, config);

	if (rc == 0)
		rc = check_lists(s->op, &c, m, config);
	if (rc == 0 && m->has_entrypoint)
		rc = check_words(s->op, &c, "entrypoint", &m->entrypoint, &config->entrypoint);
	if (rc == 0 && m->has_cmd)
		rc = check_words(s->op, &c, "command", &m->cmd, &config->cmd);
	if (rc == 0 && m->has_work_dir && !str_eq(m->work_dir, config->work_dir))
		rc = test_complain(s->op, &c, "the working directory is '%.*s' and not '%.*s'",
				   STR_ARG(config->work_dir), STR_ARG(m->work_dir));
	if (rc == 0 && m->has_user && !str_eq(m->user, config->user))
		rc = test_complain(s->op, &c, "the user is '%.*s' and not '%.*s'",
				   STR_ARG(config->user), STR_ARG(m->user));
	return rc < 0 ? rc : test_record(s, S("metadata"), start, &c);
}

/* The entry that a path as a test writes it names, or NULL. */
static const struct entry *find(const struct test_session *s, str path, bool follow)
{
	char space[LIMIT_PATH];
	str clean;

	if (!tar_clean(path, space, &clean))
		return NULL;
	if (clean.len == 0)
		return &s->tree.root;
	return follow ? image_tree_find(&s->tree, clean) : image_tree_find_link(&s->tree, clean);
}

/* A mode as ls writes it, and as Go's os.FileMode does (special bits before the others). */
static void mode_texts(const struct entry *e, char ls[16], char go[16])
{
	static const char set[] = "rwxrwxrwx";
	bool dir = e->type == ENTRY_DIRECTORY, link = e->type == ENTRY_SYMLINK;
	int n = 0;

	ls[0] = dir ? 'd' : link ? 'l' : '-';
	for (int i = 0; i < 9; i++)
		ls[1 + i] = e->mode >> (8 - i) & 1 ? set[i] : '-';
	ls[10] = '\0';
	const struct {
		bool set;
		char c;
	} flag[] = { { dir, 'd' },
		     { link, 'L' },
		     { e->mode & 04000, 'u' },
		     { e->mode & 02000, 'g' },
		     { e->mode & 01000, 't' } };
	for (size_t i = 0; i < sizeof(flag) / sizeof(flag[0]); i++)
		if (flag[i].set)
			go[n++] = flag[i].c;
	if (n == 0)
		go[n++] = '-';
	(void)snprintf(go + n, (size_t)(16 - n), "%s", ls + 1);
	if (e->mode & 04000)
		ls[3] = e->mode & 0100 ? 's' : 'S';
	if (e->mode & 02000)
		ls[6] = e->mode & 0010 ? 's' : 'S';
	if (e->mode & 01000)
		ls[9] = e->mode & 0001 ? 't' : 'T';
}

static bool executable_by(const struct entry *e, str who)
{
	static const struct {
		const char *who;
		uint32_t bits;
	} row[] = { { "owner", 0100 }, { "group", 0010 }, { "other", 0001 }, { "any", 0111 } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (str_eq(who, str_of(row[i].who)))
			return e->mode & row[i].bits;
	return true;
}

static int check_file(struct op *op, struct test_complaints *c, const struct test_file *want,
		      const struct entry *e)
{
	char ls[16], go[16];
	int rc = 0;

	mode_texts(e, ls, go);
	if (want->permissions.len && !str_eq(want->permissions, str_of(ls)) &&
	    !str_eq(want->permissions, str_of(go)))
		rc = test_complain(op, c, "the permissions are %s and not %.*s", ls,
				   STR_ARG(want->permissions));
	if (rc == 0 && want->uid >= 0 && want->uid != e->uid)
		rc = test_complain(op, c, "the owner is %u and not %lld", e->uid,
				   (long long)want->uid);
	if (rc == 0 && want->gid >= 0 && want->gid != e->gid)
		rc = test_complain(op, c, "the group is %u and not %lld", e->gid,
				   (long long)want->gid);
	if (rc == 0 && !executable_by(e, want->executable_by))
		rc = test_complain(op, c, "it is not executable by %.*s (%s)",
				   STR_ARG(want->executable_by), ls);
	return rc;
}

static int test_file(struct test_session *s, const struct test_file *want)
{
	struct test_complaints c = { 0 };
	int64_t start = clock_monotonic_ms();
	const struct entry *e = find(s, want->path, false);
	int rc = 0;

	if (e && !want->should_exist)
		rc = test_complain(s->op, &c, "%.*s exists", STR_ARG(want->path));
	else if (!e && want->should_exist)
		rc = test_complain(s->op, &c, "%.*s does not exist", STR_ARG(want->path));
	else if (e)
		rc = check_file(s->op, &c, want, e);
	return rc < 0 ? rc : test_record(s, want->name, start, &c);
}

static int test_content(struct test_session *s, const struct test_content *want)
{
	struct test_complaints c = { 0 };
	int64_t start = clock_monotonic_ms();
	const struct entry *e = find(s, want->path, true);
	str text;
	int rc;

	if (!e || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK))
		rc = test_complain(s->op, &c, "%.*s %s", STR_ARG(want->path),
				   e ? "is no file" : "does not exist");
	else if (e->size > LIMIT_CAPTURE)
		rc = test_complain(s->op, &c, "%.*s is larger than %d bytes", STR_ARG(want->path),
				   LIMIT_CAPTURE);
	else if ((rc = image_tree_content(s->op, s->store, s->image, &s->tree, e, LIMIT_CAPTURE,
				    &text)) == 0)
		rc = test_complain_match(s->op, &c, &want->text, text, "the content");
	return rc < 0 ? rc : test_record(s, want->name, start, &c);
}

static int test_one(struct test_session *s, const struct tests *t)
{
	int rc = t->metadata.given ? test_metadata(s, &t->metadata) : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < t->file_n; i++)
		rc = test_file(s, &t->file[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < t->content_n; i++)
		rc = test_content(s, &t->content[i]);
	if (rc == 0 && t->command_n)
		rc = test_run_commands(s, t);
	if (rc == 0 && (t->exec_n || t->http_n))
		rc = test_run_server(s, t);
	for (ptrdiff_t i = 0; rc == 0 && i < t->licence_n; i++)
		rc = test_record_skipped(
			s, S("licences"),
			S("licence tests are accepted and not carried out: the SBOM lists "
			  "every package's licence"));
	return rc;
}

int test_image(struct op *op, const struct store *store, const struct image *image,
	       const struct tests *tests, ptrdiff_t n, struct outcome_test **ret, ptrdiff_t *ret_n)
{
	struct test_session s = { .op = op, .store = store, .image = image, .room = { .fd = -1 } };
	bool needs_tree = false;
	int rc = 0;

	for (ptrdiff_t i = 0; i < n; i++)
		needs_tree = needs_tree || tests[i].file_n || tests[i].content_n ||
			     tests[i].command_n || tests[i].exec_n || tests[i].http_n;
	interrupt_hold(); /* what is begun here is ended here */
	if (needs_tree)
		rc = image_tree_read(op, store, image, NULL, &s.tree);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = test_one(&s, &tests[i]);
	test_room_done(&s.room);
	interrupt_release();
	if (rc != 0)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "the image is not whole in the store");
	*ret = s.test.p;
	*ret_n = s.test.n;
	return 0;
}

ptrdiff_t test_count(const struct outcome_test *test, ptrdiff_t n, enum test_verdict verdict)
{
	ptrdiff_t count = 0;

	for (ptrdiff_t i = 0; i < n; i++)
		count += test[i].verdict == verdict;
	return count;
}

bool test_none_failed(const struct outcome_test *test, ptrdiff_t n)
{
	return test_count(test, n, VERDICT_FAILED) == 0;
}
