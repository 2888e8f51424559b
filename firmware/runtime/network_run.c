/* Batches: passes through all epochs, images alone and in the pipeline. */
#include <inttypes.h>

#include "network_internal.h"

typedef struct meter {
  uint64_t ns, pj;
} meter;

static meter now(void) {
  return (meter){aimc_time_ns(), aimc_energy_pj()};
}

static void add_since(const meter* begin, uint64_t* ns, uint64_t* pj) {
  const meter end = now();
  *ns += end.ns - begin->ns;
  *pj += end.pj - begin->pj;
}

/* Where images of the tensors that are kept go in the pass from image `first` on. */
static void place_kept(aimc_network* n, const aimc_network_batch* batch, uint32_t first) {
  const aimc_net_header* h = n->header;
  for (uint32_t i = 0; i < h->tensors.count; ++i) {
    net_tensor* t = &n->tensors[i];
    if (t->t->storage != AIMC_NET_KEPT) continue;
    t->kept = (uint8_t*)(uintptr_t)t->t->kept_address;
    int8_t* named = i == h->output ? batch->outputs : i == h->logits ? batch->logits : NULL;
    if (named != NULL) t->kept = (uint8_t*)named + first * t->t->bytes;
  }
  n->inputs = (const uint8_t*)batch->inputs + first * n->tensors[h->input].t->bytes;
}

/* Each step for itself, one image after the other. */
static aimc_status run_alone(aimc_network* n, const aimc_net_epoch* epoch, uint32_t images) {
  for (n->limit = 1; n->limit <= images; ++n->limit) {
    for (uint32_t i = epoch->first_step; i < epoch->first_step + epoch->steps; ++i) {
      n->first_step = i;
      n->end_step = i + 1;
      aimc_marker_begin(n->steps[i].marker);
      const aimc_status status = net_pump(n);
      aimc_marker_end(n->steps[i].marker);
      if (status != AIMC_OK) return status;
    }
  }
  return AIMC_OK;
}

/* The images up to `end`. */
static aimc_status run_piped(aimc_network* n, const aimc_net_epoch* epoch, uint32_t end) {
  n->first_step = epoch->first_step;
  n->end_step = epoch->first_step + epoch->steps;
  n->limit = end;
  aimc_marker_begin(n->marker_pipeline);
  const aimc_status status = net_pump(n);
  aimc_marker_end(n->marker_pipeline);
  return status;
}

static aimc_status run_epoch(aimc_network* n, uint32_t index, uint32_t alone, uint32_t images,
                             aimc_network_result* result) {
  const aimc_net_epoch* epoch = (const aimc_net_epoch*)(n->image + n->header->epochs.at) + index;
  if (n->epoch != index) {
    const aimc_status status = aimc_network_load(n, index);
    if (status != AIMC_OK) return status;
  }
  net_begin_epoch(n);
  meter begin = now();
  aimc_status status = run_alone(n, epoch, alone);
  add_since(&begin, &result->alone_ns, &result->alone_pj);
  if (status != AIMC_OK || alone == images) return status;
  begin = now();
  status = run_piped(n, epoch, images);
  add_since(&begin, &result->piped_ns, &result->piped_pj);
  return status;
}

static aimc_status check_batch(aimc_network* n, const aimc_network_batch* batch) {
  const aimc_net_header* h = n->header;
  if (batch->count == 0) return net_fail(n, AIMC_INVALID, "no samples");
  if (((uintptr_t)batch->inputs | (uintptr_t)batch->outputs | (uintptr_t)batch->logits) % 4 != 0)
    return net_fail(n, AIMC_INVALID, "samples or results are not word-aligned");
  if (batch->outputs == NULL || (batch->logits == NULL && h->logits != h->output))
    return net_fail(n, AIMC_INVALID, "no place for outputs or logits");
  return AIMC_OK;
}

aimc_status aimc_network_run(aimc_network* n, const aimc_network_batch* batch,
                             aimc_network_result* result) {
  *result = (aimc_network_result){0};
  const meter begin = now();
  aimc_status status = check_batch(n, batch);
  const uint32_t pass = n->header->max_images == 0 ? batch->count : n->header->max_images;
  for (uint32_t first = 0; first < batch->count && status == AIMC_OK; first += pass) {
    const uint32_t left = batch->count - first;
    const uint32_t images = left < pass ? left : pass;
    uint32_t alone = first == 0 ? n->options.sequential : 0;
    if (alone > images) alone = images;
    place_kept(n, batch, first);
    n->first_image = first;
    n->total_images = batch->count;
    for (uint32_t e = 0; e < n->header->epochs.count && status == AIMC_OK; ++e) {
      status = run_epoch(n, e, alone, images, result);
    }
    result->alone += alone;
    result->piped += images - alone;
  }
  add_since(&begin, &result->total_ns, &result->total_pj);
  if (status == AIMC_OK) aimc_progress(batch->count, batch->count);
  return status;
}
