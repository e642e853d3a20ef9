/*
 * One affected against one version. Order of the questions: the name's kind, conditions (only), the
 * marks that versions carry (modules, fips, ksplice), spans, listed versions, the channel of the fix.
 */
#include "match_impl.h"

#include <strings.h>

static bool has(str text, const char *mark)
{
	return str_find_str(text, str_of(mark)) >= 0;
}

static bool eq_case(str a, const char *b)
{
	return (size_t)a.len == strlen(b) && strncasecmp(a.p, b, (size_t)a.len) == 0;
}

static bool has_word(str list, str word)
{
	for (str w = str_word(&list); w.len; w = str_word(&list))
		if (str_eq(w, word))
			return true;
	return false;
}

/* ---- modules ---- */

/* ".module_el8.4.0+..." (AlmaLinux) and ".module+el8.4.0+..." (Red Hat, CentOS) are the same. */
static bool is_modular(str version)
{
	return has(version, ".module_el") || has(version, ".module+el") ||
	       has(version, "+module+el");
}

/* The upstream part of [EPOCH:]VERSION-RELEASE. */
static str upstream(str version)
{
	ptrdiff_t colon = str_find(version, ':');

	version = str_from(version, colon + 1);
	ptrdiff_t dash = str_find(version, '-');
	return dash < 0 ? version : str_head(version, dash);
}

/* Is the version of the stream: "12.18.1" of "12", "7.4.3" of "7.4"? */
static bool of_stream(str version, str stream)
{
	return stream.len && str_starts(version, stream) &&
	       (version.len == stream.len || version.p[stream.len] == '.');
}

static str first_number(str version)
{
	ptrdiff_t dot = str_find(version, '.');

	return dot < 0 ? version : str_head(version, dot);
}

/*
 * A modular package and a modular bound of which one does not say the stream: are they of the same?
 * By the stream that is told, where the versions are named after it; else by their first numbers.
 */
static bool same_stream(str stream, str version, str bound)
{
	version = upstream(version);
	bound = upstream(bound);
	if (of_stream(version, stream) || of_stream(bound, stream))
		return of_stream(version, stream) && (bound.len == 0 || of_stream(bound, stream));
	return bound.len == 0 || str_eq(first_number(version), first_number(bound));
}

/* "nodejs:12" of "nodejs:12:8040020210708131418:522a0ee4". */
static str module_label(str module)
{
	str rest = module;

	str_cut(&rest, ':');
	str_cut(&rest, ':');
	return rest.p ? str_head(module, rest.p - module.p - 1) : module;
}

static str stream_of(str module)
{
	ptrdiff_t colon = str_find(module, ':');

	return colon < 0 ? S("") : str_from(module_label(module), colon + 1);
}

static str pair_of(const struct pairs *only, const char *key)
{
	for (ptrdiff_t i = 0; i < only->n; i++)
		if (str_eq(only->p[i].key, str_of(key)))
			return only->p[i].value;
	return S("");
}

/* A version in the record that shows what it was built as. */
static str bound_of(const struct affected *f)
{
	for (ptrdiff_t i = 0; i < f->span_n; i++) {
		if (f->span[i].until.len)
			return f->span[i].until;
		if (f->span[i].last.len)
			return f->span[i].last;
	}
	return f->versions.n ? f->versions.p[0] : S("");
}

static bool module_holds(const struct match_asker *a, const struct match_ask *ask,
			 const struct affected *f, str *ret_wanted)
{
	str wanted = pair_of(&f->only, "module"), bound = bound_of(f);
	bool modular = wanted.len || is_modular(bound);

	str any = S("*"); /* of a module, which one is not told */

	*ret_wanted = wanted.len && !str_eq(wanted, any) ? wanted
		      : modular                          ? S("a module")
							 : S("no module");
	/* A state of all versions that names no module is of the package as such. */
	if (!modular && bound.len == 0)
		return !a->modular || f->state == FIX_NOT_AFFECTED;
	if (modular != a->modular)
		return false;
	if (wanted.len && !str_eq(wanted, any) && a->module.len)
		return str_eq(module_label(wanted), a->module);
	return !modular ||
	       same_stream(stream_of(a->module.len ? a->module : wanted), ask->version, bound);
}

