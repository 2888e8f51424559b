"""Device technologies, their effects, age and temperature, through the whole platform."""
import json
import math
import unittest

from platform_runner import PROGRAM, SOURCE, Workspace

DEVICE_EFFECTS = ("programming_noise", "cycle_to_cycle", "read_noise", "drift", "stuck", "wear", "read_disturb",
                  "thermal_crosstalk", "iv_nonlinearity", "temperature")
CIRCUIT_EFFECTS = ("adc_gain", "adc_offset", "adc_saturation", "ir_drop", "sneak_paths", "adc_inl", "adc_dnl",
                   "adc_compression", "adc_thermal_noise", "adc_flicker_noise", "dac_resolution", "dac_nonlinearity")
# Of readouts other than by current, each with a readout that has it.
READOUT_EFFECTS = {"readout_loss": "charge", "readout_noise": "charge", "charge_injection": "charge",
                   "sharing_mismatch": "charge_redistribution", "denominator_error": "resistive_division"}
READOUTS = ("current", "charge", "charge_redistribution", "capacitive_division", "resistive_division", "time")
# Parameters that give every effect something to do.
BUSY = ("tile.device.stuck_low=0.02", "tile.device.prior_cycles=1e7", "tile.device.disturb_per_read=0.01",
        "tile.device.read_voltage_v=0.25", "tile.temperature_c=60", "tile.age_s=1000", "tile.device.cycle_fraction=0.5",
        "tile.device.thermal_crosstalk=0.02", "tile.wires.wordline_ohm=1", "tile.wires.selector=none", "tile.adc.inl_lsb=0.5",
        "tile.adc.dnl_lsb=0.3", "tile.adc.compression=0.02", "tile.adc.thermal_noise_counts=0.5",
        "tile.adc.flicker_noise_counts=0.5", "tile.dac.bits=5", "tile.dac.nonlinearity=0.05")


def settings(*words):
    return [part for word in words for part in ("--set", word)]


