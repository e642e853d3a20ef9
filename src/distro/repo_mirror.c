#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/deb822.h"
#include "codec/yaml.h"
#include "repo_parts.h"

enum {
	SOURCES_MAX = 1 << 20, /* bytes of one file of sources: people write them */
	MIRROR_LIST_MAX = 64 << 10,
};

/* One address as it stands in a file of sources, with what speaks for and against it. */
struct candidate {
	str where, uri, suite, signed_by;
	bool has_main;
};

static str strip_slashes(str s)
{
	while (s.len > 1 && s.p[s.len - 1] == '/')
		s.len--;
	return s;
}

/* Is it a suite of Debian's, or one of its pockets? *ret_codename: and named by its codename? */
static bool suite_is_debian(str suite, bool *ret_codename)
{
	static const char *const suffix[] = { "/updates",   "-updates",
					      "-security",  "-backports-sloppy",
					      "-backports", "-proposed-updates",
					      "-proposed" };
	static const char *const codename[] = { "stretch", "buster", "bullseye", "bookworm",
						"trixie",  "forky",  "duke",     "sid" };
	static const char *const class[] = { "stable",  "oldstable", "oldoldstable",
					     "testing", "unstable",  "experimental" };

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		if (str_ends(suite, str_of(suffix[i])))
			suite.len -= str_of(suffix[i]).len;
	*ret_codename = true;
	for (size_t i = 0; i < sizeof(codename) / sizeof(codename[0]); i++)
		if (str_eq(suite, str_of(codename[i])))
			return true;
	*ret_codename = false;
	for (size_t i = 0; i < sizeof(class) / sizeof(class[0]); i++)
		if (str_eq(suite, str_of(class[i])))
			return true;
	return false;
}

/* How likely the address is Debian's own archive; 0: it is not. */
static int score(const struct candidate *c, bool security)
{
	bool codename;

	if (!c->has_main || !suite_is_debian(c->suite, &codename))
		return 0;
	int points = codename ? 1 : 0;
	str last = str_base_name(c->uri);
	if (str_eq(last, security ? S("debian-security") : S("debian")) ||
	    str_find_str(c->uri, S("//security.debian.org")) >= 0)
		points += 2;
	if (str_find_str(c->signed_by, S("debian-archive")) >= 0)
		points += 2;
	return points;
}

/* The first address of the list of mirrors that a "mirror+file:" address names, or empty. */
static str first_of_list(struct op *op, str path)
{
	str text;

	if (str_starts(path, S("//")))
		path = str_from(path, 2);
	if (file_read(op, AT_FDCWD, path, MIRROR_LIST_MAX, &text) != 0) {
		if (op->code != ERR_MEMORY)
			op_forgive(op);
		return S("");
	}
	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len && line.p[0] != '#')
			return str_word(&line);
	}
	return S("");
}

static int weigh(struct op *op, struct candidate c, struct repo_sources *acc)
{
	bool security = str_ends(c.suite, S("-security")) || str_ends(c.suite, S("/updates"));
	int *best = security ? &acc->security_score : &acc->archive_score;

	if (str_starts(c.uri, S("mirror+file:")))
		c.uri = first_of_list(op, str_from(c.uri, 12));
	if (op->code)
		return op->code;
	c.uri = strip_slashes(c.uri);
	int points = score(&c, security);
	if (points <= *best)
		return 0;
	if (client_check_url(op, c.uri) < 0) {
		op_forgive(op);
		return 0;
	}
	*best = points;
	int rc = op_copy(op, c.uri, security ? &acc->security : &acc->archive);
	return rc < 0 ? rc
		      : op_copy(op, c.where, security ? &acc->security_where : &acc->archive_where);
}

static bool words_have(str words, str word)
{
	for (str w; (w = str_word(&words)).len;)
		if (str_eq(w, word))
			return true;
	return false;
}

