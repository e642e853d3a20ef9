"""Pairs of versions, and ranges with versions, to our program and to the one that defines their order. An
oracle is a command that reads lines of "A <tab> B" (or "RANGE <tab> VERSION") and prints for each <, = or >
(in or out), or ? for what it does not take."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

TOOL = sys.argv[1]
RANDOM = random.Random(20261122)
LANGUAGE = {"plain": 0, "npm": 1, "pypi": 2, "gem": 3, "composer": 4, "cargo": 5, "interval": 6, "vers": 7}


def number():
    return str(RANDOM.choice([0, 1, 2, 3, 9, 10, 11, 99, 100, 20240101, RANDOM.randrange(1000)]))


def dotted(least, most):
    return ".".join(number() for _ in range(RANDOM.randint(least, most)))


def one_of(*words):
    return RANDOM.choice(words)


def deb():
    return (one_of("", "", "", "0:", "1:", "2:") + dotted(1, 4) + one_of("", "", "~rc1", "+dfsg", "a", "~", "+b1", "~~", "rc.2", "+git2", "-1")
            + one_of("", "-1", "-2", "-10", "-0", "-1+deb12u1", "-1~bpo12+1", "-0ubuntu0.1", "-01"))


def rpm():
    return (one_of("", "", "0:", "1:") + dotted(1, 4) + one_of("", "", "~rc1", "^git1", "a", "p1", ".a", "_1", "~", "^", "^20240101", "+b")
            + "-" + one_of("1", "2", "10", "1.el9", "1.el9_2", "1.el9_10", "1.fc40", "0.1.rc1", "1~a", "1^b"))


def semver():
    return (dotted(3, 3) + one_of("", "", "", "-" + ".".join(one_of("alpha", "beta", "rc", "0", "1", "2", "10", "a-b", "RC1", "x1")
                                                                for _ in range(RANDOM.randint(1, 3)))) + one_of("", "", "+build", "+1.2"))


def pypi():
    return (one_of("", "", "", "v", "1!") + dotted(1, 4) + one_of("", "", "a1", "b2", "rc1", "c2", "-alpha.1", "_pre", ".preview3", "A0")
            + one_of("", "", "", ".post1", "-1", "-2", ".rev3", ".r4", "post") + one_of("", "", "", ".dev1", "dev", "-dev_2")
            + one_of("", "", "", "+local", "+1", "+local.1", "+1.local", "+ubuntu-2"))


def gem():
    return dotted(1, 4) + one_of("", "", "", ".a", ".rc1", ".beta.2", "-1", ".pre", "a", "b2", ".a10", "-java", ".0.a")


def packagist():
    return one_of("", "v") + dotted(1, 4) + one_of("", "", "", "-dev", "-alpha", "-beta1", "-RC2", "rc1", "-patch1", "-p2", "a1", "-b.2", "-stable", "-alpha10", "+build")


def near(make):
    """Two versions that are often close: equal but for a piece."""
    a = make()
    if RANDOM.random() < 0.5:
        return a, make()
    at = RANDOM.randrange(len(a) + 1)
    piece = one_of("0", "1", ".0", ".1", "", "10")
    return a, a[:at] + piece + a[at + RANDOM.randint(0, 1):]


def npm_range():
    v = lambda: one_of(dotted(1, 3), dotted(3, 3), semver(), dotted(1, 2) + ".x")
    one = lambda: one_of("^", "~", ">=", "<", "<=", ">", "", "=") + v()
    return one_of(one(), one() + " " + one(), one() + " || " + one(), dotted(1, 3) + " - " + dotted(1, 3), "*")


def pypi_range():
    one = lambda: one_of("~=" + dotted(2, 3), "==" + dotted(1, 3), "==" + dotted(1, 2) + ".*", "!=" + dotted(1, 3), "!=" + dotted(1, 2) + ".*",
                         ">=" + dotted(1, 3), "<=" + dotted(1, 3))
    return ",".join(one() for _ in range(RANDOM.randint(1, 3)))


def gem_range():
    one = lambda: one_of("~> ", ">= ", "< ", "<= ", "> ", "= ", "!= ", "~> ", "") + gem()
    return ", ".join(one() for _ in range(RANDOM.randint(1, 2)))


def composer_range():
    one = lambda: one_of("^" + dotted(1, 3), "~" + dotted(1, 3), ">=" + dotted(1, 3), "<" + dotted(1, 3), "<=" + dotted(1, 3), ">" + dotted(1, 3),
                         dotted(1, 2) + ".*", "=" + dotted(2, 3), "!=" + dotted(2, 3))
    return one_of(one(), one() + "," + one(), one() + " || " + one(), dotted(1, 3) + " - " + dotted(1, 3))


# A version of small numbers, so that ranges are hit.
def small(make):
    return lambda: "".join(c if not c.isdigit() else str(int(c) % 4) for c in make().replace("20240101", "3"))


DPKG = r"""while IFS="$(printf '\t')" read -r a b; do
if ! dpkg --validate-version "$a" 2>/dev/null || ! dpkg --validate-version "$b" 2>/dev/null; then echo '?'
elif dpkg --compare-versions "$a" lt "$b"; then echo '<'
elif dpkg --compare-versions "$a" eq "$b"; then echo '='
else echo '>'; fi; done"""
RPM = r"""%{lua: for line in io.lines(os.getenv("PAIRS")) do local a, b = line:match("^(.-)\t(.*)$")
local r = rpm.vercmp(a, b); print((r < 0 and "<" or r > 0 and ">" or "=") .. "\n") end}"""
NODE = r"""const s = require(process.env.SEMVER);
for (const line of require('fs').readFileSync(process.env.PAIRS, 'utf8').split('\n').slice(0, -1)) {
  const [a, b] = line.split('\t');
  if (process.env.RANGES) { const r = s.validRange(a, {includePrerelease: true});
    console.log(r === null || !s.valid(b) ? '?' : s.satisfies(b, a, {includePrerelease: true}) ? 'in' : 'out'); continue; }
  if (!s.valid(a) || !s.valid(b)) { console.log('?'); continue; }
  const c = s.compare(a, b); console.log(c < 0 ? '<' : c > 0 ? '>' : '='); }"""
PYTHON = r"""import os, sys
from packaging.version import Version, InvalidVersion
from packaging.specifiers import SpecifierSet, InvalidSpecifier
for line in open(os.environ['PAIRS']):
    a, b = line.rstrip('\n').split('\t')
    try:
        if 'RANGES' in os.environ:
            print('in' if SpecifierSet(a).contains(Version(b), prereleases=True) else 'out'); continue
        a, b = Version(a), Version(b); print('<' if a < b else '>' if a > b else '=')
    except (InvalidVersion, InvalidSpecifier): print('?')"""
RUBY = r"""File.foreach(ENV['PAIRS'], chomp: true) do |line|
  a, b = line.split("\t", -1)
  if ENV['RANGES']
    begin; puts(Gem::Requirement.new(*a.split(',').map(&:strip)).satisfied_by?(Gem::Version.new(b)) ? 'in' : 'out'); rescue ArgumentError; puts '?'; end
    next
  end
  if Gem::Version.correct?(a) && Gem::Version.correct?(b) && !a.empty? && !b.empty?
    puts({-1 => '<', 0 => '=', 1 => '>'}[Gem::Version.new(a) <=> Gem::Version.new(b)])
  else puts '?' end
