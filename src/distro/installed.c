#include "installed.h"

#include "codec/deb822.h"

void installed_source(str field, struct installed_package *p)
{
	str rest = field, name = str_word(&rest);
	ptrdiff_t open = str_find(rest, '('), close = str_rfind(rest, ')');

	p->source = name.len ? name : p->name;
	p->source_version = p->version;
	if (open >= 0 && close > open + 1)
		p->source_version = str_trim((str){ rest.p + open + 1, close - open - 1 });
}

/* "install ok installed"; a status.d record has no Status. */
static bool is_installed(str status)
{
	return status.len == 0 || str_ends(status, S(" installed"));
}

int installed_read(struct op *op, str text, struct installed *list)
{
	struct deb822_stanza stanza;
	int rc;

	while ((rc = deb822_next(op, &text, &stanza)) == 1) {
		struct installed_package p = { .name = deb822_get(&stanza, "Package"),
					       .version = deb822_get(&stanza, "Version"),
					       .arch = deb822_get(&stanza, "Architecture") };
		if (!p.name.len || !p.version.len || !is_installed(deb822_get(&stanza, "Status")))
			continue;
		installed_source(deb822_get(&stanza, "Source"), &p);
		struct installed_package *slot = vec_push(op, &list->package);
		if (!slot)
			return op->code;
		*slot = p;
	}
	return rc;
}
