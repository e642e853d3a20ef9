#include "effects.h"

#include <fcntl.h>

#include "base/buf.h"
#include "base/glob.h"
#include "base/limits.h"
#include "base/map.h"
#include "model/version.h"
#include "sys/file.h"

#include "alternatives.h"
#include "effects_files.h"
#include "effects_read.h"
#include "script.h"
#include "sysusers.h"
#include "tmpfiles.h"

enum { PLACES = 2, RANK_UNNAMED = 50 }; /* the user's directory, then what is compiled in */

/* Nothing in it changes once it is open: threads may share it. */
struct effects {
	str dir;
	struct effect_cut *common; /* [common_n] */
	ptrdiff_t common_n;
	struct effect_absent *absent; /* [absent_n]; common.yaml's, like the cuts */
	ptrdiff_t absent_n;
	struct effects_rank *rank; /* [rank_n]; the first that names a package counts */
	ptrdiff_t rank_n;
	struct texts drop, keep;
	struct map learnt[PLACES]; /* by package: struct effects_file */
};

/* The text of a file, from the user's directory (place 0) or compiled in (1). 1 if there is none.
 */
static int file_text(struct op *op, const struct effects *e, int place, str name, str *ret_label,
		     str *ret)
{
	int rc = op_text(op, ret_label, "%.*s/%.*s", STR_ARG(place ? S("effects") : e->dir),
			 STR_ARG(name));

	if (rc < 0 || str_find(name, '/') >= 0)
		return rc < 0 ? rc : 1;
	if (place == 0)
		return e->dir.len ? file_read(op, AT_FDCWD, *ret_label, LIMIT_DOCUMENT, ret) : 1;
	for (int i = 0; i < effects_files_n; i++) {
		if (str_eq(name, str_of(effects_files[i].name))) {
			*ret = effects_files[i].text;
			return 0;
		}
	}
	return 1;
}

/* A package's file from one place. 1 if there is none. */
static int package_file(struct op *op, const struct effects *e, int place, str package,
			struct effects_file *ret)
{
	const struct effects_file *known = map_get(&e->learnt[place], package);
	if (known) {
		*ret = *known;
		return 0;
	}
	str name, label, text;
	bool common = str_eq(package, S("*"));
	int rc = op_text(op, &name, "%.*s.yaml", STR_ARG(common ? S("common") : package));

	if (rc < 0 || (rc = file_text(op, e, place, name, &label, &text)) != 0)
		return rc;
	return effects_file_read(op, label, text, package, ret);
}

/* Put b behind a. */
static int join_cuts(struct op *op, struct effect_cut **a, ptrdiff_t *a_n,
		     const struct effect_cut *b, ptrdiff_t n)
{
	struct effect_cut *all = op_new(op, struct effect_cut, *a_n + n);

	if (!all)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < *a_n + n; i++)
		all[i] = i < *a_n ? (*a)[i] : b[i - *a_n];
	*a = all;
	*a_n += n;
	return 0;
}

static int join_absent(struct op *op, struct effect_absent **a, ptrdiff_t *a_n,
		       const struct effect_absent *b, ptrdiff_t n)
{
	struct effect_absent *all = op_new(op, struct effect_absent, *a_n + n);

	if (!all)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < *a_n + n; i++)
		all[i] = i < *a_n ? (*a)[i] : b[i - *a_n];
	*a = all;
	*a_n += n;
	return 0;
}

static int join_ranks(struct op *op, struct effects *e, const struct effects_rank *b, ptrdiff_t n)
{
	struct effects_rank *all = op_new(op, struct effects_rank, e->rank_n + n);

	if (!all)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < e->rank_n + n; i++)
		all[i] = i < e->rank_n ? e->rank[i] : b[i - e->rank_n];
	e->rank = all;
	e->rank_n += n;
	return 0;
}

