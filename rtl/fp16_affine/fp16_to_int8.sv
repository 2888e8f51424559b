// Binary16 to the signed 8-bit activation: rounded to an integer (to nearest, ties to even), moved by the zero point and
// bounded to [relu ? zero_point : -128, 127]. Infinities saturate, NaN counts as zero. Combinational.
module fp16_to_int8 (
  input  logic        [15:0] value,
  input  logic               relu,
  input  logic signed [7:0]  zero_point,
  output logic signed [7:0]  result
);

  wire [4:0]  exponent = value[14:10];
  wire [10:0] mantissa = {|exponent, value[9:0]};
  wire        nan      = &exponent && |value[9:0];
  wire        saturates = exponent >= 5'd23;  // 256 and more, infinities included

  // Below 0.5 nothing is left of the integer and the rounding bit, so nine places are enough.
  wire [3:0]  places  = exponent <= 5'd13 ? 4'd9 : 4'd6 - exponent[3:0];  // 22 less the exponent
  wire [19:0] shifted = {mantissa, 9'd0} >> places;
  wire        up      = shifted[11] && (|shifted[10:0] || shifted[12]);
  wire [8:0]  rounded = {1'b0, shifted[19:12]} + {8'd0, up};
  wire [8:0]  whole   = nan ? 9'd0 : saturates ? 9'd256 : rounded;

  wire signed [10:0] integer_part = value[15] ? -$signed({2'b0, whole}) : $signed({2'b0, whole});
  wire signed [10:0] wide_zero    = {{3{zero_point[7]}}, zero_point};
  wire signed [10:0] moved        = integer_part + wide_zero;
  wire signed [10:0] low          = relu ? wide_zero : -11'sd128;

  assign result = moved < low ? low[7:0] : moved > 11'sd127 ? 8'sd127 : moved[7:0];

endmodule
