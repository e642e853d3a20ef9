#include "yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"

/*
 * libfyaml is used for its events only: it builds no document and resolves nothing. Aliases share
 * the children of what they stand for, so they cost no memory; what they would cost a reader is
 * counted, as if they had been copied, against LIMIT_YAML_NODES and LIMIT_DEPTH.
 *
 * Invariants: (1) frame[0 .. depth-1] are the open lists and mappings, outermost first; each knows
 * where on the stack its children begin; (2) item[].size and .height count an alias's whole tree.
 */
struct item {
	struct node node;
	ptrdiff_t size; /* nodes of this tree */
	int height;     /* levels of this tree; 1 for a scalar */
	bool plain;     /* a scalar without quotes and tag */
	bool alias;
};

struct anchor {
	struct item item;
	bool done;
};

struct frame {
	struct item self;
	struct anchor *anchor; /* or NULL */
	ptrdiff_t base;        /* of the children on the stack */
	struct item key;       /* of the value that comes next */
	bool has_key;
	ptrdiff_t merge; /* index of the child under "<<", or -1 */
};

struct reader {
	struct op *op;
	struct doc *doc;
	struct fy_parser *parser;
	struct fy_diag *diag;
	VEC(struct item) stack;
	struct frame *frame; /* [LIMIT_DEPTH] */
	int depth;
	ptrdiff_t nodes;
	struct map anchors; /* name -> struct anchor */
	int documents;
};

#define TRY(call)                   \
	do {                        \
		int rc_ = (call);   \
		if (rc_ < 0)        \
			return rc_; \
	} while (0)

static bool in_words(str s, const char *words)
{
	for (str rest = str_of(words), w; (w = str_word(&rest)).len;) {
		if (str_eq(s, w))
			return true;
	}
	return false;
}

