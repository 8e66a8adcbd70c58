/* Impasto: paints real-time 3D frames with a trained style generator.
 *
 * This header is the manual of the C ABI. The shape of a program:
 *
 *   impastoQueryRequirements   what the device must be created with
 *   impastoCreateContext       from the host's own instance, device and queue
 *   impastoCreateStyle*        from a style file (docs/style-format.md)
 *   impastoCreatePass          for an extent, formats and frames in flight: takes all GPU memory now
 *   per frame:
 *     impastoCmdRecordInputs   into the host's command buffer
 *     impastoExecute           nothing to do with the Vulkan backend; the host's code is the same for every backend
 *     impastoCmdRecordOutputs  into the host's command buffer
 *
 * Conventions
 *   - Every call returns an ImpastoResult. After a failure impastoGetLastError() has a one-line message for this thread.
 *   - Every struct begins with `size`: set it to sizeof(the struct), also where it is filled in by the call. `next` is
 *     reserved: NULL. Create functions set the handle to NULL when they fail.
 *   - Handles are reference-counted: create returns one reference, Retain adds one, Release gives one back; an object
 *     lives on while another object uses it. Release(NULL) does nothing.
 *   - Nothing in this library waits for the GPU, except where a function says so. It adds no Vulkan layers, extensions
 *     or features to the host's device.
 *   - Thread safety: calls on different handles may run at the same time on different threads. Calls on one pass must
 *     not overlap, except impastoPassSetStyle, which may run on any thread beside them. Contexts and styles may be
 *     shared by threads.
 */
#ifndef IMPASTO_H
#define IMPASTO_H

#include <stddef.h>
#include <stdint.h>
#include <vulkan/vulkan_core.h>

#if defined(__GNUC__)
#define IMPASTO_API __attribute__((visibility("default")))
#else
#define IMPASTO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define IMPASTO_VERSION_MAJOR 0
#define IMPASTO_VERSION_MINOR 1
#define IMPASTO_VERSION_PATCH 0

typedef struct ImpastoContext_T* ImpastoContext;
typedef struct ImpastoStyle_T* ImpastoStyle;
typedef struct ImpastoPass_T* ImpastoPass;

typedef enum ImpastoResult {
  IMPASTO_SUCCESS = 0,
  IMPASTO_ERROR_INVALID_ARGUMENT = -1, /* a NULL, a wrong size, a value out of range, a call in the wrong order */
  IMPASTO_ERROR_INVALID_STYLE = -2,    /* a damaged style file, or one of an unknown version */
  IMPASTO_ERROR_UNSUPPORTED = -3,      /* this device cannot do it, see impastoQueryRequirements */
  IMPASTO_ERROR_OUT_OF_MEMORY = -4,    /* host or device memory */
  IMPASTO_ERROR_DEVICE_LOST = -5,
  IMPASTO_ERROR_IO = -6,               /* a file could not be read */
  IMPASTO_ERROR_INTERNAL = -7,
  IMPASTO_RESULT_MAX_ENUM = 0x7FFFFFFF
} ImpastoResult;

typedef enum ImpastoBackend {
  IMPASTO_BACKEND_AUTO = 0,   /* the fastest that works on this device */
  IMPASTO_BACKEND_VULKAN = 1, /* Vulkan compute */
  IMPASTO_BACKEND_CUDA = 2,   /* reserved: IMPASTO_ERROR_UNSUPPORTED in this version */
  IMPASTO_BACKEND_MAX_ENUM = 0x7FFFFFFF
} ImpastoBackend;

/* What the numbers in a colour image mean, as a shader reads them through the given view or writes them to it. */
typedef enum ImpastoColorEncoding {
  IMPASTO_COLOR_ENCODING_SRGB = 0,   /* sRGB-encoded, [0, 1]: a UNORM view of a display-ready image */
  IMPASTO_COLOR_ENCODING_LINEAR = 1, /* linear light, sRGB primaries, 1 = display white after `exposure`: a float image
                                        or an _SRGB view, whose reads the hardware linearises */
  IMPASTO_COLOR_ENCODING_MAX_ENUM = 0x7FFFFFFF
} ImpastoColorEncoding;

