// Several processes that train one model: real ones, over the loopback.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/checkpoint.h"
#include "trainer/trainer_fixture.h"

namespace impasto::test {
namespace {

using namespace trainer;

int freePort() {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  bind(handle, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size);
  close(handle);
  return ntohs(address.sin_port);
}

class ProcessesTest : public TrainerTest {
 protected:
  void SetUp() override {
#if !defined(IMPASTO_HAS_GLOO) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "built without Gloo, or with sanitizers";
#endif
    TrainerTest::SetUp();
  }

  // A shell command: the process of that rank, which writes what it says to "log" and its rank. `world`: more environment.
  std::string process(int rank, const std::string& more, const std::string& world = "WORLD_SIZE=2") const {
    return "RANK=" + std::to_string(rank) + " " + world + " MASTER_ADDR=127.0.0.1 MASTER_PORT=" + std::to_string(port_) + " " + alone(more) +
           " >" + file("log" + std::to_string(rank)) + " 2>&1";
  }
  std::string alone(const std::string& more) const {
    return std::string("'") + IMPASTO_TRAIN_PROGRAM + "' style --style-image " + file("painting.png") + " --content " + file("content") +
           " --perceptual " + file("vgg.safetensors") + " --size small --image-size 32 --style-size 64 --device cpu --threads 1" +
           " --precision float32 --overwrite " + more;
  }
  std::string log(int rank) const {
    std::ifstream in(file("log" + std::to_string(rank)));
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  }
  static int run(const std::string& script) {
    const int status = std::system(script.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  int port_ = freePort();
};

// Norms live and frozen, palette and all: the trainer itself refuses to write a checkpoint of weights that differ between
// processes, bit for bit. Sums are made in another order than those of one batch, and Muon's orthogonal steps make more of
// the last digits than other optimisers do.
TEST_F(ProcessesTest, TwoEndWithEqualWeightsWhichAreThoseOfOneWithTheDoubledBatch) {
  const std::string settings = "--steps 8 --freeze-norms-at 0.7 --full-resolution-at 0.5 ";
  ASSERT_EQ(run(process(1, settings + "--batch 2 --out " + file("two.safetensors")) + " & " +
                process(0, settings + "--batch 2 --out " + file("two.safetensors")) + " && wait $!"),
            0)
      << log(0) << log(1);
  EXPECT_EQ(log(1).find("step"), std::string::npos) << log(1);  // one speaks
  ASSERT_EQ(run(alone(settings + "--batch 4 --out " + file("one.safetensors") + " 2>/dev/null")), 0);
  ASSERT_EQ(run(alone(settings + "--batch 2 --out " + file("half.safetensors") + " 2>/dev/null")), 0);
  const auto weights = [&](const char* name) {
    std::vector<torch::Tensor> all;
    for (const auto& [key, tensor] : readCheckpoint(file(std::string(name) + ".checkpoint.safetensors")).state.tensors) {
      if (key.rfind("generator/", 0) == 0 || key.rfind("average/", 0) == 0) all.push_back(tensor.to(torch::kFloat).flatten());
    }
    return torch::cat(all);
  };
  const torch::Tensor two = weights("two"), one = weights("one"), half = weights("half");
  const auto distance = [&](const torch::Tensor& a) { return ((a - one).norm() / one.norm()).item<double>(); };
  EXPECT_LT(distance(two), 1e-3);
  EXPECT_GT(distance(half), 20 * distance(two));  // that much it matters who sees which crops
}

TEST_F(ProcessesTest, ALostProcessEndsTheOthersWithOneLineAndTheLastCheckpointIsThere) {
  const std::string settings = "--steps 1000000 --batch 1 --checkpoint-every 3 --out " + file("s.safetensors");
  const std::string script = process(1, settings) + " & other=$!; " + process(0, settings) + " & first=$!; for i in $(seq 600); do [ -e " +
                             file("s.checkpoint.safetensors") + " ] && break; sleep 0.1; done; kill -KILL $other; wait $first";
  EXPECT_EQ(run(script), 1) << log(0);
  const std::string output = log(0);
  const size_t line = output.find("impasto-train: another of the 2 processes is gone");
  ASSERT_NE(line, std::string::npos) << output;
  EXPECT_NE(output.find("go on with --resume", line), std::string::npos) << output;
  EXPECT_EQ(std::count(output.begin() + static_cast<std::ptrdiff_t>(line), output.end(), '\n'), 1) << output;
  EXPECT_GT(readCheckpoint(file("s.checkpoint.safetensors")).step, 0);
}

TEST_F(ProcessesTest, OnesThatNeverComeAreNotWaitedForLonger) {
  const std::string settings = "--steps 2 --process-timeout 2 --out " + file("s.safetensors");
  EXPECT_EQ(run(process(0, settings)), 1);
  EXPECT_NE(log(0).find("the 2 processes did not find each other"), std::string::npos) << log(0);
  EXPECT_EQ(run(process(1, settings)), 1);
  EXPECT_NE(log(1).find("process 1 of 2: no store at 127.0.0.1:"), std::string::npos) << log(1);
  for (const int rank : {0, 1}) {
    const std::string output = log(rank);
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  }
}

TEST_F(ProcessesTest, AnEnvironmentThatContradictsItselfIsNamed) {
  const std::string settings = "--steps 2 --out " + file("s.safetensors");
  EXPECT_EQ(run(process(2, settings)), 2);
  EXPECT_NE(log(2).find("RANK is 2: expected 0 to 1"), std::string::npos) << log(2);
  EXPECT_EQ(run(process(0, settings, "WORLD_SIZE=two")), 2);
  EXPECT_NE(log(0).find("WORLD_SIZE is two"), std::string::npos) << log(0);
}

}  // namespace
}  // namespace impasto::test
