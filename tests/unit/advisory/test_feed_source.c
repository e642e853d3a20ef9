#include "advisory/update.h"

#include <fcntl.h>

#include "net/client.h"
#include "unit/harness.h"

static int shipped(struct op *op)
{
	struct feed_source *s;
	ptrdiff_t n;
	str url;

	TRY(feed_sources_read(op, S("/dev/null"), &s, &n));
	CHECK(n > 20);
	for (ptrdiff_t i = 0; i < n; i++) {
		bool changelog = str_eq(s[i].format, S("changelog"));
		bool known = feed_of(s[i].format) != NULL;
		if (!known && !changelog)
			test_check(false, op_cstr(op, s[i].format), __FILE__, __LINE__);
		CHECK(i == 0 || str_cmp(s[i - 1].name, s[i].name) < 0);
		CHECK(s[i].licence.len > 0 && s[i].attribution.len > 0 && s[i].url.n == 1);
		CHECK(!(s[i].standard && s[i].optional));
		/* Terms that forbid use or passing on are the user's to accept. */
		CHECK(str_find_str(s[i].licence, S("NC")) < 0 || s[i].optional);
		for (ptrdiff_t k = 0; k < s[i].ecosystems.n; k++)
			CHECK(ecosystem_row(s[i].ecosystems.p[k]) != NULL);
		if (changelog)
			continue;
		TRY(feed_source_url(op, s[i].url.p[0], S("3.22"), 1763683200, &url));
		TRY(client_check_url(op, url));
		CHECK(str_starts(url, S("https://")));
	}
	TRY(feed_source_url(op, S("a-{date}/{release}/{x}"), S("3.22"), 1763683200, &url));
	CHECK_STR(url, S("a-2025-11-21/3.22/{x}"));
	return 0;
}

static int overlaid(struct op *op)
{
	static const char text[] = "mirror: http://mirror.example/debian\n"
				   "feeds:\n"
				   "  debian: {url: [https://a.example/x, https://b.example/x]}\n"
				   "  ours:\n"
				   "    format: osv\n"
				   "    url: file:///srv/ours.zip\n"
				   "    ecosystems: [\"debian:12\", npm]\n"
				   "    max: 1000\n";
	struct feed_source *s;
	ptrdiff_t n, without;
	int dir;
	str path;

	TRY(op_text(op, &path, "%s/config.yaml", test_dir(&dir)));
	TRY(file_replace(op, dir, S("config.yaml"), exact(str_of(text)), 0644));
	TRY(feed_sources_read(op, S("/dev/null"), &s, &without));
	TRY(feed_sources_read(op, path, &s, &n));
	CHECK(n == without + 1);
	const struct feed_source *debian = feed_source_find(s, n, S("debian")),
				 *ours = feed_source_find(s, n, S("ours"));
	CHECK(debian && ours);
	if (!debian || !ours)
		return 0;
	CHECK(debian->url.n == 2 && debian->standard);
	CHECK_STR(debian->format, S("debian-tracker"));
	CHECK(ours->max == 1000 && !ours->standard && ours->url.n == 1);
	CHECK(feed_source_covers(debian, S("debian:12")) &&
	      feed_source_covers(debian, S("debian")));
	CHECK(feed_source_covers(ours, S("debian:12")) && feed_source_covers(ours, S("npm")));
	CHECK(!feed_source_covers(ours, S("debian:13")) && !feed_source_covers(ours, S("")));
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		const char *text, *why;
	} t[] = {
		{ "feeds: [x]\n", "must be a mapping" },
		{ "feeds:\n  Debian: {format: osv}\n", "'Debian' is no name of a feed" },
		{ "feeds:\n  x: {url: \"http://a.example/\"}\n", "has no format" },
		{ "feeds:\n  x: {format: osv, url: gopher://a}\n", "no address" },
		{ "feeds:\n  x: {format: osv, url: \"http://a b\"}\n", "no address" },
		{ "feeds:\n  x: {format: osv, urls: \"http://a/\"}\n", "did you mean 'url'" },
		{ "feed:\n  x: 1\n", "unknown key 'feed'" },
	};
	struct feed_source *s;
	ptrdiff_t n;
	int dir;
	str path;

	TRY(op_text(op, &path, "%s/config.yaml", test_dir(&dir)));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		TRY(file_replace(op, dir, S("config.yaml"), exact(str_of(t[i].text)), 0644));
		CHECK_FAILS(op, feed_sources_read(op, path, &s, &n), ERR_USAGE, t[i].why);
	}
	return 0;
}

TESTS({ "shipped", shipped, .once = true }, { "overlaid", overlaid, .once = true },
      { "refused", refused, .once = true })
