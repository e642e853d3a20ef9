#include "tmpfiles.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"

#include "conf_words.h"

enum { TYPE, PATH, MODE, USER, GROUP, AGE, ARGUMENT, WORDS };

enum tmpfiles_use { USE_NOT, USE_DIRECTORY, USE_FILE, USE_LINK, USE_COPY, USE_MODE };

/* By the type's letter; a type that is not here is no type. */
static const struct {
	char letter;
	enum tmpfiles_use use;
} types[] = {
	{ 'd', USE_DIRECTORY }, { 'D', USE_DIRECTORY }, { 'v', USE_DIRECTORY },
	{ 'q', USE_DIRECTORY }, { 'Q', USE_DIRECTORY }, { 'f', USE_FILE },
	{ 'F', USE_FILE },      { 'L', USE_LINK },      { 'C', USE_COPY },
	{ 'e', USE_MODE },      { 'z', USE_MODE },      { 'Z', USE_MODE },
	{ 'x', USE_NOT },       { 'X', USE_NOT },       { 'r', USE_NOT },
	{ 'R', USE_NOT },       { 'b', USE_NOT },       { 'c', USE_NOT },
	{ 'p', USE_NOT },       { 'w', USE_NOT },       { 't', USE_NOT },
	{ 'T', USE_NOT },       { 'h', USE_NOT },       { 'H', USE_NOT },
	{ 'a', USE_NOT },       { 'A', USE_NOT },
};

static bool type_use(str type, enum tmpfiles_use *ret)
{
	/* Modifiers: at boot only, force, ignore errors, remove what is in the way, base64,
	 * credential. */
	for (ptrdiff_t i = 1; i < type.len; i++)
		if (!memchr("!+-=~^?$", type.p[i], 8))
			return false;
	for (size_t i = 0; type.len && i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].letter == type.p[0]) {
			/* A content from a credential or in base64 is nothing for an image. */
			bool odd = memchr(type.p, '~', (size_t)type.len) ||
				   memchr(type.p, '^', (size_t)type.len);
			*ret = odd ? USE_NOT : types[i].use;
			return true;
		}
	}
	return false;
}

/* "0755", "~0755" (masked by what is there), ":0755" (only for new ones); none: unset. */
static bool mode_read(str s, uint32_t *ret)
{
	uint32_t mode = 0;

	while (s.len && (s.p[0] == '~' || s.p[0] == ':'))
		s = str_from(s, 1);
	if (!s.len)
		return true;
	if (s.len > 5)
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
		mode = mode * 8 + (uint32_t)(s.p[i] - '0');
	}
	*ret = mode & 01777;
	return mode <= 07777;
}

static str owner_read(str s)
{
	return str_starts(s, S(":")) ? str_from(s, 1) : s;
}

/* C escapes of a file's content: \n, \t, \\, \", \xHH and octal. */
static int unescape(struct op *op, str s, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\\' || i + 1 == s.len) {
			buf_char(&b, s.p[i]);
			continue;
		}
		char c = s.p[++i];
		if (c >= '0' && c <= '7') {
			int v = 0;
			ptrdiff_t from = i;
			for (; i < s.len && i < from + 3 && s.p[i] >= '0' && s.p[i] <= '7'; i++)
				v = v * 8 + (s.p[i] - '0');
			i--;
			buf_char(&b, (char)v);
		} else {
			buf_char(&b, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
		}
	}
	return buf_take(&b, ret);
}

/* Below what an argument-less L or C takes its content. */
static int factory(struct op *op, str path, str *ret)
{
	return op_text(op, ret, "usr/share/factory/%.*s", STR_ARG(path));
}

/* Is the path one of the running machine, which no package ships? */
static bool of_the_machine(str path)
{
	static const char *const top[] = { "/proc/", "/sys/", "/dev/", "/run/" };

	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		if (str_starts(path, str_of(top[i])))
			return true;
	return false;
}

