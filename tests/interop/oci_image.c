/*
 * oci_image STORE make NAME gzip|zstd|plain     a small image with whiteouts and links
 * oci_image STORE export NAME TO                image_export()
 * oci_image STORE import FROM                   image_import(); prints the diff_ids
 * oci_image STORE unpack NAME DIR               image_tree_unpack()
 *
 * What tests/interop/oci.sh puts between the store and other people's tools.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "oci/image_tree.h"
#include "unit/oci/fixture.h"

static const char spec[] = "d bin\nf bin/hello hello\nd etc\nf etc/gone old\nd usr/lib\ns lib usr/lib\n--\n"
			   "f lib/x.so library\nh bin/hi bin/hello\n--\nf etc/.wh.gone\nf etc/motd welcome";

static int make(struct op *op, const struct store *s, const char *name, const char *how)
{
	struct store_image image = { .name = str_of(name) };
	struct image_descriptor d;
	int rc = fixture_image(op, s, str_of(spec), how[0] == 'p' ? NULL : how, &d);

	if (rc < 0)
		return rc;
	image.media_type = d.media_type;
	image.digest = d.digest;
	image.size = d.size;
	return store_image_put(op, s, &image);
}

static int export(struct op *op, const struct store *s, const char *name, const char *to)
{
	struct image_descriptor d;
	str full;
	int rc = image_import(op, s, str_of(name), &d, &full);

	return rc < 0 ? rc : image_export(op, s, &d.digest, full, str_of(to));
}

static int import(struct op *op, const struct store *s, const char *from)
{
	struct image_descriptor d;
	char text[DIGEST_TEXT];
	struct image image;
	str name;
	int rc = image_import(op, s, str_of(from), &d, &name);

	if (rc < 0 || (rc = image_get(op, s, &d.digest, S(""), &image)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < image.config.layer_n; i++)
		(void)printf("%s\n", digest_text(&image.config.layer[i].diff_id, text));
	return 0;
}

static int unpack(struct op *op, const struct store *s, const char *name, const char *path)
{
	struct image_descriptor d;
	struct image image;
	AUTO_FD dir = -1;
	str full;
	int rc = image_import(op, s, str_of(name), &d, &full);

	if (rc < 0 || (rc = image_get(op, s, &d.digest, S(""), &image)) < 0 ||
	    (rc = dir_open(op, AT_FDCWD, str_of(path), true, &dir)) < 0)
		return rc;
	return image_tree_unpack(op, s, &image, dir, false);
}

int main(int argc, char **argv)
{
	AUTO_OP op;
	AUTO_STORE s = FIXTURE_STORE;
	int rc = ERR_USAGE;

	op_init(&op, 0);
	if (argc < 4 || store_open(&op, str_of(argv[1]), &s) < 0)
		rc = op_fail(&op, ERR_USAGE, "usage: oci_image STORE make|export|import|unpack ...");
	else if (strcmp(argv[2], "make") == 0 && argc == 5)
		rc = make(&op, &s, argv[3], argv[4]);
	else if (strcmp(argv[2], "export") == 0 && argc == 5)
		rc = export(&op, &s, argv[3], argv[4]);
	else if (strcmp(argv[2], "import") == 0)
		rc = import(&op, &s, argv[3]);
	else if (strcmp(argv[2], "unpack") == 0 && argc == 5)
		rc = unpack(&op, &s, argv[3], argv[4]);
	if (rc == 0)
		return 0;
	(void)fprintf(stderr, "oci_image: %s\n", op.text);
	return 1;
}
