#include "source.h"

#include "closure.h"
#include "source_parts.h"

/* "sha256:12ab...", or a name and it: what the store has without a name, too. */
static int by_digest(struct op *op, const struct store *store, str name, struct store_image *ret)
{
	ptrdiff_t at = str_find(name, '@');
	struct image_descriptor root;
	struct digest d;
	int rc = store && digest_parse(str_from(name, at + 1), &d)
			 ? closure_root(op, store, &d, &root)
			 : 1;

	if (rc == 0)
		*ret = (struct store_image){ .name = at > 0 ? str_head(name, at) : name,
					     .media_type = root.media_type,
					     .digest = d,
					     .size = root.size };
	return rc;
}

int source_from_store(struct op *op, struct source_ask *a, str name)
{
	const struct store *store = a->store;
	struct store_image image;
	int rc = by_digest(op, store, name, &image);

	if (rc > 0)
		rc = store ? store_image_get(op, store, name, &image) : 1;
	if (rc == ERR_USAGE) { /* no name that an image can have */
		op_forgive(op);
		rc = 1;
	}
	if (rc > 0)
		a->why = a->whole ? S("not in the store; 'temper store list' shows what it has")
				  : S("not in the store");
	if (rc)
		return rc;
	const struct image_descriptor root = { image.media_type, image.digest, image.size, S("") };
	a->s->open->box = box_of_directory(op, store->dir, store->path);
	if (a->whole)
		return source_root(a, &root, image.name);
	if ((rc = source_oci_root(op, a, &root, 1)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < a->s->image_n && !str_starts(image.name, S("sha256:")); i++) {
		struct subject *s = &a->s->image[i].subject;
		if (!(s->tags.p = op_new(op, str, 1)))
			return op->code;
		s->tags.p[s->tags.n++] = image.name;
		s->version = str_from(image.name, str_rfind(image.name, ':') + 1);
	}
	return 0;
}

/* In the order in which they are asked for a name without a scheme, as far as `bare` says. */
static const struct {
	const char *scheme;
	int (*open)(struct op *op, struct source_ask *a, str place);
	bool bare;
	bool may_fail; /* asked for a bare name: its failure is a reason to ask the next */
} providers[] = {
	{ "", source_from_path, true, false },
	{ "store", source_from_store, true, false },
	{ "docker", source_from_docker, true, true },
	{ "podman", source_from_podman, true, true },
	{ "containerd", source_from_containerd, true, true },
	{ "registry", source_from_registry, true, true },
	{ "docker-archive", source_from_docker_archive, false, false },
	{ "oci-archive", source_from_oci_archive, false, false },
	{ "oci-dir", source_from_layout, false, false },
	{ "oci", source_from_layout, false, false },
	{ "dir", source_from_directory, false, false },
	{ "file", source_from_file, false, false },
	{ "sbom", source_from_sbom, false, false },
};
enum { PROVIDERS = sizeof(providers) / sizeof(providers[0]) };

/* The provider of a scheme, from the first-th on, or -1. */
static int find_provider(str scheme, int first)
{
	for (int i = first; i < PROVIDERS; i++)
		if (str_eq(scheme, str_of(providers[i].scheme)))
			return i;
	return -1;
}

/* The scheme that was meant, if it is nearly one. */
static const char *near_scheme(str scheme)
{
	const char *name[PROVIDERS];

	for (int i = 1; i < PROVIDERS; i++)
		name[i - 1] = providers[i].scheme;
	return scheme.len > 2 ? nearest_word(scheme, name, PROVIDERS - 1) : NULL;
}

/* One provider by itself: its reason is the error. */
static int ask_one(struct op *op, struct source_ask *a, int i, str place)
{
	int rc;

	/* Other tools call a registry's images so. */
	if (str_starts(place, S("//")) && providers[i].may_fail)
		return op_fail(
			op, ERR_USAGE,
			"'%s:%.*s': a name stands right behind the colon; of a registry it is "
			"registry:%.*s",
			providers[i].scheme, STR_ARG(place), STR_ARG(str_from(place, 2)));

	if (!place.len)
		return op_fail(op, ERR_USAGE, "'%s:' needs a name behind it", providers[i].scheme);
	a->s->name = place;
	a->s->scheme = providers[i].scheme;
	rc = providers[i].open(op, a, place);
	return rc > 0 ? op_fail(op, ERR_USAGE, "no image '%s:%.*s': %.*s", providers[i].scheme,
				STR_ARG(place), STR_ARG(a->why))
		      : rc;
}

/* A path by its looks: it means a file and nothing else. */
static bool is_path(str what)
{
	return str_starts(what, S("/")) || str_starts(what, S("./")) || str_starts(what, S("../"));
}

/* Is the provider to be asked, in this turn of those that --from names? */
static int next_provider(const struct source_wish *wish, int turn)
{
	if (wish->from.n)
		return turn < wish->from.n ? find_provider(wish->from.p[turn], 0) : PROVIDERS;
	for (int i = 0; i < PROVIDERS; i++)
		if (providers[i].bare && turn-- == 0)
			return i;
	return PROVIDERS;
}

/* Why nobody had it. */
struct reasons {
	struct buf text;
	const char *idle[PROVIDERS]; /* engines that do not run: told together */
	int idle_n;
	int code; /* the first failure */
};

static void tell_idle(struct reasons *r)
{
	for (int i = 0; i < r->idle_n; i++) {
		const char *before = i < r->idle_n - 1 ? ", " : " or ";
		if (i == 0)
			before = r->text.len ? "; no " : "no ";
		buf_fmt(&r->text, "%s%s", before, r->idle[i]);
	}
	if (r->idle_n)
		buf_add(&r->text, S(" is running"));
	r->idle_n = 0;
}

static void add_reason(struct op *op, struct reasons *r, const struct source_ask *a, int i, int rc)
{
	if (rc > 0 && a->idle) {
		r->idle[r->idle_n++] = providers[i].scheme;
		return;
	}
	tell_idle(r);
	buf_add(&r->text, r->text.len ? S("; ") : S(""));
	if (rc < 0) {
		buf_fmt(&r->text, "%s: %s", providers[i].scheme, op->text);
		r->code = r->code ? r->code : rc;
		op_forgive(op);
	} else {
		buf_add(&r->text, i == 0 ? S("no such file") : a->why);
	}
}

/* Is it a failure that the next may make up for? */
static bool goes_on(int i, int rc)
{
	return providers[i].may_fail && (rc == ERR_NET || rc == ERR_USAGE);
}

static int no_source(struct op *op, str name)
{
	const char *near = near_scheme(name);

	return op_fail(op, ERR_USAGE, "'%.*s' is no source of images%s%s%s", STR_ARG(name),
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Each in turn; the first that has it. */
static int ask_all(struct op *op, struct source_ask *a, str what)
{
	struct reasons r = { 0 };

	buf_init(&r.text, op, OP_ERROR_MAX * PROVIDERS);
	a->s->name = what;
	a->casual = a->wish->from.n == 0;
	for (int turn = 0, i; turn < PROVIDERS && (i = next_provider(a->wish, turn)) < PROVIDERS;
	     turn++) {
		if (i < 0)
			return no_source(op, a->wish->from.p[turn]);
		a->s->scheme = providers[i].scheme;
		a->why = S("");
		a->idle = false;
		int rc = providers[i].open(op, a, what);
		if (rc == 0 || (rc < 0 && !goes_on(i, rc)))
			return rc;
		add_reason(op, &r, a, i, rc);
		if (i == 0 && is_path(what))
			break;
	}
	tell_idle(&r);
	str rest = what, scheme = str_cut(&rest, ':');
	const char *near = rest.p ? near_scheme(scheme) : NULL;
	if (near)
		buf_fmt(&r.text, "; did you mean '%s:'?", near);
	if (r.text.bad)
		return op->code;
	return op_fail(op, r.code ? r.code : ERR_USAGE, "no image '%.*s': %.*s", STR_ARG(what),
		       STR_ARG(buf_view(&r.text)));
}

static int ask(struct op *op, struct source_ask *a, str what)
{
	str place = what, scheme = str_cut(&place, ':');
	int i = place.p ? find_provider(scheme, 1) : -1;

	if (str_eq(what, S("-"))) {
		a->s->name = what;
		a->s->scheme = "";
		return source_from_stdin(op, a);
	}
	if (!what.len)
		return op_fail(op, ERR_USAGE, "an image needs a name");
	return i < 0 ? ask_all(op, a, what) : ask_one(op, a, i, place);
}

/* The name that it was called by goes into each subject. */
static void name_subjects(struct source *s)
{
	for (ptrdiff_t i = 0; i < s->image_n; i++)
		s->image[i].subject.name = s->name;
}

static int open_source(struct op *op, str what, const struct source_wish *wish,
		       const struct store *store, bool whole, struct source *ret)
{
	AUTO_SOURCE s = { .fd = -1 };
	struct source_ask a = { .wish = wish, .store = store, .s = &s, .whole = whole };
	int rc;

	if (!(s.open = op_new(op, struct source_open, 1)))
		return op->code;
	if ((rc = ask(op, &a, what)) < 0)
		return rc;
	name_subjects(&s);
	*ret = s;
	s.open = NULL;
	return 0;
}

int source_open(struct op *op, str what, const struct source_wish *wish, const struct store *store,
		struct source *ret)
{
	return open_source(op, what, wish, store, false, ret);
}

int source_seek(struct op *op, str what, const struct source_wish *wish, const struct store *store,
		struct source *ret)
{
	return open_source(op, what, wish, store, true, ret);
}

void source_close(struct source *s)
{
	if (!s->open)
		return;
	box_close(&s->open->box);
	for (ptrdiff_t i = 0; i < s->open->fd.n; i++)
		fd_close(&s->open->fd.p[i]);
	s->open = NULL;
}
