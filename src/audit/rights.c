/*
 * What the rights of files give away: setuid, capabilities, what everybody may write, owners that are
 * nobody, devices.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "auditor.h"
#include "base/limits.h"
#include "base/num.h"
#include "passwd.h"
#include "regions.h"

enum { NO_SETUID, NO_CAPABILITIES, NO_WORLD_WRITABLE, OWNERS_KNOWN, NO_DEVICES };

static const struct rule rules[] = {
	{ "fs.no_setuid", "CIS-4.8 CIS-DI-0008", SEVERITY_HIGH, "No file is setuid or setgid",
	  "Such a program runs with the rights of its owner, whoever starts it: a fault in it "
	  "makes root of anybody.",
	  "Remove the package, or take the bit away: chmod a-s FILE." },
	{ "fs.no_capabilities", "CIS-4.8", SEVERITY_MEDIUM, "No file has capabilities",
	  "File capabilities give a part of root's power to whoever starts the program; lists of "
	  "modes do not show them.",
	  "Take them away (setcap -r FILE), and have the runtime grant what the service needs." },
	{ "fs.no_world_writable", "", SEVERITY_MEDIUM,
	  "Nothing is writable by everybody, but sticky directories",
	  "Every account, a broken-in service's too, could replace what others read or run.",
	  "chmod o-w it, or give it to the one account that writes there." },
	{ "fs.owners_known", "", SEVERITY_LOW, "Every file belongs to an account of the image",
	  "Files of an id without an account belong to whoever gets that id next, often on the "
	  "build machine.",
	  "COPY --chown=ROOT-OR-ACCOUNT, tar --owner=0 --group=0, or add the account." },
	{ "fs.no_devices", "", SEVERITY_HIGH, "No device nodes are in the image",
	  "A device node reaches the kernel past all rights of the file system; runtimes make "
	  "those that are needed.",
	  "Remove it from the layer that brings it." },
};

static int tell_setuid(struct op *op, struct audit_run *a, uint32_t node, str path)
{
	const struct tree_node *n = tree_node(a->tree, node);
	struct tree_owner owner = tree_owner(a->tree, n);
	bool user = n->mode & 04000;
	struct fault f = { .key = path,
			   .path = path,
			   .kind = user ? S("setuid") : S("setgid"),
			   .severity = user ? SEVERITY_HIGH : SEVERITY_MEDIUM };

	return audit_fault(op, a, &rules[NO_SETUID], f, "%.*s runs with the rights of %s %u (%05o)",
			   STR_ARG(path), user ? "user" : "group", user ? owner.uid : owner.gid,
			   n->mode);
}

/* With one of these the rest can be had. */
static bool is_grave(const struct file_capability *c)
{
	static const uint8_t grave[] = { 0, 1, 2, 3, 6, 7, 16, 17, 19, 21, 27, 31, 33, 39 };
	bool is = false;

	for (size_t i = 0; i < sizeof(grave); i++)
		is |= (c->permitted | c->inheritable) >> grave[i] & 1;
	return is;
}

static int tell_capability(struct op *op, struct audit_run *a, uint32_t node, str path)
{
	struct fault f = { .key = path, .path = path, .kind = S("capability") };
	struct file_capability c;
	struct buf b;
	str text;
	int rc = tree_capability(a->tree, node, &c);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	buf_init(&b, op, LIMIT_NAME * 16);
	file_capability_text(&b, &c);
	if ((rc = buf_take(&b, &text)) < 0)
		return rc;
	f.severity = is_grave(&c) ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	return audit_fault(op, a, &rules[NO_CAPABILITIES], f, "%.*s has %.*s", STR_ARG(path),
			   STR_ARG(text));
}

static int tell_device(struct op *op, struct audit_run *a, uint32_t node, str path)
{
	char kind = tree_special(tree_node(a->tree, node));
	struct fault f = { .key = path, .path = path, .kind = S("device") };

	if (kind != 'c' && kind != 'b')
		return 0;
	return audit_fault(op, a, &rules[NO_DEVICES], f, "%.*s is a %s device", STR_ARG(path),
			   kind == 'c' ? "character" : "block");
}

