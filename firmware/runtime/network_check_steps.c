/* Steps on tiles: groups, jobs, fetches; and what any step reads and writes. */
#include <inttypes.h>

#include "network_check_internal.h"

enum { kMaxFetchRows = 65535, kMaxFetchRowBytes = 65536 };

/* Commands of a tile's program in an epoch; NULL: it has none. */
static const aimc_net_program* program_of(const checker* c, uint32_t tile, uint32_t epoch) {
  const aimc_net_program* list = net_list(c, &c->header->programs);
  for (uint32_t i = 0; i < c->header->programs.count; ++i) {
    if (list[i].tile == tile && list[i].epoch == epoch) return &list[i];
  }
  return NULL;
}

static bool check_fetch(const checker* c, uint32_t index, const aimc_net_step* step) {
  const aimc_net_fetch* f = (const aimc_net_fetch*)net_list(c, &c->header->fetches) + index;
  bool input = false;
  for (unsigned i = 0; i < 4; ++i) {
    input = input || (f->tensor != AIMC_NET_NONE && step->inputs[i] == f->tensor);
  }
  if (!input) {
    return net_refuse(c, "fetch %" PRIu32 ": tensor %" PRIu32 " is no input of its step", index,
                      f->tensor);
  }
  const uint32_t all = f->offset | f->row_bytes | f->source_stride | f->sram | f->sram_stride;
  const uint32_t more = f->rows - 1;
  const bool fits =
      all % 4 == 0 && f->rows != 0 && f->rows <= kMaxFetchRows && f->row_bytes != 0 &&
      f->row_bytes <= kMaxFetchRowBytes &&
      f->offset + (uint64_t)more * f->source_stride + f->row_bytes <=
          net_tensor_at(c, f->tensor)->bytes &&
      f->sram + (uint64_t)more * f->sram_stride + f->row_bytes <= c->header->tile_sram_bytes;
  if (fits) return true;
  return net_refuse(c,
                    "fetch %" PRIu32 ": %" PRIu32 " rows of %" PRIu32 " bytes from offset %" PRIu32
                    " to SRAM %" PRIu32 " leave tensor %" PRIu32 " or the SRAM",
                    index, f->rows, f->row_bytes, f->offset, f->sram, f->tensor);
}

static bool check_job(const checker* c, uint32_t index, const aimc_net_step* step,
                      uint32_t* fetches) {
  const aimc_net_job* j = (const aimc_net_job*)net_list(c, &c->header->jobs) + index;
  const aimc_net_program* program =
      j->tile < c->header->tile_count ? program_of(c, j->tile, step->epoch) : NULL;
  if (program == NULL) {
    return net_refuse(c, "job %" PRIu32 ": tile %" PRIu32 " has no program in epoch %" PRIu32,
                      index, j->tile, step->epoch);
  }
  const uint32_t slots = net_tensor_at(c, step->output)->slots;
  if (j->entry + (uint64_t)(slots - 1) * j->entry_stride >= program->commands.count) {
    return net_refuse(c,
                      "job %" PRIu32 ": entry %" PRIu32 " with stride %" PRIu32
                      " leaves the %" PRIu32 " commands of tile %" PRIu32,
                      index, j->entry, j->entry_stride, program->commands.count, j->tile);
  }
  if (j->done_address != 0 && !net_in_workspace(c, j->done_address, 4)) {
    return net_refuse(
        c, "job %" PRIu32 ": done_address is 0x%" PRIx32 "; expected a word of the workspace",
        index, j->done_address);
  }
  *fetches += j->fetches;
  if (j->fetches > AIMC_NET_MAX_LIST || *fetches > AIMC_NET_MAX_LIST ||
      (uint64_t)j->first_fetch + j->fetches > c->header->fetches.count) {
    return net_refuse(c,
                      "job %" PRIu32 ": fetches %" PRIu32 " and %" PRIu32
                      " more; there are %" PRIu32 ", and jobs may have %d together",
                      index, j->first_fetch, j->fetches, c->header->fetches.count,
                      AIMC_NET_MAX_LIST);
  }
  for (uint32_t i = 0; i < j->fetches; ++i) {
    if (!check_fetch(c, j->first_fetch + i, step)) return false;
  }
  return true;
}

