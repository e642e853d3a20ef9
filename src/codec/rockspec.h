/*
 * rockspec: what a LuaRocks specification says, without running it. Source: luarocks.org, "Rockspec
 * format"; Lua 5.4 reference manual, 3.1 and 3.4.6.
 *
 * Assignments of texts, of names that were given a text before, and of both joined by ".." are
 * understood, and tables of those; whatever else an expression has makes its value unknown.
 */
#ifndef CODEC_ROCKSPEC_H
#define CODEC_ROCKSPEC_H

#include "node.h"

struct rockspec {
	str package, version;
	str url, tag;                               /* of source */
	str summary, homepage, licence, maintainer; /* of description */
	struct texts dependencies;                  /* "lua >= 5.1" */
};

/* ERR_FORMAT for what is no Lua (a text or comment without an end), ERR_LIMIT past LIMIT_DEPTH.
 * Texts are in op or alias text. O(bytes). */
int rockspec_read(struct op *op, str what, str text, struct rockspec *ret) MUST_USE;

#endif
