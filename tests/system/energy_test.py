"""Supplies, areas and the tables of docs/energy.md."""
import subprocess
import unittest

from platform_runner import SOURCE, Workspace


class Energy(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def test_tables_are_current(self):
        done = subprocess.run([SOURCE / "scripts" / "energy_tables", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def accounts(self, *options):
        run = self.workspace.run("exercise", "--analog", "ideal", *options)
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        return run, {account[:2]: account[2] for account in run.accounts()}

    def test_a_supply_scales_its_domain(self):
        """The run itself does not change: time, results and the other domains are the same."""
        run, nominal = self.accounts()
        scaled_run, scaled = self.accounts("--set", "voltage.tile.voltage_v=0.4")
        self.assertEqual(run.summary["time"], scaled_run.summary["time"])
        self.assertEqual(run.bytes_of("uart.log"), scaled_run.bytes_of("uart.log"))
        for (component, activity), joules in nominal.items():
            with self.subTest(component=component, activity=activity):
                own = component.startswith("tile") and activity not in ("array", "programming")
                factor = (0.5 if activity == "leakage" else 0.25) if own else 1.0
                self.assertAlmostEqual(scaled[component, activity], factor * joules, delta=1e-9 * joules)

    def test_area_is_the_sum_of_its_parts(self):
        run, accounts = self.accounts()
        area, metrics = run.summary["area"], run.summary["metrics"]
        self.assertAlmostEqual(sum(area["by_component_mm2"].values()) / area["total_mm2"], 1.0, delta=1e-9)
        self.assertAlmostEqual(metrics["ops_per_s_per_mm2"] * area["total_mm2"] / metrics["ops_per_s"], 1.0, delta=1e-9)
        self.assertAlmostEqual(sum(accounts.values()) / run.summary["energy"]["total_j"], 1.0, delta=1e-9)


if __name__ == "__main__":
    unittest.main()
