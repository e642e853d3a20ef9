/*
 * Documents come in containers, one in another: an archive's entries and what is compressed are
 * unpacked one at a time and looked at again, to a depth of LIMIT_NESTED_DEPTH. What is left is a
 * document, or lines that are one each (NDJSON).
 *
 * Invariants: (1) what a reader allocates is in `own`, and goes with its document; (2) the sink is
 * called with the caller's op, so what it keeps stays; (3) of broken records the first message is
 * kept, and none is left in an op that goes on; (4) where lines are read by several threads each has a
 * reading of its own and, where the sink gives it, a part of the sink; else the sink is called under the
 * lock. What was counted is added up at the end of a piece.
 */
#include "feed.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/zip.h"
#include "feed_values.h"
#include "sys/file.h"
#include "sys/pool.h"

#define FEED(name) extern const struct feed feed_##name;
#include "feed_list.h"
#undef FEED

#define FEED(name) &feed_##name,
const struct feed *const feeds[] = {
#include "feed_list.h"
};
#undef FEED
const size_t feeds_n = sizeof(feeds) / sizeof(feeds[0]);

enum {
	BLOCK = 4 << 20,   /* bytes that are unpacked at once */
	PIECE = 512 << 10, /* bytes of lines that a thread takes at once */
	FEW_BROKEN = 3,    /* so many are always forgiven */
	ROOM = 96 << 10,
	NEWEST_MAX = 40,  /* bytes of a time */
	MESSAGE_MAX = 256 /* of the first broken record's message */
};

struct reading {
	struct op *op;         /* the caller's, for the sink */
	struct op *up;         /* takes errors: the same, or a thread's */
	pthread_mutex_t *lock; /* around the sink; NULL: nobody else calls it */
	str what;
	const struct feed_wish *wish;
	const struct feed *feed; /* NULL: none was recognised yet */
	const struct feed_sink *to;
	struct feed_sink sink; /* counts, and hands on to `to` */
	struct feed_count count;
	uint64_t total; /* bytes, as far as is known */
	struct op own;
	bool sink_failed;
	bool many;  /* this is not the only document */
	bool piece; /* others read of it besides */
	int depth;
	char newest[NEWEST_MAX];
	char first[MESSAGE_MAX];
};

static int bytes_in(struct reading *r, str name, str bytes);

const struct feed *feed_of(str name)
{
	for (size_t i = 0; i < feeds_n; i++) {
		if (str_eq(str_of(feeds[i]->name), name))
			return feeds[i];
	}
	return NULL;
}

const struct feed *feed_guess(const struct feed_document *d)
{
	for (size_t i = 0; i < feeds_n; i++) {
		if (feeds[i]->looks_like && feeds[i]->looks_like(d))
			return feeds[i];
	}
	return NULL;
}

static void lock_sink(struct reading *r)
{
	if (r->lock)
		pthread_mutex_lock(r->lock);
}

/* Behind a call of the sink: its error is the reader's, too. */
static int from_sink(struct reading *r, struct op *op, int rc)
{
	if (rc < 0) {
		r->sink_failed = true;
		rc = op_adopt_error(op, r->op);
	}
	if (r->lock)
		pthread_mutex_unlock(r->lock);
	return rc < 0 ? rc : 0;
}

static void note_time(struct reading *r, str time)
{
	str newest = str_of(r->newest);

	if (time.len >= 10 && time.len < NEWEST_MAX && str_cmp(time, newest) > 0) {
		memcpy(r->newest, time.p, (size_t)time.len);
		r->newest[time.len] = '\0';
	}
}

static int count_advisory(struct op *op, void *to, const struct advisory *a)
{
	struct reading *r = to;

	r->count.records++;
	note_time(r, a->modified);
	note_time(r, a->published);
	lock_sink(r);
	return from_sink(r, op, r->to->advisory ? r->to->advisory(r->op, r->to->to, a) : 0);
}

static int count_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	struct reading *r = to;

	r->count.records++;
	lock_sink(r);
	return from_sink(r, op,
			 r->to->score ? r->to->score(r->op, r->to->to, cve, epss, percentile) : 0);
}

