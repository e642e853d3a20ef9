#include "base/num.h"
#include "dockerfile_impl.h"
#include "dockerfile_rules.h"

/* Rules of FROM: the images, their names and platforms. */

/* The tag and digest of an image; empty where there is none. */
static void name_parts(str image, str *ret_name, str *ret_tag, bool *ret_digest)
{
	ptrdiff_t at = str_find(image, '@');

	*ret_digest = at >= 0;
	image = at >= 0 ? str_head(image, at) : image;
	ptrdiff_t slash = str_rfind(image, '/'), colon = str_rfind(image, ':');
	*ret_tag = colon > slash ? str_from(image, colon + 1) : S("");
	*ret_name = colon > slash ? str_head(image, colon) : image;
}

static bool is_image(const struct dockerfile_ask *a)
{
	return a->stage->base_stage == DOCKERFILE_IMAGE && a->stage->image.len > 0;
}

static const struct dockerfile_word *base_word(const struct dockerfile_ask *a)
{
	return &a->d->step[a->stage->step].word[0];
}

static int ask_tag(struct dockerfile_ask *a)
{
	str name, tag;
	bool digest;

	name_parts(a->stage->image, &name, &tag, &digest);
	if (!is_image(a) || digest || tag.len > 0)
		return 0;
	return dockerfile_fault_word(
		a, a->step, base_word(a),
		"%.*s has neither tag nor digest: it is whatever is the latest", STR_ARG(name));
}

static int ask_latest(struct dockerfile_ask *a)
{
	str name, tag;
	bool digest;

	name_parts(a->stage->image, &name, &tag, &digest);
	if (!is_image(a) || digest || !str_eq(tag, S("latest")))
		return 0;
	return dockerfile_fault_word(a, a->step, base_word(a),
				     "%.*s:latest is another image from day to day", STR_ARG(name));
}

/* A pattern of registries: '*' stands for anything; with a path it is the start of the name. */
static bool matches(str pattern, str text)
{
	const char *p = pattern.p, *t = text.p, *pe = p + pattern.len, *te = t + text.len;
	const char *star = NULL, *back = NULL;

	while (t < te) {
		if (p < pe && *p == '*') {
			star = ++p;
			back = t;
		} else if (p < pe && *p == *t) {
			p++;
			t++;
		} else if (star) {
			p = star;
			t = ++back;
		} else {
			return false;
		}
	}
	while (p < pe && *p == '*')
		p++;
	return p == pe;
}

static str registry_of(str name)
{
	ptrdiff_t slash = str_find(name, '/');
	str first = str_head(name, slash);

	if (slash < 0 || (str_find(first, '.') < 0 && str_find(first, ':') < 0 &&
			  !str_eq(first, S("localhost"))))
		return S("docker.io");
	return first;
}

static bool is_trusted(const struct texts *trusted, str name)
{
	str registry = registry_of(name);

	for (ptrdiff_t i = 0; i < trusted->n; i++) {
		str t = trusted->p[i];

		if (matches(t, registry) ||
		    (str_eq(registry, S("docker.io")) && str_eq(t, S("hub.docker.com"))))
			return true;
		if (str_find(t, '/') >= 0 && str_starts(name, t) &&
		    (str_ends(t, S("/")) || name.len == t.len || name.p[t.len] == '/'))
			return true;
	}
	return false;
}

static int ask_registry(struct dockerfile_ask *a)
{
	str name, tag;
	bool digest;

	name_parts(a->stage->image, &name, &tag, &digest);
	if (a->wish->trusted_registries.n == 0 || !is_image(a) ||
	    is_trusted(&a->wish->trusted_registries, name))
		return 0;
	return dockerfile_fault_word(a, a->step, base_word(a),
				     "%.*s comes from %.*s, which is not trusted", STR_ARG(name),
				     STR_ARG(registry_of(name)));
}

static const struct dockerfile_flag *platform_flag(const struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->flag_n; i++)
		if (str_eq(a->step->flag[i].name, S("platform")))
			return &a->step->flag[i];
	return NULL;
}

static int fault_flag(struct dockerfile_ask *a, const struct dockerfile_flag *f, const char *what)
{
	struct dockerfile_word at = { .text = f->value, .line = f->line, .col = f->col };

	return dockerfile_fault_word(a, a->step, &at, "--platform=%.*s is %s", STR_ARG(f->value),
				     what);
}

static int ask_platform(struct dockerfile_ask *a)
{
	const struct dockerfile_flag *f = platform_flag(a);

	if (!f || str_find_str(f->value, S("BUILDPLATFORM")) >= 0 ||
	    str_find_str(f->value, S("TARGETPLATFORM")) >= 0)
		return 0;
	return fault_flag(a, f, "one platform, whatever is built for");
}

