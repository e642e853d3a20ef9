#include "told.h"

#define PACKAGES                                                                                 \
	"{\"name\":\"v/a\",\"version\":\"v1.0.0\",\"require\":{\"php\":\"^8\",\"v/b\":\"*\","    \
	"\"psr/log-implementation\":\"1\"},\"license\":[\"MIT\"],\"authors\":[{\"name\":\"N\"}," \
	"{\"name\":\"M\"}],\"dist\":{\"url\":\"https://x/a.zip\",\"shasum\":"                    \
	"\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"},\"bin\":[\"bin/tool\"]},"                 \
	"{\"name\":\"v/b\",\"version\":\"2.0.0\",\"license\":\"BSD-3-Clause\",\"provide\":"      \
	"{\"psr/log-implementation\":\"1.0\"},\"dist\":{\"shasum\":\"\"}},{\"name\":\"odd\"}"

static int reads_installed(struct op *op)
{
	static const struct tree_given two[] = {
		F("app/vendor/composer/installed.json",
		  "{\"packages\":[" PACKAGES "],\"dev\":true,\"dev-package-names\":[\"v/b\"]}"),
		PROGRAM("app/vendor/v/a/bin/tool", "#!/usr/bin/env php\n"),
		PROGRAM("app/vendor/bin/tool", "#!/usr/bin/env php\n"),
		PROGRAM("app/vendor/v/c/bin/tool", "#!/usr/bin/env php\n"),
	};
	static const struct tree_given one[] = {
		F("vendor/composer/installed.json", "[" PACKAGES "]"),
		F("etc/installed.json", "{\"packages\":{\"x\":1}}")
	};
	struct inventory v;

	TRY(TOLD(op, "php", false, two,
		 "pkg:composer/v/a@v1.0.0 database (MIT) sha1:da39a3ee > v/b@2.0.0\n"
		 "pkg:composer/v/b@2.0.0 database dev (BSD-3-Clause)\n"));
	TRY(TOLD(op, "php", false, one,
		 "pkg:composer/v/a@v1.0.0 database (MIT) sha1:da39a3ee > v/b@2.0.0\n"
		 "pkg:composer/v/b@2.0.0 database (BSD-3-Clause)\n"));
	TRY(catalog_over(op, "php", false, two, 4, &v));
	CHECK(v.executables == 3 && v.recognised == 2);
	CHECK(v.package_n == 2 && str_eq(v.package[0].author, S("N, M")));
	return 0;
}

static int reads_locks(struct op *op)
{
	static const struct tree_given files[] = {
		F("composer.lock",
		  "{\"packages\":[" PACKAGES "],\"packages-dev\":[{\"name\":\"v/t\","
		  "\"version\":\"3\",\"require\":{\"v/a\":\"1\"}}]}"),
	};
	return TOLD(op, "php", true, files,
		    "pkg:composer/v/a@v1.0.0 declared (MIT) sha1:da39a3ee > v/b@2.0.0\n"
		    "pkg:composer/v/b@2.0.0 declared (BSD-3-Clause)\n"
		    "pkg:composer/v/t@3 declared dev > v/a@v1.0.0\n");
}

static int reads_pear(struct op *op)
{
	static const struct tree_given files[] = {
		F("usr/share/php/.registry/.channel.pecl.php.net/redis.reg",
		  "a:3:{s:4:\"name\";s:5:\"redis\";s:7:\"version\";a:2:{s:7:\"release\";s:5:\"5.3."
		  "7\";"
		  "s:3:\"api\";s:5:\"5.3.0\";}s:7:\"license\";a:1:{s:8:\"_content\";s:3:\"PHP\";}}"
		  "\n"),
		F("usr/share/php/.registry/archive_tar.reg",
		  "a:5:{s:7:\"package\";s:11:\"Archive_Tar\";s:7:\"version\";s:6:\"1.4.14\";s:15:"
		  "\"release_license\";s:3:\"MIT\";s:7:\"summary\";s:3:\"tar\";s:8:\"filelist\";a:"
		  "2:{"
		  "s:11:\"Archive/"
		  "Tar\";a:2:{s:6:\"md5sum\";s:32:\"00112233445566778899aabbccddeeff\";s:12:"
		  "\"installed_as\";s:26:\"/usr/share/php/Archive/Tar\";}s:1:\"x\";a:0:{}}}"),
	};
	struct inventory v;

	TRY(TOLD(op, "php-pear", false, files,
		 "pkg:pear/pear.php.net/Archive_Tar@1.4.14 database (MIT)\n"
		 "pkg:pear/pecl.php.net/redis@5.3.7 database (PHP-3.01)\n"));
	TRY(catalog_over(op, "php-pear", false, files, 2, &v));
	const struct package *p = package_by(&v, "pkg:pear/pear.php.net/Archive_Tar@1.4.14");
	CHECK(p && p->file_n == 1);
	if (p && p->file_n) {
		CHECK_STR(p->file[0].path, S("usr/share/php/Archive/Tar"));
		CHECK(p->file[0].hash == HASH_MD5 && p->file[0].digest[15] == 0xff);
	}
	return 0;
}

TESTS({ "reads what is installed", reads_installed }, { "reads locks", reads_locks },
      { "reads pear's registry", reads_pear })
