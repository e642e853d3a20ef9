#!/bin/bash
# Java archives: what Debian's Maven repository says of its own (their paths are group, artifact and version) once they
# lie under their names alone; and archives that javac and jar make, in one another. Debian's packages are fetched with
# apt-get where it can; those that are installed count in any case.
. "$(dirname "$0")/flow"
repositories=/usr/share/maven-repo
mkdir debs
if command -v apt-get >/dev/null; then
	wanted="ant groovy ivy junit5 junit4 libasm-java libbcprov-java libbcpkix-java libcommons-codec-java libcommons-collections3-java
		libcommons-collections4-java libcommons-compress-java libcommons-lang3-java libcommons-logging-java libderby-java libdom4j-java libgrpc-java
		libgoogle-gson-java libguava-java libhttpclient-java libjackson-json-java libjackson2-core-java libjackson2-databind-java libjetty9-java
		liblog4j1.2-java liblog4j2-java liblogback-java liblucene4.10-java libnetty-java libopencensus-java libperfmark-java libpostgresql-jdbc-java
		libprotobuf-java libslf4j-java libspring-beans-java libspring-context-java libspring-core-java libspring-web-java libtomcat9-java libxerces2-java
		libxalan2-java libxz-java scala-library"
	known=$(apt-cache pkgnames | grep -xF "$(echo $wanted | tr ' ' '\n')")
	(cd debs && apt-get download $known >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" tree && rm "$deb"; done)
	repositories="$repositories $work/debs/tree/usr/share/maven-repo"
fi
mkdir flat
python3 - $repositories >truth <<-'P'
	import os, re, shutil, sys
	seen = set()
	for root in sys.argv[1:]:
	    for dir, _, files in os.walk(root):
	        parts = os.path.relpath(dir, root).split('/')
	        if len(parts) < 3 or parts[-1] == 'debian' or re.search(r'\dx$|\.x$', parts[-1]):
	            continue
	        name = f'{parts[-2]}-{parts[-1]}.jar'
	        real = os.path.join(dir, name)
	        if name not in files or name in seen or not os.path.exists(real):
	            continue
	        seen.add(name)
	        shutil.copy(os.path.realpath(real), 'flat/' + name)
	        print(name, f'pkg:maven/{".".join(parts[:-2])}/{parts[-2]}@{parts[-1]}')
P
if [ "$(wc -l <truth)" -lt 20 ]; then
	skip "Debian's Maven repository" "fewer than 20 archives are here"
else
	temper sbom -q --select-catalogers java -o json dir:flat >out.json 2>err || bad "JSON" "exit $?"
	python3 - >said <<-'P'
		import json
		at = {}
		for p in json.load(open('out.json'))['packages']:
		    for e in p['evidence']:
		        at.setdefault(e['path'], []).append(p['purl'])
		truth = [line.split() for line in open('truth')]
		wrong = [(name, purl, at.get(name)) for name, purl in truth if purl not in at.get(name, [])]
		for w in wrong:
		    print('    not', w[1], 'but', w[2])
		print(f'{len(truth) - len(wrong)} of {len(truth)} archives are what their repository says')
		raise SystemExit(len(wrong) > len(truth) // 50)
	P
	code=$?
	cat said
	if [ $code -eq 0 ]; then ok "Debian's Maven repository, all but 2 % of it"; else bad "Debian's Maven repository" "more than 2 % are wrong"; fi
	# In the repository's own layout the directories tell what the archive does not.
	mkdir -p layout/m2/repository/org/example/deep/plain/1.5
	python3 -m zipfile -c layout/m2/repository/org/example/deep/plain/1.5/plain-1.5.jar truth
	same "a repository's directories" "$(temper sbom -q --select-catalogers java -o purls dir:layout)" "pkg:maven/org.example.deep/plain@1.5"
fi

# Archives of other projects' tests, whose entries alone were collected; each is what its pom.properties or its name says.
data=${TEMPER_SHARED_DATA:-$TEMPER_SOURCE/../shared/data}/images/syft/syft/pkg/cataloger/java/testdata/jar-metadata
if [ -d "$data" ]; then
	mkdir collected
	for entries in "$data"/*/ "$data"/jenkins-plugins/gradle/2.11/; do
		name=$(basename "$entries").jar
		case $entries in *jenkins-plugins/) continue ;; *gradle/2.11/) name=gradle.jpi ;; esac
		python3 -m zipfile -c "collected/$name" "$entries"*
	done
	while read -r name want; do
		got=$(temper sbom -q --select-catalogers java -o purls "file:collected/$name" | tr '\n' ' ')
		same "collected: $name" "${got:-nothing }" "$want "
	done <<-'E'
		api-all-2.0.0-sources.jar pkg:maven/org.apache.directory.api/api-all@2.0.0 pkg:maven/org.apache.directory.api/api-asn1-api@2.0.0
		com.fasterxml.jackson.core.jackson-core-2.15.2.jar pkg:maven/com.fasterxml.jackson.core/jackson-core@2.15.2
		commons-lang3-3.12.0.jar pkg:maven/org.apache.commons/commons-lang3@3.12.0
		gradle.jpi pkg:maven/org.jenkins-ci.plugins/gradle@2.11
		jackson-core-2.15.2.jar pkg:maven/com.fasterxml.jackson.core/jackson-core@2.15.2
		micronaut-aop-4.9.11.jar pkg:maven/io.micronaut/micronaut-aop@4.9.11
		multiple-matching-2.11.5.jar pkg:maven/org.multiple/multiple-matching-1@2.11.5 pkg:maven/org.multiple/multiple-matching-2@2.11.5 pkg:maven/org.multiple/multiple-matching-3@2.11.5
		opensaml-core-3.4.6.jar pkg:maven/org.opensaml/opensaml-core@3.4.6
		org.multiple-thename.jar pkg:maven/com.multiple/thename@10.11.12 pkg:maven/org.multiple/thename@10.11.12
		spring-instrumentation-4.3.0-1.0.jar nothing
	E
else
	skip "collected archives" "there is no directory $data"
fi

for needed in javac jar; do
	command -v $needed >/dev/null || { skip "archives of our own" "$needed is not installed"; flow_end; }
done
# A library, a plugin of Jenkins, a program that has both, as a war, as Spring Boot packs it, with a script before it.
mkdir -p src/org/example/lib classes meta/META-INF/maven/org.example/lib
echo 'package org.example.lib; public class Lib { }' >src/org/example/lib/Lib.java
javac -d classes src/org/example/lib/Lib.java || exit 3
printf 'groupId=org.example\nartifactId=lib\nversion=1.0\n' >meta/META-INF/maven/org.example/lib/pom.properties
printf '<project><groupId>org.example</groupId><artifactId>lib</artifactId><version>1.0</version><licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses></project>\n' >meta/META-INF/maven/org.example/lib/pom.xml
mkdir -p app/BOOT-INF/lib war/WEB-INF/lib plugin
jar -c -f app/BOOT-INF/lib/lib-1.0.jar -C classes . -C meta . || exit 3
printf 'Implementation-Title: bare\nImplementation-Version: 2.5\n' >bare.mf
jar -c -f war/WEB-INF/lib/bare.jar -m bare.mf -C classes . || exit 3
jar -c -f app/BOOT-INF/lib/inner.war -C war . || exit 3
printf 'Short-Name: maven-plugin\nGroup-Id: org.jenkins-ci.main\nPlugin-Version: 3.14\nExtension-Name: maven-plugin\n' >plugin.mf
jar -c -f plugin/maven-plugin.hpi -m plugin.mf -C classes . || exit 3
printf 'Implementation-Vendor-Id: org.example.app\nImplementation-Version: 7\n' >app.mf
jar -c -0 -f app.jar -m app.mf -C app . || exit 3
mkdir lies
{ printf '#!/bin/sh\nexec java -jar "$0"\n'; cat app.jar; } >lies/app.jar
cp plugin/maven-plugin.hpi lies/
want="pkg:maven/org.example.app/app@7
pkg:maven/org.example/bare@2.5
pkg:maven/org.example/lib@1.0
pkg:maven/org.jenkins-ci.main/maven-plugin@3.14"
sorted() { LC_ALL=C sort; }
same "a library, a war in a program, a plugin" "$(temper sbom -q --select-catalogers java -o purls dir:lies | sorted)" "$(echo "$want" | sorted)"
temper sbom -q --files --select-catalogers java -o json dir:lies >out.json 2>err || bad "JSON" "exit $?"
told() { python3 -c "import json
v = json.load(open('out.json'))
p = {p['name']: p for p in v['packages']}
$1" 2>&1; }
same "where each lies" "$(told "print(*[p[n]['evidence'][0]['path'] for n in ('lib', 'bare')])")" \
	"app.jar:BOOT-INF/lib/lib-1.0.jar app.jar:BOOT-INF/lib/inner.war:WEB-INF/lib/bare.jar"
same "its licence" "$(told "print(p['lib']['licence'])")" "Apache-2.0"
same "its digest" "$(told "print(p['lib']['checksums']['sha1'] if 'checksums' in p['lib'] else p['lib'])")" "$(sha1sum <app/BOOT-INF/lib/lib-1.0.jar | cut -d' ' -f1)"
same "what holds what" "$(told "print(*sorted((r['from'].split('/')[-1], r['to'].split('/')[-1]) for r in v['relations'] if r['kind'] == 'contains'))")" \
	"('app@7', 'bare@2.5') ('app@7', 'lib@1.0')"

# The same within an image's compressed layer, where they are kept as they pass; a hundred copies; one that an upper
# layer takes away.
mkdir -p rootfs/opt
for i in $(seq 100); do cp app/BOOT-INF/lib/lib-1.0.jar "rootfs/opt/lib-$i.0.jar"; done
cp lies/* rootfs/opt/
cp plugin/maven-plugin.hpi rootfs/opt/gone.hpi
mkdir -p upper/opt
: >upper/opt/.wh.app.jar
python3 - rootfs upper <<-'P'
	import gzip, hashlib, io, json, os, sys, tarfile
	os.makedirs('image/blobs/sha256')
	def put(data):
	    digest = hashlib.sha256(data).hexdigest()
	    open('image/blobs/sha256/' + digest, 'wb').write(data)
	    return {'digest': 'sha256:' + digest, 'size': len(data)}
	layers, diffs = [], []
	for root in sys.argv[1:]:
	    out = io.BytesIO()
	    with tarfile.open(fileobj=out, mode='w') as t:
	        t.add(root, arcname='.')
	    diffs.append('sha256:' + hashlib.sha256(out.getvalue()).hexdigest())
	    layers.append({'mediaType': 'application/vnd.oci.image.layer.v1.tar+gzip', **put(gzip.compress(out.getvalue()))})
	config = put(json.dumps({'architecture': 'amd64', 'os': 'linux', 'config': {}, 'rootfs': {'type': 'layers', 'diff_ids': diffs}}).encode())
	kind = 'application/vnd.oci.image.manifest.v1+json'
	manifest = put(json.dumps({'schemaVersion': 2, 'mediaType': kind, 'layers': layers,
	    'config': {'mediaType': 'application/vnd.oci.image.config.v1+json', **config}}).encode())
	json.dump({'schemaVersion': 2, 'manifests': [{'mediaType': kind, **manifest}]}, open('image/index.json', 'w'))
	json.dump({'imageLayoutVersion': '1.0.0'}, open('image/oci-layout', 'w'))
P
same "in an image" "$(temper sbom -q --select-catalogers java -o purls oci-dir:image)" "pkg:maven/org.example/lib@1.0
pkg:maven/org.jenkins-ci.main/maven-plugin@3.14"
same "... with what its layers hide" "$(temper sbom -q --scope all-layers --select-catalogers java -o purls oci-dir:image | sorted)" "$(echo "$want" | sorted)"
flow_end
