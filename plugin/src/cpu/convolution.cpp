#include "cpu/convolution.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace impasto::cpu {
namespace {

using dnnl::memory;

memory::data_type typeOf(Element element) {
  return element == Element::Float ? memory::data_type::f32 : memory::data_type::bf16;
}

void append(dnnl::post_ops& post_ops, Activation activation) {
  switch (activation) {
    case Activation::None:
      break;
    case Activation::Relu:
      post_ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
      break;
    case Activation::LeakyRelu:
      post_ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, kLeakyReluSlope, 0.0f);
      break;
    case Activation::Sigmoid:
      post_ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_logistic, 0.0f, 0.0f);
      break;
  }
}

dnnl::convolution_forward::primitive_desc describe(const dnnl::engine& engine, const ConvolutionShape& shape,
                                                   uint32_t width) {
  const memory::dim taps = shape.kernel, stride = shape.stride;
  // Output column j of the border's lies at input columns stride * (j - 1) ... + kernel - 1 of the border's.
  const memory::dim in_rows = stride * (shape.rows - 1) + taps, in_width = stride * width + 2;
  const memory::dims left = {0, taps == 1 ? 0 : stride}, right = {0, taps == 1 ? 0 : 1};
  const memory::desc in({1, shape.in_slots, in_rows, in_width}, typeOf(shape.in), memory::format_tag::nhwc);
  const memory::desc out({1, shape.out_slots, shape.rows, width + 2}, typeOf(shape.out), memory::format_tag::nhwc);
  const memory::desc weights({shape.out_slots, shape.in_slots, taps, taps}, typeOf(shape.in), memory::format_tag::any);
  const memory::desc bias({shape.out_slots}, memory::data_type::f32, memory::format_tag::x);
  const dnnl::convolution_forward::desc description(dnnl::prop_kind::forward_inference,
                                                    dnnl::algorithm::convolution_direct, in, weights, bias, out,
                                                    {stride, stride}, left, right);
  dnnl::post_ops post_ops;
  append(post_ops, shape.activation);
  if (shape.accumulate) {
    post_ops.append_sum(1.0f);
    append(post_ops, shape.sum_activation);
  }
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(post_ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {description, attributes, engine};
}

}  // namespace

Convolution::Convolution(const dnnl::engine& engine, const ConvolutionShape& shape, std::span<const uint32_t> widths,
                         std::span<const float> weights, std::span<const float> bias, uint32_t threads)
    : bias_({{shape.out_slots}, memory::data_type::f32, memory::format_tag::x}, engine) {
  std::memcpy(bias_.get_data_handle(), bias.data(), bias.size_bytes());
  for (uint32_t i = 0; i < threads; ++i) streams_.emplace_back(engine);

  const memory::dim taps = shape.kernel;
  const memory plain({{shape.out_slots, shape.in_slots, taps, taps}, memory::data_type::f32, memory::format_tag::oihw},
                     engine, const_cast<float*>(weights.data()));  // read alone
  for (const uint32_t width : widths) {
    Variant variant;
    variant.description = describe(engine, shape, width);
    variant.primitive = dnnl::convolution_forward(variant.description);
    const memory::desc wanted = variant.description.weights_desc();
    const auto same = std::find_if(weights_.begin(), weights_.end(),
                                   [&](const memory& other) { return other.get_desc() == wanted; });
    variant.weights = static_cast<size_t>(same - weights_.begin());
    if (same == weights_.end()) {
      memory packed(wanted, engine);
      dnnl::reorder(plain, packed).execute(streams_[0], const_cast<memory&>(plain), packed);
      streams_[0].wait();
      weights_.push_back(std::move(packed));
    }
    for (uint32_t i = 0; i < threads; ++i) {
      variant.threads.push_back({memory(variant.description.src_desc(), engine, nullptr),
                                 memory(variant.description.dst_desc(), engine, nullptr),
                                 memory(variant.description.scratchpad_desc(), engine, nullptr)});
    }
    scratch_bytes_ = std::max(scratch_bytes_, variant.description.scratchpad_desc().get_size());
    if (implementation_.empty()) implementation_ = variant.description.impl_info_str();
    variants_.push_back(std::move(variant));
  }
}

void Convolution::useScratch(uint32_t thread, void* memory) {
  for (Variant& variant : variants_) variant.threads[thread].scratch.set_data_handle(memory);
}

bool Convolution::run(uint32_t width, uint32_t thread, const void* in, void* out) noexcept {
  Variant& variant = variants_[width];
  const Variant::PerThread& own = variant.threads[thread];
  // By the C API, which throws nothing.
  if (dnnl_memory_set_data_handle(own.in.get(), const_cast<void*>(in)) != dnnl_success ||
      dnnl_memory_set_data_handle(own.out.get(), out) != dnnl_success) {
    return false;
  }
  const std::array arguments = {dnnl_exec_arg_t{DNNL_ARG_SRC, own.in.get()},
                                dnnl_exec_arg_t{DNNL_ARG_WEIGHTS, weights_[variant.weights].get()},
                                dnnl_exec_arg_t{DNNL_ARG_BIAS, bias_.get()},
                                dnnl_exec_arg_t{DNNL_ARG_DST, own.out.get()},
                                dnnl_exec_arg_t{DNNL_ARG_SCRATCHPAD, own.scratch.get()}};
  return dnnl_primitive_execute(variant.primitive.get(), streams_[thread].get(), static_cast<int>(arguments.size()),
                                arguments.data()) == dnnl_success;
}

}  // namespace impasto::cpu
