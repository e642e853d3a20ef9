#include "attached.h"

#include "base/limits.h"
#include "base/vec.h"
#include "codec/json.h"
#include "document.h"
#include "registry.h"
#include "source_parts.h"

struct digests {
	struct digest *p;
	ptrdiff_t n, cap;
};

struct looking {
	struct op *op;
	struct box *box;           /* NULL: a registry */
	struct registry *registry; /* NULL: a box */
	struct digests about, seen;
	VEC(struct attached) found;
};

static bool has(const struct digests *list, const struct digest *d)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (digest_eq(&list->p[i], d))
			return true;
	}
	return false;
}

static int add(struct op *op, struct digests *list, const struct digest *d)
{
	struct digest *to = digest_is_zero(d) || has(list, d) ? NULL : vec_push(op, list);

	if (to)
		*to = *d;
	return op->code;
}

/* The digest and size of a descriptor. False: it has none that is read here. */
static bool descriptor(const struct node *n, str *type, struct digest *d, uint64_t *size)
{
	str text;

	*type = S("");
	(void)node_text(node_get(n, S("mediaType")), type);
	return node_text(node_get(n, S("digest")), &text) && str_starts(text, S("sha256:")) &&
	       digest_parse(text, d) && node_u64(node_get(n, S("size")), size);
}

/* A document or blob by its digest. 1: it is not there. */
static int fetch(struct looking *l, const struct digest *d, uint64_t size, bool manifest, str *ret)
{
	size_t max = manifest ? LIMIT_MANIFEST : ATTACHED_BYTES;
	struct registry_document got;
	char path[BOX_BLOB];
	int rc;

	if (l->box) {
		rc = box_read(l->op, l->box, box_blob_path(d, path), max, ret);
		struct digest is = rc == 0 ? digest_of(*ret) : *d;
		if (!digest_eq(&is, d))
			return op_fail(l->op, ERR_VERIFY, "%.*s has other bytes than its name says",
				       STR_ARG(str_of(path)));
		return rc;
	}
	if (!manifest)
		return registry_blob_read(l->op, l->registry, d, size, max, ret);
	rc = registry_manifest(l->op, l->registry, d, &got);
	if (rc == 0)
		*ret = got.bytes;
	return rc;
}

static bool may_state(str type)
{
	static const char *const parts[] = { "in-toto",       "dsse.envelope", "sigstore.bundle",
					     "openvex",       "vex+json",      "csaf+json",
					     "cyclonedx+json" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (str_find_str(type, str_of(parts[i])) >= 0)
			return true;
	}
	return false;
}

static int take_layers(struct looking *l, const struct node *manifest)
{
	const struct node *list = node_get(manifest, S("layers"));

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		struct attached a = { 0 };
		uint64_t size = 0;
		if (!descriptor(&list->child[i], &a.media_type, &a.digest, &size) ||
		    !may_state(a.media_type))
			continue;
		if (l->found.n == ATTACHED_MAX)
			return op_fail(l->op, ERR_LIMIT,
				       "more than %d documents are attached to the image",
				       ATTACHED_MAX);
		int rc = fetch(l, &a.digest, size, false, &a.bytes);
		struct attached *to = rc == 0 ? vec_push(l->op, &l->found) : NULL;
		if (rc < 0 || (rc == 0 && !to))
			return l->op->code;
		if (to)
			*to = a;
	}
	return 0;
}

/* Does a manifest say that it is about the image? */
static bool refers(const struct looking *l, const struct node *manifest)
{
	struct digest d;
	uint64_t size;
	str type;

	return descriptor(node_get(manifest, S("subject")), &type, &d, &size) && has(&l->about, &d);
}

/* BuildKit's: an entry of the index that says which of its images it is about. */
static bool annotated(const struct looking *l, const struct node *entry)
{
	struct digest d;
	str text;

	return node_text(node_get(node_get(entry, S("annotations")),
				  S("vnd.docker.reference.digest")),
			 &text) &&
	       digest_parse(text, &d) && has(&l->about, &d);
}

typedef VEC(struct digest) todo_list;

/* One entry of an index: what is attached is taken, an index is put aside to be looked into. */
static int entry(struct looking *l, const struct node *n, bool known, todo_list *indexes)
{
	struct digest d;
	struct doc doc;
	uint64_t size;
	str type, bytes;

	if (!descriptor(n, &type, &d, &size) || has(&l->seen, &d) || has(&l->about, &d))
		return 0;
	if (media_kind(type) != MEDIA_IS_MANIFEST && media_kind(type) != MEDIA_IS_INDEX)
		return 0;
	if (l->seen.n == ATTACHED_MANIFESTS)
		return op_fail(l->op, ERR_LIMIT, "more than %d manifests stand beside the image",
			       ATTACHED_MANIFESTS);
	if (add(l->op, &l->seen, &d) < 0)
		return l->op->code;
	if (media_kind(type) == MEDIA_IS_INDEX) {
		struct digest *to = vec_push(l->op, indexes);
		if (to)
			*to = d;
		return to ? 0 : l->op->code;
	}
	/* Of a registry's index the images are not fetched to see that they are none of it. */
	known = known || annotated(l, n);
	if (!l->box && !known)
		return 0;
	int rc = fetch(l, &d, size, true, &bytes);
	if (rc)
		return rc < 0 ? rc : 0;
	if (json_parse(l->op, S("an attached manifest"), bytes, &doc) < 0)
		return l->op->code;
	return known || refers(l, &doc.root) ? take_layers(l, &doc.root) : 0;
}

