"""Presets of published macros: derived figures beside published ones, and a run that meters them."""
import json
import unittest

from platform_runner import PROGRAM, Workspace

MACROS = ("macro_jia2020", "macro_neurram2022", "macro_sinangil2021", "macro_wang2022", "macro_sram130", "macro_reram_mixed")
PREDICTING = MACROS[:4]


class Macros(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def peak(self, preset, *changes):
        options = [part for change in changes for part in ("--set", change)]
        run = self.workspace.call([PROGRAM, "describe", "--platform", preset, "--energy", "--json", *options])
        self.assertEqual(run.status, 0, run.stderr)
        return json.loads(run.stdout)["peak"]

    def test_published_figures(self):
        """Fitted ones are met, predicted ones within 15 %."""
        for macro in MACROS:
            published = self.peak(macro)["published"]
            self.assertGreaterEqual(len(published), 1)
            for entry in published:
                with self.subTest(macro=macro, figure=entry["figure"]):
                    self.assertLess(abs(entry["error_relative"]), 0.02 if entry["fitted"] else 0.15)
            predicted = [entry for entry in published if not entry["fitted"]]
            self.assertEqual(bool(predicted), macro in PREDICTING)

    def efficiency(self, *arguments):
        return self.peak(*arguments)["modes"][0]["tops_per_w_dac_array_adc"]

    def test_the_same_constants_at_other_operating_points(self):
        self.assertAlmostEqual(self.efficiency("macro_reram_mixed", "published.input_bits=1") / 2490, 1.0, delta=0.02)
        self.assertAlmostEqual(self.efficiency("macro_jia2020", "voltage.tile.voltage_v=0.85") / 400, 1.0, delta=0.02)
        for volts, published in ((0.8, 22.590), (0.9, 18.439), (1.1, 15.467)):
            with self.subTest(volts=volts):
                found = self.efficiency("macro_wang2022", f"voltage.tile.voltage_v={volts}")
                self.assertAlmostEqual(found / published, 1.0, delta=0.15)
        for bits, published in ((2, 23.09), (4, 11.33)):
            with self.subTest(input_bits=bits):
                found = self.efficiency("macro_neurram2022", f"published.input_bits={bits}")
                self.assertAlmostEqual(found / published, 1.0, delta=0.05)

    def test_a_run_meters_what_is_derived(self):
        for macro in MACROS:
            with self.subTest(macro=macro):
                derived = self.peak(macro)
                run = self.workspace.run("peak", "--platform", macro, "--analog", "ideal", "--", "--data", "dense",
                                         "--repetitions", "6400", "--bits", str(derived["input_bits"]))
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                mode = derived["modes"][0]
                tiles = len(run.summary["tiles"])
                self.assertAlmostEqual(run.summary["reported"]["mvm_ns"] / mode["mvm_ns"], 1.0, delta=0.05)
                accounts = {}
                for component, activity, joules, *_ in run.accounts():
                    for part, name in (("dac", "/dac"), ("array", "/crossbar"), ("adc", "/adc")):
                        if component.startswith("tile") and component.endswith(name) and activity != "programming":
                            accounts[part] = accounts.get(part, 0.0) + joules * 1e12 / (6400 * tiles)
                for part, picojoules in accounts.items():
                    # One row of weights is every row's, and 32 vectors repeat: means of few numbers.
                    expected = mode["mvm_pj"]["by_component"][part]
                    self.assertAlmostEqual(picojoules, expected, delta=0.1 * expected + 1e-6, msg=part)
                total = sum(accounts.values())
                self.assertAlmostEqual(total / mode["mvm_pj"]["dac_array_adc"], 1.0, delta=0.05)


if __name__ == "__main__":
    unittest.main()
