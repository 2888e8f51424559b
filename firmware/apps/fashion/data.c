/* The network's constants. */
#include "fashion.h"
#include "model.h"

const fashion_layer* const fashion_network = fashion_layers;
