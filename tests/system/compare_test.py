"""aimc-vp compare: the table on the console and compare.html."""
import json
import re
import unittest

from chromium_page import CHROMIUM, Browser, Page
from platform_runner import PROGRAM, Workspace
from sample_run import write_sample


class Compare(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.html = self.workspace.path / "compare.html"

    def sample(self, name, **options):
        return write_sample(self.workspace.path / name, **options)

    def compare(self, *folders, status=0):
        run = self.workspace.call([PROGRAM, "compare", *folders])
        self.assertEqual(run.status, status, run.stdout + run.stderr)
        return run

    def data(self):
        return json.loads(re.search(r'id="data">(.*?)</script>', self.html.read_text(), re.S).group(1))

    def measure(self, name, section=None):
        return next(m for m in self.data()["measures"] if m["name"] == name and section in (None, m["section"]))

    def test_values_and_ratios_are_those_of_the_runs(self):
        folders = [self.sample("one"), self.sample("two", tiles=8, link=0.1), self.sample("three", reported={"accuracy": 0.7})]
        run = self.compare(*folders)
        summaries = [json.loads((f / "summary.json").read_text()) for f in folders]
        energy = self.measure("total", "Energy")
        self.assertEqual(energy["values"], [s["energy"]["total_j"] for s in summaries])
        self.assertEqual(energy["ratios"], [v / energy["values"][0] for v in energy["values"]])
        self.assertEqual(self.measure("accuracy")["values"], [0.875, 0.875, 0.7])
        self.assertEqual(self.measure("images")["values"], [7.0, 7.0, None])
        self.assertEqual(self.measure("tiles used")["values"], [4, 8, 4])
        for value in self.measure("conv1, time")["values"]:
            self.assertAlmostEqual(value, 2e-6, delta=1e-15)
        self.assertRegex(run.stdout, r"accuracy +87\.50 % +87\.50 % +70\.00 % +1 +0\.8\n")
        self.assertRegex(run.stdout, r"images +7 +7 +- +1 +-\n")

    def test_only_what_differs_is_shown_of_the_configuration(self):
        self.compare(self.sample("one"), self.sample("two", tiles=8))
        self.assertEqual(self.data()["configuration"], [{"key": "tile.count", "values": ["4", "8"]}])
        run = self.compare(self.workspace.path / "one", self.workspace.path / "one")
        self.assertIn("The configurations do not differ.", run.stdout)
        self.assertEqual(self.data()["configuration"], [])

    def test_settings_of_real_runs(self):
        one = self.workspace.run("hello", "-q")
        two = self.workspace.run("hello", "-q", "--set", "noc.router_cycles=2", "--seed", "9")
        self.compare(one.out, two.out)
        rows = {row["key"]: row["values"] for row in self.data()["configuration"]}
        self.assertEqual(rows, {"seed": ["1", "9"], "noc.router_cycles": ["4", "2"]})

    def test_it_refuses_what_it_cannot_compare(self):
        folder = self.sample("one")
        for folders, word in (((folder,), "two or more"), ((folder, self.workspace.path / "no"), "does not exist")):
            run = self.compare(*folders, status=2)
            self.assertIn(word, run.stderr)
            self.assertFalse(self.html.exists())
        (self.sample("broken") / "summary.json").write_text("{")
        self.assertIn("broken/summary.json", self.compare(folder, self.workspace.path / "broken", status=2).stderr)

    def test_names_from_firmware_cannot_steer_a_terminal(self):
        hostile = "\x1b[31m</script><b>x"
        folder = self.sample("one", reported={hostile: 1.0}, layers=(hostile,))
        run = self.compare(folder, folder)
        self.assertNotIn("\x1b", run.stdout)
        self.assertNotIn(hostile, self.html.read_text())

    @unittest.skipUnless(CHROMIUM, "chromium is not installed: pages are not opened")
    def test_the_page_renders_in_both_themes(self):
        self.compare(self.sample("one"), self.sample("two", tiles=8, firmware="<b>two</b>.elf"))
        browser = Browser()
        self.addCleanup(browser.close)
        for theme in ("light", "dark"):
            with self.subTest(theme):
                page = Page(browser, self.html, theme)
                self.assertEqual(page.complaints(), [])
                self.assertEqual(page.requests(), [])
                self.assertIn("<b>two</b>.elf on default", page.text("#runs"))
                self.assertIn("tile.count 4 8", " ".join(page.value("[...document.querySelectorAll('#configuration td, #configuration th')].map(c => c.textContent).join(' ')").split()))
                self.assertIn("22.32 µJ", page.text("#energy"))
                self.assertGreater(page.value("document.querySelectorAll('#energy .mark').length"), 0)
                self.assertNotIn("NaN", page.text("main"))
                page.close()


if __name__ == "__main__":
    unittest.main()
