#pragma once

// What the trainer uses of LibTorch everywhere: tensors, autograd, modules. <torch/torch.h> brings data loaders, serialisation,
// optimisers and every layer along, and makes each file half as long again to compile; a layer is included where it is used.
#include <torch/types.h>

#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/functional/padding.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/nn/functional/vision.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
