#include "side.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "sbom/read.h"
#include "sys/file.h"

enum { BILL_HEAD = 4096 }; /* bytes by which a bill of materials is recognised */

static const char carried_lock[] = "usr/share/temper/lock.json";

static bool wants(void *arg, str path, uint64_t size)
{
	const struct image_tree_wish *more = arg;

	if (size <= LIMIT_CAPTURE && str_eq(path, str_of(carried_lock)))
		return true;
	return more && more->wants && more->wants(more->arg, path, size);
}

bool side_file(const struct side *s, str path, str *ret)
{
	const struct entry *e = s->has_image ? image_tree_find(&s->tree, path) : NULL;

	if (!e || e == &s->tree.root || !s->tree.content[e - s->tree.entry].p)
		return false;
	*ret = s->tree.content[e - s->tree.entry];
	return true;
}

int side_own_cmp(const void *a, const void *b)
{
	const struct side_own *x = a, *y = b;
	int order = str_cmp(str_of(x->kind), str_of(y->kind));

	return order ? order : str_cmp(x->name, y->name);
}

static int add_own(struct op *op, struct side *s, const char *kind, str name, str version,
		   const struct digest *d)
{
	struct side_own *own = &s->own[s->own_n++];
	char text[DIGEST_TEXT];

	*own = (struct side_own){ kind, name, version };
	return version.len ? 0 : op_copy(op, str_of(digest_text(d, text)), &own->version);
}

/* What the lock names beside packages. */
static int own_of_lock(struct op *op, const struct lock *lock, const struct lock_platform *p,
		       struct side *s)
{
	int rc = 0;

	if (!(s->own = op_new(op, struct side_own, p->artifact_n + lock->certificate_n)))
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < p->artifact_n; i++) {
		const struct lock_artifact *a = &p->artifact[i];
		rc = add_own(op, s, "artifact", a->name, a->version, &a->sha256);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < lock->certificate_n; i++) {
		const struct lock_certificate *c = &lock->certificate[i];
		rc = add_own(op, s, "certificate", c->subject, S(""), &c->sha256);
	}
	if (s->own_n > 1)
		qsort(s->own, (size_t)s->own_n, sizeof(*s->own), side_own_cmp);
	return rc;
}

static int packages_of_lock(struct op *op, const struct lock *lock, const struct lock_platform *p,
			    struct side *s)
{
	int rc = own_of_lock(op, lock, p, s);