static int count_life(struct op *op, void *to, const struct life *life)
{
	struct reading *r = to;

	r->count.records++;
	lock_sink(r);
	return from_sink(r, op, r->to->life ? r->to->life(r->op, r->to->to, life) : 0);
}

static int count_date(struct op *op, void *to, str time)
{
	struct reading *r = to;

	note_time(r, feed_time(time));
	lock_sink(r);
	return from_sink(r, op, feed_dated(r->op, r->to, time));
}

int feed_dated(struct op *op, const struct feed_sink *sink, str time)
{
	return sink->dated ? sink->dated(op, sink->to, time) : 0;
}

/* What an op complains of that the feed's bytes are to blame for. */
static bool is_broken(const struct op *op)
{
	return op->code == ERR_FORMAT || op->code == ERR_LIMIT || op->code == ERR_USAGE;
}

static void keep_first(struct reading *r)
{
	if (!r->first[0])
		(void)snprintf(r->first, sizeof(r->first), "%.*s", MESSAGE_MAX - 1, r->own.text);
}

static int hand_up(struct reading *r)
{
	return op_adopt_error(r->up, &r->own);
}

/* A document by its reader; one that is broken is counted where it is a record of many. */
static int read_document(struct reading *r, str name, str bytes, bool line)
{
	struct feed_document d = { name, bytes, r->wish->release };
	struct op_mark mark = op_mark(&r->own);
	uint64_t bad = 0;

	if (!r->feed && !(r->feed = feed_guess(&d)))
		return 0;
	r->count.documents++;
	r->count.bytes += (uint64_t)bytes.len;
	int rc = r->feed->read(&r->own, &d, &r->sink, &bad);
	r->count.bad += bad;
	if (rc < 0 &&
	    (r->sink_failed || !is_broken(&r->own) || ((r->feed->whole || !r->many) && !line)))
		return hand_up(r);
	if (rc < 0) {
		r->count.bad++;
		keep_first(r);
		op_forgive(&r->own);
	}
	op_reset(&r->own, mark);
	if (r->wish->note && !r->piece)
		r->wish->note(r->wish->arg, r->count.bytes, r->total);
	return 0;
}

/* Of one line an object and on the next another: no single document is so. */
static bool is_lines(str bytes)
{
	ptrdiff_t end = str_find(bytes, '\n');
	str first = str_trim(str_head(bytes, end)), next = str_from(bytes, end + 1);

	if (end < 0 || !str_starts(first, S("{")) || !str_ends(first, S("}")))
		return false;
	while (next.len && (next.p[0] == '\n' || next.p[0] == '\r' || next.p[0] == ' '))
		next = str_from(next, 1);
	return str_starts(next, S("{"));
}

static int read_lines(struct reading *r, str name, str bytes)
{
	int rc = 0;

	r->many = true;
	while (bytes.len && rc == 0) {
		str line = str_trim(str_cut(&bytes, '\n'));
		if (line.len)
			rc = read_document(r, name, line, true);
	}
	return rc;
}

static void prepare(struct reading *r, struct op *op);

/* Lines in pieces, for all processors. */
struct pieces {
	struct reading *r;
	pthread_mutex_t lock;
	str name;
	str *piece; /* [n] */
};

static void add_up(struct reading *r, const struct reading *part)
{
	r->count.documents += part->count.documents;
	r->count.records += part->count.records;
	r->count.bad += part->count.bad;
	r->count.bytes += part->count.bytes;
	note_time(r, str_of(part->newest));
	if (!r->first[0])
		memcpy(r->first, part->first, sizeof(r->first));
}

/* A part of the sink for this thread, if it gives any. */
static int take_part(struct pieces *p, struct op *own, struct reading *part, struct feed_sink *to)
{
	const struct feed_sink *sink = p->r->to;
	int rc;

	if (!sink->part)
		return 0;
	pthread_mutex_lock(&p->lock);
	rc = sink->part(own, sink->to, to);
	pthread_mutex_unlock(&p->lock);
	part->op = own;
	part->lock = NULL;
	part->to = to;
	return rc;
}

