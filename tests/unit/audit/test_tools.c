#include "audited.h"

#include "audit/tools_names.h"

#define X(p)                                                              \
	{                                                                 \
		.path = S_INIT(p), .bytes = S_INIT("#!/x\n"), .mode = 0755 \
	}
#define L(p, to)                                         \
	{                                                \
		.path = S_INIT(p), .link = S_INIT(to)    \
	}
/* A program: an ELF header that says so, and what it says of itself. */
#define HEAD "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0" \
	     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\x38\0\0\0\x40\0\0\0\0\0"
#define E(p, says)                                                              \
	{                                                                       \
		.path = S_INIT(p), .bytes = S_INIT(HEAD says), .mode = 0755 \
	}

static const struct audited_row rows[] = {
	{ "fs.no_shell", "pass", { "{}", { X("usr/sbin/nginx"), AT("bin/sh.txt", "x"), AT("bin/sh", "not executable") } } },
	{ "fs.no_shell", "fail: usr/bin/dash is a shell; also as bin/sh", { "{}", { X("usr/bin/dash"), L("bin/sh", "/usr/bin/dash") } } },
	{ "fs.no_shell", "pass", { "{}", { L("bin/sh", "dash") } } },
	/* Alternatives are followed; what the link leads to may have a name of its own. */
	{ "fs.no_editors",
	  "fail: usr/bin/vim.tiny is an editor; also as usr/bin/vi",
	  { "{}", { X("usr/bin/vim.tiny"), L("usr/bin/vi", "/etc/alternatives/vi"), L("etc/alternatives/vi", "/usr/bin/vim.tiny") } } },
	/* One program of many names. */
	{ "fs.no_shell",
	  "fail: bin/busybox is a multi-call binary; also as bin/sh",
	  { "{}", { X("bin/busybox"), L("bin/sh", "busybox"), L("usr/bin/wget", "../../bin/busybox"), L("usr/bin/vi", "/bin/busybox") } } },
	{ "fs.no_network_tools",
	  "fail: usr/bin/wget is a transfer tool (bin/busybox)",
	  { "{}", { X("bin/busybox"), L("bin/sh", "busybox"), L("usr/bin/wget", "../../bin/busybox") } } },
	/* By its bytes, whatever it is called. */
	{ "fs.no_shell", "fail: app/init is busybox, by its bytes", { "{}", { E("app/init", "BusyBox v1.36.1 (2024)") } } },
	{ "fs.no_shell", "fail: x is toybox, by its bytes", { "{}", { E("x", "toybox 0.8.9") } } },
	{ "fs.no_shell", "fail: x is bash, by its bytes", { "{}", { E("x", "@(#)Bash version 5.2.15(1) release GNU") } } },
	{ "fs.no_shell", "fail: x is dash, by its bytes", { "{}", { E("x", "Maximum function recursion depth (%d) reached") } } },
	{ "fs.no_shell", "fail: x is zsh, by its bytes", { "{}", { E("x", "zwc file (%s) for zsh-%s") } } },
	{ "fs.no_shell", "fail: x is ksh93, by its bytes", { "{}", { E("x", "@(#)$Id: sh (AT&T Research) 93u+m/1.0.4") } } },
	{ "fs.no_shell", "pass", { "{}", { E("x", "Maximum recursion depth reached, zsh-5.9, @(#)$Id: type (ksh 93u+m)") } } },
	{ "fs.no_debugger", "fail: y is gdb, by its bytes", { "{}", { E("y", "This GDB was configured as") } } },
	{ "fs.no_shell", "pass", { "{}", { E("app/init", "like busybox") } } },
	/* Elsewhere the name of a program that no package brought counts too, that of a script does not. */
	{ "fs.no_shell", "fail: opt/x/bash is a shell", { "{}", { E("opt/x/bash", "") } } },
	{ "fs.no_shell", "pass", { "{}", { X("opt/x/bash") } } },
	{ "fs.no_shell", "fail: busybox/sh is a shell", { "{\"config\":{\"Env\":[\"PATH=/busybox\"]}}", { X("busybox/sh") } } },

	{ "fs.no_package_manager", "fail: usr/bin/dpkg is a package manager", { "{}", { X("usr/bin/dpkg") } } },
	{ "fs.no_package_manager", "fail: sbin/apk is a package manager", { "{}", { X("sbin/apk") } } },
	{ "fs.no_package_manager", "fail: usr/local/bin/pip3.11 is a language package manager", { "{}", { X("usr/local/bin/pip3.11") } } },
	{ "fs.no_package_manager", "pass", { "{}", { X("usr/bin/dpkg-trigger-x"), AT("var/lib/dpkg/status", "") } } },
	{ "fs.no_compiler",
	  "fail: usr/bin/x86_64-linux-gnu-gcc-12 is a compiler; also as usr/bin/gcc, usr/bin/gcc-12",
	  { "{}", { X("usr/bin/x86_64-linux-gnu-gcc-12"), L("usr/bin/gcc", "gcc-12"), L("usr/bin/gcc-12", "x86_64-linux-gnu-gcc-12") } } },
	{ "fs.no_compiler", "fail: usr/bin/git is a version control tool", { "{}", { X("usr/bin/git") } } },
	{ "fs.no_compiler", "pass", { "{}", { AT("usr/lib/gcc/x", "x") } } },
	{ "fs.no_debugger", "fail: usr/bin/strace is a tracer", { "{}", { X("usr/bin/strace") } } },
	{ "fs.no_debugger", "pass", { "{}", { X("usr/bin/straced") } } },
	{ "fs.no_network_tools", "fail: bin/nc.openbsd is a network tool; also as bin/nc", { "{}", { X("bin/nc.openbsd"), L("bin/nc", "nc.openbsd") } } },
	{ "fs.no_network_tools", "pass", { "{}", { X("bin/curlew") } } },
	{ "fs.no_editors", "pass", { "{}", { X("bin/examine") } } },
	{ "fs.no_privilege_tools", "fail: usr/bin/sudo is a privilege tool", { "{}", { X("usr/bin/sudo") } } },
	{ "fs.no_privilege_tools", "pass", { "{}", { X("usr/bin/summary") } } },
	{ "fs.no_interpreter", "fail: usr/bin/python3.11 is an interpreter; also as usr/bin/python3",
	  { "{}", { X("usr/bin/python3.11"), L("usr/bin/python3", "python3.11") } } },
	{ "fs.no_interpreter", "pass", { "{}", { X("usr/bin/pythonic") } } },
	/* The application's own. */
	{ "fs.no_interpreter",
	  "pass",
	  { "{\"config\":{\"Cmd\":[\"/usr/bin/python3\",\"-m\",\"x\"]}}", { X("usr/bin/python3.11"), L("usr/bin/python3", "python3.11") } } },
	{ "fs.no_interpreter",
	  "fail: usr/bin/perl is an interpreter",
	  { "{\"config\":{\"Entrypoint\":[\"node\"],\"Cmd\":[\"perl\"]}}", { X("usr/bin/node"), X("usr/bin/perl") } } },
};

