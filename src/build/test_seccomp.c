/*
 * The system calls that a server or command under test may make, in the manner of what container
 * engines allow a process without capabilities. Everything else is EPERM. Names that a kernel or
 * libseccomp does not know are passed over by the runtimes.
 */
#include "test_bundle.h"

static const char *const allowed[] = {
	/* files */
	"access",
	"chdir",
	"chmod",
	"chown",
	"chown32",
	"close",
	"close_range",
	"copy_file_range",
	"creat",
	"dup",
	"dup2",
	"dup3",
	"faccessat",
	"faccessat2",
	"fadvise64",
	"fadvise64_64",
	"fallocate",
	"fchdir",
	"fchmod",
	"fchmodat",
	"fchmodat2",
	"fchown",
	"fchown32",
	"fchownat",
	"fcntl",
	"fcntl64",
	"fdatasync",
	"fgetxattr",
	"flistxattr",
	"flock",
	"fremovexattr",
	"fsetxattr",
	"fstat",
	"fstat64",
	"fstatat64",
	"fstatfs",
	"fstatfs64",
	"fsync",
	"ftruncate",
	"ftruncate64",
	"futimesat",
	"getcwd",
	"getdents",
	"getdents64",
	"getxattr",
	"ioctl",
	"lchown",
	"lchown32",
	"lgetxattr",
	"link",
	"linkat",
	"listxattr",
	"llistxattr",
	"_llseek",
	"lremovexattr",
	"lseek",
	"lsetxattr",
	"lstat",
	"lstat64",
	"mkdir",
	"mkdirat",
	"mknod",
	"mknodat",
	"newfstatat",
	"open",
	"openat",
	"openat2",
	"pread64",
	"preadv",
	"preadv2",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"read",
	"readahead",
	"readlink",
	"readlinkat",
	"readv",
	"removexattr",
	"rename",
	"renameat",
	"renameat2",
	"rmdir",
	"sendfile",
	"sendfile64",
	"setxattr",
	"splice",
	"stat",
	"stat64",
	"statfs",
	"statfs64",
	"statx",
	"symlink",
	"symlinkat",
	"sync",
	"sync_file_range",
	"syncfs",
	"tee",
	"truncate",
	"truncate64",
	"umask",
	"unlink",
	"unlinkat",
	"utime",
	"utimensat",
	"utimensat_time64",
	"utimes",
	"vmsplice",
	"write",
	"writev",
	/* memory */
	"brk",
	"get_mempolicy",
	"madvise",
	"membarrier",
	"memfd_create",
	"memfd_secret",
	"mincore",
	"mlock",
	"mlock2",
	"mlockall",
	"mmap",
	"mmap2",
	"mprotect",
	"mremap",
	"msync",
	"munlock",
	"munlockall",
	"munmap",
	"pkey_alloc",
	"pkey_free",
	"pkey_mprotect",
	"process_mrelease",
	"remap_file_pages",
	/* processes and threads */
	"arch_prctl",
	"capget",
	"capset",
	"execve",
	"execveat",
	"exit",
	"exit_group",
	"fork",
	"futex",
	"futex_requeue",
	"futex_time64",
	"futex_wait",
	"futex_waitv",
	"futex_wake",
	"getcpu",
	"getegid",
	"getegid32",
	"geteuid",
	"geteuid32",
	"getgid",
	"getgid32",
	"getgroups",
	"getgroups32",
	"getpgid",
	"getpgrp",
	"getpid",
	"getppid",
	"getpriority",
	"getresgid",
	"getresgid32",
	"getresuid",
	"getresuid32",
	"getrlimit",
	"get_robust_list",
	"getrusage",
	"getsid",
	"get_thread_area",
	"gettid",
	"getuid",
	"getuid32",
	"ioprio_get",
	"ioprio_set",
	"kill",
	"landlock_add_rule",
	"landlock_create_ruleset",
	"landlock_restrict_self",
	"pidfd_open",
	"pidfd_send_signal",
	"prctl",
	"prlimit64",
	"rseq",
	"sched_getaffinity",
	"sched_getattr",
	"sched_getparam",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"sched_getscheduler",
	"sched_rr_get_interval",
	"sched_rr_get_interval_time64",
	"sched_setaffinity",
	"sched_setattr",
	"sched_setparam",
	"sched_setscheduler",
	"sched_yield",
	"seccomp",
	"setfsgid",
	"setfsgid32",
	"setfsuid",
	"setfsuid32",
	"setgid",
	"setgid32",
	"setgroups",
	"setgroups32",
	"setpgid",
	"setpriority",
	"setregid",
	"setregid32",
	"setresgid",
	"setresgid32",
	"setresuid",
	"setresuid32",
	"setreuid",
	"setreuid32",
	"setrlimit",
	"set_robust_list",
	"setsid",
	"set_thread_area",
	"set_tid_address",
	"setuid",
	"setuid32",
	"sysinfo",
	"tgkill",
	"times",
	"tkill",
	"ugetrlimit",
	"uname",
	"vfork",
	"wait4",
	"waitid",
	"waitpid",
	/* signals and time */
	"alarm",
	"clock_getres",
	"clock_getres_time64",
	"clock_gettime",
	"clock_gettime64",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"getitimer",
	"gettimeofday",
	"nanosleep",
	"pause",
	"restart_syscall",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigqueueinfo",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigtimedwait",
	"rt_sigtimedwait_time64",
	"rt_tgsigqueueinfo",
	"setitimer",
	"sigaltstack",
	"signalfd",
	"signalfd4",
	"sigprocmask",
	"sigreturn",
	"time",
	"timer_create",
	"timer_delete",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_gettime64",
	"timerfd_settime",
	"timerfd_settime64",
	"timer_getoverrun",
	"timer_gettime",
	"timer_gettime64",
	"timer_settime",
	"timer_settime64",
	/* waiting */
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_ctl_old",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"epoll_wait_old",
	"eventfd",
	"eventfd2",
	"inotify_add_watch",
	"inotify_init",
	"inotify_init1",
	"inotify_rm_watch",
	"io_cancel",
	"io_destroy",
	"io_getevents",
	"io_pgetevents",
	"io_pgetevents_time64",
	"io_setup",
	"io_submit",
	"_newselect",
	"poll",
	"ppoll",
	"ppoll_time64",
	"pselect6",
	"pselect6_time64",
	"select",
	/* sockets, pipes and System V */
	"accept",
	"accept4",
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"ipc",
	"listen",
	"mq_getsetattr",
	"mq_notify",
	"mq_open",
	"mq_timedreceive",
	"mq_timedreceive_time64",
	"mq_timedsend",
	"mq_timedsend_time64",
	"mq_unlink",
	"msgctl",
	"msgget",
	"msgrcv",
	"msgsnd",
	"pipe",
	"pipe2",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmmsg_time64",
	"recvmsg",
	"semctl",
	"semget",
	"semop",
	"semtimedop",
	"semtimedop_time64",
	"send",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shmat",
	"shmctl",
	"shmdt",
	"shmget",
	"shutdown",
	"socketcall",
	"socketpair",
	/* the rest */
	"getrandom",
	"name_to_handle_at",
	"arm_fadvise64_64",
	"arm_sync_file_range",
	"breakpoint",
	"cacheflush",
	"set_tls",
	"sync_file_range2",
	"riscv_flush_icache",
};