/* What a piece gave to what all did. */
static int join_part(struct pieces *p, struct op *own, struct reading *part, int rc)
{
	const struct feed_sink *sink = p->r->to;

	pthread_mutex_lock(&p->lock);
	add_up(p->r, part);
	if (rc == 0 && sink->part) {
		struct feed_sink to = *part->to;
		rc = sink->join(own, sink->to, &to);
	}
	pthread_mutex_unlock(&p->lock);
	return rc;
}

static int read_piece(struct op *own, ptrdiff_t i, void *arg)
{
	struct pieces *p = arg;
	struct feed_sink to;
	struct reading part = { .op = p->r->op,
				.up = own,
				.lock = &p->lock,
				.what = p->r->what,
				.wish = p->r->wish,
				.feed = p->r->feed,
				.to = p->r->to,
				.many = !p->r->feed->lines,
				.piece = true };

	if (take_part(p, own, &part, &to) < 0)
		return own->code;
	prepare(&part, own);
	int rc = own->code           ? own->code
		 : p->r->feed->lines ? read_document(&part, p->name, p->piece[i], false)
				     : read_lines(&part, p->name, p->piece[i]);
	op_done(&part.own);
	return join_part(p, own, &part, rc);
}

/* Many lines, or a document of a feed whose lines stand by themselves. */
static int read_many_lines(struct reading *r, str name, str bytes)
{
	struct pieces p = { .r = r, .lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP, .name = name };
	struct op_mark mark = op_mark(&r->own);
	ptrdiff_t n = 0;

	p.piece = op_new(&r->own, str, bytes.len / PIECE + 1);
	if (!p.piece)
		return hand_up(r);
	while (bytes.len) {
		str piece = str_head(bytes, PIECE);
		ptrdiff_t more = str_find(str_from(bytes, PIECE), '\n');
		piece.len = bytes.len <= PIECE || more < 0 ? bytes.len : PIECE + more + 1;
		p.piece[n++] = piece;
		bytes = str_from(bytes, piece.len);
	}
	r->many = r->many || !r->feed->lines;
	int rc = pool_run(r->op, n, 0, read_piece, &p);
	op_reset(&r->own, mark);
	if (rc == 0 && r->wish->note)
		r->wish->note(r->wish->arg, r->count.bytes, r->total);
	return rc;
}

/* Is there enough for several threads? Tests that let allocations fail count them in one. */
static bool is_much(const struct reading *r, str bytes)
{
	return r->feed && bytes.len > 2 * PIECE && !r->own.fault;
}

static int read_ndjson(struct reading *r, str name, str bytes)
{
	struct feed_document d = { name, str_head(bytes, str_find(bytes, '\n')), r->wish->release };

	if (!r->feed)
		r->feed = feed_guess(&d);
	return is_much(r, bytes) ? read_many_lines(r, name, bytes) : read_lines(r, name, bytes);
}

/* A document, or lines that are one each. */
static int read_plain(struct reading *r, str name, str bytes)
{
	struct feed_document d = { name, bytes, r->wish->release };

	if (is_lines(bytes))
		return read_ndjson(r, name, bytes);
	if (!r->feed)
		r->feed = feed_guess(&d);
	return is_much(r, bytes) && r->feed->lines ? read_many_lines(r, name, bytes)
						   : read_document(r, name, bytes, false);
}

/* "a.json.gz" by its plain name. */
static str without_packing(str name)
{
	static const str end[] = { S_INIT(".gz"), S_INIT(".xz"), S_INIT(".zst") };

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		if (str_ends(name, end[i]))
			return str_head(name, name.len - end[i].len);
	}
	return name;
}

static bool is_container(str bytes)
{
	return stream_sniff(bytes) != STREAM_PLAIN || str_starts(bytes, S("PK\3\4")) ||
	       str_starts(bytes, S("PK\5\6")) || tar_is(bytes);
}

static bool ends_in(str name, str ends)
{
	for (str end = str_word(&ends); end.len; end = str_word(&ends)) {
		if (str_ends(name, end))
			return true;
	}
	return false;
}

