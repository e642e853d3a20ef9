#include "told.h"

static int reads_rocks(struct op *op)
{
	static const struct tree_given files[] = {
		F("usr/local/lib/luarocks/rocks-5.4/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec",
		  "package = 'LPeg'\nversion = '1.0.2-1'\ndescription = { license = 'MIT' }\n"
		  "dependencies = { 'lua >= 5.1', 'luasocket >= 3, < 4' }\n"),
		F("src/mine-dev-1.rockspec", "package = 'mine'\nversion = 'dev-1'\n"),
		F("src/empty.rockspec", "  \n"),
		F("src/bad.rockspec", "package = {\"kon\n"),
	};

	return TOLD(op, "lua", false, files,
		    "! src/bad.rockspec: src/bad.rockspec: bad rockspec: a text without an end\n"
		    "pkg:luarocks/lpeg@1.0.2-1 metadata (MIT) > luasocket\n"
		    "pkg:luarocks/mine@dev-1 declared\n");
}

TESTS({ "reads rocks", reads_rocks })