class Devices(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def gain(self, *options):
        """Mean gain of the conversions of a tile of random weights, relative to nominal."""
        run = self.workspace.run("calibrate", *options, *settings("tile.effects.circuit.adc_gain=false"), args=["0", "16"])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        reported = run.summary["reported"]
        return (reported["gain_min"] + reported["gain_max"]) / 2

    def test_every_switch_changes_results_alone_and_is_reported(self):
        reference = self.workspace.run("calibrate", *settings(*BUSY), args=["0", "16"])
        self.assertEqual(reference.status, 0, reference.stderr)
        for family, names in (("device", DEVICE_EFFECTS), ("circuit", CIRCUIT_EFFECTS)):
            known = set(names) | (set(READOUT_EFFECTS) if family == "circuit" else set())
            self.assertEqual(set(reference.summary["devices"]["effects"][family]), known)
            for name in names:
                with self.subTest(effect=name):
                    run = self.workspace.run("calibrate", *settings(*BUSY, f"tile.effects.{family}.{name}=false"),
                                             args=["0", "16"])
                    effects = run.summary["devices"]["effects"]
                    off = [(f, n) for f in effects for n in effects[f] if not effects[f][n]]
                    self.assertEqual(off, [(family, name)])
                    # Calibration leaves out what is at the limit, and reads whole crossbars.
                    if name not in ("adc_saturation", "sneak_paths"):
                        self.assertNotEqual(run.summary["reported"], reference.summary["reported"])

    def test_every_effect_of_a_readout_changes_its_results_alone(self):
        for name, readout in READOUT_EFFECTS.items():
            technology = "reram_wan2022" if readout == "resistive_division" else "sram_capacitive"
            options = settings(f"tile.technology={technology}", f"tile.readout={readout}")
            logits = []
            for state in ("true", "false"):
                path = self.workspace.path / f"{name}_{state}.i8"
                run = self.workspace.fashion(*options, *settings(f"tile.effects.circuit.{name}={state}"), "--save",
                                             f"{path}@fashion_logits:50", images=5, args=["--calibrate", "off"])
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                logits.append(path.read_bytes())
            with self.subTest(effect=name):
                self.assertNotEqual(*logits)

    def test_a_network_runs_with_every_readout(self):
        for readout in READOUTS:
            capacitors = readout in ("charge", "charge_redistribution", "capacitive_division")
            technology = "sram_capacitive" if capacitors else "reram_wan2022"
            # The calibration of the firmware fits each polarity; a divider has but one at a time.
            args = ["--calibrate", "off"] if readout == "resistive_division" else []
            with self.subTest(readout=readout):
                run = self.workspace.fashion(*settings(f"tile.technology={technology}", f"tile.readout={readout}"),
                                             images=50, args=args)
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                self.assertGreater(run.summary["reported"]["accuracy"], 0.8)

    def test_a_readout_its_devices_cannot_have_is_refused_with_the_reason(self):
        refused = self.workspace.call([PROGRAM, "run", "x.elf", "--set", "tile.readout=charge"])
        self.assertEqual(refused.status, 2)
        self.assertIn("--set tile.readout=charge: key 'tile.readout': value 'charge': devices of the kind pcm "
                      "(tile.technology=pcm_like) cannot be read in this way, because its cells conduct", refused.stderr)
        self.assertIn("expected one of current, charge_redistribution, resistive_division, time", refused.stderr)
        path = self.workspace.path / "soc.yaml"
        path.write_text("extends: default\ntile:\n  technology: sram_capacitive\n  readout: current\n", encoding="utf-8")
        refused = self.workspace.call([PROGRAM, "describe", "--platform", path])
        self.assertEqual(refused.status, 2)
        self.assertIn("soc.yaml:4: key 'tile.readout': value 'current': devices of the kind sram", refused.stderr)

    def test_documented_readouts_are_those_described(self):
        described = json.loads(self.workspace.call([PROGRAM, "describe", "--json"]).stdout)["readouts"]
        rows = {}
        for line in (SOURCE / "docs" / "models_analog.md").read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if cells[0] == "readout" and cells[1] == "pcm":
                header = cells
            elif cells[0].strip("`") in described["pcm"] and set(cells[1:]) <= {"yes", "no"}:
                rows[cells[0].strip("`")] = cells
        self.assertEqual(set(rows), set(described["pcm"]))
        for kind, readouts in described.items():
            for name, entry in readouts.items():
                with self.subTest(kind=kind, readout=name):
                    self.assertEqual(rows[name][header.index(kind)] == "yes", entry["allowed"])

    def test_saturation_costs_accuracy_where_currents_are_large(self):
        small = settings("tile.adc.full_scale_current_ua=50", "tile.adc.full_scale_counts=210")
        runs = [self.workspace.fashion(*small, *settings(f"tile.effects.circuit.adc_saturation={state}"), images=100,
                                       args=["--calibrate", "off"]) for state in ("true", "false")]
        saturated, free = (run.summary["reported"]["accuracy"] for run in runs)
        self.assertLess(saturated, free - 0.05)

    def test_age_lowers_conductances_by_the_drift_law(self):
        young = self.gain("--age", "0")
        for age, seconds in (("1h", 3600), ("1day", 86400), ("1year", 31536000)):
            with self.subTest(age=age):
                # Weights of a trained layer drift with exponents between those of the full level and of the
                # levels that matter: 0.049 to 0.07.
                ratio = self.gain("--age", age) / young
                self.assertLess(ratio, ((seconds + 20) / 20) ** -0.040)
                self.assertGreater(ratio, ((seconds + 20) / 20) ** -0.075)

    def test_age_is_in_the_summary_and_needs_a_unit(self):
        run = self.workspace.run("calibrate", "--age", "1day", args=["0", "4"])
        self.assertEqual(run.summary["devices"]["age_s"], 86400)
        self.assertEqual(run.summary["devices"]["technology"], "pcm_like")
        run = self.workspace.run("calibrate", "--age", "1", args=["0", "4"])
        self.assertEqual(run.status, 2)
        self.assertRegex(run.stderr, "--age: value '1' is not an age")

    def test_drift_switched_off_stops_the_clock(self):
        still = settings("tile.effects.device.drift=false", "tile.effects.device.read_noise=false")
        self.assertAlmostEqual(self.gain("--age", "1year", *still) / self.gain(*still), 1.0, places=3)

    def test_warmth_raises_what_the_off_state_conducts(self):
        cold, hot = (self.gain(*settings(f"tile.temperature_c={t}")) for t in (25, 85))
        # Between none of the off state's factor and all of it.
        factor = math.exp(0.2 / 8.617333262e-5 * (1 / 298.15 - 1 / 358.15))
        self.assertGreater(hot / cold, 1.1)
        self.assertLess(hot / cold, factor)

    def test_every_technology_runs_the_network(self):
        run = self.workspace.call([PROGRAM, "platforms", "--technologies"])
        names = [line.split()[0] for line in run.stdout.splitlines()]
        self.assertGreaterEqual(len(names), 9)
        for name in names:
            with self.subTest(technology=name):
                run = self.workspace.fashion("--set", f"tile.technology={name}", images=200)
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                self.assertEqual(run.summary["devices"]["technology"], name)
                self.assertGreaterEqual(run.summary["reported"]["accuracy"], 0.80)

    def test_drift_costs_accuracy_and_calibration_brings_it_back(self):
        aged = self.workspace.fashion("--age", "1year", images=300, args=["--calibrate", "both"])
        reported = aged.summary["reported"]
        self.assertLess(reported["accuracy_uncalibrated"], 0.80)
        self.assertGreater(reported["accuracy"], 0.86)
        kept = self.workspace.fashion("--age", "1year", *settings("tile.technology=mram_sot"), images=300,
                                      args=["--calibrate", "both"])
        self.assertGreater(kept.summary["reported"]["accuracy_uncalibrated"], 0.80)

    def test_a_users_measurements_are_a_technology(self):
        table = self.workspace.path / "mine.csv"
        mine = settings("tile.technology=ideal_device", "tile.device.law=relaxation", f"tile.device.table={table}",
                        "tile.effects.circuit.adc_gain=false")
        table.write_text("level,time_s,mean_us,std_us\n0,1,0,0\n1,1,25,0\n0,1e4,0,0\n1,1e4,12.5,0\n")
        for age, expected in (("0", 1.0), ("99s", 0.75), ("1day", 0.5)):
            with self.subTest(age=age):
                self.assertAlmostEqual(self.gain("--age", age, *mine), expected, delta=0.02)
        table.write_text("level,time_s,mean_us,std_us\n0,1,0,0\n1,1,25,-2\n")
        run = self.workspace.run("calibrate", *mine, args=["0", "4"])
        self.assertEqual(run.status, 2)
        self.assertIn("mine.csv:3: column 'std_us': value '-2'", run.stderr)

    def test_firmware_compensates_drift(self):
        for seconds in (3600, 86400):
            with self.subTest(seconds=seconds):
                run = self.workspace.run("compensate", args=["drift", str(seconds)])
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                self.assertGreater(run.summary["time"]["simulated_s"], seconds)
                reported = run.summary["reported"]
                # The factor undoes the power law of the levels that matter.
                self.assertGreater(reported["global_factor"], (seconds / 20) ** 0.040)
                self.assertLess(reported["global_factor"], (seconds / 20) ** 0.075)
                self.assertGreater(reported["rms_before"], 3 * reported["rms_fresh"])
                self.assertLess(reported["rms_global"], 0.5 * reported["rms_before"])
                # Columns of this tile drift alike, so one factor each brings no more.
                self.assertAlmostEqual(reported["rms_column"] / reported["rms_global"], 1.0, delta=0.1)

    def test_firmware_programs_and_verifies(self):
        run = self.workspace.run("compensate", args=["verify"])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        reported = run.summary["reported"]
        self.assertGreater(reported["off_first"], 100)
        self.assertLess(reported["off_last"], 0.75 * reported["off_first"])
        self.assertLess(reported["rms_last"], 0.85 * reported["rms_first"])
        # Devices that come out as they were cannot be improved by writing them again.
        run = self.workspace.run("compensate", *settings("tile.effects.device.cycle_to_cycle=false"), args=["verify"])
        self.assertGreater(run.summary["reported"]["rms_last"], 0.9 * run.summary["reported"]["rms_first"])

    def test_firmware_maps_bad_columns_out(self):
        run = self.workspace.run("compensate", *settings("tile.device.stuck_high=0.01"), args=["map"])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        reported = run.summary["reported"]
        self.assertGreater(reported["moved"], 0)
        self.assertLess(reported["square_after"], reported["square_before"])

    def test_determinism(self):
        options = settings(*BUSY, "tile.technology=reram_cmo")
        a, b = (self.workspace.run("calibrate", *options, args=["0", "8"]) for _ in range(2))
        self.assertEqual(json.dumps(a.results()), json.dumps(b.results()))


if __name__ == "__main__":
    unittest.main()
