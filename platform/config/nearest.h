#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aimc::platform {

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
/// Source: optimal string alignment distance, Damerau, CACM 7(3), 1964.
unsigned edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, unless all are so far away that they cannot have been meant.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// " (known: A, B, ...)".
std::string known_list(const std::vector<std::string>& candidates);

/// " (did you mean 'X'?)" for the nearest candidate, else the known_list of all.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace aimc::platform
