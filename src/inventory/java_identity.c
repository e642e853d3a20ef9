#include "java.h"

#include <strings.h>

#include "base/limits.h"

const char *const java_attributes[JAVA_ATTRIBUTES] = {
	[JAVA_AUTOMATIC_MODULE] = "Automatic-Module-Name",
	[JAVA_BUNDLE_LICENSE] = "Bundle-License",
	[JAVA_BUNDLE_NAME] = "Bundle-SymbolicName",
	[JAVA_BUNDLE_VERSION] = "Bundle-Version",
	[JAVA_EXTENSION_NAME] = "Extension-Name",
	[JAVA_GROUP_ID] = "Group-Id",
	[JAVA_IMPLEMENTATION_TITLE] = "Implementation-Title",
	[JAVA_IMPLEMENTATION_VENDOR] = "Implementation-Vendor",
	[JAVA_IMPLEMENTATION_VENDOR_ID] = "Implementation-Vendor-Id",
	[JAVA_IMPLEMENTATION_VERSION] = "Implementation-Version",
	[JAVA_PLUGIN_LICENSE] = "Plugin-License-Name",
	[JAVA_PLUGIN_VERSION] = "Plugin-Version",
	[JAVA_SHORT_NAME] = "Short-Name",
	[JAVA_SPECIFICATION_TITLE] = "Specification-Title",
	[JAVA_SPECIFICATION_VERSION] = "Specification-Version",
	[JAVA_WEAVE_CLASSES] = "Weave-Classes",
};

/* Domains under which many make packages: what is told must have one part more. */
static const char *const umbrellas[] = {
	"com.github",    "com.google",   "com.ibm",        "com.oracle",    "com.sun",
	"io.github",     "net.java",     "net.java.dev",   "net.sf",        "net.sourceforge",
	"org.apache",    "org.codehaus", "org.eclipse",    "org.glassfish", "org.jboss",
	"org.objectweb", "org.ow2",      "com.googlecode", "com.typesafe"
};

bool java_has_classes(const struct java_facts *f, str prefix)
{
	AUTO_OP own; /* only for what a bad record says: the reader of the archive met it first */
	struct zip_list list;
	struct zip_entry e;

	op_init(&own, 0);
	zip_list(f->zip, &list);
	while (zip_list_next(&own, f->zip, &list, &e) > 0)
		if (e.name.len > prefix.len && str_starts(e.name, prefix))
			return true;
	return false;
}

/* Parts of dotted names */

static int parts_of(str s)
{
	int n = s.len > 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == '.';
	return n;
}

/* The first part of names that are reversed domains: those of countries have two letters. */
static bool is_top(str part)
{
	static const char *const top[] = { "com",  "org", "net",   "edu",    "gov",  "info",
					   "biz",  "dev", "app",   "cloud",  "tech", "xyz",
					   "name", "mil", "javax", "jakarta" };

	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		if (str_eq(part, str_of(top[i])))
			return true;
	return part.len == 2 && part.p[0] >= 'a' && part.p[0] <= 'z' && part.p[1] >= 'a' &&
	       part.p[1] <= 'z';
}

/* A name of the form of a reversed domain: parts of letters, digits, "-" and "_". */
static bool is_domain(str s)
{
	ptrdiff_t dot = str_find(s, '.');

	if (dot < 0 || !is_top(str_head(s, dot)))
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && str_find(S("._-"), c) < 0)
			return false;
		if (c == '.' && (i + 1 == s.len || s.p[i + 1] == '.'))
			return false;
	}
	return true;
}

static bool is_umbrella(str s)
{
	for (size_t i = 0; i < sizeof(umbrellas) / sizeof(umbrellas[0]); i++)
		if (str_eq(s, str_of(umbrellas[i])))
			return true;
	return parts_of(s) < 2;
}

