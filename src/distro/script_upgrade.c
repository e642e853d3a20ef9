#include "script_upgrade.h"

#include "base/buf.h"
#include "base/limits.h"
#include "model/version.h"
#include "script_words.h"

int script_upgrade_compares(str from, str how, str version)
{
	static const struct {
		str op;
		int least, most; /* of the comparison's sign */
	} ops[] = {
		{ S_INIT("lt"), -1, -1 },   { S_INIT("le"), -1, 0 },   { S_INIT("eq"), 0, 0 },
		{ S_INIT("ge"), 0, 1 },     { S_INIT("gt"), 1, 1 },    { S_INIT("lt-nl"), -1, -1 },
		{ S_INIT("le-nl"), -1, 0 }, { S_INIT("ge-nl"), 0, 1 }, { S_INIT("gt-nl"), 1, 1 },
		{ S_INIT("<<"), -1, -1 },   { S_INIT("<="), -1, 0 },   { S_INIT("="), 0, 0 },
		{ S_INIT(">="), 0, 1 },     { S_INIT(">>"), 1, 1 },
	};

	if (!version_deb_valid(version))
		return -1;
	int order = version_deb_compare(from, version);
	order = (order > 0) - (order < 0);
	if (str_eq(how, S("ne")))
		return order != 0;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (str_eq(how, ops[i].op))
			return order >= ops[i].least && order <= ops[i].most;
	return -1;
}

int script_fresh_compares(str how)
{
	static const struct {
		str op;
		int holds;
	} ops[] = {
		{ S_INIT("lt"), 1 },    { S_INIT("le"), 1 },    { S_INIT("ne"), 1 },
		{ S_INIT("eq"), 0 },    { S_INIT("ge"), 0 },    { S_INIT("gt"), 0 },
		{ S_INIT("lt-nl"), 0 }, { S_INIT("le-nl"), 0 }, { S_INIT("ge-nl"), 1 },
		{ S_INIT("gt-nl"), 1 },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (str_eq(how, ops[i].op))
			return ops[i].holds;
	return -1;
}

/* debhelper quotes the signs of versions. */
static int unquote(struct op *op, str line, str *ret)
{
	struct buf plain;

	buf_init(&plain, op, LIMIT_CONTROL_FILE);
	for (ptrdiff_t i = 0; i < line.len; i++)
		if (line.p[i] != '\\' || i + 1 == line.len || !memchr("~+-.:", line.p[i + 1], 5))
			buf_char(&plain, line.p[i]);
	return buf_take(&plain, ret);
}

bool script_upgrade_moves(struct op *op, str line, str from)
{
	static const struct {
		str command;
		ptrdiff_t version; /* which of the words is the version */
	} commands[] = {
		{ S_INIT("rm_conffile"), 3 },
		{ S_INIT("mv_conffile"), 4 },
		{ S_INIT("symlink_to_dir"), 4 },
		{ S_INIT("dir_to_symlink"), 4 },
	};
	struct script_words w;

	line = str_trim(line);
	if (!line.len || line.p[0] == '#')
		return false;
	if (unquote(op, line, &line) < 0)
		return true;
	script_split(line, &w);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		ptrdiff_t at = commands[i].version;
		if (!script_word_is(&w, 0, S("dpkg-maintscript-helper")) ||
		    !script_word_is(&w, 1, commands[i].command) || w.open || at >= w.n)
			continue;
		return script_upgrade_compares(from, S("le"), w.p[at].text) != 0;
	}
	return true;
}
