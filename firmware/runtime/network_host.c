/* Host steps: tensors and parameters of the image, handed to the operators of nn.h. */
#include "network_internal.h"
#include "nn.h"

typedef struct operand {
  aimc_nn_dims dims;
  int8_t* data;
} operand;

static operand operand_of(const aimc_net_tensor* t, uint8_t* data) {
  return (operand){{t->rows, t->columns, t->channels, t->pitch}, (int8_t*)data};
}

static void concatenate(const aimc_network* n, const net_step* step, uint32_t image,
                        const operand* out) {
  const aimc_net_concatenation* p = net_at(n, step->s->parameters_at);
  uint32_t at = 0;
  for (unsigned i = 0; i < 4 && step->s->inputs[i] != AIMC_NET_NONE; ++i) {
    const net_tensor* t = &n->tensors[step->s->inputs[i]];
    const operand in = operand_of(t->t, net_read_at(t, n->inputs, image));
    aimc_nn_concatenate_s8(p->axis, at, &in.dims, in.data, &out->dims, out->data);
    at += p->axis == 0 ? in.dims.rows : p->axis == 1 ? in.dims.columns : in.dims.channels;
  }
}

static void add(const aimc_network* n, const net_step* step, uint32_t image, const operand* a,
                const operand* out) {
  const net_tensor* t = &n->tensors[step->s->inputs[1]];
  const operand b = operand_of(t->t, net_read_at(t, n->inputs, image));
  aimc_nn_add_s8(net_at(n, step->s->parameters_at), &a->dims, a->data, &b.dims, b.data, &out->dims,
                 out->data);
}

static void depthwise(const aimc_network* n, const aimc_net_depthwise* p, const operand* in,
                      const operand* out) {
  aimc_nn_depthwise_conv_s8(p, net_at(n, p->weights_at), net_at(n, p->bias_at),
                            net_at(n, p->factors_at), &in->dims, in->data, &out->dims, out->data);
}

void net_run_host_step(const aimc_network* n, const net_step* step, uint32_t image) {
  const net_tensor* from = &n->tensors[step->s->inputs[0]];
  const aimc_net_tensor* to = n->tensors[step->s->output].t;
  const operand in = operand_of(from->t, net_read_at(from, n->inputs, image));
  const operand out =
      operand_of(to, (uint8_t*)(uintptr_t)(to->slots_address + image % to->slots * to->bytes));
  const void* p = net_at(n, step->s->parameters_at);
  switch (step->s->host) {
    case AIMC_NET_HOST_COPY:
      aimc_nn_reshape_s8(&in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_ADD:
      add(n, step, image, &in, &out);
      break;
    case AIMC_NET_HOST_AVERAGE_POOL:
      aimc_nn_avgpool_s8(p, &in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_MAX_POOL:
      aimc_nn_max_pool_s8(p, &in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_MEAN:
      aimc_nn_mean_s8(p, &in.dims, in.data, out.data);
      break;
    case AIMC_NET_HOST_SOFTMAX:
      aimc_nn_softmax_s8(p, &in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_PAD:
      aimc_nn_pad_s8(p, (int8_t)to->zero_point, &in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_CONCATENATION:
      concatenate(n, step, image, &out);
      break;
    case AIMC_NET_HOST_QUANTISE:
      aimc_nn_requantise_s8(p, &in.dims, in.data, &out.dims, out.data);
      break;
    case AIMC_NET_HOST_DEPTHWISE:
      depthwise(n, p, &in, &out);
      break;
    default: /* AIMC_NET_HOST_IM2COL: nothing else was let in */
      aimc_nn_im2col_s8(p, (int8_t)from->t->zero_point, &in.dims, in.data, &out.dims, out.data);
      break;
  }
  aimc_nn_fill(&out.dims, (int8_t)to->zero_point, out.data);
}