/* Is it one of the feed's documents, or an archive, by its name? Before the feed is known all are. */
static bool is_wanted(const struct reading *r, str name)
{
	str ends = r->feed ? str_of(r->feed->ends) : S("");

	name = without_packing(name);
	return ends.len == 0 || ends_in(name, ends) || ends_in(name, S(".zip .tar .tgz .txz"));
}

static int read_zip(struct reading *r, const struct at *at)
{
	struct zip_list list;
	struct zip_entry e;
	struct zip *z = NULL;
	int rc = zip_open(&r->own, at, &(struct zip_wish){ .trust = ZIP_ANY }, &z);

	if (rc < 0)
		return hand_up(r);
	r->many = true;
	zip_list(z, &list);
	while ((rc = zip_list_next(&r->own, z, &list, &e)) > 0) {
		struct op_mark mark = op_mark(&r->own);
		str bytes;
		if (str_ends(e.name, S("/")) || !is_wanted(r, e.name))
			continue;
		if (zip_content(&r->own, z, &e, LIMIT_FEED_DOCUMENT, &bytes) < 0)
			return hand_up(r);
		rc = bytes_in(r, e.name, bytes);
		if (rc < 0)
			return rc;
		op_reset(&r->own, mark);
	}
	return rc < 0 ? hand_up(r) : 0;
}

static int read_tar(struct reading *r, struct stream *in, str what)
{
	struct tar *t = NULL;
	struct tar_entry e;
	int rc = tar_open(&r->own, in, what, false, &t);

	if (rc < 0)
		return hand_up(r);
	r->many = true;
	while ((rc = tar_next(&r->own, t, &e)) > 0) {
		struct op_mark mark = op_mark(&r->own);
		str bytes, name;
		if (e.type != TAR_FILE || e.sparse || !is_wanted(r, e.path))
			continue;
		if (op_copy(&r->own, e.path, &name) < 0 ||
		    tar_read_all(&r->own, t, LIMIT_FEED_DOCUMENT, &bytes) < 0)
			return hand_up(r);
		rc = bytes_in(r, name, bytes);
		if (rc < 0)
			return rc;
		op_reset(&r->own, mark);
	}
	return rc < 0 ? hand_up(r) : 0;
}

static int open_stream(struct reading *r, const struct at *at, struct stream **ret)
{
	str all;

	if (at->bytes.p)
		return stream_open_bytes(&r->own, at->bytes, at->what, LIMIT_FEED, ret);
	if (at->fd >= 0)
		return stream_open_fd(&r->own, at->fd, at->what, at->offset, at->size, LIMIT_FEED,
				      ret);
	int rc = at_all(&r->own, at, LIMIT_FEED_DOCUMENT, &all);
	return rc < 0 ? rc : stream_open_bytes(&r->own, all, at->what, LIMIT_FEED, ret);
}

/* Fill up to BLOCK bytes; *ret_end: there are no more. */
static int fill(struct reading *r, struct stream *s, struct buf *b, bool *ret_end)
{
	size_t got = 1;

	while (got && !b->bad) {
		size_t at = b->len;
		char *to = buf_room(b, BLOCK);
		if (!to)
			break;
		int rc = stream_read(&r->own, s, to, BLOCK, &got);
		if (rc < 0)
			return rc;
		b->len = at + got;
		if (got && str_find((str){ b->p + at, (ptrdiff_t)got }, '\n') >= 0)
			break;
	}
	*ret_end = got == 0;
	return b->bad ? r->own.code : 0;
}

/* What a decompressor gives: lines as they come, all else as a whole. */
static int read_stream(struct reading *r, struct stream *s, str name)
{
	struct buf b;
	bool end = false, lines = false;
	int rc = 0;

	buf_init(&b, &r->own, LIMIT_FEED_DOCUMENT);
	do {
		if (fill(r, s, &b, &end) < 0)
			return hand_up(r);
		str have = buf_view(&b);
		lines = lines || is_lines(have);
		ptrdiff_t whole = end ? have.len : str_rfind(have, '\n') + 1;
		if (!lines)
			continue;
		rc = read_ndjson(r, name, str_head(have, whole));
		memmove(b.p, b.p + whole, b.len - (size_t)whole);
		b.len -= (size_t)whole;
	} while (!end && rc == 0);
	return lines || rc < 0 ? rc : bytes_in(r, name, buf_view(&b));
}