static ptrdiff_t digits(str s, ptrdiff_t i)
{
	while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

/* YAML 1.2.2 section 10.3.2, the rows for int and float. */
static bool is_number(str s)
{
	if (str_starts(s, S("0o")) || str_starts(s, S("0x"))) {
		const char *set = s.p[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
		for (ptrdiff_t i = 2; i < s.len; i++) {
			if (!strchr(set, s.p[i]) || s.p[i] == '\0')
				return false;
		}
		return s.len > 2;
	}
	if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_from(s, 1);
	if (s.len == 4 && s.p[0] == '.' && in_words(s, ".inf .Inf .INF .nan .NaN .NAN"))
		return true;
	ptrdiff_t whole = digits(s, 0), at = whole, part = 0;
	if (at < s.len && s.p[at] == '.') {
		part = digits(s, at + 1) - at - 1;
		at += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (at < s.len && (s.p[at] == 'e' || s.p[at] == 'E')) {
		ptrdiff_t sign = at + 1 < s.len && (s.p[at + 1] == '-' || s.p[at + 1] == '+');
		ptrdiff_t end = digits(s, at + 1 + sign);
		if (end == at + 1 + sign)
			return false;
		at = end;
	}
	return at == s.len;
}

enum node_kind yaml_plain_kind(str s)
{
	if (s.len == 0)
		return NODE_NULL;
	if (s.len <= 4 && strchr("~nN", s.p[0]) && in_words(s, "~ null Null NULL"))
		return NODE_NULL;
	if (s.len <= 5 && strchr("tTfF", s.p[0]) && in_words(s, "true True TRUE false False FALSE"))
		return NODE_BOOL;
	return is_number(s) ? NODE_NUMBER : NODE_TEXT;
}

static int token_text(struct op *op, struct fy_token *token, str *ret)
{
	size_t len = 0;
	const char *p = token ? fy_token_get_text(token, &len) : "";

	if (!p)
		return op_fail(op, ERR_MEMORY, "out of memory in libfyaml");
	return op_copy(op, (str){ p, (ptrdiff_t)len }, ret);
}

/* libfyaml's marks of quoted texts and aliases stand behind the quote or asterisk. */
static bool stands_behind_sign(struct fy_event *event)
{
	if (event->type != FYET_SCALAR || !event->scalar.value)
		return event->type == FYET_ALIAS;
	enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);
	return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* Where an event stands; an empty value has no place of its own and stands behind its key. */
static void set_place(struct reader *r, struct fy_event *event, struct node *node)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	const struct frame *top = r->depth ? &r->frame[r->depth - 1] : NULL;

	if (mark) {
		node->line = mark->line + 1;
		node->col = mark->column + (stands_behind_sign(event) ? 0 : 1);
	} else if (top && top->has_key) {
		node->line = top->key.node.line;
		node->col = top->key.node.col;
	} else {
		node->line = node->col = 1;
	}
}

/* The kind that a tag demands of a scalar, or -1 for a tag that is not of the core schema. */
static int tagged_kind(str tag, str text)
{
	static const struct {
		str tag;
		enum node_kind kind;
	} core[] = {
		{ S_INIT("tag:yaml.org,2002:str"), NODE_TEXT },
		{ S_INIT("tag:yaml.org,2002:int"), NODE_NUMBER },
		{ S_INIT("tag:yaml.org,2002:float"), NODE_NUMBER },
		{ S_INIT("tag:yaml.org,2002:bool"), NODE_BOOL },
		{ S_INIT("tag:yaml.org,2002:null"), NODE_NULL },
		{ S_INIT("!"), NODE_TEXT },
	};

	for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
		if (str_eq(tag, core[i].tag))
			return core[i].kind == NODE_TEXT || yaml_plain_kind(text) == core[i].kind
				       ? (int)core[i].kind
				       : -1;
	}
	return -1;
}

static int read_scalar(struct reader *r, struct fy_event *event, struct item *item)
{
	struct node *node = &item->node;
	bool plain =
		!event->scalar.value || fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;

	TRY(token_text(r->op, event->scalar.value, &node->text));
	item->plain = plain && !event->scalar.tag;
	node->kind = plain ? yaml_plain_kind(node->text) : NODE_TEXT;
	if (event->scalar.tag) {
		str tag;
		TRY(token_text(r->op, event->scalar.tag, &tag));
		int kind = tagged_kind(tag, node->text);
		if (kind < 0)
			return node_fail(r->op, r->doc, node, "a tag that is not known here: %.*s",
					 STR_ARG(tag));
		node->kind = (enum node_kind)kind;
	}
	return 0;
}

static int count(struct reader *r, const struct node *node, ptrdiff_t size, int height)
{
	r->nodes += size;
	if (r->nodes > LIMIT_YAML_NODES)
		return node_fail(r->op, r->doc, node, "more than %d values, aliases counted",
				 LIMIT_YAML_NODES);
	if (r->depth + height > LIMIT_DEPTH)
		return node_fail(r->op, r->doc, node, "nested deeper than %d levels", LIMIT_DEPTH);
	return 0;
}

static int open_anchor(struct reader *r, struct fy_token *token, struct anchor **ret)
{
	str name;

	*ret = NULL;
	if (!token)
		return 0;
	TRY(token_text(r->op, token, &name));
	struct anchor *anchor = op_new(r->op, struct anchor, 1);
	if (!anchor)
		return r->op->code;
	*ret = anchor;
	return map_put(&r->anchors, name, anchor);
}

static void close_anchor(struct anchor *anchor, const struct item *item)
{
	if (anchor)
		*anchor = (struct anchor){ .item = *item, .done = true };
}

static int take_key(struct reader *r, struct frame *top, const struct item *item)
{
	if (item->node.kind == NODE_LIST || item->node.kind == NODE_MAP)
		return node_fail(r->op, r->doc, &item->node, "a key must be a text");
	if (item->node.kind == NODE_NULL && item->node.text.len == 0)
		return node_fail(r->op, r->doc, &item->node, "a key is missing");
	top->key = *item;
	top->has_key = true;
	return 0;
}

/* A whole value: the document's, a list's next, or a mapping's next key or value. */
static int add_item(struct reader *r, struct item *item)
{
	struct frame *top = r->depth ? &r->frame[r->depth - 1] : NULL;

	if (top && top->self.node.kind == NODE_MAP && !top->has_key)
		return take_key(r, top, item);
	if (top && top->has_key) {
		item->node.key = top->key.node.text;
		item->node.key_line = top->key.node.line;
		item->node.key_col = top->key.node.col;
		if (top->key.plain && str_eq(item->node.key, S("<<"))) {
			if (top->merge >= 0)
				return node_fail_key(r->op, r->doc, &item->node,
						     "a second merge key");
			top->merge = r->stack.n;
		}
		top->has_key = false;
	}
	if (top) {
		top->self.size += item->size;
		if (item->height >= top->self.height)
			top->self.height = item->height + 1;
	}
	struct item *slot = vec_push(r->op, &r->stack);
	if (!slot)
		return r->op->code;
	*slot = *item;
	return 0;
}

static int on_scalar(struct reader *r, struct fy_event *event)
{
	struct item item = { .size = 1, .height = 1 };
	struct anchor *anchor;

	set_place(r, event, &item.node);
	TRY(count(r, &item.node, 1, 0));
	TRY(read_scalar(r, event, &item));
	TRY(open_anchor(r, event->scalar.anchor, &anchor));
	close_anchor(anchor, &item);
	return add_item(r, &item);
}

static int on_alias(struct reader *r, struct fy_event *event)
{
	struct node here = { 0 };
	str name;

	set_place(r, event, &here);
	TRY(token_text(r->op, event->alias.anchor, &name));
	const struct anchor *anchor = map_get(&r->anchors, name);
	if (!anchor)
		return node_fail(r->op, r->doc, &here, "the alias *%.*s stands for nothing",
				 STR_ARG(name));
	if (!anchor->done)
		return node_fail(r->op, r->doc, &here, "the alias *%.*s holds itself",
				 STR_ARG(name));
	struct item item = anchor->item;
	item.node.line = here.line;
	item.node.col = here.col;
	item.alias = true;
	item.plain = false;
	TRY(count(r, &here, item.size, item.height - 1));
	return add_item(r, &item);
}

static int on_open(struct reader *r, struct fy_event *event, enum node_kind kind,
		   struct fy_token *tag, struct fy_token *anchor)
{
	struct frame f = { .self = { .node = { .kind = kind }, .size = 1, .height = 1 },
			   .merge = -1 };
	str want = kind == NODE_MAP ? S("tag:yaml.org,2002:map") : S("tag:yaml.org,2002:seq"), got;

	set_place(r, event, &f.self.node);
	TRY(count(r, &f.self.node, 1, 1));
	if (tag) {
		TRY(token_text(r->op, tag, &got));
		if (!str_eq(got, want) && !str_eq(got, S("!")))
			return node_fail(r->op, r->doc, &f.self.node,
					 "a tag that is not known here: %.*s", STR_ARG(got));
	}
	TRY(open_anchor(r, anchor, &f.anchor));
	f.base = r->stack.n;
	r->frame[r->depth++] = f;
	return 0;
}

static int fail_duplicate(struct reader *r, const struct node *node)
{
	return node_fail_key(r->op, r->doc, node, "the key '%.*s' stands here for the second time",
			     STR_ARG(node->key));
}

/* The mapping whose keys fill in what this one does not say itself, or NULL. */
static int merged_mapping(struct reader *r, const struct frame *f, const struct node **ret)
{
	*ret = NULL;
	if (f->merge < 0)
		return 0;
	const struct item *from = &r->stack.p[f->merge];
	if (!from->alias || from->node.kind != NODE_MAP)
		return node_fail_key(r->op, r->doc, &from->node,
				     "'<<' must be an alias of a mapping");
	*ret = &from->node;
	return 0;
}

/* Check the keys of a mapping that was read, and fold in what it merges. */
static int finish_mapping(struct reader *r, struct frame *f, const struct node *merged)
{
	struct node *node = &f->self.node;
	struct op_mark mark = op_mark(r->op);
	struct map seen;
	ptrdiff_t n = 0;

	map_init(&seen, r->op);
	for (ptrdiff_t i = f->base; i < r->stack.n; i++) {
		const struct node *child = &r->stack.p[i].node;
		if (i == f->merge)
			continue;
		if (map_find(&seen, child->key) >= 0)
			return fail_duplicate(r, child);
		TRY(map_put(&seen, child->key, NULL));
		node->child[n++] = *child;
	}
	for (ptrdiff_t i = 0; merged && i < merged->n; i++) {
		if (map_find(&seen, merged->child[i].key) < 0)
			node->child[n++] = merged->child[i];
	}
	node->n = n;
	op_reset(r->op, mark);
	return 0;
}

static int on_close(struct reader *r)
{
	struct frame f = r->frame[--r->depth];
	struct node *node = &f.self.node;
	const struct node *merged;
	ptrdiff_t n = r->stack.n - f.base;

	TRY(merged_mapping(r, &f, &merged));
	node->child = op_new(r->op, struct node, n + (merged ? merged->n : 0));
	if (!node->child)
		return r->op->code;
	if (node->kind == NODE_MAP) {
		TRY(finish_mapping(r, &f, merged));
	} else {
		for (node->n = 0; node->n < n; node->n++)
			node->child[node->n] = r->stack.p[f.base + node->n].node;
	}
	r->stack.n = f.base;
	close_anchor(f.anchor, &f.self);
	return add_item(r, &f.self);
}

static int on_event(struct reader *r, struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (r->documents++)
			return op_fail(r->op, ERR_USAGE, "%.*s: holds more than one document",
				       STR_ARG(r->doc->file));
		return 0;
	case FYET_SCALAR:
		return on_scalar(r, event);
	case FYET_ALIAS:
		return on_alias(r, event);
	case FYET_SEQUENCE_START:
		return on_open(r, event, NODE_LIST, event->sequence_start.tag,
			       event->sequence_start.anchor);
	case FYET_MAPPING_START:
		return on_open(r, event, NODE_MAP, event->mapping_start.tag,
			       event->mapping_start.anchor);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return on_close(r);
	default:
		return 0;
	}
}

