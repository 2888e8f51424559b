/** Digital operators of networks on int8 activations, for what is not done by tiles.
 *
 * Plain C without the HAL. Results are those of TFLite Micro's reference kernels, bit by bit
 * (products with a multiplier are rounded twice). Activations lie as network_image.h says: rows x
 * columns x channels, channels filled up to `pitch` bytes, word-aligned. What stands in the filled
 * up channels of a result is undefined; aimc_nn_fill sets it. Arguments are not checked here.
 */
#ifndef AIMC_NN_H
#define AIMC_NN_H

#include "network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Shape of an activation; pitch is the bytes from one pixel to the next, a multiple of four. */
typedef struct aimc_nn_dims {
  uint32_t rows, columns, channels, pitch;
} aimc_nn_dims;

/** out = a + b. Dimensions of an input that are 1 are repeated. */
void aimc_nn_add_s8(const aimc_net_add* p, const aimc_nn_dims* a_dims, const int8_t* a,
                    const aimc_nn_dims* b_dims, const int8_t* b, const aimc_nn_dims* out_dims,
                    int8_t* out);
/** Another scale and zero point; equal shapes. */
void aimc_nn_requantise_s8(const aimc_net_requantise* p, const aimc_nn_dims* in_dims,
                           const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out);

/** Mean of what a window covers of the input, ties away from zero. At most 2^24 elements a window.
 */
void aimc_nn_avgpool_s8(const aimc_net_window* p, const aimc_nn_dims* in_dims, const int8_t* in,
                        const aimc_nn_dims* out_dims, int8_t* out);
/** Greatest element of what a window covers. */
void aimc_nn_max_pool_s8(const aimc_net_window* p, const aimc_nn_dims* in_dims, const int8_t* in,
                         const aimc_nn_dims* out_dims, int8_t* out);
/** Mean over rows and columns; the multiplier has the division by their number. */
void aimc_nn_mean_s8(const aimc_net_requantise* p, const aimc_nn_dims* in_dims, const int8_t* in,
                     int8_t* out);

/** SOFTMAX over the channels of every pixel, to scale 1/256 and zero point -128. */
void aimc_nn_softmax_s8(const aimc_net_softmax* p, const aimc_nn_dims* in_dims, const int8_t* in,
                        const aimc_nn_dims* out_dims, int8_t* out);

/** A filter of its own for every channel. */
void aimc_nn_depthwise_conv_s8(const aimc_net_depthwise* p, const int8_t* weights,
                               const int32_t* bias, const aimc_net_factor* factors,
                               const aimc_nn_dims* in_dims, const int8_t* in,
                               const aimc_nn_dims* out_dims, int8_t* out);

/** The same elements in the same order in another shape. */
void aimc_nn_reshape_s8(const aimc_nn_dims* in_dims, const int8_t* in, const aimc_nn_dims* out_dims,
                        int8_t* out);
/** A border of `fill` around the input. */
void aimc_nn_pad_s8(const aimc_net_pad* p, int8_t fill, const aimc_nn_dims* in_dims,
                    const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out);
/** Puts one input of a concatenation into the output, from element `at` of the axis (0 rows, 1
 * columns, 2 channels) on. */
void aimc_nn_concatenate_s8(uint32_t axis, uint32_t at, const aimc_nn_dims* in_dims,
                            const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out);
/** The pixels under the window as channels of one pixel, row by row; `fill` in the padding. A pixel
 * takes out channels / window elements: the input's channels, or its pitch. */
void aimc_nn_im2col_s8(const aimc_net_window* p, int8_t fill, const aimc_nn_dims* in_dims,
                       const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out);

/** Sets the bytes between channels and pitch. */
void aimc_nn_fill(const aimc_nn_dims* dims, int8_t fill, int8_t* out);
/** The first greatest of an activation's elements: a decision. */
uint32_t aimc_nn_arg_max(const aimc_nn_dims* dims, const int8_t* in);

#ifdef __cplusplus
}
#endif

#endif
