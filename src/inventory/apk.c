/*
 * apk's database of what is installed: records of "X:value" lines, a blank line between two.
 *
 *	P name  V version  A architecture  o origin  L licence  T description  U homepage
 *	m maintainer  D needs  p provides  S size  I installed size  t build time  c commit
 *	C checksum  s repository
 *	F directory of the files that follow    R file    a user:group:mode of it    Z its digest
 *
 * Source: apk-package(5), apk-tools' database.c.
 */
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "cataloger.h"
#include "codec/base64.h"
#include "model/licence.h"

struct record {
	str field[128]; /* by its letter: the first of each */
	str text;       /* all lines */
	str bad;        /* the first line that is none */
	ptrdiff_t files, path_bytes;
};

/* The next line as its letter and value; 0: not a line of a record. */
static char take_line(str *in, str *ret)
{
	str line = str_cut(in, '\n');

	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	*ret = str_from(line, 2);
	if (line.len < 2 || line.p[1] != ':' || line.p[0] <= ' ' || line.p[0] > '~') {
		*ret = line;
		return 0;
	}
	return line.p[0];
}

static bool next_record(str *in, struct record *ret)
{
	ptrdiff_t dir = 0;
	str value;

	*ret = (struct record){ 0 };
	while (in->p && in->len && in->p[0] == '\n')
		*in = str_from(*in, 1);
	ret->text = *in;
	while (in->p && in->len && in->p[0] != '\n') {
		char letter = take_line(in, &value);
		if (letter == 0) {
			if (!ret->bad.p && str_trim(value).len)
				ret->bad = value;
		} else if (letter == 'F') {
			dir = value.len;
		} else if (letter == 'R') {
			ret->files++;
			ret->path_bytes += dir + 1 + value.len;
		} else if (!ret->field[(int)letter].p) {
			ret->field[(int)letter] = value;
		}
	}
	ret->text.len = in->p ? in->p - ret->text.p : ret->text.len;
	return ret->text.len > 0;
}

/* ---- files ---- */

/* "Q1" and a SHA-1, "Q2" and a SHA-256, both in base64; older ones in hex are passed over. */
static void take_digest(str value, struct package_file *f)
{
	uint8_t digest[33];
	size_t n = 0;

	if (value.len < 2 || value.p[0] != 'Q' ||
	    !base64_read(str_from(value, 2), digest, sizeof(digest), &n))
		return;
	if (value.p[1] == '1' && n == 20)
		f->hash = HASH_SHA1;
	else if (value.p[1] == '2' && n == 32)
		f->hash = HASH_SHA256;
	else
		return;
	memcpy(f->digest, digest, n);
}

static str join_path(char **at, str root, str dir, str name)
{
	const str part[] = { root, dir, dir.len ? S("/") : S(""), name };
	char *start = *at;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		memcpy(*at, part[i].p ? part[i].p : "", (size_t)part[i].len);
		*at += part[i].len;
	}
	return (str){ start, *at - start };
}

/* What apk asks before it overwrites: etc, as its protected_paths.d has it. */
static uint8_t flags_of(str dir)
{
	return str_eq(dir, S("etc")) || str_starts(dir, S("etc/")) ? FILE_CONFIG : 0;
}

static int read_files(struct op *op, str root, const struct record *r, struct package *p)
{
	ptrdiff_t bytes = r->path_bytes + r->files * root.len;
	struct package_file *f = NULL;
	str text = r->text, dir = S(""), value;
	char *at = op_new(op, char, bytes + 1);

	p->file = op_new(op, struct package_file, r->files);
	if (!at || !p->file)
		return op->code;
	while (text.p && text.len) {
		char letter = take_line(&text, &value);
		if (letter == 'F') {
			dir = value;
			f = NULL;
		} else if (letter == 'R') {
			f = &p->file[p->file_n++];
			f->path = join_path(&at, root, dir, value);
			f->flags = flags_of(dir);
		} else if (letter == 'Z' && f) {
			take_digest(value, f);
		} else if (letter == 'a' && f && str_find_str(value, S(":777")) >= 0) {
			f = NULL; /* a symlink: the digest is of its target's name */
		}
	}
	return package_sort_files(op, p);
}

/* ---- packages ---- */

/* "musl>=1.2", "so:libc.so.6=1", "cmd:ls@edge": without what follows the name. */
static str bare_name(str word)
{
	ptrdiff_t n = 0;

	while (n < word.len && str_find(S("=<>~"), word.p[n]) < 0 && (n == 0 || word.p[n] != '@'))
		n++;
	return str_head(word, n);
}

static int read_names(struct op *op, str field, struct texts *ret)
{
	ptrdiff_t n = 1;

	if (field.len == 0)
		return 0;
	for (ptrdiff_t i = 0; i < field.len; i++)
		n += field.p[i] == ' ';
	if (!(ret->p = op_new(op, str, n)))
		return op->code;
	for (str word = str_word(&field); word.len; word = str_word(&field)) {
		str name = bare_name(word);
		if (name.len && name.p[0] != '!') /* a conflict */
			ret->p[ret->n++] = name;
	}
	return 0;
}

