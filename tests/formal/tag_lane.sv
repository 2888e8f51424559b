// Stands in for nmpu_lane in the proof of flow control: the same ports, but what goes in as cp comes out as the result,
// stage by stage, so that beats can be told apart.
module nmpu_lane #(
  parameter int MAX_BEATS = 2,
  parameter int IN_W      = 12,
  parameter int SCALE_I   = 1,
  parameter int SCALE_F   = 7,
  parameter int OFFSET_I  = 7,
  parameter int OFFSET_F  = 1,
  parameter int BIAS_W    = 16,
  parameter int PSUM_W    = 16,
  parameter int ACC_W     = 25,
  parameter int OUT_W     = 8,
  parameter int CUT_W     = 4,
  parameter int ROW_W     = $clog2(MAX_BEATS),
  parameter int SCALE_W   = SCALE_I + SCALE_F,
  parameter int OFFSET_W  = OFFSET_I + OFFSET_F
) (
  input  logic                clk,
  input  logic                write,
  input  logic [ROW_W-1:0]    write_row,
  input  logic [SCALE_W-1:0]  write_sp,
  input  logic [SCALE_W-1:0]  write_sn,
  input  logic [OFFSET_W-1:0] write_offset,
  input  logic [BIAS_W-1:0]   write_bias,
  input  logic                load1,
  input  logic                load2,
  input  logic                load3,
  input  logic [ROW_W-1:0]    row,
  input  logic [IN_W-1:0]     cp,
  input  logic [IN_W-1:0]     cn,
  input  logic [PSUM_W-1:0]   psum,
  input  logic                use_bias,
  input  logic                use_psum,
  input  logic [CUT_W-1:0]    cut_pre,
  input  logic [CUT_W-1:0]    cut_post,
  input  logic [ACC_W-1:0]    round,
  input  logic [ACC_W-1:0]    lowest,
  input  logic                relu,
  input  logic [OUT_W-1:0]    zero_point,
  input  logic [PSUM_W-1:0]   low,
  input  logic [PSUM_W-1:0]   high,
  output logic [PSUM_W-1:0]   result,
  output logic                saturated
);

  logic [IN_W-1:0] tag1, tag2, tag3;
  always_ff @(posedge clk) begin
    if (load1) tag1 <= cp;
    if (load2) tag2 <= tag1;
    if (load3) tag3 <= tag2;
  end
  assign result    = {{(PSUM_W - IN_W){1'b0}}, tag3};
  assign saturated = 1'b0;

endmodule
