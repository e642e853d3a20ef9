/*
 * told: advisories as lines of text, so that a test can say what a reader must find:
 *
 *	DSA-1-1 "summary" related CVE-1,CVE-2 published 2023-03-29 severity high
 *	  debian:11 source:xen fixed <4.14-1 on 2023-03-29 severity low urgency no-dsa only arch=x86_64
 */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include <fcntl.h>
#include <stdlib.h>

#include "advisory/feed.h"
#include "base/buf.h"
#include "sys/file.h"
#include "unit/harness.h"

struct told {
	struct buf b;
	uint64_t records, affected, spans, bad;
	bool count_only, brief; /* brief: no heads, "ID ecosystem name state <until" a line */
};

static inline void told_list(struct buf *b, const char *what, const struct texts *t)
{
	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_fmt(b, "%s%s%.*s", i ? "," : " ", i ? "" : what, STR_ARG(t->p[i]));
}

static inline void told_text(struct buf *b, const char *what, str text)
{
	if (text.len)
		buf_fmt(b, " %s%.*s", what, STR_ARG(text));
}

static inline void told_affected(struct buf *b, const struct affected *a)
{
	static const char *const names[] = { "", "source:", "binary:" };

	buf_fmt(b, "%.*s %s%.*s %s", STR_ARG(a->ecosystem), names[a->names], STR_ARG(a->name),
		fix_states[a->state]);
	for (ptrdiff_t i = 0; i < a->span_n; i++) {
		const struct version_span *s = &a->span[i];
		if (s->from.len)
			buf_fmt(b, " %s%.*s", s->after ? ">" : ">=", STR_ARG(s->from));
		if (s->until.len)
			buf_fmt(b, "%s<%.*s", s->from.len ? "" : " ", STR_ARG(s->until));
		if (s->last.len)
			buf_fmt(b, "%s<=%.*s", s->from.len ? "" : " ", STR_ARG(s->last));
	}
	told_list(b, "versions ", &a->versions);
	told_list(b, "imports ", &a->imports);
	told_text(b, "on ", a->fixed_on);
	if (a->severity)
		buf_fmt(b, " severity %s", severities[a->severity]);
	told_text(b, "urgency ", a->urgency);
	for (ptrdiff_t i = 0; i < a->only.n; i++)
		buf_fmt(b, " only %.*s=%.*s", STR_ARG(a->only.p[i].key),
			STR_ARG(a->only.p[i].value));
}

static inline void told_head(struct buf *b, const struct advisory *a)
{
	buf_fmt(b, "%.*s", STR_ARG(a->id));
	if (a->summary.len)
		buf_fmt(b, " \"%.*s\"", STR_ARG(a->summary));
	told_list(b, "alias ", &a->aliases);
	told_list(b, "related ", &a->related);
	told_text(b, "published ", a->published);
	told_text(b, "modified ", a->modified);
	told_text(b, "withdrawn ", a->withdrawn);
	if (a->severity)
		buf_fmt(b, " severity %s", severities[a->severity]);
	told_list(b, "", &a->cvss);
	told_list(b, "", &a->cwe);
	buf_char(b, '\n');
}

static inline int told_advisory(struct op *op, void *to, const struct advisory *a)
{
	struct told *t = to;

	(void)op;
	t->records++;
	t->affected += (uint64_t)a->affected_n;
	if (!t->count_only && !t->brief)
		told_head(&t->b, a);
	for (ptrdiff_t i = 0; i < a->affected_n; i++) {
		MUST(a->affected[i].ecosystem.len && a->affected[i].name.len);
		t->spans += (uint64_t)a->affected[i].span_n;
		if (t->count_only)
			continue;
		if (t->brief)
			buf_fmt(&t->b, "%.*s ", STR_ARG(a->id));
		else
			buf_add(&t->b, S("  "));
		told_affected(&t->b, &a->affected[i]);
		buf_char(&t->b, '\n');
	}
	return 0;
}

/* What reads the document, on its own memory so that what the sink keeps is a copy. */
static inline int told_read(struct op *op, const struct feed *feed, str name, str bytes,
			    const char *release, struct told *t)
{
	struct feed_document d = { .name = name, .bytes = bytes, .release = str_of(release) };
	struct feed_sink sink = { .advisory = told_advisory, .to = t };
	AUTO_OP in;

	if (!t->b.op)
		buf_init(&t->b, op, 256 << 20);
	op_init(&in, 0);
	in.fault = op->fault;
	t->bad = 0;
	int rc = feed->read(&in, &d, &sink, &t->bad);
	op_adopt_error(op, &in);
	return rc;
}

/* Where something of the shared advisories lies; false: not on this machine. */
static inline bool told_path(struct op *op, const char *path, str *ret)
{
	const char *shared = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");

	return op_text(op, ret, "%s%s/advisories/%s",
		       shared   ? shared
		       : source ? source
				: ".",
		       shared ? "" : "/../shared/data", path) == 0 &&
	       access(ret->p, R_OK) == 0;
}

/* A file of them, whole, in op. */
static inline bool told_shared(struct op *op, const char *path, str *ret)
{
	str full;

	return told_path(op, path, &full) && file_read_user(op, full, 256 << 20, ret) == 0;
}

/* Does what was told hold these bytes at the beginning of a line? */
static inline bool told_has(const struct told *t, str line)
{
	str text = buf_view(&t->b);

	for (str at = text; at.p;) {
		ptrdiff_t found = str_find_str(at, line);
		if (found < 0)
			return false;
		if (at.p + found == text.p || at.p[found - 1] == '\n')
			return true;
		at = str_from(at, found + 1);
	}
	return false;
}

#endif
