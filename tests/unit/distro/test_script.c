#include "distro/script.h"

#include <stdio.h>

#include "../harness.h"

#define SH "#!/bin/sh\nset -e\n"

/* What is left of a postinst (empty: it does nothing on a fresh installation). */
static const struct {
	const char *what, *text, *left;
} scripts[] = {
	{ "nothing", SH "# comment\n\nexit 0\n", "" },
	{ "no shell", "#!/usr/bin/perl\nexit;\n", "#!/usr/bin/perl\nexit;\n" },
	{ "options", "#! /bin/sh -e\n:\n", "" },
	{ "other options", "#!/bin/sh -x\n:\n", "#!/bin/sh -x\n:\n" },
	{ "a command", SH "chown x y\n", "chown x y\n" },
	{ "after exit", SH "exit 0\nchown x y\n", "" },
	{ "debconf", SH ". /usr/share/debconf/confmodule\ndb_version 2.0\ndb_stop || true\n", "" },
	{ "another file", SH ". /usr/share/x/y\n", ". /usr/share/x/y\n" },
	{ "usual case",
	  SH "case \"$1\" in\n configure)\n  ;;\n abort-upgrade|abort-remove)\n rm x\n ;;\n *)\n "
	     "echo \"unknown \\`$1'\" >&2\n exit 1\n ;;\nesac\n",
	  "" },
	{ "case with work",
	  SH "case \"$1\" in\n configure|x)\n  mkdir /a\n  ;;\n *) rm /b ;;\nesac\n",
	  "mkdir /a\n" },
	{ "case falls to star", SH "case \"$1\" in\n upgrade) ;;\n *) rm /b ;;\nesac\n",
	  "*) rm /b\n" },
	{ "case of a variable", SH "case \"$x\" in\n a)\n rm /b\n ;;\nesac\n", "rm /b\n" },
	{ "braced patterns", SH "case $1 in\n (configure)\n rm /a\n ;;\n (*)\n rm /b\n ;;\nesac\n",
	  "rm /a\n" },
	{ "upgrade only", SH "if [ -n \"$2\" ]; then\n rm /a\nfi\n", "" },
	{ "upgrade only, test", SH "if test \"$2\" != \"\"\nthen\n rm /a\nfi\n", "" },
	{ "upgrade only, else", SH "if [ -n \"$2\" ]; then\n rm /a\nelse\n rm /b\nfi\n",
	  "rm /b\n" },
	{ "fresh only", SH "if [ -z \"$2\" ]; then\n rm /a\nelse\n rm /b\nfi\n", "rm /a\n" },
	{ "elif",
	  SH "if [ \"$1\" = install ]; then\n rm /a\nelif [ \"$1\" = configure ]; then\n rm "
	     "/b\nelse\n rm /c\nfi\n",
	  "rm /b\n" },
	{ "x words",
	  SH "if [ \"$1\" = configure ] && [ x = x ] && [ -n \"$2\" ]; then\n rm /a\nfi\n", "" },
	{ "-a", SH "if [ \"$1\" = 'configure' -a ! -e /x ]; then\n rm /a\nfi\n", "rm /a\n" },
	{ "-a upgrade", SH "if [ -e /x -a -n \"$2\" ]; then\n rm /a\nfi\n", "" },
	{ "-o", SH "if [ -n \"$2\" -o -e /x ]; then\n rm /a\nfi\n", "rm /a\n" },
	/* dpkg(1): an empty version is lower than any, with -nl higher. */
	{ "lt is true", SH "if dpkg --compare-versions \"$2\" lt 1.0; then\n rm /a\nfi\n",
	  "rm /a\n" },
	{ "lt-nl is false", SH "if dpkg --compare-versions \"$2\" lt-nl 1.0; then\n rm /a\nfi\n",
	  "" },
	{ "gt is false", SH "if dpkg --compare-versions \"$2\" gt 1.0~; then\n rm /a\nfi\n", "" },
	{ "compare another", SH "if dpkg --compare-versions \"$v\" gt 1.0~; then\n rm /a\nfi\n",
	  "rm /a\n" },
	{ "or", SH "if [ \"$1\" = upgrade ] || [ -n \"$2\" ]; then\n rm /a\nfi\n", "" },
	{ "or unsure", SH "if [ -e /x ] || [ -n \"$2\" ]; then\n rm /a\nfi\n", "rm /a\n" },
	{ "condition that acts", SH "if make-a-mess; then\n :\nfi\n", "if make-a-mess; then\n" },
	{ "condition that acts, later", SH "if make-a-mess && [ -n \"$2\" ]; then\n :\nfi\n",
	  "if make-a-mess && [ -n \"$2\" ]; then\n" },
	{ "condition never reached", SH "if [ -n \"$2\" ] && make-a-mess; then\n :\nfi\n", "" },
	{ "negation", SH "if ! [ -n \"$2\" ]; then\n rm /a\nfi\n", "rm /a\n" },
	{ "short and", SH "[ -n \"$2\" ] && rm /a\n", "" },
	{ "short and, true", SH "[ -z \"$2\" ] && rm /a\n", "[ -z \"$2\" ] && rm /a\n" },
	{ "short and-or", SH "[ -n \"$2\" ] && rm /a || rm /b\n",
	  "[ -n \"$2\" ] && rm /a || rm /b\n" },
	{ "assignment", SH "x=1 y=\"$2\"\nexport LC_ALL=C\n", "" },
	{ "assignment that runs", SH "x=$(make-a-mess)\n", "x=$(make-a-mess)\n" },
	{ "echo that runs", SH "echo `make-a-mess`\n", "echo `make-a-mess`\n" },
	{ "echo into a file", SH "echo x > /etc/x\n", "echo x > /etc/x\n" },
	{ "unused function", SH "f() {\n rm /a\n}\n", "" },
	{ "used function", SH "f () {\n rm /a\n}\nf\n", "f\n" },
	{ "here-document", SH "cat > /x <<EOF\nfi\nEOF\n", "cat > /x <<EOF\nfi\nEOF\n" },
	{ "skipped here-document", SH "if [ -n \"$2\" ]; then\ncat <<EOF\nfi\nEOF\nfi\nrm /a\n",
	  "cat <<EOF\nfi\nEOF\nfi\nrm /a\n" },
	{ "open quote", SH "x='a\nrm /a\n", "x='a\nrm /a\n" },
	{ "a loop", SH "for x in a; do\n rm $x\ndone\n", "for x in a; do\nrm $x\ndone\n" },
	{ "skipped nesting",
	  SH "if [ -n \"$2\" ]; then\nfor x in a; do\nif b; then\ncase x in\ny) "
	     ";;\nesac\nfi\ndone\nfi\n",
	  "" },
	{ "stray fi", SH "fi\nrm /a\n", "fi\nrm /a\n" },
	{ "no fi", SH "if [ -z \"$2\" ]; then\nrm /a\n", "rm /a\n" },
	{ "skipped section",
	  SH
	  "# Automatically added by dh_installinit/13.1\nrm x\n# End automatically added section\n",
	  "" },
	{ "unknown section",
	  SH "# Automatically added by dh_x/1\nrm x\n# End automatically added section\n",
	  "rm x\n" },
	{ "open section", SH "# Automatically added by dh_installinit/13.1\nrm x\n",
	  "# Automatically added by dh_installinit/13.1\nrm x\n" },
	{ "section in section",
	  SH "# Automatically added by dh_x/1\n# Automatically added by dh_icons/1\n# End "
	     "automatically added section\n",
	  "# Automatically added by dh_x/1\n" },
};

