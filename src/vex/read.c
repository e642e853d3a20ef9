/*
 * The form of a document is known by its members. Around it there may be, each within the one before:
 *
 *	{"mediaType", "dsseEnvelope": {...}}                    a Sigstore bundle
 *	{"payloadType", "payload": "BASE64", "signatures"}      DSSE
 *	{"_type", "subject", "predicateType", "predicate"}      an in-toto statement
 *
 * Sources: OpenVEX ATTESTING.md; secure-systems-lab/dsse, envelope.md; in-toto attestation v1.
 * Nothing here verifies a signature.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/xml.h"
#include "codec/yaml.h"
#include "vex_impl.h"

enum { ENVELOPES = 4 }; /* around one another: three are known */

int vex_fail(struct vex_reader *r, const struct node *at, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d:%d: %s", STR_ARG(r->doc.file), at->line, at->col,
		       text);
}

str vex_text(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, str_of(key));
	str s;

	return n && n->kind == NODE_TEXT && node_text(n, &s) ? s : S("");
}

const struct node *vex_list(const struct node *map, const char *key, ptrdiff_t *ret_n)
{
	const struct node *n = node_get(map, str_of(key));
	bool list = n && n->kind == NODE_LIST;

	*ret_n = list ? n->n : 0;
	return list ? n->child : NULL;
}

struct statement *vex_add(struct vex_reader *r)
{
	struct statement *s = vec_push(r->op, r->to);

	if (s)
		*s = (struct statement){ .document = r->doc.file,
					 .id = r->id,
					 .author = r->author,
					 .timestamp = r->timestamp };
	return s;
}

int vex_append(struct op *op, struct texts *t, str s)
{
	for (ptrdiff_t i = 0; i < t->n; i++) {
		if (str_eq(t->p[i], s))
			return 0;
	}
	str *p = op_extend(op, t->p, (size_t)t->n * sizeof(s), (size_t)(t->n + 1) * sizeof(s));
	if (!p)
		return op->code;
	t->p = p;
	t->p[t->n++] = s;
	return 0;
}

static int word_of(str word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (str_eq(word, str_of(words[i])))
			return i;
	}
	return -1;
}

int vex_status_of(str word)
{
	return word_of(word, vex_statuses, VEX_STATUSES);
}

int vex_justification_of(str word)
{
	return word_of(word, vex_justifications, VEX_JUSTIFICATIONS);
}

/* ---- envelopes ---- */

/* The bytes of a payload, in op, as a document. */
static int open_payload(struct vex_reader *r, const struct node *envelope)
{
	const struct node *payload = node_get(envelope, S("payload"));
	size_t n = payload ? (size_t)payload->text.len : 0, got;

	if (!payload || payload->kind != NODE_TEXT)
		return vex_fail(r, envelope, "an envelope without a payload");
	char *bytes = op_new(r->op, char, n + 4);
	if (!bytes)
		return r->op->code;
	if (!base64_read(payload->text, (uint8_t *)bytes, n + 4, &got))
		return vex_fail(r, payload, "the payload is not base64");
	if (json_parse(r->op, r->doc.file, (str){ bytes, (ptrdiff_t)got }, &r->doc) < 0)
		return op_fail_in(r->op, "payload of an envelope");
	return 0;
}

