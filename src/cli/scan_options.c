#include "scan_options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/num.h"
#include "sbom/read.h"
#include "sys/clock.h"
#include "sys/file.h"

enum {
	WARN_DAYS = 14, /* before a waiver expires */
	EXIT_MAX = 255,
	NAMES_MAX = 64,        /* of systems, to find the nearest among */
	VEX_FILES = 10 * 1000, /* in a directory of statements */
};

#define EPOCH_MAX UINT64_C(253402300799) /* the last second that RFC 3339 has */

/* "24h", "7d", "90m", "3600s", "3600" as seconds. */
static int read_age(struct op *op, str text, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t seconds;
	} known[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	int64_t unit = 1;
	str digits = text;
	uint64_t n = 0;

	if (text.len == 0)
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (text.p[text.len - 1] != known[i].unit)
			continue;
		unit = known[i].seconds;
		digits = str_head(text, text.len - 1);
	}
	if (!num_parse(digits, INT32_MAX, &n) || n == 0)
		return op_fail(op, ERR_USAGE, "--max-age %.*s is no age: 24h, 7d", STR_ARG(text));
	*ret = (int64_t)n * unit;
	return 0;
}

static int read_number(struct op *op, const char *option, str text, uint64_t max, int *ret)
{
	uint64_t n = 0;

	if (text.len == 0)
		return 0;
	if (!num_parse(text, max, &n))
		return op_fail(op, ERR_USAGE, "%s %.*s is no number up to %llu", option,
			       STR_ARG(text), (unsigned long long)max);
	*ret = (int)n;
	return 0;
}

static int read_severities(struct op *op, const struct texts *given, struct texts *ret)
{
	int rc = look_split(op, given, ret);

	for (ptrdiff_t i = 0; rc == 0 && i < ret->n; i++)
		if (severity_of(ret->p[i]) == SEVERITY_UNKNOWN &&
		    !str_eq(ret->p[i], S("unknown")) && !str_eq(ret->p[i], S("UNKNOWN")))
			return op_fail(op, ERR_USAGE,
				       "there is no severity '%.*s': unknown, negligible, low, "
				       "medium, high, critical",
				       STR_ARG(ret->p[i]));
	return rc;
}

/* Grype's words for states, and what they take in of ours. */
static const struct {
	const char *word, *means[6];
} grype_states[] = {
	{ "wont-fix", { "will_not_fix" } },
	{ "not-fixed", { "affected", "fix_deferred", "end_of_life", "under_investigation" } },
};

struct words {
	str *p;
	ptrdiff_t n, cap;
};

static int add_word(struct op *op, struct words *w, str word)
{
	str *to = vec_push(op, w);

	if (!to)
		return op->code;
	*to = word;
	return 0;
}

