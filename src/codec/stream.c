#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

#include "digest.h"
#include "stream_decoder.h"

enum { RATIO_SLACK = 1 << 20 };

struct stream {
	enum stream_kind kind;
	const struct stream_decoder *decoder; /* NULL: plain bytes */
	void *state;
	struct stream_source in;
	struct hash *tee; /* or NULL */
	stream_tee_fn *tee_to;
	void *tee_arg;
	uint64_t out;     /* bytes given so far */
	uint64_t max_out;
	uint64_t max_ratio_out; /* LIMIT_RATIO times the whole input, plus RATIO_SLACK */
	bool ended;
};

static const struct stream_decoder *const decoders[] = {
	[STREAM_PLAIN] = NULL,
	[STREAM_GZIP] = &stream_gzip,
	[STREAM_XZ] = &stream_xz,
	[STREAM_ZSTD] = &stream_zstd,
};

enum stream_kind stream_sniff(str head)
{
	if (str_starts(head, S("\x1f\x8b")))
		return STREAM_GZIP;
	if (str_starts(head, S("\xfd"
			       "7zXZ\0")))
		return STREAM_XZ;
	if (str_starts(head, S("\x28\xb5\x2f\xfd")))
		return STREAM_ZSTD;
	return STREAM_PLAIN;
}

enum stream_kind stream_kind(const struct stream *s)
{
	return s->kind;
}

void stream_tee(struct stream *s, struct hash *h)
{
	s->tee = h;
}

void stream_tee_to(struct stream *s, stream_tee_fn *fn, void *arg)
{
	s->tee_to = fn;
	s->tee_arg = arg;
}