static int leaves(struct op *op)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct script s;
		struct op_mark mark = op_mark(op);
		TRY(script_read(op, exact(str_of(scripts[i].text)), SCRIPT_POSTINST, &s));
		if (!str_eq(s.left, str_of(scripts[i].left)))
			(void)printf("    %s\n", scripts[i].what);
		CHECK_STR(s.left, str_of(scripts[i].left));
		op_reset(op, mark);
	}
	return 0;
}

static int notes_data(struct op *op)
{
	static const char text[] =
		SH "# Automatically added by dh_installsysusers/13\nx\n# End automatically added "
		   "section\n"
		   "# Automatically added by dh_installtmpfiles/13\nx\n# End automatically added "
		   "section\n"
		   "# Automatically added by dh_installalternatives/13\n"
		   "if [ \"$1\" = \"configure\" ] || [ \"$1\" = \"abort-upgrade\" ]; then\n"
		   "\tupdate-alternatives --install /usr/bin/a a /usr/bin/b 10 \\\n\t\t--slave /x "
		   "y /z\nfi\n"
		   "# End automatically added section\n"
		   "update-alternatives --quiet --install '/usr/bin/c' c \"/usr/bin/d\" 5 || true\n"
		   "if [ -e /x ]; then\nupdate-alternatives --install /e e /f 1\nfi\n";
	struct script s;

	TRY(script_read(op, exact(str_of(text)), SCRIPT_POSTINST, &s));
	CHECK(s.sections && s.sysusers && s.tmpfiles && s.alternatives.n == 2);
	if (s.alternatives.n == 2) {
		CHECK_STR(s.alternatives.p[0], S("update-alternatives --install /usr/bin/a a "
						 "/usr/bin/b 10 --slave /x y /z"));
		CHECK_STR(s.alternatives.p[1],
			  S("update-alternatives --quiet --install /usr/bin/c c /usr/bin/d 5"));
	}
	CHECK_STR(s.left, S("update-alternatives --install /e e /f 1\n"));
	return 0;
}

static int knows_its_kind(struct op *op)
{
	static const char text[] =
		SH "case \"$1\" in\ninstall) rm /a ;;\nconfigure) rm /b ;;\nesac\n";
	struct script s;

	TRY(script_read(op, str_of(text), SCRIPT_PREINST, &s));
	CHECK_STR(s.left, S("install) rm /a\n"));
	return 0;
}

