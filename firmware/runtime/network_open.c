/* Taking over an image: everything is checked and laid out here, so that running only moves on. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_program.h"
#include "network_check.h"
#include "network_internal.h"

aimc_network_options aimc_network_defaults(void) {
  return (aimc_network_options){
      .calibrate = true, .vectors = 32, .timeout_us = 1000000, .sequential = 1};
}

aimc_status net_fail(aimc_network* n, aimc_status status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(n->message, sizeof n->message, format, arguments);
  va_end(arguments);
  return status;
}

const aimc_net_header* aimc_network_header(const aimc_network* n) {
  return n->header;
}

const aimc_net_tensor* aimc_network_tensor(const aimc_network* n, uint32_t index) {
  return n->tensors[index].t;
}

const char* aimc_network_message(const aimc_network* n) {
  return n->message;
}

const aimc_network_loads* aimc_network_loaded(const aimc_network* n) {
  return &n->loads;
}

/* End of the memory this program uses itself. */
extern char __heap_end[];

static bool check(uintptr_t image, char* message) {
  const aimc_platform_info* platform = aimc_platform();
  aimc_tile first;
  const uint32_t ram_end = (uint32_t)platform->ram_base + platform->ram_size;
  const aimc_status status = aimc_tile_open(&first, 0);
  if (status != AIMC_OK) {
    snprintf(message, AIMC_NETWORK_MESSAGE_BYTES, "tile 0: %s", aimc_strerror(status));
    return false;
  }
  if (image % 4 != 0 || image < (uintptr_t)__heap_end || image >= ram_end) {
    snprintf(message, AIMC_NETWORK_MESSAGE_BYTES,
             "image address 0x%08lx; expected a word of RAM in 0x%08lx to 0x%08lx",
             (unsigned long)image, (unsigned long)(uintptr_t)__heap_end, (unsigned long)ram_end);
    return false;
  }
  const aimc_network_place place = {
      .image_address = (uint32_t)image,
      .ram_begin = (uint32_t)(uintptr_t)__heap_end,
      .ram_end = ram_end,
      .tiles_begin = (uint32_t)platform->tile_base,
      .tiles_end = (uint32_t)platform->tile_base + platform->tile_count * platform->tile_stride,
      .tile_count = platform->tile_count,
      .tile_rows = first.rows,
      .tile_columns = first.columns,
      .tile_sram_bytes = first.sram_bytes,
      .nmpu_format = aimc_read32(first.base + AIMC_TILE_NMPU_FORMAT),
      .program_commands = AIMC_PROGRAM_COMMANDS};
  return aimc_network_check((const void*)image, ram_end - image, &place, message,
                            AIMC_NETWORK_MESSAGE_BYTES);
}

/* How much of everything the image needs. */
typedef struct sizes {
  uint32_t groups, jobs, fetches, lanes, users;
} sizes;

static const aimc_net_step* step_list(const aimc_network* n) {
  return net_at(n, n->header->steps.at);
}

static const aimc_net_group* group_list(const aimc_network* n) {
  return net_at(n, n->header->groups.at);
}

/* True for the first group of its lane within a step. */
static bool opens_lane(const aimc_net_group* groups, uint32_t index) {
  for (uint32_t i = 0; i < index; ++i) {
    if (groups[i].lane == groups[index].lane) return false;
  }
  return true;
}

static sizes measure(const aimc_network* n) {
  sizes s = {0};
  const aimc_net_job* jobs = net_at(n, n->header->jobs.at);
  for (uint32_t i = 0; i < n->header->steps.count; ++i) {
    const aimc_net_step* step = &step_list(n)[i];
    s.users += 1; /* its output */
    for (unsigned k = 0; k < 4 && step->inputs[k] != AIMC_NET_NONE; ++k) ++s.users;
    if (step->kind == AIMC_NET_HOST) {
      ++s.lanes;
      continue;
    }
    const aimc_net_group* groups = group_list(n) + step->first_group;
    for (uint32_t g = 0; g < step->groups; ++g) {
      s.lanes += opens_lane(groups, g);
      ++s.groups;
      s.jobs += groups[g].jobs;
      for (uint32_t j = 0; j < groups[g].jobs; ++j) {
        s.fetches += jobs[groups[g].first_job + j].fetches;
      }
    }
  }
  return s;
}

