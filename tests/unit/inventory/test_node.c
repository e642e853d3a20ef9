#include "told.h"

static int tells_what_is_installed(struct op *op)
{
	static const struct tree_given files[] = {
		F("app/package.json",
		  "{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{\"a\":\"^1\","
		  "\"gone\":\"*\"},\"optionalDependencies\":{\"fsevents\":\"2\"}}"),
		F("app/node_modules/a/package.json",
		  "{\"name\":\"a\",\"version\":\"v1.2.3\",\"license\":\"MIT\",\"dependencies\":{"
		  "\"b\":\"2\","
		  "\"@s/c\":\"1\"},\"peerDependencies\":{\"d\":\"*\",\"nope\":\"*\"}}"),
		F("app/node_modules/a/node_modules/b/package.json",
		  "{\"name\":\"b\",\"version\":\"2.0.0\"}"),
		F("app/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}"),
		F("app/node_modules/@s/c/package.json",
		  "\xef\xbb\xbf{\"name\":\"@s/c\",\"version\":\"1.0.0\",\"name\":\"@s/c\","
		  "\"license\":{\"type\":\"ISC\"},\"dependencies\":{\"b\":\"1\"}}"),
		F("app/node_modules/d/package.json", "{\"name\":\"d\",\"version\":\"0.1.0\","
						     "\"licenses\":[{\"type\":\"ISC\"},\"MIT\"]}"),
		/* Not packages: a nested module type, what has no version, a template, a fixture.
		 */
		F("app/node_modules/d/dist/package.json", "{\"type\":\"module\"}"),
		F("app/node_modules/d/esm/package.json", "{\"name\":\"d\"}"),
		F("app/node_modules/d/x/package.json",
		  "{\"name\":\"<%= n %>\",\"version\":\"1.0.0\"}"),
		F("app/node_modules/d/bench/package.json",
		  "{\"name\":\"bench\",\"version\":\"1.0.0\",\"private\":true}"),
		F("app/node_modules/d/test/package.json", "{ broken"),
		F("app/node_modules/empty/package.json", ""),
		F("app/node_modules/d/test/node_modules/e/package.json",
		  "{\"name\":\"e\",\"version\":\"9.0.0\",\"dependencies\":{\"b\":\"1\"}}"),
		F("app/node_modules/d/compiled/f/package.json",
		  "{\"name\":\"f\",\"version\":\"3.0.0\"}"),
		F("usr/share/nodejs/g/package.json",
		  "{\"name\":\"g\",\"version\":\"1.0.0\",\"dependencies\":{\"h\":\"1\"}}"),
		F("usr/share/nodejs/h/package.json", "{\"name\":\"h\",\"version\":\"1.0.0\"}"),
		F("usr/share/code/extensions/x/package.json",
		  "{\"name\":\"x\",\"version\":\"1.0.0\",\"engines\":{\"vscode\":\"^1\"}}"),
		F("game/package.json",
		  "{\"name\":\"com.unity.x\",\"version\":\"1.0.0\",\"unity\":\"2019.1\"}"),
		F("srv/package.json", "{\"name\":\"lone\",\"version\":\"0.0.1\"}"),
	};
	return TOLD(op, "node", false, files,
		    "pkg:npm/%40s/c@1.0.0 metadata (ISC) > b@1.0.0\n"
		    "pkg:npm/a@1.2.3 metadata (MIT) > b@2.0.0 @s/c@1.0.0 d@0.1.0\n"
		    "pkg:npm/app@1.0.0 metadata > a@1.2.3 gone\n"
		    "pkg:npm/b@1.0.0 metadata\n"
		    "pkg:npm/b@2.0.0 metadata\n"
		    "pkg:npm/d@0.1.0 metadata (ISC OR MIT)\n"
		    "pkg:npm/e@9.0.0 declared > b\n"
		    "pkg:npm/f@3.0.0 declared\n"
		    "pkg:npm/g@1.0.0 metadata > h@1.0.0\n"
		    "pkg:npm/h@1.0.0 metadata\n"
		    "pkg:npm/lone@0.0.1 declared\n");
}

static int follows_stores(struct op *op)
{
	static const struct tree_given files[] = {
		F("node_modules/.package-lock.json",
		  "{\"packages\":{\"node_modules/t/test/node_modules/"
		  "u\":{\"version\":\"1.0.0\",\"dev\":true,"
		  "\"integrity\":\"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=\"}}}"),
		F("node_modules/t/test/node_modules/u/package.json",
		  "{\"name\":\"u\",\"version\":\"1.0.0\"}"),
		LINK("node_modules/a", ".pnpm/a@1.0.0/node_modules/a"),
		F("node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
		  "{\"name\":\"a\",\"version\":\"1.0.0\",\"dependencies\":{\"b\":\"1\"}}"),
		LINK("node_modules/.pnpm/a@1.0.0/node_modules/b", "../../b@1.0.0/node_modules/b"),
		F("node_modules/.pnpm/b@1.0.0/node_modules/b/package.json",
		  "{\"name\":\"b\",\"version\":\"1.0.0\"}"),
		F("node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"7.0.0\"}"),
	};
	return TOLD(op, "node", false, files,
		    "pkg:npm/a@1.0.0 metadata > b@1.0.0\n"
		    "pkg:npm/b@1.0.0 metadata\n"
		    "pkg:npm/b@7.0.0 metadata\n"
		    "pkg:npm/u@1.0.0 metadata dev sha1:da39a3ee\n");
}

static int tells_people(struct op *op)
{
	static const struct tree_given files[] = {
		F("node_modules/a/package.json",
		  "{\"name\":\"a\",\"version\":\"1\",\"author\":{\"name\":\"N\",\"email\":\"m@x\","
		  "\"url\":\"u\"},"
		  "\"repository\":\"o/r\",\"homepage\":\"h\",\"description\":\"d\"}"),
		F("node_modules/b/package.json",
		  "{\"name\":\"b\",\"version\":\"1\",\"author\":\"B "
		  "<b@x>\",\"repository\":{\"type\":\"git\","
		  "\"url\":\"git+https://x/y.git\"},\"private\":true}"),
	};
	struct inventory v;

	TRY(catalog_over(op, "node", false, files, 2, &v));
	const struct package *a = package_by(&v, "pkg:npm/a@1"), *b = package_by(&v, "pkg:npm/b@1");
	CHECK(a && b);
	if (!a || !b)
		return 0;
	CHECK_STR(a->author, S("N <m@x> (u)"));
	CHECK_STR(a->vcs, S("https://github.com/o/r"));
	CHECK_STR(a->homepage, S("h"));
	CHECK_STR(a->description, S("d"));
	CHECK_STR(b->author, S("B <b@x>"));
	CHECK_STR(b->vcs, S("git+https://x/y.git"));
	CHECK(b->facts.n == 1 && str_eq(b->facts.p[0].key, S("npm:private")));
	return 0;
}

TESTS({ "tells what is installed", tells_what_is_installed }, { "follows stores", follows_stores },
      { "tells people", tells_people })
