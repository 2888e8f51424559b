#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

// The SystemC library expects the program to define sc_main; the tests start the kernel themselves.
extern "C" int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 0;
}

int main(int argc, char** argv) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
