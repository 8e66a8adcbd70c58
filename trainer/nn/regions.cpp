#include "nn/regions.h"

#include <algorithm>

#include "nn/generator.h"
#include "nn/replicate_pad.h"

namespace impasto::trainer {
namespace {

// Before clamping to the frame.
Interval reach(const Op& op, Interval out) {
  switch (op.type) {
    case OpType::Conv2d: {
      const int64_t stride = op.stride, radius = op.kernel / 2;
      return {out.begin * stride - radius, (out.end - 1) * stride + radius + 1};
    }
    case OpType::SpaceToDepth: return {out.begin * op.block, out.end * op.block};
    case OpType::DepthToSpace: return {out.begin / op.block, (out.end + op.block - 1) / op.block};
    case OpType::Upsample: return {out.begin / 2, (out.end + 1) / 2};
    case OpType::Blend: return {out.begin - int64_t{op.range}, out.end + int64_t{op.range}};
    default: return out;
  }
}

Interval clamped(Interval interval, int64_t size) {
  return {std::max<int64_t>(0, interval.begin), std::min(size, interval.end)};
}

Interval united(Interval a, Interval b) {
  if (a.size() <= 0) return b;
  if (b.size() <= 0) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

// Ops that make several texels of one compute all of them.
Interval whole(const Op& op, Interval interval) {
  const int64_t step = op.type == OpType::DepthToSpace ? op.block : op.type == OpType::Upsample ? 2 : 1;
  return {interval.begin / step * step, (interval.end + step - 1) / step * step};
}

}  // namespace

Region readBy(const Op& op, const Region& region, const Op& input, int64_t height, int64_t width) {
  return {clamped(reach(op, region.y), height / input.downscale), clamped(reach(op, region.x), width / input.downscale)};
}

std::vector<Region> computedRegions(const Graph& graph, int64_t height, int64_t width, const Window& window) {
  std::vector<Region> regions(graph.ops.size());
  regions[graph.output] = {{window.y, window.y + window.height}, {window.x, window.x + window.width}};
  for (size_t i = graph.ops.size(); i-- > 0;) {
    const Op& op = graph.ops[i];
    if (op.downscale == kGlobal || regions[i].empty()) continue;
    regions[i] = {whole(op, regions[i].y), whole(op, regions[i].x)};
    for (const uint32_t from : op.inputs) {
      const Op& input = graph.ops[from];
      if (input.downscale == kGlobal) continue;
      const Region read = readBy(op, regions[i], input, height, width);
      regions[from] = {united(regions[from].y, read.y), united(regions[from].x, read.x)};
    }
  }
  return regions;
}

torch::Tensor cut(const torch::Tensor& tensor, const Region& held, const Region& wanted) {
  torch::Tensor part = tensor;  // cutting costs a copy of the gradient: not where there is nothing to cut
  if (wanted.y.size() != held.y.size()) part = part.narrow(2, wanted.y.begin - held.y.begin, wanted.y.size());
  if (wanted.x.size() != held.x.size()) part = part.narrow(3, wanted.x.begin - held.x.begin, wanted.x.size());
  return part;
}

torch::Tensor padWhereFrameEnds(const torch::Tensor& tensor, const Op& op, const Region& region, const Op& input,
                                int64_t height, int64_t width) {
  const Region read = readBy(op, region, input, height, width);
  const Interval y = reach(op, region.y), x = reach(op, region.x);
  if (y.begin == read.y.begin && y.end == read.y.end && x.begin == read.x.begin && x.end == read.x.end) return tensor;
  const Region padded = {{read.y.begin - 1, read.y.end + 1}, {read.x.begin - 1, read.x.end + 1}};
  return cut(replicatePad(tensor), padded, {y, x});
}

}  // namespace impasto::trainer
