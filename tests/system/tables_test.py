"""The tables of a run: they read back, agree with the summary and with each other, and do not depend on what is traced."""
import csv
import math
import unittest

from platform_runner import Workspace

try:
    import pandas
except ImportError:
    pandas = None

TABLES = ("energy", "tiles", "links", "layers", "power", "timeline")


def table(run, name):
    with open(run.out / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def total(rows, column):
    return math.fsum(float(row[column]) for row in rows)


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        cls.run_ = cls.workspace.fashion(images=3)
        assert cls.run_.status == 0, cls.run_.stderr
        cls.summary = cls.run_.summary

    def assert_close(self, value, expected):
        self.assertLessEqual(abs(value - expected), 1e-9 * abs(expected), (value, expected))

    def test_the_integral_of_power_is_the_energy_of_each_group(self):
        rows = table(self.run_, "power")
        self.assertLessEqual(len(rows), 1000)
        self.assertEqual(rows[0]["begin_s"], "0")
        self.assertEqual(float(rows[-1]["end_s"]), self.summary["time"]["simulated_s"])
        for before, after in zip(rows, rows[1:]):
            self.assertEqual(before["end_s"], after["begin_s"])

        def integral(column):
            return math.fsum(float(r[column]) * (float(r["end_s"]) - float(r["begin_s"])) for r in rows)
        self.assert_close(integral("total_w"), self.summary["energy"]["total_j"])
        energy = table(self.run_, "energy")
        for group, wanted in (("host", "host"), ("noc", "noc"), ("ram", "ram")):
            self.assert_close(integral(f"{group}_w"), total([r for r in energy if r["component"] == wanted], "energy_j"))
        for part in ("dac", "crossbar", "adc", "nmpu", "sram", "control", "leakage"):
            accounts = [r for r in energy if r["component"].startswith("tile") and r["component"].endswith("/" + part)]
            self.assert_close(integral(f"tiles_{part}_w"), total(accounts, "energy_j"))

    def test_power_lies_where_the_activity_is(self):
        # Programming takes milliseconds and is posted at its end; it counts over all of them.
        rows = [r for r in table(self.run_, "power") if float(r["tiles_crossbar_w"]) > 0]
        programmed_s = max(float(r["crossbar_busy_s"]) for r in table(self.run_, "tiles"))
        self.assertGreaterEqual(sum(float(r["end_s"]) - float(r["begin_s"]) for r in rows), programmed_s * 0.99)
        leakage = {round(float(r["tiles_leakage_w"]), 9) for r in table(self.run_, "power")}
        self.assertEqual(len(leakage), 1)

    def test_tiles_agree_with_the_summary(self):
        rows = table(self.run_, "tiles")
        self.assertEqual(len(rows), len(self.summary["tiles"]))
        for row, tile in zip(rows, self.summary["tiles"]):
            for name, key in (("tile", "id"), ("x", "x"), ("y", "y"), ("mvms", "mvms"), ("macs", "macs"),
                              ("nmpu_columns", "nmpu_columns"), ("busy_s", "busy_s"),
                              ("utilisation", "utilisation"), ("energy_j", "energy_j")):
                self.assertEqual(float(row[name]), tile[key])
            parts = math.fsum(float(row[f"{part}_j"]) for part in
                              ("dac", "crossbar", "adc", "nmpu", "sram", "control", "leakage"))
            self.assert_close(parts, tile["energy_j"])
            self.assertLessEqual(float(row["crossbar_busy_s"]), float(row["busy_s"]))
            self.assertEqual(float(row["nmpu_busy_s"]) > 0, tile["nmpu_columns"] > 0)

    def test_the_timeline_adds_up(self):
        busy = {}
        for row in table(self.run_, "timeline"):
            self.assertLessEqual(float(row["utilisation"]), 1 + 1e-9)
            length = float(row["end_s"]) - float(row["begin_s"])
            busy[row["track"]] = busy.get(row["track"], 0.0) + float(row["utilisation"]) * length
        for row in table(self.run_, "tiles"):
            for track, column in (("", "busy_s"), ("/crossbar", "crossbar_busy_s"), ("/nmpu", "nmpu_busy_s")):
                self.assertAlmostEqual(busy.get(f"tile{row['tile']}{track}", 0.0), float(row[column]), delta=1e-12)
        self.assertGreater(busy["host"], 0.0)
        # Flits over links, spread over all links of the mesh.
        flits = total(table(self.run_, "links"), "flits")
        self.assertEqual(flits, self.summary["noc"]["flit_hops"] + self.summary["noc"]["flits"])
        links = 2 * (2 * (3 * 4 + 4 * 3) + 2 * 18)
        self.assertAlmostEqual(busy["noc"] * links * 1e9 / flits, 1.0, places=6)
        # The busiest link of the whole run is no busier than the busiest one of every bin.
        run_s = self.summary["time"]["simulated_s"]
        self.assertGreaterEqual(busy["noc/busiest"] / run_s, 0.999 * self.summary["noc"]["max_link_utilisation"])
        self.assertLess(busy["noc/busiest"], busy["noc"] * links)

    def test_links_agree_with_the_summary(self):
        rows = table(self.run_, "links")
        self.assertEqual(max(float(r["utilisation"]) for r in rows), self.summary["noc"]["max_link_utilisation"])
        for plane in ("request", "response"):
            injected = [r for r in rows if (r["plane"], r["kind"]) == (plane, "injection")]
            ejected = [r for r in rows if (r["plane"], r["kind"]) == (plane, "ejection")]
            self.assertEqual(total(injected, "flits"), total(ejected, "flits"))
        self.assertEqual(total([r for r in rows if r["kind"] == "injection"], "flits"), self.summary["noc"]["flits"])

    def test_layers_are_the_sections_of_the_firmware(self):
        rows = {row["layer"]: row for row in table(self.run_, "layers")}
        self.assertEqual(set(rows), {"io", "layer1", "layer2", "layer3"})
        self.assertEqual(rows["layer1"]["count"], "3")
        self.assertEqual(rows["layer2"]["mvms"], "3")
        self.assertEqual(float(rows["layer3"]["nmpu_columns"]), 3 * 10)
        for row in rows.values():
            self.assertLessEqual(float(row["min_s"]) * int(row["count"]), float(row["time_s"]) * (1 + 1e-12))
            self.assertLessEqual(float(row["time_s"]), float(row["max_s"]) * int(row["count"]) * (1 + 1e-12))
        self.assertLess(sum(float(r["energy_j"]) for r in rows.values()), self.summary["energy"]["total_j"])
        self.assertLess(sum(int(r["host_instructions"]) for r in rows.values()), self.summary["host"]["instructions"])

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_pandas_reads_them(self):
        for name in TABLES:
            frame = pandas.read_csv(self.run_.out / f"{name}.csv")
            self.assertEqual(len(frame), len(table(self.run_, name)), name)
            self.assertFalse(frame.isnull().values.any(), name)

    def test_the_width_of_bins_changes_nothing_else(self):
        run = self.workspace.fashion("--power-bin", "100us", images=3)
        self.assertEqual(run.results(), self.run_.results())
        for name in ("energy.csv", "tiles.csv", "links.csv", "layers.csv", "uart.log"):
            self.assertEqual(run.bytes_of(name), self.run_.bytes_of(name), name)
        rows = table(run, "power")
        self.assertEqual(float(rows[0]["end_s"]), 1e-4)
        self.assertEqual(len(rows), math.ceil(self.summary["time"]["simulated_s"] / 1e-4 - 1e-9))

    def test_a_width_that_is_none_is_refused(self):
        for width in ("0s", "soon", "-1us"):
            run = self.workspace.run("hello", "--power-bin", width)
            self.assertEqual(run.status, 2)
            self.assertIn("--power-bin", run.stderr)


if __name__ == "__main__":
    unittest.main()
