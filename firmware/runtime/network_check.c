#include "network_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "network_check_internal.h"

enum { kPut = 6, kPutMulticast = 0x100, kCommandBytes = 32 };

bool net_refuse(const checker* c, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(c->message, c->message_bytes, format, arguments);
  va_end(arguments);
  return false;
}

bool net_inside(const checker* c, uint32_t at, uint32_t count, uint32_t size) {
  return at % 4 == 0 && at >= sizeof(aimc_net_header) &&
         at + (uint64_t)count * size <= c->header->bytes;
}

static uint32_t crc_of(uint32_t crc, const uint8_t* bytes, uint32_t count) {
  static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
                                     0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                     0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                     0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  for (uint32_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ table[crc & 15u];
    crc = crc >> 4 ^ table[crc & 15u];
  }
  return crc;
}

uint32_t aimc_network_crc(const void* image, uint32_t bytes) {
  const uint8_t* from = image;
  const uint32_t at = (uint32_t)offsetof(aimc_net_header, crc);
  static const uint8_t zero[4] = {0};
  uint32_t crc = crc_of(UINT32_MAX, from, at);
  crc = crc_of(crc, zero, sizeof zero);
  return ~crc_of(crc, from + at + 4, bytes - at - 4);
}

static bool expect(const checker* c, const char* field, uint32_t value, uint32_t wanted) {
  if (value == wanted) return true;
  return net_refuse(c, "%s is 0x%" PRIx32 " (%" PRIu32 "); expected 0x%" PRIx32 " (%" PRIu32 ")",
                    field, value, value, wanted, wanted);
}

bool net_in_workspace(const checker* c, uint32_t address, uint64_t bytes) {
  const aimc_net_header* h = c->header;
  return address % 4 == 0 && address >= h->workspace_address &&
         address - h->workspace_address + bytes <= h->workspace_bytes;
}

bool net_text_at(const checker* c, uint32_t at) {
  return at < c->header->bytes && memchr(c->image + at, 0, c->header->bytes - at) != NULL;
}

static bool check_header(const checker* c, size_t readable) {
  const aimc_net_header* h = c->header;
  const aimc_network_place* p = c->place;
  if (readable < sizeof *h) return net_refuse(c, "no room for an image in RAM");
  if (!expect(c, "magic", h->magic, AIMC_NET_MAGIC)) return false;
  if (!expect(c, "version", h->version, AIMC_NET_VERSION)) return false;
  if (h->bytes < sizeof *h || h->bytes > readable) {
    return net_refuse(c, "bytes is %" PRIu32 "; expected %u to %lu", h->bytes, (unsigned)sizeof *h,
                      (unsigned long)readable);
  }
  if (!expect(c, "crc", h->crc, aimc_network_crc(c->image, h->bytes))) return false;
  const uint64_t image_end = (uint64_t)h->image_address + h->bytes;
  const uint64_t workspace_end = (uint64_t)h->workspace_address + h->workspace_bytes;
  if (h->workspace_address % 4 != 0 || h->workspace_address < image_end ||
      workspace_end > p->ram_end) {
    return net_refuse(c,
                      "workspace_address is 0x%" PRIx32 ", workspace_bytes %" PRIu32
                      "; expected RAM between the image's end, 0x%" PRIx32 ", and 0x%" PRIx32,
                      h->workspace_address, h->workspace_bytes, (uint32_t)image_end, p->ram_end);
  }
  if (p->tile_count < h->tile_count) {
    return net_refuse(c, "tile_count is %" PRIu32 "; the platform has %" PRIu32, h->tile_count,
                      p->tile_count);
  }
  return expect(c, "image_address", h->image_address, p->image_address) &&
         expect(c, "tile_rows", h->tile_rows, p->tile_rows) &&
         expect(c, "tile_columns", h->tile_columns, p->tile_columns) &&
         expect(c, "tile_sram_bytes", h->tile_sram_bytes, p->tile_sram_bytes) &&
         expect(c, "nmpu_format", h->nmpu_format, p->nmpu_format);
}