/* An index and those in it. `known`: its manifests are about the image, whatever they say. */
static int walk(struct looking *l, str bytes, bool known)
{
	todo_list indexes = { 0 };

	for (int turn = 0; turn <= ATTACHED_MANIFESTS; turn++) {
		struct doc doc;
		if (json_parse(l->op, S("an index"), bytes, &doc) < 0)
			return l->op->code;
		const struct node *list = node_get(&doc.root, S("manifests"));
		for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
			if (entry(l, &list->child[i], known, &indexes) < 0)
				return l->op->code;
		}
		int rc = 1;
		while (rc > 0 && indexes.n)
			rc = fetch(l, &indexes.p[--indexes.n], 0, true, &bytes);
		if (rc)
			return rc < 0 ? rc : 0;
	}
	return 0;
}

int attached_names(struct op *op, const struct source_image *image, struct digest **ret,
		   ptrdiff_t *ret_n)
{
	const struct subject *s = &image->subject;
	struct digests list = { 0 };
	struct reference r;

	if (add(op, &list, &s->manifest) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < s->repo_digests.n; i++) {
		if (reference_parse(op, s->repo_digests.p[i], &r) < 0) {
			if (op->code == ERR_MEMORY)
				return op->code;
			op_forgive(op);
		} else if (add(op, &list, &r.digest) < 0) {
			return op->code;
		}
	}
	*ret = list.p;
	*ret_n = list.n;
	return 0;
}

static int look_in_box(struct looking *l)
{
	str bytes;
	int rc = box_read(l->op, l->box, S("index.json"), LIMIT_MANIFEST, &bytes);

	return rc ? (rc < 0 ? rc : 0) : walk(l, bytes, false);
}

/* What a tag of the repository has: the fallback of referrers, and cosign's. */
static int look_at_tag(struct looking *l, const struct reference *ref, const struct digest *d,
		       const char *suffix, const struct registry_options *options)
{
	AUTO_REGISTRY *r = NULL;
	struct reference tagged = { .host = ref->host, .path = ref->path };
	struct registry_document got;
	char hex[DIGEST_HEX];
	struct doc doc;

	if (op_text(l->op, &tagged.tag, "sha256-%s%s", digest_hex(d, hex), suffix) < 0 ||
	    registry_open(l->op, &tagged, options, &r) < 0)
		return l->op->code;
	int rc = registry_resolve(l->op, r, &got);
	if (rc)
		return rc < 0 ? rc : 0;
	if (media_kind(got.media_type) == MEDIA_IS_INDEX)
		return walk(l, got.bytes, true);
	if (json_parse(l->op, S("an attached manifest"), got.bytes, &doc) < 0)
		return l->op->code;
	return take_layers(l, &doc.root);
}

static int look_in_registry(struct looking *l, const struct reference *ref,
			    const struct registry_options *options)
{
	struct registry_document root;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->about.n; i++) {
		const struct digest *d = &l->about.p[i];
		str index;
		rc = registry_manifest(l->op, l->registry, d, &root);
		if (rc == 0 && media_kind(root.media_type) == MEDIA_IS_INDEX)
			rc = walk(l, root.bytes, false);
		rc = rc > 0 ? 0 : rc;
		if (rc < 0)
			return rc;
		rc = registry_referrers(l->op, l->registry, d, &index);
		if (rc == ERR_NET) { /* older registries answer in many ways that they have none */
			op_forgive(l->op);
			rc = 1;
		}
		if (rc > 0)
			rc = look_at_tag(l, ref, d, "", options);
		else if (rc == 0)
			rc = walk(l, index, true);
		rc = rc < 0 ? rc : look_at_tag(l, ref, d, ".att", options);
	}
	return rc;
}

int attached_read(struct op *op, struct source *s, const struct source_image *image,
		  const struct source_wish *wish, struct attached **ret, ptrdiff_t *ret_n)
{
	const struct registry_options options = { .insecure = wish->insecure };
	struct looking l = { .op = op };
	AUTO_REGISTRY *registry = NULL;
	str scheme = str_of(s->scheme);
	struct reference ref;
	int rc = attached_names(op, image, &l.about.p, &l.about.n);

	*ret = NULL;
	*ret_n = 0;
	if (rc < 0 || s->kind != SOURCE_IMAGES)
		return rc;
	l.about.cap = l.about.n;
	if (str_eq(scheme, S("oci-archive")) || str_starts(scheme, S("oci"))) {
		l.box = &s->open->box;
		rc = look_in_box(&l);
	} else if (str_eq(scheme, S("registry")) && !wish->offline &&
		   image->subject.reference.len) {
		if (reference_parse(op, image->subject.reference, &ref) < 0 ||
		    registry_open(op, &ref, &options, &registry) < 0)
			return op->code;
		l.registry = registry;
		rc = look_in_registry(&l, &ref, &options);
	}
	*ret = l.found.p;
	*ret_n = l.found.n;
	return rc;
}
