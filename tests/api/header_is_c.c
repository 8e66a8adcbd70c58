/* impasto.h is C11, and a C program can call every function of it. */
#include <impasto/impasto.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  ImpastoControls controls = {.size = sizeof controls};
  ImpastoStyle style = NULL;
  impastoDefaultControls(&controls);
  if (controls.size != sizeof controls || controls.strength != 1.0f || controls.stroke_scale != 1.0f) return 1;
  if (impastoCreateStyleFromMemory("x", 1, &style) != IMPASTO_ERROR_INVALID_STYLE || style != NULL) return 1;
  if (strlen(impastoGetLastError()) == 0) return 1;
  void (*const functions[])(void) = {
      (void (*)(void))impastoQueryRequirements,   (void (*)(void))impastoCreateContext,
      (void (*)(void))impastoRetainContext,       (void (*)(void))impastoReleaseContext,
      (void (*)(void))impastoContextGetBackend,   (void (*)(void))impastoCreateStyleFromFile,
      (void (*)(void))impastoRetainStyle,         (void (*)(void))impastoReleaseStyle,
      (void (*)(void))impastoStyleGetInfo,        (void (*)(void))impastoCreatePass,
      (void (*)(void))impastoRetainPass,          (void (*)(void))impastoReleasePass,
      (void (*)(void))impastoPassResize,          (void (*)(void))impastoPassSetStyle,
      (void (*)(void))impastoPassGetMemoryUsage,  (void (*)(void))impastoCmdRecordInputs,
      (void (*)(void))impastoExecute,             (void (*)(void))impastoCmdRecordOutputs,
      (void (*)(void))impastoPaintHostImage,      (void (*)(void))impastoResultString,
      (void (*)(void))impastoGetVersion,          (void (*)(void))impastoStyleGetPainting,
      (void (*)(void))impastoQueryMemory,         (void (*)(void))impastoPassGetTimings,
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
    if (!functions[i]) return 1;
  }
  printf("impasto %s\n", impastoResultString(IMPASTO_SUCCESS));
  return 0;
}
