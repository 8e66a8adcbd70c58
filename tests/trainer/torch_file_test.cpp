// PyTorch's .pth files, of both kinds, whole and damaged.
#include "io/torch_file.h"

#include <caffe2/serialize/inline_container.h>

#include <cstring>
#include <fstream>

#include "io/weight_file.h"
#include "nn/vgg.h"
#include "trainer/torch_file_maker.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// The same weights as a safetensors file has.
TorchFileMaker makerOf(const TensorFile& file) {
  TorchFileMaker maker;
  for (const auto& [name, tensor] : file.tensors) {
    const torch::Tensor flat = tensor.to(torch::kFloat).contiguous();
    maker.add(name, tensor.sizes().vec(), {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()});
  }
  return maker;
}

std::vector<std::string> bothKinds(const TorchFileMaker& maker) { return {maker.archive(), maker.stream()}; }

TorchFileMaker small() {
  TorchFileMaker maker;
  maker.add("a.weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  maker.add("a.bias", {2}, {-1, 300});
  return maker;
}

class TorchFileTest : public TrainerTest {
 protected:
  TensorFile read(const std::string& bytes) {
    write(file("weights.pth"), bytes);
    return readWeightFile(file("weights.pth"));
  }
};

TEST_F(TorchFileTest, BothKindsHoldTheTensorsThatWereSaved) {
  TorchFileMaker python2 = small();
  python2.python2 = true;
  python2.function = "_rebuild_tensor";
  for (const TorchFileMaker& maker : {small(), python2}) {
    for (const std::string& bytes : bothKinds(maker)) {
      const TensorFile found = read(bytes);
      ASSERT_EQ(found.tensors.size(), 2u);
      EXPECT_TRUE(torch::equal(found.tensors.at("a.weight"), torch::tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}})));
      EXPECT_TRUE(torch::equal(found.tensors.at("a.bias"), torch::tensor({-1.f, 300.f})));
    }
  }
}

// Written by LibTorch itself, with its alignment, data descriptors and 64-bit directory.
TEST_F(TorchFileTest, LibTorchsOwnArchivesAreRead) {
  const TorchFileMaker maker = small();
  std::string bytes;
  {
    caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, size_t size) {
      bytes.append(static_cast<const char*>(data), size);
      return size;
    });
    const std::string pickle = maker.pickle();
    writer.writeRecord("data.pkl", pickle.data(), pickle.size());
    writer.writeRecord("byteorder", "little", 6);
    for (size_t i = 0; i < maker.entries.size(); ++i) {
      writer.writeRecord("data/" + std::to_string(i), maker.entries[i].storage.data(), maker.entries[i].storage.size());
    }
    writer.writeEndOfFile();
  }
  EXPECT_TRUE(torch::equal(read(bytes).tensors.at("a.bias"), torch::tensor({-1.f, 300.f})));
}

TEST_F(TorchFileTest, TypesStridesAndOffsetsAreTheStoragesOwn) {
  TorchFileMaker maker;
  const torch::Tensor halves = torch::arange(12, torch::kFloat).to(torch::kHalf);
  const std::string storage(static_cast<const char*>(halves.data_ptr()), halves.nbytes());
  maker.entries.push_back({"t", {3, 2}, {1, 4}, 2, storage, "HalfStorage"});
  maker.entries.push_back({"count", {}, {}, 0, std::string("\x07\0\0\0\0\0\0\0", 8), "LongStorage"});
  for (const std::string& bytes : bothKinds(maker)) {
    const TensorFile found = read(bytes);
    EXPECT_TRUE(torch::equal(found.tensors.at("t"), halves.as_strided({3, 2}, {1, 4}, 2)));
    EXPECT_EQ(found.tensors.at("count").item<int64_t>(), 7);
  }
}

TEST_F(TorchFileTest, AVggIsTheSameFromAllThreeKindsOfFile) {
  const Vgg expected(file("vgg.safetensors"));
  for (const std::string& bytes : bothKinds(makerOf(readTensorFile(file("vgg.safetensors"))))) {
    write(file("vgg.pth"), bytes);
    const Vgg found(file("vgg.pth"));
    const torch::Tensor picture = torch::rand({1, 3, 32, 32});
    EXPECT_TRUE(torch::equal(found.features(picture, {"relu4_1"}).at("relu4_1"),
                             expected.features(picture, {"relu4_1"}).at("relu4_1")));
  }
  TensorFile wrong = readTensorFile(file("vgg.safetensors"));
  wrong.tensors["features.7.weight"] = torch::zeros({12, 5, 3, 3});
  write(file("wrong.pth"), makerOf(wrong).stream());
  EXPECT_ERROR(Vgg(file("wrong.pth")), ErrorCode::InvalidArgument, "wrong.pth: not a VGG with torchvision's names: features.7");
}

TEST_F(TorchFileTest, EveryTruncationIsAnError) {
  for (const std::string& bytes : bothKinds(small())) {
    for (size_t size = 14; size < bytes.size(); ++size) {
      EXPECT_ERROR(parseTorchFile(std::string_view(bytes).substr(0, size), "cut.pth"), ErrorCode::InvalidArgument, "cut.pth");
    }
  }
  for (const size_t size : {0u, 1u, 5u, 13u}) {  // too short to be known as one
    EXPECT_ERROR(read(small().stream().substr(0, size)), ErrorCode::InvalidArgument, "weights.pth");
  }
}