/* ---- channels, products ---- */

static bool is_subscription(str channel)
{
	return eq_case(channel, "esm") || eq_case(channel, "esm-apps") ||
	       eq_case(channel, "esm-infra") || eq_case(channel, "ltss");
}

static bool is_esm(str version)
{
	return has(version, "+esm") || has(version, "~esm");
}

/* "eus:8.4" of an image of 8.4 that has content sets of that channel, or was said to be of it. */
static bool channel_holds(const struct match_asker *a, const struct match_ask *ask, str channel)
{
	const struct match_system *s = a->system;
	ptrdiff_t colon = str_find(channel, ':');
	str name = colon < 0 ? channel : str_head(channel, colon);
	str release = colon < 0 ? S("") : str_from(channel, colon + 1);

	if (is_subscription(channel))
		return true;
	if (!s)
		return false;
	if (str_starts(name, S("FIPS")))
		return has(ask->version, "fips") || has(ask->version, "Fips");
	if (release.len && has_word(s->channels, name))
		return str_eq(release, s->version_id);
	if (str_eq(name, S("eus")) || str_eq(name, S("aus")) || str_eq(name, S("tus")) ||
	    str_eq(name, S("e4s")))
		return str_eq(release, s->version_id) && str_find_str(s->content_sets, name) >= 0;
	char product[96];
	if (channel.len + 2 >= (ptrdiff_t)sizeof(product))
		return false;
	product[0] = ':';
	memcpy(product + 1, channel.p, (size_t)channel.len);
	str text = { product, channel.len + 1 };
	return str_find_str(s->product, text) >= 0 || str_find_str(s->cpe, text) >= 0;
}

/* A list of CPEs: one of them is the system's, or the plain release of it. */
static bool cpe_holds(const struct match_asker *a, str list)
{
	const struct match_system *s = a->system;

	if (!s || (s->cpe.len == 0 && s->product.len == 0))
		return true;
	for (str w = str_word(&list); w.len; w = str_word(&list))
		if (has(w, ":redhat:enterprise_linux:") || (s->cpe.len && str_starts(w, s->cpe)) ||
		    (s->product.len && str_starts(w, s->product)))
			return true;
	return false;
}

static bool repository_holds(const struct match_asker *a, str list)
{
	if (!a->system || a->system->content_sets.len == 0)
		return true;
	for (str w = str_word(&list); w.len; w = str_word(&list))
		if (has_word(a->system->content_sets, w))
			return true;
	return false;
}

static bool arch_holds(const struct match_asker *a, str list)
{
	return a->arch.len == 0 || str_eq(a->arch, S("noarch")) || str_eq(a->arch, S("all")) ||
	       has_word(list, a->arch) || has_word(list, S("noarch")) || has_word(list, S("all"));
}

static bool condition_holds(const struct match_asker *a, const struct match_ask *ask,
			    const struct pair *only)
{
	if (str_eq(only->key, S("arch")))
		return arch_holds(a, only->value);
	if (str_eq(only->key, S("channel")))
		return channel_holds(a, ask, only->value);
	if (str_eq(only->key, S("minor")))
		return !a->system || a->system->version_id.len == 0 ||
		       has_word(only->value, a->system->version_id);
	if (str_eq(only->key, S("cpe")))
		return cpe_holds(a, only->value);
	if (str_eq(only->key, S("repository")))
		return repository_holds(a, only->value);
	return true; /* "module" was asked before; others are for people */
}

/* Oracle's builds for FIPS and for ksplice are numbered apart from all others. */
static bool marks_hold(const struct match_ask *ask, const struct affected *f, str *ret_wanted)
{
	static const char *const marks[] = { "fips", "ksplice" };
	str bound = bound_of(f);

	for (size_t i = 0; bound.len && i < sizeof(marks) / sizeof(marks[0]); i++) {
		*ret_wanted = str_of(marks[i]);
		if (has(bound, marks[i]) != has(ask->version, marks[i]))
			return false;
	}
	return true;
}

