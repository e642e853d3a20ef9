#include "told.h"

#define SHA1 "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="

static int reads_npm_3(struct op *op)
{
	static const struct tree_given files[] = {
		F("package-lock.json",
		  "{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"app\",\"version\":\"1.0."
		  "0\","
		  "\"dependencies\":{\"a\":\"1\",\"w\":\"*\"}},"
		  "\"node_modules/a\":{\"version\":\"1.0.0\",\"integrity\":\"" SHA1
		  "\",\"license\":\"MIT\","
		  "\"dependencies\":{\"b\":\"1\"}},"
		  "\"node_modules/a/node_modules/b\":{\"version\":\"1.0.0\",\"dependencies\":{\"@s/"
		  "c\":\"1\"}},"
		  "\"node_modules/b\":{\"version\":\"2.0.0\",\"dev\":true},"
		  "\"node_modules/@s/"
		  "c\":{\"name\":\"real\",\"version\":\"3.0.0\",\"optional\":true},"
		  "\"node_modules/w\":{\"resolved\":\"packages/w\",\"link\":true},"
		  "\"packages/w\":{\"version\":\"0.1.0\",\"devDependencies\":{\"b\":\"2\"}},"
		  "\"packages/x\":{\"name\":\"x\",\"version\":\"0.2.0\"}}}"),
		F("node_modules/a/npm-shrinkwrap.json",
		  "{\"packages\":{\"node_modules/q\":{\"version\":\"1\"}}}"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/a@1.0.0 declared (MIT) sha1:da39a3ee > b@1.0.0\n"
		    "pkg:npm/app@1.0.0 declared > a@1.0.0\n"
		    "pkg:npm/b@1.0.0 declared > real@3.0.0\n"
		    "pkg:npm/b@2.0.0 declared dev\n"
		    "pkg:npm/real@3.0.0 declared\n"
		    "pkg:npm/x@0.2.0 declared\n");
}

static int reads_npm_1(struct op *op)
{
	static const struct tree_given files[] = {
		F("x/npm-shrinkwrap.json",
		  "{\"name\":\"app\",\"version\":\"1.0.0\",\"lockfileVersion\":1,\"dependencies\":{"
		  "\"a\":{\"version\":\"1.0.0\",\"requires\":{\"b\":\"1\",\"@s/"
		  "c\":\"2\"},\"dependencies\":{"
		  "\"b\":{\"version\":\"1.0.0\",\"requires\":{\"@s/c\":\"*\"}}}},"
		  "\"b\":{\"version\":\"2.0.0\",\"dev\":true},"
		  "\"@s/c\":{\"version\":\"npm:@t/d@4.0.0\"},"
		  "\"g\":{\"version\":\"git+ssh://git@x/y.git#0123\"},"
		  "\"f\":{\"version\":\"file:../f\"}}}"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/%40t/d@4.0.0 declared\n"
		    "pkg:npm/a@1.0.0 declared > b@1.0.0 @t/d@4.0.0\n"
		    "pkg:npm/app@1.0.0 declared\n"
		    "pkg:npm/b@1.0.0 declared > @t/d@4.0.0\n"
		    "pkg:npm/b@2.0.0 declared dev\n"
		    "pkg:npm/g@0123 declared\n");
}

static int reads_yarn_1(struct op *op)
{
	static const struct tree_given files[] = {
		F("package.json",
		  "{\"dependencies\":{\"a\":\"^1.0.0\"},\"devDependencies\":{\"t\":\"*\"}}"),
		F("yarn.lock",
		  "# yarn lockfile v1\r\n\n\n\"@s/b@^2.0.0\", \"@s/b@^2.1.0\":\n  version "
		  "\"2.1.0\"\n"
		  "  resolved \"https://x/b.tgz#1\"\n  integrity " SHA1 "\n\n"
		  "a@^1.0.0:\n  version \"1.0.5\"\n  dependencies:\n    \"@s/b\" \"^2.0.0\"\n    "
		  "missing \"*\"\n\n"
		  "al@npm:real@^3:\n  version \"3.0.0\"\n\nt@*:\n  version \"5.0.0\"\n"
		  "  dependencies:\n    al \"npm:real@^3\"\n    \"@s/b\" \"^2.1.0\"\n"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/%40s/b@2.1.0 declared sha1:da39a3ee\n"
		    "pkg:npm/a@1.0.5 declared > @s/b@2.1.0\n"
		    "pkg:npm/real@3.0.0 declared dev\n"
		    "pkg:npm/t@5.0.0 declared dev > real@3.0.0 @s/b@2.1.0\n");
}

static int reads_yarn_berry(struct op *op)
{
	static const struct tree_given files[] = {
		F("package.json",
		  "{\"dependencies\":{\"async\":\"^3\"},\"devDependencies\":{\"ts\":\"~5.1\"}}"),
		F("yarn.lock",
		  "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
		  "\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: "
		  "\"app@workspace:.\"\n"
		  "  dependencies:\n    async: \"npm:^3\"\n  languageName: unknown\n  linkType: "
		  "soft\n\n"
		  "\"async@npm:^3, async@npm:^3.2\":\n  version: 3.2.6\n  resolution: "
		  "\"async@npm:3.2.6\"\n"
		  "  dependencies:\n    \"@s/b\": ^1\n  checksum: 10c0/00\n  languageName: node\n\n"
		  "\"@s/b@npm:^1\":\n  version: 1.9.0\n  resolution: \"@s/b@npm:1.9.0\"\n\n"
		  "\"ts@npm:~5.1\":\n  version: 5.1.6\n  resolution: "
		  "\"ts@patch:ts@npm%3A5.1#~builtin::version=5\"\n"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/%40s/b@1.9.0 declared\n"
		    "pkg:npm/async@3.2.6 declared > @s/b@1.9.0\n"
		    "pkg:npm/ts@5.1.6 declared dev\n");
}

static int knows_plug_and_play(struct op *op)
{
	static const struct tree_given files[] = {
		F("app/yarn.lock", "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n"
				   "  resolution: \"a@npm:1.0.0\"\n"),
		F("app/.pnp.cjs", "#!/usr/bin/env node\n"),
		F("srv/yarn.lock", "b@1:\n  version \"1.0.0\"\n"),
	};
	return TOLD(op, "node-lock", false, files, "pkg:npm/a@1.0.0 metadata\n");
}

static int reads_pnpm(struct op *op)
{
	static const struct tree_given files[] = {
		F("5/pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  /a/1.0.0_b@2.0.0:\n    "
				      "resolution: {integrity: " SHA1 "}\n"
				      "    dependencies:\n      '@s/b': 2.0.0\n      al: "
				      "/real/3.0.0\n      l: link:../l\n"
				      "  /@s/b/2.0.0:\n    resolution: {}\n    dev: true\n  "
				      "/real/3.0.0:\n    dev: false\n"
				      "  github.com/u/r/01ab:\n    name: r\n    version: 1.1.1\n"),
		F("6/pnpm-lock.yaml",
		  "lockfileVersion: '6.0'\npackages:\n  /a6@1.0.0(@s/b6@2.0.0)(react@1.0.0):\n"
		  "    dependencies:\n      '@s/b6': 2.0.0\n      al: /real6@3.0.0\n"
		  "  /@s/b6@2.0.0:\n    dev: true\n  /real6@3.0.0:\n    dev: false\n"),
		F("9/pnpm-lock.yaml",
		  "lockfileVersion: '9.0'\npackages:\n  pnpm@12.0.0:\n    resolution: {}\n\n---\n"
		  "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a9:\n        "
		  "specifier: ^1\n"
		  "        version: 1.0.0(c9@1.0.0)\n    devDependencies:\n      d9:\n        "
		  "specifier: '*'\n"
		  "        version: 4.0.0\n"
		  "packages:\n  a9@1.0.0:\n    resolution: {}\n  '@s/b9@2.0.0':\n    resolution: "
		  "{}\n"
		  "  d9@4.0.0:\n    resolution: {}\n  e9@5.0.0:\n    resolution: {}\n"
		  "  g9@https://codeload.github.com/o/g9/tar.gz/01ab:\n    resolution: {tarball: "
		  "https://c/g}\n"
		  "    version: 0.9.0\n"
		  "snapshots:\n  a9@1.0.0(c9@1.0.0):\n    dependencies:\n      al: '@s/b9@2.0.0'\n"
		  "  '@s/b9@2.0.0': {}\n  d9@4.0.0:\n    dependencies:\n      e9: 5.0.0\n      "
		  "'@s/b9': 2.0.0\n"
		  "  e9@5.0.0: {}\n"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/%40s/b6@2.0.0 declared dev\n"
		    "pkg:npm/%40s/b9@2.0.0 declared\n"
		    "pkg:npm/%40s/b@2.0.0 declared dev\n"
		    "pkg:npm/a6@1.0.0 declared > @s/b6@2.0.0 real6@3.0.0\n"
		    "pkg:npm/a9@1.0.0 declared > @s/b9@2.0.0\n"
		    "pkg:npm/a@1.0.0 declared sha1:da39a3ee > @s/b@2.0.0 real@3.0.0\n"
		    "pkg:npm/d9@4.0.0 declared dev > e9@5.0.0 @s/b9@2.0.0\n"
		    "pkg:npm/e9@5.0.0 declared dev\n"
		    "pkg:npm/g9@0.9.0 declared\n"
		    "pkg:npm/r@1.1.1 declared\n"
		    "pkg:npm/real6@3.0.0 declared\n"
		    "pkg:npm/real@3.0.0 declared\n");
}

static int reads_bun(struct op *op)
{
	static const struct tree_given files[] = {
		F("bun.lock",
		  "{ // text\n\"lockfileVersion\": 1,\n\"workspaces\": {\"\": {\"name\": \"app\","
		  "\"dependencies\": {\"a\": \"1\"}, \"devDependencies\": {\"d\": "
		  "\"1\"}}},\n\"packages\": {\n"
		  "\"a\": [\"a@1.0.0\", \"\", { \"dependencies\": { \"@s/b\": \"1\" } }, \"" SHA1
		  "\"],\n"
		  "\"a/@s/b\": [\"@s/b@1.0.0\", \"\", { \"dependencies\": { \"c\": \"1\" } }, "
		  "\"\"],\n"
		  "\"a/c\": [\"c@1.0.0\", \"\", {}, \"\"],\n"
		  "\"c\": [\"c@2.0.0\", \"\", {}, \"\"],\n"
		  "\"d\": [\"d@1.0.0\", \"\", { \"peerDependencies\": { \"c\": \"2\" } }, \"\"],\n"
		  "\"@s/b\": [\"@s/b@9.0.0\", \"\", {}, \"\"],\n"
		  "\"g\": [\"g@github:o/g#01ab\", {}, \"o-g-01ab\"],\n"
		  "\"app\": [\"app@workspace:.\"],\n},\n}\n"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:npm/%40s/b@1.0.0 declared > c@1.0.0\n"
		    "pkg:npm/%40s/b@9.0.0 declared\n"
		    "pkg:npm/a@1.0.0 declared sha1:da39a3ee > @s/b@1.0.0\n"
		    "pkg:npm/c@1.0.0 declared\n"
		    "pkg:npm/c@2.0.0 declared dev\n"
		    "pkg:npm/d@1.0.0 declared dev > c@2.0.0\n"
		    "pkg:npm/g@01ab declared\n");
}

static int reads_deno(struct op *op)
{
	static const struct tree_given files[] = {
		F("4/deno.lock",
		  "{\"version\":\"4\",\"jsr\":{\"@std/a@1.0.0\":{\"integrity\":\"00\"}},\"npm\":{"
		  "\"x@1.0.0_y@2.0.0\":{\"integrity\":\"" SHA1
		  "\",\"dependencies\":[\"y\",\"z@3.0.0\"]},"
		  "\"y@2.0.0\":{},\"z@3.0.0\":{}}}"),
		F("3/deno.lock", "{\"version\":\"3\",\"packages\":{\"specifiers\":{},\"npm\":{\"w@"
				 "1.0.0\":{\"dependencies\":{}}}}}"),
		F("2/deno.lock",
		  "{\"version\":\"2\",\"npm\":{\"specifiers\":{},\"packages\":{\"v@1.0.0\":{}}}}"),
	};
	return TOLD(op, "node-lock", true, files,
		    "pkg:generic/%40std/a@1.0.0 declared\n"
		    "pkg:npm/v@1.0.0 declared\n"
		    "pkg:npm/w@1.0.0 declared\n"
		    "pkg:npm/x@1.0.0 declared sha1:da39a3ee > y@2.0.0 z@3.0.0\n"
		    "pkg:npm/y@2.0.0 declared\n"
		    "pkg:npm/z@3.0.0 declared\n");
}

static int tells_what_is_broken(struct op *op)
{
	static const struct tree_given files[] = { F("package-lock.json", "{"),
						   F("pnpm-lock.yaml", "a: [") };
	struct inventory v;

	TRY(catalog_over(op, "node-lock", true, files, 2, &v));
	CHECK(v.package_n == 0 && v.warning_n == 2);
	TRY(catalog_over(op, "node-lock", false, files, 2, &v));
	CHECK(v.package_n == 0 && v.warning_n == 0); /* an image's locks are not looked at */
	return 0;
}

TESTS({ "reads npm 3", reads_npm_3 }, { "reads npm 1", reads_npm_1 },
      { "reads yarn 1", reads_yarn_1 }, { "reads yarn berry", reads_yarn_berry },
      { "knows plug and play", knows_plug_and_play }, { "reads pnpm", reads_pnpm },
      { "reads bun", reads_bun }, { "reads deno", reads_deno },
      { "tells what is broken", tells_what_is_broken })
