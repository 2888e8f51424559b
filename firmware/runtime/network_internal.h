/** Shared by the files of the network runtime.
 *
 * What can be done independently is a lane: the groups of a step that share crossbars, one after
 * the other; a host step is a lane too. A lane takes image after image; it may start on one when
 * the inputs of its step are complete and the slot of the output is free. Then each of its groups
 * waits for the DMA engine to fetch, and runs. Events (the engine is idle, the words `done` are
 * set) move lanes on; whatever they make possible is tried at once, so that nothing is scanned.
 */
#ifndef AIMC_NETWORK_INTERNAL_H
#define AIMC_NETWORK_INTERNAL_H

#include "aimc_dma.h"
#include "network.h"

enum { NET_THREADS = AIMC_TILE_PROGRAM_START_COUNT };

typedef struct net_tile {
  aimc_tile tile;
  uint8_t busy;  /* threads that work */
  uint8_t ended; /* threads whose last command is over or about to be */
} net_tile;

typedef struct net_fetch {
  aimc_dma_descriptor descriptor;
} net_fetch;

/* Jobs that start together. */
typedef struct net_group {
  const aimc_net_job* jobs;
  uint32_t job_count;
  aimc_dma_descriptor* chain; /* one descriptor a fetch */
  const aimc_net_fetch** fetches;
  uint32_t fetch_count;
  uint8_t* threads;  /* of each job, while it runs */
  uint32_t shortest; /* host cycles it has ever run; 0: not known */
} net_group;

typedef enum net_lane_state {
  NET_IDLE,     /* waits for inputs, or room for its output */
  NET_FETCHING, /* in the queue of the DMA engine */
  NET_FETCHED,  /* waits for threads */
  NET_RUNNING,
  NET_QUEUED /* on the host */
} net_lane_state;

typedef struct net_lane {
  uint32_t step;
  net_group* groups;
  uint32_t group_count;
  uint32_t at;           /* group in progress */
  uint32_t pending;      /* first of its jobs that is not known to be done */
  uint32_t image;        /* in progress, or next */
  uint32_t started, due; /* host cycles: when its group was started, and when to look at it */
  struct net_lane *next, *previous; /* of those that run */
  net_lane_state state;
} net_lane;

typedef struct net_step {
  const aimc_net_step* s;
  net_lane* lanes;
  uint32_t lane_count;
  uint32_t done;    /* images of this pass */
  uint32_t lagging; /* lanes that have not done more */
  uint32_t end;     /* lanes may start on images before this one */
  uint32_t marker;  /* name for markers */
} net_step;

/* Steps that write or read a tensor. */
typedef struct net_users {
  uint32_t* steps;
  uint32_t count;
} net_users;

typedef struct net_tensor {
  const aimc_net_tensor* t;
  net_users makers, readers;
  uint8_t* kept;     /* image 0 of this pass; NULL: not kept */
  uint32_t copied;   /* images copied to it in this epoch */
  uint32_t made;     /* images that are complete */
  uint32_t over;     /* and that all have read: their slots are free */
  uint32_t restored; /* images whose earlier parts are back in their slots */
  bool from_kept;    /* complete before this epoch */
  bool restores;     /* parts of it were made in earlier epochs, and some are in this */
} net_tensor;

/* Lanes that wait for something, in order. */
typedef struct net_queue {
  net_lane** lanes;
  uint32_t capacity, first, count;
} net_queue;

struct aimc_network {
  const uint8_t* image;
  const aimc_net_header* header;
  aimc_network_options options;
  char message[AIMC_NETWORK_MESSAGE_BYTES];
  uint32_t epoch; /* that is loaded; AIMC_NET_NONE: none */
  aimc_network_loads loads;
  double squares_before, squares_after; /* of calibration */
  net_tile* tiles;
  net_step* steps;
  net_tensor* tensors;
  net_lane* lanes;
  uint32_t lane_count;
  net_group* groups;
  const aimc_net_fetch** fetches;
  aimc_dma_descriptor* descriptors;
  uint8_t* threads;
  uint32_t* users;
  net_queue fetching; /* the first one's fetches are in progress if engine_busy */
  net_queue fetched;
  net_queue hosted;
  net_lane *running, *last_running; /* by `next` and `previous` */
  bool engine_busy;
  /* What may run now. */
  uint32_t first_step, end_step;      /* of the epoch, or of it the one that runs alone */
  uint32_t limit;                     /* images */
  uint32_t steps_left;                /* of these steps, that have not done so many */
  uint32_t first_image, total_images; /* of the batch; for progress */
  const uint8_t* inputs;              /* image 0 of this pass */
  uint32_t marker_programming, marker_calibration, marker_pipeline;
};

/** Elements of a list of the image. */
static inline const void* net_at(const aimc_network* n, uint32_t at) {
  return n->image + at;
}

/** Notes an error and returns it. */
__attribute__((format(printf, 3, 4))) aimc_status net_fail(aimc_network* n, aimc_status status,
                                                           const char* format, ...);

/** Address of an image of a tensor, for whoever reads it. */
static inline uint8_t* net_read_at(const net_tensor* t, const uint8_t* inputs, uint32_t image) {
  if (t->t->storage == AIMC_NET_GIVEN) return (uint8_t*)(uintptr_t)inputs + image * t->t->bytes;
  if (t->from_kept) return t->kept + image * t->t->bytes;
  return (uint8_t*)(uintptr_t)(t->t->slots_address + image % t->t->slots * t->t->bytes);
}

static inline net_lane* net_front(const net_queue* q) {
  return q->lanes[q->first];
}

static inline const char* net_step_name(const aimc_network* n, uint32_t step) {
  return net_at(n, n->steps[step].s->name_at);
}

static inline unsigned net_jobs_on(const net_group* group, uint32_t tile) {
  unsigned count = 0;
  for (uint32_t j = 0; j < group->job_count; ++j) count += group->jobs[j].tile == tile;
  return count;
}

/** Takes back the interrupts of tiles and the DMA engine, so that the next ones are seen. True when
 * there were any. */
bool net_take_interrupts(const aimc_network* n);
/** Until an interrupt; not for long where results may come without one. */
void net_sleep(const aimc_network* n);
/** Whether a tile has refused a command. */
aimc_status net_check_tiles(aimc_network* n);
/** Says what was waited for. */
aimc_status net_timed_out(aimc_network* n);
/** Leaves no thread and no transfer behind. */
void net_stop_all(aimc_network* n);

/** Executes a host step on an image. */
void net_run_host_step(const aimc_network* n, const net_step* step, uint32_t image);

/** Prepares lanes for images 0.. of a pass through the loaded epoch. */
void net_begin_epoch(aimc_network* n);
/** Lets the steps first_step .. end_step - 1 work until all have done `limit` images. */
aimc_status net_pump(aimc_network* n);

#endif
