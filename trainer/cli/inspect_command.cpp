#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "nn/graph_cost.h"
#include "style/style.h"

namespace impasto::trainer {
namespace {

using nlohmann::ordered_json;

// Free-form provenance is JSON by contract, but a style file may come from anywhere.
ordered_json parsedOrText(const std::string& text) {
  if (text.empty()) return nullptr;
  ordered_json parsed = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? ordered_json(text) : parsed;
}

ordered_json describeOp(const Graph& graph, uint32_t index) {
  const Op& op = graph.ops[index];
  ordered_json json = {{"name", op.name}, {"type", toString(op.type)}, {"channels", op.channels}, {"downscale", op.downscale}};
  for (const uint32_t input : op.inputs) json["inputs"].push_back(graph.ops[input].name);
  if (op.type == OpType::Input) {
    json["kind"] = toString(op.input_kind);
    if (op.optional) json["optional"] = true;
  }
  if (op.type == OpType::Conv2d) {
    json["kernel"] = op.kernel;
    json["stride"] = op.stride;
  }
  if (op.type == OpType::Blend) json["range"] = op.range;
  if (op.type == OpType::Conv2d || op.type == OpType::Add || op.type == OpType::Modulate)
    json["activation"] = toString(op.activation);
  return json;
}

ordered_json describeStyle(const Style& style) {
  size_t parameters = 0;
  for (const auto& [op, weights] : style.weights) parameters += weights.kernel.size() + weights.bias.size();
  ordered_json inputs = ordered_json::array(), ops = ordered_json::array(), paintings = ordered_json::array();
  for (const InputKind kind : kInputKinds) {
    if (style.graph.wants(kind)) inputs.push_back(toString(kind));
  }
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) ops.push_back(describeOp(style.graph, i));
  for (const Painting& painting : style.paintings) {
    paintings.push_back({{"title", painting.title},
                         {"painter", painting.painter},
                         {"year", painting.year},
                         {"licence", painting.licence},
                         {"vector", painting.vector}});
  }
  const Provenance& p = style.provenance;
  return {{"title", p.title},
          {"painter", p.painter},
          {"year", p.year},
          {"licence", p.licence},
          {"style_image_sha256", p.style_image_sha256},
          {"size", style.size},
          {"color_encoding", style.color_encoding},
          {"inputs", inputs},
          {"style_vector_length", style.graph.styleVectorLength()},
          {"paintings", paintings},
          {"parameters", parameters},
          {"multiply_adds_per_pixel", style.graph.multiplyAddsPerPixel()},
          {"bytes_moved_per_pixel", bytesMovedPerPixel(style.graph)},
          {"alignment", style.graph.alignment},
          {"training", parsedOrText(p.training)},
          {"metrics", parsedOrText(p.metrics)},
          {"ops", ops}};
}

void printText(const ordered_json& json) {
  for (const auto& [key, value] : json.items()) {
    if (key == "ops") continue;
    std::printf("%-24s %s\n", key.c_str(), value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  }
  std::printf("%-24s\n", "ops");
  for (const ordered_json& op : json["ops"]) {
    std::string inputs;
    if (op.contains("inputs")) {
      for (const ordered_json& input : op["inputs"]) inputs += " " + input.get<std::string>();
    }
    const auto downscale = op["downscale"].get<uint32_t>();
    const std::string where = downscale == kGlobal ? "global" : "at 1/" + std::to_string(downscale);
    std::printf("  %-16s %-15s %4u channels %-7s %s\n", op["name"].get<std::string>().c_str(),
                op["type"].get<std::string>().c_str(), op["channels"].get<unsigned>(), where.c_str(), inputs.c_str());
  }
}

}  // namespace

void addInspectCommand(CLI::App& app, Job& job) {
  struct Arguments {
    std::string style;
    bool json = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("inspect", "Tells what is in a style file");
  command->footer("Example:\n  impasto-train inspect udnie.safetensors --json\n");
  command->add_option("style", a->style, "The style file")->required();
  command->add_flag("--json", a->json, "As JSON");
  command->callback([a, &job] {
    job = [a] {
      const ordered_json json = describeStyle(readStyleFile(a->style));
      if (a->json) {
        std::printf("%s\n", json.dump(2).c_str());
      } else {
        printText(json);
      }
      return 0;
    };
  });
}

}  // namespace impasto::trainer
