#include "source.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/num.h"
#include "base/vec.h"
#include "codec/deb822.h"
#include "codec/stream.h"
#include "repo_parts.h"

enum {
	RECORD_MAX = 256 << 10, /* bytes of what the store keeps of one */
	FILES_MAX = 200,        /* of one source package */
};

/* --- one stanza -------------------------------------------------------------------------------
 */

/* The .dsc first: it names the others. */
static int file_cmp(const void *a, const void *b)
{
	const struct source_file *x = a, *y = b;
	bool first = str_ends(x->path, S(".dsc")), second = str_ends(y->path, S(".dsc"));

	return first != second ? (int)second - (int)first : str_cmp(x->path, y->path);
}

/* " HEX SIZE NAME" below directory. */
static int read_file(struct op *op, str line, str directory, struct source_file *ret)
{
	str hex = str_word(&line), size = str_word(&line), name = str_word(&line);
	int rc = op_text(op, &ret->path, "%.*s/%.*s", STR_ARG(directory), STR_ARG(name));

	if (rc < 0)
		return rc;
	if (hex.len != 64 || !digest_parse(hex, &ret->sha256) ||
	    !num_parse(size, INT64_MAX, &ret->size) || str_find(name, '/') >= 0 ||
	    !repo_path_plain(ret->path) || str_trim(line).len)
		return op_fail(op, ERR_FORMAT, "a malformed line in Checksums-Sha256");
	return 0;
}

static int read_files(struct op *op, str list, str directory, struct source *ret)
{
	VEC(struct source_file) found = { 0 };

	while (list.len) {
		str line = str_trim(str_cut(&list, '\n'));
		if (line.len == 0)
			continue;
		if (found.n == FILES_MAX)
			return op_fail(op, ERR_LIMIT, "a source package of more than %d files",
				       FILES_MAX);
		struct source_file *f = vec_push(op, &found);
		int rc = f ? read_file(op, line, directory, f) : op->code;
		if (rc < 0)
			return rc;
	}
	if (found.n > 1)
		qsort(found.p, (size_t)found.n, sizeof(*found.p), file_cmp);
	ret->file = found.p;
	ret->n = found.n;
	return 0;
}

int source_read(struct op *op, const struct deb822_stanza *s, str *ret_name, str *ret_version,
		struct source *ret)
{
	str directory = deb822_get(s, "Directory"), browser = deb822_get(s, "Vcs-Browser");
	str files = deb822_get(s, "Checksums-Sha256");
	struct source got = { .vcs = browser.len ? browser : deb822_get(s, "Vcs-Git") };

	*ret_name = deb822_get(s, "Package");
	*ret_version = deb822_get(s, "Version");
	if (ret_name->len == 0 || ret_version->len == 0 || directory.len == 0 || files.len == 0)
		return op_fail(op, ERR_FORMAT,
			       "a source package without Package, Version, Directory or "
			       "Checksums-Sha256");
	int rc = read_files(op, files, directory, &got);
	if (rc == 0)
		*ret = got;
	return rc;
}

/* --- what the store remembers -----------------------------------------------------------------
 *
 *	suite SUITE
 *	vcs ADDRESS
 *	file HEX SIZE PATH
 */

