/*
 * Tables of changes, newest first, one a line:
 *
 *	modified_id.csv (OSV)   2024-08-15T00:05:00.123456Z,GHSA-xxxx-xxxx-xxxx
 *	changes.csv (Red Hat)   "2024/cve-2024-1234.json","2024-10-10T12:00:00+00:00"
 *
 * Records lie beside the table. Times are compared to the second; those of the mark's own second are
 * taken again, which changes nothing.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "sys/file.h"
#include "update_impl.h"

enum {
	CHANGES_MAX = 2000, /* records that are fetched one by one; of more the whole is less */
	TIME_BYTES = 19,    /* "2024-08-15T00:05:00" */
	BATCH = 64,         /* records in memory at once */
};

static str unquoted(str field)
{
	field = str_trim(field);
	if (field.len >= 2 && field.p[0] == '"' && field.p[field.len - 1] == '"')
		field = str_head(str_from(field, 1), field.len - 2);
	return field;
}

static bool is_time(str s)
{
	return s.len >= TIME_BYTES && s.p[4] == '-' && s.p[7] == '-' && s.p[10] == 'T' &&
	       s.p[0] >= '0' && s.p[0] <= '9';
}

/* A path below the table's directory: nothing that leads elsewhere. */
static bool is_record(str path)
{
	str rest = path;

	for (ptrdiff_t i = 0; i < path.len; i++) {
		char c = path.p[i];
		bool word =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && c != '-' && c != '_' && c != '.' && c != ':' && c != '/')
			return false;
	}
	while (rest.p) {
		str part = str_cut(&rest, '/');
		if (part.len == 0 || part.p[0] == '.')
			return false;
	}
	return path.len > 0 && path.len < LIMIT_NAME;
}

/* False: no line of a table. */
static bool read_line(str line, str *ret_time, str *ret_record)
{
	str first = unquoted(str_cut(&line, ',')), second = unquoted(str_cut(&line, ','));

	*ret_time = is_time(first) ? first : second;
	*ret_record = is_time(first) ? second : first;
	return is_time(*ret_time) && is_record(*ret_record);
}

int update_table_parse(struct op *op, str text, str mark, ptrdiff_t max, struct texts *ret,
		       str *ret_newest)
{
	VEC(str) changed = { 0 };

	*ret_newest = S("");
	while (text.len) {
		str line = str_cut(&text, '\n'), time, record;
		if (!str_trim(line).len || str_starts(line, S("modified,")))
			continue;
		if (!read_line(line, &time, &record) || changed.n == max)
			return 1;
		if (str_cmp(str_head(time, TIME_BYTES), str_head(mark, TIME_BYTES)) < 0)
			break;
		*ret_newest = str_cmp(time, *ret_newest) > 0 ? time : *ret_newest;
		str *to = vec_push(op, &changed);
		if (!to)
			return op->code;
		*to = record;
	}
	*ret = (struct texts){ changed.p, changed.n };
	return 0;
}

/* Names of records as addresses beside the table. */
static int address_all(struct updating *u, struct unit *unit, const struct texts *names)
{
	str *url = op_new(u->op, str, names->n), table = unit->fetch.from;
	int rc = url ? 0 : u->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < names->n; i++)
		rc = op_text(u->op, &url[i], "%.*s/%.*s%s", STR_ARG(str_dir_name(table)),
			     STR_ARG(names->p[i]),
			     str_ends(names->p[i], S(".json")) ? "" : ".json");
	unit->changed = (struct texts){ url, names->n };
	return rc;
}

static int read_text(struct updating *u, struct op *own, struct unit *unit, str text)
{
	str mark = update_lines_get(unit->state, S("mark")), newest;
	struct texts names;
	int rc = update_table_parse(own, text, mark, CHANGES_MAX, &names, &newest);

	if (rc < 0)
		return op_adopt_error(u->op, own);
	unit->want = rc > 0 ? UNIT_WHOLE : UNIT_DONE; /* no such table, or too much of it */
	if (rc > 0 || (rc = address_all(u, unit, &names)) < 0)
		return rc < 0 ? rc : 0;
	return op_copy(u->op, newest.len ? newest : mark, &unit->mark);
}

