#include "base/num.h"
#include "dockerfile_impl.h"
#include "dockerfile_rules.h"

/* Rules of COPY and ADD. */

static str destination(struct dockerfile_ask *a)
{
	const struct dockerfile_step *s = a->step;

	return s->word_n > 0 ? dockerfile_bare(a, s->word[s->word_n - 1].text) : S("");
}

static bool is_archive(str path)
{
	static const char *const ends[] = { ".tar", ".tgz",  ".txz", ".tbz", ".tbz2", ".tb2",
					    ".tlz", ".tpz",  ".tZ",  ".gz",  ".bz2",  ".xz",
					    ".lz",  ".lzma", ".zst", ".Z" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(path, str_of(ends[i])))
			return true;
	return false;
}

static bool is_remote(str path)
{
	static const char *const starts[] = { "http://", "https://", "git://",
					      "git@",    "ssh://",   "ftp://" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (str_starts(path, str_of(starts[i])))
			return true;
	return false;
}

static int ask_add(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i + 1 < a->step->word_n; i++) {
		str source = dockerfile_bare(a, a->step->word[i].text);

		if (is_archive(source) || is_remote(source) || str_starts(source, S("$")) ||
		    str_starts(source, S("<<")))
			continue;
		return dockerfile_fault_word(
			a, a->step, &a->step->word[i],
			"ADD of %.*s, which is neither an archive nor an address", STR_ARG(source));
	}
	return 0;
}

static int ask_directory(struct dockerfile_ask *a)
{
	str to = destination(a);

	if (a->step->word_n < 3 || str_ends(to, S("/")) || str_ends(to, S("\\")) ||
	    str_eq(to, S(".")) || str_eq(to, S("..")) || str_ends(to, S("/.")) ||
	    str_ends(to, S("/..")) || str_find(to, '$') >= 0)
		return 0;
	return dockerfile_fault_word(
		a, a->step, &a->step->word[a->step->word_n - 1],
		"%td sources go to %.*s, which is no directory without a '/' at its end",
		a->step->word_n - 1, STR_ARG(to));
}

static const struct dockerfile_flag *from_flag(const struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->flag_n; i++)
		if (str_eq(a->step->flag[i].name, S("from")))
			return &a->step->flag[i];
	return NULL;
}

static int fault_from(struct dockerfile_ask *a, const struct dockerfile_flag *f, const char *what)
{
	struct dockerfile_word at = { .text = f->value, .line = f->line, .col = f->col };

	return dockerfile_fault_word(a, a->step, &at, "--from=%.*s is %s", STR_ARG(f->value), what);
}

/* Is it the name of this very stage? */
static bool is_own(const struct dockerfile_ask *a, str name)
{
	uint64_t number;

	return a->stage && (dockerfile_same(a->stage->name, name) ||
			    (num_parse(name, INT32_MAX, &number) &&
			     (ptrdiff_t)number == a->stage - a->d->stage));
}

static int ask_from(struct dockerfile_ask *a)
{
	const struct dockerfile_flag *f = from_flag(a);

	if (!f || !a->stage || f->value.len == 0 || str_find(f->value, '$') >= 0 ||
	    str_find(f->value, ':') >= 0 || str_find(f->value, '@') >= 0 || is_own(a, f->value) ||
	    dockerfile_stage_of(a->d, f->value, a->stage - a->d->stage, true) >= 0)
		return 0;
	return fault_from(a, f, "no stage above; as an image it has no version");
}

static int ask_own(struct dockerfile_ask *a)
{
	const struct dockerfile_flag *f = from_flag(a);

	if (!f || !is_own(a, f->value) || f->value.len == 0 ||
	    dockerfile_stage_of(a->d, f->value, a->stage - a->d->stage, true) >= 0)
		return 0;
	return fault_from(a, f, "the stage that it stands in");
}

static int ask_whole(struct dockerfile_ask *a)
{
	const struct dockerfile_flag *from = from_flag(a);

	for (ptrdiff_t i = 0; from && i + 1 < a->step->word_n; i++) {
		str source = dockerfile_bare(a, a->step->word[i].text);

		if (!str_eq(source, S("/")) && !str_eq(source, S("/*")) && !str_eq(source, S("/.")))
			continue;
		return dockerfile_fault_word(a, a->step, &a->step->word[i],
					     "all of %.*s is copied, with whatever it has",
					     STR_ARG(from->value));
	}
	return 0;
}

/* Has the stage a WORKDIR above the step, its own or that of a stage that it is built on? */
static bool has_workdir(const struct dockerfile_ask *a)
{
	ptrdiff_t stage = a->step->stage, until = dockerfile_index(a, a->step);

	while (stage >= 0) {
		const struct dockerfile_stage *s = &a->d->stage[stage];

		for (ptrdiff_t i = s->step; i < until; i++)
			if (a->d->step[i].kind == DOCKERFILE_WORKDIR && !a->d->step[i].onbuild)
				return true;
		stage = s->base_stage;
		until = stage >= 0 ? a->d->stage[stage].step + a->d->stage[stage].step_n : 0;
	}
	return false;
}

static int ask_relative(struct dockerfile_ask *a)
{
	str to = destination(a);
	bool drive = to.len > 1 && to.p[1] == ':';

	if (to.len == 0 || to.p[0] == '/' || to.p[0] == '\\' || to.p[0] == '$' || drive ||
	    has_workdir(a))
		return 0;
	return dockerfile_fault_word(a, a->step, &a->step->word[a->step->word_n - 1],
				     "%.*s is relative to a folder that nothing here sets",
				     STR_ARG(to));
}