static int ask_target_platform(struct dockerfile_ask *a)
{
	const struct dockerfile_flag *f = platform_flag(a);

	if (!f ||
	    (!str_eq(f->value, S("$TARGETPLATFORM")) && !str_eq(f->value, S("${TARGETPLATFORM}"))))
		return 0;
	return fault_flag(a, f, "what is taken anyhow");
}

static int ask_reserved(struct dockerfile_ask *a)
{
	if (!dockerfile_same(a->stage->name, S("scratch")) &&
	    !dockerfile_same(a->stage->name, S("context")))
		return 0;
	return dockerfile_fault_word(a, a->step, &a->step->word[2],
				     "the stage is called %.*s, which means something else",
				     STR_ARG(a->stage->name));
}

static int ask_unique(struct dockerfile_ask *a)
{
	ptrdiff_t n = a->stage - a->d->stage;
	int other = dockerfile_stage_of(a->d, a->stage->name, n, false);

	if (other < 0)
		return 0;
	return dockerfile_fault_word(a, a->step, &a->step->word[2],
				     "a stage called %.*s stands in line %d already",
				     STR_ARG(a->stage->name), a->d->stage[other].line);
}

static int ask_first(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->d->step_n; i++) {
		const struct dockerfile_step *s = &a->d->step[i];

		if (s->kind == DOCKERFILE_FROM && !s->onbuild)
			return 0;
		if (s->kind != DOCKERFILE_ARG || s->onbuild)
			return dockerfile_fault(a, s, NULL, S(""),
						"%s stands before the first FROM",
						dockerfile_kinds[s->kind]);
	}
	return 0;
}

const struct dockerfile_rule dockerfile_from_rules[] = {
	{ { "DL3006", "DS-0001 DKL-DI-0006", SEVERITY_MEDIUM, "Base images have a tag or a digest",
	    "Without one, a build takes whatever image is the newest on its day, and nobody can "
	    "tell which "
	    "that was.",
	    "Name the version: FROM name:1.2 or, better, FROM name:1.2@sha256:..." },
	  ASK_STAGE,
	  0,
	  ask_tag,
	  NULL,
	  false },
	{ { "DL3007", "DS-0001 DKL-DI-0006", SEVERITY_MEDIUM,
	    "Base images are not taken as :latest",
	    "The tag moves: two builds of one file are of two images, and a break comes "
	    "unannounced.",
	    "Name a release, or pin the digest." },
	  ASK_STAGE,
	  0,
	  ask_latest,
	  NULL,
	  false },
	{ { "DL3024", "DS-0012", SEVERITY_HIGH, "No two stages have one name",
	    "The later stage hides the earlier one: COPY --from takes from another place than it "
	    "seems to.",
	    "Give each stage a name of its own." },
	  ASK_STAGE,
	  0,
	  ask_unique,
	  NULL,
	  false },
	{ { "DL3026", "", SEVERITY_HIGH, "Base images come from trusted registries",
	    "What an image is built on is trusted with all that it does.",
	    "Take the image from a registry of the list, or mirror it there." },
	  ASK_STAGE,
	  0,
	  ask_registry,
	  NULL,
	  false },
	{ { "DL3029", "", SEVERITY_MEDIUM, "FROM does not fix a platform",
	    "A fixed platform makes the image wrong, or slow by emulation, wherever another is "
	    "asked for.",
	    "Leave --platform out and say it when building; tools that cross-compile take "
	    "--platform=$BUILDPLATFORM." },
	  ASK_STAGE,
	  0,
	  ask_platform,
	  NULL,
	  false },
	{ { "DL3061", "", SEVERITY_HIGH, "The first instruction is FROM, or an ARG for it",
	    "Everything else needs an image to work on; builders refuse such a file.",
	    "Move the instruction below FROM." },
	  ASK_FILE,
	  0,
	  ask_first,
	  NULL,
	  false },
	{ { "DL3063", "", SEVERITY_MEDIUM, "No stage has a reserved name",
	    "\"scratch\" is the empty image and \"context\" the files that are built from; a stage "
	    "of that name "
	    "cannot be told from them.",
	    "Call the stage otherwise." },
	  ASK_STAGE,
	  0,
	  ask_reserved,
	  NULL,
	  false },
	{ { "DL3065", "", SEVERITY_MEDIUM, "FROM does not ask for the platform that it gets anyhow",
	    "The platform that is built for is the default; saying it hides where a stage really "
	    "differs.",
	    "Leave --platform=$TARGETPLATFORM out." },
	  ASK_STAGE,
	  0,
	  ask_target_platform,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