/* What libfyaml found wrong first. */
static int fail_syntax(struct reader *r)
{
	void *at = NULL;
	const struct fy_diag_error *e = fy_diag_errors_iterate(r->diag, &at);

	if (!e || !e->msg)
		return op_fail(r->op, ERR_USAGE, "%.*s: is not YAML", STR_ARG(r->doc->file));
	return op_fail(r->op, ERR_USAGE, "%.*s:%d:%d: is not YAML: %s", STR_ARG(r->doc->file),
		       e->line, e->column, e->msg);
}

static int read_events(struct reader *r)
{
	for (;;) {
		struct fy_event *event = fy_parser_parse(r->parser);
		if (!event)
			return fail_syntax(r);
		bool end = event->type == FYET_STREAM_END;
		int rc = on_event(r, event);
		fy_parser_event_free(r->parser, event);
		if (rc < 0)
			return rc;
		if (end)
			break;
	}
	if (fy_diag_got_error(r->diag) || r->depth)
		return fail_syntax(r);
	if (r->stack.n)
		r->doc->root = r->stack.p[0].node;
	else
		r->doc->root = (struct node){ .line = 1, .col = 1 };
	return 0;
}

/* libfyaml takes what is not UTF-8 for an end or worse: refuse it before, with its place. */
static int check_bytes(struct op *op, str file, str text)
{
	int line = 1;
	const char *line_start = text.p;

	if (text.len > LIMIT_DOCUMENT)
		return op_fail(op, ERR_USAGE, "%.*s: larger than %d bytes", STR_ARG(file),
			       LIMIT_DOCUMENT);
	while (text.len > 0) {
		ptrdiff_t width = utf8_width(text);
		if (width == 0 || text.p[0] == '\0')
			return op_fail(op, ERR_USAGE,
				       "%.*s:%d:%td: a byte that is not text: 0x%02x",
				       STR_ARG(file), line, text.p - line_start + 1,
				       (unsigned char)text.p[0]);
		if (text.p[0] == '\n') {
			line++;
			line_start = text.p + 1;
		}
		text = str_from(text, width);
	}
	return 0;
}

