/* IMPASTO_OLD_MINOR says which header is wanted, IMPASTO_OLD_HOST what this host is called. */
#include "api/old_host.h"

#include <impasto/impasto.h>
#include <stdlib.h>
#include <string.h>

#if IMPASTO_VERSION_MINOR != IMPASTO_OLD_MINOR
#error "the header of another version is wanted here"
#endif

/* What lies in the padding of structs whose members are all set; those of later versions have members that are not. */
#define PADDING (IMPASTO_OLD_MINOR == 1 ? 0xA5 : 0)

typedef struct State {
  ImpastoContext context;
  ImpastoStyle style;
  ImpastoPass pass;
} State;

static const char* oldHostError(void) { return impastoGetLastError(); }

static int oldHostBegin(OldHost* host) {
  State* state = calloc(1, sizeof *state);
  host->state = state;

  /* What lies behind an old struct is not the library's to write. */
  struct {
    ImpastoRequirements requirements;
    unsigned char guard[64];
  } needs;
  memset(&needs, 0xA5, sizeof needs);
  needs.requirements.size = sizeof needs.requirements;
  needs.requirements.next = NULL;
#if IMPASTO_OLD_MINOR >= 2 /* which is asked something */
  needs.requirements.host_api_version = 0;
  needs.requirements.backend = IMPASTO_BACKEND_AUTO;
#endif
  if (impastoQueryRequirements(host->instance, host->physical_device, host->get_instance_proc_addr,
                               &needs.requirements) != IMPASTO_SUCCESS) {
    return 1;
  }
  for (size_t i = 0; i < sizeof needs.guard; ++i) {
    if (needs.guard[i] != 0xA5) return 2;
  }
  if (!needs.requirements.vulkan_backend) return 3;

  ImpastoContextInfo context;
  memset(&context, 0, sizeof context);
  context.size = sizeof context;
  context.instance = host->instance;
  context.physical_device = host->physical_device;
  context.device = host->device;
  context.get_instance_proc_addr = host->get_instance_proc_addr;
  context.queue_family_index = host->queue_family;
  context.half_precision = needs.requirements.half_precision;
  if (impastoCreateContext(&context, &state->context) != IMPASTO_SUCCESS) return 4;
  if (impastoCreateStyleFromMemory(host->style, host->style_size, &state->style) != IMPASTO_SUCCESS) return 5;

  ImpastoStyleInfo info;
  memset(&info, 0, sizeof info);
  info.size = sizeof info;
  if (impastoStyleGetInfo(state->style, &info) != IMPASTO_SUCCESS || info.parameter_count == 0) return 6;

  ImpastoPassInfo pass;
  memset(&pass, PADDING, sizeof pass); /* padding */
  pass.size = sizeof pass;
  pass.next = NULL;
  pass.context = state->context;
  pass.style = state->style;
  pass.width = host->width;
  pass.height = host->height;
  pass.input_format = VK_FORMAT_R8G8B8A8_UNORM;
  pass.input_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  pass.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  pass.output_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  pass.frames_in_flight = 2;
  if (impastoCreatePass(&pass, &state->pass) != IMPASTO_SUCCESS) return 7;
  return 0;
}

static int oldHostRecord(OldHost* host, VkCommandBuffer command_buffer) {
  const State* state = host->state;
  ImpastoControls controls;
  controls.size = sizeof controls;
  impastoDefaultControls(&controls);
  if (controls.strength != 1.0f) return 1;
  ImpastoFrame frame;
  memset(&frame, 0, sizeof frame);
  frame.size = sizeof frame;
  frame.color.image = host->color;
  frame.color.view = host->color_view;
  frame.color.layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
  frame.output.image = host->output;
  frame.output.view = host->output_view;
  frame.output.layout = VK_IMAGE_LAYOUT_GENERAL;
  frame.controls = &controls;
  ImpastoExecuteInfo execute;
  memset(&execute, 0, sizeof execute);
  execute.size = sizeof execute;
  if (impastoCmdRecordInputs(state->pass, command_buffer, &frame) != IMPASTO_SUCCESS) return 2;
  if (impastoExecute(state->pass, &execute) != IMPASTO_SUCCESS) return 3;
  if (impastoCmdRecordOutputs(state->pass, command_buffer, &frame) != IMPASTO_SUCCESS) return 4;
  return 0;
}

static void oldHostEnd(OldHost* host) {
  State* state = host->state;
  impastoReleasePass(state->pass);
  impastoReleaseStyle(state->style);
  impastoReleaseContext(state->context);
  free(state);
  host->state = NULL;
}

const OldHostCode IMPASTO_OLD_HOST = {
    oldHostBegin, oldHostRecord, oldHostEnd, oldHostError,
    {sizeof(ImpastoRequirements), sizeof(ImpastoContextInfo), sizeof(ImpastoStyleInfo), sizeof(ImpastoControls),
     sizeof(ImpastoPassInfo), sizeof(ImpastoFrame), sizeof(ImpastoExecuteInfo), sizeof(ImpastoHostImage)}};
