/* The weights, as scripts/networks/train_transformer.py wrote them. */
  .section .rodata.transformer_weights, "a", @progbits
  .balign 16
  .globl transformer_weights
  .type transformer_weights, @object
transformer_weights:
  .incbin "weights.bin"
  .size transformer_weights, . - transformer_weights