end"""
PHP = r"""require '/usr/share/php/Composer/Semver/autoload.php';
use Composer\Semver\Comparator; use Composer\Semver\Semver; use Composer\Semver\VersionParser;
$p = new VersionParser();
foreach (file(getenv('PAIRS'), FILE_IGNORE_NEW_LINES) as $line) { [$a, $b] = explode("\t", $line);
  try {
    if (getenv('RANGES')) { echo Semver::satisfies($b, $a) ? "in\n" : "out\n"; continue; }
    $a = $p->normalize($a); $b = $p->normalize($b);
    echo Comparator::lessThan($a, $b) ? "<\n" : (Comparator::greaterThan($a, $b) ? ">\n" : "=\n");
  } catch (UnexpectedValueException $e) { echo "?\n"; } }"""


def npm_semver():
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True).stdout.strip()
    place = root + "/npm/node_modules/semver"
    return place if os.path.isdir(place) else None


def python_has_packaging():
    return subprocess.run(["/usr/bin/python3", "-c", "import packaging.specifiers"], capture_output=True).returncode == 0


SEMVER = npm_semver()
WITH_DPKG = shutil.which("dpkg") and ["sh", "-c", DPKG + ' <"$PAIRS"']
WITH_RPM = shutil.which("rpm") and ["rpm", "--eval", RPM]
WITH_NODE = SEMVER and ["node", "-e", NODE]
WITH_PYTHON = python_has_packaging() and ["/usr/bin/python3", "-c", PYTHON]
WITH_RUBY = shutil.which("ruby") and ["ruby", "-e", RUBY]
WITH_PHP = shutil.which("php") and os.path.isfile("/usr/share/php/Composer/Semver/autoload.php") and ["php", "-r", PHP]

# Composer takes eight digits for a date, which it does not fill up; packaging 23 forgets epochs before ".*"; and
# ">=0" is all versions to us, as advisories mean it.
def composer_plain():
    return packagist().replace("20240101", "2024")


def pypi_plain():
    return pypi().replace("1!", "")


def pypi_from_one():
    return pypi_range().replace(">=0", ">=1")


# What is asked, of whom, how often, and how many must have been taken; for ranges the language.
ASKED = [
    ("deb", "dpkg", WITH_DPKG, deb, 400, 300, None),
    ("rpm", "rpm", WITH_RPM, rpm, 5000, 5000, None),
    ("semver", "npm's semver", WITH_NODE, semver, 5000, 3000, None),
    ("pypi", "Python's packaging", WITH_PYTHON, pypi, 5000, 3000, None),
    ("gem", "RubyGems", WITH_RUBY, gem, 5000, 3000, None),
    ("packagist", "Composer's semver", WITH_PHP, composer_plain, 5000, 3000, None),
    ("semver", "npm's semver", WITH_NODE, (npm_range, semver), 5000, 3000, "npm"),
    ("pypi", "Python's packaging", WITH_PYTHON, (pypi_from_one, pypi_plain), 5000, 3000, "pypi"),
    ("gem", "RubyGems", WITH_RUBY, (gem_range, gem), 5000, 3000, "gem"),
    ("packagist", "Composer's semver", WITH_PHP, (composer_range, packagist), 5000, 3000, "composer"),
]


def ask(scheme, command, pairs, language):
    with tempfile.NamedTemporaryFile("w", suffix=".pairs") as f:
        f.writelines(f"{a}\t{b}\n" for a, b in pairs)
        f.flush()
        env = {**os.environ, "PAIRS": f.name, "SEMVER": SEMVER or "", **({"RANGES": "1"} if language else {})}
        said = subprocess.run(command, env=env, capture_output=True, text=True)
        theirs = [line for line in said.stdout.split("\n") if line]
    head = f"range\t{LANGUAGE[language]}\t{scheme}" if language else scheme
    asked = "".join(f"{head}\t{a}\t{b}\n" for a, b in pairs)
    ours = subprocess.run([TOOL], input=asked, capture_output=True, text=True).stdout.split("\n")[:-1]
    if len(theirs) != len(pairs) or len(ours) != len(pairs):
        return [("lines", f"{len(pairs)} asked", f"{len(theirs)}, {len(ours)} answered {said.stderr[-300:]}", "")], 0
    taken = [(a, b, t, o) for (a, b), t, o in zip(pairs, theirs, ours) if t != "?"]
    return [row for row in taken if row[2] != row[3]], len(taken)


def main():
    failed = passed = skipped = 0
    for scheme, who, command, make, n, least, language in ASKED:
        name = f"{scheme} {'ranges' if language else 'versions'}: {who}"
        if not command:
            print(f"skip  {name}: it is not installed")
            skipped += 1
            continue
        if language:
            ranges, versions = small(make[0]), small(make[1])
            pairs = [(ranges(), versions()) for _ in range(n)]
        else:
            pairs = [near(make) for _ in range(n)]
        wrong, taken = ask(scheme, command, pairs, language)
        if wrong or taken < least:
            failed += 1
            print(f"FAIL  {name}: {len(wrong)} of {taken}")
            for a, b, theirs, ours in wrong[:12]:
                print(f"      {a!r} {b!r}: theirs {theirs}, ours {ours}")
        else:
            passed += 1
            print(f"ok    {name}: {taken} agree")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0 if passed else 77


sys.exit(main())
