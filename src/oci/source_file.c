/*
 * Sources that are files: what a file is decides its bytes. A tar with the documents of an image is
 * an image, read where it lies; one that is compressed as a whole, and what comes on a pipe, is
 * kept in an unlinked file first. Another tar is a tree of files; a bill of materials is known by
 * its words; whatever is left is a file.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/tar.h"
#include "source_parts.h"

enum {
	PIECE = 256 << 10,
	GLANCE =
		64
		<< 10, /* bytes at both ends that tell an SBOM: Syft's says what it is at its end */
};

int source_keep_fd(struct op *op, struct source *s, int *fd)
{
	int *slot = vec_push(op, &s->open->fd);

	if (!slot)
		return op->code;
	*slot = *fd; /* the source closes it from now on */
	*fd = -1;
	return *slot;
}

int source_temp_dir(struct op *op, int *ret_fd)
{
	const char *place[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };

	for (size_t i = 0; i < 3; i++) {
		if (!place[i] || !place[i][0])
			continue;
		int rc = dir_open(op, AT_FDCWD, str_of(place[i]), false, ret_fd);
		if (rc != ERR_IO || i == 2)
			return rc;
		op_forgive(op);
	}
	return op_fail(op, ERR_IO, "no directory for temporary files");
}

int source_temp(struct op *op, int *ret_fd)
{
	AUTO_FD dir = -1;
	int rc = source_temp_dir(op, &dir);

	return rc < 0 ? rc : file_temp(op, dir, ret_fd);
}

/* --- what bytes are --- */

static bool has_any(str text, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find_str(text, str_of(word[i])) >= 0)
			return true;
	return false;
}

bool source_is_sbom(str head, str tail)
{
	static const char *const json[] = {
		"\"bomFormat\"",   "\"spdxVersion\"", "cyclonedx.org/schema/bom",
		"spdx.org/rdf/3.", "anchore/syft/",   "\"temper-sbom\""
	};
	static const char *const xml[] = { "cyclonedx.org/schema/bom" };
	static const char *const lines[] = { "SPDXVersion:" };

	if (str_starts(head, S("\xef\xbb\xbf")))
		head = str_from(head, 3);
	str text = str_trim(head);
	if (str_starts(text, S("{")))
		return has_any(text, json, sizeof(json) / sizeof(json[0])) ||
		       has_any(tail, json, sizeof(json) / sizeof(json[0]));
	if (str_starts(text, S("<")))
		return has_any(text, xml, 1);
	return str_starts(text, S("SPDXVersion:")) ||
	       (str_starts(text, S("#")) && has_any(text, lines, 1));
}

static int glance(struct op *op, int fd, str what, uint64_t size, bool *ret)
{
	struct op_mark mark = op_mark(op);
	size_t n = size < GLANCE ? (size_t)size : GLANCE;
	char *head = op_new(op, char, n), *tail = op_new(op, char, n);
	int rc;

	if (!head || !tail)
		return op->code;
	if ((rc = file_pread(op, fd, what, head, n, 0)) < 0 ||
	    (rc = file_pread(op, fd, what, tail, n, size - n)) < 0)
		return rc;
	*ret = source_is_sbom((str){ head, (ptrdiff_t)n }, (str){ tail, (ptrdiff_t)n });
	op_reset(op, mark);
	return 0;
}

/* --- keeping aside --- */

struct spool {
	str what;
	int fd;
	uint64_t done;
};

static int spool_add(struct op *op, struct spool *s, str bytes)
{
	s->done += (uint64_t)bytes.len;
	if (s->done > LIMIT_SPOOL)
		return op_fail(op, ERR_LIMIT, "%.*s has more than %llu bytes", STR_ARG(s->what),
			       (unsigned long long)LIMIT_SPOOL);
	return file_write(op, s->fd, S("a temporary file (see TMPDIR)"), bytes);
}

