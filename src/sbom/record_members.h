/*
 * record_members: the table of members that are a text, a list or a mapping of texts, or a truth:
 * one for writing and reading.
 */
#ifndef SBOM_RECORD_MEMBERS_H
#define SBOM_RECORD_MEMBERS_H

#include "model/inventory.h"

enum member_kind { MEMBER_TEXT, MEMBER_TEXTS, MEMBER_PAIRS, MEMBER_BOOL, MEMBER_DIGEST };
struct member {
	const char *key;
	enum member_kind kind;
	size_t offset;
};
struct members {
	const struct member *member;
	size_t n;
};
extern const struct members package_members, subject_members, os_members;

#endif
