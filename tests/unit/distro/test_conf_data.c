/* sysusers.d, tmpfiles.d and update-alternatives as data. */
#include <stdio.h>

#include "base/buf.h"
#include "distro/alternatives.h"
#include "distro/sysusers.h"
#include "distro/tmpfiles.h"

#include "../harness.h"

static const char *const kinds[] = { "user", "group", "member", "dir",    "file", "copy",
				     "link", "mode",  "alt",    "divert", "ca" };

/* Effects as text: kind and the fields that are set, in one line each. */
static int shown(struct op *op, const struct effect_list *list, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct effect *e = &list->p[i];
		const struct {
			const char *name;
			str value;
		} fields[] = { { "name", e->name },    { "path", e->path },
			       { "to", e->to },        { "from", e->from },
			       { "text", e->text },    { "owner", e->owner },
			       { "group", e->group },  { "home", e->home },
			       { "shell", e->shell },  { "comment", e->comment },
			       { "master", e->master } };
		buf_fmt(&b, "%s", kinds[e->kind]);
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
			if (fields[k].value.len)
				buf_fmt(&b, " %s=%.*s", fields[k].name, STR_ARG(fields[k].value));
		if (e->mode != UINT32_MAX)
			buf_fmt(&b, " mode=%04o", e->mode);
		if (e->id != UINT32_MAX)
			buf_fmt(&b, " id=%u", e->id);
		if (e->kind == EFFECT_ALTERNATIVE)
			buf_fmt(&b, " priority=%lld", (long long)e->priority);
		buf_char(&b, ';');
	}
	return buf_take(&b, ret);
}

static const struct {
	const char *line, *want; /* want: effects, or "!" and a part of the message */
} sysusers[] = {
	{ "", "" },
	{ "# u x", "" },
	{ "u web", "group name=web;user name=web group=web home=/ shell=/usr/sbin/nologin;" },
	{ "u! web 33 \"The web: no\"", "!bad user" },
	{ "u! web 33 'The web' /srv /bin/sh", "group name=web id=33;user name=web group=web "
					      "home=/srv shell=/bin/sh comment=The web id=33;" },
	{ "u web 33:www-data - -",
	  "user name=web group=www-data home=/ shell=/usr/sbin/nologin id=33;" },
	{ "u web -:www-data", "user name=web group=www-data home=/ shell=/usr/sbin/nologin;" },
	{ "u web /usr/bin/x",
	  "group name=web;user name=web group=web home=/ shell=/usr/sbin/nologin;" },
	{ "g web 5", "group name=web id=5;" },
	{ "m web adm", "member name=web group=adm;" },
	{ "r - 500-900", "" },
	{ "u 0web", "!bad user" },
	{ "u web 65535", "!bad user" },
	{ "u web 4294967295", "!bad user" },
	{ "u web -5", "!bad user" },
	{ "u root:x", "!bad user" },
	{ "u %m", "!specifiers" },
	{ "u web - 100%%",
	  "group name=web;user name=web group=web home=/ shell=/usr/sbin/nologin comment=100%;" },
	{ "u web - \"open", "!bad words" },
	{ "g web 5:6", "!bad group" },
	{ "m web", "!bad membership" },
	{ "z web", "!unknown type" },
};

static int reads_sysusers(struct op *op)
{
	for (size_t i = 0; i < sizeof(sysusers) / sizeof(sysusers[0]); i++) {
		struct effect_list list = { 0 };
		str got;
		if (sysusers[i].want[0] == '!') {
			CHECK_FAILS(op,
				    sysusers_read(op, S("x.conf"), exact(str_of(sysusers[i].line)),
						  &list),
				    ERR_FORMAT, sysusers[i].want + 1);
			continue;
		}
		TRY(sysusers_read(op, S("x.conf"), exact(str_of(sysusers[i].line)), &list));
		TRY(shown(op, &list, &got));
		CHECK_STR(got, str_of(sysusers[i].want));
	}
	return 0;
}

