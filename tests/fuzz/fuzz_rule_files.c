/* Files by which people change rules; the first byte says which: 's' families of secrets, whose patterns can be
 * searched for; 'h' a configuration of hadolint and 'w' waivers, held against what a Dockerfile breaks. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/secrets_rules.h"
#include "base/limits.h"
#include "cli/lint_options.h"
#include "lint/lint.h"
#include "sys/file.h"

static void secrets(struct op *op, const struct texts *files)
{
	struct secret_rules rules;

	if (secrets_rules_read(op, files, &rules) < 0)
		return;
	for (ptrdiff_t i = 0; i < rules.n; i++)
		MUST(rules.rule[i].regex && rules.rule[i].id.len > 0);
}

static void lint(struct op *op, const struct lint_options *o)
{
	static const char text[] =
		"FROM debian\nRUN apt-get update\nRUN cd /x && sudo ls\nUSER root\n";
	struct lint_config c;
	struct lint_file f;

	if (lint_config_read(op, o, &c) < 0)
		return;
	int rc = lint_bytes(op, S("Dockerfile"), LINT_DOCKERFILE, str_of(text), &c.wish, &f);
	if (rc < 0 || lint_config_apply(op, &c, 1782820800, &f) < 0)
		return;
	for (ptrdiff_t i = 0; i < f.fault_n; i++)
		MUST(f.fault[i].rule && f.fault[i].line >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[64];
	AUTO_OP op;

	op_init(&op, 512 << 20);
	if (size == 0)
		return 0;
	int fd = memfd_create("rules", MFD_CLOEXEC);
	MUST(fd >= 0);
	str path = { name, snprintf(name, sizeof(name), "/proc/self/fd/%d", fd) };
	const struct texts files = { &path, 1 };
	if (file_write(&op, fd, path, (str){ (const char *)data + 1, (ptrdiff_t)size - 1 }) == 0) {
		if (data[0] == 's')
			secrets(&op, &files);
		else if (data[0] == 'h')
			lint(&op, &(struct lint_options){ .config = path });
		else
			lint(&op, &(struct lint_options){ .waivers = files });
	}
	close(fd);
	return 0;
}
