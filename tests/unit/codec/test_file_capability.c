#include "codec/file_capability.h"
#include "unit/harness.h"

/* Bytes as setcap(8) 2.66 writes them (getfattr -e hex), and the kernel's header defines them. */
static const struct {
	const char *what;
	str bytes;
	const char *text;
} values[] = {
	{ "setcap cap_net_raw=ep", S_INIT("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "cap_net_raw=ep" },
	{ "setcap cap_net_raw,cap_net_bind_service+p", S_INIT("\0\0\0\2\0\x24\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	  "cap_net_bind_service,cap_net_raw=p" },
	{ "setcap cap_bpf,cap_chown=eip", S_INIT("\1\0\0\2\1\0\0\0\1\0\0\0\x80\0\0\0\x80\0\0\0"), "cap_chown,cap_bpf=eip" },
	{ "setcap 'cap_chown=ep cap_kill=ei'", S_INIT("\1\0\0\2\1\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0"), "cap_chown=ep cap_kill=ei" },
	{ "setcap -n 1000 cap_sys_admin=ep", S_INIT("\1\0\0\3\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\xe8\3\0\0"), "cap_sys_admin=ep" },
	{ "revision 1", S_INIT("\1\0\0\1\2\0\0\0\0\0\0\0"), "cap_dac_override=ep" },
	{ "none in it", S_INIT("\1\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "=" },
	{ "a capability of a later kernel", S_INIT("\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\x80\0\0\0\0"), "63=p" },
	{ "nothing", S_INIT(""), "malformed" },
	{ "cut short", S_INIT("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0"), "malformed" },
	{ "revision 2 with the size of 3", S_INIT("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "malformed" },
	{ "revision 4", S_INIT("\1\0\0\4\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "malformed" },
	{ "revision 0", S_INIT("\1\0\0\0\0\x20\0\0\0\0\0\0"), "malformed" },
};

static int reading(struct op *op)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct file_capability c;
		struct buf b;
		str text;
		buf_init(&b, op, 4096);
		file_capability_read(exact(values[i].bytes), &c);
		file_capability_text(&b, &c);
		TRY(buf_take(&b, &text));
		CHECK_STR(text, str_of(values[i].text));
	}
	struct file_capability c;
	file_capability_read(values[4].bytes, &c);
	CHECK(c.revision == 3 && c.effective && c.root_uid == 1000);
	CHECK(c.permitted == UINT64_C(1) << 21 && c.inheritable == 0);
	return 0;
}

TESTS({ "every revision", reading })
