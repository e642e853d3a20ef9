/*
 * inventory: what a tree holds, as plain values: the border between finding (inventory/), telling
 * (report/, sbom/) and, later, matching. An SBOM is read back into the same struct, so that
 * whatever is asked of an image can be asked of its SBOM: every field here has a place in every
 * format that can hold it, and in temper's own JSON in any case.
 *
 * Texts are as the source has them (UTF-8 made of them where they are written); empty: not told.
 * Everything lives in the op that made the inventory. Order is canonical: the same tree gives the
 * same inventory, whatever order it was read in.
 */
#ifndef MODEL_INVENTORY_H
#define MODEL_INVENTORY_H

#include "base/vec.h"
#include "codec/digest.h"
#include "codec/node.h"

/* One line each in package_kinds[], model/package_kind.c. */
enum package_type {
	PACKAGE_UNKNOWN,
	PACKAGE_APK,
	PACKAGE_ALPM,
	PACKAGE_BINARY, /* recognised by its bytes: no package manager knows it */
	PACKAGE_BITNAMI,
	PACKAGE_CARGO,
	PACKAGE_COCOAPODS,
	PACKAGE_COMPOSER,
	PACKAGE_CONAN,
	PACKAGE_CONDA,
	PACKAGE_CPAN,
	PACKAGE_CRAN,
	PACKAGE_DEB,
	PACKAGE_DOCKER, /* an image as a component */
	PACKAGE_ERLANG, /* OTP application */
	PACKAGE_GEM,
	PACKAGE_GENERIC,
	PACKAGE_GITHUB,
	PACKAGE_GO,
	PACKAGE_GRAALVM,
	PACKAGE_HACKAGE,
	PACKAGE_HEX,
	PACKAGE_JULIA,
	PACKAGE_KERNEL,
	PACKAGE_KERNEL_MODULE,
	PACKAGE_LUAROCKS,
	PACKAGE_MAVEN,
	PACKAGE_NIX,
	PACKAGE_NPM,
	PACKAGE_NUGET,
	PACKAGE_OPAM,
	PACKAGE_OPKG,
	PACKAGE_PEAR,
	PACKAGE_PORTAGE,
	PACKAGE_PUB,
	PACKAGE_PYPI,
	PACKAGE_RPM,
	PACKAGE_SNAP,
	PACKAGE_SWIFT,
	PACKAGE_TERRAFORM, /* a provider */
	PACKAGE_VCPKG,
	PACKAGE_WORDPRESS,
	PACKAGE_TYPES
};

struct package_kind {
	const char *name;     /* as Syft's tables print it: "deb", "python", "java-archive" */
	const char *purl;     /* purl type: "deb", "pypi", "maven" */
	const char *language; /* "python", or "" */
	bool is_system;       /* of the system's package manager: may own files of other packages */
};
extern const struct package_kind package_kinds[PACKAGE_TYPES];
enum package_type package_type_of_purl(str purl_type); /* PACKAGE_UNKNOWN for none */
enum package_type package_type_of_name(str name);

/* How a package was recognised, from the surest down. */
enum evidence_how {
	EVIDENCE_DATABASE, /* a package manager says that it is installed */
	EVIDENCE_METADATA, /* it lies there with metadata of its own */
	EVIDENCE_EMBEDDED, /* what built a binary wrote into it */
	EVIDENCE_SBOM,     /* a bill of materials that lies in the tree says so */
	EVIDENCE_DECLARED, /* a lock or project file asks for it; it need not be there */
	EVIDENCE_BYTES,    /* a pattern in a binary */
	EVIDENCE_NAME,     /* a file name alone */
	EVIDENCE_HOWS
};
extern const char *const evidence_hows[EVIDENCE_HOWS]; /* "database", "metadata", ... */

struct evidence {
	str path;  /* of the file that tells of it; "outer.jar:BOOT-INF/lib/inner.jar" within one */
	int layer; /* -1: the tree is no image */
	str by;    /* the cataloger: "dpkg" */
	enum evidence_how how;
};

