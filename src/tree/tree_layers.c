/*
 * An image's layers, from the lowest up, each passed over once. Plain layers are read by position:
 * headers and what is looked at; compressed ones are unpacked, and what is wanted is kept aside.
 * Digests are checked on other processors meanwhile.
 */
#include <string.h>

#include "sys/pool.h"

#include "hasher.h"
#include "sight.h"
#include "tree_merge.h"
#include "verify.h"

enum { PIECE = 64 << 10, NOTE_EVERY = 4 << 20 };

struct pass {
	struct tree *tree;
	struct merge merge;
	struct verify *verify;
	struct tar *tar; /* the reader of all layers, in an op of its own */
	struct op *readers;
	struct hasher *hash; /* of the contents of compressed layers as they pass; or NULL */
	unsigned hints;      /* HASH_ kinds of those that were met */
	struct sight *sight; /* who sees all of them; or NULL */
	uint64_t done, total, noted;
	bool looks; /* at files' bytes */
	uint8_t tail[PROBE_TAIL_MAX];
};

/* One file's content as it passes: who looks at it. */
struct passing {
	uint32_t node;
	uint64_t size, at;
	char head[PROBE_HEAD];
	uint32_t head_len, tail_len;
	bool keeps, plain;
	struct keep_place place;
};

static void note(struct pass *p, uint64_t done)
{
	p->done = done;
	if (!p->tree->wish->note || done < p->noted + NOTE_EVERY)
		return;
	p->noted = done;
	p->tree->wish->note(p->tree->wish->arg, done, p->total);
}

static int check_layer(struct pass *p, const struct source_of *s)
{
	struct op *op = p->tree->op;
	const struct tree_layer *l = &s->layer;
	const struct digest *want = digest_is_zero(&l->blob) ? &l->diff_id : &l->blob;
	int rc = 0;

	if (!p->verify)
		return 0;
	if (s->kind == STREAM_PLAIN && !digest_is_zero(&l->blob) && !digest_is_zero(&l->diff_id) &&
	    !digest_eq(&l->blob, &l->diff_id))
		return op_fail(op, ERR_VERIFY,
			       "%.*s is not compressed, but its digest is not its diff_id",
			       STR_ARG(l->what));
	if (s->kind == STREAM_PLAIN || !digest_is_zero(&l->blob))
		rc = digest_is_zero(want) ? 0
					  : verify_range(op, p->verify, l->fd, l->offset, l->size,
							 want, l->what);
	return rc;
}

/* The last bytes of what passes, as they come. */
static void gather_tail(struct pass *p, const struct passing *f, str bytes)
{
	uint64_t from = f->size - f->tail_len, end = f->at + (uint64_t)bytes.len;

	if (end <= from)
		return;
	uint64_t begin = f->at > from ? f->at : from;
	memcpy(p->tail + (begin - from), bytes.p + (begin - f->at), (size_t)(end - begin));
}

static int pass_piece(struct pass *p, struct passing *f, str bytes)
{
	if (f->tail_len)
		gather_tail(p, f, bytes);
	int rc = f->keeps ? keep_add(p->tree->op, &p->tree->keep, &f->place, f->at, bytes) : 0;
	if (rc == 0 && p->hash && !f->plain)
		rc = hasher_add(p->tree, p->hash, bytes);
	if (rc == 0 && p->sight)
		rc = sight_add(p->tree->op, p->sight, bytes);
	f->at += (uint64_t)bytes.len;
	return rc;
}

static void begin_passing(struct passing *f, uint32_t node, uint64_t size)
{
	f->node = node;
	f->size = size;
	f->at = 0;
	f->head_len = f->tail_len = 0;
	f->keeps = false;
}

static int read_head(struct pass *p, struct tar *tar, struct passing *f)
{
	size_t want = f->size < PROBE_HEAD ? (size_t)f->size : PROBE_HEAD, n = 0;

	while (f->head_len < want) {
		int rc = tar_read(p->tree->op, tar, f->head + f->head_len, want - f->head_len, &n);
		if (rc < 0)
			return rc;
		f->head_len += (uint32_t)n;
	}
	return 0;
}

