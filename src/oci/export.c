#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "base/limits.h"
#include "daemon.h"

struct job {
	const struct store *store;
	struct image_descriptor root;
	str name; /* "nginx:1.28", or empty */
	str place;
	bool among; /* others */
};

int archive_to_file(struct op *op, void *to, str bytes)
{
	return file_write(op, *(int *)to, S("the image"), bytes);
}

/* The tag of a full name; "latest" of none. */
static str tag_of(str name)
{
	ptrdiff_t colon = str_rfind(name, ':');

	return name.len == 0 ? S("latest") : str_from(name, colon + 1);
}

/* The name as containerd and Docker write it in full: docker.io/library/nginx:1.28. */
static int full_name(struct op *op, str name, str *ret)
{
	str rest = name, first = str_cut(&rest, '/');

	if (name.len == 0) {
		*ret = S("");
		return 0;
	}
	if (rest.p && (str_find(first, '.') >= 0 || str_find(first, ':') >= 0 ||
		       str_eq(first, S("localhost"))))
		return op_copy(op, name, ret);
	return op_text(op, ret, "docker.io/%s%.*s", rest.p ? "" : "library/", STR_ARG(name));
}

static int entry_of(struct op *op, const struct job *job, str tag, struct layout_entry *ret)
{
	struct layout_entry e = { .media_type = job->root.media_type,
				  .digest = job->root.digest,
				  .size = job->root.size,
				  .ref_name = tag };
	int rc = full_name(op, job->name, &e.full_name);

	if (rc < 0)
		return rc;
	*ret = e;
	return 0;
}

/* Is the blob there already, whole? */
static bool has_blob(int dirfd, const char *hex, const struct image_descriptor *d)
{
	AUTO_OP op;
	AUTO_FD fd = -1;
	AUTO_HASH *hash = NULL;
	struct digest got;
	char piece[1 << 16];
	uint64_t size = 0;

	op_init(&op, 0);
	if (file_open(&op, dirfd, str_of(hex), &fd) != 0 ||
	    file_size(&op, fd, str_of(hex), &size) < 0 || size != d->size ||
	    hash_open(&op, HASH_SHA256, &hash) < 0)
		return false;
	for (ssize_t n; (n = read(fd, piece, sizeof(piece))) != 0;) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			hash_add(hash, (str){ piece, n });
	}
	hash_result(hash, HASH_SHA256, got.b);
	return digest_eq(&got, &d->digest);
}

static int export_blob(struct op *op, const struct store *s, int blobs,
		       const struct image_descriptor *d)
{
	AUTO_FILE_NEW f = { .fd = -1 };
	char hex[DIGEST_HEX];
	int rc;

	if (has_blob(blobs, digest_hex(&d->digest, hex), d))
		return 0;
	if ((rc = file_new_open(op, blobs, 0644, &f)) < 0 ||
	    (rc = blob_copy(op, s, d, archive_to_file, &f.fd)) < 0)
		return rc;
	return file_new_publish(op, &f, str_of(hex));
}

/* Blobs first, the name last: an image that index.json names is whole. */
static int fill_layout(struct op *op, const struct job *job, int dir, str what, str tag)
{
	AUTO_FD blobs = -1;
	AUTO_FD lock = -1;
	struct layout_entry e;
	struct closure c;
	struct doc doc;
	int rc = closure_read(op, job->store, &job->root, NULL, NULL, &c);

	if (rc < 0 || (rc = layout_make(op, dir)) < 0 ||
	    (rc = dir_open(op, dir, S("blobs/sha256"), true, &blobs)) < 0)
		return rc;
	for (ptrdiff_t i = c.n - 1; i >= 0; i--)
		if ((rc = export_blob(op, job->store, blobs, &c.blob[i])) < 0)
			return rc;
	if ((rc = entry_of(op, job, tag, &e)) < 0 ||
	    (rc = layout_lock_file(op, dir, "oci-layout", F_WRLCK, &lock)) < 0 ||
	    (rc = layout_read(op, dir, what, &doc)) < 0)
		return rc;
	return layout_write(op, dir, &doc, &e, 1, S(""));
}

/* DIR or, as skopeo writes it, DIR:TAG. */
static void split_place(str place, str *ret_dir, str *ret_tag)
{
	ptrdiff_t colon = str_rfind(place, ':');

	*ret_dir = place;
	if (colon <= str_rfind(place, '/') || colon <= 0 || colon == place.len - 1)
		return;
	*ret_dir = str_head(place, colon);
	*ret_tag = str_from(place, colon + 1);
}

static int export_dir(struct op *op, const struct job *job)
{
	AUTO_FD dir = -1;
	struct stat st;
	str place, what, tag = job->among ? job->name : tag_of(job->name);
	int rc;

	split_place(job->place, &place, &tag);
	const char *path = op_cstr(op, place);
	if (!path || (rc = op_text(op, &what, "%s/index.json", path)) < 0)
		return op->code;
	bool is_new = stat(path, &st) < 0 && errno == ENOENT;
	if ((rc = dir_open(op, AT_FDCWD, place, true, &dir)) < 0)
		return rc;
	if ((rc = fill_layout(op, job, dir, what, tag)) < 0 && is_new)
		(void)!dir_remove(op, AT_FDCWD, place);
	return rc;
}