/* Digests and names that an in-toto statement is about. */
static int read_subjects(struct vex_reader *r, const struct node *root)
{
	ptrdiff_t n;
	const struct node *s = vex_list(root, "subject", &n);

	r->subjects = (struct texts){ 0 };
	for (ptrdiff_t i = 0; i < n; i++) {
		str hex = vex_text(node_get(&s[i], S("digest")), "sha256"), id;
		int rc = 0;
		if (hex.len)
			rc = op_text(r->op, &id, "sha256:%.*s", STR_ARG(hex));
		if (rc == 0 && hex.len)
			rc = vex_append(r->op, &r->subjects, id);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Is one of its subjects what it was found at? */
static bool is_about(const struct vex_reader *r)
{
	struct digest d;

	for (ptrdiff_t i = 0; i < r->subjects.n; i++) {
		for (ptrdiff_t k = 0; k < r->about_n && digest_parse(r->subjects.p[i], &d); k++) {
			if (digest_eq(&d, &r->about[k]))
				return true;
		}
	}
	return false;
}

/* predicate: a document, or as cosign had it {"Data": document or its text}. 1: of another kind. */
static int open_predicate(struct vex_reader *r, const struct node *root)
{
	const struct node *predicate = node_get(root, S("predicate"));
	const struct node *data = node_get(predicate, S("Data"));
	str type = vex_text(root, "predicateType");

	if (str_find_str(type, S("openvex")) < 0 && str_find_str(type, S("cyclonedx")) < 0 &&
	    str_find_str(type, S("csaf")) < 0 && str_find_str(type, S("/vex")) < 0)
		return 1;
	if (!predicate || predicate->kind != NODE_MAP)
		return vex_fail(r, root, "a statement of type '%.*s' without a predicate",
				STR_ARG(type));
	int rc = read_subjects(r, root);
	if (rc < 0)
		return rc;
	if (r->about && !is_about(r))
		return op_fail(r->op, ERR_VERIFY, "%.*s: an attestation of another image",
			       STR_ARG(r->doc.file));
	if (data && data->kind == NODE_TEXT)
		return json_parse(r->op, r->doc.file, data->text, &r->doc);
	struct node inner = data && data->kind == NODE_MAP ? *data : *predicate;
	r->doc.root = inner;
	return 0;
}

/* 1: there is a VEX document no more. *ret: an envelope was opened. */
static int open_one(struct vex_reader *r, bool *ret)
{
	const struct node *root = &r->doc.root, *dsse = node_get(root, S("dsseEnvelope"));

	*ret = true;
	if (dsse)
		return open_payload(r, dsse);
	if (node_get(root, S("payloadType")) && node_get(root, S("payload")))
		return open_payload(r, root);
	if (node_get(root, S("predicateType")))
		return open_predicate(r, root);
	*ret = false;
	return 0;
}

static const struct {
	bool (*is)(const struct node *root);
	vex_form_read *read;
} forms[] = {
	{ vex_is_openvex, vex_read_openvex },
	{ vex_is_csaf, vex_read_csaf },
	{ vex_is_cyclonedx, vex_read_cyclonedx },
};

/* XML is CycloneDX or nothing. */
static int parse_xml(struct vex_reader *r, str file, str bytes)
{
	struct xml_node root;

	if (str_find_str(str_head(bytes, 4096), S("cyclonedx.org/schema/bom/")) < 0)
		return 1;
	if (xml_parse(r->op, file, bytes, &root) < 0)
		return r->op->code;
	r->doc.file = file;
	return vex_turn_cyclonedx_xml(r->op, &root, &r->doc.root);
}

/* JSON and XML by the first byte; YAML only where the name says so, since nearly any text is YAML. 1:
 * none of them. */
static int parse(struct vex_reader *r, str file, str bytes)
{
	str text = str_trim(bytes);

	if (bytes.len > LIMIT_VEX)
		return op_fail(r->op, ERR_LIMIT, "%.*s: a VEX document of more than %d MiB",
			       STR_ARG(file), LIMIT_VEX >> 20);
	if (str_starts(text, S("{")) || str_starts(text, S("\xef\xbb\xbf{")))
		return json_parse(r->op, file, bytes, &r->doc);
	if (str_starts(text, S("<")) || str_starts(text, S("\xef\xbb\xbf<")))
		return parse_xml(r, file, bytes);
	if ((str_ends(file, S(".yaml")) || str_ends(file, S(".yml"))) &&
	    bytes.len <= LIMIT_DOCUMENT)
		return yaml_parse(r->op, file, bytes, &r->doc);
	return 1;
}

int vex_read(struct op *op, str file, str bytes, struct statements *add_to)
{
	return vex_read_attested(op, file, bytes, NULL, 0, add_to);
}

int vex_read_attested(struct op *op, str file, str bytes, const struct digest *about, ptrdiff_t n,
		      struct statements *add_to)
{
	struct vex_reader r = { .op = op, .to = add_to, .about = about, .about_n = n };
	bool opened = true;
	int rc = parse(&r, file, bytes);

	for (int i = 0; rc == 0 && opened; i++) {
		if (i > ENVELOPES)
			return vex_fail(&r, &r.doc.root, "envelopes within envelopes");
		rc = open_one(&r, &opened);
	}
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].is(&r.doc.root))
			return forms[i].read(&r, &r.doc.root);
	}
	return 1;
}
