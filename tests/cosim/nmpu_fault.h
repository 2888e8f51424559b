#pragma once

namespace aimc::nmpu::test {

/// Chooses the fault of RTL instances made from now on; "" is none. @see nmpu_fault.cpp
void choose_fault(const char* name);

}  // namespace aimc::nmpu::test
