#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace aimc::test {

struct BuiltTensor {
  std::vector<std::int32_t> shape;
  std::int8_t type = 9;  // INT8
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::int32_t dimension = 0;
  std::vector<std::uint8_t> data;
};

/// A scalar field of a table: number, bytes, value.
struct BuiltField {
  unsigned number;
  unsigned bytes;
  std::uint64_t value;
};

struct BuiltOperator {
  std::int32_t code = 0;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::uint8_t options_type = 0;
  std::vector<BuiltField> options;
};

/// Writes the bytes of a TFLite file, tables before what they name.
class ModelBuilder {
 public:
  std::vector<BuiltTensor> tensors;
  std::vector<BuiltOperator> operators;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;

  std::vector<std::uint8_t> build() {
    bytes_ = {0, 0, 0, 0, 'T', 'F', 'L', '3'};
    const Table root = table({{0, 4, 3}, {1, 4, 0}, {2, 4, 0}, {4, 4, 0}});
    patch(0, root.position);
    codes(root.slot(1));
    const auto graphs = references(root.slot(2), 1);
    subgraph(graphs.front());
    const auto buffers = references(root.slot(4), tensors.size() + 1);
    patch(buffers.front(), table({}).position);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const Table buffer = table({{0, 4, 0}});
      patch(buffers[i + 1], buffer.position);
      vector(buffer.slot(0), tensors[i].data, 1);
    }
    return std::move(bytes_);
  }

 private:
  struct Table {
    std::size_t position = 0;
    std::vector<std::pair<unsigned, std::size_t>> slots;
    std::size_t slot(unsigned number) const {
      for (const auto& [field, at] : slots) {
        if (field == number) return at;
      }
      return 0;
    }
  };

  void put(std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void patch(std::size_t slot, std::size_t target) {
    const std::size_t offset = target - slot;
    for (std::size_t i = 0; i < 4; ++i)
      bytes_[slot + i] = static_cast<std::uint8_t>(offset >> (8 * i));
  }

  Table table(const std::vector<BuiltField>& fields) {
    unsigned last = 0;
    for (const BuiltField& field : fields) last = std::max(last, field.number + 1);
    std::vector<std::size_t> offsets(last);
    std::size_t size = 4;
    for (const BuiltField& field : fields) {
      offsets[field.number] = size;
      size += field.bytes;
    }
    const std::size_t vtable = bytes_.size();
    put(4 + 2 * last, 2);
    put(size, 2);
    for (const std::size_t offset : offsets) put(offset, 2);
    Table made;
    made.position = bytes_.size();
    put(made.position - vtable, 4);
    for (const BuiltField& field : fields) {
      made.slots.emplace_back(field.number, bytes_.size());
      put(field.value, field.bytes);
    }
    return made;
  }

  template <typename T>
  void vector(std::size_t slot, const std::vector<T>& values, std::size_t element_bytes) {
    patch(slot, bytes_.size());
    put(values.size(), 4);
    for (const T& value : values) put(static_cast<std::uint64_t>(value), element_bytes);
  }
  void floats(std::size_t slot, const std::vector<float>& values) {
    std::vector<std::uint32_t> words(values.size());
    if (!values.empty()) std::memcpy(words.data(), values.data(), 4 * values.size());
    vector(slot, words, 4);
  }
  std::vector<std::size_t> references(std::size_t slot, std::size_t count) {
    vector(slot, std::vector<int>(count), 4);
    std::vector<std::size_t> slots(count);
    for (std::size_t i = 0; i < count; ++i) slots[i] = bytes_.size() - 4 * (count - i);
    return slots;
  }

  void codes(std::size_t slot) {
    const auto list = references(slot, operators.size());
    for (std::size_t i = 0; i < operators.size(); ++i) {
      const auto code = static_cast<std::uint64_t>(operators[i].code);
      patch(list[i], table({{0, 1, code}, {3, 4, code}}).position);
    }
  }

  void subgraph(std::size_t slot) {
    const Table graph = table({{0, 4, 0}, {1, 4, 0}, {2, 4, 0}, {3, 4, 0}});
    patch(slot, graph.position);
    vector(graph.slot(1), inputs, 4);
    vector(graph.slot(2), outputs, 4);
    const auto list = references(graph.slot(0), tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) tensor(list[i], i);
    const auto ops = references(graph.slot(3), operators.size());
    for (std::size_t i = 0; i < operators.size(); ++i) operation(ops[i], i);
  }

  void tensor(std::size_t slot, std::size_t index) {
    const BuiltTensor& what = tensors[index];
    const Table made = table({{0, 4, 0},
                              {1, 1, static_cast<std::uint8_t>(what.type)},
                              {2, 4, index + 1},
                              {3, 4, 0},
                              {4, 4, 0}});
    patch(slot, made.position);
    vector(made.slot(0), what.shape, 4);
    const std::string name = "t" + std::to_string(index);
    vector(made.slot(3), std::vector<char>(name.begin(), name.end()), 1);
    const Table quantisation =
        table({{2, 4, 0}, {3, 4, 0}, {6, 4, static_cast<std::uint32_t>(what.dimension)}});
    patch(made.slot(4), quantisation.position);
    floats(quantisation.slot(2), what.scale);
    vector(quantisation.slot(3), what.zero_point, 8);
  }

  void operation(std::size_t slot, std::size_t index) {
    const BuiltOperator& what = operators[index];
    const Table made =
        table({{0, 4, index}, {1, 4, 0}, {2, 4, 0}, {3, 1, what.options_type}, {4, 4, 0}});
    patch(slot, made.position);
    vector(made.slot(1), what.inputs, 4);
    vector(made.slot(2), what.outputs, 4);
    patch(made.slot(4), table(what.options).position);
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace aimc::test
