/* Parameters of host steps against the shapes of their tensors. */
#include <inttypes.h>

#include "network_check_internal.h"

enum { kMaxWindow = 65535, kMaxWindowArea = 1 << 24, kLeastDifference = -1000000 };

/* A host step under examination. */
typedef struct host_step {
  const checker* c;
  uint32_t index;
  const aimc_net_step* step;
  const aimc_net_tensor* inputs[4]; /* NULL where there are fewer */
  const aimc_net_tensor* out;
  const void* parameters; /* NULL: they do not lie in the image */
} host_step;

static bool refuse(const host_step* s, const char* what) {
  return net_refuse(s->c, "step %" PRIu32 ": operator %" PRIu32 " of the host: %s", s->index,
                    s->step->host, what);
}

static bool factor_valid(const aimc_net_factor* f) {
  return f->fraction >= 0 && f->shift >= -31 && f->shift <= 30;
}

static bool byte_valid(int32_t value) {
  return value >= INT8_MIN && value <= INT8_MAX;
}

static bool clamp_valid(const aimc_net_clamp* clamp) {
  return byte_valid(clamp->least) && byte_valid(clamp->most) && clamp->least <= clamp->most;
}

static bool same_shape(const aimc_net_tensor* a, const aimc_net_tensor* b) {
  return a->rows == b->rows && a->columns == b->columns && a->channels == b->channels;
}

static bool check_copy(const host_step* s) {
  const aimc_net_tensor* in = s->inputs[0];
  const uint64_t from = (uint64_t)in->rows * in->columns;
  const uint64_t to = (uint64_t)s->out->rows * s->out->columns;
  /* Both fit 32 bits, and so do the channels: no overflow. */
  return from * in->channels == to * s->out->channels || refuse(s, "numbers of elements differ");
}

static bool repeats(const aimc_net_tensor* in, const aimc_net_tensor* out) {
  return (in->rows == 1 || in->rows == out->rows) &&
         (in->columns == 1 || in->columns == out->columns) &&
         (in->channels == 1 || in->channels == out->channels);
}

static bool check_add(const host_step* s) {
  const aimc_net_add* p = s->parameters;
  if (s->inputs[1] == NULL) return refuse(s, "one input; expected two");
  if (!repeats(s->inputs[0], s->out) || !repeats(s->inputs[1], s->out))
    return refuse(s, "shapes of inputs and output do not fit");
  for (unsigned i = 0; i < 3; ++i) {
    if (!byte_valid(p->zero_points[i]) || !factor_valid(&p->factors[i]))
      return refuse(s, "a zero point or factor is out of range");
  }
  return clamp_valid(&p->clamp) || refuse(s, "the range of the activation is not one");
}

static bool check_requantise(const host_step* s, const aimc_net_requantise* p) {
  if (!factor_valid(&p->factor) || !byte_valid(p->input_zero_point) ||
      !byte_valid(p->output_zero_point)) {
    return refuse(s, "a zero point or the factor is out of range");
  }
  return clamp_valid(&p->clamp) || refuse(s, "the range of the activation is not one");
}

static bool window_valid(const host_step* s, const aimc_net_window* w) {
  const uint32_t all[] = {w->filter_rows,    w->filter_columns, w->stride_rows,
                          w->stride_columns, w->dilation_rows,  w->dilation_columns};
  for (unsigned i = 0; i < sizeof all / sizeof *all; ++i) {
    if (all[i] == 0 || all[i] > kMaxWindow) return refuse(s, "a window's number is not 1 to 65535");
  }
  if (w->before_rows > kMaxWindow || w->before_columns > kMaxWindow)
    return refuse(s, "padding above 65535");
  const uint64_t reach_rows =
      (uint64_t)s->out->rows * w->stride_rows + (uint64_t)w->filter_rows * w->dilation_rows;
  const uint64_t reach_columns = (uint64_t)s->out->columns * w->stride_columns +
                                 (uint64_t)w->filter_columns * w->dilation_columns;
  return (reach_rows < INT32_MAX && reach_columns < INT32_MAX) ||
         refuse(s, "a window's reach is above 2^31");
}

