// Larger strokes: a picture is painted at a smaller work resolution and put together at its own.
//
// Strokes are so many pixels large, whatever the picture: on one of 24 megapixels they are too small to be seen. At a
// scale of 3 the painting is made at a third of the extent, so that strokes are three times as large; strength, the
// picture's own colours and its fine detail come in at full resolution.
#pragma once

#include <impasto/impasto.h>

#include "media/image.h"

namespace impasto::app {

// The picture for the painter, `scale` times smaller: at least 1 x 1 pixel.
media::Image workPicture(const media::Image& image, double scale);

// `image` becomes what the pass would make of it with `controls`, if the painting were `painted_work` (the painted work
// picture, at strength 1 and with the other controls neutral) enlarged. Fine detail is what the work picture has lost.
void compositeStrokes(media::Image& image, const media::Image& work, const media::Image& painted_work,
                      const ImpastoControls& controls);

}  // namespace impasto::app
