/* Paints a picture in host memory: c_program STYLE.safetensors */
#include <impasto/impasto.h>
#include <stdio.h>

int main(int argc, char** argv) {
  enum { kWidth = 8, kHeight = 4 };
  float pixels[kWidth * kHeight * 3];
  ImpastoStyle style = NULL;
  ImpastoHostImage image = {sizeof image};
  if (argc != 2) return 2;
  if (impastoCreateStyleFromFile(argv[1], &style) != IMPASTO_SUCCESS) {
    fprintf(stderr, "%s\n", impastoGetLastError());
    return 1;
  }
  for (int i = 0; i < kWidth * kHeight * 3; ++i) pixels[i] = (float)(i % 7) / 7.0f;
  image.width = kWidth;
  image.height = kHeight;
  image.color = image.output = pixels;
  const ImpastoResult result = impastoPaintHostImage(style, &image);
  printf("%s, %s, first pixel %f\n", impastoResultString(result), impastoGetLastError(), pixels[0]);
  impastoReleaseStyle(style);
  return result == IMPASTO_SUCCESS && pixels[0] >= 0.0f && pixels[0] <= 1.0f ? 0 : 1;
}
