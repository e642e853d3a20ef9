SPDXVersion: SPDX-2.3
Creator: Tool: x-1
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1
PackageChecksum: SHA1: 00
PackageDescription: <text>two
lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1
FileName: ./f
SPDXID: SPDXRef-f
FileChecksum: SHA1: da39a3ee5e6b4b0d3255bfef95601890afd80709
Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b
RelationshipComment: c
Annotator: Tool: temper-1
SPDXREF: SPDXRef-a
AnnotationComment: {"needs":["b"]}
