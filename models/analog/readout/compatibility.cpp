#include "models/analog/readout/compatibility.h"

namespace aimc::analog {
namespace {

const char* why_not_sram(ReadoutKind readout) {
  switch (readout) {
    case ReadoutKind::kCurrent:
      return "a capacitor passes no steady current";
    case ReadoutKind::kResistiveDivision:
      return "capacitors hold no resistive divider";
    default:
      return nullptr;
  }
}

}  // namespace

const char* why_not(DeviceKind device, ReadoutKind readout) {
  if (device == DeviceKind::kOther) return nullptr;
  if (device == DeviceKind::kSram) return why_not_sram(readout);
  switch (readout) {
    case ReadoutKind::kCurrent:
    case ReadoutKind::kTime:
      return nullptr;
    case ReadoutKind::kCharge:
    case ReadoutKind::kCapacitiveDivision:
      return "its cells conduct and have no capacitor that could hold or couple a charge";
    case ReadoutKind::kChargeRedistribution:
      return device == DeviceKind::kMram
                 ? "the off state conducts nearly half as well as the on state and uses up the "
                   "swing of the column's capacitor"
                 : nullptr;
    case ReadoutKind::kResistiveDivision:
      return device == DeviceKind::kFlash
                 ? "the conductance of a transistor's channel depends on the voltage of an open "
                   "line"
                 : nullptr;
  }
  return nullptr;
}

}  // namespace aimc::analog
