#include "models/analog/converters/adc_survey.h"

#include <algorithm>
#include <cmath>

namespace aimc::analog {
namespace {

// Coefficients of the regression by Andrulis, Chen, Lee, Emer and Sze, "Modeling
// Analog-Digital-Converter Energy and Area for Compute-In-Memory Accelerator Design" (arXiv
// 2404.06553), as published with it (Accelergy-Project/accelergy-adc-plug-in, adc_data/model.yaml),
// over B. Murmann, "ADC Performance Survey 1997-2021". Logarithms are natural.

// Schreier's figure of merit, dB: the lower of what rate and resolution allow.
constexpr double kMeritAtOneHz = 213.7806687348118;
constexpr double kMeritPerLogRate = -2.8719030399529957;
constexpr double kMeritAtZeroBits = 128.3068287398817;
constexpr double kMeritPerBit = 3.2205115109775565;
// ln of the energy in pJ against that merit's in J.
constexpr double kEnergyOffset = 26.0496215686518 - 1.4702022133784405;
constexpr double kEnergyPerLogNode = 1.8800369206815004;
constexpr double kEnergyPerLogBits = -2.8291256050594527;
// ln of the area in um2; rate in Hz, energy in pJ.
constexpr double kAreaOffset = 1.3461916439910742;
constexpr double kAreaPerLogNode = 0.9932794744745022;
constexpr double kAreaPerLogRate = 0.18071538424508238;
constexpr double kAreaPerLogEnergy = 0.29912426192653485;

// Signal over noise and distortion of an ideal converter, dB.
double signal_to_noise_db(double bits) {
  return 20.0 * std::log10(2.0) * bits + 10.0 * std::log10(1.5);
}

}  // namespace

double survey_energy_pj(const SurveyPoint& point) {
  const double merit_db = std::min(kMeritAtOneHz + kMeritPerLogRate * std::log(point.rate_hz),
                                   kMeritAtZeroBits + kMeritPerBit * point.effective_bits);
  const double excess_db = signal_to_noise_db(point.effective_bits) - merit_db;
  return 0.5 * std::pow(10.0, excess_db / 10.0) *
         std::exp(kEnergyOffset + kEnergyPerLogNode * std::log(point.node_nm) +
                  kEnergyPerLogBits * std::log(point.effective_bits));
}

double survey_area_um2(const SurveyPoint& point) {
  return std::exp(kAreaOffset + kAreaPerLogNode * std::log(point.node_nm) +
                  kAreaPerLogRate * std::log(point.rate_hz) +
                  kAreaPerLogEnergy * std::log(survey_energy_pj(point)));
}

}  // namespace aimc::analog