static int begin_keep(struct pass *p, struct passing *f)
{
	struct tree *t = p->tree;
	int rc = keep_begin(t->op, &t->keep, f->size, &f->place);
	struct kept *k = rc < 0 ? NULL : vec_push(t->op, &t->kept);

	if (!k)
		return t->op->code;
	*k = (struct kept){ node_at(t, f->node)->where, f->place };
	f->keeps = true;
	return 0;
}

static int begin_sight(struct pass *p, const struct passing *f)
{
	const struct tree_node *n = node_at(p->tree, f->node);
	SCRATCH char path[LIMIT_PATH + 1];
	struct tree_seen seen = { .node = f->node, .place = tree_place(n), .size = f->size };

	seen.path = tree_path(p->tree, f->node, path);
	return sight_begin(p->tree->op, p->sight, &seen, (str){ f->head, (ptrdiff_t)f->head_len });
}

/* Of which kinds digests are made from here on. */
static unsigned kinds(const struct pass *p)
{
	return p->hints ? p->hints & p->tree->wish->hashes : p->tree->wish->hashes;
}

/* The rest of a file that passes, for those who look at it. */
static int pass_content(struct pass *p, struct tar *tar, struct passing *f)
{
	SCRATCH char piece[PIECE];
	bool all = f->keeps || (p->hash && !f->plain) || p->sight;
	size_t n = 1;
	int rc = 0;

	if (!all && (f->plain || !f->tail_len))
		return 0;
	if (p->sight && (rc = begin_sight(p, f)) < 0)
		return rc;
	if (p->hash && !f->plain &&
	    (rc = hasher_begin(p->tree, p->hash, node_at(p->tree, f->node)->where, kinds(p))) < 0)
		return rc;
	rc = pass_piece(p, f, (str){ f->head, (ptrdiff_t)f->head_len });
	if (rc == 0 && !all && f->size - f->tail_len > f->at) {
		uint64_t far = f->size - f->tail_len - f->at; /* the tail alone is looked at */
		rc = tar_skip(p->tree->op, tar, far);
		f->at += far;
	}
	while (rc == 0 && f->at < f->size) {
		if ((rc = tar_read(p->tree->op, tar, piece, sizeof(piece), &n)) == 0)
			rc = pass_piece(p, f, (str){ piece, (ptrdiff_t)n });
	}
	if (rc == 0 && p->sight)
		rc = sight_end(p->tree->op, p->sight);
	return rc < 0 || !p->hash || f->plain ? rc : hasher_end(p->tree, p->hash);
}

static int tail_at(struct pass *p, const struct source_of *s, struct passing *f)
{
	struct at at = at_of_fd(s->layer.fd,
				s->layer.offset + WHERE_OFFSET(node_at(p->tree, f->node)->where),
				f->size, s->layer.what);

	return at_read(p->tree->op, &at, f->size - f->tail_len, p->tail, f->tail_len);
}

static bool is_asked_for(struct pass *p, uint32_t node)
{
	const struct tree_wish *w = p->tree->wish;
	SCRATCH char path[LIMIT_PATH + 1];

	return w->wants &&
	       w->wants(w->wants_arg, tree_path(p->tree, node, path), node_at(p->tree, node)->size);
}

/* A file's bytes are looked at, and it is kept if somebody wants it. */
static int pass_file(struct pass *p, const struct source_of *s, struct tar *tar, uint32_t node)
{
	SCRATCH struct passing f;
	bool plain = s->kind == STREAM_PLAIN;
	struct wanted wanted = { 0 };
	uint32_t bits = 0;
	int rc = 0;

	begin_passing(&f, node, node_at(p->tree, node)->size);
	f.plain = plain;
	if ((p->looks || p->sight) && (rc = read_head(p, tar, &f)) < 0)
		return rc;
	if (p->looks)
		bits = probe_head((str){ f.head, (ptrdiff_t)f.head_len }, f.size, &f.tail_len);
	bool wants = merge_wants(&p->merge, node, bits, &wanted);
	bool keeps = wants || is_asked_for(p, node);
	if (!plain && keeps && f.size > 0 && (rc = begin_keep(p, &f)) < 0)
		return rc;
	rc = plain && f.tail_len && !p->sight ? tail_at(p, s, &f) : 0;
	if (rc == 0)
		rc = pass_content(p, tar, &f);
	if (rc == 0 && f.tail_len) {
		bits = probe_tail(bits, (str){ f.head, (ptrdiff_t)f.head_len }, f.size,
				  (str){ (char *)p->tail, (ptrdiff_t)f.tail_len });
		wants = merge_wants(&p->merge, node, bits, &wanted);
	}
	node_at(p->tree, node)->probe = (uint16_t)bits;
	return rc == 0 && wants ? merge_match(&p->merge, node, &wanted) : rc;
}