typedef enum ImpastoLogLevel {
  IMPASTO_LOG_ERROR = 0,
  IMPASTO_LOG_WARNING = 1,
  IMPASTO_LOG_INFO = 2,
  IMPASTO_LOG_MAX_ENUM = 0x7FFFFFFF
} ImpastoLogLevel;

/* Called outside all locks, on the thread whose call caused it. `message` lives for the call. */
typedef void (*ImpastoLogCallback)(ImpastoLogLevel level, const char* message, void* user_data);

/* ------------------------------------------------------------------------------------------------ requirements -- */

typedef struct ImpastoRequirements {
  size_t size;
  void* next;
  uint32_t api_version;                      /* out: the lowest Vulkan version, VK_API_VERSION_1_3 */
  VkBool32 vulkan_backend;                   /* out: can the Vulkan backend run on this device? */
  char reason[256];                          /* out: if not, what is missing */
  VkBool32 half_precision;                   /* out: fp16 storage and arithmetic will be used if the features below
                                                are enabled */
  uint32_t device_extension_count;           /* out */
  const char* const* device_extensions;      /* out: static storage; all supported by this device */
  VkPhysicalDeviceFeatures features;         /* out: needed, OR them into the device's */
  VkPhysicalDeviceVulkan11Features features11; /* out, pNext is NULL; likewise. shaderFloat16 and
                                                storageBuffer16BitAccess may be left out: all others are needed */
  VkPhysicalDeviceVulkan12Features features12;
  VkPhysicalDeviceVulkan13Features features13;
  VkImageUsageFlags input_usage;             /* out: usage that input images need (SAMPLED) */
  VkImageUsageFlags output_usage;            /* out: usage that output images need (STORAGE) */
} ImpastoRequirements;

/* Tells, before a device is created, what to create it with. A device that cannot run Impasto is no failure: the result
 * is IMPASTO_SUCCESS, `vulkan_backend` is VK_FALSE and `reason` says why. Thread-safe. */
IMPASTO_API ImpastoResult impastoQueryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                                                   PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                                                   ImpastoRequirements* requirements);

/* ----------------------------------------------------------------------------------------------------- context -- */

typedef struct ImpastoContextInfo {
  size_t size;
  const void* next;
  VkInstance instance;
  VkPhysicalDevice physical_device;
  VkDevice device;                           /* outlives the context */
  PFN_vkGetInstanceProcAddr get_instance_proc_addr;
  uint32_t queue_family_index;               /* the family of the command buffers that passes record into; it has
                                                compute */
  VkBool32 half_precision;                   /* were shaderFloat16 and storageBuffer16BitAccess enabled? */
  ImpastoBackend backend;
  const char* pipeline_cache_path;           /* optional file: pipelines are read from it and written back when the
                                                last pass goes; damaged or foreign files are ignored */
  ImpastoLogCallback log;                    /* optional */
  void* log_user_data;
} ImpastoContextInfo;

IMPASTO_API ImpastoResult impastoCreateContext(const ImpastoContextInfo* info, ImpastoContext* context);
IMPASTO_API void impastoRetainContext(ImpastoContext context);
IMPASTO_API void impastoReleaseContext(ImpastoContext context);

/* The backend that AUTO became. */
IMPASTO_API ImpastoResult impastoContextGetBackend(ImpastoContext context, ImpastoBackend* backend);

/* ------------------------------------------------------------------------------------------------------- style -- */

/* Styles need no context and no device: one may be used by passes of several contexts. */
IMPASTO_API ImpastoResult impastoCreateStyleFromMemory(const void* data, size_t data_size, ImpastoStyle* style);
IMPASTO_API ImpastoResult impastoCreateStyleFromFile(const char* path, ImpastoStyle* style);
IMPASTO_API void impastoRetainStyle(ImpastoStyle style);
IMPASTO_API void impastoReleaseStyle(ImpastoStyle style);

typedef struct ImpastoStyleInfo {
  size_t size;
  void* next;
  const char* title;   /* out: UTF-8, lives as long as the style; "" where the file does not say */
  const char* painter;
  const char* year;
  const char* licence;
  VkBool32 wants_depth, wants_normals, wants_history; /* out: inputs a pass must be given */
  uint64_t parameter_count;
  double multiply_adds_per_pixel;
} ImpastoStyleInfo;

