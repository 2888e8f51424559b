#include "models/analog/converters/adc_survey.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/analog/reference_file.h"

namespace aimc::analog {
namespace {

TEST(AdcSurvey, EnergiesAndAreasAreThoseOfTheRegression) {
  const auto reference = test::reference_results("adc_energy.json");
  if (!reference) GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  int compared = 0;
  for (const auto& row : *reference) {
    const SurveyPoint point{row.at("tech_nm"), row.at("f_hz"), row.at("bits")};
    const double energy_pj = row.at("energy_pJ_per_conv");
    const double area_um2 = row.at("area_um2");
    EXPECT_NEAR(survey_energy_pj(point) / energy_pj, 1.0, 1e-12) << row.dump();
    EXPECT_NEAR(survey_area_um2(point) / area_um2, 1.0, 1e-12) << row.dump();
    ++compared;
  }
  EXPECT_EQ(compared, 63);
}

// Eight bits, 100 MS/s: figures quoted with the regression.
TEST(AdcSurvey, KnownPoints) {
  EXPECT_NEAR(survey_energy_pj({65, 1e8, 8}), 6.494, 5e-4);
  EXPECT_NEAR(survey_energy_pj({22, 1e8, 8}), 0.8472, 5e-5);
  EXPECT_NEAR(survey_energy_pj({14, 1e8, 8}), 0.3622, 5e-5);
  EXPECT_NEAR(survey_area_um2({65, 1e7, 4}), 6503.6, 0.05);
}

TEST(AdcSurvey, RateCostsNothingUntilItLimits) {
  EXPECT_EQ(survey_energy_pj({22, 1e6, 8}), survey_energy_pj({22, 1e8, 8}));
  // Where rate limits the merit, energy grows as a power of it: 2.8719 dB for a factor of e.
  const double slope =
      std::log(survey_energy_pj({22, 8e9, 10}) / survey_energy_pj({22, 4e9, 10})) / std::log(2.0);
  EXPECT_NEAR(slope, 2.8719030399529957 * std::log(10.0) / 10.0, 1e-9);
}

}  // namespace
}  // namespace aimc::analog
