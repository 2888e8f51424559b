#include "models/analog/circuit/array_circuit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/analog/circuit/ir_drop.h"
#include "models/analog/circuit/sneak_paths.h"

namespace aimc::analog {
namespace {

CellLaw cell_law(const CrossbarConfig& config) {
  return config.wires.selector == Selector::kDiode
             ? CellLaw::half_bias(config.wires.half_bias_ratio, config.read_voltage_v)
             : CellLaw{0.0, config.read_voltage_v};
}

bool equal(const Region& a, const Region& b) {
  return a.first_row == b.first_row && a.rows == b.rows && a.first_column == b.first_column &&
         a.columns == b.columns;
}

}  // namespace

ArrayCircuit::ArrayCircuit(const CrossbarConfig& config)
    : rows_(config.rows),
      bitlines_(std::size_t{2} * config.columns),
      wires_(config.wires),
      cell_(cell_law(config)),
      attenuates_(wires_.wordline_ohm > 0.0 || wires_.bitline_ohm > 0.0),
      sneaks_(wires_.selector != Selector::kTransistor &&
              wires_.idle_lines == IdleLines::kFloating) {
  if (attenuates_) shares_.assign(rows_ * bitlines_, static_cast<std::uint16_t>(kFullShare));
}

void ArrayCircuit::update(const std::vector<double>& conductance_us) {
  std::vector<double> siemens(conductance_us.size());
  std::transform(conductance_us.begin(), conductance_us.end(), siemens.begin(),
                 [](double us) { return us * 1e-6; });
  if (attenuates_) {
    IrDrop model(rows_, bitlines_, {wires_.wordline_ohm, wires_.bitline_ohm});
    model.factor(siemens);
    const std::vector<double> attenuation = model.attenuation(cell_);
    std::transform(attenuation.begin(), attenuation.end(), shares_.begin(), [](double share) {
      const double code = std::clamp(share, 0.0, 1.0) * static_cast<double>(kFullShare);
      return static_cast<std::uint16_t>(std::lround(code));
    });
  }
  if (sneaks_) siemens_ = std::move(siemens);
  fresh_ = false;
}

void ArrayCircuit::select(const Region& region) {
  if (!sneaks_ || (fresh_ && equal(region, selected_))) return;
  selected_ = region;
  fresh_ = true;
  sneak_us_.clear();
  if (region.rows == rows_ || std::size_t{2} * region.columns == bitlines_) return;
  sneak_us_ =
      sneak_conductances(rows_, bitlines_, siemens_,
                         {region.first_row, region.rows, std::size_t{2} * region.first_column,
                          std::size_t{2} * region.columns},
                         cell_);
  for (double& us : sneak_us_) us *= 1e6;
}

// As with the devices themselves: x+ goes by the path to G+'s bitline to the count p, by that to
// G-'s to n, and x- the other way round.
void ArrayCircuit::add_sneak(const InputCodes& driven, double step_us, ColumnSums& sums) const {
  if (sneak_us_.empty()) return;
  for (std::size_t column = 0; column < selected_.columns; ++column) {
    const double* p = &sneak_us_[2 * column * selected_.rows];
    const double* n = p + selected_.rows;
    double both = 0.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < selected_.rows; ++i) {
      both += (p[i] + n[i]) * driven.magnitude[i];
      difference += (p[i] - n[i]) * driven.value[i];
    }
    sums.positive[column] += 0.5 * (both + difference) / step_us;
    sums.negative[column] += 0.5 * (both - difference) / step_us;
  }
}

}  // namespace aimc::analog
