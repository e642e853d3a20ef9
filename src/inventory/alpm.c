/*
 * pacman's database: var/lib/pacman/local/NAME-VERSION/
 *
 *	desc   sections "%KEY%", a value a line, a blank line
 *	files  the same: FILES (directories end in a slash), BACKUP ("path<TAB>md5")
 *	mtree  gzip: "./path key=value ...", "/set key=value ..."; octal escapes in paths
 *
 * Source: libalpm's be_local.c; mtree(5).
 */
#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "cataloger.h"
#include "codec/stream.h"
#include "model/licence.h"

/* The value of a section, all its lines; empty: there is none. */
static str section(str text, const char *key)
{
	str name = str_of(key);

	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (!str_eq(line, name))
			continue;
		str value = str_head(text, 0);
		while (text.p) {
			str next = str_cut(&text, '\n');
			if (str_trim(next).len == 0 || (next.p[0] == '%' && str_ends(next, S("%"))))
				break;
			value.len = next.p + next.len - value.p;
		}
		return str_trim(value);
	}
	return S("");
}

/* "libtree-sitter.so=0-64", "glibc>=2.1", "optional: why": the name. */
static str bare_name(str line)
{
	ptrdiff_t n = 0;

	while (n < line.len && str_find(S("=<>: \t"), line.p[n]) < 0)
		n++;
	return str_head(line, n);
}

static ptrdiff_t lines(str text)
{
	ptrdiff_t n = 1;

	for (ptrdiff_t i = 0; i < text.len; i++)
		n += text.p[i] == '\n';
	return n;
}

static int read_names(struct op *op, str value, struct texts *ret)
{
	if (value.len == 0)
		return 0;
	if (!(ret->p = op_new(op, str, lines(value))))
		return op->code;
	while (value.p) {
		str name = bare_name(str_trim(str_cut(&value, '\n')));
		if (name.len)
			ret->p[ret->n++] = name;
	}
	return 0;
}

/* Several lines, each of which holds. */
static int read_licence(struct op *op, str value, str *ret)
{
	struct texts all = { 0 };

	if (value.len == 0)
		return 0;
	if (!(all.p = op_new(op, str, lines(value))))
		return op->code;
	while (value.p) {
		int rc = licence_expression(op, str_cut(&value, '\n'), &all.p[all.n++]);
		if (rc < 0)
			return rc;
	}
	return licence_join(op, &all, ret);
}

/* ---- files ---- */

static bool hex_bytes(str s, uint8_t *to, ptrdiff_t n)
{
	if (s.len != 2 * n)
		return false;
	for (ptrdiff_t i = 0; i < 2 * n; i++) {
		char c = s.p[i];
		int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (v < 0)
			return false;
		to[i / 2] = (uint8_t)(i % 2 ? to[i / 2] | v : v << 4);
	}
	return true;
}

static int read_files(struct op *op, str root, str text, struct package *p)
{
	str files = section(text, "%FILES%"), backup = section(text, "%BACKUP%");

	if (!(p->file = op_new(op, struct package_file, lines(files) + lines(backup))))
		return op->code;
	while (files.p) {
		str path = str_cut(&files, '\n');
		if (path.len && !str_ends(path, S("/")))
			p->file[p->file_n++].path = path;
	}
	while (backup.p) {
		str sum = str_cut(&backup, '\n'), path = str_cut(&sum, '\t');
		if (path.len == 0)
			continue;
		struct package_file *f = &p->file[p->file_n++];
		*f = (struct package_file){ .path = path, .flags = FILE_CONFIG };
		if (hex_bytes(str_trim(sum), f->digest, 16))
			f->hash = HASH_MD5;
	}
	for (ptrdiff_t i = 0; root.len && i < p->file_n; i++) {
		str *path = &p->file[i].path;
		if (op_text(op, path, "%.*s%.*s", STR_ARG(root), STR_ARG(*path)) < 0)
			return op->code;
	}
	return package_sort_files(op, p);
}

/* A path of an mtree: "./" off, "\040" a blank. */
static str unescape(str path, char *out)
{
	ptrdiff_t n = 0;

	if (str_starts(path, S("./")))
		path = str_from(path, 2);
	for (ptrdiff_t i = 0; i < path.len && n < LIMIT_PATH; i++) {
		char c = path.p[i];
		if (c == '\\' && i + 3 < path.len && path.p[i + 1] >= '0' && path.p[i + 1] <= '3') {
			c = (char)((path.p[i + 1] - '0') << 6 | (path.p[i + 2] & 7) << 3 |
				   (path.p[i + 3] & 7));
			i += 3;
		}
		out[n++] = c;
	}
	return (str){ out, n };
}