static bool take_memory(aimc_network* n, const sizes* s) {
  const aimc_net_header* h = n->header;
  n->tiles = calloc(h->tile_count + 1, sizeof *n->tiles);
  n->steps = calloc(h->steps.count, sizeof *n->steps);
  n->tensors = calloc(h->tensors.count, sizeof *n->tensors);
  n->lanes = calloc(s->lanes, sizeof *n->lanes);
  n->groups = calloc(s->groups + 1, sizeof *n->groups);
  n->fetches = calloc(s->fetches + 1, sizeof *n->fetches);
  n->descriptors = aligned_alloc(32, (s->fetches + 1) * sizeof *n->descriptors);
  n->threads = calloc(s->jobs + 1, 1);
  n->users = calloc(s->users, sizeof *n->users);
  bool all = n->tiles != NULL && n->steps != NULL && n->tensors != NULL && n->lanes != NULL &&
             n->groups != NULL && n->fetches != NULL && n->descriptors != NULL &&
             n->threads != NULL && n->users != NULL;
  net_queue* queues[] = {&n->fetching, &n->fetched, &n->hosted};
  for (unsigned i = 0; i < 3; ++i) {
    queues[i]->lanes = calloc(s->lanes, sizeof(net_lane*));
    queues[i]->capacity = s->lanes;
    all = all && queues[i]->lanes != NULL;
  }
  return all;
}

/* Cursors into what was taken. */
typedef struct layout {
  net_lane* lane;
  net_group* group;
  const aimc_net_fetch** fetch;
  aimc_dma_descriptor* descriptor;
  uint8_t* thread;
} layout;

static void lay_group(const aimc_network* n, const aimc_net_group* from, layout* at) {
  const aimc_net_fetch* list = net_at(n, n->header->fetches.at);
  net_group* group = at->group++;
  *group = (net_group){.jobs = (const aimc_net_job*)net_at(n, n->header->jobs.at) + from->first_job,
                       .job_count = from->jobs,
                       .chain = at->descriptor,
                       .fetches = at->fetch,
                       .threads = at->thread};
  at->thread += from->jobs;
  for (uint32_t j = 0; j < from->jobs; ++j) {
    const aimc_net_job* job = &group->jobs[j];
    for (uint32_t f = 0; f < job->fetches; ++f, ++group->fetch_count) {
      const aimc_net_fetch* fetch = &list[job->first_fetch + f];
      aimc_dma_descriptor* d = at->descriptor++;
      *at->fetch++ = fetch;
      *d = (aimc_dma_descriptor){
          .next = (uint32_t)(uintptr_t)at->descriptor,
          .destination = (uint32_t)aimc_tile_sram(&n->tiles[job->tile].tile, fetch->sram),
          .row_bytes = fetch->row_bytes,
          .rows = fetch->rows,
          .source_stride = fetch->source_stride,
          .destination_stride = fetch->sram_stride};
    }
  }
  if (group->fetch_count != 0) at->descriptor[-1].next = 0;
}

static void lay_step(aimc_network* n, uint32_t index, layout* at) {
  net_step* step = &n->steps[index];
  const aimc_net_step* s = &step_list(n)[index];
  *step = (net_step){.s = s, .lanes = at->lane, .marker = aimc_name(net_at(n, s->name_at))};
  if (s->kind == AIMC_NET_HOST) {
    *at->lane++ = (net_lane){.step = index};
    step->lane_count = 1;
    return;
  }
  const aimc_net_group* groups = group_list(n) + s->first_group;
  for (uint32_t g = 0; g < s->groups; ++g) {
    if (!opens_lane(groups, g)) continue;
    net_lane* lane = at->lane++;
    *lane = (net_lane){.step = index, .groups = at->group};
    for (uint32_t other = g; other < s->groups; ++other) {
      if (groups[other].lane != groups[g].lane) continue;
      lay_group(n, &groups[other], at);
      ++lane->group_count;
    }
    ++step->lane_count;
  }
}

