/* The names of tables and columns, out of the statements that made them. */
#include <string.h>

#include "sqlite.h"

enum { SCHEMA_TYPE, SCHEMA_NAME, SCHEMA_TABLE, SCHEMA_ROOT, SCHEMA_SQL, SCHEMA_COLUMNS };

static bool same(str a, str b)
{
	bool eq = a.len == b.len;

	for (ptrdiff_t i = 0; eq && i < a.len; i++) {
		char x = a.p[i], y = b.p[i];
		x = (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
		y = (char)(y >= 'A' && y <= 'Z' ? y + 32 : y);
		eq = x == y;
	}
	return eq;
}

/* What closes a quotation that c opens; 0 for none. */
static char closing(char c)
{
	return c == '[' ? ']' : c == '\'' || c == '"' || c == '`' ? c : 0;
}

/* The first name off the front of *s, without its quotes. */
static str name_of(str *s)
{
	*s = str_trim(*s);
	char end = s->len ? closing(s->p[0]) : 0;
	if (end) {
		*s = str_from(*s, 1);
		return str_cut(s, end);
	}
	ptrdiff_t n = 0;
	while (n < s->len && !strchr(" \t\r\n(,", s->p[n]))
		n++;
	str name = str_head(*s, n);
	*s = str_from(*s, n);
	return name;
}

/* How much of s stands before the ',' or ')' that ends this definition. */
static ptrdiff_t definition(str s)
{
	int depth = 0;

	for (ptrdiff_t i = 0; i < s.len; i++) {
		char end = closing(s.p[i]);
		if (end) {
			ptrdiff_t skip = str_find(str_from(s, i + 1), end);
			i = skip < 0 ? s.len : i + 1 + skip;
		} else if (s.p[i] == '(') {
			depth++;
		} else if (s.p[i] == ')' || s.p[i] == ',') {
			if (depth == 0)
				return i;
			depth -= s.p[i] == ')';
		}
	}
	return s.len;
}

static bool is_constraint(str name)
{
	static const str words[] = { S_INIT("constraint"), S_INIT("primary"), S_INIT("unique"),
				     S_INIT("check"), S_INIT("foreign") };
	bool yes = false;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		yes |= same(name, words[i]);
	return yes;
}

/* The statement without its comments, which may hold quotes and commas. Shorter or the same. */
static ptrdiff_t without_comments(str sql, char *out)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < sql.len;) {
		str rest = str_from(sql, i);
		char end = closing(rest.p[0]);
		ptrdiff_t to = 1;
		if (end || str_starts(rest, S("/*")) || str_starts(rest, S("--"))) {
			str body = str_from(rest, end ? 1 : 2);
			str mark = end ? (str){ &end, 1 } : rest.p[0] == '/' ? S("*/") : S("\n");
			ptrdiff_t at = str_find_str(body, mark);
			to = at < 0 ? rest.len : (end ? 1 : 2) + at + mark.len;
		}
		if (to == 1 || end) {
			memmove(out + n, rest.p, (size_t)to);
			n += to;
		} else {
			out[n++] = ' ';
		}
		i += to;
	}
	return n;
}

/* "INTEGER ... PRIMARY KEY": such a column is the row's id. */
static bool is_integer(str type)
{
	return same(str_word(&type), S("integer"));
}

static bool is_key(str type)
{
	while (type.len) {
		if (same(str_word(&type), S("primary")))
			return true;
	}
	return false;
}

/* "KEY("id" AUTOINCREMENT)" of a table: the one column that it names, or empty. */
static str key_column(str constraint)
{
	ptrdiff_t open = str_find(constraint, '(');
	str inside = str_from(constraint, open + 1);
	str name = open < 0 ? S("") : name_of(&inside);

	return str_find(inside, ',') < 0 ? name : S("");
}

static void read_columns(str sql, struct sqlite_table *t)
{
	str type[SQLITE_COLUMNS], key = S("");
	ptrdiff_t open = str_find(sql, '(');
	str rest = str_from(sql, open + 1);

	t->id = -1;
	while (open >= 0 && rest.len > 0 && t->columns < SQLITE_COLUMNS) {
		ptrdiff_t n = definition(rest);
		str column = str_trim(str_head(rest, n));
		bool quoted = column.len && closing(column.p[0]);
		str name = name_of(&column);
		bool last = n >= rest.len || rest.p[n] == ')';
		if (!quoted && same(name, S("primary"))) {
			key = key_column(column);
		} else if (name.len && (quoted || !is_constraint(name))) {
			type[t->columns] = column;
			t->column[t->columns++] = name;
			if (is_integer(column) && is_key(column))
				key = name;
		}
		if (last)
			break;
		rest = str_from(rest, n + 1);
	}
	int at = key.len ? sqlite_column(t, key) : -1;
	if (at >= 0 && is_integer(type[at]))
		t->id = at;
}

int sqlite_table(struct op *op, struct sqlite *db, str name, struct sqlite_table *ret)
{
	const struct sqlite_table schema = { .root = 1, .columns = SCHEMA_COLUMNS, .id = -1 };
	struct sqlite_rows *rows = op_new(op, struct sqlite_rows, 1);
	const struct sqlite_row *row;
	int rc = rows ? sqlite_rows(op, db, &schema, rows) : op->code;

	if (rc < 0)
		return rc;
	while ((rc = sqlite_next(op, rows, &row)) > 0) {
		int64_t root = sqlite_number(rows, row, SCHEMA_ROOT);
		str sql;
		if (!str_eq(sqlite_text(row, SCHEMA_TYPE), S("table")) ||
		    !same(sqlite_text(row, SCHEMA_NAME), name))
			continue;
		if (root < 1 || root > db->pages)
			return op_fail(op, ERR_FORMAT,
				       "%.*s: bad SQLite database: table %.*s has no page",
				       STR_ARG(db->at.what), STR_ARG(name));
		str text = sqlite_text(row, SCHEMA_SQL);
		char *copy = op_new(op, char, text.len);
		if (!copy)
			return op->code;
		sql = (str){ copy, without_comments(text, copy) };
		*ret = (struct sqlite_table){ .root = (uint32_t)root };
		read_columns(sql, ret);
		return 0;
	}
	return rc < 0 ? rc : 1;
}

int sqlite_column(const struct sqlite_table *t, str name)
{
	for (int i = 0; i < t->columns; i++) {
		if (same(t->column[i], name))
			return i;
	}
	return -1;
}
