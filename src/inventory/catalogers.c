#include "cataloger.h"

/* One line each: here, and in the table below. */
extern const struct cataloger cataloger_alpm;
extern const struct cataloger cataloger_apk;
extern const struct cataloger cataloger_binary;
extern const struct cataloger cataloger_bitnami;
extern const struct cataloger cataloger_bottlerocket;
extern const struct cataloger cataloger_chisel;
extern const struct cataloger cataloger_conda;
extern const struct cataloger cataloger_cpp_lock;
extern const struct cataloger cataloger_dart_lock;
extern const struct cataloger cataloger_deb_archive;
extern const struct cataloger cataloger_dotnet;
extern const struct cataloger cataloger_dotnet_lock;
extern const struct cataloger cataloger_dpkg;
extern const struct cataloger cataloger_elf_note;
extern const struct cataloger cataloger_embedded_sbom;
extern const struct cataloger cataloger_erlang;
extern const struct cataloger cataloger_github_actions;
extern const struct cataloger cataloger_go;
extern const struct cataloger cataloger_go_mod;
extern const struct cataloger cataloger_graalvm;
extern const struct cataloger cataloger_haskell_lock;
extern const struct cataloger cataloger_hex_lock;
extern const struct cataloger cataloger_java;
extern const struct cataloger cataloger_java_lock;
extern const struct cataloger cataloger_julia;
extern const struct cataloger cataloger_jvm;
extern const struct cataloger cataloger_kernel;
extern const struct cataloger cataloger_lua;
extern const struct cataloger cataloger_nix;
extern const struct cataloger cataloger_node;
extern const struct cataloger cataloger_node_lock;
extern const struct cataloger cataloger_opam;
extern const struct cataloger cataloger_opkg;
extern const struct cataloger cataloger_perl;
extern const struct cataloger cataloger_php;
extern const struct cataloger cataloger_php_pear;
extern const struct cataloger cataloger_portage;
extern const struct cataloger cataloger_python;
extern const struct cataloger cataloger_python_lock;
extern const struct cataloger cataloger_r;
extern const struct cataloger cataloger_r_lock;
extern const struct cataloger cataloger_redhat;
extern const struct cataloger cataloger_rpm;
extern const struct cataloger cataloger_rpm_archive;
extern const struct cataloger cataloger_rpm_manifest;
extern const struct cataloger cataloger_ruby;
extern const struct cataloger cataloger_ruby_lock;
extern const struct cataloger cataloger_rust;
extern const struct cataloger cataloger_rust_lock;
extern const struct cataloger cataloger_snap;
extern const struct cataloger cataloger_swift_lock;
extern const struct cataloger cataloger_terraform_lock;
extern const struct cataloger cataloger_wordpress;

const struct cataloger *const catalogers[] = {
	/* The systems' databases: whatever lists files runs before what looks at them. */
	&cataloger_alpm,
	&cataloger_apk,
	&cataloger_bottlerocket,
	&cataloger_chisel,
	&cataloger_dpkg,
	&cataloger_nix,
	&cataloger_opkg,
	&cataloger_portage,
	&cataloger_redhat,
	&cataloger_rpm,
	&cataloger_rpm_manifest,
	/* Bitnami's own their trees, so they stand before what looks at binaries. */
	&cataloger_embedded_sbom,
	/* What lies there with metadata of its own, or has it inside. */
	&cataloger_bitnami,
	&cataloger_conda,
	&cataloger_deb_archive,
	&cataloger_dotnet, /* looks into programs that no other has told of */
	&cataloger_elf_note,
	&cataloger_erlang,
	&cataloger_go,
	&cataloger_graalvm,
	&cataloger_java,
	&cataloger_julia,
	&cataloger_jvm,
	&cataloger_kernel,
	&cataloger_lua,
	&cataloger_node,
	&cataloger_opam,
	&cataloger_perl,
	&cataloger_php,
	&cataloger_php_pear,
	&cataloger_python,
	&cataloger_r,
	&cataloger_rpm_archive,
	&cataloger_ruby,
	&cataloger_rust,
	&cataloger_snap,
	&cataloger_wordpress,
	/* Lock and project files of work trees. */
	&cataloger_cpp_lock,
	&cataloger_dart_lock,
	&cataloger_dotnet_lock,
	&cataloger_github_actions,
	&cataloger_go_mod,
	&cataloger_haskell_lock,
	&cataloger_hex_lock,
	&cataloger_java_lock,
	&cataloger_node_lock,
	&cataloger_python_lock,
	&cataloger_r_lock,
	&cataloger_ruby_lock,
	&cataloger_rust_lock,
	&cataloger_swift_lock,
	&cataloger_terraform_lock,
	/* What is recognised by its bytes. */
	&cataloger_binary,
};
const size_t catalogers_n = sizeof(catalogers) / sizeof(catalogers[0]);