static int read_facts(struct op *op, const struct record *r, struct pairs *ret)
{
	static const struct {
		str key;
		char letter;
	} row[] = { { S_INIT("apk:build-time"), 't' }, { S_INIT("apk:checksum"), 'C' },
		    { S_INIT("apk:commit"), 'c' },     { S_INIT("apk:installed-size"), 'I' },
		    { S_INIT("apk:repository"), 's' }, { S_INIT("apk:size"), 'S' } };
	ptrdiff_t most = sizeof(row) / sizeof(row[0]);

	if (!(ret->p = op_new(op, struct pair, most)))
		return op->code;
	for (ptrdiff_t i = 0; i < most; i++) {
		str value = r->field[(int)row[i].letter];
		if (value.len)
			ret->p[ret->n++] = (struct pair){ row[i].key, value };
	}
	return 0;
}

struct apk {
	str release; /* by the newest etc/apk/repositories: "3.18", "edge" */
	uint64_t order;
};

static int read_record(struct op *op, struct catalog *c, const struct found *f, str root,
		       const struct record *r)
{
	const struct os_identity *os = catalog_os(c);
	const struct apk *state = *catalog_state(c);
	struct package p = { .type = PACKAGE_APK,
			     .ns = os->id.len ? os->id : S("alpine"),
			     .name = r->field['P'],
			     .version = r->field['V'],
			     .arch = r->field['A'],
			     .source = r->field['o'],
			     .distro = os->distro,
			     .supplier = r->field['m'],
			     .homepage = r->field['U'],
			     .description = r->field['T'] };
	int rc = read_facts(op, r, &p.facts);

	if (p.source.len)
		p.source_version = p.version;
	if (rc == 0 && os->id.len == 0 && state->release.len)
		rc = op_text(op, &p.distro, "alpine-%.*s", STR_ARG(state->release));
	if (rc == 0)
		rc = read_names(op, r->field['D'], &p.needs);
	if (rc == 0)
		rc = read_names(op, r->field['p'], &p.provides);
	if (rc == 0)
		rc = read_files(op, root, r, &p);
	if (rc == 0 && catalog_wants_licences(c))
		rc = licence_expression(op, r->field['L'], &p.licence);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_DATABASE, &p, NULL);
}

static str root_of(str path)
{
	ptrdiff_t at = str_find_str(path, S("lib/apk/db/"));
	str root = str_head(path, at < 0 ? 0 : at);

	if (str_ends(root, S("var/")) || str_ends(root, S("usr/")))
		root.len -= 4;
	return root;
}

static int read_installed(struct op *op, struct catalog *c, const struct found *f)
{
	struct record r;
	bool bad = false;
	str text, path;
	int rc = catalog_text(op, c, f, LIMIT_INDEX, &text);

	if (rc == 0)
		rc = op_copy(op, f->path, &path);
	while (rc == 0 && next_record(&text, &r)) {
		if (r.bad.p && !bad) {
			bad = true;
			(void)op_fail(op, ERR_FORMAT, "not a line of apk's database: '%.*s'",
				      STR_ARG(str_head(r.bad, 80)));
			rc = catalog_unreadable(op, c, f, path);
		}
		if (rc == 0 && r.field['P'].len && r.field['V'].len)
			rc = read_record(op, c, f, root_of(path), &r);
	}
	return rc;
}

/* ---- repositories ---- */

/* "v3.18" as a number that grows with it; edge is above all; 0: it is no release. */
static uint64_t release_order(str name, str *ret)
{
	uint64_t major, minor;
	str rest = name.len && name.p[0] == 'v' ? str_from(name, 1) : name;

	*ret = rest;
	if (str_eq(rest, S("edge")))
		return UINT64_MAX;
	str front = str_cut(&rest, '.');
	if (!num_parse(front, 99, &major) || !num_parse(rest, 999, &minor))
		return 0;
	return 1 + major * 1000 + minor;
}

/* ".../v3.18/main": the release is the last directory but one. Tagged repositories ("@edge URL")
 * are only for packages that ask for them. */
static int read_repositories(struct op *op, struct catalog *c, const struct found *f)
{
	struct apk *state = *catalog_state(c);
	str text, release;
	int rc = catalog_text(op, c, f, LIMIT_DOCUMENT, &text);

	if (rc < 0)
		return rc;
	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len == 0 || line.p[0] == '#' || line.p[0] == '@')
			continue;
		uint64_t order = release_order(str_base_name(str_dir_name(line)), &release);
		if (order > state->order) {
			state->order = order;
			state->release = release;
		}
	}
	return 0;
}

static int begin_apk(struct op *op, struct catalog *c)
{
	*catalog_state(c) = op_new(op, struct apk, 1);
	return *catalog_state(c) ? 0 : op->code;
}

static int read_apk(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_ends(f->path, S("etc/apk/repositories")))
		return read_repositories(op, c, f);
	return read_installed(op, c, f);
}

static int end_apk(struct op *op, struct catalog *c)
{
	const struct apk *state = *catalog_state(c);

	return state->release.len ? catalog_os_fact(op, c, S("apk:release"), state->release) : 0;
}

const struct cataloger cataloger_apk = {
	.name = "apk",
	.what = "packages of Alpine, Wolfi and their descendants, by apk's database",
	.wants = { { .glob = "etc/apk/repositories" }, { .glob = "**/lib/apk/db/installed" } },
	.read = read_apk,
	.begin = begin_apk,
	.end = end_apk,
};
