/* What a server says of itself: WWW-Authenticate, and addresses that it leads to. */
#include <string.h>

#include "net/address.h"
#include "net/challenge.h"
#include "net/url.h"

static void check(struct op *op, str text)
{
	struct challenge c;
	struct url u, again;
	str to;

	if (challenge_parse(op, text, &c) < 0)
		MUST(op->code == ERR_FORMAT && op->text[0]);
	else
		MUST(c.bearer || (!c.realm.len && !c.service.len && !c.scope.len));
	op_forgive(op);
	if (url_resolve(op, S("https://host:5000/v2/x?y"), text, &to) == 0) {
		MUST(url_parse(to, &u) && u.host.len && u.port);
		MUST(str_find(u.host, '@') < 0 && str_find(u.host, '%') < 0);
		MUST(memchr(to.p, '\n', (size_t)to.len) == NULL);
		MUST(url_resolve(op, to, to, &to) == 0 && url_parse(to, &again));
		MUST(url_same_origin(&u, &again));
		(void)address_kind_of_host(u.host);
	}
	(void)address_kind_of_host(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;

	op_init(&op, 1 << 20);
	check(&op, (str){ (const char *)data, (ptrdiff_t)size });
	return 0;
}
