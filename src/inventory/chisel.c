/*
 * The manifest of a chiselled Ubuntu image: zstd-compressed lines of JSON, sorted ("jsonwall").
 *
 *	{"kind":"package","name":"openssl","version":"3.0.13-0ubuntu3.5","sha256":"...","arch":"amd64"}
 *	{"kind":"slice","name":"openssl_bins"}
 *	{"kind":"path","path":"/usr/bin/openssl","mode":"0755","slices":["openssl_bins"],"sha256":"...","size":1}
 *
 * A slice is PACKAGE_PART; final_sha256 is of a file that a slice's script changed. Source:
 * Chisel's documentation, "Chisel manifest".
 */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "codec/json.h"
#include "codec/stream.h"
#include "dpkg_impl.h"

enum { SLICES_MAX = 4096 /* bytes of a package's slices that are told: python3's are 300 */ };

struct piece { /* a path of a package */
	ptrdiff_t package;
	struct package_file file;
};
struct manifest {
	struct op *op;
	struct catalog *c;
	str root;
	VEC(struct package) package;
	VEC(struct piece) piece;
	struct map by_name; /* to positions in package, plus one */
};

static str text_of(const struct node *map, str key)
{
	str text = S("");

	(void)node_text(node_get(map, key), &text);
	return text;
}

/* "openssl_bins": the package before the last '_', which no package's name has. */
static struct package *package_of(struct manifest *m, str slice)
{
	ptrdiff_t at = str_rfind(slice, '_');
	uintptr_t i = at <= 0 ? 0 : (uintptr_t)map_get(&m->by_name, str_head(slice, at));

	return i ? &m->package.p[i - 1] : NULL;
}

static int add_package(struct manifest *m, const struct node *line)
{
	const struct os_identity *os = catalog_os(m->c);
	struct package p = { .type = PACKAGE_DEB,
			     .ns = os->id.len ? os->id : S("ubuntu"),
			     .distro = os->distro };
	str sum;
	int rc = op_copy(m->op, text_of(line, S("name")), &p.name);

	if (rc == 0)
		rc = op_copy(m->op, text_of(line, S("version")), &p.version);
	if (rc == 0)
		rc = op_copy(m->op, text_of(line, S("arch")), &p.arch);
	if (rc == 0)
		rc = op_copy(m->op, text_of(line, S("sha256")), &sum);
	if (rc == 0)
		rc = package_fact(m->op, &p.checksum, "sha256", sum);
	if (rc < 0 || p.name.len == 0 || map_find(&m->by_name, p.name) >= 0)
		return rc;
	struct package *to = vec_push(m->op, &m->package);
	if (!to)
		return m->op->code;
	*to = p;
	return map_put(&m->by_name, p.name, (void *)(uintptr_t)m->package.n);
}

/* The parts of a package that are there: "bins config". */
static int add_slice(struct manifest *m, const struct node *line)
{
	str name = text_of(line, S("name")), said = S("");
	struct package *p = package_of(m, name);
	str part = p ? str_from(name, p->name.len + 1) : S("");

	if (part.len == 0)
		return 0;
	if (p->facts.n)
		said = p->facts.p[0].value;
	if (said.len > SLICES_MAX)
		return 0;
	int rc = op_text(m->op, &said, "%.*s%s%.*s", STR_ARG(said), said.len ? " " : "",
			 STR_ARG(part));
	if (rc == 0 && p->facts.n == 0)
		return package_fact(m->op, &p->facts, "chisel:slices", said);
	if (rc == 0)
		p->facts.p[0].value = said;
	return rc;
}

static int add_path(struct manifest *m, const struct node *line)
{
	const struct node *slices = node_get(line, S("slices"));
	struct package_file f = { 0 };
	struct digest d;
	str path = text_of(line, S("path")), sum = text_of(line, S("final_sha256"));
	const struct package *last = NULL;

	while (path.len && path.p[0] == '/')
		path = str_from(path, 1);
	if (path.len == 0 || str_ends(path, S("/")) || !slices || slices->kind != NODE_LIST)
		return 0;
	if (digest_parse(sum.len ? sum : text_of(line, S("sha256")), &d)) {
		f.hash = HASH_SHA256;
		memcpy(f.digest, d.b, sizeof(d.b));
	}
	int rc = op_text(m->op, &f.path, "%.*s%.*s", STR_ARG(m->root), STR_ARG(path));
	for (ptrdiff_t i = 0; rc == 0 && i < slices->n; i++) {
		const struct package *p = package_of(m, slices->child[i].text);
		if (!p || p == last)
			continue;
		last = p;
		struct piece *to = vec_push(m->op, &m->piece);
		if (!to)
			return m->op->code;
		*to = (struct piece){ p - m->package.p, f };
	}
	return rc;
}

