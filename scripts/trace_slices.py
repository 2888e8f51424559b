"""Reads the slices of a Perfetto trace written by aimc-vp, with protoc as the decoder."""
import collections
import pathlib
import re
import subprocess

PROTO = pathlib.Path(__file__).resolve().parent.parent / "tests" / "unit" / "observe" / "perfetto_subset.proto"


def decode(content):
    """Slices as (component, track, name, begin_ns, end_ns), through protoc's text format."""
    text = subprocess.run(["protoc", f"--proto_path={PROTO.parent}", "--decode=Trace", PROTO.name], input=content,
                          capture_output=True, check=True).stdout.decode()
    if re.search(r"^\s*\d+:", text, re.M):
        raise AssertionError("the trace has fields the format's description does not know")
    processes, tracks, names = {}, {}, {}
    open_slices = collections.defaultdict(list)
    slices = []
    for packet in re.split(r"^packet \{$", text, flags=re.M)[1:]:
        descriptor = re.search(r"track_descriptor \{(.*)", packet, re.S)
        if descriptor:
            body = descriptor.group(1)
            uuid = re.search(r"\buuid: (\d+)", body).group(1)
            process = re.search(r'process_name: "([^"]*)"', body)
            thread = re.search(r'thread_name: "([^"]*)"', body)
            if thread:
                pid = re.search(r"thread \{\s*pid: (\d+)", body).group(1)
                tracks[uuid] = (processes[pid], thread.group(1))
            elif process:
                processes[re.search(r"process \{\s*pid: (\d+)", body).group(1)] = process.group(1)
        for iid, name in re.findall(r'event_names \{\s*iid: (\d+)\s*name: "([^"]*)"', packet):
            names[iid] = name
        event = re.search(r"track_event \{(.*)", packet, re.S)
        if event:
            time = int(re.search(r"timestamp: (\d+)", packet).group(1))
            uuid = re.search(r"track_uuid: (\d+)", event.group(1)).group(1)
            if "TYPE_SLICE_BEGIN" in event.group(1):
                open_slices[uuid].append((names[re.search(r"name_iid: (\d+)", event.group(1)).group(1)], time))
            else:
                name, begin = open_slices[uuid].pop()
                slices.append((*tracks[uuid], name, begin, time))
    if any(open_slices.values()):
        raise AssertionError("a slice never ends")
    return slices
