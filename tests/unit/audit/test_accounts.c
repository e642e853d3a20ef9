#include "audited.h"

#define PASSWD(text)                           \
	{                                      \
		NULL,                          \
		{                              \
			AT("etc/passwd", text) \
		}                              \
	}
#define SHADOW(text)                           \
	{                                      \
		NULL,                          \
		{                              \
			AT("etc/shadow", text) \
		}                              \
	}

static const struct audited_row rows[] = {
	{ "accounts.no_empty_password", "fail: root has an empty password in etc/shadow",
	  SHADOW("root::19000:0:99999:7:::\nwww:*:1::::::\n") },
	{ "DKL-LI-0001", "fail: x has an empty password in etc/passwd",
	  PASSWD("x::1:1::/:/bin/false\n") },
	{ "DKL-LI-0001",
	  "fail: x has an empty password in etc/master.passwd",
	  { NULL, { AT("etc/master.passwd", "x::0:0:\n") } } },
	{ "accounts.no_empty_password", "pass",
	  SHADOW("# "
		 "root::1\n\nroot:!:1::::::\nwww:*:1::::::\na:!!:1::::::\nb:!*:1::::::\n+\n+nis::"
		 "\n") },
	{ "accounts.no_empty_password",
	  "pass",
	  { NULL, { AT("etc/group", "g::1:\n"), AT("etc/gshadow", "g:::\n") } } },
	{ "accounts.no_password", "fail: root has a password in etc/shadow",
	  SHADOW("root:$6$saltsalt$Gx0bXc:1::::::\nx:!$6$saltsalt$Gx0bXc:1::::::\n") },
	{ "accounts.no_password", "fail: x has a password in etc/shadow",
	  SHADOW("x:ab0123456789.:1\n") },
	{ "accounts.no_password", "pass", SHADOW("root:*:1::::::\nx:!:1::::::\n") },
	{ "accounts.unique_ids",
	  "fail: etc/passwd: a and b have the id 5; etc/passwd: lines 1 and 3 are both a",
	  PASSWD("a:x:5:1::/:/f\nb:x:5:1::/:/f\na:x:6:1::/:/f\n") },
	{ "DKL-LI-0002",
	  "fail: etc/group: x and y have the id 7",
	  { NULL, { AT("etc/group", "x:x:7:\ny:x:7:a,b\n") } } },
	{ "accounts.unique_ids", "pass", PASSWD("a:x:5:1::/:/f\nb:x:6:1::/:/f\n") },
	{ "accounts.only_root_is_root", "fail: toor has the id 0 in etc/passwd",
	  PASSWD("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n") },
	{ "accounts.only_root_is_root", "pass", PASSWD("root:x:0:0::/root:/bin/sh\n") },
	{ "accounts.no_login_shell",
	  "fail: a has the shell /bin/sh; b has the shell /bin/sh",
	  { NULL,
	    { AT("etc/passwd", "a:x:1:1::/:/bin/sh\nb:x:2:1::/:\nc:x:3:1::/:/usr/sbin/"
			       "nologin\nd:x:4:1::/:/bin/zsh\n"),
	      AT("bin/sh", ""), AT("usr/sbin/nologin", "") } } },
	{ "accounts.no_login_shell", "pass", PASSWD("a:x:1:1::/:/bin/sh\n") },
	{ "accounts.well_formed",
	  "fail: etc/passwd:1 is malformed; etc/passwd:2 is malformed; etc/passwd:3 is malformed; "
	  "etc/passwd:4 is malformed",
	  PASSWD("a:x:1\nb:x:x:1::/:/f\n:x:1:1::/:/f\nc:x:1:1::/:/f:\n") },
	{ "accounts.well_formed",
	  "fail: etc/group:2 is malformed",
	  { NULL,
	    { AT("etc/group", "a:x:1\nb:x:-1:\n"), AT("etc/shadow", "a:*:1:2:3:4:5:6:7\n") } } },
	{ "accounts.well_formed", "pass", PASSWD("a:x:1:1::/:/f\r\nb:x:2:2::/:/f") },
	{ "accounts.well_formed", "pass", { NULL } },
};

static int all(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

TESTS({ "accounts", all })