/* One pread of at most n bytes of the range; what the range promised must be there. */
static int source_pread(struct op *op, struct stream_source *in, char *to, size_t n, size_t *ret_n)
{
	ssize_t got;

	if (n > in->left)
		n = (size_t)in->left;
	do
		got = pread(in->fd, to, n, (off_t)in->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return op_fail_errno(op, "cannot read %.*s", STR_ARG(in->what));
	if (got == 0 && n > 0)
		return op_fail(op, ERR_FORMAT, "%.*s is truncated at byte %llu", STR_ARG(in->what),
			       (unsigned long long)in->at);
	in->at += (uint64_t)got;
	in->left -= (uint64_t)got;
	*ret_n = (size_t)got;
	return 0;
}

int stream_fill(struct op *op, struct stream_source *in, size_t n)
{
	MUST(n <= STREAM_WINDOW);
	if ((size_t)in->avail.len >= n || in->left == 0)
		return 0;
	if (in->avail.len)
		memmove(in->window, in->avail.p, (size_t)in->avail.len);
	in->avail.p = in->window;
	while ((size_t)in->avail.len < n && in->left > 0) {
		size_t got, have = (size_t)in->avail.len;
		int rc = source_pread(op, in, in->window + have, STREAM_WINDOW - have, &got);
		if (rc < 0)
			return rc;
		in->avail.len += (ptrdiff_t)got;
	}
	return 0;
}

static int open_source(struct op *op, const struct stream_source *in, uint64_t max_out,
		       struct stream **ret)
{
	AUTO_STREAM *s = op_new(op, struct stream, 1);
	uint64_t size = in->left + (uint64_t)in->avail.len, most;
	int rc;

	if (!s)
		return op->code;
	s->in = *in;
	s->max_out = max_out;
	if (__builtin_mul_overflow(size, (uint64_t)LIMIT_RATIO, &most) ||
	    __builtin_add_overflow(most, (uint64_t)RATIO_SLACK, &s->max_ratio_out))
		s->max_ratio_out = UINT64_MAX;
	if ((rc = stream_fill(op, &s->in, 6)) < 0)
		return rc;
	s->kind = stream_sniff(s->in.avail);
	if (decoders[s->kind] && (rc = decoders[s->kind]->open(op, &s->state)) < 0)
		return rc;
	s->decoder = decoders[s->kind];
	*ret = s;
	s = NULL;
	return 0;
}

int stream_open_fd(struct op *op, int fd, str what, uint64_t offset, uint64_t n, uint64_t max_out,
		   struct stream **ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return op_fail_errno(op, "cannot examine %.*s", STR_ARG(what));
	if (!S_ISREG(st.st_mode))
		return op_fail(op, ERR_FORMAT, "%.*s is not a regular file", STR_ARG(what));
	uint64_t size = (uint64_t)st.st_size;
	if (offset > size || (n != UINT64_MAX && n > size - offset))
		return op_fail(op, ERR_FORMAT, "%.*s is truncated at byte %llu", STR_ARG(what),
			       (unsigned long long)size);
	struct stream_source in = { .what = what, .fd = fd, .at = offset };
	in.left = n == UINT64_MAX ? size - offset : n;
	in.window = op_new(op, char, STREAM_WINDOW);
	if (!in.window)
		return op->code;
	return open_source(op, &in, max_out, ret);
}

int stream_open_bytes(struct op *op, str bytes, str what, uint64_t max_out, struct stream **ret)
{
	struct stream_source in = { .what = what, .avail = bytes, .fd = -1 };

	return open_source(op, &in, max_out, ret);
}

/* What the sniffing read first, then straight from the file. */
static int read_plain(struct op *op, struct stream_source *in, char *to, size_t n, size_t *ret_n)
{
	if (in->avail.len == 0 && in->left > 0)
		return source_pread(op, in, to, n, ret_n);
	str got = str_head(in->avail, n > PTRDIFF_MAX ? PTRDIFF_MAX : (ptrdiff_t)n);
	if (got.len)
		memcpy(to, got.p, (size_t)got.len);
	in->avail = str_from(in->avail, got.len);
	*ret_n = (size_t)got.len;
	return 0;
}

int stream_read(struct op *op, struct stream *s, void *to, size_t n, size_t *ret_n)
{
	size_t got = 0;
	int rc = 0;

	if (n > 0 && !s->ended)
		rc = s->decoder ? s->decoder->read(op, s->state, &s->in, to, n, &got)
				: read_plain(op, &s->in, to, n, &got);
	if (rc < 0)
		return rc;
	s->ended = s->ended || (n > 0 && got == 0);
	s->out += got;
	if (s->out > s->max_out)
		return op_fail(op, ERR_LIMIT, "%.*s unpacks to more than %llu bytes",
			       STR_ARG(s->in.what), (unsigned long long)s->max_out);
	if (s->out > s->max_ratio_out)
		return op_fail(op, ERR_LIMIT, "%.*s unpacks to more than %d times its size",
			       STR_ARG(s->in.what), LIMIT_RATIO);
	if (s->tee)
		hash_add(s->tee, (str){ to, (ptrdiff_t)got });
	if (s->tee_to && got > 0 &&
	    (rc = s->tee_to(op, s->tee_arg, (str){ to, (ptrdiff_t)got })) < 0)
		return rc;
	*ret_n = got;
	return 0;
}

uint64_t stream_skip(struct stream *s, uint64_t n)
{
	struct stream_source *in = &s->in;
	uint64_t have = (uint64_t)in->avail.len;

	if (s->decoder || s->tee || s->tee_to || s->ended)
		return 0;
	have = n < have ? n : have;
	in->avail = str_from(in->avail, (ptrdiff_t)have);
	uint64_t far = n - have < in->left ? n - have : in->left;
	in->at += far;
	in->left -= far;
	s->out += have + far;
	return have + far;
}

uint64_t stream_position(const struct stream *s)
{
	return s->out;
}

int stream_read_full(struct op *op, struct stream *s, void *to, size_t n)
{
	for (size_t have = 0, got; have < n; have += got) {
		int rc = stream_read(op, s, (char *)to + have, n - have, &got);
		if (rc < 0)
			return rc;
		if (got == 0)
			return op_fail(op, ERR_FORMAT, "%.*s is truncated", STR_ARG(s->in.what));
	}
	return 0;
}

static void free_block(char **p)
{
	free(*p);
	*p = NULL;
}

/*
 * The size is not known beforehand. Growing in the arena would leave every smaller block behind;
 * realloc() of large blocks moves pages instead of bytes, and one copy at the end is exact.
 */
int stream_read_all(struct op *op, struct stream *s, size_t max, str *ret)
{
	__attribute__((cleanup(free_block))) char *p = NULL;
	size_t len = 0, cap = 0, got;
	int rc;

	do {
		if (cap - len < 4096) {
			size_t want = cap ? cap * 2 : 64 << 10;
			char *more = realloc(p, want);
			if (!more)
				return op_fail(op, ERR_MEMORY, "no memory for %.*s",
					       STR_ARG(s->in.what));
			p = more;
			cap = want;
		}
		if ((rc = stream_read(op, s, p + len, cap - len, &got)) < 0)
			return rc;
		len += got;
		if (len > max)
			return op_fail(op, ERR_LIMIT, "%.*s is larger than %zu bytes",
				       STR_ARG(s->in.what), max);
	} while (got > 0);
	return op_copy(op, (str){ p, (ptrdiff_t)len }, ret);
}

void stream_close(struct stream **s)
{
	if (*s && (*s)->decoder)
		(*s)->decoder->close((*s)->state);
	if (*s)
		(*s)->decoder = NULL;
	*s = NULL;
}
