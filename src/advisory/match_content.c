/*
 * What kinds of files a package holds, by path and name. Nothing that could run, be loaded or be
 * linked may be among them: a file of no known kind makes the answer no.
 */
#include "match_impl.h"

enum kind { KIND_OTHER, KIND_HEADER, KIND_DOCUMENT, KIND_DATA, KINDS };
static const char *const kind_names[KINDS] = { "", "headers", "documentation", "data" };

/* Below a directory of this name, whatever the file is. Sources: FHS 3.0; hier(7). */
static const struct {
	const char *part;
	enum kind kind;
} directories[] = {
	{ "usr/include/", KIND_HEADER },
	{ "usr/src/linux-headers-", KIND_HEADER },
	{ "usr/share/doc/", KIND_DOCUMENT },
	{ "usr/share/doc-base/", KIND_DOCUMENT },
	{ "usr/share/gtk-doc/", KIND_DOCUMENT },
	{ "usr/share/help/", KIND_DOCUMENT },
	{ "usr/share/info/", KIND_DOCUMENT },
	{ "usr/share/licenses/", KIND_DOCUMENT },
	{ "usr/share/lintian/", KIND_DOCUMENT },
	{ "usr/share/man/", KIND_DOCUMENT },
	{ "usr/share/fonts/", KIND_DATA },
	{ "usr/share/i18n/", KIND_DATA },
	{ "usr/share/icons/", KIND_DATA },
	{ "usr/share/locale/", KIND_DATA },
	{ "usr/share/locale-langpack/", KIND_DATA },
	{ "usr/share/pixmaps/", KIND_DATA },
	{ "usr/share/sounds/", KIND_DATA },
	{ "usr/share/zoneinfo/", KIND_DATA },
};

/* Endings that are of one kind wherever they lie. */
static const struct {
	const char *end;
	enum kind kind;
} endings[] = {
	{ ".h", KIND_HEADER },  { ".hpp", KIND_HEADER }, { ".hxx", KIND_HEADER },
	{ ".pc", KIND_HEADER }, { ".ttf", KIND_DATA },   { ".otf", KIND_DATA },
	{ ".png", KIND_DATA },  { ".mo", KIND_DATA },    { ".dat", KIND_DATA },
};

/* Programs and modules are what they are in a documentation's directory too: examples are run. */
static bool could_run(str name)
{
	static const char *const ends[] = { ".so", ".a",   ".o",  ".ko",  ".jar",
					    ".py", ".pyc", ".pl", ".pm",  ".rb",
					    ".js", ".php", ".sh", ".lua", ".exe" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(name, str_of(ends[i])))
			return true;
	return str_find_str(name, S(".so.")) >= 0;
}

static enum kind kind_of(const struct package_file *f)
{
	str name = str_base_name(f->path);

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		if (!str_starts(f->path, str_of(directories[i].part)))
			continue;
		return directories[i].kind != KIND_DOCUMENT && could_run(name)
			       ? KIND_OTHER
			       : directories[i].kind;
	}
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_ends(name, str_of(endings[i].end)))
			return endings[i].kind;
	return f->flags & FILE_DOC ? KIND_DOCUMENT : KIND_OTHER;
}

/* Lists of dpkg have directories too: one stands before what lies in it. */
static bool is_directory(const struct package *p, ptrdiff_t i)
{
	str path = p->file[i].path;

	if (path.len == 0 || str_eq(path, S(".")))
		return true;
	for (ptrdiff_t k = i + 1; k < p->file_n && str_starts(p->file[k].path, path); k++)
		if (p->file[k].path.len > path.len && p->file[k].path.p[path.len] == '/')
			return true;
	return false;
}

int match_content(struct op *op, const struct package *p, bool by_source, str *ret_reason)
{
	uint64_t n[KINDS] = { 0 }, all = 0;
	char text[80];
	ptrdiff_t len = 0;

	*ret_reason = S("");
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		enum kind kind = kind_of(&p->file[i]);
		if (kind == KIND_OTHER && is_directory(p, i))
			continue;
		if (kind == KIND_OTHER || (kind == KIND_DATA && !by_source))
			return 0;
		n[kind]++;
		all++;
	}
	/* Documentation alone comes with every package: one that has nothing else, and is not the
	 * documentation of something, is a name for what it depends on. */
	if (all == 0 || (n[KIND_DOCUMENT] == all && !by_source))
		return 0;
	for (int k = KIND_HEADER; k < KINDS; k++) {
		str word = str_of(kind_names[k]);
		if (n[k] == 0)
			continue;
		if (len) {
			memcpy(text + len, ", ", 2);
			len += 2;
		}
		memcpy(text + len, word.p, (size_t)word.len);
		len += word.len;
	}
	return op_text(op, ret_reason, "nothing that could run: %llu file%s, all %.*s",
		       (unsigned long long)all, all == 1 ? "" : "s", (int)len, text);
}