static int head_of(struct reading *r, const struct at *at, char *to, str *ret)
{
	size_t n = at->size < TAR_HEAD ? (size_t)at->size : TAR_HEAD;

	*ret = (str){ to, (ptrdiff_t)n };
	return at_read(&r->own, at, 0, to, n);
}

/* A compressed thing: its first bytes tell whether a tar is in it. */
static int read_packed(struct reading *r, const struct at *at, str name)
{
	AUTO_STREAM *s = NULL, *again = NULL;
	char head[TAR_HEAD];
	size_t n = 0, got = 1;

	if (open_stream(r, at, &s) < 0)
		return hand_up(r);
	while (n < sizeof(head) && got) {
		if (stream_read(&r->own, s, head + n, sizeof(head) - n, &got) < 0)
			return hand_up(r);
		n += got;
	}
	if (open_stream(r, at, &again) < 0)
		return hand_up(r);
	if (tar_is((str){ head, (ptrdiff_t)n }))
		return read_tar(r, again, name);
	return read_stream(r, again, without_packing(name));
}

static int read_at(struct reading *r, const struct at *at, str name)
{
	char head[TAR_HEAD];
	str first, all;
	int rc = head_of(r, at, head, &first);

	if (rc < 0)
		return hand_up(r);
	if (r->depth == LIMIT_NESTED_DEPTH && is_container(first))
		return op_fail(r->op, ERR_LIMIT, "%.*s: archives nested too deep", STR_ARG(name));
	r->depth++;
	if (stream_sniff(first) != STREAM_PLAIN) {
		rc = read_packed(r, at, name);
	} else if (tar_is(first)) {
		AUTO_STREAM *s = NULL;
		rc = open_stream(r, at, &s) < 0 ? hand_up(r) : read_tar(r, s, name);
	} else if (is_container(first)) {
		rc = read_zip(r, at);
	} else if (at->bytes.p) {
		rc = read_plain(r, name, at->bytes);
	} else if (at_all(&r->own, at, LIMIT_FEED_DOCUMENT, &all) < 0) {
		rc = hand_up(r);
	} else {
		rc = read_plain(r, name, all);
	}
	r->depth--;
	return rc;
}

static int bytes_in(struct reading *r, str name, str bytes)
{
	struct at at = at_of_bytes(bytes, name);

	return is_wanted(r, name) || is_container(bytes) ? read_at(r, &at, name) : 0;
}

/* More than 1 % is no longer the feed that it was. */
static int judge(struct reading *r)
{
	unsigned long long bad = r->count.bad, good = r->count.records;

	if (!r->feed)
		return op_fail(r->op, ERR_FORMAT, "%.*s: none of the known feeds writes this",
			       STR_ARG(r->what));
	if (bad && (good == 0 || (bad > FEW_BROKEN && bad > (good + bad) / 100)))
		return op_fail(r->op, ERR_FORMAT,
			       "%.*s: %llu of %llu records are broken, first: %s", STR_ARG(r->what),
			       bad, good + bad, r->first[0] ? r->first : "not told");
	return 0;
}

/* The sink that counts, and memory with room that stays when a record's is given back. */
static void prepare(struct reading *r, struct op *op)
{
	r->sink = (struct feed_sink){ .advisory = count_advisory,
				      .score = count_score,
				      .life = count_life,
				      .to = r,
				      .dated = count_date };
	op_init(&r->own, LIMIT_FEED_MEMORY);
	r->own.fault = op->fault;
	if (op_new(&r->own, char, ROOM))
		op_reset(&r->own, (struct op_mark){ r->own.chunk, 0 });
	else
		(void)op_adopt_error(op, &r->own);
}

static void begin(struct reading *r, struct op *op, str what, const struct feed_wish *wish,
		  const struct feed_sink *sink)
{
	*r = (struct reading){
		.op = op, .up = op, .what = what, .wish = wish, .feed = wish->feed, .to = sink
	};
	prepare(r, op);
}

