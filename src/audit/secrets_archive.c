/*
 * Contents within contents: what is compressed is unpacked, archives are gone through, LIMIT_SECRET_DEPTH
 * deep and LIMIT_SECRET_UNPACKED bytes in all for one file of the image. What is no sound archive is
 * looked at as it is.
 */
#include "codec/stream.h"
#include "codec/tar.h"
#include "codec/zip.h"
#include "secrets_impl.h"

enum { PIECE = SIGHT_PART };

struct input { /* where a content within comes from */
	struct stream *stream;
	struct tar *tar;
	struct zip *zip;
	str head;     /* that was read already */
	size_t given; /* of it */
};

static bool is_zip(str head)
{
	return str_starts(head, S("PK\3\4")) || str_starts(head, S("PK\5\6"));
}

bool secrets_is_archive(str head)
{
	return is_zip(head) || tar_is(head) || stream_sniff(head) != STREAM_PLAIN;
}

static int read_some(struct secret_machine *m, struct input *in, char *to, size_t n, size_t *ret)
{
	int rc = 0;

	if (in->given < (size_t)in->head.len) {
		*ret = (size_t)in->head.len - in->given < n ? (size_t)in->head.len - in->given : n;
		memcpy(to, in->head.p + in->given, *ret);
		in->given += *ret;
		return 0;
	}
	if (in->tar)
		rc = tar_read(m->op, in->tar, to, n, ret);
	else if (in->zip)
		rc = zip_read(m->op, in->zip, to, n, ret);
	else
		rc = stream_read(m->op, in->stream, to, n, ret);
	if (rc == 0 && (m->unpacked += *ret) > LIMIT_SECRET_UNPACKED)
		return op_fail(m->op, ERR_LIMIT, "unpacks to too much");
	return rc;
}

/* Until n bytes are there, or the end. */
static int fill(struct secret_machine *m, struct input *in, char *to, size_t n, size_t *used)
{
	size_t got = 1;

	while (*used < n && got > 0) {
		int rc = read_some(m, in, to + *used, n - *used, &got);
		if (rc < 0)
			return rc;
		*used += got;
	}
	return 0;
}

