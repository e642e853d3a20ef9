#include "conf_words.h"

#include "base/buf.h"
#include "base/limits.h"

/* One word off the front of *in, without its quotes; 1 for a quote without its end. */
static int next_word(struct op *op, str *in, str *ret)
{
	struct buf b;
	char quote = 0;
	ptrdiff_t i = 0;

	buf_init(&b, op, LIMIT_STANZA);
	for (; i < in->len; i++) {
		char c = in->p[i];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\t'))
			break;
		else if (c == '\\' && quote != '\'' && i + 1 < in->len)
			buf_char(&b, in->p[++i]);
		else
			buf_char(&b, c);
	}
	if (quote)
		return 1;
	*in = str_trim(str_from(*in, i));
	return buf_take(&b, ret);
}

int conf_words(struct op *op, str line, ptrdiff_t max, bool rest, str *ret, ptrdiff_t *ret_n)
{
	ptrdiff_t n = 0;

	for (line = str_trim(line); line.len; n++) {
		if (n == max)
			return 1;
		if (rest && n == max - 1) {
			ret[n] = line;
			line = S("");
		} else {
			int rc = next_word(op, &line, &ret[n]);
			if (rc)
				return rc;
		}
		if (str_eq(ret[n], S("-")))
			ret[n] = S("");
	}
	for (ptrdiff_t i = n; i < max; i++)
		ret[i] = S("");
	*ret_n = n;
	return 0;
}

int conf_plain(struct op *op, str *s)
{
	struct buf b;

	if (str_find(*s, '%') < 0)
		return 0;
	buf_init(&b, op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < s->len; i++) {
		if (s->p[i] == '%' && (i + 1 == s->len || s->p[++i] != '%'))
			return 1;
		buf_char(&b, s->p[i]);
	}
	return buf_take(&b, s);
}