enum { FILE_CONFIG = 1, FILE_GHOST = 2, FILE_DOC = 4 };
struct package_file {
	str path;           /* canonical: no leading slash */
	uint8_t hash;       /* enum hash_kind of `digest`, 0: the database has none */
	uint8_t flags;      /* FILE_ */
	uint8_t digest[32]; /* as the package says it; the first 16, 20 or 32 bytes */
};

/* The image's own or from what it was built on. */
enum origin { ORIGIN_UNKNOWN, ORIGIN_BASE, ORIGIN_APPLICATION };
extern const char *const origins[3]; /* "", "base", "application" */

struct package {
	enum package_type type;
	str ns;   /* purl namespace: Maven's group, npm's "@scope", Go's path but for its last part,
		     a distribution's id */
	str name; /* as the ecosystem spells it, without ns; a Go module: the last part of its path
		   */
	str version; /* an rpm's: [EPOCH:]VERSION-RELEASE */
	str arch;
	str source, source_version; /* of a distribution's package where they are told; a source
				       rpm: its name, and [EPOCH:]VERSION-RELEASE */
	str distro;                 /* "debian-13": for the purl's qualifier */
	struct pairs qualifiers;    /* further ones of the purl: "type" "jar", "repository_url",
				       "checksum" */
	str subpath;
	str purl;    /* canonical; made by package_purl() from the above */
	str licence; /* SPDX expression; see model/licence.h */
	str supplier, author, homepage, description, download, vcs;
	struct texts cpe;      /* 2.3, the best one first */
	struct pairs checksum; /* of the package itself: "sha256" "12ab..." lower-case hex */
	struct texts needs; /* what it depends on: names (or NAME@VERSION) of packages of its type,
			       or what they provide; in its own words without version ranges */
	struct texts provides;
	struct pairs facts; /* what else the source tells, under a key of ours: "rpm:modularity"
			       "nodejs:12:...", "go:h1", "apk:origin"; sorted */
	struct package_file *file; /* [file_n], sorted by path; that it owns */
	ptrdiff_t file_n;
	struct evidence *evidence; /* [evidence_n], the surest first; at least one but in an SBOM of
				      others */
	ptrdiff_t evidence_n;
	bool development; /* only to build or test */
	bool listed;      /* of a database that lists no files: owns none */
	int layer;        /* that it came with; -1 unknown */
	enum origin origin;
	str id; /* stable, unique in its inventory: the purl, and a suffix where two
		   share it */
};

enum relation_kind {
	RELATION_DEPENDS,  /* from needs to */
	RELATION_OWNS,     /* from, a system's package, brought the files of to */
	RELATION_CONTAINS, /* from, an archive or program, has to inside it */
	RELATION_KINDS
};
extern const char *const relation_kinds[RELATION_KINDS];
struct relation {
	enum relation_kind kind;
	uint32_t from, to; /* positions in package */
};

struct ledger_line { /* an executable or library that no package accounts for */
	str path;
	const char *kind; /* "executable", "library", "script", "module" */
	int layer;
	uint64_t size;
};

enum changed_how { CHANGED_CONTENT, CHANGED_MISSING, CHANGED_HOWS };
extern const char *const changed_hows[CHANGED_HOWS];
struct changed_file { /* not as its package says */
	str path;
	uint32_t package;
	enum changed_how how;
	bool config; /* the package expects people to change it */
	int layer;
};

struct inventory_file { /* with --files */
	str path;
	uint32_t mode, uid, gid;
	uint64_t size;
	int layer;
	uint32_t owner; /* position in package, or UINT32_MAX */
	uint8_t hashes; /* HASH_ kinds that are filled in */
	uint8_t sha256[32], sha1[20], md5[16];
};

