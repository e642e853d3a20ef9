#include "told.h"

static int reads_headers(struct op *op)
{
	static const struct tree_given files[] = {
		F("var/www/wp-content/plugins/akismet/akismet.php",
		  "<?php\n/**\n * @package Akismet\n */\n/*\nPlugin Name:Akismet: Spam Protection\n"
		  "Plugin URI: https://akismet.com/\nVersion: 5.3\nAuthor: Automattic\n"
		  "License: MIT\n*/\n$x = 'Version: 9';\n"),
		F("var/www/wp-content/plugins/akismet/other.php", "<?php // Version: 1\n"),
		F("var/www/wp-content/plugins/hello.php",
		  "<?php\r\n/**\r\n * plugin name: Hello Dolly */\r\n# Version: 1.7.2 ?>\r\n"),
		F("var/www/wp-content/themes/twentytwenty/style.css",
		  "/*\nTheme Name: Twenty Twenty\nVersion: 2.2\n*/\n"),
		F("var/www/wp-content/themes/none/style.css", "body { }\n"),
		F("var/www/wp-includes/version.php",
		  "<?php\n/**\n * @global string $wp_version\n */\n$wp_version = '6.5.2';\n"
		  "$wp_db_version = 57155;\n"),
	};

	return TOLD(op, "wordpress", false, files,
		    "pkg:generic/wordpress@6.5.2 metadata (GPL-2.0-or-later)\n"
		    "pkg:wordpress-plugin/akismet@5.3 metadata (MIT)\n"
		    "pkg:wordpress-plugin/hello@1.7.2 metadata\n"
		    "pkg:wordpress-plugin/twentytwenty@2.2?type=theme metadata\n");
}

TESTS({ "reads the comments that plugins and themes begin with", reads_headers })
