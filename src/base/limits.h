/*
 * limits: every ceiling on foreign input, with its unit and its reason.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

enum {
	/* Nesting of any document: deeper ones are attacks; people stay below ten. */
	LIMIT_DEPTH = 64,

	/* Bytes of a bill of materials, and packages in it: one of an image of 72,000 files has
	 * 84 MiB; the largest images have 50,000 packages. */
	LIMIT_SBOM = 256 << 20,
	LIMIT_SBOM_PACKAGES = 500 * 1000,

	/* Comparisons in one range: an advisory that lists versions has some thousand. */
	LIMIT_RANGE_PARTS = 100 * 1000,

	/* Elements of an XML document: a bill of materials of 60,000 files has 400,000. */
	LIMIT_XML_NODES = 8 * 1000 * 1000,

	/* Bytes of a path and of one of its components. Source: Linux PATH_MAX, NAME_MAX. */
	LIMIT_PATH = 4096,
	LIMIT_NAME = 255,

	/* Bytes of a recipe, test or effect: people write them; the largest known is below 100 KiB.
	 */
	LIMIT_DOCUMENT = 4 << 20,

	/* Bytes of a Dockerfile, instructions in it, and commands of one script that are looked at: the
	 * longest known has 40 KiB and 300 instructions; rules compare them with one another. */
	LIMIT_DOCKERFILE = 1 << 20,
	LIMIT_DOCKERFILE_STEPS = 10 * 1000,
	LIMIT_SHELL_COMMANDS = 20 * 1000,

	/* Nodes of a YAML document after aliases: aliases may multiply a small text. */
	LIMIT_YAML_NODES = 200 * 1000,

	/* Values of a TOML document: a Cargo.lock of 1,000 packages has 15,000. */
	LIMIT_TOML_NODES = 1000 * 1000,

	/* Bytes of an expression of a policy, which people write; how deep the tree of it may be; what
	 * evaluating it may take: a step is some 50 ns. */
	LIMIT_CEL_TEXT = 16 << 10,
	LIMIT_CEL_TREE = 256,
	LIMIT_CEL_STEPS = 1000 * 1000,
	LIMIT_CEL_MEMORY = 64 << 20,

	/* Rules of all files of waivers: people write them; the longest known list has 3,000. */
	LIMIT_WAIVERS = 200 * 1000,

	/* Rules of a policy with all that it extends, files of it, how deep these extend one another, and
	 * values in one list of it: people write them; the largest of those that ship has 40 rules. */
	LIMIT_POLICY_RULES = 1000,
	LIMIT_POLICY_FILES = 64,
	LIMIT_POLICY_DEPTH = 8,
	LIMIT_POLICY_LIST = 2000,

	/* Bytes of a VEX document: Red Hat's largest have 30 MiB. */
	LIMIT_VEX = 128 << 20,

	/* Identifiers of statements that are held against findings: a year of Red Hat's documents and
	 * 2,000 findings need 10 million. */
	LIMIT_VEX_COMPARED = 50 * 1000 * 1000,

	/* Bytes of an InRelease file: Debian's largest is 160 KiB. */
	LIMIT_RELEASE = 8 << 20,

	/* Bytes of one stanza of an index or control file: texlive's largest is 60 KiB. */
	LIMIT_STANZA = 1 << 20,

	/* Bytes of a Packages index unpacked: sid's is 60 MB. */
	LIMIT_INDEX = 512 << 20,

	/* Bytes of a control member's file (postinst, md5sums): linux-headers has 2 MiB of md5sums.
	 */
	LIMIT_CONTROL_FILE = 16 << 20,

	/* Bytes of a PAX or GNU long-name header. */
	LIMIT_TAR_HEADER = 1 << 20,

	/* Entries of one package, and names in one image: texlive-fonts-extra has 130,000. */
	LIMIT_ENTRIES = 4 * 1000 * 1000,

	/* Bytes of an image manifest or index, and of a config. Source: registries' common ceiling.
	 */
	LIMIT_MANIFEST = 4 << 20,
	LIMIT_CONFIG = 8 << 20,

	/* Faults that are kept of one rule of an audit, some 10 MB; the rest is counted: nobody reads more,
	 * and an image may have millions of files that break it. */
	LIMIT_FAULTS = 20 * 1000,

	/* Lines of a history, variables, ports, volumes, labels of one image: the longest known history
	 * has 300. */
	LIMIT_CONFIG_ITEMS = 4096,

	/* Layers of an image that is built: the Docker engine stops at 125. Of one that is read: a
	 * layer's number fits a byte (tree/tree.h). */
	LIMIT_LAYERS = 120,
	LIMIT_LAYERS_READ = 250,

	/* Bytes of all paths and link targets of one package, and of one image: texlive-fonts-extra
	 * has 12 MB. */
	LIMIT_PATH_BYTES = 256 << 20,

	/* Bytes of a file that is read whole out of an image or a package. */
	LIMIT_CAPTURE = 16 << 20,

	/* Bytes of a kernel or module, packed; and of a kernel unpacked: with all built in it has 60 MiB. */
	LIMIT_KERNEL = 96 << 20,
	LIMIT_KERNEL_UNPACKED = 256 << 20,

	/* Bytes of a program's dynamic symbols, or of their names: Chromium has 2 MiB. */
	LIMIT_ELF_SYMBOLS = 64 << 20,

	/* Bytes of the store of an rpm header: a kernel's with its modules' names has 5 MiB. */
	LIMIT_RPM_HEADER = 64 << 20,

	/* Bytes of a row of a database: an rpm header, and what stands around it. */
	LIMIT_DATABASE_ROW = 65 << 20,

	/* Unpacked bytes of a changelog: gcc's is 1.2 MiB. */
	LIMIT_CHANGELOG = 32 << 20,

	/* Entries of a changelog: glibc's, the longest known, has 1,100. */
	LIMIT_CHANGELOG_ENTRIES = 20 * 1000,

	/* Bytes of a file in a compressed layer that is unpacked once more to be read. */
	LIMIT_LATE = 512 << 20,

	/* Bytes of all files of an image whose content is kept while its layers are read. */
	LIMIT_WANTED = 256 << 20,

	/* Unpacked bytes over packed bytes: xz reaches 7,000 on zeros; real packages stay below
	   200. */
	LIMIT_RATIO = 1000,

	/* Archives within an archive: how deep (an ear has a war has a jar), and how many in all. */
	LIMIT_NESTED_DEPTH = 8,
	LIMIT_NESTED = 20 * 1000,

	/* Secrets: archives within an archive that are opened; bytes of an archive that is, which is held in
	 * memory; places that are told of one image; and how often one rule is tried in 1 MiB: what
	 * matches more often has been made to. */
	LIMIT_SECRET_DEPTH = 4,
	LIMIT_SECRET_ARCHIVE = 192 << 20,
	LIMIT_SECRETS = 4096,
	LIMIT_SECRET_TRIES = 50 * 1000,

	/* Memory that an xz or zstd decoder may use: xz -9 needs 65 MiB. */
	LIMIT_DECODER_MEMORY = 80 << 20,

	/* Seconds of CPU time that the dependency solver may take: a desktop takes below one. */
	LIMIT_SOLVER_SECONDS = 60,

	/* Repositories of a recipe beside the suite, and components of one: apt's users have five.
	 */
	LIMIT_REPOSITORIES = 16,
	LIMIT_COMPONENTS = 8,

	/* Signed indexes behind one image: the suite's three, and of each repository all. */
	LIMIT_POCKETS = 3 + LIMIT_REPOSITORIES * LIMIT_COMPONENTS,

	/* Bytes of one advisory, as it lies in a shard, texts apart: a kernel's CVE with all versions
	 * of all its packages has 450 KB as JSON. */
	LIMIT_ADVISORY = 16 << 20,

	/* Releases and registries that one advisory is about: Ubuntu's have twenty. */
	LIMIT_ADVISORY_ECOSYSTEMS = 256,

	/* Bytes of a database's index: 500 bytes a shard. */
	LIMIT_DATABASE_INDEX = 16 << 20,

	/* Bytes of a lock file: 40 KiB an image of 100 packages. */
	LIMIT_LOCK = 64 << 20,

	/* Bytes of a feed's table of changes: npm's has 10 MB. And of one record that is fetched alone: Red
	 * Hat's largest has 5 MB. */
	LIMIT_FEED_TABLE = 256 << 20,
	LIMIT_FEED_RECORD = 64 << 20,

	/* Bytes of one document of a feed: Debian's tracker has 70 MB, EPSS 14. */
	LIMIT_FEED_DOCUMENT = 1 << 30,

	/* Of one advisory: bytes of its id; of a name, version or address; its aliases (a bridge of
	 * several databases has five); vulnerabilities that it fixes (kernels have 1,500); packages
	 * (a kernel's in all releases: 5,000); addresses; vectors. */
	LIMIT_ADVISORY_ID = 128,
	LIMIT_ADVISORY_NAME = 2048,
	LIMIT_ADVISORY_ALIASES = 256,
	LIMIT_ADVISORY_RELATED = 10 * 1000,
	LIMIT_ADVISORY_AFFECTED = 100 * 1000,
	LIMIT_ADVISORY_REFERENCES = 4096,
	LIMIT_ADVISORY_VECTORS = 32,
};

