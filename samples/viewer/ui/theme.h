// How the panels look: dark and quiet, so that the picture is what is bright; one accent, an ochre.
#pragma once

#include <imgui.h>

namespace impasto::app {

inline const ImVec4 kAccentColor{0.93f, 0.68f, 0.26f, 1.0f};
inline const ImVec4 kFaintColor{0.62f, 0.62f, 0.64f, 1.0f};
inline const ImVec4 kWarningColor{0.95f, 0.45f, 0.35f, 1.0f};

// Fonts and spacing for a screen whose text is `scale` times as large as on one of 96 dots an inch. `plain`: with the
// font that is compiled in, the same on every machine.
void applyTheme(float scale, bool plain);

ImFont* boldFont();  // for titles

void pushChosen();  // the colours of a button that is chosen
void popChosen();

}  // namespace impasto::app
