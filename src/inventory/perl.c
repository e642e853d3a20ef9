/*
 * Perl's distributions as CPAN's clients install them. Source: metacpan.org CPAN::Meta::Spec,
 * ExtUtils::Packlist, perllocal.pod of ExtUtils::Install.
 *
 *	.../ARCH/.meta/NAME-VERSION/MYMETA.json (or install.json)    by cpanm
 *	.../auto/NAME/PARTS/.packlist      by MakeMaker: the files, and no version
 *	.../perllocal.pod                  by MakeMaker:
 *	        "=head2 ... C<Module> L<NAME|NAME>", "C<VERSION: 1.0>"
 *
 * What has all three is told by the first; perllocal.pod names what MakeMaker alone installed.
 */
#include "base/limits.h"
#include "base/map.h"

#include "base/vec.h"
#include "model/licence.h"

#include "reading.h"

/* "perl_5" and the like are names of CPAN's own. */
static str licence_of(str name)
{
	static const char *const names[][2] = {
		{ "perl_5", "Artistic-1.0-Perl OR GPL-1.0-or-later" },
		{ "apache_2_0", "Apache-2.0" },
		{ "artistic_2", "Artistic-2.0" },
		{ "artistic_1", "Artistic-1.0" },
		{ "agpl_3", "AGPL-3.0-only" },
		{ "bsd", "BSD-3-Clause" },
		{ "freebsd", "BSD-2-Clause" },
		{ "gpl_1", "GPL-1.0-only" },
		{ "gpl_2", "GPL-2.0-only" },
		{ "gpl_3", "GPL-3.0-only" },
		{ "lgpl_2_1", "LGPL-2.1-only" },
		{ "lgpl_3_0", "LGPL-3.0-only" },
		{ "mit", "MIT" },
		{ "mozilla_1_1", "MPL-1.1" },
		{ "zlib", "Zlib" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(name, str_of(names[i][0])))
			return str_of(names[i][1]);
	}
	return str_eq(name, S("unknown")) || str_eq(name, S("open_source")) ? S("") : name;
}

static int read_meta_licence(struct reading *r, struct package *p)
{
	const struct node *node = node_get(&r->doc.root, S("license"));
	str name = S("");

	if (!node || !catalog_wants_licences(r->c))
		return 0;
	if (node->kind == NODE_LIST && node->n)
		node = &node->child[0];
	if (!node_text(node, &name))
		return 0;
	return licence_expression(&r->tmp, licence_of(name), &p->licence);
}

/* An author's, "https://search..." of what it is a part of, is not told. */
static int read_meta(struct reading *r)
{
	const struct node *root = &r->doc.root, *authors = node_get(root, S("author"));
	const struct node *resources = node_get(root, S("resources"));
	struct package p = { .type = PACKAGE_CPAN,
			     .name = reading_get(root, "name"),
			     .version = reading_get(root, "version"),
			     .description = reading_get(root, "abstract"),
			     .homepage = reading_get(resources, "homepage"),
			     .vcs = reading_get(node_get(resources, S("repository")), "url") };
	if (authors && authors->kind == NODE_LIST && authors->n &&
	    !node_text(&authors->child[0], &p.author))
		p.author = S("");
	r->how = EVIDENCE_METADATA;
	int rc = read_meta_licence(r, &p);
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

/* JSON::PP is of the distribution JSON-PP, and has its files told in auto/JSON/PP. */
static int with_sign(struct op *op, str module, char sign, str *ret)
{
	char *to = op_new(op, char, module.len);
	ptrdiff_t n = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < module.len; i++) {
		bool colons = str_starts(str_from(module, i), S("::"));
		to[n++] = colons ? sign : module.p[i];
		i += colons;
	}
	*ret = (str){ to, n };
	return 0;
}

/* A path on each line, what is known of it behind a blank. */
static int read_files(struct reading *r, str text, struct package *p)
{
	VEC(struct package_file) file = { 0 };

	while (text.p) {
		str line = str_cut(&text, '\n'), path = str_word(&line);
		if (!str_starts(path, S("/")))
			continue;
		struct package_file *to = vec_push(r->op, &file);
		if (!to || op_copy(r->op, str_from(path, 1), &to->path) < 0)
			return r->op->code;
	}
	p->file = file.p;
	p->file_n = file.n;
	return package_sort_files(r->op, p);
}

static int read_packlist(struct reading *r, str module, struct package *p)
{
	struct found f;
	str path, text;
	int rc = with_sign(&r->tmp, module, '/', &path);

	if (rc == 0)
		rc = op_text(&r->tmp, &path, "auto/%.*s/.packlist", STR_ARG(path));
	if (rc == 0)
		rc = catalog_beside(&r->tmp, r->c, r->f, path, &f);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(&r->tmp, r->c, &f, LIMIT_CAPTURE, &text);
	return rc < 0 ? rc : read_files(r, text, p);
}

static int add_local(struct reading *r, str module, str version)
{
	struct package p = { .type = PACKAGE_CPAN, .version = version }, kept;
	int rc = with_sign(&r->tmp, module, '-', &p.name);

	if (rc < 0 || !p.name.len || !version.len)
		return rc;
	rc = draft_keep(r->op, &p, &kept);
	if (rc == 0)
		rc = read_packlist(r, module, &kept);
	return rc < 0 ? rc : catalog_add(r->op, r->c, r->f, EVIDENCE_DATABASE, &kept, NULL);
}

/* "=head2 Tue ...: C<Module> L<JSON::PP|JSON::PP>", then "C<VERSION: 4.16>" in an item. */
static int read_local(struct reading *r)
{
	str rest = r->text, module = S("");
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		ptrdiff_t link = str_find_str(line, S("L<"));
		ptrdiff_t version = str_find_str(line, S("C<VERSION: "));
		if (str_starts(line, S("=head2 ")) && link >= 0) {
			str name = str_from(line, link + 2);
			module = str_cut(&name, '|');
		} else if (version >= 0) {
			str text = str_from(line, version + 11);
			rc = add_local(r, module, str_cut(&text, '>'));
			module = S("");
		}
	}
	return rc;
}

static int read_perl(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_ends(f->path, S(".packlist")))
		return 0; /* perllocal.pod tells of it */
	if (str_ends(f->path, S(".json")))
		return reading_json(op, c, f, read_meta);
	return reading_text(op, c, f, read_local);
}

const struct cataloger cataloger_perl = {
	.name = "perl",
	.what = "Perl distributions that CPAN's clients installed",
	.wants = { { .glob = "**/.meta/*/MYMETA.json" },
		   { .glob = "**/.cpan/**/META.json" },
		   { .glob = "**/.cpanm/**/META.json" },
		   { .glob = "**/perllocal.pod" },
		   { .glob = "**/auto/**/.packlist" } },
	.read = read_perl,
};
