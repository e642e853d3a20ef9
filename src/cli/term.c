#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/num.h"
#include "sys/file.h"

enum {
	WIDTH_MIN = 40,
	WIDTH_MAX = 200,
	WIDTH_NONE = 100, /* for files and pipes: their readers scroll */
};

static str env(const char *name)
{
	const char *value = getenv(name);

	return value ? str_of(value) : S("");
}

/* Source: POSIX.1-2017 XBD 8.2: LC_ALL beats LC_CTYPE beats LANG. Unset says nothing: UTF-8. */
static bool locale_is_utf8(void)
{
	static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		str value = env(name[i]);
		if (value.len)
			return strcasestr(value.p, "utf-8") || strcasestr(value.p, "utf8");
	}
	return true;
}

static int width_of(int fd)
{
	struct winsize size = { 0 };
	uint64_t columns = 0;

	if (!num_parse(env("COLUMNS"), WIDTH_MAX, &columns) && ioctl(fd, TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	if (columns == 0)
		columns = 80;
	if (columns < WIDTH_MIN)
		return WIDTH_MIN;
	return columns > WIDTH_MAX ? WIDTH_MAX : (int)columns;
}

struct term term_of(int fd)
{
	str kind = env("TERM");
	bool tty = isatty(fd) == 1;
	bool able = tty && kind.len && !str_eq(kind, S("dumb"));

	return (struct term){
		.fd = fd,
		.tty = able,
		.colour = able && env("NO_COLOR").len == 0,
		.utf8 = !tty || locale_is_utf8(),
		.width = tty ? width_of(fd) : WIDTH_NONE,
	};
}

int term_write(struct op *op, const struct term *t, str text)
{
	return file_write(op, t->fd, t->fd == 1 ? S("standard output") : S("standard error"), text);
}
