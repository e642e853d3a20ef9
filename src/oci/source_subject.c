/*
 * What an image's documents tell of it. Builders write history so (Docker image specification v1.2;
 * BuildKit, exporter):
 *
 *	/bin/sh -c #(nop)  CMD ["bash"]                  an instruction that runs nothing
 *	/bin/sh -c apt-get update                        RUN
 *	|1 VERSION=2 /bin/sh -c make                     RUN, with build arguments
 *	RUN |1 VERSION=2 /bin/sh -c make # buildkit      the same by BuildKit
 *	COPY /x /y # buildkit
 */
#include <stdlib.h>

#include "base/num.h"
#include "source_parts.h"

static const str shell = S_INIT("/bin/sh -c ");

/* "2 A=b C=d words": the words behind n arguments; a value with blanks in it cannot be told apart,
 * so the shell, where it is there, decides. */
static str without_arguments(str text)
{
	ptrdiff_t at = str_find_str(text, shell);
	uint64_t n = 0;

	if (at >= 0)
		return str_from(text, at);
	str rest = text, count = str_word(&rest);
	if (!num_parse(count, 1000, &n))
		return text;
	for (uint64_t i = 0; i < n && rest.len; i++)
		(void)str_word(&rest);
	return str_trim(rest);
}

int source_created_by(struct op *op, str text, str *ret)
{
	static const str nop = S_INIT("#(nop)"), run = S_INIT("RUN "), kit = S_INIT("# buildkit");
	bool runs = str_starts(text = str_trim(text), run);

	if (str_ends(text, kit))
		text = str_trim(str_head(text, text.len - kit.len));
	if (runs)
		text = str_trim(str_from(text, run.len));
	if (text.len > 1 && text.p[0] == '|') {
		text = without_arguments(str_from(text, 1));
		runs = true;
	}
	if (str_starts(text, shell)) {
		text = str_trim(str_from(text, shell.len));
		runs = !str_starts(text, nop);
	}
	if (str_starts(text, nop))
		text = str_trim(str_from(text, nop.len));
	return op_text(op, ret, "%s%.*s", runs && text.len ? "RUN " : "", STR_ARG(text));
}

static int cmp_pair(const void *a, const void *b)
{
	return str_cmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static int sorted(struct op *op, struct pairs from, struct pairs *ret)
{
	struct pair *p = op_new(op, struct pair, from.n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < from.n; i++)
		p[i] = from.p[i];
	if (from.n > 1)
		qsort(p, (size_t)from.n, sizeof(*p), cmp_pair);
	*ret = (struct pairs){ p, from.n };
	return 0;
}

int source_subject(struct op *op, const struct image_document *d, struct subject *ret)
{
	const struct image_config *c = &d->image.config;
	struct subject s = { .kind = SUBJECT_IMAGE,
			     .manifest = d->image.manifest.digest,
			     .config = d->image.config_digest,
			     .platform = d->image.manifest.platform,
			     .created = c->created,
			     .config_json = d->config_json,
			     .manifest_json = d->manifest_json,
			     .layer_n = c->layer_n };
	int rc;

	if (!(s.layer = op_new(op, struct inventory_layer, c->layer_n)) ||
	    (rc = sorted(op, c->labels, &s.labels)) < 0 ||
	    (rc = sorted(op, d->image.annotations, &s.annotations)) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		const struct image_layer *l = &c->layer[i];
		s.layer[i] = (struct inventory_layer){ .digest = l->digest,
						       .diff_id = l->diff_id,
						       .size = l->size,
						       .media_type = l->media_type };
		if ((rc = source_created_by(op, l->created_by, &s.layer[i].created_by)) < 0)
			return rc;
	}
	*ret = s;
	return 0;
}
