/* What init knows of packages' programs, in the order of names: each row is tried by tests/servers.
 */
#include "init_impl.h"

/* Hooks of programs that configure a machine's network, and of its mail and PAM tools. */
#define HOOKS                                                                        \
	"etc/network/**, etc/ppp/**, etc/resolvconf/**, usr/lib/NetworkManager/**, " \
	"usr/lib/networkd-dispatcher/**"
#define PAM                                                                            \
	"etc/security/namespace.init, usr/sbin/pam-auth-update, usr/sbin/pam_getenv, " \
	"usr/sbin/pam_namespace_helper, usr/sbin/unix_chkpwd"

const struct init_known init_known[] = {
	{ .package = "beanstalkd",
	  .what = "The beanstalkd work queue",
	  .entrypoint = "/usr/bin/beanstalkd",
	  .cmd = "-l, 0.0.0.0, -p, \"11300\", -b, /data",
	  .port = "11300",
	  .data = "/data",
	  .args = "-v",
	  .says = "^beanstalkd 1" },
	{ .package = "bind9",
	  .what = "The BIND name server",
	  .entrypoint = "/usr/sbin/named",
	  .cmd = "-g, -c, /etc/bind/named.conf",
	  .port = "5353, 5353/udp",
	  .data = "/var/cache/bind",
	  .path = "/etc/bind/named.conf",
	  .config = "options {\n"
		    "        directory \"/var/cache/bind\";\n"
		    "        listen-on port 5353 { any; };\n"
		    "        listen-on-v6 { none; };\n"
		    "        allow-query { any; };\n"
		    "        allow-recursion { 10.0.0.0/8; 172.16.0.0/12; 192.168.0.0/16; "
		    "localhost; };\n"
		    "        pid-file none;\n"
		    "        session-keyfile none;\n"
		    "};\n"
		    "controls { };\n",
	  .drop = HOOKS,
	  .command = "/usr/bin/named-checkconf",
	  .args = "-p, /etc/bind/named.conf",
	  .says = "listen-on port 5353" },
	{ .package = "caddy",
	  .what = "The Caddy web server",
	  .entrypoint = "/usr/bin/caddy",
	  .cmd = "file-server, --root, /usr/share/caddy, --listen, \":8080\"",
	  .port = "8080",
	  .args = "version",
	  .says = "^2\\\\.",
	  .http = "8080/",
	  .body = "Caddy" },
	{ .package = "chrony",
	  .what = "The chrony time server, which leaves the machine's clock alone",
	  .entrypoint = "/usr/sbin/chronyd",
	  .cmd = "-d, -x, -U",
	  .port = "1123/udp",
	  .data = "/data",
	  .path = "/etc/chrony/chrony.conf",
	  .config = "pool 2.debian.pool.ntp.org iburst\n"
		    "driftfile /data/chrony.drift\n"
		    "port 1123\n"
		    "allow\n"
		    "cmdport 0\n"
		    "bindcmdaddress /\n"
		    "pidfile /\n",
	  .drop = HOOKS ", etc/dhcp/**, usr/libexec/chrony/**",
	  .args = "-p, -f, /etc/chrony/chrony.conf",
	  .says = "^pool 2" },
	{ .package = "coturn",
	  .what = "The coturn TURN and STUN server",
	  .entrypoint = "/usr/bin/turnserver",
	  .cmd = "-n, --log-file=stdout, --pidfile=, --listening-port=3478, --no-tls, --no-dtls, "
		 "--no-cli, --lt-cred-mech, --realm=example.org",
	  .port = "3478, 3478/udp",
	  .drop = "usr/share/coturn/*.sh",
	  .note = "Nobody may relay before it has users: --user NAME:KEY, or a database.",
	  .args = "--version",
	  .says = "^4\\\\." },
	{ .package = "dnsdist",
	  .what = "The dnsdist load balancer for DNS",
	  .entrypoint = "/usr/bin/dnsdist",
	  .cmd = "--supervised, -C, /etc/dnsdist/dnsdist.conf",
	  .port = "5353, 5353/udp",
	  .path = "/etc/dnsdist/dnsdist.conf",
	  .config = "setLocal('0.0.0.0:5353')\n"
		    "setACL({'10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8'})\n"
		    "newServer({address='9.9.9.9', name='quad9'})\n",
	  .args = "--check-config, -C, /etc/dnsdist/dnsdist.conf",
	  .says = "OK" },
	{ .package = "dnsmasq-base",
	  .what = "The dnsmasq DNS forwarder",
	  .entrypoint = "/usr/sbin/dnsmasq",
	  .cmd = "--keep-in-foreground, --log-facility=-, --user=, --pid-file=, --port=5353, "
		 "--no-resolv, --server=9.9.9.9",
	  .port = "5353, 5353/udp",
	  .args = "--version",
	  .says = "^Dnsmasq version 2" },
	{ .package = "docker-registry",
	  .what = "The registry for container images",
	  .entrypoint = "/usr/bin/docker-registry",
	  .cmd = "serve, /etc/docker/registry/config.yml",
	  .port = "5000",
	  .data = "/data",
	  .path = "/etc/docker/registry/config.yml",
	  .config = "version: 0.1\n"
		    "log:\n"
		    "  level: info\n"
		    "storage:\n"
		    "  filesystem:\n"
		    "    rootdirectory: /data\n"
		    "http:\n"
		    "  addr: 0.0.0.0:5000\n",
	  .note = "Whoever reaches the port may push: put `auth` into the configuration.",
	  .args = "--version",
	  .says = "docker-registry|registry",
	  .http = "5000/v2/",
	  .body = "^\\\\{\\\\}" },
	{ .package = "dovecot-imapd",
	  .what = "The Dovecot IMAP server",
	  .entrypoint = "/usr/sbin/dovecot",
	  .cmd = "-F",
	  .port = "143, 993",
	  .data = "/run/dovecot",
	  .drop = PAM ", usr/bin/dovecot-sysreport, usr/bin/maildirmake.dovecot, "
		      "usr/lib/dovecot/health-check.sh, usr/share/dovecot/mkcert.sh",
	  .needs = "it changes to the account of whoever reads mail",
	  .args = "--version",
	  .says = "^2\\\\." },
	{ .package = "etcd-server",
	  .what = "The etcd key-value store",
	  .entrypoint = "/usr/bin/etcd",
	  .cmd = "--data-dir=/data, --listen-client-urls=http://0.0.0.0:2379, "
		 "--advertise-client-urls=http://localhost:2379",
	  .port = "2379",
	  .data = "/data",
	  .note = "Whoever reaches the port may read and write: see --client-cert-auth.",
	  .args = "--version",
	  .says = "^etcd Version: 3",
	  .http = "2379/health",
	  .body = "true" },
	{ .package = "gearman-job-server",
	  .what = "The Gearman job server",
	  .entrypoint = "/usr/sbin/gearmand",
	  .cmd = "--listen=0.0.0.0, --port=4730, --log-file=stderr",
	  .port = "4730",
	  .args = "--version",
	  .says = "gearmand 1" },
	{ .package = "gunicorn",
	  .what = "The gunicorn server for Python's web applications",
	  .entrypoint = "/usr/bin/gunicorn",
	  .cmd = "--bind, \"0.0.0.0:8000\", --chdir, /app, main:application",
	  .port = "8000",
	  .path = "/app/main.py",
	  .config = "def application(environ, start_response):\n"
		    "    start_response(\"200 OK\", [(\"Content-Type\", \"text/plain\")])\n"
		    "    return [b\"It works\\n\"]\n",
	  .drop = "usr/share/python3/runtime.d/**",
	  .args = "--version",
	  .says = "^gunicorn",
	  .http = "8000/",
	  .body = "It works" },
	{ .package = "hitch",
	  .what = "The hitch TLS proxy",
	  .entrypoint = "/usr/sbin/hitch",
	  .cmd = "--config=/etc/hitch/hitch.conf",
	  .port = "8443",
	  .path = "/etc/hitch/hitch.conf",
	  .config = "frontend = \"[*]:8443\"\n"
		    "backend = \"[127.0.0.1]:8080\"\n"
		    "# Key and certificate, to be mounted.\n"
		    "pem-file = \"/run/secrets/tls.pem\"\n"
		    "daemon = off\n",
	  .args = "--version",
	  .says = "hitch 1" },
	{ .package = "icecast2",
	  .what = "The Icecast media server",
	  .entrypoint = "/usr/bin/icecast2",
	  .cmd = "-c, /etc/icecast2/icecast.xml",
	  .port = "8000",
	  .path = "/etc/icecast2/icecast.xml",
	  .config = "<icecast>\n"
		    "  <limits><clients>100</clients><sources>2</sources></limits>\n"
		    "  <authentication>\n"
		    "    <!-- Without a source-password nobody may send; mount a configuration "
		    "that has "
		    "one. -->\n"
		    "    <admin-user>admin</admin-user>\n"
		    "  </authentication>\n"
		    "  <hostname>localhost</hostname>\n"
		    "  <listen-socket><port>8000</port></listen-socket>\n"
		    "  <fileserve>1</fileserve>\n"
		    "  <paths>\n"
		    "    <basedir>/usr/share/icecast2</basedir>\n"
		    "    <logdir>/tmp</logdir>\n"
		    "    <webroot>/usr/share/icecast2/web</webroot>\n"
		    "    <adminroot>/usr/share/icecast2/admin</adminroot>\n"
		    "    <alias source=\"/\" destination=\"/status.xsl\"/>\n"
		    "  </paths>\n"
		    "  <logging><accesslog>access.log</accesslog><errorlog>-</errorlog></logging>\n"
		    "</icecast>\n",
	  .args = "-v",
	  .says = "Icecast 2",
	  .http = "8000/",
	  .body = "Icecast" },
	{ .package = "influxdb",
	  .what = "The InfluxDB time series database",
	  .entrypoint = "/usr/bin/influxd",
	  .cmd = "-config, /etc/influxdb/influxdb.conf",
	  .port = "8086",
	  .data = "/data",
	  .path = "/etc/influxdb/influxdb.conf",
	  .config = "reporting-disabled = true\n"
		    "[meta]\n"
		    "  dir = \"/data/meta\"\n"
		    "[data]\n"
		    "  dir = \"/data/data\"\n"
		    "  wal-dir = \"/data/wal\"\n"
		    "[http]\n"
		    "  bind-address = \":8086\"\n"
		    "  # auth-enabled = true\n",
	  .note = "Whoever reaches the port may read and write: see auth-enabled.",
	  .args = "version",
	  .says = "^InfluxDB",
	  .http = "8086/query?q=SHOW%20DATABASES",
	  .body = "results" },
	{ .package = "inspircd",
	  .what = "The InspIRCd chat server",
	  .entrypoint = "/usr/sbin/inspircd",
	  .cmd = "--nofork, --nopid, --config=/etc/inspircd/inspircd.conf",
	  .port = "6667",
	  .path = "/etc/inspircd/inspircd.conf",
	  .config = "<server name=\"irc.example.org\" description=\"Chat\" network=\"Example\">\n"
		    "<bind address=\"\" port=\"6667\" type=\"clients\">\n"
		    "<connect allow=\"*\" timeout=\"60\" modes=\"+x\">\n"
		    "<log method=\"stdout\" type=\"* -USERINPUT -USEROUTPUT\" level=\"default\" "
		    "target=\"/dev/stdout\">\n",
	  .drop = "usr/lib/inspircd/**/*.sh, usr/sbin/inspircd-testssl",
	  .args = "--version",
	  .says = "InspIRCd-[34]" },
	{ .package = "kea-dhcp4-server",
	  .what = "The Kea DHCP server",
	  .entrypoint = "/usr/sbin/kea-dhcp4",
	  .cmd = "-c, /etc/kea/kea-dhcp4.conf, -p, \"6767\"",
	  .port = "6767/udp",
	  .data = "/var/lib/kea, /run/kea",
	  .note = "DHCP's own port is 67: there it needs the host's network and NET_BIND_SERVICE.",
	  .args = "-v",
	  .says = "^2\\\\." },
	{ .package = "knot",
	  .what = "The Knot authoritative name server",
	  .entrypoint = "/usr/sbin/knotd",
	  .cmd = "-c, /etc/knot.conf",
	  .port = "5353, 5353/udp",
	  .data = "/data",
	  .path = "/etc/knot.conf",
	  .config = "server:\n"
		    "  listen: 0.0.0.0@5353\n"
		    "  rundir: /tmp\n"
		    "  pidfile: /tmp/knot.pid\n"
		    "log:\n"
		    "  - target: stdout\n"
		    "    any: info\n"
		    "database:\n"
		    "  storage: /data\n"
		    "template:\n"
		    "  - id: default\n"
		    "    storage: /data\n",
	  .command = "/usr/sbin/knotc",
	  .args = "-c, /etc/knot.conf, conf-check",
	  .says = "Configuration is valid" },
	{ .package = "minidlna",
	  .what = "The MiniDLNA media server",
	  .entrypoint = "/usr/sbin/minidlnad",
	  .cmd = "-d, -f, /etc/minidlna.conf, -P, /tmp/minidlna.pid",
	  .port = "8200",
	  .data = "/data, /media",
	  .path = "/etc/minidlna.conf",
	  .config = "port=8200\n"
		    "media_dir=/media\n"
		    "db_dir=/data\n"
		    "log_dir=/tmp\n",
	  .args = "-V",
	  .says = "Version 1" },
	{ .package = "mosquitto",
	  .what = "The Mosquitto message broker",
	  .entrypoint = "/usr/sbin/mosquitto",
	  .cmd = "-c, /etc/mosquitto/mosquitto.conf",
	  .port = "1883",
	  .data = "/data",
	  .path = "/etc/mosquitto/mosquitto.conf",
	  .config = "listener 1883\n"
		    "allow_anonymous true\n"
		    "persistence true\n"
		    "persistence_location /data/\n"
		    "log_dest stderr\n",
	  .note = "Whoever reaches the port may send and hear: see password_file.",
	  .args = "-h",
	  .says = "^mosquitto version 2",
	  .exit = 3 },
	{ .package = "mumble-server",
	  .what = "The Mumble voice chat server",
	  .entrypoint = "/usr/bin/mumble-server",
	  .cmd = "-fg, -ini, /etc/mumble.ini",
	  .port = "64738, 64738/udp",
	  .data = "/data",
	  .path = "/etc/mumble.ini",
	  .config = "database=/data/mumble-server.sqlite\n"
		    "logfile=\n"
		    "port=64738\n"
		    "users=100\n",
	  .drop = "usr/bin/mumble-server-user-wrapper, usr/lib/*/qt-default/**",
	  .args = "-version",
	  .says = "Mumble server version 1" },
	{ .package = "nats-server",
	  .what = "The NATS message server",
	  .entrypoint = "/usr/sbin/nats-server",
	  .cmd = "--addr, 0.0.0.0, --port, \"4222\", --http_port, \"8222\", --jetstream, "
		 "--store_dir, /data",
	  .port = "4222, 8222",
	  .data = "/data",
	  .note = "Whoever reaches the port may send and hear: see --user and the configuration.",
	  .args = "--version",
	  .says = "^nats-server: v2",
	  .http = "8222/healthz",
	  .body = "ok" },
	{ .package = "nghttp2-proxy",
	  .what = "The nghttpx HTTP/2 proxy",
	  .entrypoint = "/usr/sbin/nghttpx",
	  .cmd = "--conf=/etc/nghttpx/nghttpx.conf",
	  .port = "8080",
	  .path = "/etc/nghttpx/nghttpx.conf",
	  .config = "frontend=*,8080;no-tls\n"
		    "backend=127.0.0.1,8081\n"
		    "accesslog-file=/dev/stdout\n"
		    "errorlog-file=/dev/stderr\n"
		    "workers=1\n",
	  .drop = "usr/share/nghttp2/fetch-ocsp-response",
	  .args = "--version",
	  .says = "^nghttpx nghttp2/1",
	  .http = "8080/",
	  .body = "502",
	  .status = 502 },
	{ .package = "ngircd",
	  .what = "The ngIRCd chat server",
	  .entrypoint = "/usr/sbin/ngircd",
	  .cmd = "--nodaemon, --config, /etc/ngircd/ngircd.conf",
	  .port = "6667",
	  .path = "/etc/ngircd/ngircd.conf",
	  .config = "[Global]\n"
		    "        Name = irc.example.org\n"
		    "        Info = Chat\n"
		    "        Ports = 6667\n"
		    "[Options]\n"
		    "        PAM = no\n"
		    "        Ident = no\n",
	  .args = "--version",
	  .says = "^ngIRCd" },
	{ .package = "nsd",
	  .what = "The NSD authoritative name server",
	  .entrypoint = "/usr/sbin/nsd",
	  .cmd = "-d, -c, /etc/nsd/nsd.conf",
	  .port = "5353, 5353/udp",
	  .data = "/data",
	  .path = "/etc/nsd/nsd.conf",
	  .config = "server:\n"
		    "  ip-address: 0.0.0.0@5353\n"
		    "  username: \"\"\n"
		    "  pidfile: \"\"\n"
		    "  zonesdir: /data\n"
		    "  zonelistfile: /data/zone.list\n"
		    "  xfrdfile: /data/xfrd.state\n"
		    "  xfrdir: /tmp\n"
		    "remote-control:\n"
		    "  control-enable: no\n",
	  .drop = "usr/sbin/nsd-control-setup",
	  .command = "/usr/sbin/nsd-checkconf",
	  .args = "-v, /etc/nsd/nsd.conf",
	  .says = "x" },
	{ .package = "openssh-server",
	  .what = "The OpenSSH server",
	  .entrypoint = "/usr/sbin/sshd",
	  .cmd = "-D, -e, -p, \"2222\", -h, /run/secrets/ssh_host_ed25519_key",
	  .port = "2222",
	  .data = "/run/sshd",
	  .drop = PAM ", etc/sv/**, usr/bin/ssh-argv0, usr/bin/ssh-copy-id, "
		      "usr/lib/openssh/ssh-keysign, usr/lib/openssh/ssh-session-cleanup, "
		      "usr/lib/openssh/agent-launch",
	  .needs = "it changes to the account of whoever logs in; host keys are mounted",
	  .args = "-V",
	  .complains = "^OpenSSH_" },
	{ .package = "openvpn",
	  .what = "The OpenVPN server",
	  .entrypoint = "/usr/sbin/openvpn",
	  .cmd = "--config, /run/secrets/server.conf",
	  .port = "1194/udp",
	  .drop = HOOKS ", etc/openvpn/update-resolv-conf, usr/share/openvpn/**",
	  .note = "It needs /dev/net/tun and NET_ADMIN, and a configuration with keys, to be "
		  "mounted.",
	  .args = "--version",
	  .says = "^OpenVPN 2" },
	{ .package = "pdns-recursor",
	  .what = "The PowerDNS recursor",
	  .entrypoint = "/usr/sbin/pdns_recursor",
	  .cmd = "--daemon=no, --disable-syslog, --write-pid=no, --socket-dir=/tmp, "
		 "--local-address=0.0.0.0, --local-port=5353",
	  .port = "5353, 5353/udp",
	  .drop = "etc/resolvconf/**",
	  .args = "--version" },
	{ .package = "pdns-server",
	  .what = "The PowerDNS authoritative server",
	  .also = "pdns-backend-bind",
	  .entrypoint = "/usr/sbin/pdns_server",
	  .cmd = "--daemon=no, --guardian=no, --disable-syslog, --write-pid=no, --socket-dir=/tmp, "
		 "--config-dir=/etc/pdns",
	  .port = "5353, 5353/udp, 8081",
	  .path = "/etc/pdns/pdns.conf",
	  .config = "local-address=0.0.0.0\n"
		    "local-port=5353\n"
		    "launch=bind\n"
		    "webserver=yes\n"
		    "webserver-address=0.0.0.0\n"
		    "webserver-port=8081\n"
		    "webserver-allow-from=0.0.0.0/0\n",
	  .http = "8081/",
	  .body = "PowerDNS" },
	{ .package = "pgbouncer",
	  .what = "The PgBouncer connection pool for PostgreSQL",
	  .entrypoint = "/usr/sbin/pgbouncer",
	  .cmd = "/etc/pgbouncer/pgbouncer.ini",
	  .port = "6432",
	  .path = "/etc/pgbouncer/pgbouncer.ini",
	  .config = "[databases]\n"
		    "* = host=postgres port=5432\n"
		    "[pgbouncer]\n"
		    "listen_addr = 0.0.0.0\n"
		    "listen_port = 6432\n"
		    "unix_socket_dir =\n"
		    "auth_type = scram-sha-256\n"
		    "; names and hashed passwords, to be mounted\n"
		    "auth_file = /run/secrets/userlist.txt\n",
	  .drop = "usr/share/pgbouncer/mkauth.py",
	  .args = "--version",
	  .says = "^PgBouncer 1" },
	{ .package = "privoxy",
	  .what = "The Privoxy filtering proxy",
	  .entrypoint = "/usr/sbin/privoxy",
	  .cmd = "--no-daemon, /etc/privoxy/config",
	  .port = "8118",
	  .path = "/etc/privoxy/config",
	  .config = "confdir /etc/privoxy\n"
		    "logdir /tmp\n"
		    "actionsfile match-all.action\n"
		    "actionsfile default.action\n"
		    "filterfile default.filter\n"
		    "listen-address 0.0.0.0:8118\n",
	  .drop = "usr/bin/privoxy-*, etc/cron.*/**",
	  .args = "--version",
	  .says = "Privoxy version" },
	{ .package = "prometheus",
	  .what = "The Prometheus monitoring system",
	  .entrypoint = "/usr/bin/prometheus",
	  .cmd = "--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.path=/data",
	  .port = "9090",
	  .data = "/data",
	  .drop = "usr/share/prometheus/install-ui.sh",
	  .args = "--version",
	  .says = "^prometheus, version 2",
	  .http = "9090/-/healthy",
	  .body = "Healthy" },
	{ .package = "prometheus-alertmanager",
	  .what = "Prometheus's manager of alerts",
	  .entrypoint = "/usr/bin/prometheus-alertmanager",
	  .cmd = "--config.file=/etc/prometheus/alertmanager.yml, --storage.path=/data, "
		 "--cluster.listen-address=",
	  .port = "9093",
	  .data = "/data",
	  .drop = "usr/share/prometheus/alertmanager/*.sh",
	  .args = "--version",
	  .says = "^alertmanager, version 0",
	  .http = "9093/-/healthy",
	  .body = "OK" },
	{ .package = "prometheus-blackbox-exporter",
	  .what = "Prometheus's prober of HTTP, DNS, TCP and ICMP",
	  .entrypoint = "/usr/bin/prometheus-blackbox-exporter",
	  .cmd = "--config.file=/etc/prometheus/blackbox.yml",
	  .port = "9115",
	  .args = "--version",
	  .says = "blackbox_exporter, version 0",
	  .http = "9115/-/healthy",
	  .body = "ealthy" },
	{ .package = "prometheus-mysqld-exporter",
	  .what = "Prometheus's exporter of MySQL and MariaDB",
	  .entrypoint = "/usr/bin/prometheus-mysqld-exporter",
	  .cmd = "--config.my-cnf=/run/secrets/my.cnf",
	  .port = "9104",
	  .note = "Address, account and password of the server stand in a file, to be mounted.",
	  .args = "--version",
	  .complains = "mysqld_exporter, version 0" },
	{ .package = "prometheus-nginx-exporter",
	  .what = "Prometheus's exporter of nginx",
	  .entrypoint = "/usr/bin/prometheus-nginx-exporter",
	  .cmd = "--nginx.scrape-uri=http://nginx:8080/stub_status",
	  .port = "9113",
	  .args = "--help",
	  .complains = "scrape-uri" },
	{ .package = "prometheus-node-exporter",
	  .what = "Prometheus's exporter of machine metrics",
	  .entrypoint = "/usr/bin/prometheus-node-exporter",
	  .cmd = "",
	  .port = "9100",
	  .args = "--version",
	  .says = "node_exporter, version",
	  .http = "9100/",
	  .body = "Node Exporter" },
	{ .package = "prometheus-postgres-exporter",
	  .what = "Prometheus's exporter of PostgreSQL",
	  .entrypoint = "/usr/bin/prometheus-postgres-exporter",
	  .cmd = "",
	  .port = "9187",
	  .note = "Address, account and password of the server come in DATA_SOURCE_URI, _USER and "
		  "_PASS_FILE.",
	  .args = "--version",
	  .complains = "postgres_exporter, version 0" },
	{ .package = "prometheus-pushgateway",
	  .what = "Prometheus's gateway for metrics of short jobs",
	  .entrypoint = "/usr/bin/prometheus-pushgateway",
	  .cmd = "--persistence.file=/data/metrics",
	  .port = "9091",
	  .data = "/data",
	  .args = "--version",
	  .http = "9091/-/healthy",
	  .body = "OK" },
	{ .package = "prometheus-redis-exporter",
	  .what = "Prometheus's exporter of Redis and Valkey",
	  .entrypoint = "/usr/bin/prometheus-redis-exporter",
	  .cmd = "--redis.addr=redis://redis:6379",
	  .port = "9121",
	  .args = "--version",
	  .says = "Redis Metrics Exporter",
	  .http = "9121/",
	  .body = "Redis" },
	{ .package = "rsync",
	  .what = "The rsync file server",
	  .entrypoint = "/usr/bin/rsync",
	  .cmd = "--daemon, --no-detach, --log-file=/dev/stdout, --config=/etc/rsyncd.conf",
	  .port = "8873",
	  .data = "/data",
	  .path = "/etc/rsyncd.conf",
	  .config = "port = 8873\n"
		    "use chroot = no\n"
		    "[data]\n"
		    "        path = /data\n"
		    "        read only = yes\n",
	  .drop = "usr/bin/rrsync, usr/bin/rsync-ssl, usr/share/rsync/scripts/**",
	  .args = "--version",
	  .says = "^rsync +version 3" },
	{ .package = "rsyslog",
	  .what = "The rsyslog log server",
	  .entrypoint = "/usr/sbin/rsyslogd",
	  .cmd = "-n, -i, NONE, -f, /etc/rsyslog.conf",
	  .port = "5514, 5514/udp",
	  .path = "/etc/rsyslog.conf",
	  .config = "global(workDirectory=\"/tmp\")\n"
		    "module(load=\"imudp\")\n"
		    "module(load=\"imtcp\")\n"
		    "input(type=\"imudp\" port=\"5514\")\n"
		    "input(type=\"imtcp\" port=\"5514\")\n"
		    "action(type=\"omfile\" file=\"/dev/stdout\")\n",
	  .drop = "usr/lib/rsyslog/rsyslog-rotate",
	  .args = "-N1, -f, /etc/rsyslog.conf",
	  .complains = "End of config validation run" },
	{ .package = "slapd",
	  .what = "The OpenLDAP directory server",
	  .entrypoint = "/usr/sbin/slapd",
	  .cmd = "-d, stats, -h, ldap://0.0.0.0:3389, -f, /etc/ldap/slapd.conf",
	  .port = "3389",
	  .data = "/data",
	  .path = "/etc/ldap/slapd.conf",
	  .config = "include /etc/ldap/schema/core.schema\n"
		    "include /etc/ldap/schema/cosine.schema\n"
		    "include /etc/ldap/schema/inetorgperson.schema\n"
		    "modulepath /usr/lib/ldap\n"
		    "moduleload back_mdb\n"
		    "pidfile /tmp/slapd.pid\n"
		    "argsfile /tmp/slapd.args\n"
		    "database mdb\n"
		    "suffix \"dc=example,dc=org\"\n"
		    "directory /data\n"
		    "# rootdn and rootpw (hashed by slappasswd) come from a file to be mounted.\n",
	  .args = "-T, test, -u, -f, /etc/ldap/slapd.conf",
	  .complains = "config file testing succeeded" },
	{ .package = "snmpd",
	  .what = "The Net-SNMP agent",
	  .entrypoint = "/usr/sbin/snmpd",
	  .cmd = "-f, -Lo, -C, -c, /etc/snmp/snmpd.conf, \"udp:1161\"",
	  .port = "1161/udp",
	  .data = "/var/lib/snmp",
	  .drop = "usr/bin/net-snmp-create-v3-user",
	  .args = "-v",
	  .says = "NET-SNMP version: +5" },
	{ .package = "stunnel4",
	  .what = "The stunnel TLS proxy",
	  .entrypoint = "/usr/bin/stunnel4",
	  .cmd = "/etc/stunnel/stunnel.conf",
	  .port = "8443",
	  .path = "/etc/stunnel/stunnel.conf",
	  .config = "foreground = yes\n"
		    "pid =\n"
		    "; key and certificate, to be mounted\n"
		    "cert = /run/secrets/tls.pem\n"
		    "[https]\n"
		    "accept = 8443\n"
		    "connect = 127.0.0.1:8080\n",
	  .drop = "usr/bin/stunnel3, etc/ppp/**",
	  .args = "-version",
	  .complains = "stunnel 5" },
	{ .package = "syslog-ng-core",
	  .what = "The syslog-ng log server",
	  .entrypoint = "/usr/sbin/syslog-ng",
	  .cmd = "-F, --no-caps, --persist-file=/tmp/syslog-ng.persist, "
		 "--pidfile=/tmp/syslog-ng.pid, "
		 "--control=/tmp/syslog-ng.ctl",
	  .port = "5514, 5514/udp",
	  .path = "/etc/syslog-ng/syslog-ng.conf",
	  .config = "@version: 3.38\n"
		    "source s_net { network(port(5514)); network(transport(udp) port(5514)); };\n"
		    "destination d_out { file(\"/dev/stdout\"); };\n"
		    "log { source(s_net); destination(d_out); };\n",
	  .drop = "usr/bin/update-patterndb, usr/sbin/syslog-ng-debun, usr/sbin/update-catalog, "
		  "usr/sbin/install-sgmlcatalog",
	  .args = "--version",
	  .says = "^syslog-ng [34]" },
	{ .package = "tinyproxy",
	  .what = "The Tinyproxy web proxy",
	  .entrypoint = "/usr/bin/tinyproxy",
	  .cmd = "-d, -c, /etc/tinyproxy/tinyproxy.conf",
	  .port = "8888",
	  .path = "/etc/tinyproxy/tinyproxy.conf",
	  .config = "Port 8888\n"
		    "Timeout 600\n"
		    "MaxClients 100\n"
		    "StatHost \"proxy.stats\"\n"
		    "Allow 10.0.0.0/8\n"
		    "Allow 127.0.0.1\n",
	  .args = "-v",
	  .says = "^tinyproxy 1" },
	{ .package = "tor",
	  .what = "The Tor client, as a SOCKS proxy",
	  .entrypoint = "/usr/bin/tor",
	  .cmd = "-f, /etc/tor/torrc",
	  .port = "9050",
	  .data = "/data",
	  .path = "/etc/tor/torrc",
	  .config = "SocksPort 0.0.0.0:9050\n"
		    "DataDirectory /data\n"
		    "Log notice stdout\n",
	  .drop = "etc/sv/**, usr/bin/torify, usr/sbin/tor-instance-create",
	  .args = "--version",
	  .says = "^Tor version 0" },
	{ .package = "transmission-daemon",
	  .what = "The Transmission BitTorrent client, run by its web page",
	  .entrypoint = "/usr/bin/transmission-daemon",
	  .cmd = "--foreground, --config-dir, /data, --download-dir, /data, --allowed, "
		 "\"127.0.0.1,10.*.*.*\"",
	  .port = "9091, 51413",
	  .data = "/data",
	  .args = "--version",
	  .complains = "transmission-daemon [34]",
	  .http = "9091/transmission/web/",
	  .body = "Transmission" },
	{ .package = "unbound",
	  .what = "The Unbound DNS resolver",
	  .entrypoint = "/usr/sbin/unbound",
	  .cmd = "-d, -c, /etc/unbound/unbound.conf",
	  .port = "5353, 5353/udp",
	  .path = "/etc/unbound/unbound.conf",
	  .config = "server:\n"
		    "  interface: 0.0.0.0@5353\n"
		    "  access-control: 10.0.0.0/8 allow\n"
		    "  username: \"\"\n"
		    "  chroot: \"\"\n"
		    "  pidfile: \"\"\n"
		    "  use-syslog: no\n",
	  .drop = "etc/resolvconf/**, usr/lib/python3*/**, usr/libexec/unbound-helper, "
		  "usr/lib/resolvconf/**, usr/share/munin/**, "
		  "usr/sbin/unbound-control-setup",
	  .command = "/usr/sbin/unbound-checkconf",
	  .args = "/etc/unbound/unbound.conf",
	  .says = "no errors" },
	{ .package = "valkey-server",
	  .what = "The Valkey database",
	  .entrypoint = "/usr/bin/valkey-server",
	  .cmd = "--bind, 0.0.0.0, --dir, /data",
	  .port = "6379",
	  .data = "/data",
	  .note = "Without a password Valkey answers its own container only: add --requirepass or "
		  "an ACL file.",
	  .args = "--version",
	  .says = "(Server|server) v=" },
	{ .package = "vsftpd",
	  .what = "The vsftpd file server, for anonymous reading",
	  .entrypoint = "/usr/sbin/vsftpd",
	  .cmd = "/etc/vsftpd.conf",
	  .port = "2121",
	  .data = "/srv/ftp",
	  .path = "/etc/vsftpd.conf",
	  .config = "background=NO\n"
		    "listen=YES\n"
		    "listen_port=2121\n"
		    "run_as_launching_user=YES\n"
		    "anonymous_enable=YES\n"
		    "anon_root=/srv/ftp\n"
		    "pasv_min_port=30000\n"
		    "pasv_max_port=30010\n"
		    "vsftpd_log_file=/dev/stdout\n",
	  .drop = PAM ", usr/bin/vsftpdwho",
	  .args = "-v" },
	{ .package = "zabbix-agent",
	  .what = "The Zabbix agent",
	  .entrypoint = "/usr/sbin/zabbix_agentd",
	  .cmd = "--foreground, --config, /etc/zabbix/zabbix_agentd.conf",
	  .port = "10050",
	  .path = "/etc/zabbix/zabbix_agentd.conf",
	  .config = "LogType=console\n"
		    "PidFile=/tmp/zabbix_agentd.pid\n"
		    "Server=0.0.0.0/0\n",
	  .args = "--config, /etc/zabbix/zabbix_agentd.conf, --test, agent.ping",
	  .says = "u.1" },
	{ .package = "zabbix-agent2",
	  .what = "The second Zabbix agent",
	  .entrypoint = "/usr/sbin/zabbix_agent2",
	  .cmd = "--foreground, --config, /etc/zabbix/agent.conf",
	  .port = "10050",
	  .path = "/etc/zabbix/agent.conf",
	  .config = "LogType=console\n"
		    "PidFile=/tmp/zabbix_agent2.pid\n"
		    "ControlSocket=/tmp/agent.sock\n"
		    "PluginSocket=/tmp/agent.plugin.sock\n"
		    "Hostname=container\n"
		    "Server=0.0.0.0/0\n",
	  .args = "--config, /etc/zabbix/agent.conf, --test, agent.ping",
	  .says = "s.1" },
};
const size_t init_known_n = sizeof(init_known) / sizeof(init_known[0]);

const struct init_shipped init_shipped[] = {
	{ "apache2", "apache" },  { "default-jre-headless", "openjdk" },
	{ "haproxy", "haproxy" }, { "memcached", "memcached" },
	{ "openjdk", "openjdk" }, { "php-fpm", "php-fpm" }, { "php8.4-fpm", "php-fpm" },
	{ "python3", "python" },  { "redis-server", "redis" }, { "wordpress", "wordpress" },
};
const size_t init_shipped_n = sizeof(init_shipped) / sizeof(init_shipped[0]);