static const struct {
	const char *line, *want;
} tmpfiles[] = {
	{ "d /var/lib/x", "dir path=var/lib/x owner=root group=root mode=0755;" },
	{ "d! /var/lib/x 0750 web adm 10d", "dir path=var/lib/x owner=web group=adm mode=0750;" },
	{ "D /run/x 2775 - web -", "dir path=run/x owner=root group=web mode=0775;" },
	{ "d /var/run/x 0755", "dir path=run/x owner=root group=root mode=0755;" },
	{ "v /lib/x/ ~1777 :web -", "dir path=usr/lib/x owner=web group=root mode=1777;" },
	{ "f /etc/x 0600 - - - a\\tb \\x",
	  "file path=etc/x text=a\tb x owner=root group=root mode=0600;" },
	{ "F+ /etc/x - - - - \\101", "file path=etc/x text=A owner=root group=root mode=0644;" },
	{ "L /etc/x - - - - ../y z", "link path=etc/x to=../y z;" },
	{ "L+ /etc/x", "link path=etc/x to=/usr/share/factory/etc/x;" },
	{ "C /etc/x - - - - /usr/share/x", "copy path=etc/x from=usr/share/x;" },
	{ "C /etc/varnish/secret 600 - - - /proc/sys/kernel/random/uuid", "" },
	{ "C /etc/x - - - - /procedure/x", "copy path=etc/x from=procedure/x;" },
	{ "C+ /etc/x 0640", "copy path=etc/x from=usr/share/factory/etc/x mode=0640;" },
	{ "d /%b/x", "" },
	{ "d /50%%", "dir path=50% owner=root group=root mode=0755;" },
	{ "x /tmp/x", "" },
	{ "R! /tmp/x", "" },
	{ "c /dev/x - - - - 1:2", "" },
	{ "w /sys/x - - - - 1", "" },
	{ "f^ /etc/x - - - - cred", "" },
	{ "d /", "" },
	{ "d var/x", "!no tmpfiles.d line" },
	{ "d /var/../../x", "!bad path" },
	{ "d /x 9", "!bad mode" },
	{ "d /x 77777", "!bad mode" },
	{ "k /x", "!no tmpfiles.d line" },
	{ "d@ /x", "!no tmpfiles.d line" },
	{ "d", "!no tmpfiles.d line" },
	{ "d \"/x", "!no tmpfiles.d line" },
	{ "f /k - - - - -----BEGIN RSA "
	  "PRIVATE KEY-----\\n",
	  "!private key" },
};

static int reads_tmpfiles(struct op *op)
{
	for (size_t i = 0; i < sizeof(tmpfiles) / sizeof(tmpfiles[0]); i++) {
		struct tmpfiles t = { 0 };
		str got;
		if (tmpfiles[i].want[0] == '!') {
			CHECK_FAILS(
				op,
				tmpfiles_read(op, S("x.conf"), exact(str_of(tmpfiles[i].line)), &t),
				ERR_FORMAT, tmpfiles[i].want + 1);
			continue;
		}
		TRY(tmpfiles_read(op, S("x.conf"), exact(str_of(tmpfiles[i].line)), &t));
		TRY(shown(op, &t.made, &got));
		CHECK_STR(got, str_of(tmpfiles[i].want));
	}
	struct tmpfiles t = { 0 };
	TRY(tmpfiles_read(op, S("x"), S("z /etc/a* 0640 web\nZ /var/x - - adm\n"), &t));
	CHECK(t.mode_n == 2 && t.made.n == 0);
	if (t.mode_n == 2) {
		CHECK(!t.mode[0].below && t.mode[0].effect.mode == 0640 && t.mode[1].below);
		CHECK_STR(t.mode[0].effect.path, S("etc/a*"));
		CHECK_STR(t.mode[0].effect.origin, S("x:1"));
	}
	return 0;
}

static const struct {
	const char *command, *want;
} alternatives[] = {
	{ "update-alternatives --install /bin/a a /usr/bin/b 10",
	  "alt name=a path=usr/bin/a to=/usr/bin/b priority=10;" },
	{ "update-alternatives --quiet --install /usr/bin/a a /usr/bin/b -5 --slave /usr/bin/c c "
	  "/d",
	  "alt name=a path=usr/bin/a to=/usr/bin/b priority=-5;alt name=c path=usr/bin/c to=/d "
	  "master=a priority=-5;" },
	{ "update-alternatives --install /bin/a a /usr/bin/b", "!cannot read" },
	{ "update-alternatives --install /bin/a a /usr/bin/b ten", "!cannot read" },
	{ "update-alternatives --install bin/a a /usr/bin/b 1", "!cannot read" },
	{ "update-alternatives --install /bin/../../a a /usr/bin/b 1", "!cannot read" },
	{ "update-alternatives --install /bin/a x/a /usr/bin/b 1", "!cannot read" },
	{ "update-alternatives --slave /bin/a a /usr/bin/b", "!cannot read" },
	{ "update-alternatives --install /a a /b 1 --install /a a /b 1", "!cannot read" },
	{ "update-alternatives --remove a /b", "!cannot read" },
	{ "update-alternatives", "!cannot read" },
	{ "rm -rf /", "!cannot read" },
};

static int reads_alternatives(struct op *op)
{
	for (size_t i = 0; i < sizeof(alternatives) / sizeof(alternatives[0]); i++) {
		struct effect_list list = { 0 };
		str got;
		if (alternatives[i].want[0] == '!') {
			CHECK_FAILS(op,
				    alternatives_read(op, exact(str_of(alternatives[i].command)),
						      S("x"), &list),
				    ERR_FORMAT, alternatives[i].want + 1);
			continue;
		}
		TRY(alternatives_read(op, exact(str_of(alternatives[i].command)), S("x"), &list));
		TRY(shown(op, &list, &got));
		CHECK_STR(got, str_of(alternatives[i].want));
	}
	return 0;
}

TESTS({ "sysusers.d", reads_sysusers }, { "tmpfiles.d", reads_tmpfiles },
      { "update-alternatives", reads_alternatives })
