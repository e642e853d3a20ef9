/*
 * What an audit reads of an image, by the first byte: 'c' a configuration, judged as an image's with nothing
 * in it and written in every form (what is JSON reads as such, what is XML too); 'p' accounts, judged as
 * etc/passwd, etc/group and etc/shadow; 'l' a licence.
 */
#include "audit/audit.h"
#include "base/limits.h"
#include "codec/json.h"
#include "codec/xml.h"
#include "model/licence_class.h"
#include "report/checks.h"

static void write_all(struct op *op, const struct inventory *inv, const struct checks *checks)
{
	struct checks_report r = {
		.tool = "audit", .subject = S("fuzz"), .inventory = inv, .checks = checks
	};

	for (size_t i = 0; i < checks_formats_n; i++) {
		struct checks_choice c = { .format = &checks_formats[i], .all = true, .width = 60 };
		struct xml_node root;
		struct doc doc;
		struct buf b;
		buf_init(&b, op, 64 << 20);
		int rc = checks_write(op, &r, &c, &b);
		MUST(rc == 0 || rc == ERR_MEMORY || rc == ERR_LIMIT);
		if (rc || b.bad)
			return;
		str text = buf_view(&b);
		if (str_starts(text, S("{\n")))
			MUST(json_parse(op, S("ours"), text, &doc) == 0 || op->code == ERR_MEMORY);
		if (str_starts(text, S("<?xml")))
			MUST(xml_parse(op, S("ours"), text, &root) == 0 || op->code == ERR_MEMORY);
		if (op->code)
			return;
	}
}

static void audit(struct op *op, str json, str accounts)
{
	static const str path[] = { S_INIT("etc/passwd"), S_INIT("etc/group"),
				    S_INIT("etc/shadow") };
	struct audit_options options = { .now = 1767225600 };
	struct tree_given file[3] = { 0 };
	struct subject subject = { .kind = SUBJECT_IMAGE, .name = S("fuzz"), .config_json = json };
	struct inventory inv = { .subject = subject };
	struct inventory_wish all = { .image = true };
	struct tree_wish wish;
	struct checks checks;
	struct config config;
	AUTO_TREE *t = NULL;
	struct audit *a;

	for (int i = 0; i < 3; i++)
		file[i] = (struct tree_given){ .path = path[i], .bytes = accounts };
	if (config_read(op, json, NULL, &config) < 0 || audit_open(op, &options, &a) < 0 ||
	    inventory_interest(op, &all, &wish) < 0 || audit_wish(op, a, &wish) < 0 ||
	    tree_of_files(op, file, accounts.p ? 3 : 0, &wish, &t) < 0)
		return;
	int rc = audit_make(op, a, t, &inv, &config, &checks);
	MUST(rc == 0 || rc == ERR_MEMORY);
	if (rc == 0)
		write_all(op, &inv, &checks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data + 1, (ptrdiff_t)size - 1 };
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size == 0 || size > LIMIT_CONFIG)
		return 0;
	if (data[0] == 'c')
		audit(&op, text, (str){ 0 });
	if (data[0] == 'p')
		audit(&op, S(""), text);
	if (data[0] == 'l') {
		MUST(licence_class_of(text) < LICENCE_CLASSES);
		while (licence_next(&text).len)
			continue;
	}
	return 0;
}
