#include "proof.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/num.h"

#include "proof_impl.h"

/* Programs that read commands: what an intruder looks for first. */
static const char *const shell[] = {
	"ash",    "bash", "bash-static", "busybox",    "csh",  "dash",        "elvish",
	"fish",   "ksh",  "ksh93",       "lksh",       "mksh", "mksh-static", "nu",
	"posh",   "pwsh", "rbash",       "rzsh",       "sash", "sh",          "tcsh",
	"toybox", "yash", "zsh",         "zsh-static", "zsh5",
};

/* Programs that bring in further software. */
static const char *const package_manager[] = {
	"apk",          "apt",
	"apt-cache",    "apt-cdrom",
	"apt-get",      "apt-mark",
	"aptitude",     "dnf",
	"dpkg",         "dpkg-deb",
	"dpkg-divert",  "dpkg-query",
	"dpkg-split",   "dpkg-statoverride",
	"dpkg-trigger", "flatpak",
	"microdnf",     "pacman",
	"rpm",          "snap",
	"yum",          "zypper",
};

/* Names that the /usr merge made links. Source: Debian usrmerge, dpkg-root layouts of base-files.
 */
static const str merged[] = {
	S_INIT("bin"),    S_INIT("lib"),    S_INIT("lib32"), S_INIT("lib64"),
	S_INIT("libo32"), S_INIT("libx32"), S_INIT("sbin"),
};

/* Where `#!/usr/bin/env x` looks, in order. */
static const char *const program_dir[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
};

static const struct {
	uint16_t machine;
	const char *name;
} machine[] = {
	{ 3, "i386" },     { 8, "MIPS" },  { 20, "PowerPC" },    { 21, "PowerPC 64" },
	{ 22, "S/390" },   { 40, "ARM" },  { 62, "x86-64" },     { 183, "AArch64" },
	{ 243, "RISC-V" }, { 247, "BPF" }, { 258, "LoongArch" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static PRINTF_LIKE(3, 0) int tell(struct proof *p, str *line, const char *fmt, va_list args)
{
	char text[3 * LIMIT_PATH];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	return op_copy(p->op, (str){ text, n }, line);
}

int proof_bad(struct proof *p, struct proof_tally *t, const char *fmt, ...)
{
	va_list args;

	if (t->bad_n++ >= PROOF_DETAILS_MAX)
		return 0;
	str *line = vec_push(p->op, &t->bad);
	if (!line)
		return p->op->code;
	va_start(args, fmt);
	int rc = tell(p, line, fmt, args);
	va_end(args);
	return rc;
}

int proof_note(struct proof *p, struct proof_tally *t, const char *fmt, ...)
{
	va_list args;

	if (t->note.n >= PROOF_DETAILS_MAX)
		return 0;
	str *line = vec_push(p->op, &t->note);
	if (!line)
		return p->op->code;
	va_start(args, fmt);
	int rc = tell(p, line, fmt, args);
	va_end(args);
	return rc;
}

static int tree_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	str dir = str_dir_name(e->path);
	const struct entry *above = dir.len ? map_get(&p->entry, dir) : NULL;

	t->seen++;
	if (map_get(&p->entry, e->path) != e)
		return proof_bad(p, t, "%.*s stands there twice", STR_ARG(e->path));
	if (dir.len && !above)
		return proof_bad(p, t, "%.*s lies in a directory that is not in the image",
				 STR_ARG(e->path));
	if (above && above->type != ENTRY_DIRECTORY)
		return proof_bad(p, t, "%.*s lies below %.*s, which is no directory",
				 STR_ARG(e->path), STR_ARG(dir));
	return 0;
}

static int machine_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	const char *name = "another machine";

	/* Relocatable objects and core files are data to the kernel; so is firmware. */
	if (!e->elf || e->type != ENTRY_FILE || e->elf->type < 2 || e->elf->type > 3)
		return 0;
	if (!e->elf->dynamic && !e->elf->interpreter.len && !(e->mode & 0111))
		return 0;
	t->seen++;
	if (proof_fits(p, e->elf))
		return 0;
	for (size_t i = 0; i < COUNT(machine); i++)
		if (machine[i].machine == e->elf->machine)
			name = machine[i].name;
	return proof_bad(p, t, "%.*s is for %s, %d bits, %s endian", STR_ARG(e->path), name,
			 e->elf->bits, e->elf->big ? "big" : "little");
}

