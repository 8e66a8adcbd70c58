#include "common/style_mix.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "common/error.h"
#include "common/impasto_device.h"

namespace impasto::app {
namespace {

constexpr double kMostWeight = 1e6;

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

bool isSameTitle(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

class MixParser {
 public:
  MixParser(ImpastoStyle style, const std::string& path, const std::string& text) : path_(path), text_(text) {
    ImpastoStyleInfo info{};
    info.size = sizeof info;
    checkImpasto(impastoStyleGetInfo(style, &info), path);
    if (info.painting_count == 0) fail(path + " holds one painting");
    for (uint32_t i = 0; i < info.painting_count; ++i) {
      ImpastoPainting painting{};
      painting.size = sizeof painting;
      checkImpasto(impastoStyleGetPainting(style, i, &painting), path);
      titles_.emplace_back(painting.title);
      vectors_.emplace_back(painting.vector, painting.vector + info.style_vector_length);
    }
    weights_.resize(titles_.size());
  }

  std::vector<float> mixture() {
    if (const auto alone = titled(trimmed(text_))) return vectors_[*alone];
    for (size_t begin = 0; begin <= text_.size();) {
      const size_t end = std::min(text_.find(',', begin), text_.size());
      add(trimmed(std::string_view(text_).substr(begin, end - begin)));
      begin = end + 1;
    }
    double sum = 0;
    for (const auto& weight : weights_) sum += weight.value_or(0);
    if (!(sum > 0)) fail("the weights' sum is 0");
    std::vector<float> mixed(vectors_[0].size());
    for (size_t i = 0; i < weights_.size(); ++i) {
      const auto share = static_cast<float>(weights_[i].value_or(0) / sum);
      for (size_t k = 0; k < mixed.size(); ++k) mixed[k] += share * vectors_[i][k];
    }
    return mixed;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw UsageError("--mix " + text_ + ": " + what); }

  std::optional<size_t> titled(std::string_view title) const {
    if (title.empty()) return {};
    const auto same =
        std::find_if(titles_.begin(), titles_.end(), [&](const std::string& t) { return isSameTitle(t, title); });
    if (same == titles_.end()) return {};
    return static_cast<size_t>(same - titles_.begin());
  }

  size_t named(std::string_view name) const {
    if (const auto index = titled(name)) return *index;
    size_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size() && number < titles_.size()) return number;
    std::string paintings;
    for (size_t i = 0; i < titles_.size(); ++i) {
      paintings.append(i ? ", " : "").append(std::to_string(i));
      if (!titles_[i].empty()) paintings.append(" ").append(titles_[i]);
    }
    fail(path_ + " has no painting " + quoted(name) + "; it has " + paintings);
  }

  // "Udnie=0.7", or "Udnie", which counts 1.
  void add(std::string_view part) {
    const size_t equals = titled(part) ? std::string_view::npos : part.rfind('=');
    const std::string_view name = trimmed(part.substr(0, equals));
    double weight = 1;
    if (equals != std::string_view::npos) {
      const std::string_view number = trimmed(part.substr(equals + 1));
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), weight);
      if (error != std::errc() || end != number.data() + number.size() || !(weight >= 0 && weight <= kMostWeight)) {
        fail(quoted(number) + " is not a number from 0 to 1000000");
      }
    }
    std::optional<double>& known = weights_[named(name)];
    if (known) fail(quoted(name) + " is named twice");
    known = weight;
  }

  const std::string &path_, &text_;
  std::vector<std::string> titles_;
  std::vector<std::vector<float>> vectors_;
  std::vector<std::optional<double>> weights_;  // of those that are named
};

}  // namespace

std::vector<float> parseMix(ImpastoStyle style, const std::string& path, const std::string& text) {
  if (text.empty()) return {};
  return MixParser(style, path, text).mixture();
}

}  // namespace impasto::app