// Whatever is changed, the result is an error or tensors that lie in the file.
TEST_F(TorchFileTest, DamagedBytesNeverLeadOutsideTheFile) {
  for (const std::string& bytes : bothKinds(small())) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const unsigned char change : {0x01, 0x80, 0xFF}) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
        try {
          for (const TorchTensor& tensor : parseTorchFile(damaged, "damaged.pth")) {
            EXPECT_GE(tensor.bytes.data(), damaged.data());
            EXPECT_LE(tensor.bytes.data() + tensor.bytes.size(), damaged.data() + damaged.size());
            EXPECT_LE(static_cast<size_t>(tensor.count()) * bytesOf(tensor.type), damaged.size());
          }
        } catch (const Error& error) {
          EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
        }
      }
    }
  }
}

TEST_F(TorchFileTest, NothingButWeightsIsAskedFor) {
  const auto expectBad = [](const TorchFileMaker& maker, const std::string& message) {
    for (const std::string& bytes : bothKinds(maker)) {
      EXPECT_ERROR(parseTorchFile(bytes, "bad.pth"), ErrorCode::InvalidArgument, message);
    }
  };
  TorchFileMaker system = small(), unknown = small(), opcode = small(), type = small(), circle = small();
  system.before = "cposix\nsystem\nU\x04true\x85R0";
  expectBad(system, "posix.system");
  unknown.function = "_rebuild_qtensor";
  expectBad(unknown, "torch._utils._rebuild_qtensor");
  opcode.before = "i";
  expectBad(opcode, "instruction 105");
  type.entries[0].storage_class = "ComplexFloatStorage";
  expectBad(type, "torch ComplexFloatStorage");
  expectBad({}, "no tensors");
  circle.before = "]q\x05h\x05" "a0";  // a list that holds itself
  EXPECT_EQ(parseTorchFile(circle.archive(), "").size(), 2u);
  circle.before = "cos\n\x1b[31mred\n";  // shown as it may be shown
  EXPECT_ERROR(parseTorchFile(circle.archive(), ""), ErrorCode::InvalidArgument, "os.?[31mred");
}

TEST_F(TorchFileTest, SizesAreCheckedBeforeAnythingIsAllocated) {
  const auto expectBad = [](const std::function<void(TorchFileMaker::Entry&)>& spoil, const std::string& message) {
    TorchFileMaker maker = small();
    spoil(maker.entries[0]);
    for (const std::string& bytes : bothKinds(maker)) {
      EXPECT_ERROR(parseTorchFile(bytes, "bad.pth"), ErrorCode::InvalidArgument, message);
    }
  };
  const std::string misfit = "a.weight does not fit into its storage";
  expectBad([](auto& e) { e.shape = {2, 4}; }, misfit);
  expectBad([](auto& e) { e.shape = {int64_t{1} << 40, int64_t{1} << 40}; }, misfit);
  expectBad([](auto& e) { e.shape = {6, 1 << 30}, e.strides = {1, 0}; }, misfit);
  expectBad([](auto& e) { e.strides = {int64_t{1} << 62, 1}; }, misfit);
  expectBad([](auto& e) { e.strides = {3, 2}; }, misfit);
  expectBad([](auto& e) { e.strides = {3}; }, misfit);
  expectBad([](auto& e) { e.offset = 1; }, misfit);
  expectBad([](auto& e) { e.offset = -1; }, misfit);
  expectBad([](auto& e) { e.shape = {-2, -3}; }, "impossible shape");
  expectBad([](auto& e) { e.shape = e.strides = std::vector<int64_t>(9, 1); }, "impossible shape");
  TorchFileMaker huge = small();
  huge.entries[1].claimed = int64_t{1} << 61;
  EXPECT_ERROR(parseTorchFile(huge.archive(), ""), ErrorCode::InvalidArgument, "cut off");
  EXPECT_ERROR(parseTorchFile(huge.stream(), ""), ErrorCode::InvalidArgument, "too early");
}

TEST_F(TorchFileTest, ArchivesThatTorchSaveDoesNotWriteAreRefused) {
  const std::string bytes = small().archive();
  const size_t entry = bytes.find("PK\1\2");
  std::string packed = bytes;
  packed[entry + 10] = 8;  // deflated
  EXPECT_ERROR(parseTorchFile(packed, ""), ErrorCode::InvalidArgument, "archive/data.pkl in it is compressed");
  std::string twice = bytes;
  twice.replace(twice.rfind("data/1"), 6, "data/0");
  EXPECT_ERROR(parseTorchFile(twice, ""), ErrorCode::InvalidArgument, "twice");
  std::string big = bytes;
  big.replace(big.find("little"), 6, "biggen");
  EXPECT_ERROR(parseTorchFile(big, ""), ErrorCode::InvalidArgument, "little-endian");
}

}  // namespace
}  // namespace impasto::test
