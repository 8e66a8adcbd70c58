/* Impasto: paints real-time 3D frames with a trained style generator.
 *
 * This header is the manual of the C ABI. The shape of a program:
 *
 *   impastoQueryRequirements   what the device should be created with
 *   impastoCreateContext       from the host's own instance, device and queue
 *   impastoCreateStyle*        from a style file (docs/style-format.md)
 *   impastoCreatePass          for an extent, formats and frames in flight: takes all GPU memory now
 *   per frame:
 *     impastoCmdRecordInputs   into the host's command buffer
 *     impastoExecute           checks the order with the Vulkan backend; runs the generator with the others
 *     impastoCmdRecordOutputs  into the host's command buffer
 *
 * Conventions
 *   - Every call returns an ImpastoResult. After a failure impastoGetLastError() has a one-line message for this thread.
 *   - Every struct begins with `size`: set it to sizeof(the struct), also where it is filled in by the call. `next` is
 *     reserved: NULL. Create functions set the handle to NULL when they fail.
 *   - Structs grow at their end from version to version, and 0 in a new member means what the version before it did. So
 *     a host that was compiled against an older header gives a smaller `size` and is served as before; one compiled
 *     against a newer header is served if the members that this version does not know are all 0.
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

#if defined(IMPASTO_STATIC) /* linked as an archive; CMake's target says so by itself */
#define IMPASTO_API
#elif defined(_WIN32) && defined(IMPASTO_BUILDING) /* the library's own build */
#define IMPASTO_API __declspec(dllexport)
#elif defined(_WIN32)
#define IMPASTO_API __declspec(dllimport)
#elif defined(__GNUC__)
#define IMPASTO_API __attribute__((visibility("default")))
#else
#define IMPASTO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define IMPASTO_VERSION_MAJOR 0
#define IMPASTO_VERSION_MINOR 3
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
  IMPASTO_BACKEND_AUTO = 0,      /* the fastest that works on this device; of those outside the command buffer only where
                                    `timeline_points` says that the host is made for them */
  IMPASTO_BACKEND_VULKAN = 1,    /* Vulkan compute, in the host's command buffer */
  IMPASTO_BACKEND_CUDA = 2,      /* on NVIDIA GPUs with Linux, between two points of timeline semaphores: a module,
                                    libimpasto_cuda.so, over memory that Vulkan shares with CUDA. Needs fp16 tensors
                                    (`half_precision`), `timeline_semaphore` and `external_handles` */
  IMPASTO_BACKEND_REFERENCE = 3, /* the fp32 reference on a thread of Impasto's, between two points of timeline
                                    semaphores: slow and exact, for testing a host and its images. Never chosen by AUTO */
  IMPASTO_BACKEND_CPU = 4,       /* oneDNN on threads of Impasto's, between two points of timeline semaphores, for devices
                                    that are processors themselves (lavapipe): several times as fast as the Vulkan
                                    backend there. Needs the module libimpasto_cpu. AUTO takes it on such devices alone */
  IMPASTO_BACKEND_MAX_ENUM = 0x7FFFFFFF
} ImpastoBackend;

/* What the CPU backend computes with. */
typedef enum ImpastoCpuPrecision {
  IMPASTO_CPU_PRECISION_AUTO = 0,     /* bfloat16 where the processor multiplies it itself (AVX512_BF16, AMX), which is
                                         about twice as fast, else fp32 */
  IMPASTO_CPU_PRECISION_FLOAT = 1,    /* fp32 */
  IMPASTO_CPU_PRECISION_BFLOAT16 = 2, /* tensors and kernels are rounded to 8 bits of mantissa, sums are fp32: values that
                                         the project's styles paint differ by 0.2 to 1.4/255 on average; along hard edges, by up
                                         to 36/255 in single pixels */
  IMPASTO_CPU_PRECISION_MAX_ENUM = 0x7FFFFFFF
} ImpastoCpuPrecision;

