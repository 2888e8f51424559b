/* The weights, as scripts/train_fashion.py wrote them. */
  .section .rodata.fashion_weights, "a", @progbits

  .macro weights layer
  .balign 16
  .globl fashion_layer\layer\()_weights
  .type fashion_layer\layer\()_weights, @object
fashion_layer\layer\()_weights:
  .incbin "layer\layer\()_weights.bin"
  .size fashion_layer\layer\()_weights, . - fashion_layer\layer\()_weights
  .endm

  weights 1
  weights 2
  weights 3