/* The same but for case, and for '-' and '_' (with `dots` also '.') among each other. */
static bool alike(str a, str b, bool dots)
{
	for (ptrdiff_t i = 0; i < a.len && a.len == b.len; i++) {
		char x = a.p[i], y = b.p[i];
		x = (char)(x == '_' || (dots && x == '.') ? '-'
			   : x >= 'A' && x <= 'Z'         ? x | 32
							  : x);
		y = (char)(y == '_' || (dots && y == '.') ? '-'
			   : y >= 'A' && y <= 'Z'         ? y | 32
							  : y);
		if (x != y)
			return false;
	}
	return a.len == b.len;
}

static str without_tail(str s, ptrdiff_t tail)
{
	return str_head(s, s.len - tail - 1);
}

static bool has_tail(str s, str tail, bool dots)
{
	return s.len > tail.len && s.p[s.len - tail.len - 1] == '.' &&
	       alike(str_from(s, s.len - tail.len), tail, dots);
}

/*
 * What Maven's bundle plugin made of group and artifact, undone: "org.x" and "y" give "org.x.y"; an
 * artifact that begins with the group's last part goes on after it: "io.dropwizard.metrics" and
 * "metrics-core" give "io.dropwizard.metrics.core"; one that is that part adds nothing.
 */
static str undo_bundle(str name, str artifact)
{
	if (has_tail(name, artifact, false)) {
		str rest = without_tail(name, artifact.len);
		return is_umbrella(rest) ? name : rest;
	}
	for (ptrdiff_t i = 1; i + 1 < artifact.len; i++) {
		str first = str_head(artifact, i), rest = str_from(artifact, i + 1);
		if (artifact.p[i] != '-' || !has_tail(name, rest, true))
			continue;
		str group = without_tail(name, rest.len);
		if (has_tail(group, first, false))
			return group;
	}
	return S("");
}

/* The file name */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* May this part stand between two numbers of a version: "1.0-beta-3"? */
static bool is_stage(str part)
{
	static const char *const stage[] = {
		"alpha", "beta",      "rc",      "cr", "m",       "snapshot",   "pre",    "dev",
		"ga",    "final",     "release", "b",  "sp",      "jre",        "jdk",    "build",
		"patch", "milestone", "rev",     "r",  "preview", "incubating", "stable", "redhat"
	};
	ptrdiff_t n = 0;

	while (n < part.len && !is_digit(part.p[n]))
		n++;
	for (size_t i = 0; i < sizeof(stage) / sizeof(stage[0]); i++)
		if (str_of(stage[i]).len == n && strncasecmp(stage[i], part.p, (size_t)n) == 0)
			return true;
	return false;
}

/* "r09", "v2.0", "rc1", "build250": a version that begins with a letter. */
static bool is_lettered(str part)
{
	static const char *const letters[] = { "r", "v", "rc", "build" };

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		str rest = str_from(part, str_of(letters[i]).len);
		ptrdiff_t n = 0;
		while (n < rest.len && (is_digit(rest.p[n]) || (n > 0 && rest.p[n] == '.')))
			n++;
		if (n > 0 && n == rest.len && str_starts(part, str_of(letters[i])))
			return true;
	}
	return false;
}

/* Where the version begins: behind the first '-' (or '_') before a digit, unless a name goes on
 * behind it: "log4j-1.2-api-2.17.1". -1: nowhere. */
static ptrdiff_t version_at(str stem, char mark)
{
	ptrdiff_t at = -1;
	bool name = false; /* a part that is none of a version stood behind `at` */

	for (ptrdiff_t i = 0; i + 1 < stem.len; i++) {
		if (stem.p[i] != mark)
			continue;
		str part = str_from(stem, i + 1);
		ptrdiff_t end = str_find(part, mark);
		part = end < 0 ? part : str_head(part, end);
		if (part.len && (is_digit(part.p[0]) || is_lettered(part))) {
			if (i > 0 && (at < 0 || name))
				at = i + 1;
			name = false;
		} else {
			name |= !is_stage(part);
		}
	}
	return at;
}

