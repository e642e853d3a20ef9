#include <string.h>

#include "base/limits.h"
#include "codec/stream.h"
#include "repo_parts.h"

enum { WINDOW = 2 * LIMIT_STANZA /* of the text, while it streams by */ };

/* The text up to its last blank line. */
static str whole_stanzas(str text)
{
	while (text.len >= 2 && !(text.p[text.len - 1] == '\n' && text.p[text.len - 2] == '\n'))
		text.len--;
	return text.len >= 2 ? text : S("");
}

int repo_stanzas(struct op *op, struct stream *in, const struct repo_listed *plain,
		 repo_stanzas_each *each, void *arg)
{
	AUTO_HASH *h = NULL;
	struct digest got;
	size_t len = 0, n = 1;
	uint64_t total = 0;
	char *window = op_new(op, char, WINDOW);
	int rc = window ? hash_open(op, HASH_SHA256, &h) : op->code;

	while (rc == 0 && n > 0) {
		if (len == WINDOW)
			return op_fail(op, ERR_LIMIT, "a stanza is larger than %d bytes",
				       LIMIT_STANZA);
		if ((rc = stream_read(op, in, window + len, WINDOW - len, &n)) < 0)
			return rc;
		hash_add(h, (str){ window + len, (ptrdiff_t)n });
		total += n;
		len += n;
		str all = { window, (ptrdiff_t)len };
		str ready = n ? whole_stanzas(all) : all;
		rc = each(op, arg, ready);
		len -= (size_t)ready.len;
		if (ready.len)
			memmove(window, window + ready.len, len);
	}
	if (rc < 0)
		return rc;
	hash_result(h, HASH_SHA256, got.b);
	if (total != plain->size || !digest_eq(&got, &plain->sha256))
		return op_fail(op, ERR_VERIFY,
			       "unpacked, it is not what the signed Release file says");
	return 0;
}

int repo_file_digest(struct op *op, int fd, str what, uint64_t n, struct digest *ret)
{
	char piece[64 << 10];
	AUTO_HASH *h = NULL;
	int rc = hash_open(op, HASH_SHA256, &h);

	for (uint64_t at = 0; rc == 0 && at < n;) {
		size_t more = n - at < sizeof(piece) ? (size_t)(n - at) : sizeof(piece);
		rc = file_pread(op, fd, what, piece, more, at);
		if (rc == 0)
			hash_add(h, (str){ piece, (ptrdiff_t)more });
		at += more;
	}
	if (rc == 0)
		hash_result(h, HASH_SHA256, ret->b);
	return rc;
}