static bool conditions_hold(const struct match_asker *a, const struct match_ask *ask,
			    const struct affected *f, struct match_held *ret)
{
	if (a->rpm) {
		ret->condition = S("module");
		if (!module_holds(a, ask, f, &ret->wanted))
			return false;
		ret->condition = S("build");
		if (!marks_hold(ask, f, &ret->wanted))
			return false;
	}
	for (ptrdiff_t i = 0; i < f->only.n; i++) {
		ret->condition = f->only.p[i].key;
		ret->wanted = f->only.p[i].value;
		if (!condition_holds(a, ask, &f->only.p[i]))
			return false;
	}
	ret->condition = ret->wanted = S("");
	return true;
}

/* ---- versions ---- */

static str without_epoch(str v)
{
	return str_from(v, str_find(v, ':') + 1);
}

static struct version_span span_for(const struct match_ask *ask, const struct version_span *s)
{
	struct version_span ret = *s;

	if (ask->any_epoch) {
		ret.from = without_epoch(ret.from);
		ret.until = without_epoch(ret.until);
		ret.last = without_epoch(ret.last);
	}
	return ret;
}

static bool is_start(str from)
{
	return from.len == 0 || str_eq(from, S("0"));
}

static bool is_every(const struct version_span *s)
{
	return is_start(s->from) && !s->after && s->until.len == 0 && s->last.len == 0;
}

/* A commit's name: "8e5e7e5ab8b370d6c329ec480221332ada57f0ab". */
static bool is_commit(str v)
{
	ptrdiff_t i = 0;

	while (i < v.len && strchr("0123456789abcdef", v.p[i]) && v.p[i])
		i++;
	return v.len == 40 && i == v.len;
}

/* Schemes whose versions begin with a number, whatever else they take. */
static bool is_numbered(enum version_scheme scheme)
{
	return scheme == VERSION_CRAN || scheme == VERSION_GEM || scheme == VERSION_GO ||
	       scheme == VERSION_HACKAGE || scheme == VERSION_NUGET ||
	       scheme == VERSION_PACKAGIST || scheme == VERSION_PUB || scheme == VERSION_PYPI ||
	       scheme == VERSION_SEMVER;
}

bool match_is_version(enum version_scheme scheme, str v)
{
	bool digit = false;

	for (ptrdiff_t i = 0; i < v.len; i++) {
		if (strchr("$*<>|{} ", v.p[i]))
			return false;
		digit = digit || (v.p[i] >= '0' && v.p[i] <= '9');
	}
	if (!digit || is_commit(v) || strchr("(=!^", v.p[0]))
		return false;
	if (v.len > 1 && (v.p[0] == 'v' || v.p[0] == 'V'))
		v = str_from(v, 1);
	if (!is_numbered(scheme) || (v.p[0] >= '0' && v.p[0] <= '9'))
		return true;
	/* "go1.19" is one; "~1.2", "file:../x-1.2", "dev-1.x" are not. */
	return version_valid(scheme, v) && !str_starts(v, S("dev-"));
}

/* The nearest bound of a span that the version is not in. */
static void decide(enum version_scheme scheme, str v, const struct version_span *s,
		   struct match_held *ret)
{
	str end = s->until.len ? s->until : s->last;
	int order = end.len ? version_compare(scheme, v, end) : -1;

	if (end.len && (s->until.len ? order >= 0 : order > 0)) {
		ret->how = WHY_FIXED;
		ret->order = order;
		ret->span = *s;
	} else if (ret->how != WHY_FIXED) {
		ret->how = WHY_BEFORE;
		ret->order = is_start(s->from) ? -1 : version_compare(scheme, v, s->from);
		ret->span = *s;
	}
}

static void lowest_fix(enum version_scheme scheme, const struct match_ask *ask,
		       const struct affected *f, struct match_held *ret)
{
	for (ptrdiff_t i = 0; i < f->span_n; i++) {
		str end = f->span[i].until;
		if (end.len && version_compare(scheme, end, ask->version) > 0 &&
		    (ret->fix.len == 0 || version_compare(scheme, end, ret->fix) < 0))
			ret->fix = end;
	}
}