static int open_place(struct op *op, struct effects *e, int place)
{
	struct effects_file file;
	struct effects_rank *rank;
	ptrdiff_t n;
	str label, text;
	int rc = package_file(op, e, place, S("*"), &file);

	if (rc < 0)
		return rc;
	if (rc == 0 &&
	    ((rc = join_cuts(op, &e->common, &e->common_n, file.cut, file.cut_n)) < 0 ||
	     (rc = join_absent(op, &e->absent, &e->absent_n, file.absent, file.absent_n)) < 0))
		return rc;
	if ((rc = file_text(op, e, place, S("drop.yaml"), &label, &text)) < 0 ||
	    (rc == 0 && (rc = effects_drop_read(op, label, text, &e->drop, &e->keep)) < 0))
		return rc;
	if ((rc = file_text(op, e, place, S("rank.yaml"), &label, &text)) != 0)
		return rc < 0 ? rc : 0;
	rc = effects_rank_read(op, label, text, &rank, &n);
	return rc < 0 ? rc : join_ranks(op, e, rank, n);
}

int effects_open(struct op *op, str dir, struct effects **ret)
{
	struct effects *e = op_new(op, struct effects, 1);
	int rc = e ? op_copy(op, dir, &e->dir) : ERR_MEMORY;
	struct stat st;

	if (rc == 0 && dir.len && (stat(e->dir.p, &st) < 0 || !S_ISDIR(st.st_mode)))
		return op_fail(op, ERR_USAGE, "there is no directory of effects '%.*s'",
			       STR_ARG(dir));
	for (int place = 0; rc >= 0 && place < PLACES; place++)
		rc = open_place(op, e, place);
	if (rc == 0)
		*ret = e;
	return rc;
}

int effects_learn(struct op *keep, struct effects *e, str package)
{
	for (int place = 0; place < PLACES; place++) {
		struct effects_file file, *known;
		str name;
		if (map_get(&e->learnt[place], package))
			continue;
		int rc = op_copy(keep, package, &name);
		if (rc == 0)
			rc = package_file(keep, e, place, name, &file);
		if (rc == 1)
			continue;
		if (!e->learnt[place].op)
			map_init(&e->learnt[place], keep);
		if (rc < 0 || !(known = op_new(keep, struct effects_file, 1)))
			return keep->code;
		*known = file;
		if ((rc = map_put(&e->learnt[place], name, known)) < 0)
			return rc;
	}
	return 0;
}

int effects_cuts(struct op *op, const struct effects *e, str package, struct effect_cut **ret,
		 ptrdiff_t *ret_n)
{
	struct effect_cut *all = NULL;
	struct effects_file file;
	ptrdiff_t n = 0;

	for (int place = 0; place < PLACES; place++) {
		int rc = package_file(op, e, place, package, &file);
		if (rc < 0 || (rc == 0 && (rc = join_cuts(op, &all, &n, file.cut, file.cut_n)) < 0))
			return rc;
	}
	int rc = join_cuts(op, &all, &n, e->common, e->common_n);
	if (rc < 0)
		return rc;
	*ret = all;
	*ret_n = n;
	return 0;
}

int effects_absent(struct op *op, const struct effects *e, str package, struct effect_absent **ret,
		   ptrdiff_t *ret_n)
{
	struct effect_absent *all = NULL;
	struct effects_file file;
	ptrdiff_t n = 0;

	for (int place = 0; place < PLACES; place++) {
		int rc = package_file(op, e, place, package, &file);
		if (rc < 0 ||
		    (rc == 0 && (rc = join_absent(op, &all, &n, file.absent, file.absent_n)) < 0))
			return rc;
	}
	int rc = join_absent(op, &all, &n, e->absent, e->absent_n);
	if (rc < 0)
		return rc;
	*ret = all;
	*ret_n = n;
	return 0;
}

void effects_drops(const struct effects *e, struct texts *ret_drop, struct texts *ret_keep)
{
	*ret_drop = e->drop;
	*ret_keep = e->keep;
}

