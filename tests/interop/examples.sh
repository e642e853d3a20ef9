#!/bin/bash
# A vendor's Java archive on openjdk (examples/java), from the real archive; and Java's truststore under the
# runtimes that Debian has, each with TLS to a server of a company that only the recipe trusts. Skipped where no
# mirror of Debian is known or answers.
. "$(dirname "$0")/flow"
unset TEMPER_CONFIG XDG_CONFIG_HOME
source=$(cd "$here/../.." && pwd)
host=linux/$(dpkg --print-architecture)
for needed in openssl javac; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
command -v crun >/dev/null || command -v runc >/dev/null || { echo "there is no runtime: crun or runc"; exit 77; }
printf 'name: probe\npackages: [netbase]\n' >probe.yaml
if ! temper lock -q --platform "$host" probe.yaml >said 2>&1; then
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
fi

# A vendor's archive.
cp -r "$source/examples/java" java
holds "the vendor's archive is made" java/make-archive java
expect "it is an image, and all its tests pass" 0 'brought +1 artifact ' temper build --platform "$host" java/ledger.yaml
expect "... with a digest in its lock" 0 "sha256:$(sha256sum java/ledger-1.0.zip | cut -d' ' -f1)" cat java/ledger.lock.json
holds "... and made again" temper rebuild --verify ledger
expect "the vendor's settings are replaced" 0 'ledger.yaml:' temper build --platform "$host" --why opt/ledger/conf/ledger.properties java/ledger.yaml

# Java's truststore.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out company.pem -days 10 \
	-subj "/O=Example/CN=Company" -addext "basicConstraints=critical,CA:TRUE" 2>/dev/null
signed() { # NAME CA KEY: NAME.p12, a server's key with a certificate of the CA
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=localhost" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2" -CAkey "$3" -days 5 -out "$1.crt" -extfile <(echo subjectAltName=DNS:localhost) 2>/dev/null
	openssl pkcs12 -export -inkey "$1.key" -in "$1.crt" -passout pass:changeit -out "$1.p12"
}
signed server company.pem ca.key
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -days 10 -subj "/CN=Stranger" 2>/dev/null
signed stranger other.pem other.key
cp "$here/TlsCheck.java" .
for runtime in bookworm:17 trixie:21 trixie:25; do
	suite=${runtime%:*} version=${runtime#*:}
	cat >java$version.yaml <<-R
		name: java$version
		from: debian/$suite
		extends: base
		packages: [openjdk-$version-jre-headless]
		certificates: [company.pem]
		files: {/opt/TlsCheck.java: TlsCheck.java}
		drop: [usr/lib/jvm/*/lib/libfontmanager.so, usr/lib/jvm/*/lib/libjsound.so, usr/share/libgcrypt20/**]
		platforms: [$host]
		entrypoint: [/usr/bin/java]
		volumes: [/tmp]
		tests:
		  commandTests:
		    - name: a server of the company is believed
		      command: java
		      args: [/opt/TlsCheck.java]
		      envVars: [{key: KEYS, value: $(base64 -w0 server.p12)}]
		      expectedOutput:
		        - "without password: 1[0-9][0-9] certificates, 1 of the company"
		        - "with password: 1[0-9][0-9] certificates, 1 of the company"
		        - "java $version, TLSv1.3: a page"
		    - name: a stranger is not
		      command: java
		      args: [/opt/TlsCheck.java]
		      envVars: [{key: KEYS, value: $(base64 -w0 stranger.p12)}]
		      expectedOutput: ["refused: .*unable to find valid certification path"]
		    - name: keytool lists it
		      command: keytool
		      args: [-list, -cacerts, -storepass, changeit]
		      expectedOutput: ["debian:company.pem, .*trustedCertEntry"]
	R
	expect "Java $version of $suite trusts the recipe's certificates" 0 'all 3 tests passed' temper build --platform "$host" java$version.yaml
done
flow_end