static bool check_list(const checker* c, const char* name, const aimc_net_list* list, uint32_t size,
                       uint32_t least, uint32_t most) {
  if (list->count < least || list->count > most) {
    return net_refuse(c, "%s: %" PRIu32 " elements; expected %" PRIu32 " to %" PRIu32, name,
                      list->count, least, most);
  }
  if (list->count == 0 || net_inside(c, list->at, list->count, size)) return true;
  return net_refuse(c, "%s: offset %" PRIu32 " is not that of %" PRIu32 " elements in the image",
                    name, list->at, list->count);
}

static bool check_lists(const checker* c) {
  const aimc_net_header* h = c->header;
  const uint32_t most = AIMC_NET_MAX_LIST;
  return check_list(c, "tensors", &h->tensors, sizeof(aimc_net_tensor), 1, AIMC_NET_MAX_TENSORS) &&
         check_list(c, "steps", &h->steps, sizeof(aimc_net_step), 1, AIMC_NET_MAX_STEPS) &&
         check_list(c, "groups", &h->groups, sizeof(aimc_net_group), 0, most) &&
         check_list(c, "jobs", &h->jobs, sizeof(aimc_net_job), 0, most) &&
         check_list(c, "fetches", &h->fetches, sizeof(aimc_net_fetch), 0, most) &&
         check_list(c, "blocks", &h->blocks, sizeof(aimc_net_block), 0, AIMC_NET_MAX_BLOCKS) &&
         check_list(c, "programs", &h->programs, sizeof(aimc_net_program), 0,
                    AIMC_NET_MAX_BLOCKS) &&
         check_list(c, "fills", &h->fills, sizeof(aimc_net_fill), 0, most) &&
         check_list(c, "epochs", &h->epochs, sizeof(aimc_net_epoch), 1, AIMC_NET_MAX_STEPS);
}

static bool check_storage(const checker* c, uint32_t i, const aimc_net_tensor* t) {
  const aimc_net_header* h = c->header;
  const bool named = i == h->output || i == h->logits;
  if (t->storage > AIMC_NET_KEPT || (t->storage == AIMC_NET_GIVEN) != (i == h->input) ||
      (named && t->storage != AIMC_NET_KEPT)) {
    return net_refuse(c,
                      "tensor %" PRIu32 ": storage is %" PRIu32
                      "; expected GIVEN of the input alone, KEPT of output and logits",
                      i, t->storage);
  }
  if (t->storage == AIMC_NET_GIVEN) return true;
  if (t->slots < 1 || t->slots > AIMC_NET_MAX_SLOTS ||
      !net_in_workspace(c, t->slots_address, (uint64_t)t->slots * t->bytes)) {
    return net_refuse(c,
                      "tensor %" PRIu32 ": %" PRIu32 " slots of %" PRIu32 " bytes at 0x%" PRIx32
                      "; expected 1 to %d slots in the workspace",
                      i, t->slots, t->bytes, t->slots_address, AIMC_NET_MAX_SLOTS);
  }
  if (t->storage != AIMC_NET_KEPT || (named && t->kept_address == 0)) return true;
  if (h->max_images != 0 &&
      net_in_workspace(c, t->kept_address, (uint64_t)h->max_images * t->bytes)) {
    return true;
  }
  return net_refuse(c,
                    "tensor %" PRIu32 ": kept_address is 0x%" PRIx32
                    "; expected max_images (%" PRIu32 ") images in the workspace",
                    i, t->kept_address, h->max_images);
}