static void put_globs(struct buf *b, const char *what, const struct texts *globs)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		buf_fmt(b, "%s %td %.*s\n", what, globs->p[i].len, STR_ARG(globs->p[i]));
}

int effects_rules(struct op *op, const struct effects *e, struct digest *ret)
{
	struct buf b;
	str text;
	int rc;

	buf_init(&b, op, LIMIT_DOCUMENT);
	put_globs(&b, "drop", &e->drop);
	put_globs(&b, "keep", &e->keep);
	for (ptrdiff_t i = 0; i < e->rank_n; i++)
		buf_fmt(&b, "rank %d %.*s\n", e->rank[i].rank, STR_ARG(e->rank[i].package));
	if ((rc = buf_take(&b, &text)) == 0)
		*ret = digest_of(text);
	return rc;
}

int effects_rank(struct op *op, const struct effects *e, str package, int *ret)
{
	(void)op;
	*ret = RANK_UNNAMED;
	for (ptrdiff_t i = e->rank_n - 1; i >= 0; i--)
		if (str_eq(e->rank[i].package, package))
			*ret = e->rank[i].rank;
	return 0;
}

/* One package's answer while it is put together. */
struct answering {
	struct op *op;
	const struct effects *e;
	const struct contents *c;
	struct effects_file file[PLACES];
	bool has[PLACES], used[PLACES];
	struct effect_list data, list; /* from data files; from scripts and effects */
	bool scripts, sections, sysusers, tmpfiles;
	struct buf unanswered;
};

static int append(struct op *op, struct effect_list *to, const struct effect_list *from)
{
	for (ptrdiff_t i = 0; i < from->n; i++) {
		struct effect *e = effect_add(op, to, from->p[i].kind, from->p[i].origin);
		if (!e)
			return ERR_MEMORY;
		*e = from->p[i];
	}
	return 0;
}

/* The first entry that answers for a script by its hash: the user's before ours. 1 if there is
 * none. */
static int answer_by_hash(struct answering *a, enum script_kind kind, const struct digest *code,
			  bool has_code)
{
	for (int place = 0; place < PLACES; place++) {
		for (ptrdiff_t i = 0; a->has[place] && i < a->file[place].script_n; i++) {
			const struct effects_script *s = &a->file[place].script[i];
			if (s->since.len && version_deb_compare(a->c->version, s->since) < 0)
				continue;
			for (ptrdiff_t k = 0; s->kind == kind && k < s->hash_n; k++) {
				if (!digest_eq(&s->hash[k].digest,
					       s->hash[k].code ? code
							       : &a->c->script[kind].sha256) ||
				    (s->hash[k].code && !has_code))
					continue;
				a->used[place] = true;
				a->sysusers |= s->sysusers;
				a->tmpfiles |= s->tmpfiles;
				return append(a->op, &a->list, &s->effects);
			}
		}
	}
	return 1;
}

/* What a user needs to answer: the lines, and a file to fill in. */
static void write_template(struct answering *a, enum script_kind kind, const struct digest *code,
			   str left)
{
	char hash[DIGEST_TEXT], hex[DIGEST_HEX];
	const struct contents *c = a->c;
	struct buf *b = &a->unanswered;

	buf_fmt(b, "%.*s %.*s: these lines of its %s have an effect that temper does not know:\n\n",
		STR_ARG(c->name), STR_ARG(c->version), script_name[kind]);
	while (left.len) {
		str line = str_cut(&left, '\n');
		buf_fmt(b, "    %.*s\n", STR_ARG(line));
	}
	for (int place = 0; place < PLACES; place++)
		if (a->has[place] && a->file[place].script_n)
			buf_fmt(b,
				"\n%.*s answers for other versions of its scripts: compare them.\n",
				STR_ARG(a->file[place].label));
	buf_fmt(b,
		"\nWrite what they do on a fresh installation into effects/%.*s.yaml "
		"(docs/effects.md):\n\n"
		"package: %.*s\n"
		"scripts:\n"
		"  - %s: [%s] # or code:%s, which lives through rebuilds\n"
		"    versions: \"%.*s\"\n"
		"    why: ... # in a few words: what it does, and what of that an image needs\n"
		"effects: []\n"
		"  # - directory: {path: var/lib/%.*s, mode: \"0750\", owner: root, group: root}\n"
		"  # - copy: {path: etc/x, from: usr/share/x}\n"
		"  # - link: {path: etc/y, to: /etc/x}\n\n",
		STR_ARG(c->name), STR_ARG(c->name), script_name[kind],
		digest_text(&c->script[kind].sha256, hash), digest_hex(code, hex),
		STR_ARG(c->version), STR_ARG(c->name));
}

