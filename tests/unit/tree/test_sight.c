/* What tree_wish.sight is shown: every content once, of every layer, in parts that overlap as promised. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/compress.h"
#include "codec/tar.h"
#include "sys/file.h"
#include "tree/tree.h"
#include "unit/harness.h"

enum { BIG = 5 * SIGHT_PART / 2 + 17, MARK_EVERY = 4096 };

struct watch { /* what was seen, of all threads together */
	pthread_mutex_t lock;
	int contents, parts, marks, small, hidden_layer, bad;
	uint64_t lines;
	bool fails;
	uint8_t taken[BIG / MARK_EVERY + 1]; /* how often each mark was some part's own */
	uint64_t place;
	uint32_t node;
};

/* Byte i of the big content. */
static char big_byte(uint64_t i)
{
	return i % MARK_EVERY == 0 ? '@' : i % 100 == 99 ? '\n' : (char)('a' + i % 23);
}

static void see_big(struct watch *w, const struct tree_seen *s)
{
	uint64_t lines = 0;

	w->parts++;
	for (ptrdiff_t i = 0; i < s->bytes.len; i++) {
		w->bad += s->bytes.p[i] != big_byte(s->offset + (uint64_t)i);
		if (s->bytes.p[i] == '@' && i >= s->begin && i < s->end)
			w->taken[(s->offset + (uint64_t)i) / MARK_EVERY]++;
	}
	for (uint64_t i = 0; i < s->offset; i++)
		lines += big_byte(i) == '\n';
	w->bad += lines != s->lines;
	w->bad += s->offset > 0 && s->begin != SIGHT_BEFORE;
	w->bad += s->offset + (uint64_t)s->bytes.len < s->size &&
		  s->end != s->bytes.len - SIGHT_BEHIND;
}

static int see(struct op *own, void *arg, void **local, const struct tree_seen *s)
{
	struct watch *w = arg;

	if (!*local && !(*local = op_new(own, char, 1)))
		return own->code;
	pthread_mutex_lock(&w->lock);
	w->contents += s->offset == 0;
	if (str_eq(s->path, S("big")) || str_eq(s->path, S("whole")))
		see_big(w, s);
	if (str_eq(s->path, S("d/small")) && str_eq(s->bytes, S("content")))
		w->small++;
	if (str_eq(s->path, S("d/gone")) && s->place.layer == 0 && str_eq(s->bytes, S("old"))) {
		w->hidden_layer++;
		w->node = s->node;
		w->place = s->place.position;
	}
	w->bad += s->size != (uint64_t)s->bytes.len && s->size <= SIGHT_PART;
	pthread_mutex_unlock(&w->lock);
	return w->fails ? op_fail(own, ERR_FORMAT, "seen enough") : 0;
}

static bool whole(void *arg, str path, str head, uint64_t size)
{
	(void)arg;
	return str_eq(path, S("whole")) && size == BIG && head.len && head.p[0] == '@';
}

static void add_file(struct buf *b, str path, str content)
{
	struct tar_entry e = { .path = path, .size = (uint64_t)content.len, .mode = 0644 };

	tar_header(b, &e);
	buf_add(b, content);
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding(e.size));
}

static int put(struct op *op, void *to, str bytes)
{
	return file_write(op, *(int *)to, S("memory"), bytes);
}

static int make_layer(struct op *op, struct buf *b, bool gzip, struct tree_layer *l)
{
	AUTO_COMPRESS *c = NULL;
	str tar;

	buf_repeat(b, '\0', TAR_END);
	TRY(buf_take(b, &tar));
	*l = (struct tree_layer){ .fd = memfd_create("layer", MFD_CLOEXEC), .what = S("layer") };
	CHECK(l->fd >= 0);
	if (!gzip) {
		TRY(put(op, &l->fd, tar));
	} else {
		TRY(compress_open(op, COMPRESS_GZIP, put, &l->fd, &c));
		TRY(compress_add(op, c, tar));
		TRY(compress_end(op, c));
	}
	l->diff_id = digest_of(tar);
	return file_size(op, l->fd, l->what, &l->size);
}

