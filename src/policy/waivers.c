/*
 * A file is known by its name (.toml, .yaml) and by the keys that stand in it; whatever is neither is
 * lines of ids, as .trivyignore is.
 */
#include "waivers.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/toml.h"
#include "codec/yaml.h"
#include "sys/clock.h"
#include "waivers_impl.h"

const char *const waiver_files[] = {
	".temper/waivers.yaml", ".trivyignore",       ".trivyignore.yaml",
	".grype.yaml",          ".grype/config.yaml", "osv-scanner.toml",
};
const size_t waiver_files_n = sizeof(waiver_files) / sizeof(waiver_files[0]);

struct waiver *waiver_add(struct op *op, struct waivers *to, str file, int line, const char *form)
{
	str where;
	bool full = to->n >= LIMIT_WAIVERS;

	if (full)
		op_fail(op, ERR_LIMIT, "%.*s: more than %d rules", STR_ARG(file), LIMIT_WAIVERS);
	if (full || op_text(op, &where, "%.*s:%d", STR_ARG(file), line) < 0)
		return NULL;
	struct waiver *w = vec_grow(op, (void **)&to->p, &to->n, &to->cap, sizeof(*to->p))
				   ? &to->p[to->n - 1]
				   : NULL;
	if (w)
		*w = (struct waiver){ .where = where, .form = form };
	return w;
}

int waivers_warn(struct op *op, struct waivers *to, str file, int line, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	str *w = vec_push(op, &to->warning);
	return w ? op_text(op, w, "%.*s:%d: %s", STR_ARG(file), line, text) : op->code;
}

/* ---- dates ---- */

static bool number(str s, ptrdiff_t at, int n, uint64_t max, uint64_t *ret)
{
	return at + n <= s.len && num_parse((str){ s.p + at, n }, max, ret);
}

bool waiver_date(str s)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year, month, day;

	if (s.len != 10 || s.p[4] != '-' || s.p[7] != '-' || !number(s, 0, 4, 9999, &year) ||
	    !number(s, 5, 2, 12, &month) || !number(s, 8, 2, 31, &day) || month == 0 || day == 0)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1] && (month != 2 || day < 29 || leap);
}

int waiver_moment(struct op *op, str s, str *ret)
{
	uint64_t h, m;
	int64_t at, offset = 0;
	char text[CLOCK_TEXT];

	if (!waiver_date(str_head(s, 10)))
		return 1;
	if (s.len == 10)
		return op_text(op, ret, "%.*sT00:00:00Z", STR_ARG(s));
	str head = str_head(s, 19), zone = str_from(s, 19);
	if (str_starts(zone, S(".")))
		zone = str_from(zone, 1);
	while (zone.len && zone.p[0] >= '0' && zone.p[0] <= '9' && s.len > 19 && s.p[19] == '.')
		zone = str_from(zone, 1);
	bool signed_zone = zone.len == 6 && (zone.p[0] == '+' || zone.p[0] == '-');
	if (signed_zone && number(zone, 1, 2, 23, &h) && number(zone, 4, 2, 59, &m))
		offset = (int64_t)(h * 3600 + m * 60) * (zone.p[0] == '-' ? -1 : 1);
	else if (zone.len && !str_eq(zone, S("Z")) && !str_eq(zone, S("z")))
		return 1;
	str utc;
	if (op_text(op, &utc, "%.*sT%.*sZ", STR_ARG(str_head(head, 10)),
		    STR_ARG(str_from(head, 11))) < 0)
		return op->code;
	if (!clock_parse_rfc3339(utc, &at))
		return 1;
	return op_copy(op, str_of(clock_rfc3339(at - offset, text)), ret);
}

/* ---- which form ---- */

static const struct {
	const char *key;
	int (*read)(struct op *op, const struct doc *doc, struct waivers *to);
} forms[] = {
	{ "waivers", waivers_read_ours },          { "ignore", waivers_read_grype },
	{ "vulnerabilities", waivers_read_trivy }, { "misconfigurations", waivers_read_trivy },
	{ "secrets", waivers_read_trivy },         { "licenses", waivers_read_trivy },
};

static int read_yaml(struct op *op, str file, str bytes, struct waivers *to)
{
	struct doc doc;

	if (yaml_parse(op, file, bytes, &doc) < 0)
		return op->code;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (node_get(&doc.root, str_of(forms[i].key)))
			return forms[i].read(op, &doc, to);
	}
	/* Grype's file may be all of other matters. */
	if (doc.root.kind == NODE_NULL || str_find_str(file, S("grype")) >= 0)
		return 0;
	return op_fail(op, ERR_USAGE,
		       "%.*s: no waivers: none of the keys 'waivers' (temper), "
		       "'ignore' (Grype) and 'vulnerabilities' (Trivy) stands in it",
		       STR_ARG(file));
}

static int read_toml(struct op *op, str file, str bytes, struct waivers *to)
{
	struct doc doc;

	if (toml_parse(op, file, bytes, &doc) < 0)
		return op->code;
	return waivers_read_osv(op, &doc, to);
}

int waivers_read(struct op *op, str file, str bytes, struct waivers *add_to)
{
	if (bytes.len > LIMIT_DOCUMENT)
		return op_fail(op, ERR_LIMIT, "%.*s: more than %d MiB", STR_ARG(file),
			       LIMIT_DOCUMENT >> 20);
	if (str_ends(file, S(".toml")))
		return read_toml(op, file, bytes, add_to);
	if (str_ends(file, S(".yaml")) || str_ends(file, S(".yml")) || str_ends(file, S(".json")) ||
	    str_starts(bytes, S("waivers:")))
		return read_yaml(op, file, bytes, add_to);
	return waivers_read_trivy_lines(op, file, bytes, add_to);
}
