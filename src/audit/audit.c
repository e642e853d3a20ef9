/*
 * One list of faults for each rule while auditors run; then sorted into checks. Invariants:
 *
 *  1. slot[i] is of audit_rule(i), whatever was asked.
 *  2. A rule fails if it has a fault; else it is an error if somebody said so; else it holds.
 *  3. Of a rule LIMIT_FAULTS faults are kept, and one that stands for the rest.
 *  4. audit_findings() works on checks alone: the tree is closed by then.
 */
#include "audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "auditor.h"
#include "base/buf.h"
#include "base/limits.h"
#include "secrets.h"

struct slot {
	const struct rule *rule;
	VEC(struct fault) fault;
	str error, detail;
	bool unread;
	uint64_t more; /* faults that are not kept, and the worst of them */
	enum severity worst;
};

struct audit {
	struct audit_options options;
	struct secrets *secrets;
	str no_secrets; /* why not */
};

/* One audit_make() or audit_findings(). */
struct running {
	struct slot *slot; /* [audit_rules_n()] */
	uint32_t *owner;   /* [nodes] position in packages + 1; NULL: not made yet */
	str *instruction;  /* [layers] masked; NULL: as they are */
};

size_t audit_rules_n(void)
{
	size_t n = 0;

	for (size_t i = 0; i < auditors_n; i++)
		n += auditors[i]->rule_n;
	return n;
}

const struct rule *audit_rule(size_t at)
{
	for (size_t i = 0; i < auditors_n; i++) {
		if (at < auditors[i]->rule_n)
			return &auditors[i]->rule[at];
		at -= auditors[i]->rule_n;
	}
	return NULL;
}

const struct rule *audit_rule_of(str id)
{
	for (size_t i = 0; i < auditors_n; i++)
		for (size_t k = 0; k < auditors[i]->rule_n; k++) {
			const struct rule *r = &auditors[i]->rule[k];
			if (str_eq(str_of(r->id), id) || str_has_word(str_of(r->also), id))
				return r;
		}
	return NULL;
}

/* Without the library that finds patterns the rest of an audit holds nevertheless. */
static int open_secrets(struct op *op, struct audit *a)
{
	const struct audit_options *o = &a->options;
	int rc = secrets_open(op, &o->secret_rules, &o->secret_skip, &a->secrets);

	if (rc != ERR_LIMIT)
		return rc;
	str why;
	char text[OP_ERROR_MAX];
	memcpy(text, op->text, sizeof(text));
	op_forgive(op);
	if (op_copy(op, str_of(text), &why) < 0)
		return op->code;
	a->no_secrets = why;
	return 0;
}

int audit_open(struct op *op, const struct audit_options *o, struct audit **ret)
{
	struct audit *a = op_new(op, struct audit, 1);

	if (!a)
		return op->code;
	a->options = *o;
	*ret = a;
	return o->secrets ? open_secrets(op, a) : 0;
}

int audit_wish(struct op *op, struct audit *a, struct tree_wish *wish)
{
	int rc = 0;

	if (a->secrets && (rc = secrets_wish(op, a->secrets, wish)) < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < auditors_n; i++) {
		const struct want *w = auditors[i]->wants;
		for (; rc == 0 && w && (w->glob || w->bits); w++)
			rc = interest_add(op, wish->interest, str_of(w->glob), w->bits,
					  INTEREST_AUDIT);
	}
	return rc;
}

static struct slot *slot_of(struct audit_run *a, const struct rule *rule)
{
	struct running *r = a->audit;

	for (size_t i = 0, n = audit_rules_n(); i < n; i++)
		if (r->slot[i].rule == rule)
			return &r->slot[i];
	op_must_failed("an auditor's own rule", __FILE__, __LINE__);
}

__attribute__((format(printf, 3, 0))) static int text(struct op *op, str *ret, const char *fmt,
						      va_list args)
{
	char line[1024];
	int n = vsnprintf(line, sizeof(line), fmt, args);

	MUST(n >= 0);
	return op_copy(op, (str){ line, n < (int)sizeof(line) ? n : (int)sizeof(line) - 1 }, ret);
}

static bool is_image(const struct audit_run *a)
{
	return a->inv->subject.kind == SUBJECT_IMAGE;
}

str audit_instruction(const struct audit_run *a, int layer)
{
	const struct subject *s = &a->inv->subject;

	const struct running *r = a->audit;

	if (layer < 0 || layer >= s->layer_n)
		return S("");
	return r->instruction ? r->instruction[layer] : s->layer[layer].created_by;
}

/* Files that a system's package lists are its; of others the first that lists it. */
static int make_owners(struct op *op, struct audit_run *a)
{
	struct running *r = a->audit;

	if (!(r->owner = op_new(op, uint32_t, tree_count(a->tree))))
		return op->code;
	for (int system = 1; system >= 0; system--)
		for (ptrdiff_t i = 0; i < a->inv->package_n; i++) {
			const struct package *p = &a->inv->package[i];
			if (package_kinds[p->type].is_system != (bool)system)
				continue;
			for (ptrdiff_t k = 0; k < p->file_n; k++) {
				uint32_t node = tree_find_link(a->tree, p->file[k].path);
				if (node != TREE_NONE && !r->owner[node])
					r->owner[node] = (uint32_t)i + 1;
			}
		}
	return 0;
}