/* What the numbers in a colour image mean, as a shader reads them through the given view or writes them to it. */
typedef enum ImpastoColorEncoding {
  IMPASTO_COLOR_ENCODING_SRGB = 0,   /* sRGB-encoded, [0, 1]: a UNORM view of a display-ready image */
  IMPASTO_COLOR_ENCODING_LINEAR = 1, /* linear light, sRGB primaries, 1 = display white after `exposure`: a float image
                                        or an _SRGB view, whose reads the hardware linearises */
  IMPASTO_COLOR_ENCODING_SCRGB = 2,  /* linear light, sRGB primaries, 1 = 80 cd/m2 (IEC 61966-2-2), display white at
                                        `paper_white`: VK_COLOR_SPACE_EXTENDED_SRGB_LINEAR_EXT. Negative components are
                                        colours outside the primaries: kept where nothing is painted */
  IMPASTO_COLOR_ENCODING_HDR10 = 3,  /* SMPTE ST 2084 (PQ), BT.2020 primaries, [0, 1] = 0 to 10000 cd/m2, display white
                                        at `paper_white`: VK_COLOR_SPACE_HDR10_ST2084_EXT */
  IMPASTO_COLOR_ENCODING_MAX_ENUM = 0x7FFFFFFF
} ImpastoColorEncoding;

/* What the numbers in a depth image mean. Near and far are the frame's depth_near and depth_far. */
typedef enum ImpastoDepthEncoding {
  IMPASTO_DEPTH_ENCODING_LINEAR = 0,          /* distance along the view direction */
  IMPASTO_DEPTH_ENCODING_DEVICE = 1,          /* device depth of a perspective projection: 0 near, 1 far */
  IMPASTO_DEPTH_ENCODING_DEVICE_REVERSED = 2, /* 1 near, 0 far */
  IMPASTO_DEPTH_ENCODING_ORTHOGRAPHIC = 3,    /* device depth of an orthographic projection: 0 near, 1 far; give near
                                                 and far swapped where it is reversed */
  IMPASTO_DEPTH_ENCODING_MAX_ENUM = 0x7FFFFFFF
} ImpastoDepthEncoding;

typedef enum ImpastoNormalEncoding {
  IMPASTO_NORMAL_ENCODING_SIGNED = 0,           /* RGB, each [-1, 1] */
  IMPASTO_NORMAL_ENCODING_UNORM = 1,            /* RGB, each [0, 1] for [-1, 1] */
  IMPASTO_NORMAL_ENCODING_OCTAHEDRAL = 2,       /* RG, each [-1, 1] (Cigolle et al. 2014, "oct") */
  IMPASTO_NORMAL_ENCODING_OCTAHEDRAL_UNORM = 3, /* RG, each [0, 1] for [-1, 1] */
  IMPASTO_NORMAL_ENCODING_MAX_ENUM = 0x7FFFFFFF
} ImpastoNormalEncoding;

typedef enum ImpastoNormalSpace {
  IMPASTO_NORMAL_SPACE_VIEW = 0,  /* x to the right, y up, z towards the eye */
  IMPASTO_NORMAL_SPACE_WORLD = 1, /* turned by the frame's view matrix */
  IMPASTO_NORMAL_SPACE_MAX_ENUM = 0x7FFFFFFF
} ImpastoNormalSpace;

typedef enum ImpastoLogLevel {
  IMPASTO_LOG_ERROR = 0,
  IMPASTO_LOG_WARNING = 1,
  IMPASTO_LOG_INFO = 2,
  IMPASTO_LOG_MAX_ENUM = 0x7FFFFFFF
} ImpastoLogLevel;

/* Called outside all locks, on the thread whose call caused it; where a backend outside the command buffer fails later, on
 * one of Impasto's own. `message` lives for the call. */
typedef void (*ImpastoLogCallback)(ImpastoLogLevel level, const char* message, void* user_data);

/* ------------------------------------------------------------------------------------------------ requirements -- */

