#include "attestations.h"

#include "base/vec.h"

static int note(struct op *op, struct texts *notes, str text)
{
	str *p = op_extend(op, notes->p, (size_t)notes->n * sizeof(*p),
			   (size_t)(notes->n + 1) * sizeof(*p));

	if (!p)
		return op->code;
	notes->p = p;
	notes->p[notes->n++] = text;
	return 0;
}

/* The message of an error that is an answer here. */
static int pass_over(struct op *op, struct texts *notes)
{
	char text[OP_ERROR_MAX];
	str kept;

	memcpy(text, op->text, sizeof(text));
	op_forgive(op);
	return op_text(op, &kept, "%s: passed over", text) < 0 ? op->code : note(op, notes, kept);
}

int vex_of_image(struct op *op, struct source *s, ptrdiff_t i, const struct source_wish *wish,
		 struct statements *add_to, struct texts *ret_notes)
{
	const struct source_image *image = &s->image[i];
	struct attached *a;
	struct digest *about;
	ptrdiff_t n, about_n;
	int rc = attached_names(op, image, &about, &about_n);

	*ret_notes = (struct texts){ 0 };
	rc = rc < 0 ? rc : attached_read(op, s, image, wish, &a, &n);
	for (ptrdiff_t k = 0; rc >= 0 && k < n; k++) {
		char text[DIGEST_TEXT];
		ptrdiff_t before = add_to->n;
		str file;
		rc = op_text(op, &file, "attestation %.19s", digest_text(&a[k].digest, text));
		rc = rc < 0 ? rc : vex_read_attested(op, file, a[k].bytes, about, about_n, add_to);
		if (rc == ERR_VERIFY) {
			add_to->n = before;
			rc = pass_over(op, ret_notes);
		}
	}
	return rc < 0 ? rc : 0;
}