	if (rc < 0)
		return rc;
	s->suite = lock->suite;
	s->package_n = p->package_n;
	if (!(s->package = op_new(op, struct side_package, p->package_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < p->package_n; i++) {
		const struct lock_package *l = &p->package[i];
		s->package[i] = (struct side_package){ .type = "deb",
						       .name = l->name,
						       .version = l->version,
						       .arch = l->arch,
						       .source = l->source,
						       .source_version = l->source_version,
						       .suite = lock_origin(l),
						       .other = l->local || l->repository.len,
						       .path = l->path,
						       .deb = l->sha256 };
	}
	return 0;
}

static int read_image(struct op *op, const struct store *store, const struct digest *digest,
		      str platform, const struct image_tree_wish *more, struct side *s)
{
	struct image_tree_wish wish = { .digests = true, .wants = wants };
	int rc = image_get(op, store, digest, platform, &s->image);

	wish.arg = (void *)(uintptr_t)more;
	if (rc)
		return rc < 0 ? rc
			      : op_fail(op, ERR_IO, "%.*s is not whole in the store",
					STR_ARG(s->name));
	s->manifest = s->image.manifest.digest;
	s->has_image = true;
	rc = op_text(op, &s->platform, "%.*s/%.*s", STR_ARG(s->image.config.os),
		     STR_ARG(s->image.config.architecture));
	return rc < 0 ? rc : image_tree_read(op, store, &s->image, &wish, &s->tree);
}

/* The lock's platform that was asked for, or this machine's, or the first. */
static const struct lock_platform *choose(const struct lock *lock, str platform)
{
	const struct platform *want = platform.len ? platform_find(platform) : platform_host();
	const struct lock_platform *found = want ? lock_platform_find(lock, want) : NULL;

	return found || platform.len || lock->platform_n == 0 ? found : &lock->platform[0];
}

static int open_lock(struct op *op, const struct store *store, str path, str platform,
		     const struct image_tree_wish *more, struct side *s)
{
	struct lock lock;
	str text;
	int rc = file_read_user(op, path, LIMIT_LOCK, &text);

	if (rc < 0 || (rc = lock_read(op, path, text, &lock)) < 0)
		return rc;
	const struct lock_platform *p = choose(&lock, platform);
	if (!p)
		return op_fail(op, ERR_USAGE, "%.*s has no platform %.*s", STR_ARG(path),
			       STR_ARG(platform));
	s->platform = str_of(p->platform->name);
	if (!digest_is_zero(&p->manifest) && store_blob_has(store, &p->manifest) &&
	    (rc = read_image(op, store, &p->manifest, S(""), more, s)) < 0)
		return rc;
	s->manifest = p->manifest;
	rc = lock_inventory(op, &lock, p, &s->inventory);
	return rc < 0 ? rc : packages_of_lock(op, &lock, p, s);
}

/* What the lock in an image knows more of a package that dpkg's database names too. */
static void enrich(struct side *s, const struct lock *lock)
{
	s->suite = lock->suite;
	for (ptrdiff_t i = 0; i < s->package_n; i++) {
		struct side_package *p = &s->package[i];
		const struct lock_package *l = lock_package_find(&lock->platform[0], p->name);
		if (!l || !str_eq(str_of(p->type), S("deb")) || !str_eq(l->version, p->version))
			continue;
		p->suite = lock_origin(l);
		p->other = l->local || l->repository.len;
		p->path = l->path;
		p->deb = l->sha256;
	}
}

static int open_image(struct op *op, const struct store *store, str from, str platform,
		      const struct image_tree_wish *more, struct side *s)
{
	struct image_descriptor d;
	struct lock lock;
	str text, name;
	int rc = image_import(op, store, from, &d, &name);

	if (rc < 0 || (rc = read_image(op, store, &d.digest, platform, more, s)) < 0 ||
	    (rc = side_inventory(op, store, s)) < 0 || (rc = side_packages(op, s)) < 0)
		return rc;
	if (!side_file(s, str_of(carried_lock), &text))
		return 0;
	if ((rc = lock_read(op, S("the image's lock"), text, &lock)) < 0)
		return rc;
	if (lock.platform_n != 1)
		return op_fail(op, ERR_FORMAT, "%.*s: its lock has not exactly one platform",
			       STR_ARG(from));
	enrich(s, &lock);
	return own_of_lock(op, &lock, &lock.platform[0], s);
}

/* 1: it is no bill of materials. */
static int open_bill(struct op *op, str path, struct side *s)
{
	struct inventory *v = &s->inventory;
	AUTO_FD fd = -1;
	SCRATCH char head[BILL_HEAD];
	bool said = str_starts(path, S("sbom:"));
	str bytes;
	int rc;

	path = said ? str_from(path, 5) : path;
	if (!said && !str_ends(path, S(".json")) && !str_ends(path, S(".xml")) &&
	    !str_ends(path, S(".spdx")))
		return 1;
	if ((rc = file_open_user(op, path, &fd)) < 0)
		return rc;
	ssize_t n = pread(fd, head, sizeof(head), 0);
	if (!said && (n <= 0 || !sbom_form((str){ head, n })))
		return 1;
	if ((rc = file_read_fd(op, fd, path, LIMIT_SBOM, &bytes)) < 0)
		return rc;
	if ((rc = sbom_read(op, path, bytes, v)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT,
					"%.*s is no bill of materials that temper knows",
					STR_ARG(path));
	s->name = path;
	s->is_bill = true;
	s->platform = v->subject.platform;
	s->manifest = v->subject.manifest;
	return side_packages(op, s);
}

int side_open(struct op *op, const struct store *store, str what, str platform,
	      const struct image_tree_wish *more, struct side *ret)
{
	bool recipe = str_ends(what, S(".yaml")) || str_ends(what, S(".yml"));
	struct side s = { .name = what };
	str path = what;
	int rc = recipe ? lock_path(op, what, &path) : open_bill(op, what, &s);
	bool lock = recipe || (rc > 0 && str_ends(what, S(".json")));

	map_init(&s.owner, op);
	if (rc < 0)
		return rc;
	if (lock)
		rc = open_lock(op, store, path, platform, more, &s);
	else if (rc > 0)
		rc = open_image(op, store, what, platform, more, &s);
	if (rc == 0 && lock && s.has_image)
		rc = side_inventory(op, store, &s);
	if (rc < 0)
		return rc;
	if (s.package_n > 1)
		qsort(s.package, (size_t)s.package_n, sizeof(*s.package), side_package_cmp);
	*ret = s;
	return s.has_image ? side_owners(op, ret) : 0;
}
