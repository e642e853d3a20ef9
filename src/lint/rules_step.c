#include "base/num.h"
#include "dockerfile_impl.h"
#include "dockerfile_rules.h"

/* Rules of single instructions. */

static str workdir(struct dockerfile_ask *a)
{
	return dockerfile_bare(a, a->step->word_n > 0 ? a->step->word[0].text : S(""));
}

static int ask_absolute(struct dockerfile_ask *a)
{
	str path = workdir(a);
	bool drive = path.len > 2 && path.p[1] == ':';

	if (path.len == 0 || path.p[0] == '/' || path.p[0] == '$' || path.p[0] == '\\' || drive)
		return 0;
	return dockerfile_fault_word(a, a->step, &a->step->word[0], "WORKDIR %.*s is not absolute",
				     STR_ARG(path));
}

static int ask_system(struct dockerfile_ask *a)
{
	static const char exact[] =
		"/bin /boot /dev /etc /lib /lib32 /lib64 /proc /run /sbin /sys /usr "
		"/usr/bin /usr/lib /usr/sbin /var";
	static const char *const below[] = { "/boot/", "/dev/", "/proc/", "/sys/" };
	str path = workdir(a);
	bool bad;

	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	bad = word_in(path, exact);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		bad = bad || str_starts(path, str_of(below[i]));
	if (!bad)
		return 0;
	return dockerfile_fault_word(a, a->step, &a->step->word[0], "%.*s belongs to the system",
				     STR_ARG(path));
}

/* "8080", "80-90/tcp": the greatest port that it names; -1: it names none that is written out. */
static long port_of(str word, long *ret_first)
{
	uint64_t first, last;
	str range = word, low;

	range = str_cut(&range, '/');
	low = str_cut(&range, '-');
	if (!num_parse(low, INT32_MAX, &first))
		return low.len > 9 && str_find(low, '$') < 0 && low.p[0] >= '0' && low.p[0] <= '9'
			       ? INT32_MAX
			       : -1;
	*ret_first = (long)first;
	if (!range.p)
		return (long)first;
	return num_parse(range, INT32_MAX, &last) ? (long)(last > first ? last : first)
						  : (long)first;
}

static int ask_port(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->word_n; i++) {
		long first, last = port_of(dockerfile_bare(a, a->step->word[i].text), &first);

		if (last <= 65535)
			continue;
		int rc = dockerfile_fault_word(a, a->step, &a->step->word[i],
					       "there is no port %.*s; the last is 65535",
					       STR_ARG(a->step->word[i].text));
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int ask_ssh(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->word_n; i++) {
		str text = dockerfile_bare(a, a->step->word[i].text);
		long first, last = port_of(text, &first);

		if (last < 22 || first > 22 || str_ends(text, S("/udp")))
			continue;
		return dockerfile_fault_word(a, a->step, &a->step->word[i],
					     "port 22 is that of SSH");
	}
	return 0;
}

static int ask_json(struct dockerfile_ask *a)
{
	if (a->step->json || a->step->text.len == 0)
		return 0;
	return dockerfile_fault(
		a, a->step, a->step->text.p, str_of(dockerfile_kinds[a->step->kind]),
		"%s is run by a shell, which takes the signals that the program should get",
		dockerfile_kinds[a->step->kind]);
}

static int ask_onbuild(struct dockerfile_ask *a)
{
	const char *kind = dockerfile_kinds[a->step->kind];

	if (!a->step->onbuild)
		return 0;
	return dockerfile_fault(a, a->step, NULL, S(""), "ONBUILD cannot trigger %s", kind);
}

static int ask_maintainer(struct dockerfile_ask *a)
{
	return dockerfile_fault(
		a, a->step, NULL, S(""),
		"MAINTAINER is gone; the label org.opencontainers.image.authors is there for it");
}

/* Is the name set above in this stage, or one that it is built on? */
static bool set_above(const struct dockerfile_ask *a, str name)
{
	ptrdiff_t stage = a->step->stage, until = dockerfile_index(a, a->step);

	while (stage >= 0) {
		const struct dockerfile_stage *s = &a->d->stage[stage];

		for (ptrdiff_t i = s->step; i < until; i++) {
			const struct dockerfile_step *step = &a->d->step[i];

			for (ptrdiff_t j = 0; j < step->word_n; j++)
				if ((step->kind == DOCKERFILE_ENV ||
				     step->kind == DOCKERFILE_ARG) &&
				    str_eq(step->word[j].text, name))
					return true;
		}
		stage = s->base_stage;
		until = stage >= 0 ? a->d->stage[stage].step + a->d->stage[stage].step_n : 0;
	}
	return false;
}