/* What is left when 1.0-2 replaces 1.0-1. */
static const struct {
	const char *what;
	enum script_kind kind;
	const char *text, *left;
} upgrades[] = {
	{ "fresh only", SCRIPT_POSTINST, SH "if [ -z \"$2\" ]; then\n rm /a\nfi\n", "" },
	{ "upgrade only", SCRIPT_POSTINST, SH "if [ -n \"$2\" ]; then\n rm /a\nfi\n", "rm /a\n" },
	{ "preinst's word", SCRIPT_PREINST, SH "case \"$1\" in\n install) rm /a ;;\n upgrade) rm /b ;;\nesac\n", "upgrade) rm /b\n" },
	{ "postinst's word", SCRIPT_POSTINST, SH "[ \"$1\" = configure ] || exit 0\n", "[ \"$1\" = configure ] || exit 0\n" },
	{ "prerm", SCRIPT_PRERM, SH "if [ \"$1\" = remove ]; then\n rm /a\nfi\n", "" },
	{ "postrm", SCRIPT_POSTRM, SH "if [ \"$1\" = purge ]; then\n rm /a\nfi\n", "" },
	{ "postrm, upgrade", SCRIPT_POSTRM, SH "if [ \"$1\" = upgrade ]; then\n rm /a\nfi\n", "rm /a\n" },
	{ "from before", SCRIPT_POSTINST, SH "if dpkg --compare-versions \"$2\" lt 1.0-1; then\n rm /a\nfi\n", "" },
	{ "from this", SCRIPT_POSTINST, SH "if dpkg --compare-versions \"$2\" le 1.0-1; then\n rm /a\nfi\n", "rm /a\n" },
	{ "from this, nl", SCRIPT_POSTINST, SH "if dpkg --compare-versions -- \"$2\" lt-nl '1.0-2'; then\n rm /a\nfi\n", "rm /a\n" },
	{ "an old one's $2 is the new version", SCRIPT_PRERM, SH "if dpkg --compare-versions \"$2\" lt 1.0-2; then\n rm /a\nfi\n", "" },
	{ "a version from elsewhere", SCRIPT_POSTINST, SH "if dpkg --compare-versions \"$2\" lt \"$v\"; then\n rm /a\nfi\n", "rm /a\n" },
	{ "conffile of long ago", SCRIPT_PREINST,
	  SH "# Automatically added by dh_installdeb/13\ndpkg-maintscript-helper rm_conffile /etc/a 0.9\\~ -- \"$@\"\n# End automatically added section\n", "" },
	{ "conffile of now", SCRIPT_PREINST,
	  SH "# Automatically added by dh_installdeb/13\ndpkg-maintscript-helper rm_conffile /etc/a 1.0-2\\~ -- \"$@\"\n# End automatically added section\n",
	  "dpkg-maintscript-helper rm_conffile /etc/a 1.0-2\\~ -- \"$@\"\n" },
	{ "conffile without a version", SCRIPT_PREINST,
	  SH "# Automatically added by dh_installdeb/13\ndpkg-maintscript-helper mv_conffile /etc/a /etc/b -- \"$@\"\n# End automatically added section\n",
	  "dpkg-maintscript-helper mv_conffile /etc/a /etc/b -- \"$@\"\n" },
	{ "the old one's is nothing", SCRIPT_POSTRM,
	  SH "# Automatically added by dh_installdeb/13\ndpkg-maintscript-helper rm_conffile /etc/a 1.0-2\\~ -- \"$@\"\n# End automatically added section\n", "" },
};

static int upgraded(struct op *op)
{
	for (size_t i = 0; i < sizeof(upgrades) / sizeof(upgrades[0]); i++) {
		struct script s;
		TRY(script_read_upgrade(op, exact(str_of(upgrades[i].text)), upgrades[i].kind, S("1.0-1"), S("1.0-2"), &s));
		if (!str_eq(s.left, str_of(upgrades[i].left)))
			printf("%s:\n", upgrades[i].what);
		CHECK_STR(s.left, str_of(upgrades[i].left));
	}
	return 0;
}

static int triggered(struct op *op)
{
	struct script s;

	TRY(script_read_triggered(op, exact(S(SH "if [ \"$1\" = triggered ]; then\n make /a\nfi\n")), S("usr/lib/x"), &s));
	CHECK_STR(s.left, S("make /a\n"));
	TRY(script_read_triggered(op, exact(S(SH "if [ \"$1\" = configure ]; then\n make /a\nfi\n")), S("usr/lib/x"), &s));
	CHECK_STR(s.left, S(""));
	return 0;
}

TESTS({ "on an upgrade", upgraded }, { "by a trigger", triggered },
      { "what is left of a script", leaves, .once = true }, { "data and alternatives", notes_data },
      { "preinst and postinst", knows_its_kind })
