/*
 * Terraform's providers. Source: developer.hashicorp.com "Dependency Lock File", which Terraform
 * alone writes:
 *
 *	provider "registry.terraform.io/hashicorp/aws" {
 *	  version     = "5.72.1"
 *	  constraints = "..."
 *	  hashes = [ "h1:BASE64=", "zh:<sha256 of the archive for one platform>" ]
 *	}
 */
#include "reading.h"

static str quoted(str s)
{
	ptrdiff_t at = str_find(s, '"');

	if (at < 0)
		return S("");
	s = str_from(s, at + 1);
	return str_cut(&s, '"');
}

static int read_lock(struct reading *r)
{
	struct package p = { .type = PACKAGE_TERRAFORM };
	str rest = r->text;
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (str_starts(line, S("provider "))) {
			p = (struct package){ .type = PACKAGE_TERRAFORM };
			draft_path(&p, quoted(line));
		} else if (str_starts(line, S("version "))) {
			p.version = quoted(line);
		} else if (str_starts(line, S("\"h1:"))) {
			if (!p.facts.n)
				rc = package_fact(&r->tmp, &p.facts, "terraform:h1", quoted(line));
		} else if (str_eq(line, S("}"))) {
			rc = reading_add(r, &p, NULL);
			p = (struct package){ .type = PACKAGE_TERRAFORM };
		}
	}
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_lock);
}

const struct cataloger cataloger_terraform_lock = {
	.name = "terraform-lock",
	.what = "Terraform's providers in .terraform.lock.hcl",
	.wants = { { .glob = "**/.terraform.lock.hcl", .lock = true } },
	.read = read_file,
};