typedef struct ImpastoRequirements {
  size_t size;
  void* next;
  uint32_t api_version;                      /* out: the lowest Vulkan version, VK_API_VERSION_1_1 */
  VkBool32 vulkan_backend;                   /* out: can the Vulkan backend run on this device? */
  char reason[256];                          /* out: if `backend` cannot run, what is missing */
  VkBool32 half_precision;                   /* out: tensors will be fp16 (half the bandwidth; sums are fp32) if
                                                storageBuffer16BitAccess is enabled */
  uint32_t device_extension_count;           /* out: extensions that `backend` needs at host_api_version */
  const char* const* device_extensions;      /* out: static storage; all supported by this device */
  VkPhysicalDeviceFeatures features;         /* out: useful, OR them into the device's. What a host leaves out, it says
                                                in ImpastoContextInfo */
  VkPhysicalDeviceVulkan11Features features11; /* out, pNext is NULL: likewise. Of the features here, in 12 and in 13,
                                                timelineSemaphore alone is needed, and by the backends that run in
                                                impastoExecute alone */
  VkPhysicalDeviceVulkan12Features features12;
  VkPhysicalDeviceVulkan13Features features13;
  VkImageUsageFlags input_usage;             /* out: usage that input images need (SAMPLED) */
  VkImageUsageFlags output_usage;            /* out: usage that output images need (STORAGE) */
  /* Since 0.2. */
  uint32_t host_api_version;                 /* in: the Vulkan version that the host uses: the lower one of
                                                VkApplicationInfo::apiVersion and the device's. 0: 1.3 */
  ImpastoBackend backend;                    /* in: the backend that is asked about. out: where it was AUTO, the one
                                                that AUTO becomes */
  VkBool32 supported;                        /* out: can `backend` run? */
  VkPhysicalDevice16BitStorageFeatures features_16bit_storage; /* out, pNext is NULL: the same features for hosts that
                                                cannot name those of 1.2 and 1.3: of Vulkan 1.1, ... */
  VkPhysicalDeviceSynchronization2Features features_synchronization2;   /* ... of VK_KHR_synchronization2, ... */
  VkPhysicalDeviceTimelineSemaphoreFeatures features_timeline_semaphore; /* ... of VK_KHR_timeline_semaphore */
  /* Since 0.3. */
  VkBool32 timeline_points;                  /* in: as in ImpastoContextInfo, for what AUTO becomes */
  const char* module_folder;                 /* in: likewise */
  VkBool32 cooperative_matrix;               /* out: convolutions can run on matrix hardware ("tensor cores") here, if the
                                                device is created with the extension VK_KHR_cooperative_matrix and its
                                                feature cooperativeMatrix, and with storageBuffer16BitAccess,
                                                shaderFloat16, vulkanMemoryModel, subgroupSizeControl and
                                                computeFullSubgroups, which `features11` to `features13` then have. Of
                                                hosts that use Vulkan 1.3 or later */
  const char* cooperative_matrix_extension;  /* out: its name, static storage; NULL where that is VK_FALSE */
  const void* cooperative_matrix_features;   /* out: static storage, pNext is NULL: its feature struct with that feature
                                                alone, for the end of VkDeviceCreateInfo's chain, for hosts whose Vulkan
                                                headers are older than it; NULL likewise */
} ImpastoRequirements;

