/*
 * Portage's database: var/db/pkg/CATEGORY/NAME-VERSION/, a file for each variable of a package, and
 *
 *	CONTENTS  "obj PATH MD5 MTIME", "sym PATH -> TARGET MTIME", "dir PATH"
 *
 * Source: PMS (Package Manager Specification) 3.2, 3.3, 8.2; Portage's vartree.
 */
#include "base/buf.h"

#include "base/limits.h"
#include "base/vec.h"
#include "cataloger.h"
#include "model/licence.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Where the version in "skopeo-1.5.1-r2" begins, behind its '-'; -1: there is none. */
static ptrdiff_t version_at(str text)
{
	for (ptrdiff_t i = text.len - 2; i > 0; i--) {
		str rest = str_from(text, i + 1);
		bool revision = rest.p[0] == 'r' && rest.len > 1 && is_digit(rest.p[1]) &&
				str_find(rest, '.') < 0;
		if (text.p[i] == '-' && is_digit(rest.p[0]) && !revision)
			return i + 1;
	}
	return -1;
}

/* ---- files ---- */

static bool md5_bytes(str s, uint8_t *to)
{
	for (ptrdiff_t i = 0; i < 32; i++) {
		char c = i < s.len && s.len == 32 ? s.p[i] : 'x';
		int v = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (v < 0)
			return false;
		to[i / 2] = (uint8_t)(i % 2 ? to[i / 2] | v : v << 4);
	}
	return true;
}

/* The last word off the end of *in. */
static str last_word(str *in)
{
	ptrdiff_t at = str_rfind(*in, ' ');
	str word = str_from(*in, at + 1);

	*in = str_head(*in, at < 0 ? 0 : at);
	return word;
}

static bool read_entry(str line, struct package_file *ret)
{
	str kind = str_cut(&line, ' ');
	ptrdiff_t arrow = str_find_str(line, S(" -> "));

	*ret = (struct package_file){ 0 };
	if (str_eq(kind, S("sym")) && arrow > 0) {
		ret->path = str_head(line, arrow);
	} else if (str_eq(kind, S("obj"))) {
		(void)last_word(&line);
		ret->hash = md5_bytes(last_word(&line), ret->digest) ? HASH_MD5 : 0;
		ret->path = line;
	} else {
		return false;
	}
	if (ret->path.len < 2 || ret->path.p[0] != '/')
		return false;
	ret->path = str_from(ret->path, 1);
	ret->flags = str_starts(ret->path, S("etc/")) ? FILE_CONFIG : 0;
	return true;
}

static int read_contents(struct op *op, str text, str root, struct package *p)
{
	ptrdiff_t n = 1;

	for (ptrdiff_t i = 0; i < text.len; i++)
		n += text.p[i] == '\n';
	if (!(p->file = op_new(op, struct package_file, n)))
		return op->code;
	while (text.p) {
		struct package_file *f = &p->file[p->file_n];
		if (!read_entry(str_cut(&text, '\n'), f))
			continue;
		p->file_n++;
		if (root.len &&
		    op_text(op, &f->path, "%.*s%.*s", STR_ARG(root), STR_ARG(f->path)) < 0)
			return op->code;
	}
	return package_sort_files(op, p);
}

/* ---- what a package says ---- */

/* ">=dev-libs/foo-1.2:0=[bar]": category and name. */
static str atom_name(str word)
{
	bool versioned = false;

	if (word.len > LIMIT_NAME)
		return S("");
	while (word.len && str_find(S("<>=~!"), word.p[0]) >= 0) {
		versioned |= word.p[0] != '!';
		word = str_from(word, 1);
	}
	for (ptrdiff_t i = 0; i < word.len; i++) {
		if (str_find(S(":["), word.p[i]) >= 0)
			word = str_head(word, i);
	}
	if (str_find(word, '/') <= 0)
		return S("");
	ptrdiff_t at = versioned ? version_at(word) : -1;
	return at > 0 ? str_head(word, at - 1) : word;
}

