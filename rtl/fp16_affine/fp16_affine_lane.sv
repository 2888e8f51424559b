// One lane of the FP16 unit: the parameters of the columns it serves, and the datapath of one column a cycle.
//
//   v = (cp*sp + offset) + (addend - cn*sn)      each bracket a fused multiply-add, their sum a third with the factor one
//   y = psum_out ? v : to_int8(v)
//
// Both branches take their operands at once, so nothing but the control has to be delayed beside them.
module fp16_affine_lane #(
  parameter int ROWS       = 4,      // columns a lane
  parameter int ROW_W      = 2,
  parameter bit PSUM_PORT  = 1'b1    // 0: no partial sums in; the unit's second branch then is a multiplication
) (
  input  logic             clk,
  input  logic             enable,

  input  logic             write,
  input  logic [ROW_W-1:0] write_row,
  input  logic [15:0]      write_sp,
  input  logic [15:0]      write_sn,
  input  logic [15:0]      write_offset,

  input  logic [ROW_W-1:0] row,
  input  logic [11:0]      cp,
  input  logic [11:0]      cn,
  input  logic [15:0]      psum,
  input  logic             use_psum,

  input  logic             relu,       // of the beat that is at the converter
  input  logic [7:0]       zero_point,
  input  logic             psum_out,

  output logic [15:0]      result
);

  localparam logic [15:0] ONE        = 16'h3c00;
  localparam logic [15:0] MINUS_ZERO = 16'h8000;  // adding it changes nothing, not even the sign of a zero

  // Parameters: one word a column, {offset, sn, sp}. Not cleared by reset.
  logic [47:0] parameters [0:ROWS-1];

  always_ff @(posedge clk) begin
    if (write) parameters[write_row] <= {write_offset, write_sn, write_sp};
  end

  wire [47:0] word = parameters[row];

  // Counts to FP16.
  wire [15:0] fp_cp, fp_cn;
  fp16_from_count convert_p (.count(cp), .negate(1'b0), .value(fp_cp));
  fp16_from_count convert_n (.count(cn), .negate(1'b1), .value(fp_cn));

  logic [15:0] cp1, cn1, sp1, sn1, offset1, addend1;

  always_ff @(posedge clk) begin
    if (enable) begin
      cp1     <= fp_cp;
      cn1     <= fp_cn;
      sp1     <= word[15:0];
      sn1     <= word[31:16];
      offset1 <= word[47:32];
      addend1 <= PSUM_PORT && use_psum ? psum : MINUS_ZERO;
    end
  end

  wire [15:0] branch_p, branch_n, sum;
  fp16_fma fma_p   (.clk(clk), .enable(enable), .a(cp1), .b(sp1), .c(offset1), .y(branch_p));
  fp16_fma fma_n   (.clk(clk), .enable(enable), .a(cn1), .b(sn1), .c(addend1), .y(branch_n));
  fp16_fma fma_sum (.clk(clk), .enable(enable), .a(branch_p), .b(ONE), .c(branch_n), .y(sum));

  wire [7:0] activation;
  fp16_to_int8 convert_out (.value(sum), .relu(relu), .zero_point(zero_point), .result(activation));

  always_ff @(posedge clk) begin
    if (enable) result <= psum_out ? sum : {{8{activation[7]}}, activation};
  end

endmodule