static uint64_t count_lines(str s)
{
	uint64_t n = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

/* One that is larger than a part, in parts that overlap as the tree's do. */
static int look_in_parts(struct secret_machine *m, struct secret_content *c, struct input *in,
			 char *part)
{
	size_t used = PIECE;
	ptrdiff_t keep = SIGHT_BEFORE + SIGHT_BEHIND;

	c->begin = 0;
	for (;;) {
		bool last = used < PIECE;
		c->bytes = (str){ part, (ptrdiff_t)used };
		c->end = last ? c->bytes.len : c->bytes.len - SIGHT_BEHIND;
		int rc = secrets_scan(m, c);
		if (rc < 0 || last)
			return rc;
		c->lines += count_lines(str_head(c->bytes, PIECE - keep));
		c->offset += (uint64_t)(PIECE - keep);
		memmove(part, part + PIECE - keep, (size_t)keep);
		used = (size_t)keep;
		c->begin = SIGHT_BEFORE;
		if ((rc = fill(m, in, part, PIECE, &used)) < 0)
			return rc;
	}
}

/* An archive in an archive has to be in memory. */
static int look_at_large(struct secret_machine *m, struct secret_content *c, struct input *in,
			 str head, int depth)
{
	struct buf b;
	size_t got = 1;
	char *room;

	buf_init(&b, m->op, LIMIT_SECRET_ARCHIVE);
	buf_add(&b, head);
	while (got > 0 && b.len + PIECE <= b.max && (room = buf_room(&b, PIECE))) {
		b.len -= PIECE;
		int rc = read_some(m, in, room, PIECE, &got);
		if (rc < 0)
			return rc;
		b.len += got;
	}
	if (got > 0) {
		secrets_note(m->s, c->path, "the archive is too large to be looked into");
		return m->op->code;
	}
	c->bytes = buf_view(&b);
	c->begin = 0;
	c->end = c->bytes.len;
	return secrets_look(m, c, depth);
}

static int look_at_input(struct secret_machine *m, struct secret_content *c, struct input *in,
			 int depth)
{
	struct op_mark mark = op_mark(m->op);
	char *part = op_new(m->op, char, PIECE);
	size_t used = 0;
	int rc = part ? fill(m, in, part, PIECE, &used) : m->op->code;

	c->bytes = (str){ part, (ptrdiff_t)used };
	c->begin = 0;
	c->end = c->bytes.len;
	c->offset = c->lines = 0;
	if (rc == 0 && used < PIECE)
		rc = secrets_look(m, c, depth);
	else if (rc == 0 && secrets_is_archive(str_head(c->bytes, TAR_HEAD)))
		rc = look_at_large(m, c, in, c->bytes, depth);
	else if (rc == 0)
		rc = look_in_parts(m, c, in, part);
	op_reset(m->op, mark);
	return rc;
}

/* The path of what is within. */
static int path_in(struct op *op, const struct secret_content *c, str name,
		   struct secret_content *ret)
{
	*ret = *c;
	name = str_head(name, LIMIT_PATH);
	if (c->path.len + name.len > 2 * LIMIT_PATH)
		return op_fail(op, ERR_LIMIT, "its paths are too long");
	if (op_text(op, &ret->path, "%.*s:%.*s", STR_ARG(c->path), STR_ARG(name)) < 0)
		return op->code;
	ret->inner = str_from(ret->path, c->path.len + 1);
	return 0;
}

static int look_in_tar(struct secret_machine *m, const struct secret_content *c,
		       struct stream *stream, int depth)
{
	struct tar *tar;
	struct tar_entry e;
	int rc = tar_open(m->op, stream, c->path, false, &tar);

	while (rc >= 0 && (rc = tar_next(m->op, tar, &e)) > 0) {
		struct op_mark mark = op_mark(m->op);
		struct secret_content inner;
		struct input from = { .tar = tar };
		if (e.type != TAR_FILE || e.sparse || e.size == 0)
			continue;
		if ((rc = path_in(m->op, c, e.path, &inner)) == 0)
			rc = look_at_input(m, &inner, &from, depth);
		op_reset(m->op, mark);
	}
	return rc;
}

/* An entry that cannot be read spoils itself alone. */
static int look_in_zip(struct secret_machine *m, const struct secret_content *c, int depth)
{
	struct at at = at_of_bytes(c->bytes, c->path);
	struct zip_entry e;
	struct zip_list list;
	struct zip *z;
	int rc = m->zip ? 0 : zip_machine_make(m->op, &m->zip);

	if (rc < 0 || (rc = zip_open(m->op, &at, &(struct zip_wish){ .trust = ZIP_ANY }, &z)) < 0)
		return rc;
	zip_list(z, &list);
	while ((rc = zip_list_next(m->op, z, &list, &e)) > 0) {
		struct op_mark mark = op_mark(m->op);
		struct secret_content inner;
		struct input from = { .zip = z };
		if (e.size == 0)
			continue;
		if ((rc = path_in(m->op, c, e.name, &inner)) == 0 &&
		    (rc = zip_begin(m->op, z, &e)) == 0)
			rc = look_at_input(m, &inner, &from, depth);
		op_reset(m->op, mark);
		if (rc == ERR_FORMAT)
			op_forgive(m->op);
		else if (rc < 0)
			return rc;
	}
	return rc;
}

static int look_in_stream(struct secret_machine *m, const struct secret_content *c, int depth)
{
	AUTO_STREAM *stream = NULL;
	struct secret_content inner = *c;
	struct input in = { 0 };
	int rc = stream_open_bytes(m->op, c->bytes, c->path, LIMIT_SECRET_UNPACKED, &stream);
	size_t used = 0;

	if (rc < 0)
		return rc;
	if (stream_kind(stream) == STREAM_PLAIN) /* a tar as it is */
		return look_in_tar(m, c, stream, depth);
	char *head = op_new(m->op, char, TAR_HEAD);
	in.stream = stream;
	if (!head || (rc = fill(m, &in, head, TAR_HEAD, &used)) < 0)
		return m->op->code;
	in.head = (str){ head, (ptrdiff_t)used };
	if (!tar_is(in.head) || depth >= LIMIT_SECRET_DEPTH)
		return look_at_input(m, &inner, &in, depth);
	stream_close(&stream);
	if ((rc = stream_open_bytes(m->op, c->bytes, c->path, LIMIT_SECRET_UNPACKED, &stream)) < 0)
		return rc;
	return look_in_tar(m, c, stream, depth + 1);
}

/* Contents within them are looked at by the same functions: `depth` bounds that. */
int secrets_look(struct secret_machine *m, const struct secret_content *c, int depth)
{
	str head = str_head(c->bytes, TAR_HEAD);
	int rc;

	if (!secrets_is_archive(head))
		return secrets_scan(m, c);
	if (depth >= LIMIT_SECRET_DEPTH) {
		secrets_note(m->s, c->path,
			     "archives within archives are too deep to be looked into");
		return secrets_scan(m, c);
	}
	rc = is_zip(head) ? look_in_zip(m, c, depth + 1) : look_in_stream(m, c, depth + 1);
	if (rc != ERR_FORMAT && rc != ERR_LIMIT)
		return rc;
	if (rc == ERR_LIMIT)
		secrets_note(m->s, c->path, "the archive unpacks to more than is allowed");
	op_forgive(m->op);
	return depth == 0 ? secrets_scan(m, c) : 0;
}
