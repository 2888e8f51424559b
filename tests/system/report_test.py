"""report.html: what is in it, how it behaves in a browser, and what is refused."""
import json
import re
import unittest

import yaml
from chromium_page import CHROMIUM, Browser, Page
from platform_runner import PROGRAM, Workspace
from sample_run import write_sample

SECTIONS = ("headline", "reading", "energy", "movement", "layers", "timeline", "power", "mesh", "roofline", "reported", "profile", "provenance")
CHARTED = ("energy", "movement", "layers", "timeline", "power", "mesh", "roofline", "reported", "profile")
HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\"b'c&amp;<b>", "<!--<script>", "]]>{{DATA}}", "\u2028line"]


def make_report(workspace, folder, *options):
    return workspace.call([PROGRAM, "report", folder, *options])


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))


def finding(data, name):
    return next(f for f in data["reading"] if f["id"] == name)


class WithWorkspace(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def sample(self, name="sample", **options):
        return write_sample(self.workspace.path / name, **options)

    def page(self, folder):
        run = make_report(self.workspace, folder)
        self.assertEqual(run.status, 0, run.stderr)
        return (folder / "report.html").read_text()


class Content(WithWorkspace):
    def test_it_stands_alone_and_is_small(self):
        page = self.page(self.sample())
        self.assertLess(len(page), 5_000_000)
        self.assertIn("default-src 'none'", page)
        for load in re.findall(r'<(?:script|img|iframe|object|embed)[^>]*\ssrc=|<link[^>]*href="(?!data:)|@import|url\(["\']?http', page):
            self.fail(f"the page loads something: {load}")
        self.assertIn("BSD-3-Clause", page)  # the library's licence

    def test_figures_are_those_of_the_files(self):
        folder = self.sample()
        summary = json.loads((folder / "summary.json").read_text())
        data = data_of(self.page(folder))
        self.assertEqual(data["energy"]["total_j"], summary["energy"]["total_j"])
        self.assertAlmostEqual(sum(c["joules"] for c in data["energy"]["cells"]), summary["energy"]["total_j"], delta=1e-15)
        power = data["power"]["views"][0]
        self.assertAlmostEqual(sum(sum(v) for v in power["values"]) * power["bin_s"] / summary["energy"]["total_j"], 1.0, delta=1e-3)
        self.assertEqual([t["utilisation"] for t in data["mesh"]["tiles"]], [t["utilisation"] for t in summary["tiles"]])
        self.assertEqual(data["run"]["command"], summary["run"]["command"])
        for setting in data["settings"]:
            self.assertTrue(setting["source"], setting)

    def test_the_peak_is_that_of_the_platform(self):
        peaks = data_of(self.page(self.sample()))["roofline"]["peaks"]
        # 4 tiles, 133 ns and 520 ns for 2 * 256 * 256 operations
        self.assertAlmostEqual(peaks["ops_per_s_one_phase"], 4 * 2 * 65536 / 133e-9, delta=1e6)
        self.assertAlmostEqual(peaks["ops_per_s_four_phase"], 4 * 2 * 65536 / 520e-9, delta=1e6)
        # Of one MVM: drivers, array, converters, SRAM, command; leakage of host, RAM, routers and tiles for its time
        with open(self.workspace.path / "sample" / "platform.yaml", encoding="utf-8") as file:
            leakage = {name: entry["value"] for name, entry in yaml.safe_load(file)["leakage"].items()}
        leakage_w = 1e-3 * (leakage["host_mw"] + leakage["ram_mw"] + 16 * leakage["noc_router_mw"] + 4 * leakage["tile_mw"])
        one_mvm_j = 1e-12 * (1172.98 + 2097.12 + 8704.0 + 107.52 + 5.0) + leakage_w / 4 * 133e-9
        self.assertAlmostEqual(peaks["ops_per_j_one_phase"] / (2 * 65536 / one_mvm_j), 1.0, delta=1e-5)

    def test_reading_names_what_limits(self):
        for name, options, tile, limit in (("tiles", {"crossbar_busy": 0.9, "link": 0.1}, "Tile 0.", "The tiles."),
                                           ("network", {"crossbar_busy": 0.5, "link": 0.45}, "None; the busiest is tile 0.", "The network."),
                                           ("both", {"crossbar_busy": 0.9, "link": 0.44}, "Tile 0.", "Both: the network, and 1 of 4 tiles."),
                                           ("neither", {"crossbar_busy": 0.2, "link": 0.1}, "None; the busiest is tile 0.", "Neither: one step waits for the other.")):
            with self.subTest(name):
                data = data_of(self.page(self.sample(name, **options)))
                self.assertEqual(finding(data, "tile")["verdict"], tile)
                self.assertEqual(finding(data, "limit")["verdict"], limit)
                # The samples' traffic is all in half of the run, the time of MVMs.
                self.assertIn(f"{200 * options['link']:.1f} %", finding(data, "limit")["answer"])

    def test_bins_too_wide_are_admitted(self):
        folder = self.sample(crossbar_busy=0.5)
        for name in ("power.csv", "timeline.csv"):
            lines = (folder / name).read_text().splitlines()
            kept = [line for line in lines[1:] if line.split(",")[0] == "4.1e-05"]  # one bin of those with MVMs
            (folder / name).write_text("\n".join([lines[0], *kept]) + "\n")
        data = data_of(self.page(folder))
        self.assertIn("cannot be told", finding(data, "tile")["verdict"])
        # The busiest crossbar worked for half of the bin of 1 us that is left: a fiftieth of that.
        self.assertIn("--power-bin 0.01us.", finding(data, "limit")["answer"])

    def test_a_run_without_tables_says_what_brings_them(self):
        folder = self.sample()
        for name in ("power", "timeline", "links", "layers", "tiles", "profile"):
            (folder / f"{name}.csv").unlink()
        data = data_of(self.page(folder))
        self.assertIsNone(data["power"])
        self.assertIn("whole run", finding(data, "limit")["rule"].lower())

    def test_the_page_of_a_real_run_has_its_numbers(self):
        run = self.workspace.fashion(images=3, args=["--calibrate", "off"])
        self.assertEqual(run.status, 0, run.stderr)
        data = data_of(self.page(run.out))
        summary = run.summary
        cards = {card["id"]: card["value"] for card in data["headline"]}
        self.assertEqual(cards["accuracy"], summary["reported"]["accuracy"])
        self.assertEqual(cards["latency"], summary["reported"]["latency_s"])
        self.assertEqual(cards["energy"], summary["energy"]["total_j"])
        self.assertIn("roofline", data)
        self.assertIn("peaks", data["roofline"])


    def test_a_run_cut_short_has_a_report_that_says_so(self):
        run = self.workspace.run("spin", "-q", "--max-sim-time", "100us")
        self.assertEqual(run.status, 3)
        data = data_of(self.page(run.out))
        self.assertEqual(data["run"]["stopped_by"], "platform")
        self.assertEqual(finding(data, "tile")["verdict"], "None: no tile executed an MVM.")


class Refusals(WithWorkspace):
    def refused(self, folder, *words):
        run = make_report(self.workspace, folder)
        self.assertEqual(run.status, 2, run.stdout + run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertFalse((folder / "report.html").exists())

    def test_no_folder(self):
        self.refused(self.workspace.path / "nothing", "nothing", "does not exist")
        file = self.workspace.path / "file"
        file.write_text("")
        self.refused(file, "is not a folder")

    def test_missing_files(self):
        for name in ("summary.json", "energy.csv", "platform.yaml"):
            with self.subTest(name):
                folder = self.sample(name)
                (folder / name).unlink()
                self.refused(folder, name, "does not exist")

    def test_truncated_files(self):
        for name, word in (("summary.json", "byte"), ("energy.csv", "energy.csv"), ("power.csv", "line"), ("links.csv", "line")):
            with self.subTest(name):
                folder = self.sample(name)
                content = (folder / name).read_bytes()
                (folder / name).write_bytes(content[:2 * len(content) // 3].rstrip(b"0123456789.\n"))
                self.refused(folder, name, word)

    def test_empty_files(self):
        for name in ("summary.json", "energy.csv", "platform.yaml", "timeline.csv"):
            with self.subTest(name):
                folder = self.sample(name)
                (folder / name).write_bytes(b"")
                self.refused(folder, name)

    def test_wrong_values(self):
        cases = [("summary.json", '"seed": 5', '"seed": "five"', "'seed'"), ("summary.json", "aimc-vp/summary/1", "aimc-vp/summary/9", "aimc-vp/summary/1"),
                 ("summary.json", '"simulated_s": 9.999999999999999e-05', '"simulated_s": 1e999', "summary.json"), ("summary.json", '"id": 1,', '"id": -1,', "tiles[1].id"),
                 ("energy.csv", "host,alu,1000000", "host,alu,many", "line 2, column 'count': value 'many'"), ("energy.csv", "8e-06", "9e-06", "adds up to"),
                 ("links.csv", "utilisation", "load", "no column 'utilisation'"), ("layers.csv", "conv1,10", "conv1,nan", "value 'nan'"),
                 ("platform.yaml", "host:", "host: [", "platform.yaml")]
        for i, (name, before, after, word) in enumerate(cases):
            with self.subTest(after):
                folder = self.sample(f"case{i}")
                content = (folder / name).read_text()
                self.assertIn(before, content)
                (folder / name).write_text(content.replace(before, after, 1))
                self.refused(folder, name, word)

    def test_output_that_cannot_be_written(self):
        run = make_report(self.workspace, self.sample(), "-o", self.workspace.path / "no" / "page.html")
        self.assertEqual(run.status, 2)
        self.assertIn("cannot be written", run.stderr)

    def test_a_platform_of_another_version_costs_the_peak_only(self):
        folder = self.sample()
        content = (folder / "platform.yaml").read_text()
        (folder / "platform.yaml").write_text(content + "flux_capacitor: {value: 1, kind: assumed, source: none}\n")
        data = data_of(self.page(folder))
        self.assertIn("flux_capacitor", data["roofline"]["problem"])


@unittest.skipUnless(CHROMIUM, "chromium is not installed: pages are not opened")
class InBrowser(WithWorkspace):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, folder, theme="light"):
        self.page(folder)
        page = Page(self.browser, folder / "report.html", theme)
        self.addCleanup(page.close)
        return page

    def assert_quiet(self, page):
        self.assertEqual(page.complaints(), [])
        self.assertEqual(page.requests(), [])

    def test_every_section_renders_in_both_themes(self):
        folder = self.sample()
        colours = set()
        for theme in ("light", "dark"):
            with self.subTest(theme):
                page = self.open(folder, theme)
                self.assert_quiet(page)
                colours.add(page.value("getComputedStyle(document.body).backgroundColor"))
                for section in SECTIONS:
                    self.assertIsNotNone(page.text(f"#{section} h2"), section)
                    self.assertEqual(page.value(f"document.querySelectorAll('#{section} .notice').length"), 0, section)
                for section in CHARTED:
                    self.assertGreater(page.value(f"document.querySelectorAll('#{section} svg .mark').length"), 0, section)
                    self.assertGreater(page.value(f"document.querySelectorAll('#{section} details table tbody tr').length"), 0, section)
                self.assertNotIn("NaN", page.text("main"))
                self.assertNotIn("undefined", page.text("main"))
                self.assertEqual(page.value("document.querySelectorAll('svg [d*=NaN], svg [x*=NaN], svg [width*=NaN]').length"), 0)
                self.assertEqual(page.text("#card-accuracy .value"), "87.5 %")
                self.assertEqual(page.text("#card-latency .value"), "1.5 µs")
                self.assertEqual(page.text("#card-energy_per_image .value"), "325 nJ")
                self.assertEqual(page.text("#card-time .value"), "100 µs")
                self.assertIn("22.32 µJ", page.text("#energy"))
                self.assertIn("12 345 packets", page.text("#mesh"))
                self.assertIn("2.5 counts", page.text("#reported"))
                self.assertIn("conv1;inner", page.text("#layers"))
                self.assertIn("run_layer", page.text("#profile"))
                self.assertIn("aimc-vp run 'sample.elf' --seed 5", page.text("#command"))
        self.assertEqual(len(colours), 2)

    def test_sections_without_a_file_say_what_brings_it(self):
        folder = self.sample()
        for name in ("power", "timeline", "links", "layers", "tiles", "profile"):
            (folder / f"{name}.csv").unlink()
        page = self.open(folder)
        self.assert_quiet(page)
        for section in ("layers", "timeline", "power", "mesh"):
            self.assertIn("run the firmware again", page.text(f"#{section} .notice"))
        self.assertIn("--profile", page.text("#profile .notice"))

    def test_firmware_that_did_nothing(self):
        folder = self.sample(reported={}, layers=())
        page = self.open(folder)
        self.assert_quiet(page)
        self.assertIn("aimc_report", page.text("#reported .notice"))
        self.assertIn("aimc_marker_begin", page.text("#layers .notice"))

    def test_hostile_names_are_text(self):
        reported = {name: 1.0 for name in HOSTILE}
        reported["nothing"] = None
        folder = self.sample(firmware=HOSTILE[0], reported=reported, layers=HOSTILE)
        page = self.open(folder)
        self.assert_quiet(page)
        self.assertEqual(page.text("h1"), f"{HOSTILE[0]} on default")
        self.assertEqual(page.value("document.querySelectorAll('img, b, script[src]').length"), 0)
        self.assertEqual(page.value("document.querySelectorAll('script').length"), 6)
        table = page.value("document.querySelector('#reported table').textContent")
        for name in HOSTILE:
            self.assertIn(name, table)
        self.assertIn("not a number", table)

    def test_keyboard_reaches_every_chart_and_shows_what_the_pointer_shows(self):
        page = self.open(self.sample())
        for section in CHARTED:
            with self.subTest(section):
                stops = page.value(f"[...document.querySelectorAll('#{section} svg')].filter(s => s.querySelector('.mark')).length")
                reachable = page.value(f"document.querySelectorAll('#{section} svg .mark[tabindex=\"0\"]').length")
                self.assertGreaterEqual(reachable, stops)
                unnamed = page.value(f"[...document.querySelectorAll('#{section} svg .mark')].filter(m => !m.getAttribute('aria-label')).length")
                self.assertEqual(unnamed, 0)
        page.value("document.querySelector('#energy .mark').focus()")
        first = page.text("#tooltip")
        self.assertIn("host: alu 8 µJ", first)
        page.press("ArrowRight")
        self.assertNotEqual(page.text("#tooltip"), first)
        page.press("End")
        page.press("Tab")
        self.assertEqual(page.value("document.activeElement.tagName"), "SUMMARY")
        page.press("Enter")
        self.assertTrue(page.value("document.activeElement.parentElement.open"))
        page.press("Escape")
        self.assertTrue(page.value("document.getElementById('tooltip').hidden"))

    def test_the_text_of_a_mark_survives_scrolling_to_it(self):
        page = self.open(self.sample())
        page.value("document.querySelector('#roofline .mark').focus()")
        page.value("new Promise(done => setTimeout(done, 600))", wait=True)
        self.assertIn("whole run", page.text("#tooltip"))
        self.assertFalse(page.value("document.getElementById('tooltip').hidden"))
        self.assertGreater(page.value("scrollY"), 0)

    def test_views_can_be_chosen(self):
        page = self.open(self.sample())
        choose = "(() => {{ const s = document.querySelector('#{0} select'); s.value = '1'; s.dispatchEvent(new Event('change')); }})()"
        for section, words in (("timeline", "tile 0"), ("power", "tile adc, 1.6 µJ"), ("mesh", "programming included")):
            page.value(choose.format(section))
            self.assertIn(words, page.text(f"#{section}"))
            self.assertEqual(page.value(f"document.querySelectorAll('#{section} figure svg .mark').length > 0"), True)
        self.assertEqual(page.text("#power .choice option:last-child"), "from the first MVM to the last")
        self.assert_quiet(page)

    def test_constants_can_be_searched(self):
        page = self.open(self.sample())
        page.value("(() => { const i = document.getElementById('find-setting'); i.value = 'gain_limit_relative'; i.dispatchEvent(new Event('input')); })()")
        self.assertEqual(page.value("[...document.querySelectorAll('#provenance tbody tr')].filter(r => !r.hidden).length"), 1)

    def test_the_mapping_of_a_network_is_shown_on_the_mesh(self):
        folder = self.sample(tiles=4)
        (folder / "network.csv").write_text(
            "layer,executes,tiles,copies,rows,columns,mvms,macs,utilisation,time_s,energy_j,error_rms,equal_share\n"
            "conv_0,tiles,0 2,2,36,16,196,28224,0.25,1e-6,2e-9,0.4,0.8\n"
            "conv_1,tiles,2,1,144,16,196,451584,0.5,1e-6,2e-9,0.4,0.8\n"
            "add_2,unit,1,0,0,0,0,0,0,1e-6,1e-9,,\n")
        page = self.open(folder)
        labels = page.value("[...document.querySelectorAll('#network g.tile')].map(tile => tile.getAttribute('aria-label'))")
        self.assertEqual([label.replace("\u202f", " ").replace("\xa0", " ") for label in labels],
                         ["tile 0: conv_0; 25.0 % of its cells", "tile 1: add_2; 0 % of its cells",
                          "tile 2: conv_0, conv_1; 75.0 % of its cells", "tile 3: no step; 0 % of its cells"])
        self.assertEqual(page.value("document.querySelectorAll('#network table tbody tr').length"), 3)
        self.assertIn("Tiles: share of cells used", page.text("#network"))
        self.assertNotIn("Links", page.text("#network"))
        self.assert_quiet(page)

    def test_the_mesh_shows_every_tile(self):
        folder = self.sample(tiles=16)
        page = self.open(folder)
        self.assert_quiet(page)
        self.assertEqual(page.value("document.querySelectorAll('#mesh g.tile').length"), 16)
        self.assertEqual(page.value("document.querySelectorAll('#timeline g.strip').length"), 20)


if __name__ == "__main__":
    unittest.main()
