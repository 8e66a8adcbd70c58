/* Linked into every program of an AddressSanitizer build: libraries stay loaded once they are. LeakSanitizer looks up
 * which library a leak comes from at the process's end, and cmake/lsan.supp goes by their names; Vulkan's loader has
 * unloaded drivers and layers by then. */
int dlclose(void* library);

int dlclose(void* library) {
  (void)library;
  return 0;
}
