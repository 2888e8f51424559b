#pragma once

#include <cstdint>
#include <string>

#include "tests/isa/encoding.h"

namespace aimc::isatest {

/// What can be said of one execution of an instruction; which of these a form can have says
/// applies(). Of two operands a is rs1, or the word in memory for an atomic operation, and
/// b rs2. The pairs of corner values follow behind kPairs.
enum OperandClass : unsigned {
  kExecuted,
  kInUserMode,
  kRdZero,
  kRs1Zero,
  kRs2Zero,
  kSameSources,
  kRdIsRs1,
  kRdIsRs2,
  kACorner,  // 5
  kBCorner = kACorner + 5,
  kImmLowest = kBCorner + 5,
  kImmHighest,
  kImmZero,
  kTaken,
  kNotTaken,
  kForward,
  kBackward,
  kAligned,
  kMisaligned,
  kAcrossWords,
  kFaults,
  kSuccess,
  kFailure,
  kOrders,  // 4
  kPairs = kOrders + 4,
  kFloatA = kPairs + 25,  // 6 kinds of numbers
  kFloatB = kFloatA + 6,
  kFloatC = kFloatB + 6,
  kFloatPairs = kFloatC + 6,     // 36
  kRounding = kFloatPairs + 36,  // 5 modes in the instruction, then 5 in frm
  kFlags = kRounding + 10,       // 5, from inexact on
  kClassCount = kFlags + 5
};

/// Number of a corner value, 0 to 4, or -1.
int corner_of(std::uint32_t value);
/// Kind of a floating-point number: zero, subnormal, normal, infinity, quiet NaN, signalling NaN.
unsigned float_kind(std::uint32_t value);
/// Whether executions of a form can be of a class.
bool applies(const Form& form, OperandClass cls);
std::string class_name(unsigned cls);

/// Kinds of forms.
bool is_branch(const Form& form);
bool is_atomic(const Form& form);
bool is_store(const Form& form);
bool is_csr(const Form& form);
bool accesses_memory(const Form& form);
/// Bytes an access to memory has.
unsigned access_size(const Form& form);

}  // namespace aimc::isatest
