/*
 * A header to a package. Of what it needs and provides these are left out: rpmlib(...), which rpm
 * itself provides; config(...), which is its own; conditions in parentheses; and versions of
 * symbols in libraries ("libc.so.6(GLIBC_2.34)(64bit)"), beside which the library itself is always
 * named.
 */
#include <string.h>

#include "model/licence.h"
#include "rpm_impl.h"

struct licence {
	str expression;
};

/* Copies, one behind the other. */
struct block {
	char *p;
	size_t used, size;
};

static str put(struct block *b, str s)
{
	MUST((size_t)s.len <= b->size - b->used);
	char *at = b->p + b->used;
	memcpy(at, s.p ? s.p : "", (size_t)s.len);
	b->used += (size_t)s.len;
	return (str){ at, s.len };
}

int rpm_place(struct op *op, struct catalog *c, const struct found *f, struct rpm_place *ret)
{
	static const str places[] = { S_INIT("var/lib/rpm"), S_INIT("usr/share/rpm"),
				      S_INIT("usr/lib/sysimage/rpm") };
	struct rpm_place place = { .os = catalog_os(c),
				   .licences = catalog_wants_licences(c),
				   .files = true,
				   .digests = catalog_wants_files(c) };
	str root = S("");

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ptrdiff_t at = str_find_str(f->path, places[i]);
		if (at > 0)
			root = str_head(f->path, at);
	}
	map_init(&place.licence, op);
	map_init(&place.repository, op);
	int rc = op_copy(op, root, &place.root);
	if (rc == 0)
		*ret = place;
	return rc;
}

str rpm_namespace(const struct os_identity *os)
{
	if (str_eq(os->id, S("rhel")))
		return S("redhat");
	return str_starts(os->id, S("opensuse")) ? S("opensuse") : os->id;
}

/* The '(' tells most names apart already. */
static bool is_symbol_version(str name)
{
	ptrdiff_t open = str_find(name, '(');

	return open > 0 && open + 1 < name.len && name.p[open + 1] != ')' &&
	       str_find_str(str_head(name, open), S(".so")) >= 0;
}

static bool is_left_out(str name)
{
	char c = name.len ? name.p[0] : '(';

	return c == '(' || (c == 'r' && str_starts(name, S("rpmlib("))) ||
	       (c == 'c' && str_starts(name, S("config("))) || is_symbol_version(name);
}

/* How many names of a list count, and their bytes. They are sorted: the same stand together. */
static uint32_t measure(struct rpm_texts t, size_t *bytes)
{
	str name, last = S("");
	uint32_t n = 0;

	while (rpm_text_next(&t, &name)) {
		if (is_left_out(name) || str_eq(name, last))
			continue;
		*bytes += (size_t)name.len;
		last = name;
		n++;
	}
	return n;
}

static int put_names(struct op *op, struct rpm_texts t, uint32_t n, struct block *b,
		     struct texts *ret)
{
	str name, last = S("");

	if (n == 0)
		return 0;
	if (!(ret->p = op_new(op, str, n)))
		return op->code;
	while (rpm_text_next(&t, &name)) {
		if (is_left_out(name) || str_eq(name, last))
			continue;
		ret->p[ret->n++] = put(b, name);
		last = name;
	}
	return 0;
}

static int licence_of(struct op *op, struct rpm_place *place, str text, str *ret)
{
	struct licence *known = map_get(&place->licence, text);
	str key;

	if (!known) {
		known = op_new(op, struct licence, 1);
		if (!known || op_copy(op, text, &key) < 0 ||
		    licence_expression(op, key, &known->expression) < 0 ||
		    map_put(&place->licence, key, known) < 0)
			return op->code;
	}
	*ret = known->expression;
	return 0;
}

/* "[EPOCH:]VERSION-RELEASE": an epoch that is not told is not 0. */
static int version_of(struct op *op, const struct rpm_header *h, str *ret)
{
	if (h->epoch.n == 0)
		return op_text(op, ret, "%.*s-%.*s", STR_ARG(h->version), STR_ARG(h->release));
	return op_text(op, ret, "%u:%.*s-%.*s", (unsigned)rpm_number(&h->epoch, 0),
		       STR_ARG(h->version), STR_ARG(h->release));
}

static int number_fact(struct op *op, struct pairs *facts, const char *key,
		       const struct rpm_numbers *n)
{
	str text = S("");

	if (n->n == 0)
		return 0;
	int rc = op_text(op, &text, "%llu", (unsigned long long)rpm_number(n, 0));
	return rc < 0 ? rc : package_fact(op, facts, key, text);
}