static bool runs(const struct proof *p, str dir, str program)
{
	const struct entry *e;

	return proof_resolve(p, dir, program, &e) == PROOF_THERE && e->type == ENTRY_FILE &&
	       (e->mode & 0111);
}

static bool found_in_path(const struct proof *p, str program)
{
	if (str_find(program, '/') >= 0)
		return program.p[0] == '/' && runs(p, S(""), program);
	for (size_t i = 0; i < COUNT(program_dir); i++) {
		const struct entry *dir;
		enum proof_found found = proof_resolve(p, S(""), str_of(program_dir[i]), &dir);
		if (found == PROOF_THERE && dir->type == ENTRY_DIRECTORY &&
		    runs(p, dir->path, program))
			return true;
	}
	return false;
}

/* The program that env(1) starts, given the words behind it; empty when there is none. */
static str env_program(str words)
{
	for (str word = str_word(&words); word.len; word = str_word(&words)) {
		bool split = str_starts(word, S("-S")) && word.len > 2;
		if (split)
			word = str_from(word, 2);
		if ((split || word.p[0] != '-') && str_find(word, '=') < 0)
			return word;
	}
	return S("");
}

static int script_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	str words = e->script, program = str_word(&words);

	t->also++;
	if (program.len == 0 || program.p[0] != '/')
		return proof_bad(p, t, "%.*s names no interpreter by an absolute path",
				 STR_ARG(e->path));
	if (!runs(p, S(""), program))
		return proof_bad(p, t, "%.*s needs %.*s, which is not in the image",
				 STR_ARG(e->path), STR_ARG(program));
	if (!str_eq(str_base_name(program), S("env")))
		return 0;
	str started = env_program(words);
	if (started.len && found_in_path(p, started))
		return 0;
	return proof_bad(p, t, "%.*s needs %.*s, which no program directory holds",
			 STR_ARG(e->path), STR_ARG(started));
}

static int interpreter_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	if (e->type != ENTRY_FILE)
		return 0;
	if (e->script.p && (e->mode & 0111))
		return script_each(p, t, e);
	if (!e->elf || !e->elf->interpreter.len)
		return 0;
	t->seen++;
	str program = e->elf->interpreter;
	if (program.p[0] == '/' && runs(p, S(""), program))
		return 0;
	return proof_bad(p, t, "%.*s needs %.*s, which is not in the image", STR_ARG(e->path),
			 STR_ARG(program));
}

static int link_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	const struct entry *to;

	if (e->type == ENTRY_HARDLINK) {
		t->also++;
		to = map_get(&p->entry, e->link);
		if (to && to->type == ENTRY_FILE)
			return 0;
		return proof_bad(p, t, "%.*s is a hard link to %.*s, which is no file of the image",
				 STR_ARG(e->path), STR_ARG(e->link));
	}
	if (e->type != ENTRY_SYMLINK)
		return 0;
	t->seen++;
	switch (proof_resolve(p, str_dir_name(e->path), e->link, &to)) {
	case PROOF_THERE:
		return 0;
	case PROOF_RUNTIME:
		return proof_note(p, t, "%.*s -> %.*s is there only at run time", STR_ARG(e->path),
				  STR_ARG(e->link));
	case PROOF_CIRCLE:
		return proof_bad(p, t, "%.*s -> %.*s turns in a circle", STR_ARG(e->path),
				 STR_ARG(e->link));
	case PROOF_ABSENT:
		break;
	}
	return proof_bad(p, t, "%.*s -> %.*s leads nowhere", STR_ARG(e->path), STR_ARG(e->link));
}

static int setuid_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	if ((e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK) || !(e->mode & 06000))
		return 0;
	t->seen++;
	for (ptrdiff_t i = 0; i < p->in->allow_setuid.n; i++)
		if (glob_match(p->in->allow_setuid.p[i], e->path))
			return proof_note(p, t, "%.*s (%04o) is allowed by the recipe",
					  STR_ARG(e->path), e->mode);
	return proof_bad(p, t, "%.*s is %s (%04o)", STR_ARG(e->path),
			 e->mode & 04000 ? "setuid" : "setgid", e->mode);
}

static int key_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	t->seen += e->type == ENTRY_FILE;
	return e->private_key ? proof_bad(p, t, "%.*s holds a private key", STR_ARG(e->path)) : 0;
}