/* Allowed for certain values of one argument only. */
static const struct {
	const char *name;
	unsigned index;
	uint64_t mask, value; /* mask 0: the argument must equal value */
	bool unequal;         /* must differ from value */
} guarded[] = {
	/* personality(2): the usual ones, and asking */
	{ "personality", 0, 0, 0x0, false },
	{ "personality", 0, 0, 0x8, false },
	{ "personality", 0, 0, 0x20000, false },
	{ "personality", 0, 0, 0x20008, false },
	{ "personality", 0, 0, 0xffffffff, false },
	/* clone(2) without any flag for a new namespace: 0x7e020000 is all of them */
	{ "clone", 0, 0x7e020000, 0, false },
	/* socket(2) of any family but AF_VSOCK, which reaches the hypervisor */
	{ "socket", 0, 0, 40, true },
};

/* libseccomp's names for the machines that temper builds for. */
static const struct {
	const char *arch, *seccomp;
} machine[] = {
	{ "amd64", "SCMP_ARCH_X86_64" },    { "arm64", "SCMP_ARCH_AARCH64" },
	{ "armhf", "SCMP_ARCH_ARM" },       { "i386", "SCMP_ARCH_X86" },
	{ "ppc64el", "SCMP_ARCH_PPC64LE" }, { "s390x", "SCMP_ARCH_S390X" },
	{ "riscv64", "SCMP_ARCH_RISCV64" }, { "loong64", "SCMP_ARCH_LOONGARCH64" },
};

enum { ENOSYS_NUMBER = 38, EPERM_NUMBER = 1 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void write_guarded(struct json_out *j, size_t i)
{
	const char *op = guarded[i].mask      ? "SCMP_CMP_MASKED_EQ"
			 : guarded[i].unequal ? "SCMP_CMP_NE"
					      : "SCMP_CMP_EQ";

	json_object(j);
	json_key(j, S("names"));
	json_array(j);
	json_text(j, str_of(guarded[i].name));
	json_array_end(j);
	json_pair(j, "action", S("SCMP_ACT_ALLOW"));
	json_key(j, S("args"));
	json_array(j);
	json_object(j);
	json_pair_u64(j, "index", guarded[i].index);
	json_pair_u64(j, "value", guarded[i].mask ? guarded[i].mask : guarded[i].value);
	if (guarded[i].mask)
		json_pair_u64(j, "valueTwo", guarded[i].value);
	json_pair(j, "op", str_of(op));
	json_object_end(j);
	json_array_end(j);
	json_object_end(j);
}

/* clone3's flags lie in memory, where a filter cannot look: libc falls back to clone on ENOSYS. */
static void write_clone3(struct json_out *j)
{
	json_object(j);
	json_key(j, S("names"));
	json_array(j);
	json_text(j, S("clone3"));
	json_array_end(j);
	json_pair(j, "action", S("SCMP_ACT_ERRNO"));
	json_pair_u64(j, "errnoRet", ENOSYS_NUMBER);
	json_object_end(j);
}

void test_seccomp_write(struct json_out *j, const struct platform *platform)
{
	json_object(j);
	json_pair(j, "defaultAction", S("SCMP_ACT_ERRNO"));
	json_pair_u64(j, "defaultErrnoRet", EPERM_NUMBER);
	json_key(j, S("architectures"));
	json_array(j);
	for (size_t i = 0; i < COUNT(machine); i++)
		if (str_eq(str_of(machine[i].arch), str_of(platform->deb_arch)))
			json_text(j, str_of(machine[i].seccomp));
	json_array_end(j);
	json_key(j, S("syscalls"));
	json_array(j);
	json_object(j);
	json_key(j, S("names"));
	json_array(j);
	for (size_t i = 0; i < COUNT(allowed); i++)
		json_text(j, str_of(allowed[i]));
	json_array_end(j);
	json_pair(j, "action", S("SCMP_ACT_ALLOW"));
	json_object_end(j);
	write_clone3(j);
	for (size_t i = 0; i < COUNT(guarded); i++)
		write_guarded(j, i);
	json_array_end(j);
	json_object_end(j);
}
