// The one place where stb_image and stb_image_write are compiled, for the samples; picture_file.cpp calls them.
#include <cstddef>

#include "common/stb_config.h"
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