/* "-VERSION" in the stem, at its end or before another '-'; -1: it is not there. */
static ptrdiff_t known_at(str stem, str known)
{
	for (ptrdiff_t i = 1; known.len && i + known.len < stem.len; i++) {
		str rest = str_from(stem, i + 1);
		if ((stem.p[i] == '-' || stem.p[i] == '_') && str_starts(rest, known) &&
		    (rest.len == known.len || rest.p[known.len] == '-'))
			return i + 1;
	}
	return -1;
}

void java_name(str stem, str known, struct java_id *ret)
{
	ptrdiff_t at = known_at(stem, known), end = at + known.len;

	if (at < 0) {
		at = version_at(stem, '-');
		if (at < 0 && str_find(stem, '.') > 0) /* Eclipse's: org.eclipse.osgi_3.18.0 */
			at = version_at(stem, '_');
		end = stem.len;
	}
	ret->artifact = at < 0 ? stem : str_head(stem, at - 1);
	ret->version = at < 0 ? S("") : str_from(str_head(stem, end), at);
	ret->classifier = at < 0 ? S("") : str_from(stem, end + 1);
}

str java_suffix(str name)
{
	static const char *const suffix[] = { ".jar", ".war",  ".ear", ".par", ".sar",
					      ".nar", ".jpi",  ".hpi", ".kar", ".far",
					      ".rar", ".lpkg", ".jmod" };
	ptrdiff_t dot = str_rfind(name, '.');

	for (size_t i = 0; dot > 0 && i < sizeof(suffix) / sizeof(suffix[0]); i++)
		if (str_of(suffix[i]).len == name.len - dot &&
		    strncasecmp(suffix[i], name.p + dot, (size_t)(name.len - dot)) == 0)
			return str_from(name, dot);
	return S("");
}

static str stem_of(str path)
{
	str base = str_base_name(path);

	/* What no file system could name is compared by its beginning. */
	return str_head(str_head(base, base.len - java_suffix(base).len), LIMIT_NAME);
}

/* The manifest */

static str attribute(const struct java_facts *f, enum java_attribute a)
{
	return f->main[a].len ? f->main[a] : f->named[a];
}

/* A version as a word: "1.3 2244 October 5 2005" is 1.3. Templates that nobody filled in are none.
 */
static str clean_version(str s)
{
	str word = str_word(&s);

	while (word.len && (word.p[0] == '"' || word.p[0] == '\''))
		word = str_from(word, 1);
	while (word.len && str_find(S("\"',;"), word.p[word.len - 1]) >= 0)
		word = str_head(word, word.len - 1);
	bool digit = false;
	for (ptrdiff_t i = 0; i < word.len; i++)
		digit |= is_digit(word.p[i]);
	if (str_find(word, '$') >= 0 || str_find(word, '@') >= 0 || str_find(word, '%') >= 0 ||
	    !digit)
		return S("");
	return word;
}

static str manifest_version(const struct java_facts *f)
{
	static const enum java_attribute from[] = { JAVA_PLUGIN_VERSION,
						    JAVA_IMPLEMENTATION_VERSION,
						    JAVA_BUNDLE_VERSION,
						    JAVA_SPECIFICATION_VERSION };

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		str v = clean_version(attribute(f, from[i]));
		if (v.len)
			return v;
	}
	return S("");
}

/* "org.eclipse.osgi; singleton:=true", "org.elasticsearch#server;8.14.3", "org.x:y": the name
 * alone. */
static str bare(str s)
{
	ptrdiff_t end = 0;

	while (end < s.len && str_find(S(";#:, \t"), s.p[end]) < 0)
		end++;
	return str_head(s, end);
}