/* Does the value have $name or ${name, not escaped and not in single quotes? */
static bool refers(str value, str name, char escape)
{
	char quote = 0;

	for (ptrdiff_t i = 0; i < value.len; i++) {
		char c = value.p[i];

		if (c == escape && quote != '\'') {
			i++;
			continue;
		}
		if (c == '\'' || c == '"') {
			quote = quote == c ? 0 : quote ? quote : c;
			continue;
		}
		if (c != '$' || quote == '\'')
			continue;
		bool brace = i + 1 < value.len && value.p[i + 1] == '{';
		str rest = str_from(value, i + 1 + brace);
		if (!str_starts(rest, name))
			continue;
		char next = rest.len > name.len ? rest.p[name.len] : '\0';
		if (!((next | 0x20) >= 'a' && (next | 0x20) <= 'z') &&
		    !(next >= '0' && next <= '9') && next != '_')
			return true;
	}
	return false;
}

static int ask_env(struct dockerfile_ask *a)
{
	enum { NAMES = 200 }; /* of one ENV that are compared */
	const struct dockerfile_step *s = a->step;

	for (ptrdiff_t i = 0; i < s->word_n && i < NAMES; i++)
		for (ptrdiff_t j = 0; j < s->word_n && j < NAMES; j++) {
			if (i == j || !refers(s->word[i].value, s->word[j].text, a->d->escape) ||
			    set_above(a, s->word[j].text))
				continue;
			return dockerfile_fault_word(
				a, s, &s->word[i], "%.*s refers to %.*s, which this same ENV sets",
				STR_ARG(s->word[i].text), STR_ARG(s->word[j].text));
		}
	return 0;
}

/* A name whose words, parted by '_', '-' or '.', say that it is a secret; "PUBLIC_KEY" and "TOKEN_FILE"
 * do not. */
static bool is_secret_name(str name)
{
	static const char secret[] =
		"apikey auth credential credentials key pass passphrase passwd password pwd "
		"pword secret token accesskey secretkey authtoken privatekey";
	static const char harmless[] =
		"public pub file path dir url uri id name gpg pgp signing keyserver "
		"length size ttl type algorithm expiry expiration";
	char low[128];
	bool found = false;

	if (name.len >= (ptrdiff_t)sizeof(low))
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		low[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' || c == '.' ? '_' : c;
	}
	str rest = { low, name.len };
	while (rest.p) {
		str word = str_cut(&rest, '_');

		if (word_in(word, harmless))
			return false;
		found = found || word_in(word, secret);
	}
	return found;
}

static int ask_secret(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->word_n; i++) {
		const struct dockerfile_word *w = &a->step->word[i];
		ptrdiff_t before = a->fault.n;

		if (!is_secret_name(dockerfile_bare(a, w->text)))
			continue;
		int rc = dockerfile_fault_word(a, a->step, w,
					       "%.*s in %s stays in the image for all to read",
					       STR_ARG(w->text), dockerfile_kinds[a->step->kind]);
		if (rc < 0)
			return rc;
		/* With the value itself in the file there is no doubt. */
		str value = dockerfile_bare(a, w->value);
		if (value.len > 0 && str_find(value, '$') < 0 && before < a->fault.n)
			a->fault.p[before].severity = SEVERITY_CRITICAL;
	}
	return 0;
}

/* An instruction right behind another RUN, both short and with the same flags. */
static int ask_consecutive(struct dockerfile_ask *a)
{
	enum { SHORT = 2 };
	ptrdiff_t i = dockerfile_index(a, a->step);
	const struct dockerfile_step *s = a->step, *before = s - 1;

	if (i == 0 || before->kind != DOCKERFILE_RUN || before->stage != s->stage || s->onbuild ||
	    before->onbuild || before->flag_n != s->flag_n ||
	    s->heredoc_n + before->heredoc_n > 0 || a->script[i].command_n > SHORT ||
	    a->script[i - 1].command_n > SHORT)
		return 0;
	for (ptrdiff_t j = 0; j < s->flag_n; j++)
		if (!str_eq(s->flag[j].value, before->flag[j].value))
			return 0;
	return dockerfile_fault(a, s, NULL, S(""),
				"the RUN of line %d could go on here: one layer less",
				before->line);
}

