/*
 * Programs that a classifier recognises by their bytes, under the names that advisories of an ecosystem
 * have for this very program. One that is not here is looked up nowhere. Sources: Bitnami's
 * vulndb (its folders); OSV's Go and crates.io ecosystems.
 */
#include "match_impl.h"

/* Sorted by program. */
static const struct match_curated curated[] = {
	{ "consul", "bitnami", "consul" },
	{ "elasticsearch", "bitnami", "elasticsearch" },
	{ "elixir", "bitnami", "elixir" },
	{ "envoy", "bitnami", "envoy" },
	{ "erlang", "bitnami", "erlang" },
	{ "etcd", "bitnami", "etcd" },
	{ "fluent-bit", "bitnami", "fluent-bit" },
	{ "go", "golang", "toolchain" },
	{ "grafana", "bitnami", "grafana" },
	{ "haproxy", "bitnami", "haproxy" },
	{ "httpd", "bitnami", "apache" },
	{ "influxdb", "bitnami", "influxdb" },
	{ "julia", "bitnami", "julia" },
	{ "libphp", "bitnami", "libphp" },
	{ "mariadb", "bitnami", "mariadb" },
	{ "memcached", "bitnami", "memcached" },
	{ "mongodb", "bitnami", "mongodb" },
	{ "mysql", "bitnami", "mysql" },
	{ "mysql-server", "bitnami", "mysql" },
	{ "nginx", "bitnami", "nginx" },
	{ "nginx-ingress-controller", "bitnami", "nginx-ingress-controller" },
	{ "node", "bitnami", "node" },
	{ "openldap", "bitnami", "openldap" },
	{ "php-cli", "bitnami", "php" },
	{ "php-fpm", "bitnami", "php" },
	{ "postgresql", "bitnami", "postgresql" },
	{ "python", "bitnami", "python" },
	{ "redis", "bitnami", "redis" },
	{ "ruby", "bitnami", "ruby" },
	{ "rust", "cargo", "std" },
	{ "traefik", "bitnami", "traefik" },
	{ "valkey", "bitnami", "valkey" },
	{ "vault", "bitnami", "vault" },
};

const struct match_curated *match_curated(str program)
{
	for (size_t i = 0; i < sizeof(curated) / sizeof(curated[0]); i++)
		if (str_eq(program, str_of(curated[i].program)))
			return &curated[i];
	return NULL;
}