enum { NEEDS_SEEN = 256 /* names among which doubles are looked for: more need linear time */ };

/* The names in RDEPEND: what "||" leaves to choose are all of them, as the flags that were set
 * told. */
static int read_needs(struct op *op, str text, struct texts *ret)
{
	ptrdiff_t n = 1;

	for (ptrdiff_t i = 0; i < text.len; i++)
		n += text.p[i] == ' ' || text.p[i] == '\n';
	if (!(ret->p = op_new(op, str, n)))
		return op->code;
	for (str word = str_word(&text); word.len; word = str_word(&text)) {
		str name = word.p[0] == '!' ? S("") : atom_name(word);
		bool again = name.len == 0;
		for (ptrdiff_t i = 0; i < ret->n && i < NEEDS_SEEN && !again; i++)
			again = str_eq(ret->p[i], name);
		if (!again)
			ret->p[ret->n++] = name;
	}
	return 0;
}

/* Gentoo's names that mean another licence, or none, elsewhere. */
static str gentoo_name(str word)
{
	static const struct {
		str name, spdx;
	} row[] = { { S_INIT("BSD"), S_INIT("BSD-3-Clause") },
		    { S_INIT("ZLIB"), S_INIT("Zlib") },
		    { S_INIT("openssl"), S_INIT("OpenSSL") },
		    { S_INIT("FDL-1.2"), S_INIT("GFDL-1.2-only") },
		    { S_INIT("FDL-1.3"), S_INIT("GFDL-1.3-only") } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (str_eq(word, row[i].name))
			return row[i].spdx;
	}
	return word;
}

/* "|| ( GPL-2 MIT ) BSD" is "(GPL-2 OR MIT) AND BSD". */
static int read_licence(struct op *op, str text, str *ret)
{
	bool any[LIMIT_DEPTH] = { false }, first[LIMIT_DEPTH] = { true }, choice = false;
	int depth = 0;
	struct buf b;
	str expression;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (str word = str_word(&text); word.len; word = str_word(&text)) {
		if (str_eq(word, S("||"))) {
			choice = true;
			continue;
		}
		if (str_ends(word, S("?"))) /* a flag, that was set */
			continue;
		if (str_eq(word, S(")"))) {
			if (depth == 0)
				break;
			depth--;
			buf_char(&b, ')');
			continue;
		}
		if (!first[depth])
			buf_add(&b, any[depth] ? S(" OR ") : S(" AND "));
		first[depth] = false;
		if (!str_eq(word, S("("))) {
			buf_add(&b, gentoo_name(word));
			continue;
		}
		if (depth + 1 == LIMIT_DEPTH)
			break;
		any[++depth] = choice;
		first[depth] = true;
		choice = false;
		buf_char(&b, '(');
	}
	int rc = buf_take(&b, &expression);
	return rc < 0 ? rc : licence_expression(op, expression, ret);
}

enum {
	GROUP_ROUNDS = 8,  /* groups within groups: Gentoo's own nest three deep */
	GROUPS_MAX = 1000, /* of one package: Gentoo has forty in all */
};

/* The members of a group, in "NAME member member ..." lines. */
static str members_of(str groups, str name)
{
	while (groups.p) {
		str line = str_cut(&groups, '\n');
		if (str_eq(str_word(&line), name))
			return str_trim(line);
	}
	return S("");
}

/* "@GROUP" words by their members. What is in no group stays. */
static int expand_groups(struct op *op, str groups, str *text)
{
	int left = GROUPS_MAX;

	for (int round = 0; round < GROUP_ROUNDS && str_find(*text, '@') >= 0; round++) {
		struct buf b;
		buf_init(&b, op, LIMIT_DOCUMENT);
		for (str word = str_word(text); word.len; word = str_word(text)) {
			str members = word.p[0] == '@' && left-- > 0
					      ? members_of(groups, str_from(word, 1))
					      : S("");
			buf_add(&b, members.len ? members : word);
			buf_char(&b, ' ');
		}
		if (buf_take(&b, text) < 0)
			return op->code;
	}
	return 0;
}

