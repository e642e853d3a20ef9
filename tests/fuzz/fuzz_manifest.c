/* A manifest and a configuration: what is read must hold to the promises of oci/document.h. */
#include "base/limits.h"
#include "oci/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	str bytes = { (const char *)data, (ptrdiff_t)size };
	struct image image;
	struct image_config config = { 0 };

	op_init(&op, 64 << 20);
	if (document_manifest(&op, S("manifest"), bytes, &image) == 0) {
		MUST(image.config.layer_n <= LIMIT_LAYERS_READ && image.config_size > 0);
		for (ptrdiff_t i = 0; i < image.config.layer_n; i++)
			MUST(media_kind(image.config.layer[i].media_type) == MEDIA_IS_LAYER);
	}
	op_forgive(&op);
	if (document_config_layers(&op, S("config"), bytes, &config) == 0)
		MUST(config.layer_n <= LIMIT_LAYERS_READ && config.os.len > 0);
	return 0;
}
