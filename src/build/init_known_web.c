/* What init knows of web servers and caches, in the order of names: init_known.c's other half. */
#include "init_impl.h"

const struct init_known init_known_web[] = {
	{ .package = "lighttpd",
	  .what = "The lighttpd web server",
	  .entrypoint = "/usr/sbin/lighttpd",
	  .cmd = "-D, -f, /etc/lighttpd/lighttpd.conf",
	  .port = "8080",
	  .path = "/etc/lighttpd/lighttpd.conf",
	  .config = "server.port = 8080\n"
		    "server.document-root = \"/var/www/html\"\n"
		    "server.upload-dirs = ( \"/tmp\" )\n"
		    "server.modules = ( \"mod_accesslog\" )\n"
		    "server.tag = \"\"\n"
		    "accesslog.filename = \"/dev/stdout\"\n"
		    "index-file.names = ( \"index.html\", \"index.lighttpd.html\" )\n"
		    "mimetype.assign = (\n"
		    "        \".html\" => \"text/html\", \".css\" => \"text/css\", \".txt\" => "
		    "\"text/plain; charset=utf-8\",\n"
		    "        \".js\" => \"text/javascript\", \".json\" => \"application/json\", "
		    "\".svg\" => \"image/svg+xml\",\n"
		    "        \".png\" => \"image/png\", \".jpg\" => \"image/jpeg\", \".webp\" => "
		    "\"image/webp\",\n"
		    "        \".woff2\" => \"font/woff2\", \"\" => \"application/octet-stream\"\n"
		    ")\n",
	  .drop = "usr/sbin/light*-mod, usr/share/lighttpd/*.pl",
	  .args = "-tt, -f, /etc/lighttpd/lighttpd.conf",
	  .http = "8080/",
	  .body = "Placeholder page" },
	{ .package = "squid",
	  .what = "The Squid proxy, which caches in memory",
	  .entrypoint = "/usr/sbin/squid",
	  .cmd = "--foreground, -f, /etc/squid/squid.conf",
	  .port = "3128",
	  .path = "/etc/squid/squid.conf",
	  .config = "http_port 3128\n"
		    "acl near src 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7\n"
		    "acl safe port 80 443\n"
		    "acl tls port 443\n"
		    "http_access deny !safe\n"
		    "http_access deny CONNECT !tls\n"
		    "http_access allow near\n"
		    "http_access allow localhost\n"
		    "http_access deny all\n"
		    "pid_filename none\n"
		    "access_log stdio:/dev/stdout\n"
		    "cache_log /dev/stderr\n"
		    "coredump_dir /tmp\n"
		    "shutdown_lifetime 3 seconds\n",
	  .drop = "etc/resolvconf/**, usr/lib/squid/*.sh, usr/lib/squid/basic_db_auth, "
		  "usr/lib/squid/basic_pop3_auth, usr/lib/squid/cert_tool, "
		  "usr/lib/squid/ext_delayer_acl, usr/lib/squid/ext_sql_session_acl, "
		  "usr/lib/squid/ext_wbinfo_group_acl, usr/lib/squid/helper-mux, "
		  "usr/lib/squid/log_db_daemon, usr/lib/squid/security_fake_certverify, "
		  "usr/lib/squid/storeid_file_rewrite, usr/lib/squid/url_*_rewrite*",
	  .args = "-k, parse, -f, /etc/squid/squid.conf",
	  .complains = "Processing: http_port 3128",
	  .http = "3128/",
	  .status = 400,
	  .body = "requested URL could not be retrieved" },
	{ .package = "tomcat10",
	  .what = "The Tomcat servlet container",
	  .entrypoint = "/usr/bin/java",
	  .cmd = "-classpath, "
		 "\"/usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/"
		 "tomcat-juli.jar\", "
		 "-Dcatalina.home=/usr/share/tomcat10, -Dcatalina.base=/var/lib/tomcat10, "
		 "-Djava.io.tmpdir=/tmp, org.apache.catalina.startup.Bootstrap, start",
	  .port = "8080",
	  .data = "/var/cache/tomcat10, /var/log/tomcat10",
	  .user = "tomcat",
	  .drop = "usr/share/tomcat10/bin/*.sh, usr/libexec/tomcat10/*.sh, "
		  "\"usr/lib/jvm/*/lib/libfontmanager.so\", \"usr/lib/jvm/*/lib/libjsound.so\"",
	  .note = "Applications go below /var/lib/tomcat10/webapps, unpacked: nothing can be "
		  "unpacked there.",
	  .args = "-version",
	  .complains = "OpenJDK",
	  .http = "8080/",
	  .body = "It works" },
	{ .package = "varnish",
	  .what = "The Varnish cache, with the compiler that its configuration is compiled by",
	  .entrypoint = "/usr/sbin/varnishd",
	  .cmd = "-F, -a, \":8080\", -f, /etc/varnish/default.vcl, -n, /tmp/varnish, -j, none, "
		 "-T, none, -S, none, -s, \"malloc,256m\"",
	  .port = "8080",
	  .path = "/etc/varnish/default.vcl",
	  .config = "vcl 4.1;\n"
		    "\n"
		    "backend default {\n"
		    "        .host = \"127.0.0.1\";\n"
		    "        .port = \"8081\";\n"
		    "}\n",
	  .drop = "usr/bin/*gp*-display-html",
	  .shell = "it calls the compiler by sh",
	  .args = "-V",
	  .complains = "varnish-7",
	  .http = "8080/",
	  .status = 503,
	  .body = "Backend fetch failed" },
};
const size_t init_known_web_n = sizeof(init_known_web) / sizeof(init_known_web[0]);
