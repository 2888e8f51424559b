"""Energy of an operation over array, problem, precision and reuse of the weights, as scripts/scaling meters it."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["AIMC_SOURCE_DIR"])


class Scaling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="aimc-test-") as folder:
            subprocess.run([SOURCE / "scripts" / "scaling", "--quick", "--out", folder], check=True, capture_output=True)
            with open(pathlib.Path(folder) / "scaling.csv", newline="", encoding="utf-8") as file:
                lines = list(csv.DictReader(file))
            cls.fit = json.loads((pathlib.Path(folder) / "scaling.json").read_text())
        cls.rows = [{key: value if key == "study" else float(value or 0) for key, value in line.items()} for line in lines]

    def study(self, name, key):
        return {row[key]: row for row in self.rows if row["study"] == name}

    def test_energy_falls_as_one_over_n_towards_the_cells_own(self):
        self.assertLess(self.fit["largest_residual"], 0.04)
        self.assertGreater(self.fit["b_pj"], 0.0)
        for size, row in self.study("array", "array").items():
            # What the fit calls b is the current through the cells: it does not depend on the size.
            self.assertAlmostEqual(row["array_pj_per_op"] / self.fit["b_pj"], 1.0, delta=0.06, msg=size)

    def test_the_smaller_of_problem_and_array_counts(self):
        own_size = self.study("array", "array")
        for k, row in self.study("problem", "rows").items():
            if k in own_size:  # other devices were drawn, hence the tolerance
                self.assertAlmostEqual(row["tile_pj_per_op"] / own_size[k]["tile_pj_per_op"], 1.0, delta=1e-3, msg=k)
        problem = self.study("problem", "rows")
        self.assertAlmostEqual(problem[512]["tile_pj_per_op"] / problem[256]["tile_pj_per_op"], 1.0, delta=0.01)

    def test_a_bit_more_costs_more_and_in_the_end_twice(self):
        for size in (64, 256):
            by_bits = {row["bits"]: row["tile_pj_per_op"] for row in self.rows
                       if row["study"] == "bits" and row["array"] == size}
            for bits in range(3, 9):
                self.assertGreater(by_bits[bits], by_bits[bits - 1])
            self.assertAlmostEqual(by_bits[8] / by_bits[7], 2.0, delta=0.1)

    def test_writing_is_shared_by_the_vectors(self):
        rewriting = self.study("rewriting", "vectors")
        few, many = rewriting[16], rewriting[256]
        self.assertAlmostEqual(few["programming_pj_per_op"] / many["programming_pj_per_op"], 16.0, delta=1e-6)
        self.assertAlmostEqual(few["tile_pj_per_op"] / many["tile_pj_per_op"], 1.0, delta=0.01)

    def test_the_host_alone_needs_far_more(self):
        for row in self.study("array", "array").values():
            self.assertGreater(row["host_pj_per_op"], 20 * row["soc_pj_per_op"])


if __name__ == "__main__":
    unittest.main()
