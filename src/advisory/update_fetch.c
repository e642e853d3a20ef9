#include "update_fetch.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/vec.h"
#include "sys/file.h"

enum {
	NAME_BYTES = 128,
	FROM_MAX = 64 << 10, /* bytes of NAME.from */
};

/* One on its way to one address. */
struct job {
	struct update_fetch *f;
	int feeds, fd;
	str url, version;
	uint64_t have, before; /* bytes in the file; of an earlier run */
	bool kept;             /* it is whole, and asked whether it still holds */
	bool noted;            /* NAME.from tells of this version */
	const struct client_result *res;
	char part[NAME_BYTES], data[NAME_BYTES], from[NAME_BYTES];
};

static void name_files(struct job *j, str name)
{
	(void)snprintf(j->part, sizeof(j->part), "%.*s.part", STR_ARG(str_head(name, 100)));
	(void)snprintf(j->data, sizeof(j->data), "%.*s.data", STR_ARG(str_head(name, 100)));
	(void)snprintf(j->from, sizeof(j->from), "%.*s.from", STR_ARG(str_head(name, 100)));
}

str update_lines_get(str text, str key)
{
	while (text.p) {
		str line = str_cut(&text, '\n');
		if (str_eq(str_cut(&line, ' '), key))
			return line;
	}
	return S("");
}

/* Which version the bytes of an ETag or a date tell apart; weak ETags tell no bytes apart. */
static str version_of(str etag, str modified)
{
	return etag.len && !str_starts(etag, S("W/")) ? etag : modified;
}

static int write_from(struct op *op, struct job *j, bool whole, str etag, str modified)
{
	struct op_mark mark = op_mark(op);
	str text;
	int rc =
		op_text(op, &text, "what %s\nurl %.*s\netag %.*s\nmodified %.*s\n",
			whole ? "data" : "part", STR_ARG(j->url), STR_ARG(etag), STR_ARG(modified));

	if (rc == 0)
		rc = file_replace(op, j->feeds, str_of(j->from), text, 0644);
	op_reset(op, mark);
	return rc;
}

/* --- the file that is filled --------------------------------------------------------------------
 */

static int empty(struct op *op, void *to)
{
	struct job *j = to;

	j->have = 0;
	j->noted = false;
	(void)unlinkat(j->feeds, j->from, 0); /* it told of what is given up here */
	return ftruncate(j->fd, 0) < 0 ? op_fail_errno(op, "cannot empty %s", j->part) : 0;
}

