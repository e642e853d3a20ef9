/* What other programs' answers are held against: on standard input paths, one a line; for each a line of
 * what elf_hardening_read() says of the file, parted by tabs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/elf_hardening.h"
#include "sys/file.h"

static const char *const forms[] = { "other", "fixed", "pie", "shared" };
static const char *const relros[] = { "none", "partial", "full" };
static const char *const stacks[] = { "untold", "plain", "executable" };

static void answer(const char *path)
{
	AUTO_OP op;
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	struct elf_hardening h;
	uint64_t size;

	op_init(&op, 0);
	if (fd < 0 || file_size(&op, fd, str_of(path), &size) < 0)
		return;
	struct at at = at_of_fd(fd, 0, size, str_of(path));
	int rc = elf_hardening_read(&op, &at, &h);
	if (rc > 0)
		return;
	if (rc < 0) {
		(void)printf("%s\terror\t%s\n", path, op.text);
		return;
	}
	(void)printf("%s\t%s\t%s\t%s\tguard=%d\tfortified=%u\tplain=%u\tglibc=%d\tmanaged=%d\tdynamic=%d"
		     "\tsymbols=%d\ttextrel=%d\twx=%d\tcode=%llu\trunpath=%.*s%.*s\n",
		     path, forms[h.form], relros[h.relro], stacks[h.stack], h.guarded, h.fortified,
		     h.unfortified, h.glibc, h.managed, h.dynamic, h.symbols, h.textrel, h.wx,
		     (unsigned long long)h.code, STR_ARG(h.rpath), STR_ARG(h.runpath));
}

int main(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		answer(path);
	}
	return 0;
}