IMPASTO_API ImpastoResult impastoStyleGetInfo(ImpastoStyle style, ImpastoStyleInfo* info);

/* ---------------------------------------------------------------------------------------------- frame controls -- */

typedef struct ImpastoControls {
  size_t size;
  const void* next;
  float strength;           /* [0, 1]: 0 leaves the frame as it is, bit for bit; 1 paints it */
  float color_preservation; /* [0, 1]: 1 keeps the frame's chroma (BT.709 Cb, Cr of the encoded colour) and takes only
                               the painting's lightness */
  float detail;             /* [0, 1]: puts back the frame's fine luma detail (what a 5x5 tent filter removes) */
  float stroke_scale;       /* reserved, 1 */
  float temporal_weight;    /* reserved for styles that use history, [0, 1] */
} ImpastoControls;

/* strength 1, the others neutral. */
IMPASTO_API void impastoDefaultControls(ImpastoControls* controls);

/* -------------------------------------------------------------------------------------------------------- pass -- */

typedef struct ImpastoPassInfo {
  size_t size;
  const void* next;
  ImpastoContext context;
  ImpastoStyle style;
  uint32_t width, height;              /* pixels, 1 to 16384 */
  VkFormat input_format;               /* of the view that is read: three or four UNORM, SRGB or float channels, with
                                          SAMPLED_IMAGE support */
  ImpastoColorEncoding input_encoding;
  VkFormat output_format;              /* of the view that is written: likewise, with STORAGE_IMAGE and
                                          STORAGE_WRITE_WITHOUT_FORMAT support; not _SRGB */
  ImpastoColorEncoding output_encoding;
  uint32_t frames_in_flight;           /* 1 to 8: how many recorded frames the GPU may not have finished yet */
} ImpastoPassInfo;

/* Takes all GPU memory and compiles all pipelines: may take a while; not for the frame path. */
IMPASTO_API ImpastoResult impastoCreatePass(const ImpastoPassInfo* info, ImpastoPass* pass);
IMPASTO_API void impastoRetainPass(ImpastoPass pass);

/* The last release frees GPU memory at once: the GPU must have finished every frame recorded with this pass. When it
 * was the context's last pass, the pipeline cache is written. */
IMPASTO_API void impastoReleasePass(ImpastoPass pass);

/* New extent; the formats stay. The GPU must have finished every frame recorded with this pass; a frame that is begun
 * must be begun anew. When it fails, the pass keeps its old extent and stays usable. */
IMPASTO_API ImpastoResult impastoPassResize(ImpastoPass pass, uint32_t width, uint32_t height);

/* Switches to another style. Everything slow (memory, pipelines, weights) is done on the calling thread, which may be a
 * worker while another thread records frames; the next recorded frame uses the new style. What belonged to the old one
 * is freed when the frames in flight have been recorded anew. When it fails, the pass keeps its old style. */
IMPASTO_API ImpastoResult impastoPassSetStyle(ImpastoPass pass, ImpastoStyle style);

/* Device memory held by the pass, in bytes. */
IMPASTO_API ImpastoResult impastoPassGetMemoryUsage(ImpastoPass pass, uint64_t* bytes);

/* An image of the host. The pass never changes its layout. */
typedef struct ImpastoImage {
  VkImage image;          /* for barriers; VK_NULL_HANDLE: absent */
  VkImageView view;       /* 2D, one layer, one level */
  VkImageLayout layout;   /* inputs: SHADER_READ_ONLY_OPTIMAL or GENERAL; output: GENERAL */
} ImpastoImage;

/* One frame. The host makes the inputs visible to compute-shader reads before, and waits for compute-shader writes to
 * the output after, by barriers of its own (VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT). All images have the pass's extent
 * unless said otherwise. `color` and `output` may be the same image in GENERAL.
 *
 * The frames of a pass are submitted in the order in which they were recorded, all to one queue (or to several, ordered
 * by semaphores), and none is left out: the first frame of a style may carry its weights to the GPU.
 *
 * Linear colours are multiplied by `exposure` and sRGB-encoded for the generator. A pixel brighter than display white
 * is first divided by its largest component, which keeps its hue, and a linear output is multiplied back: highlights
 * stay as bright as they were. Negative and NaN components are painted as 0. */