static int fill(struct op *op, enum tmpfiles_use use, const str *w, struct effect *e)
{
	int rc = 0;

	if (!mode_read(w[MODE], &e->mode))
		return op_fail(op, ERR_FORMAT, "%.*s: bad mode \"%.*s\"", STR_ARG(e->origin),
			       STR_ARG(w[MODE]));
	e->owner = owner_read(w[USER]);
	e->group = owner_read(w[GROUP]);
	if (use == USE_DIRECTORY || use == USE_FILE) {
		e->owner = e->owner.len ? e->owner : S("root");
		e->group = e->group.len ? e->group : S("root");
		if (e->mode == UINT32_MAX)
			e->mode = use == USE_DIRECTORY ? 0755 : 0644;
	}
	if (use == USE_FILE)
		rc = unescape(op, w[ARGUMENT], &e->text);
	if (use == USE_FILE && rc >= 0 && effect_is_secret(e->text))
		return op_fail(op, ERR_FORMAT, "%.*s: a private key", STR_ARG(e->origin));
	if (use == USE_LINK && w[ARGUMENT].len)
		e->to = w[ARGUMENT];
	else if (use == USE_LINK)
		rc = op_text(op, &e->to, "/usr/share/factory/%.*s", STR_ARG(e->path));
	if (use == USE_COPY && w[ARGUMENT].len && !effect_path(op, w[ARGUMENT], &e->from))
		return op_fail(op, ERR_FORMAT, "%.*s: bad source \"%.*s\"", STR_ARG(e->origin),
			       STR_ARG(w[ARGUMENT]));
	if (use == USE_COPY && !w[ARGUMENT].len)
		rc = factory(op, e->path, &e->from);
	return rc;
}

static int read_line(struct op *op, str line, str origin, struct tmpfiles *to)
{
	static const enum effect_kind kinds[] = { [USE_DIRECTORY] = EFFECT_DIRECTORY,
						  [USE_FILE] = EFFECT_FILE,
						  [USE_LINK] = EFFECT_LINK,
						  [USE_COPY] = EFFECT_COPY,
						  [USE_MODE] = EFFECT_MODE };
	str w[WORDS], path;
	ptrdiff_t n;
	enum tmpfiles_use use = USE_NOT;
	int rc = conf_words(op, line, WORDS, true, w, &n);

	if (rc < 0)
		return rc;
	if (rc > 0 || n < 2 || !type_use(w[TYPE], &use) || !str_starts(w[PATH], S("/")))
		return op_fail(op, ERR_FORMAT, "%.*s: no tmpfiles.d line", STR_ARG(origin));
	if (str_starts(w[PATH], S("/var/run/"))) /* as systemd-tmpfiles does, with a warning */
		w[PATH] = str_from(w[PATH], 4);
	if (use == USE_NOT || (use == USE_COPY && of_the_machine(w[ARGUMENT])))
		return 0;
	if ((rc = conf_plain(op, &w[PATH])) != 0 || (rc = conf_plain(op, &w[ARGUMENT])) != 0)
		return rc < 0 ? rc : 0;
	if (!effect_path(op, w[PATH], &path)) {
		bool root = w[PATH].len == 1;
		return op->code ? op->code
		       : root   ? 0
				: op_fail(op, ERR_FORMAT, "%.*s: bad path", STR_ARG(origin));
	}
	struct effect e = { .kind = kinds[use],
			    .path = path,
			    .mode = UINT32_MAX,
			    .id = UINT32_MAX,
			    .origin = origin };
	if ((rc = fill(op, use, w, &e)) < 0)
		return rc;
	if (use != USE_MODE) {
		struct effect *made = effect_add(op, &to->made, e.kind, origin);
		if (made)
			*made = e;
		return made ? 0 : ERR_MEMORY;
	}
	if (!vec_grow(op, (void **)&to->mode, &to->mode_n, &to->mode_cap, sizeof(*to->mode)))
		return ERR_MEMORY;
	to->mode[to->mode_n - 1] = (struct tmpfiles_mode){ e, w[TYPE].p[0] == 'Z' };
	return 0;
}

int tmpfiles_read(struct op *op, str file, str text, struct tmpfiles *to)
{
	for (int n = 1; text.len; n++) {
		str line = str_trim(str_cut(&text, '\n')), origin;
		if (!line.len || line.p[0] == '#')
			continue;
		int rc = op_text(op, &origin, "%.*s:%d", STR_ARG(file), n);
		if (rc < 0 || (rc = read_line(op, line, origin, to)) < 0)
			return rc;
	}
	return 0;
}