static int pass_entry(struct pass *p, const struct source_of *s, struct tar *tar,
		      const struct tar_entry *e)
{
	bool whiteout;
	uint32_t node;
	int rc = merge_whiteout(&p->merge, e->path, &whiteout);

	p->tree->sum.xattrs += e->has_xattrs;
	p->hints |= tree_hint_of(p->tree->wish, e->path);
	if (rc < 0 || whiteout || (rc = merge_entry(&p->merge, e, &node)) < 0 || node == TREE_NONE)
		return rc;
	struct tree_node *n = node_at(p->tree, node);
	if (n->type != TREE_FILE)
		return 0;
	if (e->type == TAR_HARDLINK) {
		struct wanted wanted;
		return merge_wants(&p->merge, node, n->probe, &wanted)
			       ? merge_match(&p->merge, node, &wanted)
			       : 0;
	}
	n->size = e->size;
	if (e->sparse) {
		struct wanted wanted;
		n->where = WHERE_NOWHERE;
		return merge_wants(&p->merge, node, 0, &wanted)
			       ? merge_match(&p->merge, node, &wanted)
			       : 0;
	}
	n->where = WHERE(s - p->tree->source, tar_position(tar));
	return pass_file(p, s, tar, node);
}

static int walk_layer(struct pass *p, const struct source_of *s, struct stream *in)
{
	struct op *op = p->tree->op;
	uint64_t before = p->done;
	struct tar_entry e;
	int rc = 0;

	if (p->tar)
		tar_reopen(p->tar, in, s->layer.what);
	else if (tar_open(p->readers, in, s->layer.what, false, &p->tar) < 0)
		return op_adopt_error(op, p->readers);
	while (rc >= 0 && (rc = tar_next(op, p->tar, &e)) > 0) {
		rc = pass_entry(p, s, p->tar, &e);
		if (s->kind == STREAM_PLAIN)
			note(p, before + tar_position(p->tar));
	}
	note(p, before + s->layer.size);
	return rc;
}

static int pass_layer(struct pass *p, struct source_of *s)
{
	struct op *op = p->tree->op;
	const struct tree_layer *l = &s->layer;
	AUTO_OP own;
	AUTO_STREAM *in = NULL;
	int rc;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if ((rc = stream_open_fd(&own, l->fd, l->what, l->offset, l->size, LIMIT_LAYER, &in)) < 0)
		return op_adopt_error(op, &own);
	s->kind = stream_kind(in);
	if ((rc = check_layer(p, s)) < 0)
		return rc;
	bool feeds = p->verify && s->kind != STREAM_PLAIN && !digest_is_zero(&l->diff_id);
	if (feeds) {
		if ((rc = verify_begin(op, p->verify, &l->diff_id, l->what)) < 0)
			return rc;
		stream_tee_to(in, verify_feed, p->verify);
	}
	rc = walk_layer(p, s, in);
	if (feeds)
		verify_end(p->verify);
	return rc;
}

