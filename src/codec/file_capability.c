/*
 * 0 revision << 24 | flags 4   4 permitted 4   8 inheritable 4   (revision 1: 12 bytes)
 * 12 permitted 4, 16 inheritable 4: their upper halves           (revision 2: 20 bytes)
 * 20 uid of root 4                                               (revision 3: 24 bytes)
 * All little endian.
 */
#include "file_capability.h"

#include "base/rd.h"

enum { REVISIONS = 4, EFFECTIVE = 1 };

const char *const capability_names[CAPABILITIES] = {
	"cap_chown",
	"cap_dac_override",
	"cap_dac_read_search",
	"cap_fowner",
	"cap_fsetid",
	"cap_kill",
	"cap_setgid",
	"cap_setuid",
	"cap_setpcap",
	"cap_linux_immutable",
	"cap_net_bind_service",
	"cap_net_broadcast",
	"cap_net_admin",
	"cap_net_raw",
	"cap_ipc_lock",
	"cap_ipc_owner",
	"cap_sys_module",
	"cap_sys_rawio",
	"cap_sys_chroot",
	"cap_sys_ptrace",
	"cap_sys_pacct",
	"cap_sys_admin",
	"cap_sys_boot",
	"cap_sys_nice",
	"cap_sys_resource",
	"cap_sys_time",
	"cap_sys_tty_config",
	"cap_mknod",
	"cap_lease",
	"cap_audit_write",
	"cap_audit_control",
	"cap_setfcap",
	"cap_mac_override",
	"cap_mac_admin",
	"cap_syslog",
	"cap_wake_alarm",
	"cap_block_suspend",
	"cap_audit_read",
	"cap_perfmon",
	"cap_bpf",
	"cap_checkpoint_restore",
};

void file_capability_read(str value, struct file_capability *ret)
{
	static const ptrdiff_t sizes[REVISIONS] = { -1, 12, 20, 24 };
	struct rd r = { .in = value };
	uint32_t magic = rd_u32(&r), revision = magic >> 24;

	*ret = (struct file_capability){ 0 };
	if (r.bad || revision >= REVISIONS || sizes[revision] != value.len)
		return;
	ret->permitted = rd_u32(&r);
	ret->inheritable = rd_u32(&r);
	if (revision >= 2) {
		ret->permitted |= (uint64_t)rd_u32(&r) << 32;
		ret->inheritable |= (uint64_t)rd_u32(&r) << 32;
	}
	if (revision == 3)
		ret->root_uid = rd_u32(&r);
	ret->effective = magic & EFFECTIVE;
	ret->revision = (uint8_t)revision;
}

static void name_set(struct buf *b, uint64_t set, const char *flags)
{
	bool first = true;

	for (int i = 0; i < 64; i++) {
		if (!(set >> i & 1))
			continue;
		buf_add(b, first ? S("") : S(","));
		first = false;
		if (i < CAPABILITIES)
			buf_add(b, str_of(capability_names[i]));
		else
			buf_fmt(b, "%d", i);
	}
	buf_fmt(b, "=%s", flags);
}

void file_capability_text(struct buf *b, const struct file_capability *c)
{
	/* Those that are in both sets, in one, in the other. */
	const struct {
		uint64_t set;
		const char *plain, *effective;
	} parts[] = {
		{ c->permitted & c->inheritable, "ip", "eip" },
		{ c->permitted & ~c->inheritable, "p", "ep" },
		{ c->inheritable & ~c->permitted, "i", "ei" },
	};
	bool some = false;

	if (c->revision == 0)
		buf_add(b, S("malformed"));
	for (size_t i = 0; c->revision && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].set)
			continue;
		buf_add(b, some ? S(" ") : S(""));
		name_set(b, parts[i].set, c->effective ? parts[i].effective : parts[i].plain);
		some = true;
	}
	if (c->revision && !some)
		buf_add(b, S("="));
}