static str group_of_manifest(const struct java_facts *f, str artifact)
{
	static const enum java_attribute from[] = { JAVA_BUNDLE_NAME, JAVA_IMPLEMENTATION_TITLE,
						    JAVA_AUTOMATIC_MODULE, JAVA_EXTENSION_NAME };
	str title = attribute(f, JAVA_IMPLEMENTATION_TITLE);
	str id = attribute(f, JAVA_IMPLEMENTATION_VENDOR_ID), group;

	if ((is_domain(id) && !is_umbrella(id)) || (id.len && str_eq(id, artifact)))
		return id;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		str name = bare(attribute(f, from[i]));
		if (is_domain(name) && (group = undo_bundle(name, artifact)).len)
			return group;
	}
	group = bare(title);
	if (is_domain(group) && title.len > group.len &&
	    (title.p[group.len] == '#' || title.p[group.len] == ':'))
		return group;
	group = bare(attribute(f, JAVA_BUNDLE_NAME));
	if (is_domain(group) && !is_umbrella(group) && !alike(group, artifact, true))
		return group;
	return S("");
}

/* Where it lies */

/* "org/x" as "org.x", in op. */
static int dotted(struct op *op, str path, str *ret)
{
	char *to = op_new(op, char, path.len);

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < path.len; i++)
		to[i] = (char)(path.p[i] == '/' ? '.' : path.p[i]);
	*ret = (str){ to, path.len };
	return 0;
}

/* .../repository/org/x/y/1.0/y-1.0.jar and .../files-2.1/org.x/y/1.0/<sha1>/y-1.0.jar */
static str group_of_path(struct op *op, str path, const struct java_id *id, int *rc)
{
	static const char *const root[] = { "/repository/", "/maven-repo/", "/maven2/", "/m2repo/",
					    "repository/",  "maven-repo/",  "maven2/",  "m2repo/" };
	str dir = str_dir_name(path), name = str_base_name(dir), group = S("");

	ptrdiff_t cache = str_find_str(path, S("/files-2.1/"));
	if (cache >= 0) {
		str rest = str_from(path, cache + 11), cached = str_cut(&rest, '/');
		return str_eq(str_cut(&rest, '/'), id->artifact) ? cached : group;
	}
	if (!str_eq(name, id->version))
		return group;
	dir = str_dir_name(dir);
	if (!str_eq(str_base_name(dir), id->artifact))
		return group;
	dir = str_dir_name(dir);
	for (size_t i = 0; i < sizeof(root) / sizeof(root[0]) && !group.len; i++) {
		ptrdiff_t at = str_find_str(dir, str_of(root[i]));
		if (at >= 0 && (at == 0 || i < 4))
			group = str_from(dir, at + str_of(root[i]).len);
	}
	return (*rc = dotted(op, group, &group)) < 0 ? S("") : group;
}

/* The longest directory that all its classes are below; empty where they are of several domains. */
static str classes_in(const struct java_facts *f)
{
	AUTO_OP own;
	struct zip_list list;
	struct zip_entry e;
	str in = S("");
	bool any = false;

	op_init(&own, 0);
	zip_list(f->zip, &list);
	while (zip_list_next(&own, f->zip, &list, &e) > 0) {
		str name = e.name;
		if (!str_ends(name, S(".class")) || str_starts(name, S("META-INF/")) ||
		    str_find(name, '/') < 0)
			continue;
		str dir = str_dir_name(name);
		in = any ? in : dir;
		any = true;
		while (in.len &&
		       !(str_starts(dir, in) && (dir.len == in.len || dir.p[in.len] == '/')))
			in = str_dir_name(in);
		if (!in.len)
			break;
	}
	return in;
}

static str group_of_classes(struct op *op, const struct java_facts *f, str artifact, int *rc)
{
	str in = classes_in(f), group;

	if ((*rc = dotted(op, in, &in)) < 0 || !is_domain(in))
		return S("");
	if ((group = undo_bundle(in, artifact)).len)
		return group;
	int most = 2;
	for (str s = in; s.len;) { /* what is left after an umbrella is one part more */
		if (parts_of(s) >= 2 && is_umbrella(s)) {
			most = parts_of(s) + 1;
			break;
		}
		ptrdiff_t dot = str_rfind(s, '.');
		s = str_head(s, dot < 0 ? 0 : dot);
	}
	while (parts_of(in) > most)
		in = str_head(in, str_rfind(in, '.'));
	return is_umbrella(in) ? S("") : in;
}

