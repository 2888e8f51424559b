#pragma once

#include <cstdint>

namespace aimc::isatest {

/// Where things lie in an image of many programs; harness.S has the same numbers.
///
/// The harness is at the start of RAM, the control block behind it, then one slot for each program:
/// a page of code and a page of data. Everything a program leaves behind lies in its data page.
constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::uint32_t kRamSize = 64U << 20U;
constexpr std::uint32_t kControl = 0x3000;  ///< offset of the control block
constexpr std::uint32_t kSlots = 0x4000;    ///< offset of the first slot
constexpr std::uint32_t kPage = 0x1000;
constexpr std::uint32_t kSlotSize = 2 * kPage;
constexpr std::uint32_t kMaxPrograms = 5000;  ///< QEMU puts its device tree at 48 MiB

/// Words of the control block.
constexpr std::uint32_t kControlCount = 0;     ///< number of programs
constexpr std::uint32_t kControlCurrent = 4;   ///< the one that runs
constexpr std::uint32_t kControlFeatures = 8;  ///< what the harness has to set up and to save
constexpr std::uint32_t kFeatureFloat = 1;
constexpr std::uint32_t kFeaturePmp = 2;

/// The code page: code, and from kUnitMap on a byte for each halfword of it, which the guest does
/// not look at.
constexpr std::uint32_t kUnitMap = 0xA00;
constexpr std::uint32_t kMaxCode = 0xA00;
constexpr std::uint8_t kUnitStart = 1;  ///< here begins something that makes sense as a whole
constexpr std::uint8_t kUnitKeep = 2;   ///< here, too, but no program ends without it

/// The data page.
constexpr std::uint32_t kEndOffset = 0x000;   ///< offset of the last ECALL in the code page
constexpr std::uint32_t kInitialX = 0x000;    ///< x1 to x31 at the start, in words 1 to 31
constexpr std::uint32_t kInitialF = 0x080;    ///< f0 to f31
constexpr std::uint32_t kResult = 0x100;      ///< from here on it is written
constexpr std::uint32_t kTimerCount = 0x340;  ///< timer interrupts that are still wanted
constexpr std::uint32_t kUncompared = 0x350;  ///< 0x350 to 0x37F is not compared
constexpr std::uint32_t kTolerate = 0x350;    ///< where a trap that may differ goes on, or 0
constexpr std::uint32_t kData = 0x800;        ///< the program's own
constexpr std::uint32_t kDataSize = 0x800;

/// Where the harness' handlers are.
constexpr std::uint32_t kHandler = kRamBase + 0x400;
constexpr std::uint32_t kVectors = kRamBase + 0xA00;

}  // namespace aimc::isatest