/* Tells, before a device is created, what to create it with. A device that cannot run the backend is no failure: the
 * result is IMPASTO_SUCCESS, `supported` is VK_FALSE and `reason` says why. Thread-safe. */
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
  VkBool32 half_precision;                   /* was storageBuffer16BitAccess enabled, and shall tensors be fp16? */
  ImpastoBackend backend;
  const char* pipeline_cache_path;           /* optional file: pipelines are read from it and written back when the
                                                last pass goes; damaged or foreign files are ignored */
  ImpastoLogCallback log;                    /* optional */
  void* log_user_data;
  /* Since 0.2. */
  uint32_t api_version;                      /* the Vulkan version the device is used at, 1.1 or later. 0: as in 0.1,
                                                1.3 with synchronization2 and shaderStorageImageWriteWithoutFormat
                                                enabled: the next two members are not read */
  VkBool32 synchronization2;                 /* is the feature enabled (1.3, or VK_KHR_synchronization2)? Barriers use
                                                vkCmdPipelineBarrier otherwise: no difference but in validation */
  VkBool32 write_without_format;             /* is shaderStorageImageWriteWithoutFormat enabled? Otherwise outputs are
                                                R8G8B8A8_UNORM, R16G16B16A16_SFLOAT or R32G32B32A32_SFLOAT */
  VkBool32 timeline_semaphore;               /* is timelineSemaphore enabled (1.2, or VK_KHR_timeline_semaphore)? */
  VkBool32 debug_utils;                      /* is VK_EXT_debug_utils enabled? Objects get names, commands labels */
  const VkAllocationCallbacks* allocation_callbacks; /* optional, copied; called on the threads of the host's calls and
                                                on one of Impasto's own, which frees what a new style replaced */
  VkPipelineCache pipeline_cache;            /* optional, the host's: outlives the context and is internally
                                                synchronised; not together with pipeline_cache_path */
  /* Since 0.3. */
  VkBool32 timeline_points;                  /* does the host give impastoExecute timeline points for every frame, and
                                                submit inputs and outputs as it says there? Then AUTO may become a
                                                backend outside the command buffer, and the host's code is the same for
                                                all of them: with the Vulkan backend, too, points may be given and are
                                                signalled. Needs `timeline_semaphore` */
  VkBool32 external_handles;                 /* are VK_KHR_external_memory_fd and VK_KHR_external_semaphore_fd enabled,
                                                which the CUDA backend shares memory and semaphores by? */
  const char* module_folder;                 /* optional, an absolute path: where backend modules (libimpasto_*.so) lie.
                                                NULL: in the folder that the environment's IMPASTO_MODULE_FOLDER names
                                                (not read with more rights than the caller's); else beside this library,
                                                or the program it is linked into, and where it was installed. Never the
                                                current folder. Why a module is not used, the log says */
  uint32_t cpu_threads;                      /* of the CPU backend, for each pass: they sleep between frames. 0: as many as
                                                there are cores that the process may use */
  ImpastoCpuPrecision cpu_precision;
  VkBool32 cooperative_matrix;               /* is enabled what ImpastoRequirements::cooperative_matrix names? Needs
                                                an `api_version` of 1.3 or later, or 0; of use with `half_precision` */
  uint32_t answer_limit_ms;                  /* how long a backend that runs on the GPU outside the command buffer may take
                                                for a frame whose inputs are there. Then the pass gives the backend up:
                                                its frames pass through unpainted, and what the backend holds is left
                                                behind. 0: 2000 */
  VkQueue tuning_queue;                      /* optional, of the family queue_family_index: where several kernels can run
                                                a style's convolutions, impastoCreatePass, impastoPassResize and
                                                impastoPassSetStyle time them on this queue, once for each kind and size
                                                of convolution, and wait for that (tens of milliseconds on a GPU), in
                                                memory of their own; the choice is kept in pipeline_cache_path. Nobody
                                                else uses the queue during these calls. NULL: chosen by arithmetic, or as
                                                the file has it */
} ImpastoContextInfo;

/* A context is for one queue: the frames of all its passes are submitted to one queue, or ordered by semaphores as if
 * they were, for they share scratch memory. Use a context for each queue otherwise. */
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
  VkBool32 wants_depth, wants_normals, wants_history; /* out: inputs that the style reads if they are given */
  uint64_t parameter_count;
  double multiply_adds_per_pixel;
  /* Since 0.2. */
  VkBool32 needs_depth, needs_normals; /* out: inputs without which a frame is refused */
  uint32_t style_vector_length;        /* out: 0 for a style of one painting */
  uint32_t painting_count;             /* out: of impastoStyleGetPainting */
} ImpastoStyleInfo;

IMPASTO_API ImpastoResult impastoStyleGetInfo(ImpastoStyle style, ImpastoStyleInfo* info);

/* One of the paintings of a style that holds several. */
typedef struct ImpastoPainting {
  size_t size;
  void* next;
  const char* title;   /* out: as in ImpastoStyleInfo */
  const char* painter;
  const char* year;
  const char* licence;
  const float* vector; /* out: style_vector_length values, for ImpastoFrame::style_vector; mixtures of several are as
                          good. Lives as long as the style */
} ImpastoPainting;

IMPASTO_API ImpastoResult impastoStyleGetPainting(ImpastoStyle style, uint32_t index, ImpastoPainting* painting);

/* ---------------------------------------------------------------------------------------------- frame controls -- */

typedef struct ImpastoControls {
  size_t size;
  const void* next;
  float strength;           /* [0, 1]: 0 leaves the frame as it is, bit for bit; 1 paints it */
  float color_preservation; /* [0, 1]: 1 keeps the frame's chroma (BT.709 Cb, Cr of the encoded colour) and takes only
                               the painting's lightness */
  float detail;             /* [0, 1]: puts back the frame's fine luma detail (what a 5x5 tent filter removes) */
  float stroke_scale;       /* reserved, 1 */
  float temporal_weight;    /* [0, 1], of styles that use history: 0 paints every frame anew, 1 keeps as much of the
                               frame before as the style was trained to */
} ImpastoControls;

