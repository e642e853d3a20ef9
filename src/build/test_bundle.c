#include "test_bundle.h"

enum {
	MEMORY_MAX =
		2047 << 20, /* bytes that a container under test may use, where cgroups hold it */
	PIDS_MAX = 1024,
	CONFIG_MAX = 4 << 20,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Kernel file systems and devices. `options` are separated by commas. */
static const struct {
	const char *destination, *type, *source, *options;
} kernel_mount[] = {
	{ "/proc", "proc", "proc", "nosuid,noexec,nodev" },
	{ "/dev", "tmpfs", "tmpfs", "nosuid,noexec,strictatime,mode=755,size=65536k" },
	{ "/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620" },
	{ "/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k" },
	{ "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev" },
};

/*
 * Source: what moby masks; and what is mounted below the host's /sys, which a user namespace gets
 * by a bind whose "ro" stops at these mounts: the caller's cgroups would be the container's to
 * kill.
 */
static const char *const masked[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	"/sys/fs/cgroup",
	"/sys/fs/fuse",
};
static const char *const read_only[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};
static const char *const namespace[] = { "pid", "network", "ipc", "uts", "mount", "cgroup" };
static const char *const capability_set[] = { "bounding", "effective", "inheritable", "permitted",
					      "ambient" };

static void names(struct json_out *j, const char *key, const char *const *name, size_t n)
{
	json_key(j, str_of(key));
	json_array(j);
	for (size_t i = 0; i < n; i++)
		json_text(j, str_of(name[i]));
	json_array_end(j);
}

static void texts(struct json_out *j, const char *key, const struct texts *list)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

static void rlimit(struct json_out *j, const char *type, uint64_t value)
{
	json_object(j);
	json_pair(j, "type", str_of(type));
	json_pair_u64(j, "hard", value);
	json_pair_u64(j, "soft", value);
	json_object_end(j);
}

static void process(struct json_out *j, const struct test_bundle *b)
{
	json_object(j);
	json_key(j, S("terminal"));
	json_bool(j, false);
	json_key(j, S("user"));
	json_object(j);
	json_pair_u64(j, "uid", b->user_namespace ? 0 : b->uid);
	json_pair_u64(j, "gid", b->user_namespace ? 0 : b->gid);
	json_object_end(j);
	texts(j, "args", &b->argv);
	texts(j, "env", &b->env);
	json_pair(j, "cwd", b->cwd);
	json_key(j, S("capabilities"));
	json_object(j);
	for (size_t i = 0; i < COUNT(capability_set); i++)
		names(j, capability_set[i], NULL, 0);
	json_object_end(j);
	json_key(j, S("rlimits"));
	json_array(j);
	rlimit(j, "RLIMIT_NOFILE", b->nofile);
	rlimit(j, "RLIMIT_CORE", 0);
	json_array_end(j);
	json_key(j, S("noNewPrivileges"));
	json_bool(j, true);
	json_object_end(j);
}

static void mount_options(struct json_out *j, str options)
{
	json_key(j, S("options"));
	json_array(j);
	while (options.p)
		json_text(j, str_cut(&options, ','));
	json_array_end(j);
}

static void mount_one(struct json_out *j, str destination, const char *type, str source,
		      const char *options)
{
	json_object(j);
	json_pair(j, "destination", destination);
	json_pair(j, "type", str_of(type));
	json_pair(j, "source", source);
	mount_options(j, str_of(options));
	json_object_end(j);
}

static void mounts(struct json_out *j, const struct test_bundle *b)
{
	json_key(j, S("mounts"));
	json_array(j);
	for (size_t i = 0; i < COUNT(kernel_mount); i++)
		mount_one(j, str_of(kernel_mount[i].destination), kernel_mount[i].type,
			  str_of(kernel_mount[i].source), kernel_mount[i].options);
	/* A user namespace may not mount sysfs everywhere; the host's can be bound. */
	if (b->user_namespace)
		mount_one(j, S("/sys"), "bind", S("/sys"), "rbind,nosuid,noexec,nodev,ro");
	else
		mount_one(j, S("/sys"), "sysfs", S("sysfs"), "nosuid,noexec,nodev,ro");
	for (ptrdiff_t i = 0; i < b->mount_n; i++)
		mount_one(j, b->mount[i].destination, "bind", b->mount[i].source,
			  b->user_namespace      ? "rbind"
			  : b->mount[i].writable ? "bind,rw,nosuid,nodev"
						 : "rbind,ro,nosuid,nodev");
	json_array_end(j);
}

static void mapping(struct json_out *j, const char *key, uint32_t host)
{
	json_key(j, str_of(key));
	json_array(j);
	json_object(j);
	json_pair_u64(j, "containerID", 0);
	json_pair_u64(j, "hostID", host);
	json_pair_u64(j, "size", 1);
	json_object_end(j);
	json_array_end(j);
}

static void resources(struct json_out *j, const struct test_bundle *b)
{
	json_key(j, S("resources"));
	json_object(j);
	json_key(j, S("devices"));
	json_array(j);
	json_object(j);
	json_key(j, S("allow"));
	json_bool(j, false);
	json_pair(j, "access", S("rwm"));
	json_object_end(j);
	json_array_end(j);
	if (b->resources) {
		json_key(j, S("memory"));
		json_object(j);
		json_pair_u64(j, "limit", MEMORY_MAX);
		json_object_end(j);
		json_key(j, S("pids"));
		json_object(j);
		json_pair_u64(j, "limit", PIDS_MAX);
		json_object_end(j);
	}
	json_object_end(j);
}

static void linux_part(struct json_out *j, const struct test_bundle *b)
{
	json_key(j, S("linux"));
	json_object(j);
	if (!b->user_namespace)
		resources(j, b);
	json_key(j, S("namespaces"));
	json_array(j);
	for (size_t i = 0; i < COUNT(namespace) + b->user_namespace; i++) {
		json_object(j);
		json_pair(j, "type", i < COUNT(namespace) ? str_of(namespace[i]) : S("user"));
		json_object_end(j);
	}
	json_array_end(j);
	if (b->user_namespace) {
		mapping(j, "uidMappings", b->host_uid);
		mapping(j, "gidMappings", b->host_gid);
	}
	json_key(j, S("seccomp"));
	test_seccomp_write(j, b->platform);
	names(j, "maskedPaths", masked, COUNT(masked));
	names(j, "readonlyPaths", read_only, COUNT(read_only));
	json_object_end(j);
}

int test_bundle_config(struct op *op, const struct test_bundle *bundle, str *ret)
{
	struct buf b;
	struct json_out j;

	buf_init(&b, op, CONFIG_MAX);
	json_begin(&j, &b, 1);
	json_object(&j);
	json_pair(&j, "ociVersion", S("1.0.2"));
	json_key(&j, S("process"));
	process(&j, bundle);
	json_key(&j, S("root"));
	json_object(&j);
	json_pair(&j, "path", bundle->root);
	json_key(&j, S("readonly"));
	json_bool(&j, true);
	json_object_end(&j);
	json_pair(&j, "hostname", S("temper-test"));
	mounts(&j, bundle);
	linux_part(&j, bundle);
	json_object_end(&j);
	return buf_take(&b, ret);
}

int test_bundle_process(struct op *op, const struct test_bundle *bundle, str *ret)
{
	struct buf b;
	struct json_out j;

	buf_init(&b, op, CONFIG_MAX);
	json_begin(&j, &b, 1);
	process(&j, bundle);
	return buf_take(&b, ret);
}