static bool check_groups(const checker* c, uint32_t index, const aimc_net_step* step,
                         uint32_t* jobs, uint32_t* fetches) {
  const aimc_net_group* groups = net_list(c, &c->header->groups);
  if (step->groups == 0 || (uint64_t)step->first_group + step->groups > c->header->groups.count) {
    return net_refuse(
        c, "step %" PRIu32 ": groups %" PRIu32 " and %" PRIu32 " more; there are %" PRIu32, index,
        step->first_group, step->groups, c->header->groups.count);
  }
  for (uint32_t g = step->first_group; g < step->first_group + step->groups; ++g) {
    const aimc_net_group* group = &groups[g];
    if (group->jobs == 0 || group->jobs > AIMC_NET_MAX_LIST ||
        (uint64_t)group->first_job + group->jobs > c->header->jobs.count ||
        (*jobs += group->jobs) > AIMC_NET_MAX_LIST) {
      return net_refuse(c,
                        "group %" PRIu32 ": jobs %" PRIu32 " and %" PRIu32
                        " more; there are %" PRIu32 ", and steps may have %d together",
                        g, group->first_job, group->jobs, c->header->jobs.count, AIMC_NET_MAX_LIST);
    }
    bool ends = false;
    const aimc_net_job* job = (const aimc_net_job*)net_list(c, &c->header->jobs) + group->first_job;
    for (uint32_t j = 0; j < group->jobs; ++j) {
      if (!check_job(c, group->first_job + j, step, fetches)) return false;
      ends = ends || job[j].done_address != 0;
    }
    if (!ends) return net_refuse(c, "group %" PRIu32 ": no job has a done_address", g);
  }
  return true;
}

/* An input is the network's, or what earlier steps made; of an earlier epoch only if it is kept. */
static bool check_input(const checker* c, uint32_t index, const aimc_net_step* step, uint32_t t) {
  bool made = t == c->header->input;
  for (uint32_t i = 0; i < c->header->steps.count; ++i) {
    const aimc_net_step* other = net_step_at(c, i);
    if (other->output != t) continue;
    if (i >= index) made = false;
    if (i >= index) break;
    made = true;
    if (other->epoch != step->epoch && net_tensor_at(c, t)->storage != AIMC_NET_KEPT) {
      return net_refuse(c, "step %" PRIu32 ": tensor %" PRIu32 " of epoch %" PRIu32 " is not KEPT",
                        index, t, other->epoch);
    }
  }
  if (made) return true;
  return net_refuse(c, "step %" PRIu32 ": tensor %" PRIu32 " is not complete before it", index, t);
}

bool net_check_step(const checker* c, uint32_t index, uint32_t* jobs, uint32_t* fetches) {
  const aimc_net_step* step = net_step_at(c, index);
  const uint32_t tensors = c->header->tensors.count;
  if (!net_text_at(c, step->name_at)) {
    return net_refuse(c, "step %" PRIu32 ": name_at is %" PRIu32 ", no text of the image", index,
                      step->name_at);
  }
  if (step->output >= tensors || step->output == c->header->input || step->inputs[0] >= tensors) {
    return net_refuse(c,
                      "step %" PRIu32 ": from tensor %" PRIu32 " to %" PRIu32 "; there are %" PRIu32
                      ", and %" PRIu32 " is the input",
                      index, step->inputs[0], step->output, tensors, c->header->input);
  }
  for (unsigned i = 0; i < 4 && step->inputs[i] != AIMC_NET_NONE; ++i) {
    if (step->inputs[i] >= tensors) {
      return net_refuse(c, "step %" PRIu32 ": input %" PRIu32 "; there are %" PRIu32 " tensors",
                        index, step->inputs[i], tensors);
    }
    if (!check_input(c, index, step, step->inputs[i])) return false;
  }
  switch (step->kind) {
    case AIMC_NET_TILES:
    case AIMC_NET_UNIT:
      return check_groups(c, index, step, jobs, fetches);
    case AIMC_NET_HOST:
      return net_check_host_step(c, index, step);
    default:
      return net_refuse(c, "step %" PRIu32 ": kind is %" PRIu32 "; expected 0 to 2", index,
                        step->kind);
  }
}