/* strength 1, temporal_weight 1, the others neutral. Fills in as much as controls->size says; a size that no version's
 * struct has (0, or what was never set) is set to that of 0.1. */
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
  uint32_t reserved;                   /* not read: padding in 0.1 */
  /* Since 0.2. */
  uint32_t layers;                     /* 0 or 1: frames' views are 2D. 2 to 4: they are 2D arrays of that many layers
                                          (two eyes), each painted for itself, with a history of its own */
  float paper_white;                   /* cd/m2 of display white in SCRGB and HDR10, 1 to 10000; 0: 203 (ITU-R BT.2408) */
  ImpastoDepthEncoding depth_encoding;
  ImpastoNormalEncoding normal_encoding;
  ImpastoNormalSpace normal_space;
  VkBool32 motion_jittered;            /* motion vectors hold the difference of the two frames' jitter */
  VkBool32 timings;                    /* measure GPU time for impastoPassGetTimings; the queue family must have
                                          timestamps */
  uint32_t reserved2;                  /* not read: padding in 0.2 */
  /* Since 0.3. */
  VkBool32 op_timings;                 /* `timings`, and of each of the generator's launches for impastoPassGetOpTiming:
                                          for measurements, for it keeps them from overlapping */
} ImpastoPassInfo;

/* Memory of a pass, in bytes. */
typedef struct ImpastoMemory {
  size_t size;
  void* next;
  uint64_t pass_bytes;    /* out: its own: weights, painted frames, history, constants */
  uint64_t scratch_bytes; /* out: intermediate tensors, in memory that the passes of a context share */
} ImpastoMemory;

/* What impastoCreatePass would take, without taking it. As exact as the driver's own answer about buffers; where the
 * host cannot map device-local memory, the weights are there twice until the first frames are done. */
IMPASTO_API ImpastoResult impastoQueryMemory(const ImpastoPassInfo* info, ImpastoMemory* memory);

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
 * is freed when the frames in flight have been recorded anew, on a thread of Impasto's, never on the recording one. When
 * it fails, the pass keeps its old style. */
IMPASTO_API ImpastoResult impastoPassSetStyle(ImpastoPass pass, ImpastoStyle style);

/* Device memory held by the pass, in bytes, the scratch memory that it shares included. */
IMPASTO_API ImpastoResult impastoPassGetMemoryUsage(ImpastoPass pass, uint64_t* bytes);

/* GPU time of a frame, milliseconds. */
typedef struct ImpastoTimings {
  size_t size;
  void* next;
  VkBool32 available;  /* out: VK_FALSE while no frame's times are known yet */
  float inputs;        /* out: packing and reprojection */
  float generator;     /* out: 0 with a backend outside the command buffer */
  float outputs;       /* out: the composite */
  /* Since 0.3. */
  uint32_t op_count;   /* out: of impastoPassGetOpTiming; 0 with a backend that cannot say */
} ImpastoTimings;

/* The times of the newest frame that the GPU is known to have finished (its slot was recorded anew since). Does not wait.
 * IMPASTO_ERROR_INVALID_ARGUMENT for a pass created without `timings`. */
IMPASTO_API ImpastoResult impastoPassGetTimings(ImpastoPass pass, ImpastoTimings* timings);

/* One launch of the generator: a dispatch, or a kernel. */
typedef struct ImpastoOpTiming {
  size_t size;
  void* next;
  const char* name;      /* out: of the op of the style's graph that it computes, or of several: "dec2+out". Lives until
                            the pass is resized, takes up another style, or goes */
  double multiply_adds;  /* out: of a layer of a frame of the pass's extent */
  double bytes;          /* out: likewise, of tensors and weights, each read or written once */
  VkBool32 available;    /* out: VK_FALSE while no frame's times are known yet, and for a pass without `op_timings` */
  float milliseconds;    /* out: of the first layer of the newest frame that the GPU is known to have finished */
} ImpastoOpTiming;

/* `index` counts launches in their order, below ImpastoTimings::op_count. Does not wait. */
IMPASTO_API ImpastoResult impastoPassGetOpTiming(ImpastoPass pass, uint32_t index, ImpastoOpTiming* timing);