static int tell_node(struct op *op, struct audit_run *a, uint32_t node)
{
	const struct tree_node *n = tree_node(a->tree, node);
	SCRATCH char room[LIMIT_PATH + 1];
	struct file_capability c;
	str path;
	bool special = n->type == TREE_OTHER;
	bool set = n->type == TREE_FILE && n->mode & 06000;
	bool capable = n->type == TREE_FILE && tree_capability(a->tree, node, &c) == 0;
	int rc = 0;

	if (!special && !set && !capable)
		return 0;
	if (op_copy(op, tree_path(a->tree, node, room), &path) < 0)
		return op->code;
	if (special)
		rc = tell_device(op, a, node, path);
	if (rc == 0 && set)
		rc = tell_setuid(op, a, node, path);
	return rc == 0 && capable ? tell_capability(op, a, node, path) : rc;
}

static bool is_open(const struct tree_node *n)
{
	if (n->type == TREE_DIRECTORY)
		return n->mode & 02 && !(n->mode & 01000);
	return n->type == TREE_FILE && n->mode & 02;
}

static int tell_open(struct op *op, struct audit_run *a, const struct regions *r)
{
	SCRATCH char room[LIMIT_PATH + 1];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < tree_count(a->tree); i++) {
		const struct tree_node *n = tree_node(a->tree, i);
		str path;
		if (!regions_is_top(r, i))
			continue;
		if (op_copy(op, tree_path(a->tree, i, room), &path) < 0)
			return op->code;
		bool dir = n->type == TREE_DIRECTORY;
		struct fault f = { .key = path,
				   .path = path,
				   .kind = dir ? S("directory") : S("file") };
		if (r->count[i] > 1)
			rc = audit_fault(
				op, a, &rules[NO_WORLD_WRITABLE], f,
				"/%.*s is writable by everybody (%04o), and %u more below it",
				STR_ARG(path), n->mode, r->count[i] - 1);
		else
			rc = audit_fault(op, a, &rules[NO_WORLD_WRITABLE], f,
					 "/%.*s is writable by everybody (%04o)", STR_ARG(path),
					 n->mode);
	}
	return rc;
}

/* An id of files that no account has. */
struct stranger {
	bool group;
	uint32_t id, node, count;
};

struct ids { /* of accounts, sorted */
	uint32_t *p;
	ptrdiff_t n;
	bool told; /* there is such a file */
};

struct strangers {
	struct ids user, group;
	VEC(struct stranger) found; /* STRANGERS at most */
	uint64_t more;              /* files of others beyond these */
};
enum { STRANGERS = 256 };

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Those of a file, root, and the one that the configuration names by its number. */
static int read_ids(struct op *op, struct audit_run *a, enum passwd_kind kind, str own,
		    struct ids *ret)
{
	const char *path = kind == PASSWD_USERS ? "etc/passwd" : "etc/group";
	struct passwd_line *line;
	ptrdiff_t n;
	uint64_t id;
	str text = S("");
	int rc = audit_text(op, a, str_of(path), LIMIT_CAPTURE, &text);

	ret->told = rc == 0;
	if (rc < 0 || (rc = passwd_read(op, kind, text, &line, &n)) < 0)
		return rc;
	if (!(ret->p = op_new(op, uint32_t, n + 2)))
		return op->code;
	ret->p[ret->n++] = 0;
	if (num_parse(own, UINT32_MAX - 1, &id))
		ret->p[ret->n++] = (uint32_t)id;
	for (ptrdiff_t i = 0; i < n; i++)
		if (!line[i].bad)
			ret->p[ret->n++] = line[i].id;
	qsort(ret->p, (size_t)ret->n, sizeof(*ret->p), by_id);
	return 0;
}

static bool is_known(const struct ids *ids, uint32_t id)
{
	return !ids->told || bsearch(&id, ids->p, (size_t)ids->n, sizeof(id), by_id) != NULL;
}

