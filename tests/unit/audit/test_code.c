#include "audited.h"

#define PASSWD                                                                       \
	AT("etc/passwd", "root:x:0:0:root:/root:/bin/false\nwww:x:33:33::/:/bin/false\n" \
			 "app:x:1000:1000::/app:/bin/false\n")
#define GROUP AT("etc/group", "root:x:0:\nwww:x:33:\napp:x:1000:\nstaff:x:50:x,app\n")
#define USER(u) "{\"config\":{\"User\":\"" u "\"}}"
#define ENV(e) "{\"config\":{\"User\":\"7\",\"Env\":[\"" e "\"]},\"history\":[{\"created_by\":\"ENV " e "\",\"empty_layer\":true}]}"
#define F(p, ...)                                                            \
	{                                                                    \
		.path = S_INIT(p), .bytes = S_INIT("#!/bin/x\n"), __VA_ARGS__ \
	}
#define D(p, ...)                              \
	{                                      \
		.path = S_INIT(p), __VA_ARGS__ \
	}

static const struct audited_row rows[] = {
	{ "fs.no_writable_code",
	  "pass",
	  { USER("app"), { PASSWD, GROUP, F("app/run", .mode = 0755), D("data/", .uid = 1000), F("data/x.txt", .uid = 1000) } } },
	{ "fs.no_writable_code",
	  "fail: the image runs as root (0), who can write all of it",
	  { "{}", { PASSWD, F("app/run", .mode = 0755) } } },
	{ "fs.no_writable_code", "error: this is no image: nobody says who runs it", { NULL, { F("app/run", .mode = 0755) } } },
	{ "fs.no_writable_code", "error: the user 'x' is no account of the image", { USER("x"), { PASSWD } } },
	{ "fs.no_writable_code", "error: the user 'app:x' is no account of the image", { USER("app:x"), { PASSWD, GROUP } } },
	{ "fs.no_writable_code",
	  "fail: /app/run can be written by the image's user app (1000), as its owner (0555)",
	  { USER("app"), { PASSWD, F("app/run", .mode = 0555, .uid = 1000) } } },
	{ "fs.no_writable_code",
	  "fail: /app/run can be written by the image's user 7, as everybody (0777)",
	  { USER("7:7"), { PASSWD, F("app/run", .mode = 0777) } } },
	/* The whole of a directory is told once, with what lies there. */
	{ "fs.no_writable_code",
	  "fail: /app can be written by the image's user app (1000), as its owner (0755): 2 programs, libraries or "
	  "directories of them lie there",
	  { USER("app"), { PASSWD, D("app/", .uid = 1000), F("app/run", .mode = 0755), F("app/lib/two", .mode = 0755), F("app/x", .mode = 0644) } } },
	/* By a group that lists the user; not where a group is given with the user. */
	{ "fs.no_writable_code",
	  "fail: /app can be written by the image's user app (1000), as its group (0775): 1 programs, libraries or "
	  "directories of them lie there",
	  { USER("app"), { PASSWD, GROUP, D("app/", .gid = 50, .mode = 0775), F("app/run", .mode = 0755) } } },
	{ "fs.no_writable_code",
	  "pass",
	  { USER("app:app"), { PASSWD, GROUP, D("app/", .gid = 50, .mode = 0775), F("app/run", .mode = 0755) } } },
	{ "fs.no_writable_code",
	  "pass",
	  { USER("app"), { PASSWD, GROUP, D("app/", .gid = 33, .mode = 0775), F("app/run", .mode = 0755) } } },
	/* In a sticky directory others' files stay. */
	{ "fs.no_writable_code", "pass", { USER("7"), { D("tmp/", .mode = 01777), F("tmp/run", .mode = 0755) } } },
	/* A directory that programs are looked for in needs none. */
	{ "fs.no_writable_code",
	  "fail: /opt/bin can be written by the image's user 7, as everybody (1777): 1 programs, libraries or directories of "
	  "them lie there",
	  { "{\"config\":{\"User\":\"7:7\",\"Env\":[\"PATH=/bin:/opt/bin\"]}}", { D("opt/bin/", .mode = 01777) } } },
	/* Sources count where what runs them is. */
	{ "fs.no_writable_code", "pass", { USER("7"), { { .path = S_INIT("app/a.py"), .bytes = S_INIT("x"), .uid = 7 } } } },
	{ "fs.no_writable_code",
	  "fail: /app/a.py can be written by the image's user 7, as its owner (0644)",
	  { USER("7"),
	    { { .path = S_INIT("app/a.py"), .bytes = S_INIT("x"), .uid = 7 }, F("usr/bin/python3.11", .mode = 0755) } } },
	{ "fs.no_writable_code",
	  "fail: /start can be written by the image's user 7, as its owner (0644)",
	  { "{\"config\":{\"User\":\"7\",\"Entrypoint\":[\"/start\"]}}", { AT("x", "x"), { .path = S_INIT("start"), .bytes = S_INIT("x"), .uid = 7 } } } },

	{ "fs.loader", "pass", { USER("7"), { AT("etc/ld.so.preload", " \n"), AT("etc/ld.so.conf", "# /tmp\n"), D("tmp/", .mode = 01777) } } },
	{ "fs.loader",
	  "fail: etc/ld.so.preload loads /opt/x.so into every program",
	  { USER("7"), { AT("etc/ld.so.preload", "/opt/x.so\n") } } },
	{ "fs.loader", "fail: the environment has LD_PRELOAD=/x.so", { ENV("LD_PRELOAD=/x.so"), { AT("a", "x") } } },
	{ "fs.loader", "fail: the environment has LD_LIBRARY_PATH=/x", { ENV("LD_LIBRARY_PATH=/x"), { AT("a", "x") } } },
	{ "fs.loader", "pass", { ENV("LD=1"), { AT("a", "x") } } },
	{ "fs.loader",
	  "fail: /opt/lib, of which etc/ld.so.conf says that libraries are there, can be written by the image's user; "
	  "/srv/lib, of which etc/ld.so.conf.d/a.conf says that libraries are there, can be written by everybody",
	  { USER("7"),
	    { AT("etc/ld.so.conf", "include ld.so.conf.d/*.conf\n/opt/lib # x\n/usr/lib\n"), AT("etc/ld.so.conf.d/a.conf", "/srv/lib\n"),
	      AT("etc/ld.so.conf.d/a.txt", "/tmp\n"), D("opt/lib/", .uid = 7), D("srv/lib/", .mode = 0777), D("tmp/", .mode = 0777),
	      D("usr/lib/", .mode = 0755) } } },
};

static int code(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

static int who(struct op *op)
{
	const struct audited image = { ENV("LD_AUDIT=/a.so"), { AT("a", "x") } };
	struct inventory inv = { 0 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	const struct check *c = checks_find(&checks, S("fs.loader"));
	CHECK(c && c->fault_n == 1);
	if (!c || c->fault_n != 1)
		return 0;
	CHECK_STR(c->fault[0].instruction, S("ENV LD_AUDIT=/a.so"));
	CHECK_STR(c->fault[0].key, S("LD_AUDIT"));
	return 0;
}

TESTS({ "code, both ways", code }, { "who set it", who })