/* An image of the host. The pass never changes its layout. */
typedef struct ImpastoImage {
  VkImage image;          /* for barriers; VK_NULL_HANDLE: absent */
  VkImageView view;       /* one level; 2D and one layer, or a 2D array of the pass's layers; of depth-stencil images the
                             depth aspect */
  VkImageLayout layout;   /* inputs: SHADER_READ_ONLY_OPTIMAL, READ_ONLY_OPTIMAL or GENERAL; depth also
                             DEPTH_STENCIL_READ_ONLY_OPTIMAL, DEPTH_READ_ONLY_OPTIMAL and
                             DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL; output: GENERAL */
} ImpastoImage;

/* The camera of one layer. */
typedef struct ImpastoView {
  float view[16];       /* world to view (x to the right, y up, z towards the eye), column-major, affine */
  float projection[16]; /* view to clip (Vulkan's: y down), column-major, without the jitter */
  float jitter[2];      /* subpixel jitter of this frame, pixels: what is drawn at p would be at p - jitter without it */
} ImpastoView;

/* One frame. The host makes the inputs visible to compute-shader reads before, and waits for compute-shader writes to
 * the output after, by barriers of its own (compute-shader stage). `color` and `output` may be the same image in
 * GENERAL, at the same offset or at offsets so far apart that the frames do not overlap.
 *
 * Order. A frame is begun by impastoCmdRecordInputs, run by impastoExecute and finished by impastoCmdRecordOutputs; a
 * pass has one open frame at a time. Beginning another frame (of any slot) gives an unfinished one up: its outputs are
 * refused from then on. Outputs are refused as well before impastoExecute.
 *
 * The frames of a context are submitted in the order in which they were recorded, all to one queue (or to several,
 * ordered by semaphores), and no frame whose outputs were recorded is left out: the first frame of a style carries its
 * weights to the GPU, and each carries the history of the next.
 *
 * Colour. The generator sees sRGB-encoded colours in [0, 1]. Every other encoding is decoded to linear light, LINEAR is
 * multiplied by `exposure`, and the result is encoded. A pixel brighter than display white is first divided by its
 * largest component, which keeps its hue, and an output that can hold it is multiplied back: highlights stay as bright
 * as they were. Negative and NaN components are painted as 0; what is written is never above the largest fp16, 65504.
 *
 * History. Styles that want it are given the frame that they painted before, moved along the motion vectors, where it
 * can be trusted: inside the frame, not disoccluded (by depth, where both frames have it), not where the plain frames
 * disagree, and not after `reset`, a resize, another style, or a frame of strength 0. Without motion vectors there is no
 * history. */
typedef struct ImpastoFrame {
  size_t size;
  const void* next;
  uint32_t frame_index;       /* 0 to frames_in_flight - 1: the slot whose previous use the GPU has finished */
  ImpastoImage color;
  ImpastoImage output;        /* alpha is copied from `color` */
  ImpastoImage mask;          /* optional, R: strength per pixel, [0, 1]; where it is 0 the output is the input, bit for
                                 bit if the encodings and formats are equal */
  ImpastoImage depth;         /* optional unless the style needs it, R: see depth_encoding */
  ImpastoImage normals;       /* optional unless the style needs them: see normal_encoding */
  ImpastoImage motion;        /* optional, RG: motion vectors */
  float motion_scale[2];      /* motion * scale = (pixel position in the previous frame) - (position in this one): so
                                 (1, 1) for pixels backwards, (-width, -height) for UV forwards; 0, 0 means 1, 1 */
  float jitter[2];            /* subpixel jitter of this frame, pixels */
  float view[16];             /* world to view, column-major: for normals in world space, and to tell what a moving
                                 camera has uncovered; all 0: not known */
  float projection[16];       /* view to clip, column-major, without the jitter; likewise */
  float exposure;             /* LINEAR: factor to display white, 1e-6 to 1e6; 0 means 1 */
  VkBool32 reset;             /* camera cut: forget the history */
  const ImpastoControls* controls; /* NULL: defaults */
  /* Since 0.2. */
  uint32_t width, height;     /* pixels that are painted, at most the pass's extent; 0: the pass's. They may change from
                                 frame to frame (dynamic resolution): nothing is rebuilt, the cost follows */
  VkOffset2D color_offset;    /* where the frame begins in each image, pixels from its top left */
  VkOffset2D output_offset;
  VkOffset2D mask_offset;
  VkOffset2D depth_offset;
  VkOffset2D normals_offset;
  VkOffset2D motion_offset;
  float depth_near;           /* of device depth, in the units of depth, > 0 */
  float depth_far;            /* 0 or INFINITY: an infinite projection */
  float depth_scale;          /* metres per unit of depth, which is the view matrices' unit too; 0 means 1 */
  uint32_t style_vector_length;
  const float* style_vector;  /* NULL: the style's first painting. Else style_vector_length values as
                                 impastoStyleGetPainting gives them, or a mixture of such */
  const ImpastoView* views;   /* NULL, or one for each layer instead of view, projection and jitter */
} ImpastoFrame;

