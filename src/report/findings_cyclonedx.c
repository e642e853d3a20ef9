/*
 * CycloneDX 1.4 to 1.6 as JSON: the bill of materials as sbom/ writes it, and in "vulnerabilities" what
 * was found in its components: one element a finding, with an analysis where it is suppressed. What
 * a filter took away is left out. Source: ECMA-424; "CycloneDX Vulnerability Exploitability Use Case".
 */
#include "base/num.h"
#include "findings_impl.h"
#include "sbom/format.h"
#include "words.h"

struct told {
	const struct report *r;
	const struct finding **finding; /* [n] those that are written */
	bool has_v4;                    /* the version knows CVSS 4 */
};

static const char *method_of(str vector, bool has_v4)
{
	static const struct {
		const char *prefix, *method;
	} known[] = { { "CVSS:4", "CVSSv4" },
		      { "CVSS:3.1/", "CVSSv31" },
		      { "CVSS:3.0/", "CVSSv3" },
		      { "AV:", "CVSSv2" },
		      { "(AV:", "CVSSv2" } };

	for (size_t i = has_v4 ? 0 : 1; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_starts(vector, str_of(known[i].prefix)))
			return known[i].method;
	return "other";
}

static void put_source(struct json_out *j, str name, str url)
{
	json_key(j, S("source"));
	json_object(j);
	json_pair(j, "name", name);
	json_pair_opt(j, "url", url);
	json_object_end(j);
}

static void put_ratings(struct json_out *j, const struct told *t, const struct finding *f)
{
	static const char *const word[SEVERITIES] = { "unknown", "info", "low",
						      "medium",  "high", "critical" };

	json_key(j, S("ratings"));
	json_array(j);
	json_object(j);
	if (f->severity_from.len)
		put_source(j, f->severity_from, S(""));
	if (f->score > 0)
		words_json_number(j, "score", f->score, 1);
	json_pair(j, "severity", str_of(word[f->severity]));
	if (f->cvss.len) {
		json_pair(j, "method", str_of(method_of(f->cvss, t->has_v4)));
		json_pair(j, "vector", f->cvss);
	}
	json_object_end(j);
	if (f->scored) {
		json_object(j);
		put_source(j, S("EPSS"), S("https://www.first.org/epss"));
		words_json_number(j, "score", f->epss, 5);
		json_pair(j, "method", S("other"));
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_names(struct op *op, struct json_out *j, const struct finding *f)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < f->ids.n; i++) {
		struct finding of = { .id = f->ids.p[i] };
		if (str_eq(f->ids.p[i], f->id))
			continue;
		if (!any) {
			json_key(j, S("references"));
			json_array(j);
		}
		any = true;
		json_object(j);
		json_pair(j, "id", f->ids.p[i]);
		put_source(j,
			   str_starts(f->ids.p[i], S("CVE-"))    ? S("NVD")
			   : str_starts(f->ids.p[i], S("GHSA-")) ? S("GitHub")
								 : S("OSV"),
			   words_url(op, &of));
		json_object_end(j);
	}
	if (any)
		json_array_end(j);
}

static void put_cwes(struct json_out *j, const struct finding *f)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < f->cwe.n; i++) {
		str digits = str_from(f->cwe.p[i], 4);
		uint64_t n = 0;
		if (!str_starts(f->cwe.p[i], S("CWE-")) || !num_parse(digits, INT32_MAX, &n) || !n)
			continue;
		if (!any) {
			json_key(j, S("cwes"));
			json_array(j);
		}
		any = true;
		json_u64(j, n);
	}
	if (any)
		json_array_end(j);
}

static void put_advisories(struct json_out *j, const struct finding *f)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < f->references.n; i++) {
		if (!str_starts(f->references.p[i], S("https://")) ||
		    str_find(f->references.p[i], ' ') >= 0)
			continue;
		if (!any) {
			json_key(j, S("advisories"));
			json_array(j);
		}
		any = true;
		json_object(j);
		json_pair(j, "url", f->references.p[i]);
		json_object_end(j);
	}
	if (any)
		json_array_end(j);
}

/* CycloneDX's word for the justification that the reason names in OpenVEX's. */
static const char *justification_of(const struct finding *f)
{
	static const char *const word[VEX_JUSTIFICATIONS] = {
		[VEX_COMPONENT_NOT_PRESENT] = "code_not_present",
		[VEX_CODE_NOT_PRESENT] = "code_not_present",
		[VEX_CODE_NOT_IN_EXECUTE_PATH] = "code_not_reachable",
		[VEX_CODE_NOT_CONTROLLED] = "requires_environment",
		[VEX_INLINE_MITIGATIONS] = "protected_by_mitigating_control",
	};

	if (f->suppressed == SUPPRESSED_CONTENT)
		return "code_not_present";
	if (f->suppressed == SUPPRESSED_EVIDENCE)
		return "code_not_reachable";
	for (int k = 1; k < VEX_JUSTIFICATIONS; k++)
		if (str_find_str(f->reason, str_of(vex_justifications[k])) >= 0)
			return word[k];
	return NULL;
}

