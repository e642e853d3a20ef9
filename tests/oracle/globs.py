"""Path patterns as temper reads them (src/base/glob.h), as regular expressions."""
import functools
import re


@functools.lru_cache(maxsize=None)
def compiled(pattern):
    pattern, out, i = pattern.removeprefix("/"), "", 0
    while i < len(pattern):
        if pattern.startswith("**/", i):
            out, i = out + "(?:[^/]*/)*", i + 3
        elif pattern.startswith("**", i):
            out, i = out + ".*", i + 2
        elif pattern[i] == "*":
            out, i = out + "[^/]*", i + 1
        elif pattern[i] == "?":
            out, i = out + "[^/]", i + 1
        elif pattern[i] == "[" and (found := re.match(r"\[([!^]?)(\]?[^]]*)\]", pattern[i:])):
            out += "(?!/)[" + ("^" if found[1] else "") + re.sub(r"([\\\[\]^&~|])", r"\\\1", found[2]) + "]"
            i += len(found[0])
        elif pattern[i] == "\\" and i + 1 < len(pattern):
            out, i = out + re.escape(pattern[i + 1]), i + 2
        else:
            out, i = out + re.escape(pattern[i]), i + 1
    return re.compile(out, re.S)


def match(pattern, path):
    return compiled(pattern).fullmatch(path) is not None
