"""Debugging with gdb-multiarch: what a firmware engineer does in a session."""
import json
import re
import shutil
import socket
import subprocess
import time
import unittest

from platform_runner import PROGRAM, Workspace, firmware

GDB = shutil.which("gdb-multiarch")


class Platform:
    """aimc-vp waiting for a debugger."""

    def __init__(self, workspace, elf, *options):
        self.out = workspace.path / "debugged"
        self.process = subprocess.Popen(
            [PROGRAM, "run", firmware(elf), "--out", self.out, "--gdb", "0", *options], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        found = None
        while found is None:
            line = self.process.stderr.readline()
            assert line, "ended before it listened"
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
        self.port = int(found.group(1))

    def finish(self, timeout=120):
        stdout, stderr = self.process.communicate(timeout=timeout)
        return self.process.returncode, stdout, stderr

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class GdbTest(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def start(self, elf, *options):
        platform = Platform(self.workspace, elf, *options)
        self.addCleanup(platform.close)
        return platform

    def connect(self, platform):
        connection = socket.create_connection(("127.0.0.1", platform.port), timeout=60)
        self.addCleanup(connection.close)
        return connection

    def gdb(self, platform, elf, *commands, timeout=180):
        """Runs gdb commands in one session; returns what gdb printed."""
        words = [GDB, "-q", "-nx", "-batch", "-ex", "set pagination off", "-ex", "set confirm off",
                 "-ex", f"target remote 127.0.0.1:{platform.port}"]
        for command in commands:
            words += ["-ex", command]
        done = subprocess.run([*words, firmware(elf)], capture_output=True, text=True, timeout=timeout, check=False,
                              stdin=subprocess.DEVNULL)
        return done.stdout + done.stderr


@unittest.skipIf(GDB is None, "gdb-multiarch is not installed")
class Session(GdbTest):
    def test_a_session_from_reset_to_exit(self):
        platform = self.start("debug_me")
        text = self.gdb(
            platform, "debug_me", "info registers pc", "break work", "continue", "backtrace", "print limit",
            "delete", "watch counter", "continue", "print counter", "delete", "stepi", "set var limit = 2",
            "print $misa != 0", "set var counter = 100", "continue")
        self.assertIn("0x1000", text)
        self.assertRegex(text, r"Breakpoint 1, (0x\w+ in )?work")
        self.assertRegex(text, r"(?s)#0 .*work.*#1 .*main")
        self.assertIn("$1 = 5", text)
        self.assertRegex(text, r"Old value = 0\s+New value = 1")
        self.assertIn("$2 = 1", text)
        self.assertIn("$3 = 1", text)
        self.assertRegex(text, r"exited with code 0*146\b")  # 102, which gdb prints in octal
        status, stdout, _ = platform.finish()
        self.assertEqual(status, 102)
        self.assertIn("counter 102", stdout)

    def test_break_in_the_hal(self):
        platform = self.start("hello")
        text = self.gdb(platform, "hello", "hbreak aimc_tile_open", "continue", "backtrace", "info registers a1",
                        "x/i $pc", "print $mhartid", "print $misa != 0", "delete", "continue")
        self.assertRegex(text, r"Breakpoint 1, (0x\w+ in )?aimc_tile_open")
        self.assertRegex(text, r"#1 .*main")
        self.assertIn("exited normally", text)
        self.assertEqual(platform.finish()[0], 0)

    def test_looking_changes_nothing(self):
        platform = self.start("hello")
        self.gdb(platform, "hello", "break aimc_putc", "continue", "info all-registers", "x/8xw 0x40000000",
                 "x/8xb 0x10000000", "x/4xw 0x0c000000", "stepi", "stepi", "delete", "continue")
        self.assertEqual(platform.finish()[0], 0)
        plain = self.workspace.run("hello")
        debugged = json.loads((platform.out / "summary.json").read_text())
        del debugged["run"]
        self.assertEqual(debugged, plain.results())

    def test_steps_and_breakpoints_agree_on_time(self):
        cycles = []
        for commands in (["stepi 500"], ["continue"]):
            platform = self.start("debug_me")
            extra = [] if commands == ["stepi 500"] else [f"break *{self.pc}"]
            text = self.gdb(platform, "debug_me", *extra, *commands, "printf \"at %x %d\\n\", $pc, $mcycle", "kill")
            at = re.search(r"at (\w+) (\d+)", text)
            self.pc = f"0x{at.group(1)}"
            cycles.append(at.groups())
            self.assertEqual(platform.finish()[0], 3)
        # The address may be passed several times; the first time is not later than the 500th step.
        self.assertEqual(cycles[0][0], cycles[1][0])
        self.assertLessEqual(int(cycles[1][1]), int(cycles[0][1]))

    def test_read_and_access_watchpoints(self):
        for kind in ("rwatch", "awatch"):
            platform = self.start("debug_me")
            text = self.gdb(platform, "debug_me", f"{kind} limit", "continue", "kill")
            self.assertRegex(text, r"Value = 5", kind)
            self.assertEqual(platform.finish()[0], 3)

    def test_monitor(self):
        platform = self.start("debug_me")
        text = self.gdb(platform, "debug_me", "monitor help", "monitor tiles", "monitor noc", "monitor nonsense",
                        "break main", "continue", "monitor reset", "maintenance flush register-cache",
                        "info registers pc", "print $mcycle", "continue", "delete", "continue")
        self.assertIn("what each tile does", text)
        self.assertRegex(text, r"15 +\(3,3\) +idle")
        self.assertIn("mesh 4x4", text)
        self.assertIn("unknown monitor command 'nonsense'", text)
        self.assertRegex(text, r"pc +0x1000\b")
        self.assertIn("$1 = 0", text)
        self.assertEqual(text.count("Breakpoint 1, "), 2, text)
        self.assertEqual(platform.finish()[0], 15)

    def test_protection_and_privilege(self):
        platform = self.start("protection")
        text = self.gdb(platform, "protection", "print $priv", "tbreak store_secret", "continue", "print $priv",
                        "print/x $pmpcfg0", "print/x $pmpaddr0 << 2", "print secret", "print/x $mcounteren",
                        "print $minstret > 1000", "tbreak on_trap", "continue", "print $priv", "print $mcause",
                        "print (unsigned)$mtval == (unsigned)&secret", "continue")
        for line in ("$1 = 3", "$2 = 0", "$3 = 0x1b1b0d00", "$4 = 0x80000000", "$5 = 5", "$6 = 0x0", "$7 = 1", "$8 = 3",
                     "$9 = 7", "$10 = 1"):
            self.assertIn(line, text)
        status, _, _ = platform.finish()
        self.assertEqual(status, 0)
    def test_float_registers(self):
        platform = self.start("floats")
        text = self.gdb(platform, "floats", "break on_timer", "continue", "print/x $fcsr",
                        "info registers fs0", "set var $ft11 = 1.5", "print $ft11", "print/x $mstatus >> 31", "delete",
                        "continue")
        self.assertRegex(text, r"fs0 +\S+")
        self.assertIn(" = 1.5", text)
        self.assertIn("exited normally", text)
        self.assertEqual(platform.finish()[0], 0)
        platform = self.start("hello", "--set", "host.isa=rv32imac")
        self.assertIn("Invalid register", self.gdb(platform, "hello", "info registers fcsr", "kill"))
        self.assertEqual(platform.finish()[0], 3)

    def test_detach_lets_it_run_and_kill_ends_it(self):
        platform = self.start("debug_me")
        self.gdb(platform, "debug_me", "break work", "continue", "detach")
        self.assertEqual(platform.finish()[0], 15)
        platform = self.start("debug_me")
        self.gdb(platform, "debug_me", "kill")
        status, _, stderr = platform.finish()
        self.assertEqual(status, 3)
        self.assertIn("killed by the debugger", stderr)

    def test_unhandled_trap_stops_in_the_debugger(self):
        platform = self.start("trap_unhandled")
        text = self.gdb(platform, "trap_unhandled", "continue", "print/x $mcause", "continue")
        self.assertIn("SIGILL", text)
        self.assertIn("$1 = 0x2", text)
        self.assertIn("SIGABRT", text)
        self.assertEqual(platform.finish()[0], 3)

    def test_wfi_that_nothing_wakes_stops_in_the_debugger(self):
        platform = self.start("wfi_forever")
        text = self.gdb(platform, "wfi_forever", "continue", "detach")
        self.assertIn("nothing can ever wake", text)
        self.assertIn("SIGTRAP", text)
        status, _, stderr = platform.finish()
        self.assertEqual(status, 3)
        self.assertIn("nothing can ever wake", stderr)


class Line(GdbTest):
    """What a debugger does that is not gdb, or that gdb does rarely."""

    @staticmethod
    def packet(payload):
        return f"${payload}#{sum(payload.encode()) & 0xFF:02x}".encode()

    def ask(self, connection, payload):
        connection.sendall(self.packet(payload))
        return self.answer(connection)

    def answer(self, connection):
        received = b""
        while not re.search(rb"\$[^#]*#..", received):
            part = connection.recv(4096)
            if not part:
                raise EOFError(received)
            received += part
        connection.sendall(b"+")
        return re.search(rb"\$([^#]*)#..", received).group(1).decode()

    def test_ctrl_c_stops_a_running_hart(self):
        platform = self.start("spin")
        connection = self.connect(platform)
        self.assertTrue(self.ask(connection, "?").startswith("T05"))
        connection.sendall(self.packet("c"))
        time.sleep(0.5)
        connection.sendall(b"\x03")
        self.assertTrue(self.answer(connection).startswith("T02"))
        before = self.ask(connection, "p" + f"{65 + 0xB00:x}")
        time.sleep(0.3)
        self.assertEqual(self.ask(connection, "p" + f"{65 + 0xB00:x}"), before, "time stands still")
        connection.sendall(self.packet("k"))
        self.assertEqual(platform.finish()[0], 3)

    def test_ctrl_c_reaches_a_hart_that_waits(self):
        platform = self.start("echo", "--uart", "pty")
        connection = self.connect(platform)
        connection.sendall(self.packet("c"))
        time.sleep(1.0)
        connection.sendall(b"\x03")
        self.assertTrue(self.answer(connection).startswith("T02"))
        connection.sendall(self.packet("k"))
        self.assertEqual(platform.finish()[0], 3)

    def test_rubbish_does_no_harm(self):
        platform = self.start("debug_me")
        connection = self.connect(platform)
        connection.sendall(b"\x00\xff$$$#zz}#00" + b"$" + b"m" * 100000 + b"#00" + b"$P#50$Z#5a$X,#a4")
        connection.sendall(self.packet("qC"))
        received = b""
        while b"$QC1#" not in received:
            part = connection.recv(65536)
            self.assertTrue(part, received)
            received += part
        connection.sendall(self.packet("D"))
        self.assertEqual(platform.finish()[0], 15)

    def test_debugger_that_goes_away_lets_it_run(self):
        platform = self.start("debug_me")
        self.connect(platform).close()
        self.assertEqual(platform.finish()[0], 15)

    def test_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            run = self.workspace.run("hello", "--gdb", port)
        self.assertEqual(run.status, 2)
        self.assertIn(f"port {port}", run.stderr)
        self.assertIn("in use", run.stderr)
        self.assertFalse(run.out.exists())

    def test_only_a_port_can_be_given(self):
        for value in ("0.0.0.0:1234", "localhost:1234", "65536", "-1", "x"):
            run = self.workspace.run("hello", f"--gdb={value}")
            self.assertEqual(run.status, 2, value)
            self.assertIn("127.0.0.1 only", run.stderr)

    def test_interrupting_the_wait_for_a_debugger(self):
        platform = self.start("hello")
        platform.process.terminate()
        status, _, stderr = platform.finish()
        self.assertEqual(status, 3)
        self.assertIn("interrupted", stderr)

    def test_interrupting_a_hart_that_stands_at_a_breakpoint(self):
        platform = self.start("debug_me")
        connection = self.connect(platform)
        self.assertEqual(self.ask(connection, "Z0,80000000,2"), "OK")
        connection.sendall(self.packet("c"))
        self.assertTrue(self.answer(connection).startswith("T05swbreak"))
        platform.process.terminate()
        status, _, stderr = platform.finish(20)
        self.assertEqual(status, 3)
        self.assertIn("interrupted", stderr)
        self.assertIn(b"$X06#", connection.recv(4096))

    def test_debugger_that_goes_while_instructions_are_stepped(self):
        """The line is looked at between two steps of the same stretch."""
        platform = self.start("spin")
        connection = self.connect(platform)
        self.assertEqual(self.ask(connection, "Z2,87000000,4"), "OK")
        connection.sendall(self.packet("c"))
        time.sleep(0.5)
        connection.close()
        time.sleep(0.5)
        self.assertIsNone(platform.process.poll())
        platform.process.terminate()
        status, _, stderr = platform.finish(20)
        self.assertEqual(status, 3)
        self.assertIn("interrupted", stderr)


if __name__ == "__main__":
    unittest.main()
