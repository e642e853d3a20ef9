#!/bin/bash
# Python packages as pip and setuptools install them, and as Debian does: Python's own importlib.metadata over the same
# directories tells what temper must find: names, versions, files with their digests, needs.
. "$(dirname "$0")/flow"
python=/usr/bin/python3
$python -c 'import setuptools, wheel, pip' 2>/dev/null || { echo "Debian's python3-pip, python3-setuptools or python3-wheel is not installed"; exit 77; }

# A project with a dependency, an extra, a program, a file with a comma in its name; its wheel and its egg.
mkdir -p project/cheese_board/data
cat >project/setup.py <<-'P'
	from setuptools import setup
	setup(name='Cheese.Board', version='1.2.post3', packages=['cheese_board'], package_data={'cheese_board': ['data/*']},
	      install_requires=['knife_set>=1', 'win; sys_platform == "win32"'], extras_require={'wine': ['Wine']},
	      entry_points={'console_scripts': ['board = cheese_board:main']}, license='Apache-2.0', author='M. Aker',
	      classifiers=['License :: OSI Approved :: Apache Software License'], url='https://cheese.example/')
P
echo 'def main(): pass' >project/cheese_board/__init__.py
echo data >'project/cheese_board/data/a,b "c".txt'
mkdir -p knife/knife_set
printf 'from setuptools import setup\nsetup(name="knife-set", version="3", packages=["knife_set"], license="MIT")\n' >knife/setup.py
: >knife/knife_set/__init__.py
export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_BREAK_SYSTEM_PACKAGES=1
for p in project knife; do
	holds "a wheel of the $p" $python -m pip wheel -q --no-build-isolation --no-deps -w wheels "./$p"
done
holds "pip installs them" $python -m pip install -q --no-deps --ignore-installed --root "$work/root" --prefix /usr wheels/*.whl
site=$(find root -name '*.dist-info' | head -1)
site=${site%/*}

cat >oracle.py <<-'P'
	"""What importlib.metadata says of directories, as temper's JSON has it: a line for each package."""
	import base64, importlib.metadata, os, re, sys
	normal = lambda name: re.sub(r'[-_.]+', '-', name).lower()
	root, what = sys.argv[1], sys.argv[2]
	for site in sys.argv[3:]:
	    for d in importlib.metadata.distributions(path=[site]):
	        name, version = d.metadata['Name'], d.metadata['Version']
	        if not name or name == 'Python':
	            continue
	        print(name, version) if what == 'names' else None
	        if what == 'needs':
	            for r in d.requires or []:
	                if 'extra == ' not in r:
	                    print(name, normal(re.match(r'[A-Za-z0-9._-]+', r)[0]))
	        if what == 'files':
	            for f in d.files or [] if d.read_text('RECORD') else []:
	                path = os.path.relpath(os.path.normpath(os.path.join(site, f)), root)
	                sum = f.hash.value if f.hash else ''
	                if sum and len(sum) != 64:  # flit once wrote hexadecimal
	                    sum = base64.urlsafe_b64decode(sum + '=').hex()
	                print(name, path, sum)
P
cat >told.py <<-'P'
	import json, sys
	for p in json.load(open('out.json'))['packages']:
	    if not any(e['path'].endswith(('METADATA', 'PKG-INFO', '.egg-info')) and ':' not in e['path'] for e in p['evidence']):
	        continue
	    if sys.argv[1] == 'names':
	        print(p['name'], p['version'])
	    for n in p.get('needs', []) if sys.argv[1] == 'needs' else []:
	        print(p['name'], n)
	    for f in p.get('files', []) if sys.argv[1] == 'files' else []:
	        print(p['name'], f['path'], f.get('sha256', ''))
P
# agrees NAME ROOT SITE...: what both say of the directories, which are all that Python packages are in below the root.
agrees() {
	name=$1 root=$2
	shift 2
	temper sbom -q --files --select-catalogers python -o json "dir:$root" >out.json 2>err
	case $? in 0 | 4) ;; *) bad "$name" "exit $?"; return ;; esac
	for what in names needs files; do
		$python oracle.py "$root" $what "$@" | LC_ALL=C sort -u >want
		$python told.py $what | LC_ALL=C sort -u >got
		if difference=$(diff want got); then ok "$name: $(wc -l <want) $what"; else bad "$name: $what" "$difference"; fi
	done
}
agrees "installed by pip" "$work/root" "$work/$site"
same "nothing has changed" "$(python3 -c "import json; print(json.load(open('out.json')).get('changed', []))")" "[]"
same "the one needs the other" "$(python3 -c "import json
print(*[(r['kind'], r['from'].split('@')[0], r['to'].split('@')[0]) for r in json.load(open('out.json'))['relations']])")" \
	"('depends-on', 'pkg:pypi/cheese.board', 'pkg:pypi/knife-set')"
echo other >"$work/$site/cheese_board/__init__.py"
temper sbom -q --files --select-catalogers python -o json "dir:$work/root" >out.json 2>err || bad "JSON" "exit $?"
same "what has changed" "$(python3 -c "import json
print(*[(f['path'].split('/')[-2:], f['how']) for f in json.load(open('out.json'))['changed']])")" "(['cheese_board', '__init__.py'], 'content')"

# An egg, its own directory of metadata, and wheels that merely lie there.
(cd project && $python setup.py -q bdist_egg >../said 2>&1 && $python setup.py -q install_egg_info -d ../old >>../said 2>&1) || bad "an egg" "$(tail -3 said)"
mkdir lies && cp project/dist/*.egg wheels/*.whl lies/
same "eggs and wheels as files" "$(temper sbom -q --select-catalogers python -o purls dir:lies | tr '\n' ' ')" \
	"pkg:pypi/cheese.board@1.2.post3 pkg:pypi/knife-set@3 "
same "an egg-info" "$(temper sbom -q --select-catalogers python -o purls dir:old)" "pkg:pypi/cheese.board@1.2.post3"

# What Debian has installed here.
[ -d /usr/lib/python3/dist-packages ] && agrees "installed by Debian" /usr/lib/python3 /usr/lib/python3/dist-packages
flow_end
