#include "sqlite_beside.h"

int sqlite_log_beside(struct op *op, struct catalog *c, const struct found *f, struct sqlite *db)
{
	struct found log;
	struct at at;
	str name;
	int rc = op_text(op, &name, "%.*s-wal", STR_ARG(str_base_name(f->path)));

	if (rc < 0 || (rc = catalog_beside(op, c, f, name, &log)) != 0)
		return rc < 0 ? rc : 0;
	if (log.size == 0)
		return 0;
	rc = catalog_at(op, c, &log, &at);
	return rc < 0 ? rc : sqlite_log(op, db, &at);
}