int update_table_read(struct updating *u, struct unit *unit)
{
	AUTO_FD fd = -1;
	uint64_t size;
	str text;
	AUTO_OP own;

	op_init(&own, 0);
	own.fault = u->op->fault;
	int rc = update_fetch_open(&own, u->feeds, unit->file, &fd, &size);
	if (rc == 0)
		rc = file_read_fd(&own, fd, unit->file, LIMIT_FEED_TABLE, &text);
	if (rc < 0)
		return op_adopt_error(u->op, &own);
	rc = read_text(u, &own, unit, text);
	update_fetch_forget(u->feeds, unit->file);
	return rc;
}

/* --- the records --------------------------------------------------------------------------------
 */

static int add_to_buf(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

/* "https://.../GHSA-x.json" is GHSA-x; "cve-2024-1234.json" is CVE-2024-1234. */
static int id_of(struct op *op, str url, str *ret)
{
	str name = str_base_name(url);
	int rc = op_copy(op, str_head(name, name.len - 5), ret);

	for (ptrdiff_t i = 0; rc == 0 && str_starts(name, S("cve-")) && i < ret->len; i++)
		if (ret->p[i] >= 'a' && ret->p[i] <= 'z')
			((char *)(uintptr_t)ret->p)[i] = (char)(ret->p[i] - 32);
	return rc;
}

struct records {
	struct updating *u;
	struct op *own;
	struct client *client;
	const struct feed_wish *wish;
	const struct feed_sink *sink;
	struct feed_count *count;
	VEC(str) gone;
};

static int read_record(struct records *r, str url, struct buf *b, const struct client_result *res)
{
	struct feed_count one;
	str text, *gone;

	if (res->gone) {
		gone = vec_push(r->u->op, &r->gone);
		return gone ? id_of(r->u->op, url, gone) : r->u->op->code;
	}
	if (res->code)
		return op_fail(r->own, res->code, "%.*s", STR_ARG(res->error));
	if (buf_take(b, &text) < 0)
		return r->own->code;
	str name = str_base_name(url);
	struct at at = at_of_bytes(text, name);
	int rc = feed_read(r->own, name, &at, r->wish, r->sink, &one);
	r->count->bytes += (uint64_t)text.len;
	return rc;
}

static int fetch_batch(struct records *r, const str *url, ptrdiff_t n)
{
	struct client_request req[BATCH];
	struct client_result res[BATCH];
	struct buf buf[BATCH];
	int rc;

	for (ptrdiff_t i = 0; i < n; i++) {
		buf_init(&buf[i], r->own, LIMIT_FEED_RECORD);
		req[i] = (struct client_request){ .url = url[i],
						  .max = LIMIT_FEED_RECORD,
						  .size = CLIENT_SIZE_UNKNOWN,
						  .sink = add_to_buf,
						  .guard = CLIENT_GUARD_REDIRECTS,
						  .to = &buf[i] };
	}
	if ((rc = client_fetch(r->own, r->client, req, n, NULL, NULL, res)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_record(r, url[i], &buf[i], &res[i]);
	return rc;
}

int update_table_fetch(struct updating *u, struct op *own, struct unit *unit,
		       const struct feed_sink *sink, struct feed_count *count,
		       struct texts *ret_gone)
{
	AUTO_CLIENT *client = NULL;
	struct feed_wish wish = { .feed = feed_of(unit->source->format), .release = S("") };
	struct records r = { .u = u, .own = own, .wish = &wish, .sink = sink, .count = count };
	int rc = client_open(own, &client);

	r.client = client;
	for (ptrdiff_t i = 0; rc == 0 && i < unit->changed.n; i += BATCH) {
		ptrdiff_t left = unit->changed.n - i;
		if (u->wish->note)
			u->wish->note(u->wish->arg, "Fetching changes", (uint64_t)i,
				      (uint64_t)unit->changed.n);
		struct op_mark mark = op_mark(own);
		rc = fetch_batch(&r, &unit->changed.p[i], left < BATCH ? left : BATCH);
		if (rc == 0)
			op_reset(own, mark);
	}
	*ret_gone = (struct texts){ r.gone.p, r.gone.n };
	return rc;
}