static int key_of(struct op *op, const struct source_want *w, struct digest *ret)
{
	str text;
	int rc = op_text(op, &text, "source-1\nDebian\n%.*s\n%.*s\n", STR_ARG(w->name),
			 STR_ARG(w->version));

	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

/* 1: nothing, or nothing that can be read. */
static int recall(struct op *op, const struct store *store, const struct source_want *w,
		  struct source *ret)
{
	VEC(struct source_file) found = { 0 };
	struct digest key;
	str text;
	int rc = key_of(op, w, &key);

	if (rc < 0 || (rc = store_key_get(op, store, "source", &key, RECORD_MAX, &text)) != 0)
		return rc;
	*ret = (struct source){ .suite = S("") };
	while (text.len) {
		str line = str_cut(&text, '\n'), word = str_word(&line);
		if (str_eq(word, S("suite")))
			ret->suite = str_trim(line);
		else if (str_eq(word, S("vcs")))
			ret->vcs = str_trim(line);
		if (!str_eq(word, S("file")))
			continue;
		struct source_file *f = vec_push(op, &found);
		if (!f)
			return op->code;
		str hex = str_word(&line), size = str_word(&line);
		f->path = str_trim(line);
		if (!digest_parse(hex, &f->sha256) || !num_parse(size, INT64_MAX, &f->size))
			return 1;
	}
	ret->file = found.p;
	ret->n = found.n;
	return ret->suite.len ? 0 : 1;
}

static int remember(struct op *op, const struct store *store, const struct source_want *w,
		    const struct source *s)
{
	str text, rest = s->vcs, first_line = str_cut(&rest, '\n');
	struct digest key;
	struct buf b;
	int rc = key_of(op, w, &key);

	buf_init(&b, op, RECORD_MAX);
	buf_fmt(&b, "suite %.*s\nvcs %.*s\n", STR_ARG(s->suite), STR_ARG(first_line));
	for (ptrdiff_t i = 0; i < s->n; i++) {
		char hex[DIGEST_HEX];
		buf_fmt(&b, "file %s %llu %.*s\n", digest_hex(&s->file[i].sha256, hex),
			(unsigned long long)s->file[i].size, STR_ARG(s->file[i].path));
	}
	if (rc < 0 || (rc = buf_take(&b, &text)) < 0)
		return rc;
	return store_key_put(op, store, "source", &key, text);
}

/* --- the indexes ------------------------------------------------------------------------------
 */

struct search {
	struct op *op;
	struct op turn; /* what one stanza needs */
	const struct store *store;
	const struct source_want *want;
	ptrdiff_t n;
	struct source *ret;
	ptrdiff_t missing;
	str suite; /* that is searched */
};

static int keep_found(struct search *f, const struct source_want *w, const struct source *from,
		      struct source *to)
{
	*to = (struct source){ .suite = f->suite, .n = from->n };
	to->file = op_new(f->op, struct source_file, from->n);
	if (!to->file || op_copy(f->op, from->vcs, &to->vcs) < 0)
		return f->op->code;
	for (ptrdiff_t i = 0; i < from->n; i++) {
		to->file[i] = from->file[i];
		if (op_copy(f->op, from->file[i].path, &to->file[i].path) < 0)
			return f->op->code;
	}
	f->missing--;
	return remember(f->op, f->store, w, to);
}

static int see_stanza(struct search *f, const struct deb822_stanza *s)
{
	str name = deb822_get(s, "Package"), version = deb822_get(s, "Version");

	for (ptrdiff_t i = 0; i < f->n; i++) {
		struct source got;
		if (f->ret[i].suite.len || !str_eq(f->want[i].name, name) ||
		    !str_eq(f->want[i].version, version))
			continue;
		int rc = source_read(&f->turn, s, &name, &version, &got);
		if (rc < 0) {
			op_adopt_error(f->op, &f->turn);
			return op_fail_in(f->op, "source package %.*s", STR_ARG(f->want[i].name));
		}
		return keep_found(f, &f->want[i], &got, &f->ret[i]);
	}
	return 0;
}

static int see_stanzas(struct op *op, void *arg, str text)
{
	struct search *f = arg;
	struct op_mark mark = op_mark(&f->turn);
	struct deb822_stanza s;
	int rc;

	while ((rc = deb822_next(&f->turn, &text, &s)) == 1) {
		if ((rc = see_stanza(f, &s)) < 0)
			return rc;
		op_reset(&f->turn, mark);
	}
	return rc < 0 ? op_adopt_error(op, &f->turn) : 0;
}

static int search_file(struct search *f, int fd, const struct repo_source_index *from)
{
	AUTO_STREAM *in = NULL;
	int rc = stream_open_fd(f->op, fd, from->packed.path, 0, from->packed.size,
				from->plain.size, &in);

	if (rc == 0)
		rc = repo_stanzas(f->op, in, &from->plain, see_stanzas, f);
	return rc < 0 ? op_fail_in(f->op, "%.*s of %.*s", STR_ARG(from->packed.path),
				   STR_ARG(f->suite))
		      : 0;
}

/* --- fetching ---------------------------------------------------------------------------------
 */

struct arrival {
	int fd;
	uint64_t got;
	const struct repo_listed *listed;
};

static int arrive(struct op *op, void *to, str bytes)
{
	struct arrival *a = to;
	int rc = file_pwrite(op, a->fd, a->listed->path, bytes, a->got);

	a->got += (uint64_t)bytes.len;
	return rc;
}

/* Nothing is parsed before this holds. */
static int verify(struct op *op, void *to)
{
	struct arrival *a = to;
	struct digest got;
	int rc = repo_file_digest(op, a->fd, a->listed->path, a->got, &got);

	if (rc < 0 || (a->got == a->listed->size && digest_eq(&got, &a->listed->sha256)))
		return rc;
	a->got = 0;
	return 1;
}

static int fetch(struct search *f, struct client *client, const struct repo_source_index *from,
		 bool by_hash, struct arrival *a)
{
	struct client_request req = { .max = LIMIT_INDEX,
				      .size = from->packed.size,
				      .sink = arrive,
				      .done = verify,
				      .to = a };
	struct client_result res;
	char hex[DIGEST_HEX];
	int rc;

	a->got = 0;
	if (by_hash)
		rc = op_text(f->op, &req.url, "%.*s/%.*s/by-hash/SHA256/%s", STR_ARG(from->root),
			     STR_ARG(str_dir_name(from->packed.path)),
			     digest_hex(&from->packed.sha256, hex));
	else
		rc = op_text(f->op, &req.url, "%.*s/%.*s", STR_ARG(from->root),
			     STR_ARG(from->packed.path));
	if (rc < 0 || (rc = client_fetch(f->op, client, &req, 1, NULL, NULL, &res)) < 0)
		return rc;
	if (res.code && by_hash && res.gone)
		return 1;
	return res.code ? op_fail(f->op, res.code, "%.*s", STR_ARG(res.error)) : 0;
}

static int search_pocket(struct search *f, struct client *client,
			 const struct repo_source_index *from)
{
	AUTO_FD fd = -1;
	int rc = file_temp(f->op, f->store->tmp, &fd);
	struct arrival a = { .fd = fd, .listed = &from->packed };

	if (rc < 0)
		return rc;
	rc = from->by_hash ? fetch(f, client, from, true, &a) : 1;
	if (rc > 0)
		rc = fetch(f, client, from, false, &a);
	return rc < 0 ? rc : search_file(f, fd, from);
}

static int search_all(struct search *f, const struct repo *r)
{
	AUTO_CLIENT *client = NULL;
	int rc = client_open(f->op, &client);

	for (ptrdiff_t i = 0; rc == 0 && i < r->state.n && f->missing; i++) {
		const struct repo_pocket *p = &r->state.pocket[i];
		if (p->repository.len || r->sources[i].packed.path.len == 0)
			continue;
		rc = op_copy(f->op, p->suite, &f->suite);
		if (rc == 0)
			rc = search_pocket(f, client, &r->sources[i]);
	}
	return rc;
}

int source_find(struct op *op, const struct store *store, const struct repo *repo, bool offline,
		const struct source_want *want, ptrdiff_t n, struct source *ret)
{
	struct search f = { .op = op, .store = store, .want = want, .n = n, .ret = ret };
	int rc = 0;

	for (ptrdiff_t i = 0; rc >= 0 && i < n; i++) {
		rc = recall(op, store, &want[i], &ret[i]);
		if (rc > 0)
			ret[i] = (struct source){ .suite = S("") };
		f.missing += rc > 0;
	}
	if (rc < 0 || f.missing == 0 || offline)
		return rc < 0 ? rc : 0;
	op_init(&f.turn, 0);
	f.turn.fault = op->fault;
	rc = search_all(&f, repo);
	op_done(&f.turn);
	return rc;
}
