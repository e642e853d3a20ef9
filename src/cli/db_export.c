#include <fcntl.h>

#include "base/limits.h"
#include "base/num.h"
#include "db_options.h"
#include "sys/file.h"
#include "trust/key.h"

int db_export(struct op *op, const struct cli *cli, const struct db_options *o)
{
	AUTO_DATABASE db = { .dir = -1 };
	str key = { 0 };
	int rc = o->key.len ? file_read_user(op, o->key, LIMIT_DOCUMENT, &key) : 0;

	if (rc < 0 || (rc = db_open(op, cli, o->db, &db)) != 0)
		return rc;
	return database_export(op, &db, &o->for_, key, cli->operand.p[1]);
}

/* A key that is there is never written over: what it signed could not be told from others' then. */
static int write_new(struct op *op, str path, str text, unsigned mode)
{
	const char *name = op_cstr(op, path);

	if (!name)
		return op->code;
	AUTO_FD fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return op_fail(op, ERR_USAGE, "%s is there already; name another pair", name);
	if (fd < 0)
		return op_fail_errno(op, "cannot write %s", name);
	return file_write(op, fd, path, text);
}

int db_key(struct op *op, const struct cli *cli, const struct db_options *o)
{
	str name = cli->operand.p[1], private, public, private_path, public_path, text;
	AUTO_KEY *k = NULL;

	(void)o;
	if (op_text(op, &private_path, "%.*s.pem", STR_ARG(name)) < 0 ||
	    op_text(op, &public_path, "%.*s.pub.pem", STR_ARG(name)) < 0 ||
	    key_make(op, &private, &public) < 0 || key_read(op, public_path, public, &k) < 0)
		return op->code;
	if (write_new(op, public_path, public, 0644) < 0 ||
	    write_new(op, private_path, private, 0600) < 0)
		return op->code;
	if (op_text(op, &text,
		    "%.*s signs ('temper db export --key'), and is kept secret\n"
		    "%.*s is what others trust ('temper db import --trust')\n"
		    "key id %.*s\n",
		    STR_ARG(private_path), STR_ARG(public_path), STR_ARG(key_id(k))) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}
