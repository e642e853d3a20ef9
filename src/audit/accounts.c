/*
 * The accounts of an image: who could log in, and whether each is one.
 */
#include "auditor.h"
#include "base/limits.h"
#include "base/map.h"
#include "passwd.h"

enum { NO_EMPTY, UNIQUE, ROOT, NO_HASH, SHELLS, FORM, RULES };

static const struct rule rules[RULES] = {
	[NO_EMPTY] = { "accounts.no_empty_password", "DKL-LI-0001", SEVERITY_HIGH,
		       "No account has an empty password",
		       "Anything in the container that asks for a password, su and login services, "
		       "lets "
		       "everybody in.",
		       "Lock it: passwd -l NAME, or a '*' in the second field." },
	[UNIQUE] = { "accounts.unique_ids", "DKL-LI-0002", SEVERITY_MEDIUM,
		     "Users and groups have names and ids of their own",
		     "Two accounts of one id are one to the kernel: each owns what the other has.",
		     "Give each its own id." },
	[ROOT] = { "accounts.only_root_is_root", "", SEVERITY_HIGH, "Only root has the id 0",
		   "A second name for root is a way in that nobody looks at.",
		   "Remove the account, or give it another id." },
	[NO_HASH] = { "accounts.no_password", "", SEVERITY_MEDIUM, "No account has a password",
		      "A password's hash in an image can be tried out by whoever can pull it, and "
		      "is the same in "
		      "every container.",
		      "Lock it: a '*' in the second field; give access at start." },
	[SHELLS] = { "accounts.no_login_shell", "", SEVERITY_LOW,
		     "No account has a shell to log in with",
		     "Who gets to be the account, by su or a login service, has a shell.",
		     "Set its shell to /usr/sbin/nologin, or leave shells out of the image." },
	[FORM] = { "accounts.well_formed", "", SEVERITY_LOW, "Lines of accounts are well-formed",
		   "Programs read a malformed line in different ways, and some of them as root.",
		   "Repair or remove the line." },
};

static const struct want wants[] = {
	{ .glob = "etc/passwd" },        { .glob = "etc/group" },   { .glob = "etc/shadow" },
	{ .glob = "etc/master.passwd" }, { .glob = "etc/gshadow" }, { 0 },
};

static const struct {
	const char *path;
	enum passwd_kind kind;
} files[] = {
	{ "etc/passwd", PASSWD_USERS },   { "etc/group", PASSWD_GROUPS },
	{ "etc/shadow", PASSWD_SHADOW },  { "etc/master.passwd", PASSWD_SHADOW },
	{ "etc/gshadow", PASSWD_SHADOW },
};

struct file {
	str path;
	enum passwd_kind kind;
	struct passwd_line *line;
	ptrdiff_t n;
};

/* compat lines of nsswitch: "+", "+name", "-name". */
static bool is_compat(const struct passwd_line *l)
{
	return l->name.len && (l->name.p[0] == '+' || l->name.p[0] == '-');
}

static struct fault fault_of(const struct file *f, const struct passwd_line *l)
{
	return (struct fault){ .path = f->path, .key = l->name, .line = l->line };
}

static int check_form(struct op *op, struct audit_run *a, const struct file *f,
		      const struct passwd_line *l)
{
	return audit_fault(op, a, &rules[FORM], fault_of(f, l), "%.*s:%d is malformed",
			   STR_ARG(f->path), l->line);
}

/* "" lets everybody in; "x" says that shadow has it; what has neither '$' nor the length of a hash is a
 * lock. Groups have no use for theirs. */
static bool is_hash(str password)
{
	while (str_starts(password, S("!")))
		password = str_from(password, 1);
	return password.len >= 13 && str_find(password, '*') < 0;
}

