/*
 * Debian's lists of packages whose security support is limited or has ended before the release's.
 * Source: the package debian-security-support, and what its files say at their head:
 *
 *	security-support-ended.deb12:  SOURCE  LAST-VERSION  YYYY-mm-dd  [text or address]
 *	security-support-limited:      SOURCE  [text or address]
 *
 * separated by blanks, "#" before a comment. A SOURCE may be a pattern ("php-horde.*"): it is handed on
 * as it is written. The release is the number at the end of the file's name, else what the
 * configuration says of it.
 */
#include "feed_values.h"

static bool is_ended(const struct feed_document *d)
{
	return str_find_str(str_base_name(d->name), S("ended")) >= 0 ||
	       str_find_str(str_head(d->bytes, 512), S("security support ends")) >= 0;
}

static int ecosystem_of(struct op *op, const struct feed_document *d, str *ret)
{
	ptrdiff_t at = str_find_str(d->name, S(".deb"));
	str number = str_from(d->name, at + 4);

	*ret = d->release.len ? d->release : S("debian");
	if (at < 0 || number.len == 0 || number.p[0] < '0' || number.p[0] > '9')
		return 0;
	return op_text(op, ret, "debian:%.*s", STR_ARG(number));
}

/* 1: the line says nothing that can be understood. */
static int line_of(struct op *op, str line, str ecosystem, bool ended, const struct feed_sink *sink)
{
	str rest = line;
	struct life life = { .ecosystem = ecosystem, .name = str_word(&rest) };
	str version = ended ? str_word(&rest) : S("");
	str end = ended ? str_word(&rest) : S("");

	life.standard_end = feed_time(end);
	rest = str_trim(rest);
	if (!feed_name_good(life.name) || (ended && life.standard_end.len == 0))
		return 1;
	const char *head = ended ? "no security support after" : "limited security support";
	bool told = ended && !str_eq(version, S("0"));
	if (op_text(op, &life.note, "%s%s%.*s%s%.*s", head, ended ? " " : "",
		    STR_ARG(told ? version : life.standard_end), rest.len ? ": " : "",
		    STR_ARG(rest)) < 0)
		return op->code;
	return sink->life(op, sink->to, &life);
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	bool ended = is_ended(d);
	str rest = d->bytes, ecosystem = { 0 };
	int rc = ecosystem_of(op, d, &ecosystem);

	while (rest.p && rc >= 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (line.len == 0 || line.p[0] == '#')
			continue;
		rc = line_of(op, line, ecosystem, ended, sink);
		*ret_bad += rc == 1;
	}
	return rc < 0 ? rc : 0;
}

static bool looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 512);

	return str_find_str(head, S("# List of packages whose security support ends")) >= 0 ||
	       str_find_str(head, S("# List of packages where security support is limited")) >= 0;
}

const struct feed feed_debian_support = {
	.name = "debian-support",
	.what = "debian-security-support: what is limited or has ended",
	.ends = "ended limited .deb9 .deb10 .deb11 .deb12 .deb13 .deb14 .deb15",
	.looks_like = looks_like,
	.read = read,
};
