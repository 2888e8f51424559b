#pragma once

#include <gtest/gtest.h>

#include <systemc>

namespace aimc::test {

/// A fresh SystemC kernel for one test, so that several tests of a program can elaborate.
///
/// SystemC supports one elaboration a process; the kernel's context is exchanged instead. Modules
/// of a test must be destroyed before its fixture, which holds when they are members of a derived
/// fixture or locals of the test.
class SystemCTest : public ::testing::Test {
 public:
  ~SystemCTest() override {
    delete context_;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = previous_;
  }
  SystemCTest(const SystemCTest&) = delete;
  SystemCTest& operator=(const SystemCTest&) = delete;

 protected:
  SystemCTest() : previous_(sc_core::sc_curr_simcontext), context_(new sc_core::sc_simcontext) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_;
  }

 private:
  sc_core::sc_simcontext* previous_;
  sc_core::sc_simcontext* context_;
};

}  // namespace aimc::test