int audit_owner(struct op *op, struct audit_run *a, uint32_t node, const struct package **ret)
{
	struct running *r = a->audit;
	const struct tree_node *n = tree_node(a->tree, node);

	if (!r->owner && make_owners(op, a) < 0)
		return op->code;
	uint32_t at = r->owner[node];
	if (!at && n->type == TREE_FILE && n->link != TREE_NONE)
		at = r->owner[n->link];
	*ret = at ? &a->inv->package[at - 1] : NULL;
	return 0;
}

str audit_shown(str instruction)
{
	ptrdiff_t n = AUDIT_SHOWN;

	if (instruction.len <= n)
		return instruction;
	for (int i = 0; i < 3 && ((unsigned char)instruction.p[n] & 0xc0) == 0x80; i++)
		n--; /* no character by halves */
	return str_head(instruction, n);
}

/* What the tree and the layers tell of where it comes from. */
static int fill(struct op *op, struct audit_run *a, struct fault *f)
{
	const struct subject *s = &a->inv->subject;
	uint32_t node = a->tree && f->path.len ? tree_find_link(a->tree, f->path) : TREE_NONE;
	bool unset = f->layer <= 0 && f->instruction.len == 0;

	if (node != TREE_NONE && unset)
		f->layer = is_image(a) ? tree_node(a->tree, node)->layer : -1;
	else if (unset)
		f->layer = -1;
	if (node != TREE_NONE && f->package.len == 0) {
		const struct package *p;
		if (audit_owner(op, a, node, &p) < 0)
			return op->code;
		f->package = p ? p->purl : S("");
	}
	if (f->layer >= 0 && f->layer < s->layer_n) {
		f->of_base = f->of_base || s->layer[f->layer].is_base;
		if (f->instruction.len == 0)
			f->instruction = audit_instruction(a, f->layer);
	}
	f->instruction = audit_shown(f->instruction);
	return 0;
}

int audit_fault(struct op *op, struct audit_run *a, const struct rule *rule, struct fault f,
		const char *fmt, ...)
{
	struct slot *slot = slot_of(a, rule);
	va_list args;

	f.rule = rule;
	if (slot->fault.n >= LIMIT_FAULTS) {
		slot->more++;
		if (fault_severity(&f) > slot->worst)
			slot->worst = fault_severity(&f);
		return 0;
	}
	va_start(args, fmt);
	int rc = text(op, &f.what, fmt, args);
	va_end(args);
	if (rc < 0 || (rc = fill(op, a, &f)) < 0)
		return rc;
	struct fault *to = vec_push(op, &slot->fault);
	if (!to)
		return op->code;
	*to = f;
	return 0;
}

#define TEXT_OF(member, fmt)                         \
	va_list args;                                \
	va_start(args, fmt);                         \
	int rc = text(op, &slot->member, fmt, args); \
	va_end(args)