static bool has_id(const uint32_t *id, ptrdiff_t n, uint32_t want)
{
	ptrdiff_t low = 0, high = n;

	while (low < high) {
		ptrdiff_t mid = low + (high - low) / 2;
		if (id[mid] < want)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && id[low] == want;
}

static int owner_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	int rc = 0;

	t->seen++;
	if (!has_id(p->uid.p, p->uid.n, e->uid))
		rc = proof_bad(p, t, "%.*s belongs to uid %u, which has no account",
			       STR_ARG(e->path), e->uid);
	if (rc == 0 && !has_id(p->gid.p, p->gid.n, e->gid))
		rc = proof_bad(p, t, "%.*s belongs to gid %u, which has no group", STR_ARG(e->path),
			       e->gid);
	return rc;
}

static int writable_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	t->seen++;
	if (e->type == ENTRY_SYMLINK || !(e->mode & 0002))
		return 0;
	if (e->type != ENTRY_DIRECTORY)
		return proof_bad(p, t, "%.*s (%04o) may be written by everybody", STR_ARG(e->path),
				 e->mode);
	t->also++;
	if (e->mode & 01000)
		return 0;
	return proof_bad(p, t, "%.*s (%04o) may be written by everybody and is not sticky",
			 STR_ARG(e->path), e->mode);
}

/* Does e stand where programs are started from, under one of the names? */
static bool is_program(const struct entry *e, const char *const *name, size_t n)
{
	str base = str_base_name(e->path), dir = str_base_name(str_dir_name(e->path));
	bool in_bin = str_eq(dir, S("bin")) || str_eq(dir, S("sbin"));

	if (e->type == ENTRY_DIRECTORY ||
	    (!in_bin && (e->type == ENTRY_SYMLINK || !(e->mode & 0111))))
		return false;
	if (base.len > 32) /* longer than any of them: most names of libraries end here */
		return false;
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(str_of(name[mid]), base);
		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* A program of this list: told if the recipe allows it, wrong if not. */
static int unwanted_each(struct proof *p, struct proof_tally *t, const struct entry *e, bool listed,
			 bool allowed, const char *what)
{
	if (!listed)
		return 0;
	t->seen++;
	if (allowed)
		return proof_note(p, t, "%.*s is allowed by the recipe", STR_ARG(e->path));
	return proof_bad(p, t, "%.*s is a %s", STR_ARG(e->path), what);
}

static int shell_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	return unwanted_each(p, t, e, is_program(e, shell, COUNT(shell)), p->in->allow_shell,
			     "shell");
}

static int manager_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	return unwanted_each(p, t, e, is_program(e, package_manager, COUNT(package_manager)),
			     p->in->allow_package_manager, "package manager");
}

static int merge_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	str rest = e->path, top = str_cut(&rest, '/');
	bool is_merged = false;

	for (size_t i = 0; i < COUNT(merged); i++)
		is_merged = is_merged || str_eq(top, merged[i]);
	if (!is_merged)
		return 0;
	t->seen++;
	if (rest.p)
		return proof_bad(p, t, "%.*s does not lie below usr", STR_ARG(e->path));
	str to = str_starts(e->link, S("/")) ? str_from(e->link, 1) : e->link;
	if (e->type == ENTRY_SYMLINK && str_starts(to, S("usr/")) && str_eq(str_from(to, 4), top))
		return 0;
	return proof_bad(p, t, "%.*s is no symbolic link to usr/%.*s", STR_ARG(e->path),
			 STR_ARG(top));
}

static const struct rule {
	const char *name;
	int (*each)(struct proof *p, struct proof_tally *t, const struct entry *e);
	int (*end)(struct proof *p, struct proof_tally *t); /* after all entries, or NULL */
	const char *seen, *also; /* what the numbers count, for the summary; also may be NULL */
	const char *permit;      /* what a recipe says that wants it so, or NULL */
} rule[] = {
	{ "every path lies in a directory", tree_each, NULL, "paths", NULL },
	{ "every library is found", proof_library_each, proof_library_end, "ELF files",
	  "needed libraries" },
	{ "every program is for the platform", machine_each, NULL, "programs and libraries", NULL },
	{ "every interpreter exists", interpreter_each, NULL, "programs", "scripts" },
	{ "every link leads somewhere", link_each, NULL, "symbolic links", "hard links" },
	{ "no setuid or setgid file", setuid_each, NULL, "such files", NULL,
	  "allow-setuid: [PATH]" },
	{ "no private key", key_each, NULL, "files", NULL },
	{ "every owner has an account", owner_each, NULL, "paths", NULL },
	{ "nothing is writable by everybody", writable_each, NULL, "paths", "sticky directories" },
	{ "no shell", shell_each, NULL, "shells", NULL, "allow: [shell]" },
	{ "no package manager", manager_each, NULL, "package managers", NULL,
	  "allow: [package-manager]" },
	{ "/usr is merged", merge_each, NULL, "links into usr", NULL },
};