static void read_mtree_line(str line, str root, struct package *p)
{
	char out[2 * LIMIT_PATH];
	str path = str_word(&line);

	if (!str_starts(path, S("./")) || root.len > LIMIT_PATH)
		return;
	memcpy(out, root.p ? root.p : "", (size_t)root.len);
	path = unescape(path, out + root.len);
	struct package_file *f = package_find_file(p, (str){ out, root.len + path.len });
	for (str word = str_word(&line); f && word.len; word = str_word(&line)) {
		if (str_starts(word, S("sha256digest=")) &&
		    hex_bytes(str_from(word, 13), f->digest, 32))
			f->hash = HASH_SHA256;
	}
}

static int read_mtree(struct op *op, struct catalog *c, const struct found *f, str root,
		      struct package *p)
{
	AUTO_OP scratch;
	AUTO_STREAM *s = NULL; /* closed before the op that it is in */
	str packed, text;

	op_init(&scratch, LIMIT_WANTED);
	int rc = catalog_text(&scratch, c, f, LIMIT_CAPTURE, &packed);
	if (rc == 0)
		rc = stream_open_bytes(&scratch, packed, f->path, LIMIT_INDEX, &s);
	if (rc == 0)
		rc = stream_read_all(&scratch, s, LIMIT_INDEX, &text);
	if (rc < 0)
		return op_adopt_error(op, &scratch);
	while (text.p)
		read_mtree_line(str_cut(&text, '\n'), root, p);
	return 0;
}

static int all_files(struct op *op, struct catalog *c, const struct found *desc, str root,
		     struct package *p)
{
	struct found f;
	str text;
	int rc = catalog_beside(op, c, desc, S("files"), &f);

	p->listed = rc == 1;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(op, c, &f, LIMIT_CONTROL_FILE, &text);
	if (rc == 0)
		rc = read_files(op, root, text, p);
	if (rc < 0 || !catalog_wants_files(c))
		return rc;
	rc = catalog_beside(op, c, desc, S("mtree"), &f);
	if (rc == 0 && (rc = read_mtree(op, c, &f, root, p)) < 0)
		rc = catalog_unreadable(op, c, &f, f.path);
	return rc < 0 ? rc : 0;
}

static int read_facts(struct op *op, str text, struct pairs *facts)
{
	static const struct {
		const char *fact, *section;
	} row[] = { { "alpm:build-date", "%BUILDDATE%" },
		    { "alpm:installed-size", "%SIZE%" },
		    { "alpm:reason", "%REASON%" },
		    { "alpm:validation", "%VALIDATION%" } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str value = section(text, row[i].section);
		int rc = package_fact(op, facts, row[i].fact, str_cut(&value, '\n'));
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_desc(struct op *op, struct catalog *c, const struct found *f)
{
	const struct os_identity *os = catalog_os(c);
	ptrdiff_t at = str_find_str(f->path, S("var/lib/pacman/local/"));
	str text, root;

	if (!str_ends(f->path, S("/desc")) || at < 0)
		return 0;
	int rc = catalog_text(op, c, f, LIMIT_CONTROL_FILE, &text);
	if (rc == 0)
		rc = op_copy(op, str_head(f->path, at), &root);
	if (rc < 0)
		return rc;
	struct package p = { .type = PACKAGE_ALPM,
			     .ns = os->id.len ? os->id : S("arch"),
			     .name = section(text, "%NAME%"),
			     .version = section(text, "%VERSION%"),
			     .arch = section(text, "%ARCH%"),
			     .source = section(text, "%BASE%"),
			     .distro = os->distro,
			     .supplier = section(text, "%PACKAGER%"),
			     .homepage = section(text, "%URL%"),
			     .description = section(text, "%DESC%") };
	if (p.name.len == 0 || p.version.len == 0) {
		(void)op_fail(op, ERR_FORMAT, "a package of pacman without name or version");
		return op->code;
	}
	if (p.source.len)
		p.source_version = p.version;
	rc = read_facts(op, text, &p.facts);
	if (rc == 0)
		rc = read_names(op, section(text, "%DEPENDS%"), &p.needs);
	if (rc == 0)
		rc = read_names(op, section(text, "%PROVIDES%"), &p.provides);
	if (rc == 0 && catalog_wants_licences(c))
		rc = read_licence(op, section(text, "%LICENSE%"), &p.licence);
	if (rc == 0)
		rc = all_files(op, c, f, root, &p);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_DATABASE, &p, NULL);
}

const struct cataloger cataloger_alpm = {
	.name = "alpm",
	.what = "packages of Arch Linux and its descendants, by pacman's database",
	.wants = { { .glob = "**/var/lib/pacman/local/*/desc" },
		   { .glob = "**/var/lib/pacman/local/*/files" },
		   { .glob = "**/var/lib/pacman/local/*/mtree", .files = true } },
	.read = read_desc,
};
