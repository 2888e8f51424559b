"""Reads a Perfetto trace written by aimc-vp, with protoc as the decoder."""
import collections
import dataclasses
import pathlib
import re
import subprocess

PROTO = pathlib.Path(__file__).resolve().parent.parent / "tests" / "unit" / "observe" / "perfetto_subset.proto"


@dataclasses.dataclass
class Trace:
    """What a trace shows."""
    slices: list    # (component, track, name, begin_ns, end_ns)
    counters: dict  # (component, name) -> [(time_ns, value)]
    flows: dict     # id -> [(begins here, slice's component, track, name, begin_ns)]


def decode(content):
    """The slices of a trace as (component, track, name, begin_ns, end_ns)."""
    return read(content).slices


def read(content):
    """A whole trace, through protoc's text format."""
    text = subprocess.run(["protoc", f"--proto_path={PROTO.parent}", "--decode=Trace", PROTO.name], input=content,
                          capture_output=True, check=True).stdout.decode()
    if re.search(r"^\s*\d+:", text, re.M):
        raise AssertionError("the trace has fields the format's description does not know")
    processes, tracks, counter_names, names = {}, {}, {}, {}
    open_slices = collections.defaultdict(list)
    trace = Trace([], collections.defaultdict(list), collections.defaultdict(list))
    events = []
    for packet in re.split(r"^packet \{$", text, flags=re.M)[1:]:
        event = re.search(r"track_event \{(.*)", packet, re.S)
        if event:
            time = re.search(r"timestamp: (\d+)", packet)
            events.append((int(time.group(1)) if time else 0, event.group(1)))
            continue
        descriptor = re.search(r"track_descriptor \{(.*)", packet, re.S)
        if descriptor:
            body = descriptor.group(1)
            uuid = re.search(r"\buuid: (\d+)", body).group(1)
            process = re.search(r'process_name: "([^"]*)"', body)
            thread = re.search(r'thread_name: "([^"]*)"', body)
            if thread:
                parent = re.search(r"parent_uuid: (\d+)", body).group(1)
                tracks[uuid] = (processes[parent], thread.group(1))
            elif process:
                processes[uuid] = process.group(1)
            else:
                parent = re.search(r"parent_uuid: (\d+)", body).group(1)
                counter_names[uuid] = (processes[parent], re.search(r'\bname: "([^"]*)"', body).group(1))
        for iid, name in re.findall(r'event_names \{\s*iid: (\d+)\s*name: "([^"]*)"', packet):
            names[iid] = name
    # Perfetto orders by time; equal times as in the file.
    for time, event in sorted(events, key=lambda e: e[0]):
        uuid = re.search(r"track_uuid: (\d+)", event).group(1)
        if "TYPE_COUNTER" in event:
            trace.counters[counter_names[uuid]].append((time, float(re.search(r"counter_value: (\S+)", event).group(1))))
        elif "TYPE_SLICE_BEGIN" in event:
            name = names[re.search(r"name_iid: (\d+)", event).group(1)]
            open_slices[uuid].append((name, time))
            for kind, flow in re.findall(r"\b(flow_ids|terminating_flow_ids): (\d+)", event):
                trace.flows[flow].append((kind == "flow_ids", *tracks[uuid], name, time))
        else:
            name, begin = open_slices[uuid].pop()
            trace.slices.append((*tracks[uuid], name, begin, time))
    if any(open_slices.values()):
        raise AssertionError("a slice never ends")
    return trace