/* The directory of a file that is to be written whole. */
static int open_file(struct op *op, str path, struct file_new *ret, int *ret_dir)
{
	str dir = str_rfind(path, '/') == 0 ? S("/") : str_dir_name(path);
	int rc;

	if (str_base_name(path).len == 0)
		return op_fail(op, ERR_USAGE, "'%.*s' is not the name of a file", STR_ARG(path));
	if ((rc = dir_open(op, AT_FDCWD, dir, false, ret_dir)) < 0)
		return rc;
	return file_new_open(op, *ret_dir, 0644, ret);
}

static int export_oci_archive(struct op *op, const struct job *job)
{
	AUTO_FD dir = -1;
	AUTO_FILE_NEW f = { .fd = -1 };
	struct layout_entry e;
	int rc;

	if ((rc = entry_of(op, job, tag_of(job->name), &e)) < 0 ||
	    (rc = open_file(op, job->place, &f, &dir)) < 0 ||
	    (rc = archive_write_oci(op, job->store, &e, archive_to_file, &f.fd)) < 0)
		return rc;
	return file_new_publish(op, &f, str_base_name(job->place));
}

/* The one image that a Docker archive holds. */
static int one_image(struct op *op, const struct job *job, struct image *ret)
{
	int rc = image_get(op, job->store, &job->root.digest, S(""), ret);

	return rc > 0 ? op_fail(op, ERR_FORMAT, "the image is not whole in the store") : rc;
}

static int export_docker_archive(struct op *op, const struct job *job)
{
	AUTO_FD dir = -1;
	AUTO_FILE_NEW f = { .fd = -1 };
	struct image image;
	int rc;

	if ((rc = one_image(op, job, &image)) < 0 ||
	    (rc = open_file(op, job->place, &f, &dir)) < 0 ||
	    (rc = archive_write_docker(op, job->store, &image, job->name, archive_to_file, &f.fd)) <
		    0)
		return rc;
	return file_new_publish(op, &f, str_base_name(job->place));
}

static int export_daemon(struct op *op, const struct job *job, enum daemon_kind kind)
{
	str name = job->name;
	struct image image;
	int rc = job->place.len ? store_name(op, job->place, &name) : 0;

	if (rc < 0 || (rc = one_image(op, job, &image)) < 0)
		return rc;
	return daemon_load(op, job->store, kind, &image, name);
}

static int export_docker(struct op *op, const struct job *job)
{
	return export_daemon(op, job, DAEMON_DOCKER);
}

static int export_podman(struct op *op, const struct job *job)
{
	return export_daemon(op, job, DAEMON_PODMAN);
}

static const struct way {
	const char *scheme;
	int (*run)(struct op *op, const struct job *job);
	bool needs_place;
} ways[] = {
	{ "oci-dir", export_dir, true },
	{ "oci", export_dir, true },
	{ "oci-archive", export_oci_archive, true },
	{ "docker-archive", export_docker_archive, true },
	{ "docker", export_docker },
	{ "podman", export_podman },
};

static int find_way(struct op *op, str to, const struct way **ret, str *ret_place)
{
	str place = to, scheme = str_cut(&place, ':');

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!place.p || !str_eq(scheme, str_of(ways[i].scheme)))
			continue;
		if (ways[i].needs_place && place.len == 0)
			return op_fail(op, ERR_USAGE, "'%.*s' names no place", STR_ARG(to));
		*ret = &ways[i];
		*ret_place = place;
		return 0;
	}
	return op_fail(op, ERR_USAGE,
		       "'%.*s' is no place for an image; places are oci-dir:DIR, oci-archive:FILE, "
		       "docker-archive:FILE, docker: and podman:",
		       STR_ARG(to));
}

int image_export_check(struct op *op, str to)
{
	const struct way *way;
	str place;

	return find_way(op, to, &way, &place);
}

static int export_one(struct op *op, const struct store *s, const struct digest *what, str name,
		      str to, bool among)
{
	struct job job = { .store = s, .among = among };
	const struct way *way = NULL;
	char text[DIGEST_TEXT];
	int rc = name.len ? store_name(op, name, &job.name) : 0;

	if (rc < 0 || (rc = find_way(op, to, &way, &job.place)) < 0)
		return rc;
	if ((rc = closure_root(op, s, what, &job.root)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_USAGE, "image %s is not in the store",
					digest_text(what, text));
	rc = way->run(op, &job);
	return rc < 0 && rc != ERR_USAGE ? op_fail_in(op, "%.*s", STR_ARG(to)) : rc;
}

int image_export(struct op *op, const struct store *s, const struct digest *what, str name, str to)
{
	return export_one(op, s, what, name, to, false);
}

int image_export_among(struct op *op, const struct store *s, const struct digest *what, str name,
		       str to)
{
	return export_one(op, s, what, name, to, true);
}