typedef struct ImpastoFrame {
  size_t size;
  const void* next;
  uint32_t frame_index;       /* 0 to frames_in_flight - 1: the slot whose previous use the GPU has finished */
  ImpastoImage color;
  ImpastoImage output;        /* alpha is copied from `color` */
  ImpastoImage mask;          /* optional, R: strength per pixel, [0, 1]; where it is 0 the output is the input, bit for
                                 bit if the encodings and formats are equal */
  ImpastoImage depth;         /* optional, R: linear view depth in metres; required if the style wants it */
  ImpastoImage normals;       /* optional, RGB: view-space normals in [-1, 1]; required if the style wants them */
  ImpastoImage motion;        /* optional, RG: motion vectors; required if the style wants history */
  float motion_scale[2];      /* motion * scale = (pixel position in the previous frame) - (position in this one) */
  float jitter[2];            /* subpixel jitter of this frame, pixels */
  float view[16];             /* world to view, column-major; reserved for history */
  float projection[16];       /* view to clip, column-major; reserved for history */
  float exposure;             /* linear encodings: factor to display white, 1e-6 to 1e6; 0 means 1 */
  VkBool32 reset;             /* camera cut: forget the history */
  const ImpastoControls* controls; /* NULL: defaults */
} ImpastoFrame;

/* Records all that the generator reads, and with the Vulkan backend the generator. Allocates nothing, waits for
 * nothing. `command_buffer` is in the recording state, outside of a render pass; its compute pipeline, descriptor sets
 * and push constants are changed. */
IMPASTO_API ImpastoResult impastoCmdRecordInputs(ImpastoPass pass, VkCommandBuffer command_buffer,
                                                 const ImpastoFrame* frame);

/* Timeline points for backends that run outside the command buffer; VK_NULL_HANDLE with the Vulkan backend. */
typedef struct ImpastoExecuteInfo {
  size_t size;
  const void* next;
  uint32_t frame_index;
  VkSemaphore wait_semaphore;   /* timeline: signalled when the recorded inputs have run */
  uint64_t wait_value;
  VkSemaphore signal_semaphore; /* timeline: signalled by Impasto; the recorded outputs wait for it */
  uint64_t signal_value;
} ImpastoExecuteInfo;

/* Runs the generator between inputs and outputs: once after each impastoCmdRecordInputs. With the Vulkan backend the
 * generator is in the command buffer and this checks its arguments and returns. */
IMPASTO_API ImpastoResult impastoExecute(ImpastoPass pass, const ImpastoExecuteInfo* info);

/* Records the composite into `frame->output`: same frame as given to impastoCmdRecordInputs, after it, in the same
 * command buffer or in one that is submitted later. Allocates nothing, waits for nothing. */
IMPASTO_API ImpastoResult impastoCmdRecordOutputs(ImpastoPass pass, VkCommandBuffer command_buffer,
                                                  const ImpastoFrame* frame);

/* --------------------------------------------------------------------------------------------- without a device -- */

/* Paints pixels in host memory with the fp32 reference: slow, exact, needs no Vulkan. */
typedef struct ImpastoHostImage {
  size_t size;
  const void* next;
  const ImpastoControls* controls; /* NULL: defaults */
  uint32_t width, height;          /* 1 to 16384 */
  const float* color;              /* RGB interleaved, sRGB-encoded, [0, 1] */
  const float* mask;               /* optional, one value per pixel */
  const float* depth;              /* optional, as the generator sees it (docs/style-format.md); likewise normals */
  const float* normals;
  float* output;                   /* RGB interleaved, sRGB-encoded, [0, 1]; may be `color` */
} ImpastoHostImage;

IMPASTO_API ImpastoResult impastoPaintHostImage(ImpastoStyle style, const ImpastoHostImage* image);

/* ------------------------------------------------------------------------------------------------------- other -- */

/* Why the last call on this thread failed; "" if it did not. Lives until the thread's next Impasto call. */
IMPASTO_API const char* impastoGetLastError(void);
IMPASTO_API const char* impastoResultString(ImpastoResult result);
IMPASTO_API uint32_t impastoGetVersion(void); /* VK_MAKE_API_VERSION(0, major, minor, patch) */

#ifdef __cplusplus
}
#endif

#endif /* IMPASTO_H */
