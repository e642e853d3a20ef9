/*
 * vex: statements in, by OpenVEX, CSAF and CycloneDX; applied; and OpenVEX out.
 */
#ifndef VEX_VEX_H
#define VEX_VEX_H

#include "base/buf.h"
#include "model/report.h"

/* All statements of a document, appended in its order; its form is seen by its members. A DSSE
 * envelope or in-toto statement around it (as attestations are) is opened. 1: it is no VEX.
 * ERR_FORMAT: it is one and broken. */
struct statements {
	struct statement *p;
	ptrdiff_t n, cap;
};
int vex_read(struct op *op, str file, str bytes, struct statements *add_to) MUST_USE;

/* The same of an attestation that was found at an image: ERR_VERIFY if what it says that it is about is
 * none of these digests. */
int vex_read_attested(struct op *op, str file, str bytes, const struct digest *about, ptrdiff_t n,
		      struct statements *add_to) MUST_USE;

/*
 * vex_apply(op, report, statements): findings of which the newest statement that applies says
 * not_affected or fixed become suppressed; affected and under_investigation set the state where
 * nothing better is known, and never hide anything. Each statement learns what it matched, or why
 * nothing. A product matches by purl (what the purl leaves open matches anything: version, qualifiers,
 * namespace never), by the image's reference without its tag, or by its digest; a subcomponent by
 * purl. distro=debian-12 matches debian-12.13.
 */
int vex_apply(struct op *op, struct report *report, struct statements *statements) MUST_USE;

/*
 * vex_write(report, wish, b): OpenVEX 0.2.0 of what waivers (and ignore rules) and evidence hide in the
 * report: a waiver with a status says that, any other that the product is affected and the risk
 * accepted, until when. 1: there is nothing to say, and nothing is written. Same report, same bytes.
 */
struct vex_wish {
	str author,
		product; /* product: purl of the image; empty: made from the subject; of what is no
				image each package is a product */
	int64_t time;
	bool evidence, waivers;
};
int vex_write(const struct report *report, const struct vex_wish *wish, struct buf *b) MUST_USE;

#endif