/* Every position of an undilated window covers an element of the input. */
static bool covers(uint32_t positions, uint32_t stride, uint32_t filter, uint32_t before,
                   uint32_t input) {
  return before < filter && (uint64_t)(positions - 1) * stride < (uint64_t)before + input;
}

static bool check_pool(const host_step* s) {
  const aimc_net_window* w = s->parameters;
  const aimc_net_tensor* in = s->inputs[0];
  if (!window_valid(s, w)) return false;
  if (in->channels != s->out->channels) return refuse(s, "numbers of channels differ");
  if (!covers(s->out->rows, w->stride_rows, w->filter_rows, w->before_rows, in->rows) ||
      !covers(s->out->columns, w->stride_columns, w->filter_columns, w->before_columns,
              in->columns)) {
    return refuse(s, "a window lies outside the input");
  }
  if ((uint64_t)w->filter_rows * w->filter_columns > kMaxWindowArea)
    return refuse(s, "a window above 2^24 elements");
  return clamp_valid(&w->clamp) || refuse(s, "the range of the activation is not one");
}

static bool check_mean(const host_step* s) {
  if (s->out->rows != 1 || s->out->columns != 1 || s->out->channels != s->inputs[0]->channels)
    return refuse(s, "the output is not one pixel of the input's channels");
  return check_requantise(s, s->parameters);
}

static bool check_softmax(const host_step* s) {
  const aimc_net_softmax* p = s->parameters;
  const aimc_net_factor beta = {p->beta_fraction, p->beta_shift};
  if (!same_shape(s->inputs[0], s->out)) return refuse(s, "shapes of input and output differ");
  return (factor_valid(&beta) && p->least_difference <= 0 &&
          p->least_difference >= kLeastDifference) ||
         refuse(s, "beta or least_difference is out of range");
}

static bool check_pad(const host_step* s) {
  const aimc_net_pad* p = s->parameters;
  const aimc_net_tensor* in = s->inputs[0];
  return ((uint64_t)in->rows + p->before_rows <= s->out->rows &&
          (uint64_t)in->columns + p->before_columns <= s->out->columns &&
          (uint64_t)in->channels + p->before_channels <= s->out->channels) ||
         refuse(s, "the padded input leaves the output");
}

static bool check_concatenation(const host_step* s) {
  const aimc_net_concatenation* p = s->parameters;
  if (p->axis > 2) return refuse(s, "axis is above 2");
  uint64_t sum = 0;
  for (unsigned i = 0; i < 4 && s->inputs[i] != NULL; ++i) {
    const aimc_net_tensor* in = s->inputs[i];
    sum += p->axis == 0 ? in->rows : p->axis == 1 ? in->columns : in->channels;
    if ((p->axis != 0 && in->rows != s->out->rows) ||
        (p->axis != 1 && in->columns != s->out->columns) ||
        (p->axis != 2 && in->channels != s->out->channels)) {
      return refuse(s, "shapes of inputs and output do not fit");
    }
  }
  const uint32_t length = p->axis == 0   ? s->out->rows
                          : p->axis == 1 ? s->out->columns
                                         : s->out->channels;
  return sum == length || refuse(s, "inputs together are not as long as the output");
}

static bool check_quantise(const host_step* s) {
  if (!same_shape(s->inputs[0], s->out)) return refuse(s, "shapes of input and output differ");
  return check_requantise(s, s->parameters);
}

