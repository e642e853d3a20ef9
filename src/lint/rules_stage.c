#include "base/num.h"
#include "dockerfile_impl.h"
#include "dockerfile_rules.h"

/* Rules of what a stage comes to: what counts is the last of its kind, or that there is one. */

/* The last step of a kind in the stage, or in what it is built on; NULL: there is none. */
static const struct dockerfile_step *last_of(const struct dockerfile_ask *a,
					     enum dockerfile_kind kind)
{
	int stage = (int)(a->stage - a->d->stage);

	while (stage >= 0) {
		const struct dockerfile_stage *s = &a->d->stage[stage];

		for (ptrdiff_t i = s->step + s->step_n - 1; i >= s->step; i--)
			if (a->d->step[i].kind == kind && !a->d->step[i].onbuild)
				return &a->d->step[i];
		stage = s->base_stage;
	}
	return NULL;
}

static bool is_target(const struct dockerfile_ask *a)
{
	return a->stage - a->d->stage == a->d->target;
}

/* Of "user:group", the user; with the variables that have no value in the file. */
static str user_of(struct dockerfile_ask *a, const struct dockerfile_step *s)
{
	str user = s->word_n > 0 ? dockerfile_bare(a, s->word[0].text) : S(""), value;

	if (str_find(user, '$') >= 0) {
		int rc = dockerfile_value(a->op, a->d, s, s->word[0].text, &value);

		if (rc < 0 && rc != ERR_MEMORY)
			op_forgive(a->op);
		if (rc != 0)
			return user;
		user = value;
	}
	return str_trim(str_cut(&user, ':'));
}

/* Docker takes no user for root. */
static bool is_root(str user)
{
	uint64_t number;

	return user.len == 0 || str_eq(user, S("root")) ||
	       (num_parse(user, INT32_MAX, &number) && number == 0);
}

static int ask_root(struct dockerfile_ask *a)
{
	const struct dockerfile_step *s = is_target(a) ? last_of(a, DOCKERFILE_USER) : NULL;

	if (!s || !is_root(user_of(a, s)))
		return 0;
	return dockerfile_fault_word(a, s, &s->word[0], "the image runs as root");
}

static int ask_user(struct dockerfile_ask *a)
{
	const struct dockerfile_stage *base = a->stage;

	if (!is_target(a) || last_of(a, DOCKERFILE_USER))
		return 0;
	while (base->base_stage >= 0)
		base = &a->d->stage[base->base_stage];
	/* Images that say by their name that they are not root's. */
	if (str_find_str(base->base, S("nonroot")) >= 0 ||
	    str_find_str(base->base, S("rootless")) >= 0 ||
	    str_find_str(base->base, S("unprivileged")) >= 0)
		return 0;
	return dockerfile_fault(a, a->step, NULL, S("USER"),
				"no USER: the image runs as its base does, which mostly is root");
}

static int ask_numeric(struct dockerfile_ask *a)
{
	const struct dockerfile_step *s = is_target(a) ? last_of(a, DOCKERFILE_USER) : NULL;
	str user = s ? user_of(a, s) : S("");

	if (user.len == 0 || is_root(user) || str_find(user, '$') >= 0 ||
	    str_find(user, '\\') >= 0 || num_parse(user, UINT32_MAX, &(uint64_t){ 0 }))
		return 0;
	return dockerfile_fault_word(a, s, &s->word[0], "%.*s is a number only within the image",
				     STR_ARG(user));
}

/* The second and later ones of a kind in one stage; `with` is the kind. */
static int ask_single(struct dockerfile_ask *a)
{
	enum dockerfile_kind kind = *(const enum dockerfile_kind *)a->row->with;
	const struct dockerfile_step *before = NULL;

	for (ptrdiff_t i = a->stage->step; i < a->stage->step + a->stage->step_n; i++) {
		const struct dockerfile_step *s = &a->d->step[i];

		if (s->kind != kind || s->onbuild)
			continue;
		if (before) {
			int rc = dockerfile_fault(a, s, NULL, S(""),
						  "the %s of line %d does not count any more",
						  dockerfile_kinds[kind], before->line);
			if (rc < 0)
				return rc;
		}
		before = s;
	}
	return 0;
}