static int read_stanza(struct op *op, str where, const struct deb822_stanza *s,
		       struct repo_sources *acc)
{
	str enabled = deb822_get(s, "Enabled"), uris = deb822_get(s, "URIs");
	struct candidate c = { .where = where,
			       .signed_by = deb822_get(s, "Signed-By"),
			       .has_main = words_have(deb822_get(s, "Components"), S("main")) };

	if (str_eq(enabled, S("no")) || str_eq(enabled, S("false")) || str_eq(enabled, S("0")) ||
	    !words_have(deb822_get(s, "Types"), S("deb")))
		return 0;
	while ((c.uri = str_word(&uris)).len) {
		str suites = deb822_get(s, "Suites");
		while ((c.suite = str_word(&suites)).len) {
			int rc = weigh(op, c, acc);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static int read_deb822(struct op *op, str file, str text, struct repo_sources *acc)
{
	struct deb822_stanza s;
	str in = text, where;
	int rc, line = 1;

	while ((rc = deb822_next(op, &in, &s)) > 0) {
		for (; text.p < s.raw.p; text = str_from(text, 1))
			line += text.p[0] == '\n';
		if ((rc = op_text(op, &where, "%.*s:%d", STR_ARG(file), line)) < 0 ||
		    (rc = read_stanza(op, where, &s, acc)) < 0)
			return rc;
	}
	return rc;
}

/* "deb [option=value ...] uri suite component ...": source of the form: sources.list(5). */
static int read_line(struct op *op, str where, str line, struct repo_sources *acc)
{
	struct candidate c = { .where = where };

	if (!str_eq(str_word(&line), S("deb")))
		return 0;
	line = str_trim(line);
	if (line.len && line.p[0] == '[') {
		str options = str_cut(&line, ']');
		ptrdiff_t at = str_find_str(options, S("signed-by="));
		str rest = at < 0 ? S("") : str_from(options, at + 10);
		c.signed_by = str_word(&rest);
	}
	c.uri = str_word(&line);
	c.suite = str_word(&line);
	c.has_main = words_have(line, S("main"));
	return weigh(op, c, acc);
}

static int read_lines(struct op *op, str file, str text, struct repo_sources *acc)
{
	str where;

	for (int n = 1; text.p; n++) {
		str line = str_cut(&text, '\n');
		str plain = str_cut(&line, '#');
		int rc;
		if (str_trim(plain).len == 0)
			continue;
		if ((rc = op_text(op, &where, "%.*s:%d", STR_ARG(file), n)) < 0 ||
		    (rc = read_line(op, where, plain, acc)) < 0)
			return rc;
	}
	return 0;
}

int repo_sources_read(struct op *op, str file, str text, bool deb822, struct repo_sources *acc)
{
	int rc = deb822 ? read_deb822(op, file, text, acc) : read_lines(op, file, text, acc);

	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(op);
		return 0;
	}
	return rc;
}

static int read_file(struct op *op, str path, struct repo_sources *acc)
{
	AUTO_FD fd = -1;
	str text;
	int rc = file_open_user(op, path, &fd);

	if (rc == 0)
		rc = file_read_fd(op, fd, path, SOURCES_MAX, &text);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		op_forgive(op);
		return 0;
	}
	return repo_sources_read(op, path, text, str_ends(path, S(".sources")), acc);
}

int repo_sources_scan(struct op *op, str path, struct repo_sources *acc)
{
	AUTO_FD dir = -1;
	ptrdiff_t n = 0;
	str at, *name = NULL;
	int rc;

	if ((rc = op_text(op, &at, "%.*s/sources.list", STR_ARG(path))) < 0 ||
	    (rc = read_file(op, at, acc)) < 0 ||
	    (rc = op_text(op, &at, "%.*s/sources.list.d", STR_ARG(path))) < 0)
		return rc;
	rc = dir_open(op, AT_FDCWD, at, false, &dir);
	if (rc == 0)
		rc = dir_list(op, dir, at, &name, &n);
	if (rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	for (ptrdiff_t i = 0; i < n; i++) {
		str file;
		if (!str_ends(name[i], S(".list")) && !str_ends(name[i], S(".sources")))
			continue;
		if ((rc = op_text(op, &file, "%.*s/%.*s", STR_ARG(at), STR_ARG(name[i]))) < 0 ||
		    (rc = read_file(op, file, acc)) < 0)
			return rc;
	}
	return 0;
}

/* --- the configuration -------------------------------------------------------------------------
 */

struct config {
	str mirror, security_mirror, keyring;
	const struct node *feeds; /* read by who needs them */
};

int repo_config_find(struct op *op, str *ret_path, str *ret_text)
{
	str own = str_of(getenv("TEMPER_CONFIG"));
	str base = str_of(getenv("XDG_CONFIG_HOME")), home = str_of(getenv("HOME"));
	int rc = 1;

	*ret_path = own;
	if (own.len)
		return file_read_user(op, own, LIMIT_DOCUMENT, ret_text);
	if (base.len || home.len) {
		rc = op_text(op, ret_path, "%.*s%s/temper/config.yaml",
			     STR_ARG(base.len ? base : home), base.len ? "" : "/.config");
		rc = rc < 0 ? rc : file_read(op, AT_FDCWD, *ret_path, LIMIT_DOCUMENT, ret_text);
	}
	if (rc != 1)
		return rc;
	*ret_path = S("/etc/temper/config.yaml");
	return file_read(op, AT_FDCWD, *ret_path, LIMIT_DOCUMENT, ret_text);
}

static int read_config(struct op *op, struct config *ret, str *ret_path)
{
	static const struct field fields[] = {
		{ "mirror", FIELD_TEXT, offsetof(struct config, mirror), false, "an address" },
		{ "security-mirror", FIELD_TEXT, offsetof(struct config, security_mirror), false,
		  "an address" },
		{ "keyring", FIELD_TEXT, offsetof(struct config, keyring), false,
		  "the path of a keyring" },
		{ "feeds", FIELD_NODE, offsetof(struct config, feeds), false, NULL },
	};
	struct doc doc;
	str text;
	int rc = repo_config_find(op, ret_path, &text);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((rc = yaml_parse(op, *ret_path, text, &doc)) < 0 || doc.root.kind == NODE_NULL)
		return rc;
	return fields_read(op, &doc, &doc.root, fields, sizeof(fields) / sizeof(fields[0]), ret);
}

static int name_mirror(struct op *op, str archive, str security, str source,
		       struct repo_mirror *ret)
{
	int rc = client_check_url(op, archive);

	ret->archive = strip_slashes(archive);
	ret->security = strip_slashes(security);
	ret->source = source;
	if (rc == 0 && security.len)
		rc = client_check_url(op, security);
	if (rc == 0 && security.len == 0)
		rc = op_text(op, &ret->security, "%.*s-security", STR_ARG(ret->archive));
	return rc < 0 ? op_fail_in(op, "the mirror of %.*s", STR_ARG(source)) : 0;
}

int repo_mirror_find(struct op *op, str recipe_mirror, str recipe_security, struct repo_mirror *ret)
{
	struct repo_sources apt = { 0 };
	struct repo_mirror m = { 0 };
	struct config config = { 0 };
	str path;
	int rc = read_config(op, &config, &path);

	if (rc < 0)
		return rc;
	if (recipe_mirror.len)
		rc = name_mirror(op, recipe_mirror, recipe_security, S("the recipe"), &m);
	else if (config.mirror.len)
		rc = name_mirror(op, config.mirror, config.security_mirror, path, &m);
	else if ((rc = repo_sources_scan(op, S("/etc/apt"), &apt)) == 0 && apt.archive.len)
		rc = name_mirror(op, apt.archive, apt.security, apt.archive_where, &m);
	else if (rc == 0)
		rc = op_fail(op, ERR_USAGE,
			     "no mirror of Debian is known: name one in the recipe "
			     "(mirror: http://...), in ~/.config/temper/config.yaml, or in apt's "
			     "sources");
	if (rc < 0)
		return rc;
	m.keyring = config.keyring;
	*ret = m;
	return 0;
}