static int check_password(struct op *op, struct audit_run *a, const struct file *f,
			  const struct passwd_line *l)
{
	bool group = str_ends(f->path, S("group")) || str_ends(f->path, S("gshadow"));

	if (group)
		return 0;
	if (l->password.len == 0)
		return audit_fault(op, a, &rules[NO_EMPTY], fault_of(f, l),
				   "%.*s has an empty password in %.*s", STR_ARG(l->name),
				   STR_ARG(f->path));
	if (str_starts(l->password, S("!")) || !is_hash(l->password))
		return 0;
	return audit_fault(op, a, &rules[NO_HASH], fault_of(f, l), "%.*s has a password in %.*s",
			   STR_ARG(l->name), STR_ARG(f->path));
}

/* Names and ids that an earlier line of the file has. */
static int check_unique(struct op *op, struct audit_run *a, const struct file *f)
{
	bool ids = f->kind != PASSWD_SHADOW;
	struct map names, by_id;

	map_init(&names, op);
	map_init(&by_id, op);
	for (ptrdiff_t i = 0; i < f->n; i++) {
		struct passwd_line *l = &f->line[i];
		struct fault fault = fault_of(f, l);
		str id;
		if (l->bad || is_compat(l))
			continue;
		const struct passwd_line *other = map_get(&names, l->name);
		fault.kind = S("name");
		if (other &&
		    audit_fault(op, a, &rules[UNIQUE], fault, "%.*s: lines %d and %d are both %.*s",
				STR_ARG(f->path), other->line, l->line, STR_ARG(l->name)) < 0)
			return op->code;
		if (map_put(&names, l->name, l) < 0)
			return op->code;
		if (!ids)
			continue;
		if (op_text(op, &id, "%u", l->id) < 0)
			return op->code;
		other = map_get(&by_id, id);
		fault.kind = S("id");
		if (other && !str_eq(other->name, l->name) &&
		    audit_fault(op, a, &rules[UNIQUE], fault, "%.*s: %.*s and %.*s have the id %u",
				STR_ARG(f->path), STR_ARG(other->name), STR_ARG(l->name),
				l->id) < 0)
			return op->code;
		if (!other && map_put(&by_id, id, l) < 0)
			return op->code;
	}
	return 0;
}

/* A shell that is in the image, and is no program that ends at once. */
static int check_shell(struct op *op, struct audit_run *a, const struct file *f,
		       const struct passwd_line *l)
{
	static const char none[] = "nologin false true sync shutdown halt git-shell";
	str shell = l->shell.len ? l->shell : S("/bin/sh");

	if (str_has_word(str_of(none), str_base_name(shell)) ||
	    tree_find(a->tree, shell) == TREE_NONE)
		return 0;
	return audit_fault(op, a, &rules[SHELLS], fault_of(f, l), "%.*s has the shell %.*s",
			   STR_ARG(l->name), STR_ARG(shell));
}

static int check_file(struct op *op, struct audit_run *a, const struct file *f)
{
	for (ptrdiff_t i = 0; i < f->n; i++) {
		const struct passwd_line *l = &f->line[i];
		if (is_compat(l))
			continue;
		if (l->bad ? check_form(op, a, f, l) < 0 : check_password(op, a, f, l) < 0)
			return op->code;
		if (!l->bad && f->kind == PASSWD_USERS && check_shell(op, a, f, l) < 0)
			return op->code;
		if (!l->bad && f->kind == PASSWD_USERS && l->id == 0 &&
		    !str_eq(l->name, S("root")) &&
		    audit_fault(op, a, &rules[ROOT], fault_of(f, l), "%.*s has the id 0 in %.*s",
				STR_ARG(l->name), STR_ARG(f->path)) < 0)
			return op->code;
	}
	return check_unique(op, a, f);
}

static int run(struct op *op, struct audit_run *a)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct file f = { .path = str_of(files[i].path), .kind = files[i].kind };
		str text;
		int rc = audit_text(op, a, f.path, LIMIT_DOCUMENT, &text);
		if (rc == 0)
			rc = passwd_read(op, f.kind, text, &f.line, &f.n);
		if (rc == 0)
			rc = check_file(op, a, &f);
		if (rc < 0)
			return rc;
	}
	return 0;
}

const struct auditor auditor_accounts = {
	.name = "accounts",
	.rule = rules,
	.rule_n = RULES,
	.wants = wants,
	.run = run,
};
