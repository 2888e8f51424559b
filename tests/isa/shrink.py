"""Makes a program that two machines disagree on as small as it gets (delta debugging: Zeller and Hildebrandt, "Simplifying and
isolating failure-inducing input", IEEE Transactions on Software Engineering 28(2), 2002).

What is left out is replaced by C.NOP, so that everything stays where it is. All candidates of a step are run in one image."""

import image
import machines


class Shrinker:
    """Two machines, a harness, and a directory for files in between."""

    def __init__(self, first, second, harness, work):
        self.first, self.second, self.harness, self.work = first, second, harness, work
        self.steps = 0

    def differing(self, programs):
        """Whether the machines disagree, for each program; one that does not end on both tells nothing."""
        self.steps += 1
        extensions = programs[0].extensions
        path = self.work / "candidates.img"
        path.write_bytes(image.pack(self.harness, programs, machines.features_of(extensions)))
        first, first_stuck = self.first.run_each(extensions, path, self.work / "candidates.first")
        second, second_stuck = self.second.run_each(extensions, path, self.work / "candidates.second")
        stuck = first_stuck | second_stuck
        return [slot not in stuck and image.comparable(first, slot) != image.comparable(second, slot)
                for slot in range(len(programs))]

    def first_differing(self, programs):
        found = [program for program, differs in zip(programs, self.differing(programs)) if differs] if programs else []
        return found[0] if found else None

    def remove(self, program, pieces):
        """Leaves out as many of the pieces as possible: half of them, a quarter, and so on to one."""
        count = 2
        while pieces:
            size = -(-len(pieces) // count)
            groups = [pieces[i:i + size] for i in range(0, len(pieces), size)]
            kept = None
            candidates = [program.without(group) for group in groups]
            for group, candidate, differs in zip(groups, candidates, self.differing(candidates)):
                if differs:
                    kept, program = [piece for piece in pieces if piece not in group], candidate
                    break
            if kept is not None:
                pieces, count = kept, max(count - 1, 2)
            elif size == 1:
                break
            else:
                count = min(count * 2, len(pieces))
        return program

    def clear_values(self, program):
        """Sets what the program starts with to zero where that does not matter."""
        for name in ("data", "f", "x"):
            values = getattr(program, name)
            candidates = []
            everything = program.copy()
            setattr(everything, name, [0] * len(values))
            if self.first_differing([everything]):
                program = everything
                continue
            places = [i for i, value in enumerate(values) if value and not (name == "x" and i in (image.STACK, image.MIDDLE))]
            size = len(places)
            while size >= 1 and places:
                groups = [places[i:i + size] for i in range(0, len(places), size)]
                candidates = []
                for group in groups:
                    candidate = program.copy()
                    for i in group:
                        getattr(candidate, name)[i] = 0
                    candidates.append(candidate)
                # Each group alone; then those that may go together.
                alone = [group for group, differs in zip(groups, self.differing(candidates)) if differs]
                for group in alone:
                    candidate = program.copy()
                    for i in group:
                        getattr(candidate, name)[i] = 0
                    if self.first_differing([candidate]):
                        program = candidate
                        places = [i for i in places if i not in group]
                size //= 4
        return program

    def shrink(self, program):
        """The smallest program found; None when the machines agree on the program when it is run alone."""
        if not self.differing([program])[0]:
            return None
        bounds = program.starts + [program.end // 2]
        units = [(at, following - at) for at, following in zip(bounds, bounds[1:])]
        program = self.remove(program, units)
        program = self.remove(program, program.substance())
        program = self.clear_values(program)
        return self.remove(program, program.substance())
