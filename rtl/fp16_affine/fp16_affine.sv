// The FP16 unit the NMPU is compared with: the same correction and activation of a crossbar's counts, in binary16.
//
//   v = (cp*sp + offset) + (psum - cn*sn)              partial sum out: v
//   activation out: bound(round(v) + zero_point)       bound to [relu ? zero_point : -128, 127]
//
// LANES columns a cycle; LANES = 1 is one unit shared by all columns. A beat carries one column for each lane; in_row
// says which of the lane's words belong to it: column = in_row * LANES + lane. The unit's step of the output is part of
// sp, sn and offset, a bias part of the offset; psum is in units of that same step.
//
// 12 stages: counts to FP16, 5 of the branches, 5 of their sum, conversion. A blocked output stops all of them. Reset is
// synchronous and drops the beats in flight; it leaves the parameters alone. A parameter written at an edge is seen by
// beats accepted at later edges.
module fp16_affine #(
  parameter int LANES     = 1,
  parameter int COLUMNS   = 256,               // whose parameters it holds; a multiple of 2 * LANES
  parameter bit PSUM_PORT = 1'b1,
  parameter int COLUMN_W  = $clog2(COLUMNS),
  parameter int ROW_W     = $clog2(COLUMNS / LANES)
) (
  input  logic                clk,
  input  logic                rst_n,

  // Parameter writes: one column a cycle, always accepted.
  input  logic                param_valid,
  input  logic [COLUMN_W-1:0] param_column,
  input  logic [15:0]         param_sp,
  input  logic [15:0]         param_sn,
  input  logic [15:0]         param_offset,

  // Beats in.
  input  logic                in_valid,
  output logic                in_ready,
  input  logic                in_last,
  input  logic [ROW_W-1:0]    in_row,
  input  logic [LANES*12-1:0] in_cp,
  input  logic [LANES*12-1:0] in_cn,
  input  logic [LANES*16-1:0] in_psum,
  input  logic                in_use_psum,
  input  logic                in_relu,
  input  logic [7:0]          in_zero_point,
  input  logic                in_psum_out,     // 1: partial sums; relu and zero point are not used

  // Beats out, in order. An activation is sign-extended.
  output logic                out_valid,
  input  logic                out_ready,
  output logic                out_last,
  output logic [LANES*16-1:0] out_data
);

  localparam int STAGES = 12;

  wire enable = !out_valid || out_ready;
  assign in_ready = rst_n && enable;

  // Valid, last and the settings of the conversion travel beside the lanes.
  logic [STAGES-1:0]       valid;
  logic [STAGES-1:0]       last;
  logic [10*(STAGES-1)-1:0] settings;

  always_ff @(posedge clk) begin
    if (!rst_n) valid <= {STAGES{1'b0}};
    else if (enable) valid <= {valid[STAGES-2:0], in_valid};
    if (enable) begin
      last     <= {last[STAGES-2:0], in_last};
      settings <= {settings[10*(STAGES-2)-1:0], in_psum_out, in_relu, in_zero_point};
    end
  end

  wire [9:0] settings_out = settings[10*(STAGES-2) +: 10];

  assign out_valid = valid[STAGES-1];
  assign out_last  = last[STAGES-1];

  localparam int LANE_W = COLUMN_W - ROW_W;
  wire [COLUMN_W-1:0] param_lane = param_column & COLUMN_W'(LANES - 1);

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : gen_lane
      fp16_affine_lane #(.ROWS(COLUMNS / LANES), .ROW_W(ROW_W), .PSUM_PORT(PSUM_PORT)) lane (
        .clk         (clk),
        .enable      (enable),
        .write       (param_valid && param_lane == COLUMN_W'(i)),
        .write_row   (param_column[COLUMN_W-1:LANE_W]),
        .write_sp    (param_sp),
        .write_sn    (param_sn),
        .write_offset(param_offset),
        .row         (in_row),
        .cp          (in_cp[i*12 +: 12]),
        .cn          (in_cn[i*12 +: 12]),
        .psum        (in_psum[i*16 +: 16]),
        .use_psum    (in_use_psum),
        .relu        (settings_out[8]),
        .zero_point  (settings_out[7:0]),
        .psum_out    (settings_out[9]),
        .result      (out_data[i*16 +: 16])
      );
    end
  endgenerate

`ifndef SYNTHESIS
  initial begin
    if (COLUMNS != 1 << COLUMN_W || LANES * (1 << ROW_W) != COLUMNS || COLUMNS < 2 * LANES)
      $fatal(1, "fp16_affine: LANES and COLUMNS must be powers of two, COLUMNS at least twice LANES");
  end
`endif

endmodule