static int end(struct reading *r, int rc, struct feed_count *ret)
{
	if (rc == 0)
		rc = judge(r);
	r->count.feed = r->feed;
	if (rc == 0)
		rc = op_copy(r->op, str_of(r->newest), &r->count.newest);
	op_done(&r->own);
	if (rc == 0)
		*ret = r->count;
	return rc;
}

int feed_read(struct op *op, str what, const struct at *at, const struct feed_wish *wish,
	      const struct feed_sink *sink, struct feed_count *ret)
{
	struct reading r;

	begin(&r, op, what, wish, sink);
	r.total = at->size;
	return end(&r, op->code ? op->code : read_at(&r, at, what), ret);
}

static int read_file(struct reading *r, int dirfd, str path, str name)
{
	struct op_mark mark = op_mark(&r->own);
	AUTO_FD fd = -1;
	uint64_t size = 0;
	int rc = dirfd < 0 ? file_open_user(&r->own, path, &fd)
			   : file_open(&r->own, dirfd, path, &fd);

	if (rc == 0)
		rc = file_size(&r->own, fd, name, &size);
	if (rc < 0)
		return hand_up(r);
	if (rc > 0)
		return 0;
	struct at at = at_of_fd(fd, 0, size, name);
	rc = read_at(r, &at, name);
	op_reset(&r->own, mark);
	return rc;
}

/* All files below a directory, links left out; a directory's own names are gathered one at a time. */
struct walk {
	VEC(str) todo, file;
	int root;
};

static int list_one(struct reading *r, struct walk *w, str path)
{
	AUTO_FD fd = -1;
	str *name;
	ptrdiff_t n = 0;
	int rc = dir_open(&r->own, w->root, path.len ? path : S("."), false, &fd);

	if (rc == 0)
		rc = dir_list(&r->own, fd, path, &name, &n);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		struct stat st;
		str full = name[i];
		if (fstatat(fd, name[i].p, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
			continue;
		if (path.len)
			rc = op_text(&r->own, &full, "%.*s/%.*s", STR_ARG(path), STR_ARG(name[i]));
		str *place = rc < 0                ? NULL
			     : S_ISDIR(st.st_mode) ? vec_push(&r->own, &w->todo)
						   : vec_push(&r->own, &w->file);
		if (!place)
			return r->own.code;
		*place = full;
	}
	return rc;
}

static int read_directory(struct reading *r, int root)
{
	struct walk w = { .root = root };
	int rc = list_one(r, &w, S(""));

	while (rc == 0 && w.todo.n > 0) {
		if (w.todo.n + w.file.n > LIMIT_ENTRIES)
			rc = op_fail(&r->own, ERR_LIMIT, "%.*s: too many files", STR_ARG(r->what));
		else
			rc = list_one(r, &w, w.todo.p[--w.todo.n]);
	}
	if (rc < 0)
		return hand_up(r);
	if (w.file.n)
		qsort(w.file.p, (size_t)w.file.n, sizeof(str), str_qsort);
	r->many = true;
	for (ptrdiff_t i = 0; i < w.file.n && rc == 0; i++) {
		if (is_wanted(r, w.file.p[i]))
			rc = read_file(r, root, w.file.p[i], w.file.p[i]);
	}
	return rc;
}

int feed_read_path(struct op *op, str path, const struct feed_wish *wish,
		   const struct feed_sink *sink, struct feed_count *ret)
{
	AUTO_FD dir = -1;
	struct stat st;
	struct reading r;
	const char *name = op_cstr(op, path);

	if (!name)
		return op->code;
	if (stat(name, &st) != 0)
		return op_fail_errno(op, "cannot read %.*s", STR_ARG(path));
	begin(&r, op, path, wish, sink);
	if (op->code)
		return end(&r, op->code, ret);
	if (!S_ISDIR(st.st_mode)) {
		r.total = (uint64_t)st.st_size;
		return end(&r, read_file(&r, -1, path, path), ret);
	}
	int rc = dir_open(&r.own, AT_FDCWD, path, false, &dir);
	return end(&r, rc < 0 ? hand_up(&r) : read_directory(&r, dir), ret);
}
