/*
 * What secrets.h found, as faults of four rules. Nothing of a value is in them: texts come masked.
 */
#include "auditor.h"
#include "base/num.h"
#include "secrets.h"

enum { CONTENT, PRIVATE_KEY, HIDDEN, CONFIG, RULES };

static const struct rule rules[RULES] = {
	[CONTENT] = { "secrets.content", "CIS-4.10 CIS-DI-0010 DS-0031", SEVERITY_CRITICAL,
		      "No file holds a credential",
		      "Whoever can pull the image can read every file of it, and images are copied "
		      "to "
		      "registries, caches and laptops.",
		      "Revoke the credential, then give it at run time: a mounted secret, or RUN "
		      "--mount=type=secret while building." },
	[PRIVATE_KEY] = { "secrets.private_key", "CIS-4.10", SEVERITY_HIGH,
			  "No file holds a private key",
			  "Who has the key can be whoever it stands for: a server, a person, an "
			  "authority.",
			  "Replace the key, then mount the new one when the container starts." },
	[HIDDEN] = { "secrets.hidden", "CIS-4.10", SEVERITY_CRITICAL,
		     "No file that a later layer removes holds a credential",
		     "A layer that removes or replaces a file leaves the old one in the layer "
		     "below, "
		     "which everybody can unpack.",
		     "Revoke the credential, then build so that no layer ever has it: RUN "
		     "--mount=type=secret, or another stage." },
	[CONFIG] = { "secrets.config", "CIS-4.10 CIS-DI-0010 DS-0031", SEVERITY_CRITICAL,
		     "No credential is in the environment, labels, history or build arguments",
		     "The configuration is shown by docker inspect and docker history, and by "
		     "every "
		     "registry's page.",
		     "Revoke the credential, then set it when the container starts; give it to a "
		     "build by RUN --mount=type=secret, never by ARG or ENV." },
};

static const struct rule *rule_of(const struct secret_found *f)
{
	if (f->where.len)
		return &rules[CONFIG];
	if (f->hidden)
		return &rules[HIDDEN];
	return str_starts(f->family, S("private-key")) || str_starts(f->family, S("putty-")) ||
			       str_eq(f->family, S("age-secret-key"))
		       ? &rules[PRIVATE_KEY]
		       : &rules[CONTENT];
}

/* "history step 3": the instruction itself. */
static str instruction_of(const struct audit_run *a, const struct secret_found *f)
{
	const char *kind = str_starts(f->where, S("environment ")) ? "ENV"
			   : str_starts(f->where, S("label "))     ? "LABEL"
			   : str_starts(f->where, S("build arg"))  ? "ARG"
			   : str_eq(f->where, S("command"))        ? "CMD"
			   : str_eq(f->where, S("entry point"))    ? "ENTRYPOINT"
			   : str_eq(f->where, S("health check"))   ? "HEALTHCHECK"
								   : NULL;
	uint64_t step;

	if (str_starts(f->where, S("history step ")) &&
	    num_parse(str_from(f->where, 13), INT32_MAX, &step) && step > 0 &&
	    (ptrdiff_t)step <= a->config->step_n)
		return a->config->step[step - 1].instruction;
	str name = str_from(f->where, str_rfind(f->where, ' ') + 1);
	return kind ? config_who(a->config, kind,
				 kind[0] == 'E' || kind[0] == 'L' || kind[0] == 'A' ? name : S(""))
		    : S("");
}

static int tell(struct op *op, struct audit_run *a, const struct secret_found *f)
{
	const struct rule *rule = rule_of(f);
	struct fault to = { .kind = f->family,
			    .path = f->file,
			    .line = f->line <= INT32_MAX ? (int)f->line : 0,
			    .layer = f->layer,
			    .severity = f->severity };
	str place = f->where.len ? f->where : f->path;

	if (f->where.len) {
		to.instruction = instruction_of(a, f);
		to.line = 0;
		if (op_text(op, &to.key, "%.*s:%.*s", STR_ARG(f->family), STR_ARG(place)) < 0)
			return op->code;
		return audit_fault(op, a, rule, to, "%.*s in the %.*s: %.*s", STR_ARG(f->title),
				   STR_ARG(place), STR_ARG(f->around));
	}
	to.instruction = audit_instruction(a, f->layer);
	if (op_text(op, &to.key, "%.*s:%.*s:%llu", STR_ARG(f->family), STR_ARG(place),
		    (unsigned long long)f->line) < 0)
		return op->code;
	const char *gone = f->hidden ? ", which a later layer removes," : "";
	if (f->line == 0)
		return audit_fault(op, a, rule, to, "%.*s in %.*s%s at byte %llu",
				   STR_ARG(f->title), STR_ARG(place), gone,
				   (unsigned long long)f->offset);
	return audit_fault(op, a, rule, to, "%.*s in %.*s%s line %llu: %.*s", STR_ARG(f->title),
			   STR_ARG(place), gone, (unsigned long long)f->line, STR_ARG(f->around));
}

static int say_of_all(struct op *op, struct audit_run *a, const char *why, bool unread)
{
	for (int i = 0; i < RULES; i++) {
		int rc = unread ? audit_unread(op, a, &rules[i], "%s", why)
				: audit_error(op, a, &rules[i], "%s", why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What could not be looked into: the check is told so, though it may hold otherwise. */
static int say_notes(struct op *op, struct audit_run *a)
{
	struct texts notes;
	int rc = secrets_notes(op, a->secrets, &notes);

	if (rc < 0 || notes.n == 0)
		return rc;
	return audit_unread(op, a, &rules[CONTENT], "%td archives were not looked into; %.*s",
			    notes.n, STR_ARG(notes.p[0]));
}

static int run(struct op *op, struct audit_run *a)
{
	struct secret_found *f;
	ptrdiff_t n;
	int rc = 0;

	if (a->no_secrets.len)
		return say_of_all(op, a, a->no_secrets.p, true);
	if (!a->secrets)
		return say_of_all(op, a, "secrets were not looked for: ask with --secrets", false);
	if (a->raw_config && (rc = secrets_config(op, a->secrets, a->raw_config)) < 0)
		return rc;
	if ((rc = secrets_found(op, a->secrets, a->tree, &f, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		if ((rc = tell(op, a, &f[i])) < 0)
			return rc;
	}
	return say_notes(op, a);
}

const struct auditor auditor_credentials = {
	.name = "credentials", .rule = rules, .rule_n = RULES, .run = run
};
