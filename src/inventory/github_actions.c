/*
 * What GitHub's workflows and composite actions use. Source: docs.github.com workflow syntax,
 *"uses".
 *
 *	- uses: OWNER/REPOSITORY[/PATH]@REF   # v1.2.3
 *
 * Lines are read, not YAML: "uses" has one line in any workflow. A commit is told with the version
 * that a comment says it to be.
 */
#include <string.h>

#include "reading.h"

static bool is_commit(str ref)
{
	for (ptrdiff_t i = 0; i < ref.len; i++) {
		if (!memchr("0123456789abcdef", ref.p[i], 16))
			return false;
	}
	return ref.len == 40;
}

/* "# v1.2.3", or an empty text. */
static str commented(str comment)
{
	while (comment.len && (*comment.p == '#' || *comment.p == ' '))
		comment = str_from(comment, 1);
	str word = str_word(&comment), number = word;
	if (number.len && *number.p == 'v')
		number = str_from(number, 1);
	return number.len && memchr("0123456789", *number.p, 10) ? word : S("");
}

static int add_action(struct reading *r, str path, str ref, str comment)
{
	struct package p = { .type = PACKAGE_GITHUB, .version = ref };
	int rc = 0;

	p.ns = str_cut(&path, '/');
	p.name = str_cut(&path, '/');
	p.subpath = path;
	if (is_commit(ref)) {
		str version = commented(comment);
		p.version = version.len ? version : ref;
		rc = package_fact(&r->tmp, &p.facts, "github:commit", ref);
	}
	return rc < 0 || !p.ns.len ? rc : reading_add(r, &p, NULL);
}

static int read_workflow(struct reading *r)
{
	str rest = r->text;
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (str_starts(line, S("- ")))
			line = str_trim(str_from(line, 2));
		if (!str_starts(line, S("uses:")))
			continue;
		line = str_from(line, 5);
		str ref = str_word(&line), path;
		if (ref.len > 1 && (*ref.p == '"' || *ref.p == '\''))
			ref = str_from(str_head(ref, ref.len - 1), 1);
		if (str_starts(ref, S(".")) || str_starts(ref, S("docker://")))
			continue;
		path = str_cut(&ref, '@');
		rc = add_action(r, path, ref, line);
	}
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_workflow);
}

const struct cataloger cataloger_github_actions = {
	.name = "github-actions",
	.what = "Actions that GitHub's workflows use",
	.wants = { { .glob = "**/.github/workflows/*.yml", .lock = true },
		   { .glob = "**/.github/workflows/*.yaml", .lock = true },
		   { .glob = "**/.github/actions/*/action.yml", .lock = true },
		   { .glob = "**/.github/actions/*/action.yaml", .lock = true } },
	.read = read_file,
};
