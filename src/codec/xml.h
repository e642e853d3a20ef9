/*
 * xml: a document as a tree of elements, and writing one. Source: XML 1.0 (Fifth Edition).
 *
 * What is read is what package metadata needs and no more: elements, attributes, text, CDATA;
 * comments and processing instructions are passed over. A document type declaration is refused, and
 * with it every entity but the five and those that are numbers: nothing can be included and nothing
 * multiplies. Namespaces are not resolved: a name keeps its prefix, and `local` is what stands
 * behind it.
 */
#ifndef CODEC_XML_H
#define CODEC_XML_H

#include "base/buf.h"

struct xml_attribute {
	str name, value;
};

struct xml_node {
	str name;  /* "p:license" */
	str local; /* "license" */
	str text;  /* all text that stands directly in it, in one; blanks as they are */
	struct xml_attribute *attribute; /* [attributes], in document order */
	ptrdiff_t attributes;
	struct xml_node *child; /* [n], in document order */
	ptrdiff_t n;
	int line; /* from 1; of its start */
};

/*
 * xml_parse(op, file, text, ret): the root element. UTF-8 (a byte order mark is passed over),
 * US-ASCII, or ISO-8859-1 and windows-1252 where the declaration says so. ERR_FORMAT with file:line
 * for what is not well-formed, ERR_LIMIT past LIMIT_DEPTH and LIMIT_XML_NODES. Names and texts
 * alias `text` where nothing in them is encoded. O(bytes).
 */
int xml_parse(struct op *op, str file, str text, struct xml_node *ret) MUST_USE;

/* The first child of that local name, or NULL (also when node is NULL). */
const struct xml_node *xml_child(const struct xml_node *node, str local);
/* Its text without blanks at both ends; empty if there is none. */
str xml_child_text(const struct xml_node *node, str local);
/* The value of an attribute, by its name with the prefix; empty if there is none. */
str xml_attribute(const struct xml_node *node, str name);

/*
 * Writing: calls in order; the declaration, escapes and (if indent > 0) line breaks are put in.
 * What XML cannot hold (control characters, bytes that are not UTF-8) is written as U+FFFD. An
 * element has either text or elements. Misuse is a MUST; failures stay in the buf.
 */
enum { XML_OUT_DEPTH = 32 };
struct xml_out {
	struct buf *b;
	int indent;
	int depth;
	bool in_tag;   /* the start tag's '>' is still to come */
	bool has_text; /* of the innermost element */
	const char *open[XML_OUT_DEPTH];
};
void xml_begin(struct xml_out *x, struct buf *b, int indent);
void xml_open(struct xml_out *x, const char *name);
void xml_put_attribute(struct xml_out *x, const char *name, str value);
void xml_put_text(struct xml_out *x, str text);
void xml_close(struct xml_out *x);
/* <name>text</name>; _opt writes nothing for an empty text. */
void xml_pair(struct xml_out *x, const char *name, str text);
void xml_pair_opt(struct xml_out *x, const char *name, str text);

#endif
