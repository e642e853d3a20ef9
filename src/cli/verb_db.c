#include "db_options.h"

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FORMAT", offsetof(struct db_options, output), "Result",
	  "For update, feeds, status, search and diff: table or json.", "table json" },
	{ "quiet", 'q', OPTION_FLAG, NULL, offsetof(struct db_options, quiet), "Result",
	  "No progress on standard error." },
	{ "progress", 0, OPTION_TEXT, "HOW", offsetof(struct db_options, progress), "Result",
	  "How progress is shown.", "auto plain tree" },
	{ "ecosystem", 0, OPTION_TEXT, "ECOSYSTEM", offsetof(struct db_options, ecosystem), "Result",
	  "For search: only what is known for this one: debian:12, npm." },
	{ "for", 0, OPTION_TEXTS, "WHAT", offsetof(struct db_options, for_), "What",
	  "For update: what this image, bill of materials or recipe needs. For export: only what these "
	  "ecosystems need (debian:12, alpine, npm); may be given several times." },
	{ "force", 0, OPTION_FLAG, NULL, offsetof(struct db_options, force), "What",
	  "Take what has lost more than a tenth of its records, or goes back in time." },
	{ "full", 0, OPTION_FLAG, NULL, offsetof(struct db_options, full), "What",
	  "For update: everything anew, whether it has changed or not." },
	{ "from", 0, OPTION_TEXT, "DIR", offsetof(struct db_options, from), "What",
	  "For update: feeds that were carried here, by their names (DIR/debian.json, DIR/osv-npm.zip), "
	  "and no network.", .hint = OPTION_HINT_DIRECTORY },
	{ "format", 0, OPTION_TEXT, "FORMAT", offsetof(struct db_options, format), "What",
	  "For import: the format of the file, where it does not show." },
	{ "name", 0, OPTION_TEXT, "FEED", offsetof(struct db_options, name), "What",
	  "For import: the feed that it is, instead of what the file is called." },
	{ "release", 0, OPTION_TEXT, "ECOSYSTEM", offsetof(struct db_options, release), "What",
	  "For import: what it is about, where it does not say so itself: alpine:3.20." },
	{ "key", 0, OPTION_TEXT, "FILE", offsetof(struct db_options, key), "Trust",
	  "For export: sign with this private key (PEM, Ed25519).", .hint = OPTION_HINT_FILE },
	{ "trust", 0, OPTION_TEXT, "FILE", offsetof(struct db_options, trust), "Trust",
	  "For import: take an export only if one of the public keys in FILE (PEM) signed it.",
	  .hint = OPTION_HINT_FILE },
	{ "db", 0, OPTION_TEXT, "DIR", offsetof(struct db_options, db), "Place",
	  "Directory of the database, instead of $TEMPER_DB, $XDG_DATA_HOME/temper/db or "
	  "/var/lib/temper/db.",
	  .hint = OPTION_HINT_DIRECTORY },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct db_options, store), "Place",
	  "Directory of the local store, for packages whose changelogs are read.",
	  .hint = OPTION_HINT_DIRECTORY },
};

static const struct db_command commands[] = {
	{ "diff", "OLD NEW", 2, 2, db_diff },
	{ "export", "FILE", 1, 1, db_export },
	{ "feeds", "", 0, 0, db_feeds },
	{ "import", "FILE|DIR...", 1, -1, db_import },
	{ "key", "NAME", 1, 1, db_key },
	{ "search", "ID|NAME", 1, 1, db_search },
	{ "status", "", 0, 0, db_status },
	{ "update", "[FEED|ECOSYSTEM]...", 0, -1, db_update },
	{ "verify", "", 0, 0, db_verify },
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct example example[] = {
	{ "temper db update", "What is in use, or what most need, brought up to date:" },
	{ "temper db update --for app", "What one image needs:" },
	{ "temper db update changelog:bookworm", "With nothing but a mirror of Debian:" },
	{ "temper db status", "What is here, and how old is it?" },
	{ "temper db search CVE-2024-6387", "What is known of a vulnerability, and by whom:" },
	{ "temper db search openssh --ecosystem debian:12", "And of a package:" },
	{ "temper db export db.tar.zst --key site.pem", "Everything as one signed file, to carry:" },
	{ "temper db diff old.tar.zst new.tar.zst", "What a new one knows more:" },
};

static int unknown(struct op *op, str what)
{
	const char *known[COMMANDS];

	for (int i = 0; i < COMMANDS; i++)
		known[i] = commands[i].name;
	const char *near = nearest_word(what, known, COMMANDS);
	if (near)
		return op_fail(op, ERR_USAGE, "db cannot '%.*s'; did you mean '%s'?", STR_ARG(what),
			       near);
	return op_fail(op, ERR_USAGE, "db cannot '%.*s'; see temper db --help", STR_ARG(what));
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	str what = cli->operand.p[0];
	const struct db_command *c = commands;

	while (c < commands + COMMANDS && !str_eq(what, str_of(c->name)))
		c++;
	if (c == commands + COMMANDS)
		return unknown(op, what);
	if (cli->operand.n - 1 < c->min || (c->max >= 0 && cli->operand.n - 1 > c->max))
		return op_fail(op, ERR_USAGE, "usage: temper db %s%s%s", c->name,
			       c->operands[0] ? " " : "", c->operands);
	return c->run(op, cli, options);
}

const struct verb verb_db = {
	.name = "db",
	.operands = "update|import|feeds|status|search|diff|export|verify|key [OPERAND]...",
	.operand_min = 1,
	.operand_max = 64,
	.summary = "keep, look into and carry the database of known vulnerabilities",
	.description =
		"The database is a directory of files that are never changed, one for each source and release; a "
		"scan maps those that an image needs. It needs no network once it is there.\n\n"
		"update fetches feeds: those that are in use, or by default where there are none, or those that are "
		"named, by their names or as ecosystems (debian:12, npm); feeds lists them, with their licences. What "
		"has not changed is not fetched again; what cannot be had is told, and the others go on. import takes "
		"a feed, or an export of another machine's, from a file.\n\n"
		"status shows what is here, from whom and how old; search tells what is known of a vulnerability "
		"(by any of its ids) or of a package; diff compares two databases, directories or exports; export "
		"writes the database, or what some ecosystems need of it, as one file for a machine without "
		"network, signed if a key is given; verify reads all of it and compares it with its digests; key "
		"makes a pair of keys, NAME.pem and NAME.pub.pem.\n\n"
		"Exit 4 where there is no database yet or not all could be brought, 3 where nothing could, 1 where "
		"search finds nothing.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct db_options),
	VERB_EXAMPLES(example),
	.run = run,
};
