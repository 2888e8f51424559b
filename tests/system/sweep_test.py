"""Every numeric setting of a preset changes an output, or is marked descriptive."""
import json
import unittest

from platform_runner import PROGRAM, Workspace

# How a setting is changed where the usual change would not be legal or would need another firmware.
SPECIAL = {
    "host.pmp_entries": 8,
    "noc.width": 8,
    "noc.height": 8,
    "noc.buffer_flits": 2,
    "noc.flit_bytes": 32,
    "noc.max_burst_beats": 64,
    "tile.count": 12,
    "tile.rows": 512,
    "tile.columns": 512,
    "tile.nmpu.lanes": 32,
    "tile.sram_kib": 32,
    "tile.sram_bytes_per_cycle": 16,
    "tile.adc.max_range": 2,
    "tile.age_s": 1e5,
    "tile.temperature_c": 85,
    "tile.device.levels": 16,
    "tile.device.pulses_mean": 12,
    "tile.device.pulses_max": 24,
    "tile.device.endurance_cycles": 1e6,
    "tile.device.endurance_decades": 2,
    "tile.device.prior_cycles": 1e8,
    "tile.device.cycle_fraction": 0.25,
    "tile.device.thermal_crosstalk": 0.05,
    "tile.wires.half_bias_ratio": 2,
    "tile.device.disturb_level": 0.5,
    "tile.adc.gain_limit_relative": 0.05,
    "published.input_bits": 4,
    "tile.line.input_ohm": 20,
    "tile.line.droop_per_us": 0.2,
    "tile.line.sharing_sigma_relative": 0.02,
    "tile.line.stage_jitter_ps": 20,
    "tile.line.injection_fc": 0.005,
    "tile.weights.slice_bits": 4,
    "tile.dac.bits": 4,
    "tile.dac.nonlinearity": 0.1,
    "tile.adc.bits": 7,
    "tile.adc.shared_columns": 2,
    "tile.adc.inl_lsb": 5,
    "tile.adc.thermal_noise_counts": 2,
    "tile.adc.flicker_noise_counts": 2,
    "tile.adc.flicker_octaves": 12,
    "tile.adc.node_nm": 22,
}

# What only matters together with another setting.
WORN = ("--set", "tile.device.prior_cycles=2e7")
FLICKER = ("--set", "tile.adc.flicker_noise_counts=4")
HOT = ("--set", "tile.temperature_c=85", "--set", "tile.age_s=1e5")
TOGETHER = {
    "tile.device.endurance_cycles": WORN,
    "tile.device.endurance_decades": WORN,
    "tile.device.worn_high": WORN,
    "tile.device.disturb_level": ("--set", "tile.device.disturb_per_read=0.1"),
    "tile.device.iv_scale_v": ("--set", "tile.device.read_voltage_v=0.3"),
    "tile.device.conductance_ev": HOT,
    "tile.wires.half_bias_ratio": ("--set", "tile.wires.selector=diode"),
    "tile.device.retention_ev": HOT,
    **{f"tile.line.{key}": ("--set", "tile.technology=sram_capacitive")
       for key in ("unit_capacitance_ff", "capacitance_ff", "swing_v", "droop_per_us", "injection_fc")},
    "tile.line.sharing_sigma_relative": ("--set", "tile.technology=sram_capacitive",
                                         "--set", "tile.readout=charge_redistribution"),
    "tile.line.drive_ns": ("--set", "tile.readout=resistive_division"),
    "tile.line.divider_range": ("--set", "tile.readout=resistive_division"),
    "tile.line.time_lsb_ps": ("--set", "tile.readout=time"),
    "tile.line.stage_jitter_ps": ("--set", "tile.readout=time"),
    "tile.dac.pulse_ns": ("--set", "tile.dac.kind=amplitude"),
    "tile.adc.bits": ("--set", "tile.adc.kind=sar"),
    "tile.adc.cycle_ns": ("--set", "tile.adc.kind=sar"),
    "tile.adc.flicker_octaves": FLICKER,
    "tile.adc.flicker_shortest_ns": FLICKER,
    "tile.adc.node_nm": ("--set", "tile.adc.energy_model=survey"),
    "noc.circuit_cycles": ("--set", "noc.circuits=0>15"),
    "noc.virtual_channels": ("--noc", "flit", "--set", "noc.buffer_flits=2", "--set", "noc.max_burst_beats=4"),
}


def changed(setting):
    """Another legal value of a setting."""
    value = setting["value"]
    if setting["key"] in SPECIAL:
        return SPECIAL[setting["key"]]
    if isinstance(value, int):
        return value * 2 if value else 1
    return value * 1.25 if value else 0.5


class Sweep(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def outputs(self, *options):
        """All that a run leaves, without the part that may differ between equal runs."""
        run = self.workspace.run("exercise", *options)
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        return json.dumps(run.results()), run.bytes_of("energy.csv"), run.bytes_of("uart.log")

    def settings(self):
        run = self.workspace.call([PROGRAM, "describe", "--json"])
        return [setting for setting in json.loads(run.stdout)["settings"]
                if isinstance(setting["value"], (int, float)) and not isinstance(setting["value"], bool)]

    def test_every_number_matters(self):
        reference = self.outputs()
        settings = self.settings()
        self.assertGreater(len(settings), 60)
        for setting in settings:
            with self.subTest(key=setting["key"]):
                together = TOGETHER.get(setting["key"], ())
                outputs = self.outputs("--set", f"{setting['key']}={changed(setting)}", *together)
                # Not assertEqual: it would print both outputs whole.
                before = self.outputs(*together) if together else reference
                self.assertTrue((outputs == before) == setting["descriptive"])

    def test_every_value_has_a_source(self):
        run = self.workspace.call([PROGRAM, "describe", "--json"])
        for setting in json.loads(run.stdout)["settings"]:
            with self.subTest(key=setting["key"]):
                self.assertIn(setting["kind"], ("independent", "apportioned", "assumed"))
                self.assertGreater(len(setting["source"]), 5)


if __name__ == "__main__":
    unittest.main()