/* A file in a layer: where it is, or unpacked again up to its end and kept for this reader. */
static int open_in_layer(struct op *op, const struct tree *t, uint32_t node, struct at *ret)
{
	const struct tree_node *n = node_at(t, node);
	const struct source_of *s = &t->source[WHERE_SOURCE(n->where)];
	AUTO_STREAM *in = NULL;
	SCRATCH char piece[PIECE];
	str bytes;
	int rc;

	if (s->kind == STREAM_PLAIN) {
		*ret = at_of_fd(s->layer.fd, s->layer.offset + WHERE_OFFSET(n->where), n->size,
				tree_name(t, node));
		return 0;
	}
	if (n->size > LIMIT_LATE)
		return op_fail(op, ERR_LIMIT, "%.*s is larger than %d bytes in a compressed layer",
			       STR_ARG(tree_name(t, node)), LIMIT_LATE);
	if ((rc = stream_open_fd(op, s->layer.fd, s->layer.what, s->layer.offset, s->layer.size,
				 LIMIT_LAYER, &in)) < 0)
		return rc;
	for (uint64_t at = 0, left; (left = WHERE_OFFSET(n->where) - at) > 0;) {
		size_t got = left < PIECE ? (size_t)left : PIECE;
		if ((rc = stream_read_full(op, in, piece, got)) < 0)
			return rc;
		at += got;
	}
	char *to = op_new(op, char, n->size + 1);
	if (!to)
		return op->code;
	if ((rc = stream_read_full(op, in, to, n->size)) < 0)
		return rc;
	bytes = (str){ to, (ptrdiff_t)n->size };
	*ret = at_of_bytes(bytes, tree_name(t, node));
	return 0;
}

static int open_sources(struct tree *t, const struct tree_layer *layer, ptrdiff_t n)
{
	if (n > LIMIT_LAYERS)
		return op_fail(t->op, ERR_LIMIT, "%.*s: more than %d layers", STR_ARG(t->what),
			       LIMIT_LAYERS);
	t->source = op_new(t->op, struct source_of, n);
	for (ptrdiff_t i = 0; t->source && i < n; i++)
		t->source[i].layer = layer[i];
	t->source_n = n;
	return t->source ? 0 : t->op->code;
}

static int pass_layers(struct pass *p)
{
	struct tree *t = p->tree;
	int rc = 0;

	for (ptrdiff_t i = 0; i < t->source_n; i++)
		p->total += t->source[i].layer.size;
	for (ptrdiff_t i = 0; rc == 0 && i < t->source_n; i++) {
		merge_begin(&p->merge, t, (uint8_t)i, t->source[i].layer.what);
		rc = pass_layer(p, &t->source[i]);
	}
	return rc;
}

int tree_of_layers(struct op *op, const struct tree_layer *layer, ptrdiff_t n,
		   const struct tree_wish *wish, struct tree **ret)
{
	AUTO_TREE *t = NULL;
	AUTO_VERIFY *verify = NULL;
	AUTO_SIGHT *sight = NULL;
	AUTO_HASHER *hash = NULL;
	AUTO_OP readers;
	int rc = tree_new(op, wish, S("image"), &t);

	op_init(&readers, op->ceiling);
	readers.fault = op->fault;
	if (rc < 0 || (rc = open_sources(t, layer, n)) < 0)
		return rc;
	t->open = open_in_layer;
	if (t->wish->verify && (rc = verify_open(op, pool_cpus(), &verify)) < 0)
		return rc;
	if (t->wish->hashes && (rc = hasher_open(op, t->wish->hashes, &hash)) < 0)
		return rc;
	if (t->wish->sight && (rc = sight_open(op, t->wish->sight, &sight)) < 0)
		return rc;
	struct pass *p = op_new(op, struct pass, 1);
	if (!p)
		return op->code;
	p->tree = t;
	p->sight = sight;
	p->verify = verify;
	p->hash = hash;
	p->readers = &readers;
	p->looks = t->wish->probe;
	if ((rc = pass_layers(p)) < 0 || (rc = tree_sort_matches(t)) < 0)
		return rc;
	tree_add_up(t);
	if (hash && ((rc = hasher_finish(t, hash)) < 0 || (rc = tree_hash_all(t)) < 0))
		return rc;
	if ((sight && (rc = sight_finish(op, sight)) < 0) ||
	    (verify && (rc = verify_finish(op, verify)) < 0))
		return rc;
	*ret = t;
	t = NULL;
	return 0;
}
