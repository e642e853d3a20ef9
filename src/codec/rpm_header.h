/*
 * rpm_header: the header of an rpm package, as databases and package files have it: an index of
 * tagged values and the store that they stand in. Source: rpm, docs/manual/hregions.md, tags.md and
 * format_v4.md; LSB 5.0, "Package File Format"; RFC 9580 5.2 for signatures.
 *
 * Everything is a view into the bytes that were read; nothing is allocated. Where a tag stands
 * twice, the last one counts: rpm adds what it learns at installation behind what was signed.
 */
#ifndef CODEC_RPM_HEADER_H
#define CODEC_RPM_HEADER_H

#include "base/op.h"

struct rpm_texts { /* a list of texts in the store */
	str rest;  /* from the first one on, to the end of the store */
	uint32_t n;
};

struct rpm_numbers { /* a list of numbers: rpm_number() */
	str bytes;
	uint32_t n;
	uint8_t width; /* bytes of each: 1, 2, 4 or 8 */
};

enum { /* RPMFILE_ bits of file_flags */
       RPM_FILE_CONFIG = 1 << 0,
       RPM_FILE_DOC = 1 << 1,
       RPM_FILE_GHOST = 1 << 6,
};
enum { RPM_VERIFY_DIGEST = 1 << 0 }; /* of file_verify: the digest is meant to hold */
enum { RPM_STATE_NORMAL = 0 };       /* of file_states: what is not so was not installed */
enum {
	RPM_HASH_MD5 = 1,
	RPM_HASH_SHA1 = 2,
	RPM_HASH_SHA256 = 8
}; /* of digest_algo: RFC 9580 9.5 */

struct rpm_header {
	str name, version, release, arch, os;
	str source_rpm; /* "bash-5.1.8-6.el9.src.rpm"; empty in a source package */
	str summary, description, vendor, licence, url, packager, group, distribution, build_host;
	str modularity;                  /* "nodejs:12:8030020200707141642:9edba152" */
	str payload_digest;              /* hex; of the compressed payload */
	str sha256;                      /* hex; of the header itself */
	str rsa, dsa, pgp, gpg, openpgp; /* signatures: see rpm_signature_key() */
	struct rpm_numbers epoch; /* n is 0 where the package has none: that is not epoch 0 */
	struct rpm_numbers size, long_size, install_time, build_time, digest_algo, payload_algo;
	struct rpm_texts dir_names, base_names, old_names, digests;
	struct rpm_numbers dir_indexes, file_flags, file_modes, file_states, file_verify;
	struct rpm_texts requires, provides;
};

/* rpm_header_read(op, what, blob, ret): a header as a database has it: index length, store length,
 * index, store; trailing bytes are passed over. ERR_FORMAT where it lies. O(entries). */
int rpm_header_read(struct op *op, str what, str blob, struct rpm_header *ret) MUST_USE;

/* The next text off the front of a list; false at its end, or where the store is cut short. */
bool rpm_text_next(struct rpm_texts *t, str *ret);

/* Number i of a list; 0 past its end. */
uint64_t rpm_number(const struct rpm_numbers *n, uint32_t i);

/*
 * "bash-5.1.8-6.el9.src.rpm" to its name, "bash", and "5.1.8-6.el9", from the right: names have
 * dashes, versions and releases have none. False for what has no such form ("(none)").
 */
bool rpm_source(str source_rpm, str *ret_name, str *ret_evr);

/* The key that signed it, 16 lower-case hex digits in out, NUL-terminated; false: no signature, or
 * none that tells. */
enum { RPM_KEY_HEX = 17 };
bool rpm_signature_key(const struct rpm_header *h, char out[RPM_KEY_HEX]);

/*
 * A package file: lead, signature header, header (the payload behind it is not looked at).
 * rpm_file_header(op, at, ret): the header, with what the signature header has of signatures. 1: no
 * package file. What is read of it lives in op.
 */
struct at;
int rpm_file_header(struct op *op, const struct at *a, struct rpm_header *ret) MUST_USE;

#endif