static int read_accounts(struct op *op, struct audit_run *a, struct strangers *s)
{
	str group = a->config ? a->config->user : S(""), user = str_cut(&group, ':');
	int rc = read_ids(op, a, PASSWD_USERS, user, &s->user);

	return rc < 0 ? rc : read_ids(op, a, PASSWD_GROUPS, group, &s->group);
}

static int note_stranger(struct op *op, struct strangers *s, bool group, uint32_t id, uint32_t node)
{
	for (ptrdiff_t i = 0; i < s->found.n; i++) {
		struct stranger *x = &s->found.p[i];
		if (x->group == group && x->id == id) {
			x->count++;
			return 0;
		}
	}
	if (s->found.n == STRANGERS) {
		s->more++;
		return 0;
	}
	struct stranger *x = vec_push(op, &s->found);
	if (!x)
		return op->code;
	*x = (struct stranger){ group, id, node, 1 };
	return 0;
}

static int look_at_owner(struct op *op, struct audit_run *a, struct strangers *s, uint32_t node)
{
	struct tree_owner o = tree_owner(a->tree, tree_node(a->tree, node));
	int rc = 0;

	if (!is_known(&s->user, o.uid))
		rc = note_stranger(op, s, false, o.uid, node);
	if (rc == 0 && !is_known(&s->group, o.gid))
		rc = note_stranger(op, s, true, o.gid, node);
	return rc;
}

static int tell_strangers(struct op *op, struct audit_run *a, const struct strangers *s)
{
	SCRATCH char room[LIMIT_PATH + 1];
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < s->found.n; i++) {
		const struct stranger *x = &s->found.p[i];
		struct fault f = { .kind = x->group ? S("group") : S("user") };
		if (op_copy(op, tree_path(a->tree, x->node, room), &f.path) < 0 ||
		    op_text(op, &f.key, "%s %u", x->group ? "gid" : "uid", x->id) < 0)
			return op->code;
		rc = audit_fault(op, a, &rules[OWNERS_KNOWN], f,
				 "%u %s to %s %u, which is no account: /%.*s", x->count,
				 x->count == 1 ? "file belongs" : "files belong",
				 x->group ? "group" : "user", x->id, STR_ARG(f.path));
	}
	if (rc == 0 && s->more) {
		struct fault f = { .kind = S(FAULT_MORE), .layer = -1 };
		if (op_text(op, &f.key, "%" PRIu64 " more", s->more) < 0)
			return op->code;
		rc = audit_fault(op, a, &rules[OWNERS_KNOWN], f,
				 "%" PRIu64 " more files belong to other users and groups, which "
				 "are no accounts",
				 s->more);
	}
	if (rc == 0 && !s->user.told)
		rc = audit_detail(op, a, &rules[OWNERS_KNOWN], "the image has no accounts");
	return rc;
}

static int run(struct op *op, struct audit_run *a)
{
	struct strangers strangers = { 0 };
	struct regions open;
	int rc = 0;
	AUTO_OP own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if (regions_open(&own, a->tree, &open) < 0)
		return op_adopt_error(op, &own);
	if ((rc = read_accounts(op, a, &strangers)) < 0)
		return rc;
	for (uint32_t i = 0; rc == 0 && i < tree_count(a->tree); i++) {
		const struct tree_node *n = tree_node(a->tree, i);
		regions_put(&open, i, is_open(n));
		if (!tree_is_gone(n) && (rc = tell_node(op, a, i)) == 0)
			rc = look_at_owner(op, a, &strangers, i);
	}
	return rc < 0 || (rc = tell_open(op, a, &open)) < 0 ? rc
							    : tell_strangers(op, a, &strangers);
}

static const struct want wants[] = { { .glob = "etc/passwd" }, { .glob = "etc/group" }, { 0 } };

const struct auditor auditor_rights = { .name = "rights",
					.rule = rules,
					.rule_n = sizeof(rules) / sizeof(rules[0]),
					.wants = wants,
					.run = run };
