// What is kept out of training.
#pragma once

namespace impasto::trainer {

struct HoldOut {
  int pictures = 8;
  int folds = 0, fold = 0;  // cross-validation: part `fold`, counted from 1, of so many; 0: none
};

}  // namespace impasto::trainer
