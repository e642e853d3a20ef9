#include "confine.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "file.h"

/*
 * Landlock's ABI, carried here: the headers of Debian 12 know version 2 only.
 * Source: Linux 6.12 include/uapi/linux/landlock.h.
 */
enum {
	CREATE_RULESET_VERSION = 1,
	RULE_PATH_BENEATH = 1,

	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,     /* ABI 2 */
	FS_TRUNCATE = 1 << 14,  /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */

	RIGHTS_READ = FS_READ_FILE | FS_READ_DIR,
	RIGHTS_EXECUTE = RIGHTS_READ | FS_EXECUTE,
	/* Device nodes may never be made. */
	RIGHTS_WRITE = RIGHTS_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |
		       FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER |
		       FS_TRUNCATE,
	/* What may be granted on something that is no directory. */
	RIGHTS_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
};

/* What each ABI handles, from version 1 on. */
static const uint64_t handled[] = {
	FS_REFER - 1,           (FS_REFER << 1) - 1,     (FS_TRUNCATE << 1) - 1,
	(FS_TRUNCATE << 1) - 1, (FS_IOCTL_DEV << 1) - 1,
};

struct ruleset_attr {
	uint64_t handled_access_fs;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

static int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static int grant(struct op *op, int ruleset, const char *path, uint64_t rights)
{
	struct stat st;
	AUTO_FD fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return op_fail_errno(op, "cannot open %s", path);
	if (!S_ISDIR(st.st_mode))
		rights &= RIGHTS_FILE;
	struct path_beneath_attr attr = { .allowed_access = rights, .parent_fd = fd };
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) < 0)
		return op_fail_errno(op, "cannot grant access to %s", path);
	return 0;
}

static int confine_files(struct op *op, const struct confine_spec *spec, int abi)
{
	size_t last = sizeof(handled) / sizeof(handled[0]);
	uint64_t all = handled[(size_t)abi < last ? (size_t)abi - 1 : last - 1];
	struct ruleset_attr attr = { all };
	const struct {
		const char *const *path;
		uint64_t rights;
	} list[] = {
		{ spec->read, RIGHTS_READ },
		{ spec->write, RIGHTS_WRITE },
		{ spec->execute, RIGHTS_EXECUTE },
	};
	AUTO_FD ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (ruleset < 0)
		return op_fail_errno(op, "cannot make a landlock ruleset");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		for (const char *const *path = list[i].path; path && *path; path++) {
			int rc = grant(op, ruleset, *path, list[i].rights & all);
			if (rc < 0)
				return rc;
		}
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return op_fail_errno(op, "cannot confine this process to its files");
	return 0;
}

int confine(struct op *op, const struct confine_spec *spec, struct confine_held *ret)
{
	struct rlimit core;
	int abi = spec->no_files ? 0 : landlock_abi();

	if (spec->umask)
		(void)umask(spec->umask);
	/* The soft limit alone would do for the kernel; the hard one keeps children from raising
	 * it. */
	core = (struct rlimit){ 0, 0 };
	if (setrlimit(RLIMIT_CORE, &core) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return op_fail_errno(op, "cannot switch core dumps off");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return op_fail_errno(op, "cannot give up new privileges");
	int rc = abi > 0 ? confine_files(op, spec, abi) : 0;
	if (rc < 0)
		return rc;
	if (ret)
		*ret = (struct confine_held){ .landlock = abi, .truncate = abi >= 3 };
	return 0;
}