static int ask_health(struct dockerfile_ask *a)
{
	if (!is_target(a) || last_of(a, DOCKERFILE_HEALTHCHECK))
		return 0;
	return dockerfile_fault(a, a->step, NULL, S("HEALTHCHECK"), "no HEALTHCHECK");
}

/* Both wget and curl. */
static int ask_fetchers(struct dockerfile_ask *a)
{
	const struct shell_command *first = NULL;

	for (ptrdiff_t i = a->stage->step; i < a->stage->step + a->stage->step_n; i++)
		for (ptrdiff_t j = 0; j < a->script[i].command_n; j++) {
			const struct shell_command *c = &a->script[i].command[j];

			if (!shell_is_one(c, "curl wget"))
				continue;
			if (!first)
				first = c;
			if (str_eq(shell_program(c), shell_program(first)))
				continue;
			return dockerfile_fault(a, &a->d->step[i], c->at, S("wget curl"),
						"%.*s here, %.*s above: one of them is enough",
						STR_ARG(shell_program(c)),
						STR_ARG(shell_program(first)));
		}
	return 0;
}

static const enum dockerfile_kind cmd = DOCKERFILE_CMD, entrypoint = DOCKERFILE_ENTRYPOINT,
				  healthcheck = DOCKERFILE_HEALTHCHECK;

const struct dockerfile_rule dockerfile_stage_rules[] = {
	{ { "DL3002", "DS-0002 CIS-4.1 CIS-DI-0001", SEVERITY_MEDIUM, "The last USER is not root",
	    "Whoever breaks the program is root in the container, one fault of the kernel or a "
	    "mount away from "
	    "the host.",
	    "End with USER and a number: USER 65532." },
	  ASK_STAGE,
	  0,
	  ask_root,
	  NULL,
	  false },
	{ { "DL3012", "DS-0023", SEVERITY_HIGH, "A stage has one HEALTHCHECK",
	    "Only the last one counts.", "Leave one." },
	  ASK_STAGE,
	  0,
	  ask_single,
	  &healthcheck,
	  false },
	{ { "DL3057", "DS-0026 CIS-4.6 CIS-DI-0006", SEVERITY_NEGLIGIBLE,
	    "The image has a HEALTHCHECK",
	    "Docker tells by it whether the program works, not only whether it runs. Kubernetes "
	    "has probes of "
	    "its own and does not look at it.",
	    "HEALTHCHECK CMD [\"program\", \"--check\"], or NONE where an orchestrator probes." },
	  ASK_STAGE,
	  0,
	  ask_health,
	  NULL,
	  false },
	{ { "DL3066", "", SEVERITY_LOW, "The USER is a number",
	    "A host or orchestrator that must tell root from others knows only numbers: "
	    "Kubernetes' "
	    "runAsNonRoot refuses a name.",
	    "Write the number that the image gives the user." },
	  ASK_STAGE,
	  0,
	  ask_numeric,
	  NULL,
	  false },
	{ { "DL4001", "DS-0014", SEVERITY_MEDIUM, "One of wget and curl is used, not both",
	    "Each is a package with libraries and vulnerabilities of its own.",
	    "Settle on one of them." },
	  ASK_STAGE,
	  0,
	  ask_fetchers,
	  NULL,
	  false },
	{ { "DL4003", "DS-0016", SEVERITY_MEDIUM, "A stage has one CMD",
	    "Only the last one counts.", "Leave one." },
	  ASK_STAGE,
	  0,
	  ask_single,
	  &cmd,
	  false },
	{ { "DL4004", "DS-0007", SEVERITY_HIGH, "A stage has one ENTRYPOINT",
	    "Only the last one counts.", "Leave one." },
	  ASK_STAGE,
	  0,
	  ask_single,
	  &entrypoint,
	  false },
	{ { "DS-0002", "CIS-4.1 CIS-DI-0001", SEVERITY_HIGH, "The image says which user it runs as",
	    "Without USER it is the base image's, which is root unless somebody saw to it, and may "
	    "change "
	    "unseen.",
	    "End with USER and a number: USER 65532." },
	  ASK_STAGE,
	  0,
	  ask_user,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
