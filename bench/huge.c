/*
 * huge: a docker archive of many layers and very many tiny files, with one large file a layer:
 * usage: huge FILES LAYERS BYTES OUT.tar
 *
 * FILES are spread over the layers, 50 in a directory, some of them replaced and removed by later
 * layers; BYTES is what the archive has in all, about. The same arguments give the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "codec/digest.h"
#include "codec/json.h"
#include "codec/tar.h"
#include "sys/file.h"

enum { IN_DIRECTORY = 50, BLOCK = 1 << 20, LAYERS_MAX = 120 };

struct out {
	struct op *op;
	int fd;
	uint64_t at;
	struct hash *hash; /* of the layer */
	struct buf b;
};

static int flush(struct out *o)
{
	str bytes = buf_view(&o->b);

	hash_add(o->hash, bytes);
	int rc = file_pwrite(o->op, o->fd, S("archive"), bytes, o->at);
	o->at += (uint64_t)bytes.len;
	o->b.len = 0;
	return rc;
}

static int put_file(struct out *o, const char *path, uint64_t size, enum tar_type type)
{
	static char filler[BLOCK];
	struct tar_entry e = { .path = str_of(path),
			       .type = type,
			       .mode = type == TAR_DIRECTORY ? 0755 : 0644,
			       .size = size,
			       .mtime = 1 };

	tar_header(&o->b, &e);
	for (uint64_t left = size; left > 0;) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		memset(filler, (int)('a' + left % 26), n);
		buf_add(&o->b, (str){ filler, (ptrdiff_t)n });
		left -= n;
		if (o->b.len >= BLOCK && flush(o) < 0)
			return o->op->code;
	}
	buf_repeat(&o->b, '\0', (ptrdiff_t)tar_padding(size));
	return o->b.bad ? o->op->code : o->b.len >= BLOCK ? flush(o) : 0;
}

static int put_layer(struct out *o, int layer, uint64_t files, uint64_t large)
{
	char path[256];
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < files; i++) {
		uint64_t d = i / IN_DIRECTORY;
		if (i % IN_DIRECTORY == 0) {
			snprintf(path, sizeof(path), "srv/app-%02d/node_modules/package-%06llu",
				 layer, (unsigned long long)d);
			rc = put_file(o, path, 0, TAR_DIRECTORY);
		}
		/* One in twenty replaces a file of the layer below. */
		int at = layer > 0 && i % 20 == 7 ? layer - 1 : layer;
		snprintf(path, sizeof(path),
			 "srv/app-%02d/node_modules/package-%06llu/module-%03llu.js", at,
			 (unsigned long long)d, (unsigned long long)(i % IN_DIRECTORY));
		rc = rc < 0 ? rc : put_file(o, path, 10 + i % 60, TAR_FILE);
	}
	snprintf(path, sizeof(path), "srv/data-%02d.bin", layer);
	if (rc == 0)
		rc = put_file(o, path, large, TAR_FILE);
	buf_repeat(&o->b, '\0', TAR_END);
	return rc < 0 ? rc : flush(o);
}

/* An entry of the outer archive whose size is known only once it is written. */
static int outer(struct out *o, const char *name, uint64_t from)
{
	struct buf head;
	struct tar_entry e = {
		.path = str_of(name), .type = TAR_FILE, .mode = 0644, .size = o->at - from
	};

	buf_init(&head, o->op, 4096);
	tar_header(&head, &e);
	MUST(head.len == 512);
	if (file_pwrite(o->op, o->fd, S("archive"), buf_view(&head), from - 512) < 0)
		return o->op->code;
	o->at += tar_padding(e.size) + 512; /* room for the next header */
	return 0;
}

static int put_text(struct out *o, const char *name, str text)
{
	uint64_t from = o->at;

	buf_add(&o->b, text);
	int rc = flush(o);
	return rc < 0 ? rc : outer(o, name, from);
}

static int write_archive(struct out *o, uint64_t files, int layers, uint64_t bytes)
{
	struct digest id[LAYERS_MAX], config_id;
	char name[128], text[DIGEST_TEXT];
	struct buf config, manifest;
	uint64_t small = files * 1024;
	uint64_t large = bytes > small ? (bytes - small) / (uint64_t)layers : 0;

	o->at = 512;
	for (int i = 0; i < layers; i++) {
		uint64_t from = o->at;
		hash_restart(o->hash);
		if (put_layer(o, i, files / (uint64_t)layers, large) < 0)
			return o->op->code;
		hash_result(o->hash, HASH_SHA256, id[i].b);
		snprintf(name, sizeof(name), "%03d/layer.tar", i);
		if (outer(o, name, from) < 0)
			return o->op->code;
	}
	buf_init(&config, o->op, 1 << 20);
	buf_add(&config, S("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{"
			   "\"type\":\"layers\",\"diff_ids\":["));
	for (int i = 0; i < layers; i++)
		buf_fmt(&config, "%s\"%s\"", i ? "," : "", digest_text(&id[i], text));
	buf_add(&config, S("]}}"));
	config_id = digest_of(buf_view(&config));
	snprintf(name, sizeof(name), "%s.json", digest_hex(&config_id, text));
	buf_init(&manifest, o->op, 1 << 20);
	buf_fmt(&manifest, "[{\"Config\":\"%s\",\"RepoTags\":[\"huge:latest\"],\"Layers\":[", name);
	for (int i = 0; i < layers; i++)
		buf_fmt(&manifest, "%s\"%03d/layer.tar\"", i ? "," : "", i);
	buf_add(&manifest, S("]}]"));
	if (put_text(o, name, buf_view(&config)) < 0 ||
	    put_text(o, "manifest.json", buf_view(&manifest)) < 0)
		return o->op->code;
	o->at -= 512;
	buf_repeat(&o->b, '\0', TAR_END);
	return flush(o);
}

int main(int argc, char **argv)
{
	AUTO_OP op;
	AUTO_HASH *hash = NULL;
	AUTO_FILE_USER f = { .new = { .fd = -1 }, .dir = -1, .fd = -1 };
	uint64_t files, layers, bytes;

	op_init(&op, 0);
	if (argc != 5 || !num_parse(str_of(argv[1]), 1 << 30, &files) ||
	    !num_parse(str_of(argv[2]), LAYERS_MAX, &layers) ||
	    !num_parse(str_of(argv[3]), UINT64_C(1) << 40, &bytes) || layers == 0) {
		fprintf(stderr, "usage: huge FILES LAYERS BYTES OUT.tar\n");
		return 2;
	}
	struct out o = { .op = &op };
	buf_init(&o.b, &op, 16 << 20);
	if (hash_open(&op, HASH_SHA256, &hash) < 0 ||
	    file_user_open(&op, str_of(argv[4]), 0644, &f) < 0)
		goto failed;
	o.hash = hash;
	o.fd = f.fd;
	if (write_archive(&o, files, (int)layers, bytes) < 0 || file_user_publish(&op, &f) < 0)
		goto failed;
	return 0;
failed:
	fprintf(stderr, "huge: %s\n", op.text);
	return 1;
}
