/*
 * An image is known by the names it is called by, without a tag, and by the digests of its manifest,
 * of its configuration, and of the index that it came out of.
 */
#include "product.h"

static bool has_wildcard(str id)
{
	return str_find(id, '*') >= 0;
}

/* "name:tag" and "host:5000/name:tag", without what stands behind '@'. */
static bool is_tagged(str id)
{
	ptrdiff_t at = str_find(id, '@');
	str name = at < 0 ? id : str_head(id, at);

	return str_find(str_base_name(name), ':') >= 0;
}

/* ERR_USAGE of the grammar is an answer here. */
static bool try_reference(struct op *op, str text, struct reference *ret)
{
	bool is = reference_parse(op, text, ret) == 0;

	if (!is)
		op_forgive(op);
	return is;
}

/* 1: it is none. */
static int try_purl(struct op *op, str text, struct purl *ret)
{
	int rc = purl_parse(op, text, ret);

	if (rc == 0 || rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return 1;
}

/* Of repository_url both the repository and what stands before its name. */
static int repository_of(struct op *op, struct product *p, str url)
{
	struct reference r;
	str whole;

	if (op_text(op, &whole, "%.*s/%.*s", STR_ARG(url), STR_ARG(p->purl.name)) < 0)
		return op->code;
	if (try_reference(op, url, &r))
		p->reference = (struct reference){ .host = r.host, .path = r.path };
	if (try_reference(op, whole, &r))
		p->parent = (struct reference){ .host = r.host, .path = r.path };
	return p->reference.path.len || p->parent.path.len ? 0 : 1;
}

/* The repository of pkg:oci/, tag and digest of it and pkg:docker/. 1: it says what cannot be. */
static int image_of_purl(struct op *op, struct product *p)
{
	const struct purl *u = &p->purl;
	str url = purl_qualifier(u, S("repository_url")), tag = purl_qualifier(u, S("tag"));

	for (int i = 0; i < 2; i++) {
		str scheme = i ? S("http://") : S("https://");
		url = str_from(url, str_starts(url, scheme) ? scheme.len : 0);
	}
	while (str_ends(url, S("/")))
		url.len--;
	int rc = str_eq(u->type, S("oci")) && url.len ? repository_of(op, p, url) : 0;
	if (rc)
		return rc;
	if (u->version.len && !digest_parse(u->version, &p->reference.digest))
		tag = u->version;
	if (str_starts(u->version, S("sha256:")) && digest_is_zero(&p->reference.digest))
		return 1;
	p->reference.tag = tag;
	p->tagged = tag.len > 0;
	return 0;
}

/* pkg:docker/NAMESPACE/NAME: "library" is Docker Hub's for none. */
static int docker_path(struct op *op, struct product *p)
{
	const struct purl *u = &p->purl;
	str ns = u->ns.len ? u->ns : S("library"), host = purl_qualifier(u, S("repository_url"));

	p->reference.host = host.len && !str_eq(host, S("hub.docker.com")) ? host : S("docker.io");
	return op_text(op, &p->reference.path, "%.*s/%.*s", STR_ARG(ns), STR_ARG(u->name));
}

static int parse_purl(struct op *op, str id, struct product *p)
{
	struct purl bare;
	int rc = try_purl(op, id, &p->purl);

	if (rc)
		return rc < 0 ? rc : 0;
	p->is_purl = true;
	if (str_eq(p->purl.type, S("oci")) || str_eq(p->purl.type, S("docker"))) {
		rc = image_of_purl(op, p);
		p->kind = rc == 0 ? PRODUCT_IMAGE : PRODUCT_OPAQUE;
		return rc == 0 && str_eq(p->purl.type, S("docker")) ? docker_path(op, p)
		       : rc < 0                                     ? rc
								    : 0;
	}
	p->kind = PRODUCT_PURL;
	bare = (struct purl){ p->purl.type, p->purl.ns, p->purl.name, S(""), { 0 }, S("") };
	return purl_write(op, &bare, &p->key);
}

int product_parse(struct op *op, str id, struct product *ret)
{
	struct product p = { .text = id };
	int rc = 0;

	if (str_starts(id, S("urn:cdx:")) && str_find(id, '#') > 0)
		p.link = str_cut(&id, '#');
	if (id.len == 0 || has_wildcard(id))
		p.kind = id.len ? PRODUCT_WILDCARD : PRODUCT_OPAQUE;
	else if (str_starts(id, S("pkg:")))
		rc = parse_purl(op, id, &p);
	else if (str_starts(id, S("cpe:")))
		p.kind = PRODUCT_CPE;
	else if (digest_parse(id, &p.reference.digest))
		p.kind = PRODUCT_IMAGE;
	else if (try_reference(op, id, &p.reference)) {
		p.kind = PRODUCT_IMAGE;
		p.tagged = is_tagged(id);
	}
	*ret = p;
	return rc;
}

/* ---- what was looked at ---- */

static int add_digest(struct place *p, const struct digest *d)
{
	struct digest *to = digest_is_zero(d) ? NULL : vec_push(p->op, &p->digests);

	if (to)
		*to = *d;
	return !to && !digest_is_zero(d) ? p->op->code : 0;
}

static int add_name(struct place *p, str name, str tag)
{
	struct reference r;

	if (name.len == 0 || !try_reference(p->op, name, &r))
		return 0;
	if (!is_tagged(name))
		r.tag = tag;
	struct reference *to = vec_push(p->op, &p->names);
	if (!to)
		return p->op->code;
	*to = r;
	return add_digest(p, &r.digest);
}

static int read_names(struct place *p)
{
	const struct subject *s = &p->inv->subject;
	int rc;

	if (s->kind != SUBJECT_IMAGE)
		return 0;
	rc = add_digest(p, &s->manifest);
	rc = rc < 0 ? rc : add_digest(p, &s->config);
	rc = rc < 0 ? rc : add_name(p, s->name, s->version);
	rc = rc < 0 ? rc : add_name(p, s->reference, s->version);
	for (ptrdiff_t i = 0; rc == 0 && i < s->tags.n; i++)
		rc = add_name(p, s->tags.p[i], S(""));
	for (ptrdiff_t i = 0; rc == 0 && i < s->repo_digests.n; i++)
		rc = add_name(p, s->repo_digests.p[i], S(""));
	return rc;
}

/* A canonical purl without version, qualifiers and subpath: in names these are encoded. */
static str key_of(str purl)
{
	for (ptrdiff_t i = 0; i < purl.len; i++) {
		if (purl.p[i] == '@' || purl.p[i] == '?' || purl.p[i] == '#')
			return str_head(purl, i);
	}
	return purl;
}

int place_init(struct op *op, const struct inventory *inv, struct place *ret)
{
	*ret = (struct place){ .op = op, .inv = inv };
	struct place *p = ret;
	uint32_t *first = op_new(op, uint32_t, inv->package_n);

	p->next = op_new(op, uint32_t, inv->package_n);
	p->purl = op_new(op, struct purl, inv->package_n);
	p->purl_done = op_new(op, uint8_t, inv->package_n);
	if (!first || !p->next || !p->purl || !p->purl_done)
		return op->code;
	map_init(&p->by_key, op);
	for (ptrdiff_t i = inv->package_n - 1; i >= 0; i--) {
		str key = key_of(inv->package[i].purl);
		uint32_t *head = map_get(&p->by_key, key);
		if (key.len == 0)
			continue;
		if (head) {
			p->next[i] = *head;
		} else {
			head = &first[i];
			if (map_put(&p->by_key, key, head) < 0)
				return op->code;
		}
		*head = (uint32_t)i + 1;
	}
	return read_names(p);
}

static bool has_digest(const struct place *p, const struct digest *d)
{
	for (ptrdiff_t i = 0; i < p->digests.n; i++) {
		if (digest_eq(&p->digests.p[i], d))
			return true;
	}
	return false;
}

static bool fits_platform(const struct place *p, const struct purl *u)
{
	str platform = p->inv->subject.platform, want = purl_qualifier(u, S("platform"));
	str arch = purl_qualifier(u, S("arch")), rest = platform;

	(void)str_cut(&rest, '/');
	if (want.len && !str_starts(platform, want))
		return false;
	return arch.len == 0 || str_eq(str_cut(&rest, '/'), arch);
}

static bool same_place(const struct reference *a, const struct reference *b)
{
	return b->path.len && str_eq(a->host, b->host) && str_eq(a->path, b->path);
}

/* By one name of it: host and path, or of pkg:oci/ without repository_url the last part of the path. */
static bool named(const struct reference *name, const struct product *want)
{
	if (want->reference.path.len || want->parent.path.len)
		return same_place(name, &want->reference) || same_place(name, &want->parent);
	return !want->is_purl || str_eq(str_base_name(name->path), want->purl.name);
}

static enum fit image_is(const struct place *p, const struct product *want)
{
	enum fit best = FIT_NONE;
	bool digest = !digest_is_zero(&want->reference.digest);

	if (p->inv->subject.kind != SUBJECT_IMAGE)
		return FIT_NONE;
	if (want->is_purl && !fits_platform(p, &want->purl))
		return FIT_QUALIFIER;
	if (digest && has_digest(p, &want->reference.digest))
		return FIT_YES;
	for (ptrdiff_t i = 0; i < p->names.n; i++) {
		const struct reference *name = &p->names.p[i];
		if (!named(name, want))
			continue;
		best = FIT_VERSION;
		if (!digest && (!want->tagged || str_eq(name->tag, want->reference.tag)))
			return FIT_YES;
	}
	return best;
}

/* "cpe:/o:redhat:enterprise_linux:9::baseos", "cpe:2.3:o:...": vendor, product and version. */
static void split_cpe(str cpe, str ret[3])
{
	bool is23 = str_starts(cpe, S("cpe:2.3:"));
	str rest = str_from(cpe, is23 ? 8 : str_starts(cpe, S("cpe:/")) ? 5 : cpe.len);

	(void)str_cut(&rest, ':');
	for (int i = 0; i < 3; i++)
		ret[i] = str_cut(&rest, ':');
}

/* The system by its CPE, whatever part and edition: "9" holds of "9.4". */
static enum fit system_is(const struct place *p, const struct product *want)
{
	str have[3], asked[3];

	split_cpe(p->inv->os.cpe, have);
	split_cpe(want->text, asked);
	if (asked[0].len == 0 || asked[1].len == 0 || asked[2].len == 0 || have[1].len == 0)
		return FIT_NONE;
	if (!str_eq(have[0], asked[0]) || !str_eq(have[1], asked[1]))
		return FIT_NONE;
	bool same = str_starts(have[2], asked[2]) &&
		    (have[2].len == asked[2].len || have[2].p[asked[2].len] == '.');
	return same ? FIT_YES : FIT_VERSION;
}

enum fit place_is(const struct place *p, const struct product *want)
{
	if (want->kind == PRODUCT_IMAGE)
		return image_is(p, want);
	return want->kind == PRODUCT_CPE ? system_is(p, want) : FIT_NONE;
}

/* ---- packages ---- */

static int purl_of(struct place *p, uint32_t package, const struct purl **ret)
{
	if (!p->purl_done[package]) {
		str text = p->inv->package[package].purl;
		int rc = text.len ? try_purl(p->op, text, &p->purl[package]) : 1;
		if (rc < 0)
			return rc;
		p->purl_done[package] = rc ? 2 : 1;
	}
	*ret = p->purl_done[package] == 1 ? &p->purl[package] : NULL;
	return 0;
}

/* Where the bill of materials that was read has a name, a link to another is not about it. */
static bool link_fits(const struct place *p, const struct product *want)
{
	str here = p->inv->subject.bom_link;

	return want->link.len == 0 || here.len == 0 || str_eq(want->link, here);
}

int place_package(struct place *p, const struct product *want, uint32_t package, enum fit *ret,
		  str *ret_key)
{
	static const enum fit fits[] = { [PURL_OTHER] = FIT_NONE,
					 [PURL_OTHER_QUALIFIER] = FIT_QUALIFIER,
					 [PURL_OTHER_VERSION] = FIT_VERSION,
					 [PURL_FITS] = FIT_YES };
	const struct purl *have = NULL;

	*ret = FIT_NONE;
	*ret_key = S("");
	if (!want->is_purl || !link_fits(p, want))
		return 0;
	int rc = purl_of(p, package, &have);
	if (rc < 0 || !have)
		return rc;
	*ret = fits[purl_fit(&want->purl, have, ret_key)];
	return 0;
}

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_plain(char c)
{
	c = low(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The longest run of letters and digits: no type of purl spells it in another way, but for case. */
static str plain_run(str name)
{
	str best = S("");

	for (ptrdiff_t i = 0, n; i < name.len; i += n + 1) {
		for (n = 0; i + n < name.len && is_plain(name.p[i + n]);)
			n++;
		if (n > best.len)
			best = (str){ name.p + i, n };
	}
	return best;
}

static bool has_run(str id, str run)
{
	for (ptrdiff_t i = 0; i + run.len <= id.len; i++) {
		ptrdiff_t n = 0;
		while (n < run.len && low(id.p[i + n]) == low(run.p[n]))
			n++;
		if (n == run.len)
			return true;
	}
	return false;
}

bool place_may_be(const struct place *p, str id, uint32_t package)
{
	const struct package *have = &p->inv->package[package];

	return str_find(id, '%') >= 0 || has_run(id, plain_run(have->name)) ||
	       (have->source.len && has_run(id, plain_run(have->source)));
}

int place_best(struct place *p, const struct product *want, enum fit *ret, uint32_t *ret_package,
	       str *ret_key)
{
	const uint32_t *head = want->key.len ? map_get(&p->by_key, want->key) : NULL;

	*ret = FIT_NONE;
	*ret_package = UINT32_MAX;
	*ret_key = S("");
	for (uint32_t at = head ? *head : 0; at && *ret != FIT_YES; at = p->next[at - 1]) {
		enum fit fit;
		str key;
		int rc = place_package(p, want, at - 1, &fit, &key);
		if (rc < 0)
			return rc;
		if (fit > *ret) {
			*ret = fit;
			*ret_package = at - 1;
			*ret_key = key;
		}
	}
	return 0;
}

/* ---- within ---- */

/* "a.jar:lib/b.jar" is within "a.jar", and a program's module where the program is. */
static bool path_within(str path, str outer)
{
	return str_starts(path, outer) && (path.len == outer.len || path.p[outer.len] == ':');
}

static bool places_within(const struct package *outer, const struct package *inner)
{
	for (ptrdiff_t i = 0; i < inner->evidence_n; i++) {
		bool found = false;
		for (ptrdiff_t k = 0; k < outer->evidence_n && !found; k++)
			found = path_within(inner->evidence[i].path, outer->evidence[k].path);
		if (!found)
			return false;
	}
	return inner->evidence_n > 0 && !package_kinds[outer->type].is_system &&
	       !package_kinds[inner->type].is_system;
}

/* Who is joined with whom, by package, there and back; made when it is first asked for. */
static int join(struct place *p)
{
	const struct inventory *inv = p->inv;

	for (int back = 0; back < 2; back++) {
		uint32_t *at = op_new(p->op, uint32_t, inv->package_n + 1);
		uint32_t *to = op_new(p->op, uint32_t, inv->relation_n);
		if (!at || !to)
			return p->op->code;
		for (ptrdiff_t i = 0; i < inv->relation_n; i++) {
			const struct relation *r = &inv->relation[i];
			at[back ? r->to : r->from] += r->kind != RELATION_OWNS;
		}
		for (ptrdiff_t i = 1; i <= inv->package_n; i++)
			at[i] += at[i - 1];
		for (ptrdiff_t i = 0; i < inv->relation_n; i++) {
			const struct relation *r = &inv->relation[i];
			if (r->kind != RELATION_OWNS)
				to[--at[back ? r->to : r->from]] = back ? r->from : r->to;
		}
		p->joined_at[back] = at;
		p->joined[back] = to;
	}
	return 0;
}

/* All that a package needs and holds, or what uses it, never past `stop`: marked. */
static int walk(struct place *p, uint32_t from, int back, uint32_t stop, uint8_t *mark)
{
	uint32_t *todo = op_new(p->op, uint32_t, p->inv->package_n), n = 0;

	if (!todo)
		return p->op->code;
	mark[from] = 1;
	todo[n++] = from;
	while (n) { /* each package comes once */
		uint32_t at = todo[--n];
		for (uint32_t i = p->joined_at[back][at];
		     at != stop && i < p->joined_at[back][at + 1]; i++) {
			uint32_t to = p->joined[back][i];
			if (!mark[to])
				todo[n++] = to;
			mark[to] = 1;
		}
	}
	return 0;
}

int place_within(struct place *p, uint32_t outer, uint32_t inner, bool *ret)
{
	const struct inventory *inv = p->inv;
	int rc = p->joined[0] ? 0 : join(p);
	struct op_mark mark = op_mark(p->op);

	*ret = true;
	if (rc < 0 || outer == inner || places_within(&inv->package[outer], &inv->package[inner]))
		return rc;
	uint8_t *users = op_new(p->op, uint8_t, inv->package_n);
	uint8_t *brought = op_new(p->op, uint8_t, inv->package_n);
	if (!users || !brought)
		return p->op->code;
	rc = walk(p, inner, 1, outer, users);
	rc = rc < 0 ? rc : walk(p, outer, 0, UINT32_MAX, brought);
	for (ptrdiff_t i = 0; rc == 0 && i < inv->package_n; i++)
		*ret &= !users[i] || brought[i];
	op_reset(p->op, mark);
	return rc;
}