/* All that a descriptor gives. */
static int spool_pipe(struct op *op, int from, str what, int *ret_fd)
{
	AUTO_FD fd = -1;
	struct op_mark mark = op_mark(op);
	char *piece = op_new(op, char, PIECE);
	int rc = piece ? source_temp(op, &fd) : op->code;
	struct spool s = { .what = what, .fd = fd };
	ssize_t n = 0;

	while (rc == 0 && (n = read(from, piece, PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return op_fail_errno(op, "cannot read %.*s", STR_ARG(what));
		rc = spool_add(op, &s, (str){ piece, n });
	}
	if (rc < 0)
		return rc;
	op_reset(op, mark);
	*ret_fd = fd_take(&fd);
	return 0;
}

static int unpack(struct op *op, int from, str what, int *ret_fd)
{
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	char *piece = op_new(op, char, PIECE);
	size_t n = 0;
	int rc;

	if (!piece)
		return op->code;
	if ((rc = stream_open_fd(op, from, what, 0, UINT64_MAX, LIMIT_SPOOL, &in)) < 0)
		return rc;
	for (size_t got = 1; n < TAR_HEAD && got > 0; n += got) {
		if ((rc = stream_read(op, in, piece + n, PIECE - n, &got)) == 0)
			continue;
		if (rc == ERR_MEMORY || rc == ERR_IO)
			return rc;
		op_forgive(op);
		return 1;
	}
	if (!tar_is((str){ piece, (ptrdiff_t)n }))
		return 1;
	if ((rc = source_temp(op, &fd)) < 0)
		return rc;
	struct spool s = { .what = what, .fd = fd };
	do {
		if ((rc = spool_add(op, &s, (str){ piece, (ptrdiff_t)n })) < 0 ||
		    (rc = stream_read(op, in, piece, PIECE, &n)) < 0)
			return rc;
	} while (n > 0);
	*ret_fd = fd_take(&fd);
	return 0;
}

/* What a compressed file holds, if it begins like a tar: 1 if not. */
static int spool_unpacked(struct op *op, int from, str what, int *ret_fd)
{
	AUTO_OP own; /* decoders are large */

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	int rc = unpack(&own, from, what, ret_fd);
	return rc < 0 ? op_adopt_error(op, &own) : rc;
}

/* --- what the user names --- */

/* A file that stdin is redirected from is read where it lies. */
static int open_stdin(struct op *op, int *ret_fd)
{
	struct stat st;

	if (isatty(STDIN_FILENO))
		return op_fail(op, ERR_USAGE, "nothing comes on standard input: it is a terminal");
	if (fstat(STDIN_FILENO, &st) < 0 || !S_ISREG(st.st_mode) ||
	    lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
		return spool_pipe(op, STDIN_FILENO, S("standard input"), ret_fd);
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return op_fail_errno(op, "cannot use standard input");
	*ret_fd = fd;
	return 0;
}

/* A file, or what comes out of a pipe: "-", and what a shell makes of <(docker save x). */
static int open_place(struct op *op, str place, int *ret_fd)
{
	const char *name = op_cstr(op, place);
	struct stat st;

	if (!name)
		return op->code;
	if (str_eq(place, S("-")))
		return open_stdin(op, ret_fd);
	if (stat(name, &st) < 0 || !S_ISFIFO(st.st_mode))
		return file_open_user(op, place, ret_fd);
	AUTO_FD pipe = open(name, O_RDONLY | O_CLOEXEC);
	if (pipe < 0)
		return op_fail_errno(op, "cannot open %s", name);
	return spool_pipe(op, pipe, place, ret_fd);
}

/* --- files --- */

/* An archive's members into the source's box, unpacked before if it must be; 1: it is no archive.
 */
static int open_archive(struct op *op, struct source_ask *a, int *fd, str what)
{
	AUTO_FD unpacked = -1;
	char head[6] = { 0 };
	uint64_t size = 0;
	int rc = file_size(op, *fd, what, &size);
	size_t n = size < sizeof(head) ? (size_t)size : sizeof(head);

	if (rc < 0 || (rc = file_pread(op, *fd, what, head, n, 0)) < 0)
		return rc;
	if (stream_sniff((str){ head, (ptrdiff_t)n }) != STREAM_PLAIN) {
		if ((rc = spool_unpacked(op, *fd, what, &unpacked)) != 0)
			return rc;
		fd_close(fd);
		*fd = fd_take(&unpacked);
	}
	if ((rc = box_of_archive(op, *fd, what, &a->s->open->box)) != 0)
		return rc;
	if (a->s->open->box.member.n == 0) /* zeros alone are an empty tar, too */
		return 1;
	rc = source_keep_fd(op, a->s, fd);
	return rc < 0 ? rc : 0;
}

static int plain_file(struct op *op, struct source_ask *a, enum source_kind kind, int *fd, str what)
{
	int rc = file_size(op, *fd, what, &a->s->size);

	if (rc < 0)
		return rc;
	a->s->kind = kind;
	if ((rc = source_keep_fd(op, a->s, fd)) < 0)
		return rc;
	a->s->fd = rc;
	return 0;
}

/* A tar that is no image: its files, as a layer that nobody gave a digest. */
static int plain_tar(struct op *op, struct source_ask *a, int fd, str what)
{
	struct source_image *image = op_new(op, struct source_image, 1);
	struct tree_layer *layer = op_new(op, struct tree_layer, 1);
	int rc;

	if (!image || !layer)
		return op->code;
	if ((rc = file_size(op, fd, what, &a->s->size)) < 0)
		return rc;
	*layer = (struct tree_layer){ .fd = fd, .size = a->s->size, .what = what };
	*image = (struct source_image){ .layer = layer, .layer_n = 1 };
	image->subject.kind = SUBJECT_FILE;
	a->s->kind = SOURCE_TAR;
	a->s->fd = fd;
	a->s->image = image;
	a->s->image_n = 1;
	return 0;
}

int source_from_box(struct op *op, struct source_ask *a, str name)
{
	return box_has(&a->s->open->box, S("manifest.json")) ||
			       !box_has(&a->s->open->box, S("oci-layout"))
		       ? source_docker_box(op, a, name)
		       : source_oci_box(op, a, name);
}

/* Whatever is behind *fd, which becomes the source's. 1: `name` is wanted, and it holds no images.
 */
static int open_any(struct op *op, struct source_ask *a, int *fd, str what, str name)
{
	int rc = open_archive(op, a, fd, what);
	bool sbom = false, tar = rc == 0;

	if (rc < 0)
		return rc;
	if (tar && (rc = box_holds_image(op, &a->s->open->box)) != 0)
		return rc < 0 ? rc : source_from_box(op, a, name);
	if (name.len)
		return 1;
	if (tar)
		return plain_tar(op, a, a->s->open->box.fd, what);
	if ((rc = file_size(op, *fd, what, &a->s->size)) < 0 ||
	    (rc = glance(op, *fd, what, a->s->size, &sbom)) < 0)
		return rc;
	return plain_file(op, a, sbom ? SOURCE_SBOM : SOURCE_FILE, fd, what);
}

/* What stands at a path: S_IFDIR, S_IFREG ..., or 0. */
static mode_t kind_at(struct op *op, str path)
{
	const char *name = op_cstr(op, path);
	struct stat st;

	return name && stat(name, &st) == 0 ? st.st_mode & S_IFMT : 0;
}

static int no_file(struct source_ask *a)
{
	a->why = S("no such file or directory");
	return 1;
}

/* PLACE, or PLACE:NAME (PLACE@DIGEST) if there is no such place but for the name. 1: there is none.
 */
static int split_place(struct op *op, struct source_ask *a, str *place, str *ret_name)
{
	str all = *place;

	*ret_name = S("");
	if (kind_at(op, all) || str_eq(all, S("-")))
		return 0;
	for (ptrdiff_t i = 1; i < all.len; i++) {
		if ((all.p[i] != ':' && all.p[i] != '@') || !kind_at(op, str_head(all, i)))
			continue;
		*place = str_head(all, i);
		*ret_name = str_from(all, i + 1);
		return 0;
	}
	return op->code < 0 ? op->code : no_file(a);
}

static int from_archive(struct op *op, struct source_ask *a, str place,
			int (*open)(struct op *op, struct source_ask *a, str name))
{
	AUTO_FD fd = -1;
	str name;
	int rc = split_place(op, a, &place, &name);

	if (rc || (rc = open_place(op, place, &fd)) < 0)
		return rc;
	if ((rc = open_archive(op, a, &fd, place)) > 0)
		return op_fail(op, ERR_FORMAT, "%.*s is no tar archive of an image",
			       STR_ARG(place));
	return rc < 0 ? rc : open(op, a, name);
}

int source_from_docker_archive(struct op *op, struct source_ask *a, str place)
{
	return from_archive(op, a, place, source_docker_box);
}

int source_from_oci_archive(struct op *op, struct source_ask *a, str place)
{
	return from_archive(op, a, place, source_oci_box);
}

static int open_directory(struct op *op, struct source_ask *a, str place)
{
	AUTO_FD fd = -1;
	int rc = dir_open(op, AT_FDCWD, place, false, &fd);

	return rc < 0 ? rc : source_keep_fd(op, a->s, &fd);
}

static int open_layout(struct op *op, struct source_ask *a, str place, str name)
{
	int fd = open_directory(op, a, place);

	if (fd < 0)
		return fd;
	a->s->open->box = box_of_directory(op, fd, place);
	return source_oci_box(op, a, name);
}

int source_from_layout(struct op *op, struct source_ask *a, str place)
{
	str name;
	int rc = split_place(op, a, &place, &name);

	return rc ? rc : open_layout(op, a, place, name);
}

int source_from_directory(struct op *op, struct source_ask *a, str place)
{
	if (!kind_at(op, place))
		return op->code < 0 ? op->code : no_file(a);
	int fd = open_directory(op, a, place);
	if (fd < 0)
		return fd;
	a->s->kind = SOURCE_DIRECTORY;
	a->s->fd = fd;
	return 0;
}

static int from_plain(struct op *op, struct source_ask *a, str place, enum source_kind kind)
{
	AUTO_FD fd = -1;

	if (!str_eq(place, S("-")) && !kind_at(op, place))
		return op->code < 0 ? op->code : no_file(a);
	int rc = open_place(op, place, &fd);
	return rc < 0 ? rc : plain_file(op, a, kind, &fd, place);
}

int source_from_file(struct op *op, struct source_ask *a, str place)
{
	return from_plain(op, a, place, SOURCE_FILE);
}

int source_from_sbom(struct op *op, struct source_ask *a, str place)
{
	return from_plain(op, a, place, SOURCE_SBOM);
}

/* A bare name that is a file or directory: a name behind it only where there are images in it,
 * since "debian:13" beside a directory "debian" means something else. */
int source_from_path(struct op *op, struct source_ask *a, str place)
{
	AUTO_FD fd = -1;
	str name;
	int rc = split_place(op, a, &place, &name);
	mode_t kind = rc ? 0 : kind_at(op, place);

	if (rc)
		return rc;
	if (kind == S_IFDIR) {
		str mark;
		if ((rc = op_text(op, &mark, "%.*s/oci-layout", STR_ARG(place))) < 0)
			return rc;
		if (kind_at(op, mark))
			return open_layout(op, a, place, name);
		return name.len ? no_file(a) : source_from_directory(op, a, place);
	}
	if ((rc = open_place(op, place, &fd)) < 0)
		return rc;
	rc = open_any(op, a, &fd, place, name);
	return rc > 0 ? no_file(a) : rc;
}

int source_from_stdin(struct op *op, struct source_ask *a)
{
	AUTO_FD fd = -1;
	int rc = open_stdin(op, &fd);

	return rc < 0 ? rc : open_any(op, a, &fd, S("standard input"), S(""));
}