static int add_state(struct op *op, struct words *w, str word)
{
	for (size_t i = 0; i < sizeof(grype_states) / sizeof(grype_states[0]); i++) {
		if (!str_eq(word, str_of(grype_states[i].word)))
			continue;
		for (int k = 0; k < 6 && grype_states[i].means[k]; k++)
			if (add_word(op, w, str_of(grype_states[i].means[k])) < 0)
				return op->code;
		return 0;
	}
	for (int i = 0; i < FIX_STATES; i++)
		if (str_eq(word, str_of(fix_states[i])))
			return add_word(op, w, word);
	const char *near = nearest_word(word, fix_states, FIX_STATES);
	return op_fail(op, ERR_USAGE, "there is no state '%.*s'%s%s%s", STR_ARG(word),
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int read_states(struct op *op, const struct scan_options *o, struct texts *ret)
{
	const struct texts *given[] = { &o->ignore_states, &o->ignore_status };
	struct words w = { 0 };

	for (size_t k = 0; k < 2; k++) {
		struct texts list;
		if (look_split(op, given[k], &list) < 0)
			return op->code;
		for (ptrdiff_t i = 0; i < list.n; i++)
			if (add_state(op, &w, list.p[i]) < 0)
				return op->code;
	}
	if (o->only_notfixed && add_word(op, &w, S("fixed")) < 0)
		return op->code;
	*ret = (struct texts){ w.p, w.n };
	return 0;
}

static enum scan_sort sort_of(str word)
{
	static const struct {
		const char *word;
		enum scan_sort sort;
	} known[] = { { "severity", SORT_SEVERITY },
		      { "package", SORT_PACKAGE },
		      { "vulnerability", SORT_VULNERABILITY },
		      { "epss", SORT_EPSS },
		      { "threat", SORT_EPSS },
		      { "kev", SORT_KEV } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(word, str_of(known[i].word)))
			return known[i].sort;
	return SORT_RISK;
}

/* ---- what is known ---- */

static int read_vex_file(struct op *op, str path, bool named, struct statements *ret)
{
	str bytes;
	int rc = file_read_user(op, path, LIMIT_SBOM, &bytes);

	rc = rc < 0 ? rc : vex_read(op, path, bytes, ret);
	if (rc > 0 && named)
		return op_fail(op, ERR_USAGE, "%.*s: no statements in a form that is known",
			       STR_ARG(path));
	return rc < 0 ? rc : 0;
}

static int read_vex(struct op *op, str path, struct statements *ret)
{
	const char *name = op_cstr(op, path);
	ptrdiff_t n = 0;
	bool some = false;
	struct stat st;
	AUTO_FD dir = -1;
	str *file;

	if (!name)
		return op->code;
	if (stat(name, &st) < 0 || !S_ISDIR(st.st_mode))
		return read_vex_file(op, path, true, ret);
	if (dir_open(op, AT_FDCWD, path, false, &dir) < 0 || dir_list(op, dir, path, &file, &n) < 0)
		return op->code;
	if (n > VEX_FILES)
		return op_fail(op, ERR_LIMIT, "%.*s: more than %d files", STR_ARG(path), VEX_FILES);
	for (ptrdiff_t i = 0; i < n; i++) {
		str inside;
		if (!str_ends(file[i], S(".json")))
			continue;
		some = true;
		if (op_text(op, &inside, "%.*s/%.*s", STR_ARG(path), STR_ARG(file[i])) < 0 ||
		    read_vex_file(op, inside, false, ret) < 0)
			return op->code;
	}
	return some ? 0
		    : op_fail(op, ERR_USAGE, "--vex %.*s: no file in it ends with .json",
			      STR_ARG(path));
}

static int read_rules(struct op *op, const struct texts *file, struct waivers *ret)
{
	for (ptrdiff_t i = 0; i < file->n; i++) {
		str bytes;
		if (file_read_user(op, file->p[i], LIMIT_DOCUMENT, &bytes) < 0 ||
		    waivers_read(op, file->p[i], bytes, ret) < 0)
			return op->code;
	}
	return 0;
}

/* Those that lie in the working directory, unless some are named or none are wanted. */
static int read_rules_here(struct op *op, const struct scan_options *o, struct waivers *ret)
{
	for (size_t i = 0; i < waiver_files_n; i++) {
		str bytes;
		int rc = file_read(op, AT_FDCWD, str_of(waiver_files[i]), LIMIT_DOCUMENT, &bytes);
		if (rc < 0)
			return rc;
		bool own = str_find_str(str_of(waiver_files[i]), S("temper")) >= 0;
		if (rc > 0 || (own ? o->waivers.n : o->ignorefile.n) > 0)
			continue;
		if (waivers_read(op, str_of(waiver_files[i]), bytes, ret) < 0)
			return op->code;
	}
	return 0;
}

static int read_known(struct op *op, const struct scan_options *o, struct scan_wish *ret)
{
	for (ptrdiff_t i = 0; i < o->vex.n; i++)
		if (read_vex(op, o->vex.p[i], &ret->statements) < 0)
			return op->code;
	if (read_rules(op, &o->waivers, &ret->waivers) < 0 ||
	    read_rules(op, &o->ignorefile, &ret->waivers) < 0)
		return op->code;
	return o->no_ignorefile ? 0 : read_rules_here(op, o, &ret->waivers);
}

/* ---- all of it ---- */

int scan_options_now(struct op *op, int64_t *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (epoch && !num_parse(str_of(epoch), EPOCH_MAX, &seconds))
		return op_fail(op, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: %s",
			       epoch);
	*ret = epoch ? (int64_t)seconds : clock_now();
	return 0;
}

int scan_options_exit_code(struct op *op, str text, int *ret)
{
	return read_number(op, "--exit-code", text, EXIT_MAX, ret);
}

/* "debian:12", "ubuntu-22.04", "rhel:9.2+eus": a system that advisories are read for, and its
 * release. */
static int check_distro(struct op *op, str distro)
{
	const char *name[NAMES_MAX];
	size_t n = 0;
	str rest = distro, id = str_cut(&rest, '+');
	ptrdiff_t at = str_find(id, ':');

	if (!distro.len)
		return 0;
	if (ecosystem_of_codename(id).len)
		return op_fail(op, ERR_USAGE, "--distro %.*s is %.*s", STR_ARG(distro),
			       STR_ARG(ecosystem_of_codename(id)));
	if (at < 0 && (at = str_rfind(id, '-')) >= 0 &&
	    (at + 1 == id.len || id.p[at + 1] < '0' || id.p[at + 1] > '9'))
		at = -1;
	str release = at < 0 ? S("") : str_from(id, at + 1);
	id = at < 0 ? id : str_head(id, at);
	for (size_t i = 0; i < ecosystems_n; i++) {
		const struct ecosystem_row *row = &ecosystems[i];
		if (!package_kinds[row->type].is_system)
			continue;
		if (str_eq(id, str_of(row->key)))
			return release.len || row->parts == 0
				       ? 0
				       : op_fail(op, ERR_USAGE,
						 "--distro %.*s names no release: %s:RELEASE",
						 STR_ARG(distro), row->key);
		if (n < NAMES_MAX)
			name[n++] = row->key;
	}
	const char *near = nearest_word(id, name, n);
	return op_fail(op, ERR_USAGE,
		       "--distro %.*s: no advisories are read for a system of that name%s%s%s",
		       STR_ARG(distro), near ? "; did you mean '" : "", near ? near : "",
		       near ? "'?" : "");
}

int scan_options_read(struct op *op, const struct scan_options *o, struct scan_asked *ret)
{
	struct scan_wish *w = &ret->wish;

	*ret = (struct scan_asked){ .exit_code = 1 };
	w->match = (struct match_wish){ .distro = o->distro, .by_cve = o->by_cve, .texts = true };
	w->filter.fail_on = severity_of(o->fail_on);
	w->filter.only_fixed = o->only_fixed || o->ignore_unfixed;
	w->filter.only_base = o->only_base;
	w->filter.ignore_base = o->ignore_base;
	w->filter.by_cve = o->by_cve;
	w->sort = sort_of(o->sort);
	w->apply_evidence = o->evidence;
	w->warn_days = WARN_DAYS;
	ret->any_fails = str_eq(o->fail_on, S("any")) || (o->exit_code.len && !o->fail_on.len);
	if (o->only_base && o->ignore_base)
		return op_fail(op, ERR_USAGE, "--only-base and --ignore-base leave nothing");
	if (w->filter.only_fixed && o->only_notfixed)
		return op_fail(op, ERR_USAGE, "--only-fixed and --only-notfixed leave nothing");
	if (check_distro(op, o->distro) < 0 || scan_options_now(op, &w->now) < 0 ||
	    read_age(op, o->max_age, &ret->max_age_s) < 0 ||
	    scan_options_exit_code(op, o->exit_code, &ret->exit_code) < 0 ||
	    read_number(op, "--warn-days", o->warn_days, 36500, &w->warn_days) < 0 ||
	    read_severities(op, &o->severity, &w->filter.severities) < 0 ||
	    read_states(op, o, &w->filter.ignored_states) < 0)
		return op->code;
	return read_known(op, o, w);
}

struct look_wish scan_options_look(const struct scan_options *o)
{
	return (struct look_wish){ .from = o->from,
				   .insecure = o->insecure,
				   .platform = o->platform,
				   .scope = o->scope,
				   .name = o->name,
				   .store = o->store,
				   .progress = o->progress,
				   .all_platforms = o->all_platforms,
				   .trust = o->trust,
				   .offline = o->offline,
				   .evidence = o->evidence,
				   .quiet = o->quiet,
				   .verbose = o->verbose };
}

/* ---- operands ---- */

static bool is_purl(str operand)
{
	return str_starts(operand, S("purl:")) || str_starts(operand, S("pkg:"));
}

/* A list of purls is a bill of materials, one a line. */
static int read_purls(struct op *op, const struct texts *operand, struct inventory *ret)
{
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_SBOM);
	for (ptrdiff_t i = 0; i < operand->n; i++) {
		str what = str_from(operand->p[i], str_starts(operand->p[i], S("purl:")) ? 5 : 0);
		if (!is_purl(operand->p[i]))
			return op_fail(op, ERR_USAGE,
				       "%.*s: of several operands each is a purl:PACKAGE",
				       STR_ARG(operand->p[i]));
		if (!str_starts(what, S("pkg:")) && file_read_user(op, what, LIMIT_SBOM, &what) < 0)
			return op->code;
		buf_add(&b, what);
		buf_char(&b, '\n');
	}
	int rc = buf_take(&b, &text);
	rc = rc < 0 ? rc : sbom_read(op, S("purl"), text, ret);
	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s is no package URL: pkg:TYPE/NAME@VERSION",
			       STR_ARG(operand->p[0]));
	if (rc == 0 && ret->subject.name.len == 0)
		ret->subject.name = operand->p[0];
	return rc;
}

int scan_options_open(struct op *op, struct look *look, const struct texts *operand,
		      struct inventory *ret, ptrdiff_t *ret_n)
{
	*ret_n = 0;
	if (operand->n == 0)
		return op_fail(op, ERR_USAGE,
			       "name one image, directory, file or bill of materials; see temper "
			       "scan --help");
	if (operand->n > 1 || is_purl(operand->p[0]))
		return read_purls(op, operand, ret);
	int rc = look_open(op, look, operand->p[0]);
	*ret_n = look->n;
	return rc;
}
