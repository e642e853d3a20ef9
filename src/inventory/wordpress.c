/*
 * WordPress: itself (wp-includes/version.php), plugins and themes, by the comment that begins
 *
 *	wp-content/plugins/SLUG/FILE.php, wp-content/plugins/FILE.php    "Plugin Name: ..."
 *	wp-content/themes/SLUG/style.css                                 "Theme Name: ..."
 *
 * of which the first 8 KiB count. Source: WordPress, get_file_data(); "Header Requirements" of its
 * handbooks. A package is named by its directory, as it is in WordPress's own collection.
 */
#include "model/licence.h"
#include "reading.h"

enum { HEAD = 8 << 10 };

enum { TITLE, VERSION, HOME, DESCRIPTION, AUTHOR, LICENCE, FIELDS };

/* The value behind "NAME:" in a line of a comment; false: it is another one. */
static bool line_value(str line, str name, str *ret)
{
	while (line.len && str_find(S(" \t/*#@"), line.p[0]) >= 0)
		line = str_from(line, 1);
	if (line.len <= name.len || line.p[name.len] != ':')
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		if ((line.p[i] | 32) != (name.p[i] | 32))
			return false;
	}
	str value = str_trim(str_from(line, name.len + 1));
	ptrdiff_t end = str_find_str(value, S("*/"));
	if (end < 0)
		end = str_find_str(value, S("?>"));
	*ret = str_trim(end < 0 ? value : str_head(value, end));
	return true;
}

static void read_head(str head, const str *names, str *field)
{
	while (head.p) {
		str line = str_cut(&head, '\n');
		for (int i = 0; i < FIELDS; i++) {
			str value;
			if (field[i].len == 0 && line_value(line, names[i], &value))
				field[i] = value;
		}
	}
}

/* The directory below plugins or themes, or the file's own name without its ending. */
static str slug_of(str path)
{
	str dir = str_base_name(str_dir_name(path)), file = str_base_name(path);

	return str_eq(dir, S("plugins")) ? str_head(file, file.len - 4) : dir;
}

static int add_part(struct reading *r, bool theme)
{
	static const str plugin_names[FIELDS] = { S_INIT("Plugin Name"), S_INIT("Version"),
						  S_INIT("Plugin URI"),  S_INIT("Description"),
						  S_INIT("Author"),      S_INIT("License") };
	static const str theme_names[FIELDS] = { S_INIT("Theme Name"), S_INIT("Version"),
						 S_INIT("Theme URI"),  S_INIT("Description"),
						 S_INIT("Author"),     S_INIT("License") };
	str field[FIELDS] = { 0 };
	int rc;

	read_head(str_head(r->text, HEAD), theme ? theme_names : plugin_names, field);
	if (field[TITLE].len == 0 || field[VERSION].len == 0)
		return 0;
	struct package p = { .type = PACKAGE_WORDPRESS,
			     .name = slug_of(r->f->path),
			     .version = field[VERSION],
			     .homepage = field[HOME],
			     .description = field[DESCRIPTION],
			     .author = field[AUTHOR] };
	if ((rc = package_fact(&r->tmp, &p.facts, "wordpress:title", field[TITLE])) < 0 ||
	    (rc = package_fact(&r->tmp, &p.qualifiers, "type", theme ? S("theme") : S(""))) < 0)
		return rc;
	if (catalog_wants_licences(r->c) &&
	    (rc = licence_expression(&r->tmp, field[LICENCE], &p.licence)) < 0)
		return rc;
	return reading_add(r, &p, NULL);
}

/* "$wp_version = '6.5.2';" at the beginning of a line: comments name it too. */
static str core_version(str text)
{
	while (text.p) {
		str line = str_cut(&text, '\n'), name = str_trim(str_cut(&line, '='));
		line = str_trim(line);
		char quote = line.len ? line.p[0] : 0;
		if (!str_eq(name, S("$wp_version")) || (quote != '\'' && quote != '"'))
			continue;
		line = str_from(line, 1);
		return str_cut(&line, quote);
	}
	return S("");
}

static int add_core(struct reading *r)
{
	struct package p = { .type = PACKAGE_GENERIC,
			     .name = S("wordpress"),
			     .version = core_version(r->text),
			     .homepage = S("https://wordpress.org/"),
			     .licence = S("GPL-2.0-or-later") };

	return reading_add(r, &p, NULL);
}

static int read_file(struct reading *r)
{
	r->how = EVIDENCE_METADATA;
	if (str_ends(r->f->path, S("/version.php")) &&
	    str_eq(str_base_name(str_dir_name(r->f->path)), S("wp-includes")))
		return add_core(r);
	return add_part(r, str_ends(r->f->path, S(".css")));
}

static int read_wordpress(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_file);
}

const struct cataloger cataloger_wordpress = {
	.name = "wordpress",
	.what = "WordPress, its plugins and themes",
	.wants = { { .glob = "**/wp-content/plugins/*.php" },
		   { .glob = "**/wp-content/plugins/*/*.php" },
		   { .glob = "**/wp-content/themes/*/style.css" },
		   { .glob = "**/wp-includes/version.php" } },
	.read = read_wordpress,
};