static int answer_script(struct answering *a, enum script_kind kind)
{
	const struct contents_script *s = &a->c->script[kind];
	struct script read;
	struct digest code;
	str origin;

	if (!s->text.len)
		return 0;
	a->scripts = true;
	int rc = script_read(a->op, s->text, kind, &read);
	if (rc < 0 || (rc = op_text(a->op, &origin, "%s of %.*s", script_name[kind],
				    STR_ARG(a->c->name))) < 0)
		return rc;
	a->sections |= read.sections;
	a->sysusers |= read.sysusers;
	a->tmpfiles |= read.tmpfiles;
	for (ptrdiff_t i = 0; i < read.alternatives.n; i++)
		if ((rc = alternatives_read(a->op, read.alternatives.p[i], origin, &a->list)) < 0)
			return rc;
	/* An entry of the user's counts also where the script is understood: it may add effects. */
	if ((rc = script_code_digest(a->op, &read, a->c->version, &code)) < 0)
		return rc;
	if ((rc = answer_by_hash(a, kind, &code, read.code.len > 0)) <= 0 || !read.left.len)
		return rc < 0 ? rc : 0;
	char hash[DIGEST_TEXT];
	write_template(a, kind, &code, read.left);
	return op_fail(a->op, ERR_NO, "%.*s %.*s: its %s %s is not answered by any effect",
		       STR_ARG(a->c->name), STR_ARG(a->c->version), script_name[kind],
		       digest_text(&s->sha256, hash));
}

/* e, z and Z lines act on what is there: paths of the package, and directories just made. */
static int apply_mode(struct answering *a, const struct tmpfiles_mode *m)
{
	str below;
	int rc = op_text(a->op, &below, "%.*s/**", STR_ARG(m->effect.path));

	for (ptrdiff_t i = 0; rc >= 0 && i < a->c->n; i++) {
		const struct entry *entry = &a->c->entry[i];
		bool hit = glob_match(m->effect.path, entry->path) ||
			   (m->below && glob_match(below, entry->path));
		if (!hit || entry->type == ENTRY_SYMLINK)
			continue;
		struct effect *e = effect_add(a->op, &a->data, EFFECT_MODE, m->effect.origin);
		if (!e)
			return ERR_MEMORY;
		*e = m->effect;
		e->path = entry->path;
	}
	for (ptrdiff_t i = 0; rc >= 0 && i < a->data.n; i++) {
		struct effect *e = &a->data.p[i];
		if (e->kind != EFFECT_DIRECTORY || !glob_match(m->effect.path, e->path))
			continue;
		e->mode = m->effect.mode == UINT32_MAX ? e->mode : m->effect.mode;
		e->owner = m->effect.owner.len ? m->effect.owner : e->owner;
		e->group = m->effect.group.len ? m->effect.group : e->group;
	}
	return rc < 0 ? rc : 0;
}

