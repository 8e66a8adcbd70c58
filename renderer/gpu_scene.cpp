#include "renderer/gpu_scene.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "renderer/frame_runner.h"
#include "renderer/gpu_types.h"

namespace impasto::render {
namespace {

constexpr VkDeviceSize kStagingBytes = 16u << 20;

// Copies host data to a device buffer through a bounded staging buffer.
void upload(const Device& device, const Buffer& target, const void* data, size_t bytes) {
  const Buffer staging = createBuffer(device, "staging", std::min<VkDeviceSize>(kStagingBytes, bytes),
                                      VK_BUFFER_USAGE_TRANSFER_SRC_BIT, MemoryKind::Host);
  for (size_t offset = 0; offset < bytes; offset += kStagingBytes) {
    const size_t chunk = std::min<size_t>(kStagingBytes, bytes - offset);
    std::memcpy(staging.mapped, static_cast<const std::byte*>(data) + offset, chunk);
    runOnce(device, [&](VkCommandBuffer commands) {
      const VkBufferCopy copy{0, offset, chunk};
      vkCmdCopyBuffer(commands, staging.handle.get(), target.handle.get(), 1, &copy);
    });
  }
}

template <typename T>
Buffer uploadedBuffer(const Device& device, const char* name, const std::vector<T>& data, VkBufferUsageFlags usage) {
  const size_t bytes = std::max<size_t>(data.size(), 1) * sizeof(T);
  Buffer buffer = createBuffer(device, name, bytes, usage | VK_BUFFER_USAGE_TRANSFER_DST_BIT, MemoryKind::Device);
  if (!data.empty()) upload(device, buffer, data.data(), data.size() * sizeof(T));
  return buffer;
}

constexpr Access kCopyWrite{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT};
constexpr Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};
constexpr Access kSampled{VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};

VkImageMemoryBarrier2 levelBarrier(const Image& image, uint32_t level, uint32_t count, Access from,
                                   VkImageLayout old_layout, Access to, VkImageLayout new_layout) {
  VkImageMemoryBarrier2 barrier = imageBarrier(image, from, old_layout, to, new_layout);
  barrier.subresourceRange.baseMipLevel = level;
  barrier.subresourceRange.levelCount = count;
  return barrier;
}

// Each level is the one above it, halved by a linear blit.
void recordMipmaps(VkCommandBuffer commands, const Image& image) {
  auto width = static_cast<int32_t>(image.width), height = static_cast<int32_t>(image.height);
  for (uint32_t level = 1; level < image.levels; ++level) {
    recordBarriers(commands, {levelBarrier(image, level - 1, 1, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                           kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
    VkImageBlit blit{};
    blit.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level - 1, 0, 1};
    blit.srcOffsets[1] = {width, height, 1};
    width = std::max(width / 2, 1);
    height = std::max(height / 2, 1);
    blit.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level, 0, 1};
    blit.dstOffsets[1] = {width, height, 1};
    vkCmdBlitImage(commands, image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, image.handle.get(),
                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &blit, VK_FILTER_LINEAR);
  }
  if (image.levels > 1) {
    recordBarriers(commands, {levelBarrier(image, 0, image.levels - 1, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                           kSampled, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  }
  recordBarriers(commands, {levelBarrier(image, image.levels - 1, 1, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                         kSampled, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
}

Image uploadTexture(const Device& device, const Texture& texture) {
  const uint32_t limit = device.properties().limits.maxImageDimension2D;
  if (texture.width > limit || texture.height > limit) {
    throw Error("texture " + texture.name + " is " + std::to_string(texture.width) + "x" +
                std::to_string(texture.height) + ", this device allows " + std::to_string(limit));
  }
  ImageInfo info;
  info.format = texture.srgb ? VK_FORMAT_R8G8B8A8_SRGB : VK_FORMAT_R8G8B8A8_UNORM;
  info.width = texture.width;
  info.height = texture.height;
  if (texture.sampler.mipmaps) info.levels = static_cast<uint32_t>(std::bit_width(std::max(info.width, info.height)));
  info.usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
  Image image = createImage(device, "texture " + texture.name, info);

  const Buffer staging =
      createBuffer(device, "staging", texture.rgba.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, MemoryKind::Host);
  std::memcpy(staging.mapped, texture.rgba.data(), texture.rgba.size());
  runOnce(device, [&](VkCommandBuffer commands) {
    recordBarriers(commands, {imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                           VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {image.width, image.height, 1};
    vkCmdCopyBufferToImage(commands, staging.handle.get(), image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &copy);
    recordMipmaps(commands, image);
  });
  return image;
}

Texture onePixel(const char* name, std::array<uint8_t, 4> rgba) {
  Texture texture;
  texture.name = name;
  texture.rgba.assign(rgba.begin(), rgba.end());
  texture.srgb = false;
  return texture;
}

VkSamplerAddressMode addressMode(Wrap wrap) {
  switch (wrap) {
    case Wrap::Mirror:
      return VK_SAMPLER_ADDRESS_MODE_MIRRORED_REPEAT;
    case Wrap::Clamp:
      return VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    default:
      return VK_SAMPLER_ADDRESS_MODE_REPEAT;
  }
}

// In the order of the shader's maps.
std::array<const TextureUse*, kTexturesPerMaterial> usesOf(const Material& material) {
  return {&material.base_color_map, &material.emissive_map, &material.normal_map, &material.roughness_map,
          &material.occlusion_map};
}

// Of a ball around the middle of the primitive's box that holds all of it at all times.
float radiusOf(const Scene& scene, const Node& node, const Primitive& primitive) {
  const Material& material = scene.materials[static_cast<size_t>(primitive.material)];
  const bool stays = node.skin == kNone && primitive.morph_targets == 0 && material.deformation == Deformation::None;
  return stays ? primitive.bounds.radius() : std::numeric_limits<float>::infinity();
}

}  // namespace

GpuScene::GpuScene(const Device& device, const Scene& scene) {
  vertices_ = uploadedBuffer(device, "scene vertices", scene.vertices, VK_BUFFER_USAGE_VERTEX_BUFFER_BIT);
  indices_ = uploadedBuffer(device, "scene indices", scene.indices, VK_BUFFER_USAGE_INDEX_BUFFER_BIT);
  std::vector<GpuMorphDelta> morphs;
  morphs.reserve(scene.morphs.size());
  for (const MorphDelta& delta : scene.morphs) {
    morphs.push_back({glm::vec4(delta.position, 0.0f), glm::vec4(delta.normal, 0.0f)});
  }
  morphs_ = uploadedBuffer(device, "morph targets", morphs, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
  uploadTextures(device, scene);
  createMaterials(device, scene);

  for (const Skin& skin : scene.skins) {
    first_joints_.push_back(joint_count_);
    joint_count_ += static_cast<uint32_t>(skin.joints.size());
  }
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    const Node& node = scene.nodes[i];
    first_weights_.push_back(weight_count_);
    if (node.mesh == kNone) continue;
    weight_count_ += static_cast<uint32_t>(scene.meshes[static_cast<size_t>(node.mesh)].weights.size());
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(node.mesh)].primitives) {
      if (primitive.index_count == 0) continue;
      const bool blend = scene.materials[static_cast<size_t>(primitive.material)].alpha_mode == AlphaMode::Blend;
      (blend ? blended_ : opaque_)
          .push_back({primitive.shape, primitive.first_index, primitive.index_count, static_cast<int>(i), node.skin, primitive.material,
                      primitive.bounds.center(), radiusOf(scene, node, primitive), primitive.first_morph, primitive.morph_targets, primitive.first_vertex,
                      primitive.vertex_count});
    }
  }
  // One shape and one material after the other: fewer pipelines and descriptor sets to bind.
  std::stable_sort(opaque_.begin(), opaque_.end(), [](const Draw& a, const Draw& b) {
    return std::pair(a.shape, a.material) < std::pair(b.shape, b.material);
  });
}

VkSampler GpuScene::sampler(const Device& device, const Sampler& wanted) {
  for (const auto& [known, handle] : samplers_) {
    if (known == wanted) return handle.get();
  }
  VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
  info.magFilter = info.minFilter = wanted.nearest ? VK_FILTER_NEAREST : VK_FILTER_LINEAR;
  info.mipmapMode = wanted.nearest ? VK_SAMPLER_MIPMAP_MODE_NEAREST : VK_SAMPLER_MIPMAP_MODE_LINEAR;
  info.addressModeU = addressMode(wanted.wrap_u);
  info.addressModeV = addressMode(wanted.wrap_v);
  info.addressModeW = VK_SAMPLER_ADDRESS_MODE_REPEAT;
  info.maxLod = VK_LOD_CLAMP_NONE;
  VkSampler handle = VK_NULL_HANDLE;
  check(vkCreateSampler(device.handle(), &info, nullptr, &handle), "vkCreateSampler");
  device.name(VK_OBJECT_TYPE_SAMPLER, reinterpret_cast<uint64_t>(handle), "material sampler");
  samplers_.emplace_back(wanted, UniqueSampler(device.handle(), handle));
  return handle;
}

void GpuScene::uploadTextures(const Device& device, const Scene& scene) {
  for (const Texture& texture : scene.textures) {
    textures_.push_back(uploadTexture(device, texture));
    texture_samplers_.push_back(sampler(device, texture.sampler));
  }
  textures_.push_back(uploadTexture(device, onePixel("white", {255, 255, 255, 255})));
  textures_.push_back(uploadTexture(device, onePixel("flat normal", {128, 128, 255, 255})));
  texture_samplers_.resize(textures_.size(), sampler(device, Sampler{}));
}

void GpuScene::createMaterials(const Device& device, const Scene& scene) {
  std::vector<GpuMaterial> materials;
  for (const Material& material : scene.materials) {
    GpuMaterial& out = materials.emplace_back();
    out.base_color = material.base_color;
    out.emissive = glm::vec4(material.emissive, material.normal_scale);
    const std::array<const TextureUse*, kTexturesPerMaterial> uses = usesOf(material);
    for (size_t t = 0; t < uses.size(); ++t) {
      const glm::mat3 rows = glm::transpose(uses[t]->transform);
      out.uv_rows[2 * t] = glm::vec4(rows[0], static_cast<float>(uses[t]->uv_set));
      out.uv_rows[2 * t + 1] = glm::vec4(rows[1], 0.0f);
    }
    out.roughness = material.roughness;
    out.metallic = material.metallic;
    out.alpha_cutoff = material.alpha_cutoff;
    out.occlusion_strength = material.occlusion_strength;
    out.alpha_mode = static_cast<uint32_t>(material.alpha_mode);
    out.shading = static_cast<uint32_t>(material.shading);
    out.deformation = static_cast<uint32_t>(material.deformation);
    out.has_normal_map = material.normal_map.texture != kNone;
  }
  materials_ = uploadedBuffer(device, "materials", materials, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);

  std::array<VkDescriptorSetLayoutBinding, kTexturesPerMaterial> bindings{};
  for (uint32_t i = 0; i < kTexturesPerMaterial; ++i) {
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, nullptr};
  }
  VkDescriptorSetLayoutCreateInfo layout_info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  layout_info.bindingCount = kTexturesPerMaterial;
  layout_info.pBindings = bindings.data();
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(device.handle(), &layout_info, nullptr, &layout), "vkCreateDescriptorSetLayout");
  set_layout_ = {device.handle(), layout};
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, reinterpret_cast<uint64_t>(layout), "material textures");

  const auto count = static_cast<uint32_t>(scene.materials.size());
  const VkDescriptorPoolSize pool_size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, count * kTexturesPerMaterial};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = count;
  pool_info.poolSizeCount = 1;
  pool_info.pPoolSizes = &pool_size;
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device.handle(), pool};
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_POOL, reinterpret_cast<uint64_t>(pool), "material textures");

  const std::vector<VkDescriptorSetLayout> layouts(count, layout);
  VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  allocate.descriptorPool = pool;
  allocate.descriptorSetCount = count;
  allocate.pSetLayouts = layouts.data();
  sets_.resize(count);
  check(vkAllocateDescriptorSets(device.handle(), &allocate, sets_.data()), "vkAllocateDescriptorSets");

  const size_t white = scene.textures.size(), flat_normal = white + 1;
  for (uint32_t i = 0; i < count; ++i) {
    const Material& material = scene.materials[i];
    device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET, reinterpret_cast<uint64_t>(sets_[i]), "material " + material.name);
    const std::array<const TextureUse*, kTexturesPerMaterial> uses = usesOf(material);
    std::array<VkDescriptorImageInfo, kTexturesPerMaterial> images{};
    std::array<VkWriteDescriptorSet, kTexturesPerMaterial> writes{};
    for (uint32_t t = 0; t < kTexturesPerMaterial; ++t) {
      const size_t otherwise = uses[t] == &material.normal_map ? flat_normal : white;
      const size_t chosen = uses[t]->texture == kNone ? otherwise : static_cast<size_t>(uses[t]->texture);
      images[t] = {texture_samplers_[chosen], textures_[chosen].view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
      writes[t] = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
      writes[t].dstSet = sets_[i];
      writes[t].dstBinding = t;
      writes[t].descriptorCount = 1;
      writes[t].descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
      writes[t].pImageInfo = &images[t];
    }
    vkUpdateDescriptorSets(device.handle(), kTexturesPerMaterial, writes.data(), 0, nullptr);
  }
}

}  // namespace impasto::render
