// k-fold cross-validation: a recipe is trained `--folds` times, each time without another part of its pictures (or clips),
// and measured on that part. What the figures' deviation says: how far a comparison of two settings can be trusted.
//
// STEM.folds.json (STEM: --out without its extension) is written after each fold:
//
//   {"folds": 5, "settings": {...},
//    "results": [{"fold": 1, "out": "STEM.fold1.safetensors", "figures": {"style": ..., ...}}, ...],
//    "mean": {"style": ..., ...}, "deviation": {...}}
//
// mean over the folds that are done, deviation (of a sample: n - 1) once there are two. Each fold is a whole run with files
// of its own, beside --out or where the settings say, "foldN" in their names. Ctrl-C stops with a checkpoint of the fold at
// hand; the same flags with --resume leave out the folds that are done and go on with that one. --fold N trains that one
// only, and adds it to the report.
#pragma once

#include <string>
#include <vector>

#include "engine/recipe.h"
#include "recipes/recipe_kind.h"

namespace impasto::trainer {

// Of a checked plan with folds. Returns the exit status: 0 done, 130 interrupted. Throws impasto::Error, also if results of
// an earlier cross-validation are there and the settings do not say what to do with them, or were made with other settings.
int crossValidate(Plan& plan, const Log& log);

// Where the report of such a run lies.
std::string foldsReportPath(const RunSettings& run);

// Mean and sample deviation of each figure that all results have, by name; deviations only of two and more.
struct FigureSpread {
  HeldOutFigures mean, deviation;
};
FigureSpread spreadOf(const std::vector<HeldOutFigures>& results);

}  // namespace impasto::trainer