static int make_big(struct op *op, str *ret)
{
	char *big = op_new(op, char, BIG);

	for (uint64_t i = 0; big && i < BIG; i++)
		big[i] = big_byte(i);
	*ret = (str){ big, BIG };
	return big ? 0 : op->code;
}

static int make_layers(struct op *op, bool gzip, struct tree_layer layer[2])
{
	struct buf b;
	str big;

	TRY(make_big(op, &big));
	buf_init(&b, op, 64 << 20);
	add_file(&b, S("d/gone"), S("old"));
	add_file(&b, S("big"), big);
	add_file(&b, S("empty"), S(""));
	add_file(&b, S("whole"), big);
	for (int i = 0; i < 1500; i++) {
		char name[16];
		add_file(&b, (str){ name, snprintf(name, sizeof(name), "n%d", i) }, S("content"));
	}
	TRY(make_layer(op, &b, gzip, &layer[0]));
	buf_init(&b, op, 64 << 20);
	add_file(&b, S("d/.wh.gone"), S(""));
	add_file(&b, S("d/small"), S("content"));
	return make_layer(op, &b, gzip, &layer[1]);
}

static int look(struct op *op, bool gzip, struct watch *w, bool *ret_shows)
{
	struct tree_sight sight = { see, whole, w };
	struct tree_wish wish = {
		.sight = &sight, .probe = gzip, .verify = true, .hashes = gzip ? HASH_SHA1 : 0
	};
	struct tree_layer layer[2] = { { .fd = -1 }, { .fd = -1 } };
	AUTO_TREE *t = NULL;

	int rc = make_layers(op, gzip, layer);
	if (rc == 0)
		rc = tree_of_layers(op, layer, 2, &wish, &t);
	if (rc == 0)
		*ret_shows = tree_shows(t, w->node, (struct tree_place){ 0, w->place });
	close(layer[0].fd);
	close(layer[1].fd);
	return rc;
}

static int layers(struct op *op)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		struct watch w = { .lock = PTHREAD_MUTEX_INITIALIZER };
		bool shows = true;
		TRY(look(op, gzip, &w, &shows));
		CHECK(w.contents == 1500 + 5);
		CHECK(w.small == 1 && w.hidden_layer == 1 && w.bad == 0 && !shows);
		CHECK(w.parts == 3 + 1);
		for (int i = 0; i <= BIG / MARK_EVERY; i++)
			CHECK(w.taken[i] == 2); /* of both contents */
	}
	return 0;
}

static int errors(struct op *op)
{
	struct watch w = { .lock = PTHREAD_MUTEX_INITIALIZER, .fails = true };
	bool shows;

	CHECK_FAILS(op, look(op, true, &w, &shows), ERR_FORMAT, "seen enough");
	return 0;
}

static int values(struct op *op)
{
	struct watch w = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct tree_sight sight = { see, NULL, &w };
	struct tree_wish wish = { .sight = &sight };
	struct tree_given given[] = { { .path = S("d/small"), .bytes = S("content") },
				      { .path = S("big") } };
	int fd = -1, sub;
	(void)test_dir(&fd);
	AUTO_TREE *t = NULL, *directory = NULL;

	TRY(make_big(op, &given[1].bytes));
	TRY(tree_of_files(op, given, 2, &wish, &t));
	CHECK(w.contents == 2 && w.small == 1 && w.parts == 3 && w.bad == 0);
	TRY(dir_open(op, fd, S("d"), true, &sub));
	int rc = file_replace(op, sub, S("small"), S("content"), 0644);
	close(sub);
	TRY(rc);
	TRY(tree_of_directory(op, fd, S("here"), &wish, &directory));
	CHECK(w.contents == 3 && w.small == 2 && w.bad == 0);
	return 0;
}

TESTS({ "all contents of all layers", layers, .once = true },
      { "an error ends it", errors, .once = true }, { "values and directories", values })