static int open_part(struct op *op, struct job *j)
{
	struct stat st;

	if (j->fd >= 0)
		return 0;
	j->fd = openat(j->feeds, j->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return op_fail_errno(op, "cannot open %s", j->part);
	j->have = (uint64_t)st.st_size;
	return 0;
}

static int begin(struct op *op, void *to, uint64_t *ret_have)
{
	struct job *j = to;
	int rc = 0;

	if (!j->kept && (rc = open_part(op, j)) < 0)
		return rc;
	if (!j->kept && j->have && !j->version.len)
		rc = empty(op, j);
	*ret_have = j->before = j->have;
	return rc;
}

static int add(struct op *op, void *to, str bytes)
{
	struct job *j = to;
	int rc = open_part(op, j);

	if (rc == 0 && j->kept && (rc = empty(op, j)) == 0)
		j->kept = false;
	if (rc == 0 && !j->noted && version_of(j->res->etag, j->res->modified).len) {
		rc = write_from(op, j, false, j->res->etag, j->res->modified);
		j->noted = true;
	}
	if (rc == 0)
		rc = file_pwrite(op, j->fd, str_of(j->part), bytes, j->have);
	j->have += (uint64_t)bytes.len;
	return rc;
}

static int done(struct op *op, void *to)
{
	struct job *j = to;
	int rc = open_part(op, j);

	if (rc < 0)
		return rc;
	if (j->kept && (rc = empty(op, j)) < 0) /* it came, and is empty now */
		return rc;
	if (fsync(j->fd) < 0 || renameat(j->feeds, j->part, j->feeds, j->data) < 0)
		return op_fail_errno(op, "cannot keep %s", j->data);
	j->kept = false;
	return write_from(op, j, true, j->res->etag, j->res->modified);
}

static void put_away(struct job *j)
{
	if (j->fd >= 0 && j->have == 0)
		(void)unlinkat(j->feeds, j->part, 0);
	fd_close(&j->fd);
}

/* --- what is asked ------------------------------------------------------------------------------
 */

static int prepare(struct op *op, struct job *j, struct client_request *req)
{
	struct update_fetch *f = j->f;
	str text = S(""), url;
	int rc = file_read(op, j->feeds, str_of(j->from), FROM_MAX, &text);

	if (rc < 0)
		return rc;
	*req = (struct client_request){ .url = j->url,
					.max = f->max,
					.size = CLIENT_SIZE_UNKNOWN,
					.sink = add,
					.begin = begin,
					.done = done,
					.restart = empty,
					.guard = CLIENT_GUARD_REDIRECTS,
					.to = j };
	url = update_lines_get(text, S("url"));
	if (str_eq(url, j->url)) {
		str etag = update_lines_get(text, S("etag")),
		    modified = update_lines_get(text, S("modified"));
		j->kept = str_eq(update_lines_get(text, S("what")), S("data")) &&
			  faccessat(j->feeds, j->data, R_OK, 0) == 0 && (etag.len || modified.len);
		j->version = req->version = version_of(etag, modified);
		req->etag = j->kept ? etag : S("");
		req->modified = j->kept ? modified : S("");
	}
	if (!j->kept && str_eq(f->etag_url, j->url)) {
		req->etag = f->etag;
		req->modified = f->modified;
	}
	return 0;
}

static int conclude(struct op *op, struct job *j, const struct client_request *req,
		    const struct client_result *res)
{
	struct update_fetch *f = j->f;
	int rc = 0;

	if (!res->same)
		f->bytes += j->have > j->before ? j->have - j->before : 0;
	put_away(j);
	if (res->code) {
		f->why = res->why.len ? res->why : res->error;
		f->gone = res->gone;
		return 0;
	}
	f->how = res->same && !j->kept ? FETCH_SAME : FETCH_NEW;
	f->from = j->url;
	rc = op_copy(op, res->same ? req->etag : res->etag, &f->got_etag);
	return rc < 0 ? rc
		      : op_copy(op, res->same ? req->modified : res->modified, &f->got_modified);
}

/* Whether a host answers: the first that is asked of it finds out, so that where there is no network
 * the others need not wait as well. */
struct host {
	str name;  /* "https://secdb.example:443" */
	int round; /* in which it was asked first */
	str why;   /* it does not answer; else empty */
};
struct hosts {
	struct host *p;
	ptrdiff_t n, cap;
};

static struct host *find_host(struct op *op, struct hosts *hosts, str address, int round)
{
	ptrdiff_t scheme = str_find_str(address, S("://"));
	ptrdiff_t path = scheme < 0 ? -1 : str_find(str_from(address, scheme + 3), '/');
	str name = str_head(address, path < 0 ? address.len : scheme + 3 + path);

	for (ptrdiff_t i = 0; i < hosts->n; i++)
		if (str_eq(hosts->p[i].name, name))
			return &hosts->p[i];
	struct host *h = vec_push(op, hosts);
	if (h)
		*h = (struct host){ .name = name, .round = round };
	return h;
}

struct round {
	client_progress *note;
	void *arg;
	struct hosts hosts;
	ptrdiff_t number; /* of the address */
	int round;
};

/* Is its address of this number to be asked now? 1: it is not, or not yet; *ret_more: not yet. */
static int take_turn(struct op *op, struct round *r, struct update_fetch *f, bool *ret_more)
{
	if (f->how != FETCH_FAILED || r->number >= f->url.n || f->asked > r->number)
		return 1;
	struct host *h = find_host(op, &r->hosts, f->url.p[r->number], r->round);
	if (!h)
		return op->code;
	bool first = h->round == r->round && !h->why.p;
	if (h->why.len) {
		f->why = h->why;
		f->asked = r->number + 1;
		return 1;
	}
	*ret_more = *ret_more || (h->round == r->round && !first);
	if (h->round == r->round && !first)
		return 1;
	if (first)
		h->why = (str){ "", 0 }; /* it is being asked */
	f->asked = r->number + 1;
	return 0;
}

static int note_host(struct op *op, struct round *r, const struct client_request *req,
		     const struct client_result *res)
{
	struct host *h = find_host(op, &r->hosts, req->url, r->round);

	if (!h)
		return op->code;
	if (res->trouble == CLIENT_NO_HOST || res->trouble == CLIENT_NO_CONNECTION)
		h->why = res->why;
	return 0;
}

/* Those that are still wanted, each from its address of this number. 1: there are more of them. */
static int round_of(struct op *op, int feeds, struct update_fetch *p, ptrdiff_t n, struct round *r)
{
	AUTO_CLIENT *client = NULL;
	struct client_request *req = op_new(op, struct client_request, n);
	struct client_result *res = op_new(op, struct client_result, n);
	struct job *job = op_new(op, struct job, n);
	bool more = false;
	ptrdiff_t some = 0;
	int rc = 0;

	if (!req || !res || !job)
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct job *j = &job[some];
		int turn = take_turn(op, r, &p[i], &more);
		if (turn != 0) {
			rc = turn < 0 ? turn : 0;
			continue;
		}
		*j = (struct job){
			.f = &p[i], .feeds = feeds, .fd = -1, .url = p[i].url.p[r->number]
		};
		j->res = &res[some];
		name_files(j, p[i].name);
		rc = prepare(op, j, &req[some]);
		some++;
	}
	if (rc == 0 && some && (rc = client_open(op, &client)) == 0)
		rc = client_fetch(op, client, req, some, r->note, r->arg, res);
	for (ptrdiff_t i = 0; i < some; i++) {
		if (rc == 0)
			rc = conclude(op, &job[i], &req[i], &res[i]);
		if (rc == 0)
			rc = note_host(op, r, &req[i], &res[i]);
		put_away(&job[i]);
	}
	return rc < 0 ? rc : more;
}

