/*
 * truststore: trusted certificates as Java reads them: a PKCS#12 file without passwords.
 *
 * The form is the one in which JDKs ship their own cacerts since version 18: nothing is encrypted
 * and there is no MAC, so that a program that gives a password ("changeit") and one that gives none
 * both read it. The same certificates give the same bytes.
 */
#ifndef CODEC_TRUSTSTORE_H
#define CODEC_TRUSTSTORE_H

#include "base/op.h"

struct truststore_entry {
	str alias; /* UTF-8 (a byte that is none stands for itself); lower case, as Java compares
		      them */
	str der;
};

/* The file for these entries, in their order. Source: RFC 7292; the attribute that makes an entry
 * trusted is Oracle's trustedKeyUsage, 2.16.840.1.113894.746875.1.1, of any extended key usage. */
int truststore_write(struct op *op, const struct truststore_entry *entry, ptrdiff_t n,
		     str *ret) MUST_USE;

#endif
