/* The weights, as scripts/networks/train_lstm.py wrote them. */
  .section .rodata.lstm_weights, "a", @progbits
  .balign 16
  .globl lstm_weights
  .type lstm_weights, @object
lstm_weights:
  .incbin "weights.bin"
  .size lstm_weights, . - lstm_weights
