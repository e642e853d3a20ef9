/*
 * cdx: CycloneDX's elements, in JSON or XML by one sequence of calls. Source: ECMA-424, and the XML
 * schemas, whose order of elements both forms have here.
 */
#ifndef SBOM_CDX_H
#define SBOM_CDX_H

#include "codec/xml.h"
#include "sink.h"

struct cdx {
	struct sink s;
	struct xml_out x;
	bool xml;
	int version; /* 14, 15, 16 */
};

/* An object: a member `name` of the one around it (in_list: an element of a list), or <name>. */
void cdx_object(struct cdx *c, const char *name, bool in_list);
void cdx_object_end(struct cdx *c);
/* A list, or <name> around its elements. */
void cdx_list(struct cdx *c, const char *name);
void cdx_list_end(struct cdx *c);
void cdx_pair(struct cdx *c, const char *name, str value);      /* member, or <name>value</name> */
void cdx_pair_opt(struct cdx *c, const char *name, str value);  /* nothing for an empty one */
void cdx_attribute(struct cdx *c, const char *name, str value); /* member, or attribute */
/* An element whose text has a name in JSON alone: <hash alg="A">V</hash>, {"alg": A, "content": V}.
 */
void cdx_labelled(struct cdx *c, const char *element, const char *label, str of,
		  const char *content, str value);

#endif