/* The package's own sysusers.d and tmpfiles.d, as far as its scripts apply them. */
static int read_data(struct answering *a)
{
	struct tmpfiles tmpfiles = { 0 };
	int rc = 0;

	for (ptrdiff_t i = 0; i < a->c->file_n && rc >= 0; i++) {
		const struct contents_file *f = &a->c->file[i];
		if (!str_ends(f->path, S(".conf")))
			continue;
		if (a->sysusers && str_starts(f->path, S("usr/lib/sysusers.d/")))
			rc = sysusers_read(a->op, f->path, f->bytes, &a->data);
		if (a->tmpfiles && str_starts(f->path, S("usr/lib/tmpfiles.d/")))
			rc = tmpfiles_read(a->op, f->path, f->bytes, &tmpfiles);
	}
	if (rc < 0 || (rc = append(a->op, &a->data, &tmpfiles.made)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < tmpfiles.mode_n; i++)
		if ((rc = apply_mode(a, &tmpfiles.mode[i])) < 0)
			return rc;
	return 0;
}

static int collect(struct answering *a)
{
	int rc;

	for (int place = 0; place < PLACES; place++) {
		if ((rc = package_file(a->op, a->e, place, a->c->name, &a->file[place])) < 0)
			return rc;
		a->has[place] = rc == 0;
	}
	/* Both, so that whoever writes the effect sees all that is open. */
	rc = answer_script(a, SCRIPT_PREINST);
	if ((rc < 0 && rc != ERR_NO) || answer_script(a, SCRIPT_POSTINST) < 0 || rc < 0)
		return a->op->code;
	for (int place = PLACES - 1; place >= 0; place--) {
		const struct effects_file *f = &a->file[place];
		a->used[place] |= a->has[place] && !f->script_n &&
				  (f->effects.n || f->sysusers || f->tmpfiles);
		if (!a->used[place])
			continue;
		a->sysusers |= f->sysusers;
		a->tmpfiles |= f->tmpfiles;
		if ((rc = append(a->op, &a->list, &f->effects)) < 0)
			return rc;
	}
	return read_data(a);
}

int effects_answer(struct op *op, const struct effects *e, const struct contents *c,
		   struct effects_answer *ret, str *ret_unanswered)
{
	struct answering a = { .op = op, .e = e, .c = c };

	buf_init(&a.unanswered, op, LIMIT_DOCUMENT);
	*ret_unanswered = S("");
	int rc = collect(&a);
	if (rc < 0) {
		*ret_unanswered = a.unanswered.bad ? S("") : buf_view(&a.unanswered);
		return rc;
	}
	if ((rc = append(op, &a.data, &a.list)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < a.data.n; i++)
		a.data.p[i].package = c->name;
	struct effects_answer answer = { .effect = a.data.p, .n = a.data.n };
	answer.by = a.used[0]    ? a.file[0].label
		    : a.used[1]  ? a.file[1].label
		    : !a.scripts ? S("no scripts")
		    : a.sections ? S("debhelper sections only")
				 : S("nothing on a fresh installation");
	answer.digest = effect_digest(op, &a.data, &rc);
	if (rc < 0)
		return rc;
	*ret = answer;
	return 0;
}

/* Upgrades */

/* Does an entry answer for the script by its hash? *ret_upgrade: of an upgrade, too. */
static bool is_answered(const struct answering *a, enum script_kind kind, str text,
			const struct digest *code, bool has_code, bool *ret_upgrade)
{
	struct digest whole = digest_of(text);

	*ret_upgrade = false;
	for (int place = 0; place < PLACES; place++) {
		for (ptrdiff_t i = 0; a->has[place] && i < a->file[place].script_n; i++) {
			const struct effects_script *s = &a->file[place].script[i];
			if (s->kind != kind ||
			    (s->since.len && version_deb_compare(a->c->version, s->since) < 0))
				continue;
			for (ptrdiff_t k = 0; k < s->hash_n; k++) {
				const struct effects_hash *h = &s->hash[k];
				if ((h->code && !has_code) ||
				    !digest_eq(&h->digest, h->code ? code : &whole))
					continue;
				*ret_upgrade = s->upgrade;
				return true;
			}
		}
	}
	return false;
}

static bool has_line(str text, str line)
{
	while (text.len)
		if (str_eq(str_cut(&text, '\n'), line))
			return true;
	return false;
}

/* The lines of an upgrade that a fresh installation does not execute. */
static int only_upgrade(struct op *op, str upgrade, str fresh, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_CONTROL_FILE);
	while (upgrade.len) {
		str line = str_cut(&upgrade, '\n');
		if (!has_line(fresh, line))
			buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_take(&b, ret);
}

static int upgrade_script(struct answering *a, enum script_kind kind, str text, str from, str to)
{
	bool is_new = kind == SCRIPT_PREINST || kind == SCRIPT_POSTINST, upgrade;
	struct script now, fresh = { 0 };
	struct digest code;
	str left, first;

	if (!text.len)
		return 0;
	a->scripts = true;
	int rc = script_read_upgrade(a->op, text, kind, from, to, &now);
	if (rc < 0 || !now.left.len)
		return rc;
	if ((is_new && (rc = script_read(a->op, text, kind, &fresh)) < 0) ||
	    (rc = script_code_digest(a->op, &now, is_new ? to : from, &code)) < 0 ||
	    (rc = only_upgrade(a->op, now.left, fresh.left, &left)) < 0)
		return rc;
	bool known = is_answered(a, kind, text, &code, now.code.len > 0, &upgrade);
	if (known && (upgrade || !left.len))
		return 0;
	char hash[DIGEST_TEXT];
	str all = left.len ? left : now.left;
	buf_fmt(&a->unanswered, "%s of %.*s %.*s (code:%s):\n%.*s", script_name[kind],
		STR_ARG(a->c->name), STR_ARG(is_new ? to : from), digest_text(&code, hash) + 7,
		STR_ARG(all));
	first = str_trim(str_cut(&all, '\n'));
	return op_fail(a->op, ERR_NO, "its %s would do more than is known of it: \"%.*s\"",
		       script_name[kind], STR_ARG(str_head(first, 100)));
}

int effects_upgrade(struct op *op, const struct effects *e, const struct contents *c,
		    const struct effects_old *old, struct effects_answer *ret, str *ret_unanswered)
{
	struct answering a = { .op = op, .e = e, .c = c };
	const struct {
		enum script_kind kind;
		str text;
	} script[] = {
		{ SCRIPT_PRERM, old->prerm },
		{ SCRIPT_PREINST, c->script[SCRIPT_PREINST].text },
		{ SCRIPT_POSTRM, old->postrm },
		{ SCRIPT_POSTINST, c->script[SCRIPT_POSTINST].text },
	};
	struct effects_answer answer = { .by = S("nothing on this upgrade") };
	int rc = 0;

	buf_init(&a.unanswered, op, LIMIT_DOCUMENT);
	*ret_unanswered = S("");
	for (int place = 0; place < PLACES; place++) {
		if ((rc = package_file(op, e, place, c->name, &a.file[place])) < 0)
			return rc;
		a.has[place] = rc == 0;
	}
	rc = 0;
	for (size_t i = 0; i < sizeof(script) / sizeof(script[0]) && (rc == 0 || rc == ERR_NO);
	     i++) {
		int one = upgrade_script(&a, script[i].kind, script[i].text, old->version,
					 c->version);
		rc = one < 0 ? one : rc;
	}
	*ret_unanswered = a.unanswered.bad ? S("") : buf_view(&a.unanswered);
	if (rc < 0)
		return op->code;
	if (!a.scripts)
		answer.by = S("no scripts");
	str fresh;
	if (effects_answer(op, e, c, &answer, &fresh) < 0) {
		if (op->code != ERR_NO)
			return op->code;
		op_forgive(op); /* an installation would do what this upgrade does not */
	}
	*ret = answer;
	return 0;
}