/* Records all that the generator reads, and with the Vulkan backend the generator. Allocates nothing, waits for
 * nothing. `command_buffer` is in the recording state, outside of a render pass; its compute pipeline, descriptor sets
 * and push constants are changed. */
IMPASTO_API ImpastoResult impastoCmdRecordInputs(ImpastoPass pass, VkCommandBuffer command_buffer,
                                                 const ImpastoFrame* frame);

/* Timeline points for backends that run outside the command buffer. With the Vulkan backend VK_NULL_HANDLE, or points as
 * for the others where the context was created with `timeline_points`. */
typedef struct ImpastoExecuteInfo {
  size_t size;
  const void* next;
  uint32_t frame_index;
  VkSemaphore wait_semaphore;   /* timeline: signalled when the recorded inputs have run */
  uint64_t wait_value;
  VkSemaphore signal_semaphore; /* timeline: signalled by Impasto; the recorded outputs wait for it, at the compute-shader
                                   stage or at all */
  uint64_t signal_value;
} ImpastoExecuteInfo;

/* With the CUDA backend the two semaphores are different ones, each with one writer: the host's queue signals the one,
 * Impasto alone the other. Both are created exportable (VkExportSemaphoreCreateInfo with
 * VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT), and outlive all passes of the context: a semaphore is exported once,
 * when it is given for the first time, and known by its handle from then on. */

/* Runs the generator between inputs and outputs: once after each impastoCmdRecordInputs, before
 * impastoCmdRecordOutputs. With the Vulkan backend the generator is in the command buffer and this checks its arguments,
 * signals `signal_semaphore` at once, where there is one, and returns. The others wait for the inputs and signal on a thread or stream of their own, so the inputs may be
 * submitted before or after; they are submitted in a command buffer before that of the outputs, which waits for
 * `signal_semaphore`. A frame whose generator fails, now or later, passes through unpainted, and the log says so once: its
 * point is signalled all the same, by the host. Never is it signalled before earlier points of the same semaphore. A frame
 * that is given up after this call has its inputs submitted nevertheless: `signal_value` is reached once, in any case. */
IMPASTO_API ImpastoResult impastoExecute(ImpastoPass pass, const ImpastoExecuteInfo* info);

/* Records the composite into `frame->output`: same frame as given to impastoCmdRecordInputs, after it, in the same
 * command buffer or in one that is submitted later. Allocates nothing, waits for nothing. */
IMPASTO_API ImpastoResult impastoCmdRecordOutputs(ImpastoPass pass, VkCommandBuffer command_buffer,
                                                  const ImpastoFrame* frame);

/* --------------------------------------------------------------------------------------------- without a device -- */

/* Paints pixels in host memory, with the fp32 reference, slow and exact, or with the CPU backend. Needs no Vulkan. */
typedef struct ImpastoHostImage {
  size_t size;
  const void* next;
  const ImpastoControls* controls; /* NULL: defaults */
  uint32_t width, height;          /* 1 to 16384 */
  const float* color;              /* RGB interleaved, sRGB-encoded, [0, 1] */
  const float* mask;               /* optional, one value per pixel */
  const float* depth;              /* optional unless the style needs it, as the generator sees it
                                      (docs/style-format.md); likewise normals */
  const float* normals;
  float* output;                   /* RGB interleaved, sRGB-encoded, [0, 1]; may be `color` */
  /* Since 0.2. */
  uint32_t style_vector_length;
  const float* style_vector;       /* as in ImpastoFrame */
  /* Since 0.3. */
  ImpastoBackend backend;          /* 0 or REFERENCE; or CPU: many times as fast, as cpu_precision AUTO, on all cores; needs
                                      its module, which is looked for as without a `module_folder` */
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
