/*
 * An archive of an image, opened in place. An input that begins with a bracket is a document (Docker's
 * manifest.json or repositories, or a layout's index.json) in an archive that has a configuration and a
 * layer; any other is the archive itself, its checksums put right so that mutations get past them. What
 * is opened lies within the archive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "codec/tar.h"
#include "oci/source_parts.h"

#define LAYER_ID "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

static const char config[] = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" LAYER_ID
			     "\"]}}";

static void member(struct buf *b, const char *path, str bytes)
{
	tar_header(b, &(struct tar_entry){ .path = str_of(path), .mode = 0644, .size = (uint64_t)bytes.len });
	buf_add(b, bytes);
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding((uint64_t)bytes.len));
}

/* The document as whichever it may be, beside what it can name. */
static str archive_of(struct buf *b, str document)
{
	static const char zeros[1024];
	char path[BOX_BLOB];
	struct digest d = digest_of(str_of(config));

	member(b, "c.json", str_of(config));
	member(b, box_blob_path(&d, path).p, str_of(config));
	member(b, "l/layer.tar", (str){ zeros, sizeof(zeros) });
	member(b, "l/json", str_of(config));
	member(b, "blobs/sha256/" LAYER_ID, (str){ zeros, sizeof(zeros) });
	member(b, "oci-layout", S("{}"));
	member(b, document.p[0] == '[' ? "manifest.json" : "index.json", document);
	if (document.p[0] == '{')
		member(b, "repositories", document);
	buf_repeat(b, '\0', TAR_END);
	return buf_view(b);
}

static void repair(char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (uint8_t)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
}

static void open_images(struct op *op, int fd, uint64_t size, bool oci)
{
	static const struct source_wish wish = { .all_platforms = true };
	struct source_open open = { 0 };
	struct source s = { .fd = -1, .open = &open };
	struct source_ask a = { .wish = &wish, .s = &s };

	if (box_of_archive(op, fd, S("archive"), &open.box) == 0 &&
	    (oci ? source_oci_box(op, &a, S("")) : source_docker_box(op, &a, S(""))) == 0)
		for (ptrdiff_t i = 0; i < s.image_n; i++) {
			MUST(s.image[i].layer_n <= LIMIT_LAYERS_READ &&
			     s.image[i].subject.layer_n == s.image[i].layer_n);
			for (ptrdiff_t k = 0; k < s.image[i].layer_n; k++)
				MUST(s.image[i].layer[k].size <= size &&
				     s.image[i].layer[k].offset <= size - s.image[i].layer[k].size);
		}
	MUST(op->code == 0 || op->text[0]);
	box_close(&open.box);
	op_forgive(op);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct buf b;
	str bytes = { (const char *)data, (ptrdiff_t)size };

	op_init(&op, 64 << 20);
	buf_init(&b, &op, 16 << 20);
	if (size && (data[0] == '[' || data[0] == '{')) {
		bytes = archive_of(&b, bytes);
	} else if (size) {
		buf_add(&b, bytes);
		for (size_t at = 0; !b.bad && at + 512 <= size; at += 512)
			if (memcmp(b.p + at + 257, "ustar", 5) == 0)
				repair(b.p + at);
		bytes = buf_view(&b);
	}
	AUTO_FD fd = memfd_create("archive", MFD_CLOEXEC);
	if (fd < 0 || b.bad || file_write(&op, fd, S("archive"), bytes) < 0)
		return 0;
	open_images(&op, fd, (uint64_t)bytes.len, false);
	open_images(&op, fd, (uint64_t)bytes.len, true);
	return 0;
}
