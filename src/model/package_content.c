/*
 * The kinds of files, by path and name. Nothing that could run, be loaded or be linked may be among
 * them: a file of no known kind makes the answer no.
 */
#include "package_content.h"

#include <stdio.h>

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

int package_content(struct op *op, const struct package *p, str *ret)
{
	unsigned long long n[KINDS] = { 0 };
	char text[KINDS * 40];
	int len = 0;

	*ret = S("");
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		enum kind kind = kind_of(&p->file[i]);
		if (kind == KIND_OTHER && is_directory(p, i))
			continue;
		if (kind == KIND_OTHER)
			return 0;
		n[kind]++;
	}
	for (int k = KIND_HEADER; k < KINDS; k++)
		if (n[k])
			len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s:%llu",
					len ? " " : "", kind_names[k], n[k]);
	return len ? op_copy(op, (str){ text, len }, ret) : 0;
}
