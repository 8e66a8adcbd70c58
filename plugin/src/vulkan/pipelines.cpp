#include "vulkan/pipelines.h"

namespace impasto::vulkan {

PipelineSet::Entry PipelineSet::get(const KernelShader& shader, const std::vector<uint32_t>& constants) {
  const std::lock_guard lock(mutex_);
  auto layouts = layouts_.find(&shader);
  if (layouts == layouts_.end()) {
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (const ShaderBinding& binding : shader.bindings) {
      bindings.push_back(
          {static_cast<uint32_t>(bindings.size()), binding.type, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr});
    }
    Layouts made;
    made.set = createDescriptorSetLayout(*device_, bindings);
    made.pipeline = createPipelineLayout(*device_, made.set.get(), kPushConstantBytes);
    layouts = layouts_.emplace(&shader, std::move(made)).first;
  }
  const VkPipelineLayout layout = layouts->second.pipeline.get();
  auto found = pipelines_.find({&shader, constants});
  if (found == pipelines_.end()) {
    Pipeline pipeline = createComputePipeline(*device_, shader.code, constants, layout,
                                              shader.multiplies_matrices && device_->subgroup_size_control
                                                  ? device_->subgroup_size
                                                  : 0);
    device_->setName(VK_OBJECT_TYPE_PIPELINE, reinterpret_cast<uint64_t>(pipeline.get()), shader.name);
    found = pipelines_.emplace(std::pair(&shader, constants), std::move(pipeline)).first;
  }
  return {found->second.get(), layout, layouts->second.set.get()};
}

}  // namespace impasto::vulkan
