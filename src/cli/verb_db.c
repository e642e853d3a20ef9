#include "db_options.h"

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FORMAT", offsetof(struct db_options, output), "Result",
	  "For status, search and diff: table or json.", "table json" },
	{ "ecosystem", 0, OPTION_TEXT, "ECOSYSTEM", offsetof(struct db_options, ecosystem), "Result",
	  "For search: only what is known for this one: debian:12, npm." },
	{ "for", 0, OPTION_TEXTS, "ECOSYSTEM", offsetof(struct db_options, for_), "What",
	  "For export: only what these need (debian:12, alpine, npm); may be given several times." },
	{ "force", 0, OPTION_FLAG, NULL, offsetof(struct db_options, force), "What",
	  "Take what has lost more than a tenth of its records, or goes back in time." },
	{ "key", 0, OPTION_TEXT, "FILE", offsetof(struct db_options, key), "Trust",
	  "For export: sign with this private key (PEM, Ed25519).", .hint = OPTION_HINT_FILE },
	{ "trust", 0, OPTION_TEXT, "FILE", offsetof(struct db_options, trust), "Trust",
	  "For import: take an export only if one of the public keys in FILE (PEM) signed it.",
	  .hint = OPTION_HINT_FILE },
	{ "db", 0, OPTION_TEXT, "DIR", offsetof(struct db_options, db), "Place",
	  "Directory of the database, instead of $TEMPER_DB, $XDG_DATA_HOME/temper/db or "
	  "/var/lib/temper/db.",
	  .hint = OPTION_HINT_DIRECTORY },
};

static const struct db_command commands[] = {
	{ "diff", "OLD NEW", 2, 2, db_diff },
	{ "export", "FILE", 1, 1, db_export },
	{ "key", "NAME", 1, 1, db_key },
	{ "search", "ID|NAME", 1, 1, db_search },
	{ "status", "", 0, 0, db_status },
	{ "verify", "", 0, 0, db_verify },
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct example example[] = {
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
	.operands = "status|search ID|NAME|diff OLD NEW|export FILE|verify|key NAME",
	.operand_min = 1,
	.operand_max = 64,
	.summary = "keep, look into and carry the database of known vulnerabilities",
	.description =
		"The database is a directory of files that are never changed, one for each source and release; a "
		"scan maps those that an image needs. It needs no network once it is there.\n\n"
		"status shows what is here, from whom and how old; search tells what is known of a vulnerability "
		"(by any of its ids) or of a package; diff compares two databases, directories or exports; export "
		"writes the database, or what some ecosystems need of it, as one file for a machine without "
		"network, signed if a key is given; verify reads all of it and compares it with its digests; key "
		"makes a pair of keys, NAME.pem and NAME.pub.pem.\n\n"
		"Exit 4 where there is no database yet, 1 where search finds nothing.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct db_options),
	VERB_EXAMPLES(example),
	.run = run,
};
