<?php
/*
 * WordPress's settings from the environment, by the names of the well-known image: WORDPRESS_DB_HOST, _DB_USER,
 * _DB_PASSWORD, _DB_NAME, _DB_CHARSET, _DB_COLLATE, WORDPRESS_TABLE_PREFIX, WORDPRESS_DEBUG, and WORDPRESS_AUTH_KEY with its
 * seven sisters. Each of them with _FILE names a file that holds the value (a mounted secret).
 *
 * A key or salt that is not given is made by WordPress at its first start and kept in its database: all
 * containers of the same site then share it. Nothing secret is in the image.
 */
if (is_file('/etc/wordpress/own.php'))
	require '/etc/wordpress/own.php'; /* mounted: what it defines is not defined again below */

foreach ([
	'DB_HOST' => 'mysql', 'DB_USER' => 'wordpress', 'DB_PASSWORD' => '', 'DB_NAME' => 'wordpress',
	'DB_CHARSET' => 'utf8mb4', 'DB_COLLATE' => '', 'TABLE_PREFIX' => 'wp_', 'DEBUG' => '',
	'AUTH_KEY' => null, 'SECURE_AUTH_KEY' => null, 'LOGGED_IN_KEY' => null, 'NONCE_KEY' => null,
	'AUTH_SALT' => null, 'SECURE_AUTH_SALT' => null, 'LOGGED_IN_SALT' => null, 'NONCE_SALT' => null,
] as $wp_name => $wp_value) {
	$wp_file = (string)getenv("WORDPRESS_{$wp_name}_FILE");
	if ($wp_file !== '') {
		$wp_value = @file_get_contents($wp_file);
		if ($wp_value === false) {
			error_log("WORDPRESS_{$wp_name}_FILE: cannot read $wp_file");
			http_response_code(500);
			exit('A setting of this site cannot be read; its log says which.');
		}
		$wp_value = rtrim($wp_value, "\r\n");
	} elseif (getenv("WORDPRESS_$wp_name") !== false) {
		$wp_value = getenv("WORDPRESS_$wp_name");
	}
	if ($wp_name === 'TABLE_PREFIX')
		$table_prefix ??= $wp_value;
	elseif ($wp_name === 'DEBUG')
		defined('WP_DEBUG') || define('WP_DEBUG', !in_array(strtolower($wp_value), ['', '0', 'false', 'no', 'off']));
	elseif ($wp_value !== null && !defined($wp_name))
		define($wp_name, $wp_value);
}
unset($wp_name, $wp_value, $wp_file);

/* Debian's installation page writes these two into the database: no other place for uploads. */
$upload_path ??= '';
$upload_url_path ??= '';

/* Plugins, themes and WordPress itself are what the image holds; translations lie where Debian has them. */
defined('DISALLOW_FILE_MODS') || define('DISALLOW_FILE_MODS', true);
defined('WP_LANG_DIR') || define('WP_LANG_DIR', '/usr/share/wordpress/wp-content/languages');
defined('WP_ALLOW_MULTISITE') || define('WP_ALLOW_MULTISITE', false);