/* The value of a variable: the file of its name. */
static int variable(struct op *op, struct catalog *c, const struct found *contents, str name,
		    str *ret)
{
	struct found f;
	int rc = catalog_beside(op, c, contents, name, &f);

	*ret = S("");
	if (rc == 0)
		rc = catalog_text(op, c, &f, LIMIT_DOCUMENT, ret);
	*ret = str_trim(*ret);
	return rc < 0 ? rc : 0;
}

static int read_variables(struct op *op, struct catalog *c, const struct found *f,
			  struct package *p)
{
	str value;
	int rc = variable(op, c, f, S("DESCRIPTION"), &p->description);

	if (rc == 0)
		rc = variable(op, c, f, S("HOMEPAGE"), &p->homepage);
	p->homepage = str_word(&p->homepage);
	if (rc == 0)
		rc = variable(op, c, f, S("SIZE"), &value);
	if (rc == 0)
		rc = package_fact(op, &p->facts, "portage:installed-size", value);
	if (rc == 0)
		rc = variable(op, c, f, S("SLOT"), &value);
	if (rc == 0)
		rc = package_fact(op, &p->facts, "portage:slot", value);
	if (rc == 0)
		rc = variable(op, c, f, S("RDEPEND"), &value);
	if (rc == 0)
		rc = read_needs(op, value, &p->needs);
	if (rc < 0 || !catalog_wants_licences(c))
		return rc;
	rc = variable(op, c, f, S("LICENSE"), &value);
	if (rc == 0 && str_find(value, '@') >= 0) {
		str groups;
		rc = variable(op, c, f, S("../../../../../etc/portage/license_groups"), &groups);
		if (rc == 0)
			rc = expand_groups(op, groups, &value);
	}
	return rc < 0 || value.len == 0 ? rc : read_licence(op, value, &p->licence);
}

static int read_portage(struct op *op, struct catalog *c, const struct found *f)
{
	const struct os_identity *os = catalog_os(c);
	ptrdiff_t root = str_find_str(f->path, S("var/db/pkg/"));
	str path, dir, text;

	if (!str_eq(str_base_name(f->path), S("CONTENTS")) || root < 0)
		return 0;
	int rc = op_copy(op, f->path, &path);
	if (rc < 0 || (rc = catalog_text(op, c, f, LIMIT_CONTROL_FILE, &text)) < 0)
		return rc;
	dir = str_dir_name(path);
	str pf = str_base_name(dir);
	ptrdiff_t at = version_at(pf);
	if (at <= 0)
		return 0;
	struct package p = { .type = PACKAGE_PORTAGE,
			     .ns = str_base_name(str_dir_name(dir)),
			     .name = str_head(pf, at - 1),
			     .version = str_from(pf, at),
			     .distro = os->distro };
	p.provides.p = op_new(op, str, 1);
	if (!p.provides.p)
		return op->code;
	rc = op_text(op, &p.provides.p[p.provides.n++], "%.*s/%.*s", STR_ARG(p.ns),
		     STR_ARG(p.name));
	if (rc == 0)
		rc = read_contents(op, text, str_head(path, root), &p);
	if (rc == 0)
		rc = read_variables(op, c, f, &p);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_DATABASE, &p, NULL);
}

const struct cataloger cataloger_portage = {
	.name = "portage",
	.what = "packages of Gentoo, by Portage's database",
	.wants = { { .glob = "**/var/db/pkg/*/*/CONTENTS" },
		   { .glob = "**/var/db/pkg/*/*/DESCRIPTION" },
		   { .glob = "**/var/db/pkg/*/*/HOMEPAGE" },
		   { .glob = "**/var/db/pkg/*/*/LICENSE", .licences = true },
		   { .glob = "**/etc/portage/license_groups", .licences = true },
		   { .glob = "**/var/db/pkg/*/*/RDEPEND" },
		   { .glob = "**/var/db/pkg/*/*/SIZE" },
		   { .glob = "**/var/db/pkg/*/*/SLOT" } },
	.read = read_portage,
};
