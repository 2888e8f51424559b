/** Shared by the files that check an image. */
#ifndef AIMC_NETWORK_CHECK_INTERNAL_H
#define AIMC_NETWORK_CHECK_INTERNAL_H

#include "network_check.h"

typedef struct checker {
  const uint8_t* image;
  const aimc_net_header* header;
  const aimc_network_place* place;
  char* message;
  size_t message_bytes;
} checker;

/** Notes why the image is refused; always false. */
__attribute__((format(printf, 2, 3))) bool net_refuse(const checker* c, const char* format, ...);

/** `count` structures of `size` bytes at an offset lie inside the image, word-aligned. */
bool net_inside(const checker* c, uint32_t at, uint32_t count, uint32_t size);

/** Elements of a list that was checked. */
static inline const void* net_list(const checker* c, const aimc_net_list* list) {
  return c->image + list->at;
}

static inline const aimc_net_tensor* net_tensor_at(const checker* c, uint32_t index) {
  return (const aimc_net_tensor*)net_list(c, &c->header->tensors) + index;
}
static inline const aimc_net_step* net_step_at(const checker* c, uint32_t index) {
  return (const aimc_net_step*)net_list(c, &c->header->steps) + index;
}

/** [address, address + bytes) lies in the workspace, word-aligned. */
bool net_in_workspace(const checker* c, uint32_t address, uint64_t bytes);
/** A text that ends within the image is at an offset. */
bool net_text_at(const checker* c, uint32_t at);

/** A step after tensors, epochs and programs were checked. Counts jobs and fetches of all. */
bool net_check_step(const checker* c, uint32_t index, uint32_t* jobs, uint32_t* fetches);
/** Parameters of a host step fit the shapes of its tensors, which were checked. */
bool net_check_host_step(const checker* c, uint32_t index, const aimc_net_step* step);

#endif