const struct dockerfile_rule dockerfile_step_rules[] = {
	{ { "DL3000", "DS-0009", SEVERITY_HIGH, "WORKDIR is absolute",
	    "A relative one goes on from wherever the base image or an instruction above left off.",
	    "Write the whole path, beginning with '/'." },
	  ASK_STEP,
	  STEP(WORKDIR),
	  ask_absolute,
	  NULL,
	  false },
	{ { "DL3011", "DS-0008", SEVERITY_HIGH, "Exposed ports exist", "Ports end at 65535.",
	    "Name a port from 0 to 65535." },
	  ASK_STEP,
	  STEP(EXPOSE),
	  ask_port,
	  NULL,
	  false },
	{ { "DL3025", "", SEVERITY_MEDIUM, "CMD and ENTRYPOINT are JSON lists",
	    "The shell form starts a shell that does not hand on signals: the program is killed "
	    "instead of "
	    "stopped, and images without a shell cannot run it.",
	    "Write it as a list: CMD [\"program\", \"argument\"]." },
	  ASK_STEP,
	  STEP(CMD) | STEP(ENTRYPOINT),
	  ask_json,
	  NULL,
	  false },
	{ { "DL3043", "", SEVERITY_HIGH, "ONBUILD triggers an instruction that it may",
	    "ONBUILD, FROM and MAINTAINER cannot be triggered; builders refuse the file.",
	    "Leave it out." },
	  ASK_STEP,
	  STEP(ONBUILD) | STEP(FROM) | STEP(MAINTAINER),
	  ask_onbuild,
	  NULL,
	  false },
	{ { "DL3044", "", SEVERITY_HIGH, "ENV does not use what it sets itself",
	    "All values of one ENV are made before any of its names is set: the variable has its "
	    "old value, or "
	    "none.",
	    "Set what is used in an ENV of its own, above." },
	  ASK_STEP,
	  STEP(ENV),
	  ask_env,
	  NULL,
	  false },
	{ { "DL3059", "", SEVERITY_LOW, "Short RUN instructions are not scattered",
	    "Each is a layer, and what a later one removes stays in the earlier.",
	    "Join them with && in one RUN." },
	  ASK_STEP,
	  STEP(RUN),
	  ask_consecutive,
	  NULL,
	  false },
	{ { "DL3064", "DS-0031 CIS-4.10 CIS-DI-0010", SEVERITY_MEDIUM,
	    "No secrets are in ARG or ENV",
	    "Both are in the image's configuration or history: everybody who can pull the image "
	    "reads them.",
	    "Give the secret to the step that needs it: RUN --mount=type=secret; at run time by a "
	    "file." },
	  ASK_STEP,
	  STEP(ARG) | STEP(ENV),
	  ask_secret,
	  NULL,
	  false },
	{ { "DL4000", "DS-0022", SEVERITY_HIGH, "MAINTAINER is not used",
	    "It has been replaced by labels long ago; tools do not read it.",
	    "LABEL org.opencontainers.image.authors=\"...\"." },
	  ASK_STEP,
	  STEP(MAINTAINER),
	  ask_maintainer,
	  NULL,
	  false },
	{ { "DS-0004", "", SEVERITY_MEDIUM, "No SSH port is exposed",
	    "A container is entered by its runtime; a shell over the network is one more way in, "
	    "with keys and "
	    "accounts of its own.",
	    "Leave the port and the SSH server out." },
	  ASK_STEP,
	  STEP(EXPOSE),
	  ask_ssh,
	  NULL,
	  false },
	{ { "DS-0030", "", SEVERITY_HIGH, "WORKDIR is no directory of the system",
	    "What the application writes or mounts there replaces what the system needs.",
	    "Work in a directory of its own: /app, /srv/name." },
	  ASK_STEP,
	  STEP(WORKDIR),
	  ask_system,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
