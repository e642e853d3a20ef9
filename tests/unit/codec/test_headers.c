#include "codec/headers.h"

#include "base/buf.h"
#include "unit/harness.h"

static int walk(struct op *op)
{
	static const struct {
		const char *text, *gives;
	} row[] = {
		{ "", "#" },
		{ "A: 1\nB:2\n\nC: body\n", "A=1|B=2|#C: body\n" },
		{ "A: 1\r\nB: x\r\n  y\r\n\r\nC", "A=1|B=x\r\n  y|#C" },
		{ "A: 1", "A=1|#" },
		{ "A:\nB: \n\tgoes on", "A=|B=goes on|#" },
		{ "junk\nA: 1\n: no\nB: 2", "A=1|B=2|#" },
		{ " begins with a blank\nA: 1\n", "A=1|#" },
		{ "\nA: 1\n", "#A: 1\n" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str in = exact(str_of(row[i].text)), got;
		struct header h;
		struct buf b;
		buf_init(&b, op, 1 << 16);
		while (headers_next(&in, &h))
			buf_fmt(&b, "%.*s=%.*s|", STR_ARG(h.name), STR_ARG(h.value));
		buf_fmt(&b, "#%.*s", STR_ARG(in));
		TRY(buf_take(&b, &got));
		CHECK_STR(got, str_of(row[i].gives));
	}
	return 0;
}

TESTS({ "headers and what follows them", walk })