static bool check_tensors(const checker* c) {
  const aimc_net_header* h = c->header;
  const uint32_t count = h->tensors.count;
  if (h->input >= count || h->output >= count || h->logits >= count) {
    return net_refuse(c,
                      "input, output, logits are tensors %" PRIu32 ", %" PRIu32 ", %" PRIu32
                      "; there are %" PRIu32,
                      h->input, h->output, h->logits, count);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const aimc_net_tensor* t = net_tensor_at(c, i);
    if (!net_text_at(c, t->name_at)) {
      return net_refuse(c, "tensor %" PRIu32 ": name_at is %" PRIu32 ", no text of the image", i,
                        t->name_at);
    }
    const uint64_t pixels = (uint64_t)t->rows * t->columns;
    if (pixels == 0 || pixels > UINT32_MAX || t->channels == 0 || t->channels > t->pitch ||
        t->pitch % 4 != 0 || pixels * t->pitch != t->bytes) {
      return net_refuse(c,
                        "tensor %" PRIu32 ": %" PRIu32 "x%" PRIu32 "x%" PRIu32
                        " with a pitch of %" PRIu32 " is not %" PRIu32 " bytes",
                        i, t->rows, t->columns, t->channels, t->pitch, t->bytes);
    }
    if (t->zero_point < INT8_MIN || t->zero_point > INT8_MAX) {
      return net_refuse(c, "tensor %" PRIu32 ": zero_point is %" PRId32 "; expected -128 to 127", i,
                        t->zero_point);
    }
    if (!check_storage(c, i, t)) return false;
  }
  return true;
}

/* Epochs take the steps in their order, without gaps. */
static bool check_epochs(const checker* c) {
  const aimc_net_epoch* list = net_list(c, &c->header->epochs);
  uint32_t next = 0;
  for (uint32_t e = 0; e < c->header->epochs.count; ++e) {
    if (list[e].first_step != next || list[e].steps > c->header->steps.count - next) {
      return net_refuse(c,
                        "epoch %" PRIu32 ": steps %" PRIu32 " and %" PRIu32
                        " more; expected to begin at %" PRIu32 " of %" PRIu32,
                        e, list[e].first_step, list[e].steps, next, c->header->steps.count);
    }
    for (uint32_t i = 0; i < list[e].steps; ++i, ++next) {
      if (net_step_at(c, next)->epoch != e) {
        return net_refuse(c, "step %" PRIu32 ": epoch is %" PRIu32 "; expected %" PRIu32, next,
                          net_step_at(c, next)->epoch, e);
      }
    }
  }
  if (next == c->header->steps.count) return true;
  return net_refuse(c, "step %" PRIu32 " belongs to no epoch", next);
}

static bool check_columns(const checker* c, uint32_t index, const aimc_net_block* b) {
  const aimc_net_column* columns = (const aimc_net_column*)(c->image + b->columns_at);
  const float limit = 1e9f;
  for (uint32_t i = 0; i < b->columns; ++i) {
    if (columns[i].scale >= 0.0f && columns[i].scale < limit && columns[i].bias > -limit &&
        columns[i].bias < limit) {
      continue;
    }
    return net_refuse(c,
                      "block %" PRIu32 ": scale or bias of column %" PRIu32
                      " is no number, or "
                      "beyond 1e9, or the scale is negative",
                      index, i);
  }
  return true;
}

static bool check_blocks(const checker* c) {
  const aimc_net_header* h = c->header;
  const aimc_net_block* list = net_list(c, &h->blocks);
  for (uint32_t i = 0; i < h->blocks.count; ++i) {
    const aimc_net_block* b = &list[i];
    if (b->tile >= h->tile_count || b->epoch >= h->epochs.count || b->rows == 0 ||
        b->columns == 0 || (uint32_t)b->first_row + b->rows > h->tile_rows ||
        (uint32_t)b->first_column + b->columns > h->tile_columns) {
      return net_refuse(c,
                        "block %" PRIu32 ": %ux%u cells at row %u, column %u of tile %" PRIu32
                        " in epoch %" PRIu32 " are not there",
                        i, b->rows, b->columns, b->first_row, b->first_column, b->tile, b->epoch);
    }
    if (!net_inside(c, b->weights_at, 1, (uint32_t)b->rows * b->columns) ||
        !net_inside(c, b->columns_at, b->columns, sizeof(aimc_net_column))) {
      return net_refuse(
          c, "block %" PRIu32 ": weights_at %" PRIu32 " or columns_at %" PRIu32 " leaves the image",
          i, b->weights_at, b->columns_at);
    }
    if (b->input_zero_point < INT8_MIN || b->input_zero_point > INT8_MAX) {
      return net_refuse(c, "block %" PRIu32 ": input_zero_point is %" PRId32, i,
                        b->input_zero_point);
    }
    for (uint32_t k = 0; k < i; ++k) {
      if (list[k].tile == b->tile && list[k].epoch == b->epoch &&
          list[k].read_mode != b->read_mode) {
        return net_refuse(c,
                          "block %" PRIu32 ": read_mode is 0x%" PRIx32 ", that of block %" PRIu32
                          " in the same tile 0x%" PRIx32,
                          i, b->read_mode, k, list[k].read_mode);
      }
    }
    if (!check_columns(c, i, b)) return false;
  }
  return true;
}

