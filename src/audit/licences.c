/*
 * The licences of what is in an image, by what they ask of whoever passes it on.
 */
#include "auditor.h"
#include "base/buf.h"
#include "base/limits.h"
#include "model/licence.h"
#include "model/licence_class.h"

enum { ALLOWED, KNOWN, RULES };

static const struct rule rules[RULES] = {
	[ALLOWED] = { "license.allowed", "", SEVERITY_HIGH,
		      "No licence forbids what a business does",
		      "Licences of this class ask for the source of whatever is offered over a "
		      "network, or "
		      "forbid commerce: to keep them takes a decision.",
		      "Replace the package, or take the licence's other choice; a policy can allow "
		      "it by name." },
	[KNOWN] = { "license.known", "", SEVERITY_LOW, "The licence of every package is told",
		    "What has no licence may not be passed on at all; what nobody has read may ask "
		    "anything.",
		    "Read the text, and tell the licence in the package's metadata." },
};

/* What of an expression is on no list: names that only the package's own text explains. */
static int unlisted(struct op *op, str expression, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (str id = licence_next(&expression); id.len; id = licence_next(&expression)) {
		str rest = id, licence = str_word(&rest);
		if (str_ends(licence, S("+")))
			licence.len--;
		if (licence_known(licence, false) || licence_class_of(licence) != LICENCE_UNKNOWN)
			continue;
		buf_add(&b, b.len ? S(", ") : S(""));
		buf_add(&b, id);
	}
	return buf_take(&b, ret);
}

static bool is_untold(str licence)
{
	return licence.len == 0 || str_eq(licence, S("NOASSERTION")) || str_eq(licence, S("NONE"));
}

static struct fault fault_of(const struct audit_run *a, const struct package *p)
{
	struct fault f = { .layer = p->layer, .key = p->name, .package = p->purl };

	f.instruction = audit_instruction(a, p->layer);
	f.kind = p->licence;
	if (p->evidence_n)
		f.path = p->evidence[0].path;
	return f;
}

/* Debian and others read every text before they take a package: a name of theirs is a pointer to it. A
 * text by its digest is what nobody has put a name to. */
static int check_known(struct op *op, struct audit_run *a, const struct package *p)
{
	str names;

	if (is_untold(p->licence))
		return audit_fault(op, a, &rules[KNOWN], fault_of(a, p),
				   "%.*s %.*s tells no licence", STR_ARG(p->name),
				   STR_ARG(p->version));
	if (unlisted(op, p->licence, &names) < 0)
		return op->code;
	bool nameless = str_find_str(names, S("LicenseRef-sha256-")) >= 0;
	if (names.len == 0 || (package_kinds[p->type].is_system && !nameless))
		return 0;
	struct fault f = fault_of(a, p);
	f.severity = package_kinds[p->type].is_system ? SEVERITY_NEGLIGIBLE : SEVERITY_UNKNOWN;
	return audit_fault(op, a, &rules[KNOWN], f, "%.*s %.*s is under what is on no list: %.*s",
			   STR_ARG(p->name), STR_ARG(p->version), STR_ARG(names));
}

static int tell(struct op *op, struct audit_run *a, const uint64_t of[LICENCE_CLASSES])
{
	struct buf b;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (int i = 0; i < LICENCE_CLASSES; i++)
		if (of[i])
			buf_fmt(&b, "%s%llu %s", b.len ? ", " : "", (unsigned long long)of[i],
				licence_classes[i]);
	return b.bad ? op->code
		     : audit_detail(op, a, &rules[ALLOWED], "%td packages: %.*s", a->inv->package_n,
				    STR_ARG(buf_view(&b)));
}

/* What only stands in a lock file is not here, and nothing of it is passed on. */
static bool is_here(const struct package *p)
{
	return p->type != PACKAGE_UNKNOWN &&
	       (p->evidence_n == 0 || p->evidence[0].how != EVIDENCE_DECLARED);
}

static int run(struct op *op, struct audit_run *a)
{
	uint64_t of[LICENCE_CLASSES] = { 0 };

	for (ptrdiff_t i = 0; i < a->inv->package_n; i++) {
		const struct package *p = &a->inv->package[i];
		if (!is_here(p))
			continue;
		enum licence_class class =
			is_untold(p->licence) ? LICENCE_UNKNOWN : licence_class_of(p->licence);
		of[class]++;
		if (class == LICENCE_FORBIDDEN &&
		    audit_fault(op, a, &rules[ALLOWED], fault_of(a, p), "%.*s %.*s is under %.*s",
				STR_ARG(p->name), STR_ARG(p->version), STR_ARG(p->licence)) < 0)
			return op->code;
		if (check_known(op, a, p) < 0)
			return op->code;
	}
	return tell(op, a, of);
}

const struct auditor auditor_licences = {
	.name = "licences",
	.rule = rules,
	.rule_n = RULES,
	.run = run,
};