static void parser_close(struct fy_parser **p)
{
	if (*p)
		fy_parser_destroy(*p);
}

static void diag_close(struct fy_diag **d)
{
	if (*d)
		fy_diag_destroy(*d);
}

static void swallow(struct fy_diag *diag, void *user, const char *text, size_t len)
{
	(void)diag, (void)user, (void)text, (void)len;
}

int yaml_parse(struct op *op, str file, str text, struct doc *ret)
{
	struct doc doc = { .file = file };
	struct fy_diag_cfg say;

	TRY(check_bytes(op, file, text));
	fy_diag_cfg_default(&say);
	say.fp = NULL;
	say.output_fn = swallow;
	__attribute__((cleanup(diag_close))) struct fy_diag *diag = fy_diag_create(&say);
	if (!diag)
		return op_fail(op, ERR_MEMORY, "out of memory in libfyaml");
	fy_diag_set_collect_errors(diag, true);
	const struct fy_parse_cfg how = {
		.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE, .diag = diag
	};
	__attribute__((cleanup(parser_close))) struct fy_parser *parser = fy_parser_create(&how);
	if (!parser || fy_parser_set_string(parser, text.len ? text.p : "", (size_t)text.len) != 0)
		return op_fail(op, ERR_MEMORY, "out of memory in libfyaml");
	struct reader r = { .op = op, .doc = &doc, .parser = parser, .diag = diag };
	map_init(&r.anchors, op);
	r.frame = op_new(op, struct frame, LIMIT_DEPTH);
	if (!r.frame)
		return op->code;
	TRY(read_events(&r));
	*ret = doc;
	return 0;
}