static void put_analysis(struct json_out *j, const struct finding *f)
{
	static const char *const state[SUPPRESSED_BYS] = {
		[SUPPRESSED_OWNER] = "false_positive",      [SUPPRESSED_CONTENT] = "not_affected",
		[SUPPRESSED_NOT_AFFECTED] = "not_affected", [SUPPRESSED_VEX] = "not_affected",
		[SUPPRESSED_WAIVER] = "in_triage",          [SUPPRESSED_IGNORE] = "in_triage",
		[SUPPRESSED_EVIDENCE] = "not_affected",
	};
	const char *word = state[f->suppressed], *why = justification_of(f);

	if (!word)
		return;
	if (f->suppressed == SUPPRESSED_VEX && str_starts(f->reason, S("fixed")))
		word = "resolved";
	json_key(j, S("analysis"));
	json_object(j);
	json_pair(j, "state", str_of(word));
	if (why && str_eq(str_of(word), S("not_affected")))
		json_pair(j, "justification", str_of(why));
	json_pair_opt(j, "detail", f->reason);
	json_object_end(j);
}

static void put_property(struct json_out *j, const char *name, str value)
{
	if (value.len == 0)
		return;
	json_object(j);
	json_pair(j, "name", str_of(name));
	json_pair(j, "value", value);
	json_object_end(j);
}

static void put_properties(struct json_out *j, const struct finding *f)
{
	char number[WORDS_NUMBER];

	json_key(j, S("properties"));
	json_array(j);
	put_property(j, "temper:state", str_of(fix_states[f->state]));
	put_property(j, "temper:risk", str_of(words_number(f->risk, 2, number)));
	put_property(j, "temper:kev", f->kev_added);
	put_property(j, "temper:source", f->match_n ? f->match[0].source : S(""));
	put_property(j, "temper:suppressed", str_of(suppressed_bys[f->suppressed]));
	put_property(j, "temper:rule", f->rule);
	json_array_end(j);
}

static void put_affects(struct json_out *j, const struct package *p)
{
	json_key(j, S("affects"));
	json_array(j);
	json_object(j);
	json_pair(j, "ref", p->id);
	json_key(j, S("versions"));
	json_array(j);
	json_object(j);
	json_pair(j, "version", p->version);
	json_pair(j, "status", S("affected"));
	json_object_end(j);
	json_array_end(j);
	json_object_end(j);
	json_array_end(j);
}

static void put_vulnerability(struct op *op, void *arg, struct json_out *j, ptrdiff_t i)
{
	const struct told *t = arg;
	const struct finding *f = t->finding[i];
	const struct package *p = words_package(t->r, f);
	struct buf remedy;
	str ref;

	buf_init(&remedy, op, INT32_MAX);
	words_remedy(&remedy, t->r, f);
	if (op_text(op, &ref, "%.*s in %.*s", STR_ARG(f->id), STR_ARG(p->id)) < 0)
		return;
	json_object(j);
	json_pair(j, "bom-ref", ref);
	json_pair(j, "id", f->id);
	put_source(j, f->match_n ? f->match[0].source : S("temper"), words_url(op, f));
	put_names(op, j, f);
	put_ratings(j, t, f);
	put_cwes(j, f);
	json_pair_opt(j, "description", f->summary);
	json_pair_opt(j, "recommendation", f->fixed.n ? buf_view(&remedy) : S(""));
	put_advisories(j, f);
	put_analysis(j, f);
	put_affects(j, p);
	put_properties(j, f);
	json_object_end(j);
}

int findings_cyclonedx(struct op *op, const struct report *r, const struct findings_choice *c,
		       struct buf *b)
{
	struct told t = { .r = r };
	struct sbom_format_choice choice = {
		.indent = 1, .time = r->time, .vulnerability = put_vulnerability, .arg = &t
	};
	str what = S("cyclonedx-json");

	if (c->version.len && op_text(op, &what, "cyclonedx-json@%.*s", STR_ARG(c->version)) < 0)
		return op->code;
	int rc = sbom_format_parse(op, what, &choice);
	if (rc)
		return rc;
	t.has_v4 = str_cmp(choice.version, S("1.5")) >= 0;
	t.finding = op_new(op, const struct finding *, r->finding_n);
	if (!t.finding)
		return op->code;
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		if (r->finding[i].suppressed != SUPPRESSED_FILTER)
			t.finding[choice.vulnerability_n++] = &r->finding[i];
	return sbom_write(op, r->inventory, &choice, sink_buf, b);
}