/* Which of them it is */

/* How well a pom fits the file name: the longer artifact, and with its group, the better; 0: not.
 */
static ptrdiff_t fit(const struct java_pom *p, str stem)
{
	ptrdiff_t n = p->artifact.len, at = -1;

	if (!n || n > LIMIT_NAME || !p->version.len)
		return 0;
	if (stem.len >= n && alike(str_head(stem, n), p->artifact, true))
		at = 0;
	for (ptrdiff_t i = 1; at < 0 && i + n <= stem.len; i++)
		if ((stem.p[i - 1] == '.' || stem.p[i - 1] == '-' || stem.p[i - 1] == '_') &&
		    alike(str_head(str_from(stem, i), n), p->artifact, true))
			at = i;
	if (at < 0)
		return 0;
	str before = str_head(stem, at ? at - 1 : 0), rest = str_from(stem, at + n);
	if (rest.len && str_starts(str_from(rest, 1), p->version))
		rest = S("");
	bool ends_in_digit = is_digit(p->artifact.p[n - 1]);
	if (rest.len && !(rest.len > 1 && is_digit(rest.p[1]) &&
			  str_find(ends_in_digit ? S("-_") : S("-_."), rest.p[0]) >= 0))
		return 0;
	return 2 * n + (before.len && alike(before, p->group, true));
}

static ptrdiff_t find_by_name(const struct java_facts *f, str stem)
{
	ptrdiff_t best = -1, how = 0;

	for (ptrdiff_t i = 0; i < f->pom_n; i++) {
		ptrdiff_t fits = fit(&f->pom[i], stem);
		if (fits > how) {
			best = i;
			how = fits;
		}
	}
	return best;
}

/* The only one, unless something tells another version. */
static ptrdiff_t find_only(const struct java_facts *f, str stem)
{
	const struct java_pom *only = &f->pom[0];
	struct java_id name = { .pom = -1 };
	str told = manifest_version(f);

	java_name(stem, only->version, &name);
	bool other = name.version.len && !str_eq(name.version, only->version);
	if (other || (told.len && !str_eq(told, only->version) && !str_starts(told, only->version)))
		return -1;
	return 0;
}

/* Maven writes the project's name into the manifest. */
static ptrdiff_t find_by_title(const struct java_facts *f)
{
	str title = attribute(f, JAVA_IMPLEMENTATION_TITLE), told = manifest_version(f);

	for (ptrdiff_t i = 0; title.len && i < f->pom_n; i++)
		if (str_eq(f->pom[i].title, title) && str_eq(f->pom[i].version, told))
			return i;
	return -1;
}

static ptrdiff_t find_pom(const struct java_facts *f, str stem)
{
	ptrdiff_t best = find_by_name(f, stem);

	if (best >= 0)
		return best;
	return f->pom_n == 1 ? find_only(f, stem) : find_by_title(f);
}

bool java_wants_titles(const struct java_facts *f)
{
	return f->pom_n > 1 && attribute(f, JAVA_IMPLEMENTATION_TITLE).len &&
	       find_by_name(f, stem_of(f->path)) < 0;
}

static void name_plugin(const struct java_facts *f, struct java_id *id)
{
	id->artifact = attribute(f, JAVA_SHORT_NAME);
	id->group = attribute(f, JAVA_GROUP_ID);
	if (!id->artifact.len)
		id->artifact = attribute(f, JAVA_EXTENSION_NAME);
	if (!id->group.len)
		id->group = S("org.jenkins-ci.plugins");
	id->version = clean_version(attribute(f, JAVA_PLUGIN_VERSION));
	id->by = "manifest";
}

