#include "confine.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
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
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;             /* ABI 6 */
};

enum {
	NET_BIND_TCP = 1 << 0,
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
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

static int grant_fd(struct op *op, int ruleset, int dir, uint64_t rights)
{
	struct path_beneath_attr attr = { .allowed_access = rights, .parent_fd = dir };

	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) < 0)
		return op_fail_errno(op, "cannot grant access to a directory");
	return 0;
}

/* The bytes of the attributes that a kernel of this ABI knows. */
static size_t attr_size(int abi)
{
	return abi >= 6   ? sizeof(struct ruleset_attr)
	       : abi >= 4 ? offsetof(struct ruleset_attr, scoped)
			  : offsetof(struct ruleset_attr, handled_access_net);
}

/* no_network: TCP and abstract sockets are refused too, as far as the kernel can. */
static int make_ruleset(struct op *op, const struct confine_spec *spec, int abi, bool no_network,
			int *ret)
{
	size_t last = sizeof(handled) / sizeof(handled[0]);
	uint64_t all = handled[(size_t)abi < last ? (size_t)abi - 1 : last - 1];
	struct ruleset_attr attr = { .handled_access_fs = all };
	const struct {
		const char *const *path;
		uint64_t rights;
	} list[] = {
		{ spec->read, RIGHTS_READ },
		{ spec->write, RIGHTS_WRITE },
		{ spec->execute, RIGHTS_EXECUTE },
	};

	if (no_network) {
		attr.handled_access_net = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
		attr.scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX_SOCKET : 0;
	}
	AUTO_FD ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(abi), 0);
	if (ruleset < 0)
		return op_fail_errno(op, "cannot make a landlock ruleset");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		for (const char *const *path = list[i].path; path && *path; path++) {
			int rc = grant(op, ruleset, *path, list[i].rights & all);
			if (rc < 0)
				return rc;
		}
	}
	for (int i = 0; i < spec->write_dir_n; i++) {
		int rc = grant_fd(op, ruleset, spec->write_dir[i], RIGHTS_WRITE & all);
		if (rc < 0)
			return rc;
	}
	*ret = fd_take(&ruleset);
	return 0;
}

static int confine_files(struct op *op, const struct confine_spec *spec, int abi)
{
	AUTO_FD ruleset = -1;
	int rc = make_ruleset(op, spec, abi, false, &ruleset);

	if (rc < 0)
		return rc;
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

/* Threads: the system calls that unpacking and compressing never need. */

#if defined(__x86_64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#endif

#ifdef AUDIT_ARCH_HERE

static const unsigned refused[] = {
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_listen,
	SYS_accept,
	SYS_accept4,
	SYS_execve,
	SYS_execveat,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_pidfd_getfd,
	SYS_io_uring_setup,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_setns,
	SYS_unshare,
	SYS_open_by_handle_at,
	SYS_init_module,
	SYS_finit_module,
	SYS_kexec_load,
	SYS_swapon,
	SYS_reboot,
};

enum {
	REFUSED_N = sizeof(refused) / sizeof(refused[0]),
	X32_BIT = 0x40000000, /* system calls of x86-64's other ABI */
};

/*
 * 0 architecture; 1 number; 2 x32; then one comparison for each refused call; allow; refuse. A jump
 * counts from the instruction behind it. Source: Linux
 * Documentation/userspace-api/seccomp_filter.rst.
 */
static int filter_calls(struct op *op)
{
	enum { HEAD = 4, ALLOW = HEAD + REFUSED_N, REFUSE };
	struct sock_filter code[REFUSE + 1] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 0, REFUSE - 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, REFUSE - 4, 0),
	};
	struct sock_fprog program = { .len = REFUSE + 1, .filter = code };

	for (int i = 0; i < REFUSED_N; i++)
		code[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i],
							      (uint8_t)(REFUSE - HEAD - i - 1), 0);
	code[ALLOW] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[REFUSE] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
		return 0;
	/* A kernel without filters, or a sandbox that lets nobody set one, does without. */
	if (errno == EINVAL || errno == ENOSYS || errno == EPERM || errno == EACCES)
		return 0;
	return op_fail_errno(op, "cannot filter a thread's system calls");
}

#else

static int filter_calls(struct op *op)
{
	return op->code; /* nobody has counted this machine's calls */
}

#endif

int confine_rules_make(struct op *op, const struct confine_spec *spec, struct confine_rules *ret)
{
	int abi = landlock_abi();

	ret->ruleset = -1;
	return abi < 2 ? 0 : make_ruleset(op, spec, abi, true, &ret->ruleset);
}

int confine_thread(struct op *op, const struct confine_rules *rules)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return op_fail_errno(op, "cannot give up new privileges");
	if (rules->ruleset >= 0 && syscall(SYS_landlock_restrict_self, rules->ruleset, 0) < 0)
		return op_fail_errno(op, "cannot confine a thread to its files");
	return filter_calls(op);
}

void confine_rules_close(struct confine_rules *rules)
{
	fd_close(&rules->ruleset);
}