static str repository_of(const struct rpm_place *place, const struct rpm_header *h)
{
	const uint64_t epochs[] = { rpm_number(&h->epoch, 0), RPM_ANY_EPOCH };
	const str *repository = NULL;
	char room[RPM_HISTORY_KEY];

	for (int i = 0; i < 2 && !repository && place->repository.n; i++)
		repository =
			map_get(&place->repository, rpm_history_key(h->name, epochs[i], h->version,
								    h->release, h->arch, room));
	return repository ? *repository : S("");
}

static int read_facts(struct op *op, const struct rpm_place *place, const struct rpm_header *h,
		      str modularity, struct package *p)
{
	char key[RPM_KEY_HEX];
	str signer = S("");
	int rc = 0;

	if (rpm_signature_key(h, key))
		rc = op_copy(op, str_of(key), &signer);
	if (rc < 0 ||
	    (rc = number_fact(op, &p->facts, "rpm:installed-size",
			      h->long_size.n ? &h->long_size : &h->size)) < 0 ||
	    (rc = package_fact(op, &p->facts, "rpm:modularity", modularity)) < 0 ||
	    (rc = package_fact(op, &p->facts, "rpm:repository", repository_of(place, h))) < 0 ||
	    (rc = package_fact(op, &p->facts, "rpm:signature-key", signer)) < 0)
		return rc;
	return package_fact(op, &p->facts, "rpm:vendor", p->supplier);
}

static int read_source(struct op *op, struct block *b, const struct rpm_header *h,
		       struct package *p)
{
	str source = put(b, h->source_rpm);
	static const char upstream[] = "upstream";

	if (!rpm_source(source, &p->source, &p->source_version) ||
	    str_ends(source, S(".nosrc.rpm"))) /* as it is, since purls are made of .src.rpm */
		return package_fact(op, &p->qualifiers, upstream, source);
	return 0;
}

/* The first line. */
static str first_line(str text)
{
	return str_trim(str_cut(&text, '\n'));
}

static int fill(struct op *op, struct rpm_place *place, const struct rpm_header *h,
		struct package *p)
{
	size_t needs_bytes = 0, provides_bytes = 0;
	uint32_t needs = measure(h->requires, &needs_bytes);
	uint32_t provides = measure(h->provides, &provides_bytes);
	str summary = first_line(h->summary);
	struct block b = { .size = needs_bytes + provides_bytes + (size_t)h->name.len +
				   (size_t)h->arch.len + (size_t)h->vendor.len +
				   (size_t)h->packager.len + (size_t)h->url.len +
				   (size_t)summary.len + (size_t)h->source_rpm.len +
				   (size_t)h->modularity.len };
	int rc;

	if (!(b.p = op_new(op, char, b.size)))
		return op->code;
	*p = (struct package){ .type = PACKAGE_RPM,
			       .ns = rpm_namespace(place->os),
			       .name = put(&b, h->name),
			       .arch = put(&b, h->arch),
			       .distro = place->os->distro,
			       .supplier = put(&b, h->vendor),
			       .author = put(&b, h->packager),
			       .homepage = put(&b, h->url),
			       .description = put(&b, summary) };
	if ((rc = version_of(op, h, &p->version)) < 0 ||
	    (rc = put_names(op, h->requires, needs, &b, &p->needs)) < 0 ||
	    (rc = put_names(op, h->provides, provides, &b, &p->provides)) < 0 ||
	    (rc = read_source(op, &b, h, p)) < 0 ||
	    (rc = read_facts(op, place, h, put(&b, h->modularity), p)) < 0)
		return rc;
	if (place->licences)
		rc = licence_of(op, place, h->licence, &p->licence);
	return rc;
}

int rpm_package(struct op *op, struct rpm_place *place, const struct rpm_header *h)
{
	struct package p;

	if (str_eq(h->name, S("gpg-pubkey")) || h->name.len == 0)
		return 0;
	int rc = fill(op, place, h, &p);
	if (rc == 0 && place->files)
		rc = rpm_files(op, place, h, &p);
	if (rc < 0)
		return rc;
	struct package *to = vec_push(op, &place->package);
	if (!to)
		return op->code;
	*to = p;
	return 0;
}

int rpm_add(struct op *op, struct catalog *c, const struct found *f, enum evidence_how how,
	    const struct rpm_place *place)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < place->package.n; i++)
		rc = catalog_add(op, c, f, how, &place->package.p[i], NULL);
	return rc;
}
