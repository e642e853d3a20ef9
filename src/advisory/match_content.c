/* Rule 8. */
#include "base/num.h"
#include "match_impl.h"
#include "model/package_content.h"

static int content_of(struct op *op, const struct package *p, str *ret)
{
	for (ptrdiff_t i = 0; i < p->facts.n; i++)
		if (str_eq(p->facts.p[i].key, S(PACKAGE_CONTENT_FACT))) {
			*ret = p->facts.p[i].value;
			return 0;
		}
	return package_content(op, p, ret);
}

int match_content(struct op *op, const struct package *p, bool by_source, str *ret_reason)
{
	uint64_t all = 0;
	bool headers = false, data = false;
	char kinds[64];
	ptrdiff_t len = 0;
	str content;
	int rc = content_of(op, p, &content);

	*ret_reason = S("");
	for (str w = str_word(&content); rc == 0 && w.len; w = str_word(&content)) {
		uint64_t n = 0;
		str kind = str_cut(&w, ':');
		if (!num_parse(w, UINT32_MAX, &n) || len + kind.len + 2 > (ptrdiff_t)sizeof(kinds))
			return 0; /* a fact that is not ours */
		headers = headers || str_eq(kind, S("headers"));
		data = data || str_eq(kind, S("data"));
		all += n;
		if (len) {
			memcpy(kinds + len, ", ", 2);
			len += 2;
		}
		memcpy(kinds + len, kind.p, (size_t)kind.len);
		len += kind.len;
	}
	/* A source's own package may be data that is wrong itself (ca-certificates). One of documentation
	 * alone is a name for what it depends on, unless it is the documentation of something. */
	if (rc < 0 || all == 0 || (!by_source && (data || !headers)))
		return rc;
	return op_text(op, ret_reason, "nothing that could run: %llu file%s, all %.*s",
		       (unsigned long long)all, all == 1 ? "" : "s", (int)len, kinds);
}