static int read_line(struct op *op, str line, struct manifest *m)
{
	struct doc doc;
	int rc = json_parse(op, S("manifest"), line, &doc);
	str kind = rc < 0 ? S("") : text_of(&doc.root, S("kind"));

	if (str_eq(kind, S("package")))
		rc = add_package(m, &doc.root);
	else if (str_eq(kind, S("slice")))
		rc = add_slice(m, &doc.root);
	else if (str_eq(kind, S("path")))
		rc = add_path(m, &doc.root);
	return rc < 0 && op->code == 0 ? op_adopt_error(op, m->op) : rc;
}

/* Lines are sorted by kind, so that packages are known before paths and slices. */
static int read_lines(struct manifest *m, str text)
{
	AUTO_OP line;
	int rc = 0;

	op_init(&line, LIMIT_STANZA * 8);
	while (rc == 0 && text.p) {
		struct op_mark mark = op_mark(&line);
		str one = str_trim(str_cut(&text, '\n'));
		if (one.len)
			rc = read_line(&line, one, m);
		op_reset(&line, mark);
	}
	return rc < 0 ? op_adopt_error(m->op, &line) : 0;
}

static int unpack(struct op *op, struct catalog *c, const struct found *f, str *ret)
{
	AUTO_STREAM *s = NULL;
	str packed;
	int rc = catalog_text(op, c, f, LIMIT_CAPTURE, &packed);

	if (rc == 0)
		rc = stream_open_bytes(op, packed, f->path, LIMIT_INDEX, &s);
	return rc < 0 ? rc : stream_read_all(op, s, LIMIT_INDEX, ret);
}

static int read_manifest(struct op *op, const struct found *f, struct manifest *m)
{
	AUTO_OP scratch;
	str text;

	op_init(&scratch, LIMIT_WANTED);
	int rc = unpack(&scratch, m->c, f, &text);
	if (rc < 0)
		return op_adopt_error(op, &scratch);
	return text.len ? read_lines(m, text) : 0;
}

static int share_files(struct op *op, struct manifest *m)
{
	for (ptrdiff_t i = 0; i < m->piece.n; i++)
		m->package.p[m->piece.p[i].package].file_n++;
	for (ptrdiff_t i = 0; i < m->package.n; i++) {
		struct package *p = &m->package.p[i];
		p->file = op_new(op, struct package_file, p->file_n);
		if (!p->file)
			return op->code;
		p->file_n = 0;
	}
	for (ptrdiff_t i = 0; i < m->piece.n; i++) {
		struct package *p = &m->package.p[m->piece.p[i].package];
		p->file[p->file_n++] = m->piece.p[i].file;
	}
	return 0;
}

static int read_chisel(struct op *op, struct catalog *c, const struct found *f)
{
	struct manifest m = { .op = op, .c = c };
	struct dpkg_place place = { .f = *f };

	if (!str_ends(f->path, S("manifest.wall")))
		return 0;
	int rc = op_copy(op, str_head(f->path, f->path.len - S("var/lib/chisel/manifest.wall").len),
			 &m.root);

	map_init(&m.by_name, op);
	place.root = m.root;
	if (rc == 0)
		rc = read_manifest(op, f, &m);
	if (rc == 0)
		rc = share_files(op, &m);
	for (ptrdiff_t i = 0; rc == 0 && i < m.package.n; i++) {
		struct package *p = &m.package.p[i];
		rc = package_sort_files(op, p);
		if (rc == 0 && catalog_wants_licences(c))
			rc = dpkg_licence(op, c, &place, p);
		if (rc == 0)
			rc = catalog_add(op, c, f, EVIDENCE_DATABASE, p, NULL);
	}
	return rc;
}

const struct cataloger cataloger_chisel = {
	.name = "chisel",
	.what = "packages of chiselled Ubuntu images, by Chisel's manifest",
	.wants = { { .glob = "**/var/lib/chisel/manifest.wall" },
		   { .glob = "**/usr/share/doc/*/copyright", .licences = true } },
	.read = read_chisel,
};