/* "org.x.y" is the group and "z" the artifact of a file that is called org.x.y.z-1.0.jar. */
static void split_group(const struct java_facts *f, struct java_id *id)
{
	str group = attribute(f, JAVA_IMPLEMENTATION_VENDOR_ID);

	if (is_domain(group) && id->artifact.len > group.len + 1 &&
	    str_starts(id->artifact, group) && id->artifact.p[group.len] == '.' &&
	    str_find(str_from(id->artifact, group.len + 1), '.') < 0)
		id->artifact = str_from(id->artifact, group.len + 1);
}

/* "javax.servlet-api", "org.osgi.core": the artifact is called as its group and something. */
static str group_of_artifact(str artifact)
{
	if (!is_domain(artifact))
		return S("");
	if (str_ends(artifact, S("-api")) && parts_of(artifact) == 2)
		return str_head(artifact, artifact.len - 4);
	str group = str_head(artifact, str_rfind(artifact, '.'));
	return is_umbrella(group) ? artifact : group;
}

static int find_group(struct op *op, const struct java_facts *f, struct java_id *id)
{
	int rc = 0;

	id->by = "path";
	if ((id->group = group_of_path(op, f->path, id, &rc)).len || rc < 0)
		return rc;
	id->by = "table";
	if ((id->group = java_known_group(f, id->artifact, id->version)).len)
		return 0;
	str title = attribute(f, JAVA_IMPLEMENTATION_TITLE);
	if (title.len && (id->group = java_known_group(f, title, id->version)).len) {
		id->artifact = title; /* the file was renamed */
		return 0;
	}
	id->by = "manifest";
	if ((id->group = group_of_manifest(f, id->artifact)).len)
		return 0;
	id->by = "name";
	if ((id->group = group_of_artifact(id->artifact)).len)
		return 0;
	id->by = "classes";
	if ((id->group = group_of_classes(op, f, id->artifact, &rc)).len || rc < 0)
		return rc;
	id->by = "name";
	id->group = id->artifact; /* as all did in Maven's first years */
	return 0;
}

int java_identify(struct op *op, const struct java_facts *f, struct java_id *ret)
{
	str stem = stem_of(f->path), told = manifest_version(f);

	*ret = (struct java_id){ .by = "pom", .pom = -1, .how = EVIDENCE_METADATA };
	if (attribute(f, JAVA_WEAVE_CLASSES).len)
		return 0;
	if (attribute(f, JAVA_PLUGIN_VERSION).len &&
	    (attribute(f, JAVA_SHORT_NAME).len || attribute(f, JAVA_EXTENSION_NAME).len)) {
		name_plugin(f, ret);
		return 0;
	}
	if ((ret->pom = find_pom(f, stem)) >= 0) {
		const struct java_pom *p = &f->pom[ret->pom];
		ret->group = p->group;
		ret->artifact = p->artifact;
		ret->version = p->version;
		return 0;
	}
	java_name(stem, told, ret);
	if (!ret->version.len || (told.len && str_ends(ret->version, S(".x"))))
		ret->version = told;
	else if (!told.len)
		ret->how = EVIDENCE_NAME;
	for (ptrdiff_t i = 0; i < f->pom_n; i++) {
		const struct java_pom *p = &f->pom[i];
		if (p->version.len || !p->group.len || !alike(p->artifact, ret->artifact, true))
			continue;
		ret->pom = i; /* it tells all but its version */
		ret->group = p->group;
		ret->artifact = p->artifact;
		ret->how = EVIDENCE_METADATA;
		return 0;
	}
	split_group(f, ret);
	int rc = find_group(op, f, ret);
	if (f->pom_n > 1 && str_eq(str_of(ret->by), S("name")))
		ret->artifact = S(""); /* a mere box of packages that tell who they are */
	return rc;
}