int audit_error(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
{
	struct slot *slot = slot_of(a, rule);
	TEXT_OF(error, fmt);

	return rc;
}

int audit_unread(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
{
	struct slot *slot = slot_of(a, rule);
	TEXT_OF(error, fmt);

	slot->unread = true;
	return rc;
}

int audit_detail(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
{
	struct slot *slot = slot_of(a, rule);
	TEXT_OF(detail, fmt);

	return rc;
}

int audit_no_image(struct op *op, struct audit_run *a, const struct rule *rule, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (audit_error(op, a, &rule[i], "this is no image: it has no configuration") < 0)
			return op->code;
	return 0;
}

int audit_text(struct op *op, struct audit_run *a, str path, size_t max, str *ret)
{
	uint32_t node = tree_find(a->tree, path);
	struct at at;

	if (node == TREE_NONE || tree_node(a->tree, node)->type != TREE_FILE)
		return 1;
	if (tree_node(a->tree, node)->size == 0) {
		*ret = S("");
		return 0;
	}
	int rc = tree_at(op, a->tree, node, &at);
	return rc < 0 ? rc : at_all(op, &at, max, ret);
}

/* Of two that are the same to their rule, the text decides: the order must not depend on the sort. */
static int compare(const void *a, const void *b)
{
	int order = fault_compare(a, b);

	return order ? order
		     : str_cmp(((const struct fault *)a)->what, ((const struct fault *)b)->what);
}

/* Of how many differs from image to image: the key tells it. */
static int tell_more(struct op *op, struct slot *slot)
{
	struct fault f = {
		.rule = slot->rule, .kind = S(FAULT_MORE), .layer = -1, .severity = slot->worst
	};

	if (op_text(op, &f.key, "%" PRIu64 " more", slot->more) < 0 ||
	    op_text(op, &f.what, "and %" PRIu64 " more, which are not listed", slot->more) < 0)
		return op->code;
	struct fault *to = vec_push(op, &slot->fault);
	if (!to)
		return op->code;
	*to = f;
	return 0;
}

static int check_of(struct op *op, struct slot *slot, struct check *ret)
{
	if (slot->fault.n > 1)
		qsort(slot->fault.p, (size_t)slot->fault.n, sizeof(*slot->fault.p), compare);
	if (slot->more && tell_more(op, slot) < 0)
		return op->code;
	*ret = (struct check){ .rule = slot->rule,
			       .outcome = slot->fault.n     ? OUTCOME_FAIL
					  : slot->error.len ? OUTCOME_ERROR
							    : OUTCOME_PASS,
			       .detail = slot->error.len ? slot->error : slot->detail,
			       .fault = slot->fault.p,
			       .fault_n = slot->fault.n,
			       .unread = slot->unread };
	return 0;
}

/* What cannot be read is said of all rules of its auditor; other failures end the command. */
static int unreadable(struct op *op, struct audit_run *a, const struct auditor *auditor)
{
	str why;

	if (op->code != ERR_FORMAT && op->code != ERR_LIMIT)
		return op->code;
	str message = str_of(op->text);
	op_forgive(op);
	if (op_copy(op, message, &why) < 0)
		return op->code;
	for (size_t i = 0; i < auditor->rule_n; i++) {
		struct slot *slot = slot_of(a, &auditor->rule[i]);
		slot->error = why;
		slot->unread = true;
	}
	return 0;
}

static int open_slots(struct op *op, struct running *r)
{
	size_t n = audit_rules_n();

	if (!(r->slot = op_new(op, struct slot, n)))
		return op->code;
	for (size_t i = 0; i < n; i++)
		r->slot[i].rule = audit_rule(i);
	return 0;
}

/* What others tell of the configuration and of instructions must not tell a secret. */
static int mask(struct op *op, struct audit_run *a, struct config *masked)
{
	const struct subject *s = &a->inv->subject;
	struct running *r = a->audit;

	if (!(r->instruction = op_new(op, str, s->layer_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		if (secrets_mask(op, a->secrets, s->layer[i].created_by, &r->instruction[i]) < 0)
			return op->code;
	if (!a->config)
		return 0;
	a->config = masked;
	return secrets_mask_config(op, a->secrets, a->raw_config, masked);
}

int audit_make(struct op *op, struct audit *audit, const struct tree *t,
	       const struct inventory *inv, const struct config *config, struct checks *ret)
{
	struct running r = { 0 };
	struct config masked;
	struct audit_run a = { .tree = t,
			       .inv = inv,
			       .config = config,
			       .raw_config = config,
			       .no_secrets = audit->no_secrets,
			       .options = &audit->options,
			       .secrets = audit->secrets,
			       .audit = &r };
	size_t n = audit_rules_n();
	struct check *p = op_new(op, struct check, n);

	if (!p || open_slots(op, &r) < 0 || (a.secrets && mask(op, &a, &masked) < 0))
		return op->code;
	for (size_t i = 0; i < auditors_n; i++)
		if (auditors[i]->run(op, &a) < 0 && unreadable(op, &a, auditors[i]) < 0)
			return op->code;
	for (size_t i = 0; i < n; i++)
		if (check_of(op, &r.slot[i], &p[i]) < 0)
			return op->code;
	*ret = (struct checks){ p, (ptrdiff_t)n };
	return 0;
}

int audit_mask(struct op *op, struct audit *audit, struct subject *s, struct config *c)
{
	struct secrets *secrets = audit->secrets;
	struct pair *label = op_new(op, struct pair, s->labels.n);
	struct config masked;

	if (!secrets)
		return 0;
	if (!label)
		return op->code;
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		if (secrets_mask(op, secrets, s->layer[i].created_by, &s->layer[i].created_by) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < s->labels.n; i++) {
		label[i].key = s->labels.p[i].key;
		if (secrets_mask(op, secrets, s->labels.p[i].value, &label[i].value) < 0)
			return op->code;
	}
	s->labels.p = label;
	if (secrets_mask_config(op, secrets, c, &masked) < 0)
		return op->code;
	*c = masked;
	return 0;
}

int audit_findings(struct op *op, const struct report *report, struct checks *c)
{
	struct running r = { 0 };
	struct audit_run a = { .inv = report->inventory, .report = report, .audit = &r };

	if (open_slots(op, &r) < 0)
		return op->code;
	for (size_t i = 0; i < auditors_n; i++)
		if (auditors[i]->judge && auditors[i]->judge(op, &a) < 0)
			return op->code;
	for (size_t i = 0; i < auditors_n; i++)
		for (size_t k = 0; auditors[i]->judge && k < auditors[i]->rule_n; k++) {
			const struct rule *rule = &auditors[i]->rule[k];
			struct check *check = checks_find(c, str_of(rule->id));
			if (check && str_has_word(str_of(auditors[i]->judged), str_of(rule->id)) &&
			    check_of(op, slot_of(&a, rule), check) < 0)
				return op->code;
		}
	return 0;
}