struct os_identity {
	str id, id_like, version_id, version, codename, name, pretty_name, variant_id, build_id;
	str cpe, home_url, support_end;
	str path;           /* of the file that told it */
	str distro;         /* "debian-12": ID-VERSION_ID as purls have it */
	struct pairs facts; /* "apk:release" "3.18", "redhat:content-sets" "a b c", ... sorted */
};

struct inventory_layer {
	struct digest digest, diff_id;
	uint64_t size;
	str media_type, created_by; /* the instruction, cleaned of the builder's noise */
	bool is_base;
};

enum subject_kind { SUBJECT_IMAGE, SUBJECT_DIRECTORY, SUBJECT_FILE };
struct subject { /* what was looked at */
	enum subject_kind kind;
	str name;      /* "debian:12", "." : as the user called it, without the scheme */
	str version;   /* a tag */
	str reference; /* NAME@sha256:... where it is from a registry */
	struct digest manifest, config; /* zeros: none */
	str platform;                   /* "linux/amd64" */
	int64_t created;                /* seconds since 1970; 0: not told */
	uint64_t size;                  /* of all files that are visible */
	struct pairs labels;
	struct pairs annotations;
	struct texts tags, repo_digests;
	str base_name; /* of the image that it was built on, if that can be told */
	struct digest base;
	struct inventory_layer *layer; /* [layer_n] */
	ptrdiff_t layer_n;
	str bom_link; /* of the CycloneDX document that was read: "urn:cdx:SERIAL/VERSION" */
	str config_json, manifest_json; /* as they are, for formats that carry them */
};

struct warning { /* a part that could not be read: the answer is incomplete */
	str path, message;
	int layer;
};

struct inventory {
	struct subject subject;
	struct os_identity os;
	struct package *package; /* [package_n], by package_compare() */
	ptrdiff_t package_n;
	struct relation *relation; /* [relation_n], by relation_compare() */
	ptrdiff_t relation_n;
	struct ledger_line *unknown; /* [unknown_n], sorted by path */
	ptrdiff_t unknown_n;
	uint64_t executables, owned, recognised; /* the coverage ledger; the rest is unknown */
	struct changed_file *changed;            /* [changed_n] by path; only where `compared` */
	ptrdiff_t changed_n;
	uint64_t compared; /* files whose content was compared with their package's digest */
	struct inventory_file *file; /* [file_n] by path */
	ptrdiff_t file_n;
	struct warning *warning; /* [warning_n] by path */
	ptrdiff_t warning_n;
	bool is_read; /* out of a bill of materials: has the lists of files that it had */
	str tool,
		tool_version; /* that made it: "temper", or whoever wrote the SBOM that was read */
};

/* The purl of a package from its fields into p->purl, by the rules of its type (purl-spec,
 * PURL-TYPES: case, "_" of PyPI, qualifiers arch, distro, epoch, upstream). */
int package_purl(struct op *op, struct package *p) MUST_USE;

/* The canonical order: by name of the type, namespace, name, version, purl, id. */
int package_compare(const struct package *a, const struct package *b);
/* For qsort(): by from, kind, to. */
int relation_compare(const void *a, const void *b);

/* The other way: type, ns, name, version, subpath, qualifiers, arch, distro and source of *p from a
 * purl, which becomes p->purl in canonical form. Texts are in op, or alias the purl. A type that is
 * none of ours gives PACKAGE_UNKNOWN. ERR_FORMAT and *p as it was for what is no purl. */
int package_of_purl(struct op *op, str purl, struct package *p) MUST_USE;

/*
 * package_sort_files(op, p): p->file in order of path, each path once: of one that stands there
 * several times the flags are joined, and the first digest counts. O(files) for a list in the order
 * of a directory walk, O(files * log(files)) for any.
 */
int package_sort_files(struct op *op, struct package *p) MUST_USE;

/* The file at a path in a sorted list, or NULL. O(log(files)). */
struct package_file *package_find_file(const struct package *p, str path);

/* Is one of them of a system's package manager? */
bool package_any_of_system(const struct package *p, ptrdiff_t n);

#endif