/* What a program PUTs into RAM stays in the workspace. */
static bool check_puts(const checker* c, const aimc_net_program* p) {
  const uint32_t* word = (const uint32_t*)(c->image + p->commands.at);
  for (uint32_t i = 0; i < p->commands.count; ++i, word += kCommandBytes / 4) {
    if ((word[0] & 0xFFu) != kPut || (word[0] & kPutMulticast) != 0) continue;
    const bool tile =
        word[2] >= c->place->tiles_begin && (uint64_t)word[2] + word[3] <= c->place->tiles_end;
    if (tile || net_in_workspace(c, word[2], word[3])) continue;
    return net_refuse(c,
                      "tile %" PRIu32 ", command %" PRIu32 ": PUT of %" PRIu32
                      " bytes to 0x%" PRIx32 ", neither tiles nor workspace",
                      p->tile, i, word[3], word[2]);
  }
  return true;
}

static bool check_programs(const checker* c) {
  const aimc_net_header* h = c->header;
  const aimc_net_program* list = net_list(c, &h->programs);
  for (uint32_t i = 0; i < h->programs.count; ++i) {
    const aimc_net_program* p = &list[i];
    if (p->tile >= h->tile_count || p->epoch >= h->epochs.count || p->commands.count == 0 ||
        p->commands.count > c->place->program_commands ||
        !net_inside(c, p->commands.at, p->commands.count, kCommandBytes)) {
      return net_refuse(
          c,
          "program %" PRIu32 ": %" PRIu32 " commands at offset %" PRIu32 " for tile %" PRIu32
          " in epoch %" PRIu32 "; expected 1 to %" PRIu32 " commands in the image",
          i, p->commands.count, p->commands.at, p->tile, p->epoch, c->place->program_commands);
    }
    if (!check_puts(c, p)) return false;
  }
  return true;
}

static bool check_fills(const checker* c) {
  const aimc_net_header* h = c->header;
  const aimc_net_fill* list = net_list(c, &h->fills);
  for (uint32_t i = 0; i < h->fills.count; ++i) {
    const aimc_net_fill* f = &list[i];
    if (f->tile < h->tile_count && f->epoch < h->epochs.count && f->sram % 4 == 0 &&
        f->bytes % 4 == 0 && f->bytes != 0 && (uint64_t)f->sram + f->bytes <= h->tile_sram_bytes) {
      continue;
    }
    return net_refuse(c,
                      "fill %" PRIu32 ": %" PRIu32 " bytes at SRAM %" PRIu32 " of tile %" PRIu32
                      " in epoch %" PRIu32 " are not there",
                      i, f->bytes, f->sram, f->tile, f->epoch);
  }
  return true;
}

bool aimc_network_check(const void* image, size_t readable, const aimc_network_place* place,
                        char* message, size_t message_bytes) {
  const checker c = {image, image, place, message, message_bytes};
  if (!check_header(&c, readable) || !check_lists(&c) || !check_tensors(&c) || !check_epochs(&c) ||
      !check_programs(&c)) {
    return false;
  }
  uint32_t jobs = 0;
  uint32_t fetches = 0;
  for (uint32_t i = 0; i < c.header->steps.count; ++i) {
    if (!net_check_step(&c, i, &jobs, &fetches)) return false;
  }
  return check_blocks(&c) && check_fills(&c);
}
