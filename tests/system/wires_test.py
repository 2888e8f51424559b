"""Resistive wires, sneak paths and the heat of writes, through the whole platform."""
import unittest

from platform_runner import PROGRAM, Workspace


def settings(*words):
    return [part for word in words for part in ("--set", word)]


class Wires(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def gain(self, *words):
        """Mean gain of the conversions of a tile of a trained layer's weights, relative to nominal."""
        run = self.workspace.run("calibrate", *settings("tile.technology=ideal_device", "tile.effects.circuit.adc_gain=false", *words),
                                 args=["0", "16"])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        return (run.summary["reported"]["gain_min"] + run.summary["reported"]["gain_max"]) / 2

    def test_wires_take_current_in_proportion_while_it_is_little(self):
        ideal = self.gain()
        self.assertAlmostEqual(ideal, 1.0, delta=0.01)
        for line, ohm in (("wordline", 0.1), ("bitline", 0.5)):
            with self.subTest(line=line):
                little, twice, much = (ideal - self.gain(f"tile.wires.{line}_ohm={r}") for r in (ohm, 2 * ohm, 20 * ohm))
                self.assertGreater(little, 0.01)
                self.assertAlmostEqual(twice / little, 2.0, delta=0.2)
                self.assertLess(much, 15 * little)  # less than in proportion
        self.assertEqual(self.gain("tile.wires.wordline_ohm=10", "tile.effects.circuit.ir_drop=false"), ideal)

    def test_ir_drop_costs_accuracy_and_calibration_brings_most_of_it_back(self):
        wires = settings("tile.wires.wordline_ohm=2", "tile.wires.bitline_ohm=2")
        accuracies = []
        for options in ((), wires, [*wires, *settings("tile.effects.circuit.ir_drop=false")]):
            run = self.workspace.fashion(*options, images=200, args=["--calibrate", "both"])
            self.assertEqual(run.status, 0, run.stdout + run.stderr)
            accuracies.append(tuple(run.summary["reported"][key] for key in ("accuracy_uncalibrated", "accuracy", "calibration_rms_before")))
        ideal, dropped, off = accuracies
        self.assertEqual(off, ideal)
        self.assertGreater(dropped[2], 1.2 * ideal[2])
        self.assertGreater(dropped[1], ideal[1] - 0.05)

    def part(self, *words):
        run = self.workspace.run("exercise", *settings(*words))
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        lines = run.bytes_of("uart.log").decode().splitlines()
        return {key: [line for line in lines if line.startswith(key)] for key in ("1 phases", "part")}

    def test_sneak_paths_are_in_parts_of_passive_arrays(self):
        transistor = self.part()
        passive = self.part("tile.wires.selector=none")
        self.assertNotEqual(passive["part"], transistor["part"])
        # What the whole of what is programmed counts stays: the other cells do not conduct.
        self.assertEqual(passive["1 phases"], transistor["1 phases"])
        for words in (["tile.wires.idle_lines=grounded"], ["tile.effects.circuit.sneak_paths=false"]):
            self.assertEqual(self.part("tile.wires.selector=none", *words), transistor)
        self.assertNotEqual(self.part("tile.wires.selector=diode", "tile.wires.half_bias_ratio=4")["part"], transistor["part"])

    def test_heat_of_writes_raises_what_was_written_before(self):
        # Written row by row, cells are moved by the neighbours below and on the right; the last column, that of the
        # smallest gain, has none on its right.
        cold, hot = (self.gain(f"tile.device.thermal_crosstalk={shift}") for shift in (0, 0.02))
        self.assertAlmostEqual(hot / cold, (1.02 + 1.02 ** 2) / 2, delta=0.003)
        self.assertEqual(self.gain("tile.device.thermal_crosstalk=0.02", "tile.effects.device.thermal_crosstalk=false"), cold)

    def test_bad_values_name_what_is_wrong(self):
        for word, message in (("tile.wires.wordline_ohm=-1", "key 'tile.wires.wordline_ohm': value '-1'.*expected"),
                              ("tile.wires.bitline_ohm=100", "key 'tile.wires.bitline_ohm': value '100': a line of 256 devices of 25 uS.*expected at most 61"),
                              ("tile.wires.selector=tube", "key 'tile.wires.selector': value 'tube'.*transistor.*diode.*none"),
                              ("tile.wires.half_bias_ratio=1.5", "key 'tile.wires.half_bias_ratio': value '1.5'"),
                              ("tile.device.thermal_crosstalk=0.2", "key 'tile.device.thermal_crosstalk': value '0.2'")):
            with self.subTest(word=word):
                run = self.workspace.call([PROGRAM, "describe", "--set", word])
                self.assertEqual(run.status, 2)
                self.assertRegex(run.stderr, message)


if __name__ == "__main__":
    unittest.main()