static bool extracts(const struct shell_command *c, str name)
{
	if (!shell_is_one(c, "tar bsdtar gtar"))
		return false;
	bool extract = shell_flag(c, "--extract --get", "x");
	const struct shell_word *first = shell_argument(c, 0);
	if (first && first->value.len > 0 && first->value.p[0] != '-')
		extract = extract || str_find(first->value, 'x') >= 0;
	for (ptrdiff_t i = 0; extract && shell_argument(c, i); i++) {
		str w = shell_argument(c, i)->value;

		if (str_ends(w, name) && (w.len == name.len || w.p[w.len - name.len - 1] == '/' ||
					  w.p[w.len - name.len - 1] == '='))
			return true;
	}
	return false;
}

/* An archive that is copied, and unpacked by a RUN of the same stage. */
static int ask_archive(struct dockerfile_ask *a)
{
	for (ptrdiff_t w = 0; w + 1 < a->step->word_n && a->stage && !from_flag(a); w++) {
		str name = str_base_name(dockerfile_bare(a, a->step->word[w].text));
		ptrdiff_t end = a->stage->step + a->stage->step_n;

		if (!is_archive(name))
			continue;
		for (ptrdiff_t i = dockerfile_index(a, a->step) + 1; i < end; i++)
			for (ptrdiff_t j = 0; j < a->script[i].command_n; j++)
				if (extracts(&a->script[i].command[j], name))
					return dockerfile_fault_word(
						a, a->step, &a->step->word[w],
						"%.*s is copied here and unpacked in line %d; both "
						"stay "
						"in the image",
						STR_ARG(name), a->d->step[i].line);
	}
	return 0;
}

/* Files that hold secrets, by their names. */
static bool is_secret_file(str path)
{
	static const char *const names[] = {
		".env",
		".netrc",
		".pypirc",
		".git-credentials",
		".pgpass",
		".dockercfg",
		"id_rsa",
		"id_dsa",
		"id_ecdsa",
		"id_ed25519",
		"kubeconfig",
		"terraform.tfstate",
		"credentials.json",
		"service-account.json",
	};
	static const char *const paths[] = { ".aws/credentials", ".docker/config.json",
					     ".kube/config", ".ssh/",
					     "gcloud/application_default_credentials.json" };
	static const char *const ends[] = { ".pem.key", ".p12",  ".pfx", ".jks",
					    ".ppk",     ".ovpn", ".kdbx" };
	str base = str_base_name(path);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(base, str_of(names[i])))
			return true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (str_find_str(path, str_of(paths[i])) >= 0)
			return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(base, str_of(ends[i])))
			return true;
	return str_eq(base, S(".ssh")) || str_eq(base, S(".aws")) || str_eq(base, S(".gnupg"));
}

static int ask_secret_file(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i + 1 < a->step->word_n; i++) {
		str source = dockerfile_bare(a, a->step->word[i].text);

		if (!is_secret_file(source) || str_starts(source, S("<<")))
			continue;
		return dockerfile_fault_word(a, a->step, &a->step->word[i],
					     "%.*s holds secrets, which then are in a layer",
					     STR_ARG(source));
	}
	return 0;
}

const struct dockerfile_rule dockerfile_copy_rules[] = {
	{ { "DL3010", "", SEVERITY_LOW, "Archives are unpacked by ADD",
	    "What is copied and then unpacked is in the image twice: a layer keeps the archive for "
	    "ever.",
	    "ADD the archive: it is unpacked as it is added. Or use RUN --mount=type=bind." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_archive,
	  NULL,
	  false },
	{ { "DL3020", "DS-0005 CIS-4.9 CIS-DI-0009", SEVERITY_HIGH,
	    "Files are copied by COPY, not by ADD",
	    "ADD also downloads and unpacks; a file that is meant to be copied may be taken for an "
	    "archive.",
	    "Write COPY." },
	  ASK_STEP,
	  STEP(ADD),
	  ask_add,
	  NULL,
	  false },
	{ { "DL3021", "DS-0011", SEVERITY_HIGH, "Several sources are copied into a directory",
	    "Without a '/' at its end the destination is a file, which only one source can be.",
	    "Put a '/' behind the destination." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_directory,
	  NULL,
	  false },
	{ { "DL3022", "", SEVERITY_MEDIUM,
	    "COPY --from names a stage above, or an image with its version",
	    "A name that is no stage is taken for an image on a public registry.",
	    "Name a stage, or an image with tag or digest." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_from,
	  NULL,
	  false },
	{ { "DL3023", "DS-0006", SEVERITY_HIGH, "COPY --from does not name its own stage",
	    "A stage cannot copy from itself before it is built.",
	    "Name another stage, or use RUN cp." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_own,
	  NULL,
	  false },
	{ { "DL3045", "", SEVERITY_MEDIUM, "What is copied to a relative path has a WORKDIR",
	    "Where the files land depends on the base image, and moves when that changes.",
	    "Set WORKDIR above, or write the whole path." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_relative,
	  NULL,
	  false },
	{ { "DL3067", "", SEVERITY_MEDIUM, "No stage is copied whole",
	    "Build tools, caches and secrets of the other stage come along, and its layers are "
	    "lost.",
	    "Copy the files that are needed, or build FROM that stage." },
	  ASK_STEP,
	  STEP(COPY),
	  ask_whole,
	  NULL,
	  false },
	{ { "DS-0031", "CIS-4.10 CIS-DI-0010", SEVERITY_CRITICAL,
	    "No files with secrets are copied",
	    "Whoever has the image has every file of every layer, those that are removed later "
	    "too.",
	    "Give the secret to the step that needs it: RUN --mount=type=secret." },
	  ASK_STEP,
	  STEP(COPY) | STEP(ADD),
	  ask_secret_file,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