static bool check_depthwise(const host_step* s) {
  const aimc_net_depthwise* p = s->parameters;
  const uint32_t channels = s->out->channels;
  if (!window_valid(s, &p->window)) return false;
  if (p->multiplier == 0 || (uint64_t)s->inputs[0]->channels * p->multiplier != channels)
    return refuse(s, "numbers of channels do not fit the multiplier");
  const uint64_t taps = (uint64_t)p->window.filter_rows * p->window.filter_columns;
  if (taps * channels > UINT32_MAX || !net_inside(s->c, p->weights_at, (uint32_t)taps, channels) ||
      !net_inside(s->c, p->bias_at, channels, sizeof(int32_t)) ||
      !net_inside(s->c, p->factors_at, channels, sizeof(aimc_net_factor))) {
    return refuse(s, "weights, biases or factors leave the image");
  }
  const aimc_net_factor* factors = (const aimc_net_factor*)(s->c->image + p->factors_at);
  for (uint32_t i = 0; i < channels; ++i) {
    if (!factor_valid(&factors[i])) return refuse(s, "a factor is out of range");
  }
  if (!byte_valid(p->input_zero_point) || !byte_valid(p->output_zero_point))
    return refuse(s, "a zero point is out of range");
  return clamp_valid(&p->window.clamp) || refuse(s, "the range of the activation is not one");
}

static bool check_im2col(const host_step* s) {
  const aimc_net_window* w = s->parameters;
  const aimc_net_tensor* in = s->inputs[0];
  if (!window_valid(s, w)) return false;
  const uint64_t area = (uint64_t)w->filter_rows * w->filter_columns;
  return area * in->channels == s->out->channels || area * in->pitch == s->out->channels ||
         refuse(s, "the output has not as many channels as the window elements");
}

typedef struct operation {
  uint32_t bytes; /* of its parameters */
  bool (*check)(const host_step*);
} operation;

bool net_check_host_step(const checker* c, uint32_t index, const aimc_net_step* step) {
  static const operation operations[] = {
      [AIMC_NET_HOST_COPY] = {0, check_copy},
      [AIMC_NET_HOST_ADD] = {sizeof(aimc_net_add), check_add},
      [AIMC_NET_HOST_AVERAGE_POOL] = {sizeof(aimc_net_window), check_pool},
      [AIMC_NET_HOST_MAX_POOL] = {sizeof(aimc_net_window), check_pool},
      [AIMC_NET_HOST_MEAN] = {sizeof(aimc_net_requantise), check_mean},
      [AIMC_NET_HOST_SOFTMAX] = {sizeof(aimc_net_softmax), check_softmax},
      [AIMC_NET_HOST_PAD] = {sizeof(aimc_net_pad), check_pad},
      [AIMC_NET_HOST_CONCATENATION] = {sizeof(aimc_net_concatenation), check_concatenation},
      [AIMC_NET_HOST_QUANTISE] = {sizeof(aimc_net_requantise), check_quantise},
      [AIMC_NET_HOST_DEPTHWISE] = {sizeof(aimc_net_depthwise), check_depthwise},
      [AIMC_NET_HOST_IM2COL] = {sizeof(aimc_net_window), check_im2col},
  };
  const aimc_net_tensor* tensors = net_list(c, &c->header->tensors);
  if (step->host >= sizeof operations / sizeof *operations) {
    return net_refuse(c, "step %" PRIu32 ": host is %" PRIu32 "; expected 0 to %u", index,
                      step->host, (unsigned)(sizeof operations / sizeof *operations - 1));
  }
  host_step s = {c, index, step, {0}, &tensors[step->output], c->image + step->parameters_at};
  for (unsigned i = 0; i < 4 && step->inputs[i] != AIMC_NET_NONE; ++i) {
    s.inputs[i] = &tensors[step->inputs[i]];
  }
  const uint32_t bytes = operations[step->host].bytes;
  if (bytes != 0 && !net_inside(c, step->parameters_at, 1, bytes)) {
    return net_refuse(c, "step %" PRIu32 ": parameters_at %" PRIu32 " leaves the image", index,
                      step->parameters_at);
  }
  return operations[step->host].check(&s);
}
