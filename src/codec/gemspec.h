/*
 * gemspec: what a gem says of itself, which is a Ruby program. RubyGems writes those of installed
 * gems in one form, people theirs in a few: lines of "s.ATTRIBUTE = LITERALS" and "s.add_dependency
 * LITERALS" are read, no more. Source: guides.rubygems.org specification reference, and
 * Gem::Specification#to_ruby.
 */
#ifndef CODEC_GEMSPEC_H
#define CODEC_GEMSPEC_H

#include "node.h"

struct gemspec { /* texts that are not told are empty */
	str name, version;
	str constant; /* where the version is no literal: as it is written, "App::VERSION" */
	str platform; /* "ruby", "x86_64-linux" */
	str homepage, summary, description, source_uri;
	struct texts licences, authors, executables;
	struct texts develops; /* names of gems that it needs to be developed, each once */
	struct texts needs; /* likewise, to run: for old versions of RubyGems the others stand there
			       again */
};

/*
 * gemspec_parse(op, text, ret): fails only for memory; what is no gemspec has no name. .freeze is
 * dropped, \uXXXX and other escapes are decoded, #{s.name} and #{s.version} replaced. Texts are in
 * op or alias `text`. O(bytes).
 */
int gemspec_parse(struct op *op, str text, struct gemspec *ret) MUST_USE;

/* The literal that a Ruby file gives a constant VERSION, or that its method `version` returns; 0,
 * or 1 if it has none. */
int gemspec_constant(struct op *op, str text, str *ret) MUST_USE;

#endif
