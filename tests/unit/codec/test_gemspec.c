#include "codec/gemspec.h"
#include "unit/harness.h"

#define GEM "Gem::Specification.new do |s|\n"

static int parse(struct op *op, const char *in, struct gemspec *ret)
{
	return gemspec_parse(op, exact(str_of(in)), ret);
}

static const struct {
	const char *in, *summary;
} texts[] = {
	{ "s.summary = \"a\\u00E9\\u{1F600}\\x41\\n\\\"\\q\"", "a\xc3\xa9\xf0\x9f\x98\x80"
							       "A\n\"q" },
	{ "s.summary = 'a\\'b\\\\c\\n'", "a'b\\c\\n" },
	{ "s.summary = %q<a\"b>.freeze", "a\"b" },
	{ "s.summary = %Q(x#{s.name}y)", "xny" },
	{ "s.summary = \"#{other} #{\"", "#{other} #{" },
	{ "s.summary=\"\\ud800\"", "\xef\xbf\xbd" },
	{ "  s.summary  =  \"x\" if s.y?", "x" },
	{ "s.summary == \"x\"", "" },
	{ "s.summary = # \"x\"", "" },
	{ "s.summary = \"x", "" },
	{ "s.summary = \"x\\", "" },
	{ "s.summary", "" },
	{ "summary = 'x'", "" },
};

static int decodes_texts(struct op *op)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct gemspec g;
		str in;
		TRY(op_text(op, &in, GEM "s.name = 'n'\n%s", texts[i].in));
		TRY(gemspec_parse(op, exact(in), &g));
		CHECK_STR(g.summary, str_of(texts[i].summary));
	}
	return 0;
}

static int reads_lists(struct op *op)
{
	struct gemspec g;

	TRY(parse(op,
		  GEM
		  "s.name = \"n\"\ns.version = Gem::Version.new('1.0')\ns.license = 'MIT'\n"
		  "s.authors = [\"A\", 'B' , %q{C}]\ns.metadata[\"source_code_uri\"] = \"u\"\n"
		  "s.add_development_dependency 'd', '~> 1'\ns.add_dependency(\"r\", \">= 1\")\n"
		  "s.add_dependency 'd'\ns.add_runtime_dependency 'r'\n",
		  &g));
	CHECK_STR(g.version, S("1.0"));
	CHECK_STR(g.source_uri, S("u"));
	CHECK(g.authors.n == 3 && str_eq(g.authors.p[2], S("C")));
	CHECK(g.licences.n == 1 && g.needs.n == 1 && g.develops.n == 1);
	TRY(parse(op, "s.name = 'n'\ns.version = '1'\n", &g));
	CHECK(!g.name.len && !g.version.len); /* no specification */
	return 0;
}

static int finds_constants(struct op *op)
{
	static const char *const good[] = { "VERSION='1'", "module A; VERSION = \"1\".freeze; end",
					    "  Version = %q<1>", "def self.version\n  '1'\nend",
					    "# VERSION = '2'\nB::VERSION = '3'\nVERSION = '1'" };
	static const char *const none[] = { "", "VERSION", "VERSION == '1'", "MY_VERSION = '1'",
					    "VERSION = OTHER" };
	str got;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int rc = gemspec_constant(op, exact(str_of(good[i])), &got);
		CHECK(rc == 0);
		if (rc == 0)
			CHECK_STR(got, S("1"));
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(gemspec_constant(op, exact(str_of(none[i])), &got) == 1);
	return 0;
}

TESTS({ "decodes texts", decodes_texts }, { "reads lists", reads_lists },
      { "finds constants", finds_constants })