static int id_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The third fields of passwd(5) or group(5), sorted. A line without a number there counts for
 * nothing. */
static int read_ids(struct op *op, str text, uint32_t **ret, ptrdiff_t *ret_n)
{
	VEC(uint32_t) id = { 0 };

	while (text.p) {
		str line = str_cut(&text, '\n');
		uint64_t value;
		(void)str_cut(&line, ':');
		(void)str_cut(&line, ':');
		if (!num_parse(str_cut(&line, ':'), UINT32_MAX, &value))
			continue;
		uint32_t *slot = vec_push(op, &id);
		if (!slot)
			return op->code;
		*slot = (uint32_t)value;
	}
	if (id.n)
		qsort(id.p, (size_t)id.n, sizeof(id.p[0]), id_cmp);
	*ret = id.p;
	*ret_n = id.n;
	return 0;
}

static int set_up(struct op *op, const struct proof_input *in, struct proof *p)
{
	if (in->file_n > LIMIT_ENTRIES)
		return op_fail(op, ERR_LIMIT, "the image has more than %d paths", LIMIT_ENTRIES);
	*p = (struct proof){ .op = op, .in = in };
	map_init(&p->entry, op);
	map_init(&p->directory, op);
	map_init(&p->common, op);
	for (ptrdiff_t i = 0; i < in->file_n; i++) {
		const struct entry *e = in->file[i].entry;
		int rc = map_get(&p->entry, e->path)
				 ? 0
				 : map_put(&p->entry, e->path, (void *)(uintptr_t)e);
		if (rc < 0)
			return rc;
	}
	int rc = read_ids(op, in->passwd, &p->uid.p, &p->uid.n);
	return rc < 0 ? rc : read_ids(op, in->group, &p->gid.p, &p->gid.n);
}

static int conclude(struct proof *p, const struct rule *r, struct proof_tally *t,
		    struct outcome_check *ret)
{
	struct outcome_check check = { .name = str_of(r->name), .ok = t->bad_n == 0 };
	int rc = op_text(p->op, &check.summary, "%td %s", t->seen, r->seen);

	if (rc == 0 && r->also)
		rc = op_text(p->op, &check.summary, "%.*s, %td %s", STR_ARG(check.summary), t->also,
			     r->also);
	if (rc == 0 && t->bad_n && r->permit)
		rc = op_text(p->op, &check.summary,
			     "%.*s; if they are wanted, say in the recipe %s",
			     STR_ARG(check.summary), r->permit);
	if (rc == 0 && t->bad_n > t->bad.n) {
		str *line = vec_push(p->op, &t->bad);
		rc = line ? op_text(p->op, line, "and %td more", t->bad_n - PROOF_DETAILS_MAX)
			  : p->op->code;
	}
	if (rc < 0)
		return rc;
	check.detail = check.ok ? (struct texts){ t->note.p, t->note.n }
				: (struct texts){ t->bad.p, t->bad.n };
	*ret = check;
	return 0;
}

int proof_check(struct op *op, const struct proof_input *in, struct outcome_check **ret,
		ptrdiff_t *ret_n)
{
	struct proof p;
	struct proof_tally tally[COUNT(rule)] = { 0 };
	struct outcome_check *check = op_new(op, struct outcome_check, COUNT(rule));
	int rc = check ? set_up(op, in, &p) : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < in->file_n; i++)
		for (size_t r = 0; rc == 0 && r < COUNT(rule); r++)
			rc = rule[r].each(&p, &tally[r], in->file[i].entry);
	for (size_t r = 0; rc == 0 && r < COUNT(rule); r++) {
		rc = rule[r].end ? rule[r].end(&p, &tally[r]) : 0;
		if (rc == 0)
			rc = conclude(&p, &rule[r], &tally[r], &check[r]);
	}
	if (rc < 0)
		return rc;
	*ret = check;
	*ret_n = (ptrdiff_t)COUNT(rule);
	return 0;
}

bool proof_holds(const struct outcome_check *check, ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (!check[i].ok)
			return false;
	return true;
}
