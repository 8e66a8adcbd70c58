// A run of any recipe that a test takes step by step, on one CPU thread.
#pragma once

#include <string>
#include <vector>

#include "engine/trainer.h"

namespace impasto::test {

template <class Settings, class R>
class RecipeRun {
 public:
  explicit RecipeRun(const Settings& settings)
      : settings_((checkSettings(settings), settings)), runtime_(trainer::openRuntime("cpu", "float32", 1)),
        recipe_(settings_, runtime_, [this](const std::string& message) { messages_.push_back(message); }),
        trainer_(recipe_, settings_, runtime_, process_, [this](const std::string& message) { messages_.push_back(message); }) {}

  // To the step of that number, or to the end.
  trainer::Scalars run(int64_t steps) {
    trainer::Scalars scalars;
    while (trainer_.stepsDone() < steps) scalars = trainer_.step();
    return scalars;
  }
  trainer::Scalars run() { return run(settings_.steps); }
  R& recipe() { return recipe_; }
  trainer::Trainer& trainer() { return trainer_; }
  const std::vector<std::string>& messages() const { return messages_; }
  std::string record() const { return trainer::trainingRecord(trainer_.capture()); }

 private:
  std::vector<std::string> messages_;
  Settings settings_;
  trainer::Runtime runtime_;
  trainer::SingleProcess process_;
  R recipe_;
  trainer::Trainer trainer_;
};

// The value of that name.
inline double named(const std::vector<std::pair<std::string, double>>& figures, const std::string& name) {
  for (const auto& [known, value] : figures) {
    if (known == name) return value;
  }
  return std::nan("");
}

}  // namespace impasto::test