static void in_list(enum version_scheme scheme, const struct match_ask *ask,
		    const struct affected *f, bool unknown, struct match_held *ret)
{
	for (ptrdiff_t i = 0; i < f->versions.n; i++) {
		if (!str_eq(f->versions.p[i], ask->version) &&
		    (unknown || version_compare(scheme, f->versions.p[i], ask->version) != 0))
			continue;
		*ret = (struct match_held){ .how = WHY_MATCHED, .listed = true };
		if (!unknown)
			lowest_fix(scheme, ask, f, ret);
		return;
	}
	if (ret->how != WHY_FIXED && ret->how != WHY_BEFORE)
		ret->how = WHY_NOT_LISTED;
}

static void hold_version(enum version_scheme scheme, const struct match_ask *ask,
			 const struct affected *f, struct match_held *ret)
{
	bool unknown = !match_is_version(scheme, ask->version);

	ret->how = f->span_n == 0 && f->versions.n == 0 ? WHY_MATCHED : WHY_NOT_LISTED;
	for (ptrdiff_t i = 0; i < f->span_n; i++) {
		struct version_span s = span_for(ask, &f->span[i]);
		if (is_every(&s) || (!unknown && version_in(scheme, ask->version, &s))) {
			ret->how = WHY_MATCHED;
			ret->span = f->span[i];
			ret->fix = f->span[i].until;
			ret->order =
				s.until.len ? version_compare(scheme, ask->version, s.until) : 0;
			return;
		}
		if (!unknown)
			decide(scheme, ask->version, &s, ret);
	}
	if (f->versions.n)
		in_list(scheme, ask, f, unknown, ret);
}

/* Was it built for the minor release of "eus:8.4"? Its release says so: "151.el8_4.2". */
static bool is_of_branch(str channel, str version)
{
	str number = str_from(channel, str_find(channel, ':') + 1), major = str_cut(&number, '.');
	ptrdiff_t at = str_find_str(version, S(".el"));
	str tag = at < 0 ? S("") : str_from(version, at + 3);

	if (number.len == 0 || !str_starts(tag, major))
		return false;
	tag = str_from(tag, major.len);
	if (tag.len == 0 || tag.p[0] != '_' || !str_starts(str_from(tag, 1), number))
		return false;
	tag = str_from(tag, 1 + number.len);
	return tag.len == 0 || tag.p[0] < '0' || tag.p[0] > '9';
}

/* A package of a branch that has the branch's fix has it, whoever may use the branch. */
static void hold_branch(enum version_scheme scheme, const struct match_ask *ask,
			const struct affected *f, struct match_held *ret)
{
	struct match_held h = { 0 };

	hold_version(scheme, ask, f, &h);
	if (h.how != WHY_FIXED || f->state != FIX_FIXED)
		return;
	*ret = h;
	ret->fixed_for_subscriber = true;
}

void match_hold(const struct match_asker *a, const struct match_ask *ask, const struct affected *f,
		struct match_held *ret)
{
	str channel = pair_of(&f->only, "channel");

	*ret = (struct match_held){ .how = WHY_OTHER_PACKAGES };
	if (!(ask->names & 1u << f->names))
		return;
	if (!conditions_hold(a, ask, f, ret)) {
		ret->how = WHY_CONDITION;
		if (str_eq(ret->condition, S("channel")) && is_of_branch(channel, ask->version))
			hold_branch(a->scheme, ask, f, ret);
		return;
	}
	hold_version(a->scheme, ask, f, ret);
	if (is_subscription(channel)) {
		bool subscriber = is_esm(ask->version) ||
				  (a->system && has_word(a->system->channels, channel));
		ret->channel_fix = !subscriber && ret->fix.len;
		ret->fixed_for_subscriber = ret->how == WHY_FIXED && is_esm(ask->version);
	}
	if (ret->how == WHY_MATCHED && f->state == FIX_NOT_AFFECTED)
		ret->how = WHY_NOT_AFFECTED;
}
