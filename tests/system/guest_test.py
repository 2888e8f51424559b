"""Programs that talk to the platform by other means than devices: semihosting, tohost, signatures."""
import os
import pathlib
import shutil
import subprocess
import unittest

from platform_runner import PROGRAM, Workspace

SOURCES = pathlib.Path(__file__).parent / "guest"
COMPILER = "riscv64-unknown-elf-gcc"
QEMU = shutil.which("qemu-system-riscv32")
TARGET = ["-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany"]
TEXT = "Abc, odd and even\n"


def compile_program(source, elf, *options):
    command = [COMPILER, *TARGET, *options, SOURCES / source, "-o", elf]
    subprocess.run([str(part) for part in command], check=True, timeout=120)
    return elf


class GuestTest(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.path = self.workspace.path


class SemihostingTest(GuestTest):
    def setUp(self):
        super().setUp()
        self.files = self.path / "files"
        (self.files / "sub").mkdir(parents=True)
        (self.files / "input.txt").write_text("first line\nsecond line\n")
        (self.files / "sub" / "deep.txt").write_text("deep\n")
        (self.path / "secret.txt").write_text("secret\n")
        (self.files / "link_out").symlink_to("../secret.txt")
        (self.files / "folder_out").symlink_to("..", target_is_directory=True)
        (self.files / "link_in").symlink_to("sub/deep.txt")

    def program(self, *options):
        return compile_program(
            "semihosted.c", self.path / "semihosted.elf", "--specs=picolibc.specs", "--oslib=semihost",
            "--crt0=hosted", "-O1", "-Wall", "-Wextra", "-Werror", "-Wl,--defsym=__flash=0x80000000",
            "-Wl,--defsym=__flash_size=0x100000", "-Wl,--defsym=__ram=0x80100000",
            "-Wl,--defsym=__ram_size=0x100000", *options)

    def run_program(self, elf, *options, typed="", args=(), out="out"):
        command = [PROGRAM, "run", elf, "-q", "--max-sim-time", "10ms", "--out", self.path / out, *options, "--", *args]
        return subprocess.run([str(part) for part in command], input=typed, capture_output=True, text=True,
                              timeout=120, check=False)

    EXPECTED = ("Hello from semihosting, 42\nan error\ninput.txt: first line\ninput.txt: second line\n"
                "sub/deep.txt: deep\nnone.txt: no\n[line]\n")

    def test_prints_reads_files_and_returns_its_code(self):
        run = self.run_program(self.program(), "--semihosting", self.files)
        self.assertEqual(run.returncode, 23, run.stderr)
        self.assertEqual(run.stdout.replace("[line\n]", "[line]"), self.EXPECTED)
        self.assertEqual((self.path / "out" / "uart.log").read_text(), run.stdout)

    def test_same_text_as_on_qemu(self):
        if QEMU is None:
            self.skipTest("qemu-system-riscv32 is not installed")
        elf = self.program()
        run = self.run_program(elf, "--semihosting", self.files)
        reference = subprocess.run(
            [QEMU, "-M", "virt", "-bios", "none", "-display", "none", "-serial", "none", "-monitor", "none",
             "-semihosting", "-kernel", str(elf)], cwd=self.files, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        self.assertEqual(run.stdout, reference.stdout)
        self.assertEqual(run.returncode, reference.returncode)

    def test_nothing_outside_the_directory_and_nothing_written(self):
        run = self.run_program(self.program("-DPLATFORM"), "--semihosting", self.files, typed="one\ntwo",
                               args=("alpha", "beta"))
        self.assertEqual(run.returncode, 23, run.stderr)
        for name in ("../secret.txt", "sub/../../secret.txt", "link_out", "folder_out/secret.txt", "/etc/passwd"):
            self.assertIn(f"\n{name}: no\n", run.stdout)
        self.assertNotIn("secret\n", run.stdout.replace("secret.txt", ""))
        self.assertIn("\nlink_in: deep\n", run.stdout)
        self.assertIn("\nwrite: no\nremove: -1, rename: -1, system: -1\n", run.stdout)
        self.assertIn("\ncommand line: 0 alpha beta\n", run.stdout)
        self.assertIn("\nheap: 1\ntime: 0, tick: 1000000000, later: 1\n", run.stdout)
        self.assertIn("\ntyped one\n\ntyped two\nbad pointer: ", run.stdout)
        self.assertEqual(sorted(os.listdir(self.files)), ["folder_out", "input.txt", "link_in", "link_out", "sub"])

    def test_without_a_directory_there_are_no_files(self):
        run = self.run_program(self.program(), "--semihosting")
        self.assertEqual(run.returncode, 23, run.stderr)
        self.assertIn("an error\ninput.txt: no\nsub/deep.txt: no\nnone.txt: no\n", run.stdout)

    def test_without_the_option_it_is_a_breakpoint(self):
        run = self.run_program(self.program())
        self.assertEqual(run.returncode, 3)
        self.assertIn("breakpoint (exception 3) without a handler", run.stderr)
        self.assertEqual(run.stdout, "")

    def test_any_quantum_gives_the_same_run(self):
        elf = self.program("-DPLATFORM")
        results = []
        for index, quantum in enumerate((0.01, 10, 1000)):
            run = self.workspace.run(elf, "--semihosting", self.files, "--max-sim-time", "10ms", "--set",
                                     f"host.quantum_us={quantum}")
            self.assertEqual(run.status, 23, run.stderr)
            results.append((run.results(), run.bytes_of("uart.log")))
            self.assertEqual(results[index], results[0])


class TohostTest(GuestTest):
    def program(self, kind, code=1):
        return compile_program(
            "tohost.S", self.path / f"{kind}.elf", "-nostdlib", "-nostartfiles", "-Wl,-n", "-Wl,--no-relax",
            "-Wl,-Ttext=0x80000000", "-Wl,-Tdata=0x80002000", f"-DKIND={kind}", f"-DCODE={code}")

    def run_program(self, kind, *options, code=1):
        return self.workspace.run(self.program(kind, code), "--max-sim-time", "1ms", "-q", *options)

    def signature(self, kind, code=1):
        file = self.path / "words.signature"
        run = self.run_program(kind, "--signature", file, code=code)
        return run.status, file.read_text()

    WORDS = "12345678\n00000000\n0000f00d\nffffffff\n"

    def test_pass_ends_on_the_very_store(self):
        self.assertEqual(self.signature("PASS"), (0, self.WORDS))

    def test_failure_has_its_number_and_a_signature(self):
        self.assertEqual(self.signature("FAIL", code=17 << 1 | 1), (17, self.WORDS))
        self.assertEqual(self.signature("NARROW", code=5 << 1 | 1), (5, self.WORDS))

    def test_failure_never_becomes_a_pass(self):
        self.assertEqual(self.run_program("FAIL", code=256 << 1 | 1).status, 255)

    def test_end_through_an_environment_call(self):
        self.assertEqual(self.run_program("ECALL").status, 0)
        self.assertEqual(self.run_program("ECALL", code=4 << 1 | 1).status, 4)

    def test_lower_half_alone(self):
        self.assertEqual(self.run_program("LOWER_ONLY", code=6 << 1 | 1).status, 6)
        self.assertEqual(self.signature("POLL_LOWER", code=7 << 1 | 1), (7, self.WORDS))

    def test_console(self):
        run = self.run_program("CONSOLE")
        self.assertEqual((run.status, run.stdout), (0, TEXT), run.stderr)
        self.assertEqual(run.bytes_of("uart.log").decode(), TEXT)

    def test_system_calls(self):
        run = self.run_program("SYSCALLS", code=31)
        self.assertEqual((run.status, run.stdout), (31, TEXT), run.stderr)

    def test_unknown_device_stops_the_run(self):
        run = self.run_program("UNKNOWN")
        self.assertEqual(run.status, 3)
        self.assertIn("tohost asks for what is not there: device 5, command 3, pc 0x800000", run.stderr)

    def test_function_of_that_name_is_none(self):
        self.assertEqual(self.run_program("FUNCTION", code=44).status, 44)

    def test_any_quantum_gives_the_same_run(self):
        for kind in ("PASS", "LOWER_ONLY", "CONSOLE", "SYSCALLS"):
            results = [self.run_program(kind, "--set", f"host.quantum_us={quantum}").results()
                       for quantum in (0.01, 10, 1000)]
            self.assertEqual(results[0], results[1], kind)
            self.assertEqual(results[0], results[2], kind)

    def test_signature_of_a_run_that_was_stopped(self):
        file = self.path / "words.signature"
        run = self.run_program("LOWER_ONLY", "--signature", file, "--set", "host.clock_mhz=500", code=0)
        self.assertEqual(run.status, 3)
        self.assertEqual(file.read_text(), self.WORDS)
        self.assertEqual([name for name in os.listdir(self.path) if name.endswith(".part")], [])


if __name__ == "__main__":
    unittest.main()
