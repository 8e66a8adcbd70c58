// Passes of a context that reaches the driver through InjectedVulkan, which each test finds and leaves untouched.
#pragma once

#include "api/injected_vulkan.h"
#include "api/pass_fixture.h"

namespace impasto::test {

class InjectedPassTest : public PassTest {
 protected:
  void SetUp() override {
    PassTest::SetUp();
    InjectedVulkan::reset();
  }
  void TearDown() override {
    InjectedVulkan::reset();
    PassTest::TearDown();
  }

  ImpastoContextInfo injectedInfo() const {
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = InjectedVulkan::getInstanceProcAddr;
    return info;
  }
  ContextPtr makeInjectedContext() const { return makeContext(injectedInfo()); }
};

}  // namespace impasto::test
