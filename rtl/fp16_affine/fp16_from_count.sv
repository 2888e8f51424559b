// An unsigned count of 12 bits as binary16, rounded to nearest with ties to even: counts from 2048 on lose their lowest bit.
// `negate` gives the sign. Combinational.
module fp16_from_count (
  input  logic [11:0] count,
  input  logic        negate,
  output logic [15:0] value
);

  logic [3:0] top;  // position of the highest bit that is set
  always_comb begin
    top = 4'd0;
    for (int i = 0; i < 12; i = i + 1) begin
      if (count[i]) top = 4'(i);
    end
  end

  wire [10:0] normal  = count[10:0] << (4'd11 - top);
  wire        up      = normal[0] && normal[1];
  wire [4:0]  biased  = {1'b0, top} + 5'd15;
  wire [14:0] rounded = {biased, normal[10:1]} + {14'd0, up};

  assign value = {negate, |count ? rounded : 15'd0};

endmodule
