"""The main job: a network classifies real images on the tiles."""
import sys
import unittest

from platform_runner import SOURCE, Workspace, labels

sys.path.insert(0, str(SOURCE / "scripts"))
from trace_slices import decode  # noqa: E402

REFERENCE = SOURCE / "firmware" / "apps" / "fashion" / "reference_logits.i8"
CLASSES = 10


def accuracy(logits, count):
    """Share of images whose largest logit (the first of equals) is at the label."""
    right = 0
    for image, label in enumerate(labels(count)):
        row = [value - 256 if value > 127 else value for value in logits[image * CLASSES:(image + 1) * CLASSES]]
        right += row.index(max(row)) == label
    return right / count


class Fashion(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def logits(self, *options, images, **keywords):
        path = self.workspace.path / "logits.i8"
        run = self.workspace.fashion(*options, "--save", f"{path}@fashion_logits:{images * CLASSES}", images=images,
                                     **keywords)
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        return run, path.read_bytes()

    def test_ideal_logits_equal_the_integer_reference(self):
        images = 10000
        run, logits = self.logits("--analog", "ideal", images=images)
        self.assertEqual(logits, REFERENCE.read_bytes()[:images * CLASSES])
        reported = run.summary["reported"]
        self.assertEqual(reported["images"], images)
        self.assertAlmostEqual(reported["accuracy"], accuracy(logits, images), places=12)
        self.assertGreaterEqual(reported["accuracy"], 0.89)

    def test_calibrated_physical_tiles_stay_within_a_point_of_ideal(self):
        images = 10000
        ideal = accuracy(REFERENCE.read_bytes(), images)
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                run, logits = self.logits("--seed", seed, images=images)
                self.assertGreaterEqual(run.summary["reported"]["accuracy"], ideal - 0.01)
                self.assertNotEqual(logits, REFERENCE.read_bytes())

    def test_calibration_reduces_the_error_and_helps(self):
        run, _ = self.logits(images=2000, args=["--calibrate", "both"])
        reported = run.summary["reported"]
        self.assertLess(reported["calibration_rms_after"], 0.5 * reported["calibration_rms_before"])
        self.assertGreater(reported["accuracy"], reported["accuracy_uncalibrated"])

    def test_backends_agree_and_lockstep_compares(self):
        runs = {kind: self.logits("--nmpu", kind, images=200) for kind in ("model", "rtl", "lockstep")}
        first, first_logits = runs["model"]
        for kind, (run, logits) in runs.items():
            with self.subTest(backend=kind):
                self.assertEqual(logits, first_logits)
                self.assertEqual(run.results(), first.results())
                self.assertEqual(run.bytes_of("uart.log"), first.bytes_of("uart.log"))
                self.assertEqual(run.bytes_of("energy.csv"), first.bytes_of("energy.csv"))
        lockstep = runs["lockstep"][0].summary["run"]
        self.assertGreater(lockstep["nmpu_compared"], 0)
        self.assertEqual(lockstep["nmpu_mismatches"], 0)

    def test_host_alone_classifies_as_well_but_slower_and_for_more_energy(self):
        images = 20
        host = self.workspace.fashion(images=images, args=["--mode", "host"])
        self.assertEqual(host.status, 0, host.stderr)
        tiles, _ = self.logits(images=images)
        self.assertGreater(host.summary["reported"]["latency_s"], 10 * tiles.summary["reported"]["latency_s"])
        self.assertGreater(host.summary["reported"]["energy_j"], 10 * tiles.summary["reported"]["energy_j"])
        self.assertEqual(sum(tile["mvms"] for tile in host.summary["tiles"]), 0)
        self.assertGreaterEqual(host.summary["reported"]["accuracy"], 0.8)

    def test_multiply_accumulates_run_on_the_tiles(self):
        few, _ = self.logits(images=10)
        many, _ = self.logits(images=30)
        macs = sum(tile["macs"] for tile in many.summary["tiles"]) - sum(tile["macs"] for tile in few.summary["tiles"])
        self.assertEqual(macs, 20 * (784 * 256 + 256 * 128 + 128 * 10))

    def test_other_geometries_work(self):
        for settings in (["tile.rows=128", "tile.columns=128", "noc.width=5", "tile.count=20"], ["tile.rows=512", "tile.columns=256"],
                         ["noc.width=8", "noc.height=2"], ["noc.width=3", "noc.height=2", "tile.count=6"]):
            with self.subTest(settings=settings):
                options = [part for setting in settings for part in ("--set", setting)]
                run, logits = self.logits(*options, images=300)
                self.assertGreaterEqual(accuracy(logits, 300), 0.84)

    def test_dataflow_gives_the_same_logits_sooner(self):
        images = 500
        driven, _ = self.logits("--analog", "ideal", images=images)
        first = None
        for engine, quantum in (("lt", 10), ("at", 10), ("flit", 0.1)):
            with self.subTest(engine=engine, quantum=quantum):
                run, logits = self.logits("--analog", "ideal", "--noc", engine, "--set", f"host.quantum_us={quantum}",
                                          images=images, args=["--mode", "flow"])
                self.assertEqual(logits, REFERENCE.read_bytes()[:images * CLASSES])
                self.assertLess(run.summary["reported"]["latency_s"], 0.15 * driven.summary["reported"]["latency_s"])
                # Engines differ only where packets meet, which they seldom do.
                first = first or run.summary["reported"]["latency_s"]
                self.assertAlmostEqual(run.summary["reported"]["latency_s"] / first, 1.0, delta=0.02)

    def test_pipeline_driven_by_the_host_gives_the_same_logits_sooner(self):
        images = 300
        driven, _ = self.logits("--analog", "ideal", images=images)
        run, logits = self.logits("--analog", "ideal", images=images, args=["--mode", "pipelined"])
        self.assertEqual(logits, REFERENCE.read_bytes()[:images * CLASSES])
        self.assertLess(run.summary["reported"]["latency_s"], 0.6 * driven.summary["reported"]["latency_s"])
        for few in (1, 2, 3):
            _, logits = self.logits("--analog", "ideal", images=few, args=["--mode", "pipelined", "--calibrate", "off"])
            self.assertEqual(logits, REFERENCE.read_bytes()[:few * CLASSES])

    def test_dataflow_keeps_the_pace_of_its_slowest_stage(self):
        run, _ = self.logits("--analog", "ideal", "--trace", "perfetto", images=60, args=["--mode", "flow", "--calibrate", "off"])
        slices = decode(run.bytes_of("trace.pftrace"))
        moves = sorted(s[3:] for s in slices if s[0] == "dma")
        self.assertEqual(len(moves), 8 * 60)
        chains = [(moves[i][0], moves[i + 7][1]) for i in range(0, len(moves), 8)]
        steady = chains[20:50]
        period = (steady[-1][0] - steady[0][0]) / (len(steady) - 1)
        stage = max(end - begin for begin, end in steady)
        self.assertLess(period, 1.5 * stage)
        # No tile works longer on an image than the engine.
        for tile in range(6):
            busy = sorted(s[3:] for s in slices if s[:2] == (f"tile{tile}", "crossbar") and s[3] > steady[0][0])[:20]
            self.assertLess(max(end - begin for begin, end in busy), stage)

    def test_dataflow_on_other_geometries(self):
        reference = REFERENCE.read_bytes()
        for settings in (["tile.rows=128", "tile.columns=128", "noc.width=5", "tile.count=20"], ["noc.width=8", "noc.height=2"]):
            options = [part for setting in settings for part in ("--set", setting)]
            found = {}
            for mode in ("flow", "pipelined"):
                with self.subTest(settings=settings, mode=mode):
                    run, found[mode] = self.logits("--analog", "ideal", *options, images=200, args=["--mode", mode])
                    self.assertGreaterEqual(accuracy(found[mode], 200), accuracy(reference, 200) - 0.02)
            self.assertEqual(found["flow"], found["pipelined"])

    def test_threads_change_nothing(self):
        for mode in ("tiles", "pipelined", "flow"):
            with self.subTest(mode=mode):
                runs = [self.logits("--threads", threads, images=100, args=["--mode", mode]) for threads in (1, 2, 4)]
                for run, logits in runs[1:]:
                    self.assertEqual(logits, runs[0][1])
                    self.assertEqual(run.results(), runs[0][0].results())
                    self.assertEqual(run.bytes_of("energy.csv"), runs[0][0].bytes_of("energy.csv"))

    def test_shortage_of_tiles_is_named(self):
        run = self.workspace.fashion("--set", "tile.count=4", images=10)
        self.assertNotIn(run.status, (0, 2))
        self.assertRegex(run.stdout, r"(?i)6 tiles")

    def test_seeds_matter_and_repeat(self):
        _, one = self.logits("--seed", 1, images=100)
        _, again = self.logits("--seed", 1, images=100)
        _, two = self.logits("--seed", 2, images=100)
        self.assertEqual(one, again)
        self.assertNotEqual(one, two)


if __name__ == "__main__":
    unittest.main()