int update_fetch(struct op *op, int feeds, struct update_fetch *p, ptrdiff_t n,
		 client_progress *note, void *arg)
{
	struct round r = { .note = note, .arg = arg };
	ptrdiff_t most = 0;
	int rc = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		p[i].how = FETCH_FAILED;
		p[i].why = S("no address is known");
		p[i].asked = 0;
		most = p[i].url.n > most ? p[i].url.n : most;
	}
	for (; rc == 0 && r.number < most; r.number++) {
		do
			rc = round_of(op, feeds, p, n, &r);
		while (r.round++, rc > 0);
	}
	return rc;
}

int update_fetch_open(struct op *op, int feeds, str name, int *ret_fd, uint64_t *ret_size)
{
	struct job j;

	name_files(&j, name);
	int rc = file_open(op, feeds, str_of(j.data), ret_fd);
	if (rc > 0)
		return op_fail(op, ERR_IO, "%s has gone", j.data);
	return rc < 0 ? rc : file_size(op, *ret_fd, str_of(j.data), ret_size);
}

void update_fetch_forget(int feeds, str name)
{
	struct job j;

	name_files(&j, name);
	(void)unlinkat(feeds, j.from, 0);
	(void)unlinkat(feeds, j.data, 0);
	(void)unlinkat(feeds, j.part, 0);
}