/* Unpacked bytes of one layer: machine-learning images have 20 GB. */
#define LIMIT_LAYER (UINT64_C(64) << 30)

/* Bytes that are read out of one archive for what is nested in it, each time they are: the largest
 * ear files have 1 GB. */
#define LIMIT_NESTED_BYTES (UINT64_C(4) << 30)

/* Bytes that are looked at for secrets in one archive, with all that is nested in it. */
#define LIMIT_SECRET_UNPACKED (UINT64_C(4) << 30)

/* Unpacked bytes of one .deb: the archive's largest is 2.3 GB. */
#define LIMIT_UNPACKED (UINT64_C(16) << 30)

/* Address space of the dependency solver's process, the index mapped before it included. */
#define LIMIT_SOLVER_MEMORY (UINT64_C(4) << 30)

/* Bytes of an archive of an image that is kept in a temporary file: what comes on a pipe, from a daemon,
 * or compressed as a whole. The largest images that people tell of have 60 GB. */
#define LIMIT_SPOOL (UINT64_C(128) << 30)

/* Memory that reading a bill of materials may take: 84 MiB take 640 MiB as XML; "[[],[]," multiplies
 * by forty. */
#define LIMIT_SBOM_MEMORY (UINT64_C(4) << 30)

/* Memory that reading one document of a feed may take: the tree of 70 MB of JSON takes 700. */
#define LIMIT_FEED_MEMORY (UINT64_C(4) << 30)

/* Unpacked bytes of one feed: Red Hat's archive of VEX documents has 30 GB. */
#define LIMIT_FEED (UINT64_C(128) << 30)
/* Bytes of a feed as it is fetched, where its source says nothing else: Red Hat's archive has 1 GB. */
#define LIMIT_FEED_FETCH (UINT64_C(4) << 30)

/* Bytes of a shard: its places are 32 bits wide. npm's have 319 MB as JSON. */
#define LIMIT_SHARD (UINT64_C(4) << 30)

/* Bytes of one .deb: the archive's largest is 1.4 GB. */
#define LIMIT_PACKAGE (UINT64_C(4) << 30)

#endif