static bool reads(const aimc_net_step* s, uint32_t tensor) {
  for (unsigned i = 0; i < 4 && s->inputs[i] != AIMC_NET_NONE; ++i) {
    if (s->inputs[i] == tensor) return true;
  }
  return false;
}

static void lay_tensors(aimc_network* n) {
  const aimc_net_tensor* list = net_at(n, n->header->tensors.at);
  uint32_t* user = n->users;
  for (uint32_t t = 0; t < n->header->tensors.count; ++t) {
    net_tensor* tensor = &n->tensors[t];
    tensor->t = &list[t];
    tensor->makers.steps = user;
    for (uint32_t i = 0; i < n->header->steps.count; ++i) {
      if (step_list(n)[i].output == t) user[tensor->makers.count++] = i;
    }
    user += tensor->makers.count;
    tensor->readers.steps = user;
    for (uint32_t i = 0; i < n->header->steps.count; ++i) {
      if (reads(&step_list(n)[i], t)) user[tensor->readers.count++] = i;
    }
    user += tensor->readers.count;
  }
}

static aimc_status open_tiles(aimc_network* n) {
  for (uint32_t i = 0; i < n->header->tile_count; ++i) {
    const aimc_status status = aimc_tile_open(&n->tiles[i].tile, i);
    if (status != AIMC_OK)
      return net_fail(n, status, "tile %" PRIu32 ": %s", i, aimc_strerror(status));
  }
  return AIMC_OK;
}

static aimc_status lay_out(aimc_network* n) {
  const sizes s = measure(n);
  if (!take_memory(n, &s)) return net_fail(n, AIMC_NO_MEMORY, "the heap is exhausted");
  const aimc_status status = open_tiles(n);
  if (status != AIMC_OK) return status;
  n->lane_count = s.lanes;
  layout at = {n->lanes, n->groups, n->fetches, n->descriptors, n->threads};
  for (uint32_t i = 0; i < n->header->steps.count; ++i) lay_step(n, i, &at);
  lay_tensors(n);
  n->marker_programming = aimc_name("programming");
  n->marker_calibration = aimc_name("calibration");
  n->marker_pipeline = aimc_name("pipeline");
  return AIMC_OK;
}

aimc_status aimc_network_open(aimc_network** network, uintptr_t image,
                              const aimc_network_options* options, char* message) {
  *network = NULL;
  message[0] = '\0';
  if (!check(image, message)) return AIMC_INVALID;
  aimc_network* n = calloc(1, sizeof *n);
  if (n == NULL) return AIMC_NO_MEMORY;
  n->image = (const uint8_t*)image;
  n->header = (const aimc_net_header*)image;
  n->options = options != NULL ? *options : aimc_network_defaults();
  n->epoch = AIMC_NET_NONE;
  const aimc_status status = lay_out(n);
  if (status == AIMC_OK) {
    *network = n;
    return AIMC_OK;
  }
  memcpy(message, n->message, AIMC_NETWORK_MESSAGE_BYTES);
  aimc_network_close(n);
  return status;
}

void aimc_network_close(aimc_network* n) {
  if (n == NULL) return;
  free(n->hosted.lanes);
  free(n->fetched.lanes);
  free(n->fetching.lanes);
  free(n->users);
  free(n->threads);
  free(n->descriptors);
  free((void*)n->fetches);
  free(n->groups);
  free(n->lanes);
  free(n->tensors);
  free(n->steps);
  free(n->tiles);
  free(n);
}