static int tools(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

static int names(struct op *op)
{
	static const struct {
		const char *name, *tool;
	} cases[] = {
		{ "sh", "sh" },		 { "gcc-12", "gcc" },	       { "aarch64-linux-gnu-g++-13", "g++" },
		{ "perl5.36.0", "perl" }, { "perl5.36-x86_64-linux-gnu", "perl" }, { "lua5.4", "lua" },
		{ "clang-14", "clang" }, { "node20", "node" },	       { "ksh93", "ksh93" },
		{ "php8.2", "php" },	 { "x86_64-alpine-linux-musl-gcc", "gcc" },
		{ "as2", NULL },	 { "php-fpm8.2", NULL },       { "gcc-ar-12x", NULL },
		{ "-12", NULL },	 { "12", NULL },	       { "x86_64-linux-gnu", NULL },
	};

	(void)op;
	for (size_t i = 1; i < tool_names_n; i++)
		CHECK(str_cmp(tool_names[i - 1].name, tool_names[i].name) < 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tool_name *t = tool_of_name(exact(str_of(cases[i].name)));
		CHECK_STR(t ? t->name : S("none"), str_of(cases[i].tool ? cases[i].tool : "none"));
	}
	return 0;
}

/* A record that claims a program changes nothing of what it is; that of a name it does not have is its own matter. */
static int claimed(struct op *op)
{
	struct package_file listed[] = { { .path = S("usr/bin/helper") }, { .path = S("opt/x/bash") } };
	struct package package = { .type = PACKAGE_DEB, .name = S("helper"), .purl = S("pkg:deb/helper"), .file = listed, .file_n = 2 };
	struct audited image = { "{}", { E("usr/bin/helper", "Maximum function recursion depth (%d) reached"), E("opt/x/bash", "") } };
	struct inventory inv = { .package = &package, .package_n = 1 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	const struct check *c = checks_find(&checks, S("fs.no_shell"));
	CHECK(c && c->fault_n == 1);
	if (c && c->fault_n == 1) {
		CHECK_STR(c->fault[0].what, S("usr/bin/helper is dash, by its bytes"));
		CHECK_STR(c->fault[0].package, S("pkg:deb/helper"));
	}
	return 0;
}

TESTS({ "tools, both ways", tools }, { "of a package, it says", claimed }, { "names", names })
