// Near-memory processing unit: LANES columns a cycle, three pipeline stages, valid/ready on both sides.
//
//   acc = cp*sp - cn*sn + (offset << (SCALE_F-OFFSET_F)) + (addend << SCALE_F)
//   partial sum: sat(round(acc, SCALE_F))
//   activation:  sat(relu(round(acc >>> cut_pre, cut_post) + zero_point))
//
// round(v, n) drops the n lowest bits of v and, by in_rounding, takes the nearest multiple of 2^n with ties upwards (0)
// or to the even one (1), or the next one below (2). With n = 0 nothing is rounded.
//
// A beat carries one column for each lane; in_row says which of the lane's MAX_BEATS parameter words belong to it, so
// column = in_row * LANES + lane. Everything of a beat, its settings included, is sampled together when in_valid and
// in_ready are both high at a rising clock edge. A stage waits only when it is full and the next one cannot take its
// beat, so bubbles close up under back-pressure. Reset is synchronous and drops the beats in flight; it leaves the
// parameters alone. A parameter written at an edge is seen by beats accepted at later edges.
//
// Two counters tell how many results of columns, marked in in_keep, exceeded the range of a partial sum or of an
// activation, modulo 2^32; ReLU's lower bound does not count. A beat is counted at the edge at which it leaves. Clearing
// takes effect at the next edge, at which a beat that leaves is the first to be counted again; reset clears as well.
module nmpu #(
  parameter int LANES     = nmpu_pkg::LANES,
  parameter int MAX_BEATS = nmpu_pkg::MAX_BEATS,
  parameter int IN_W      = nmpu_pkg::IN_W,
  parameter int SCALE_I   = nmpu_pkg::SCALE_I,
  parameter int SCALE_F   = nmpu_pkg::SCALE_F,
  parameter int OFFSET_I  = nmpu_pkg::OFFSET_I,
  parameter int OFFSET_F  = nmpu_pkg::OFFSET_F,
  parameter int BIAS_W    = nmpu_pkg::BIAS_W,
  parameter int PSUM_W    = nmpu_pkg::PSUM_W,
  parameter int ACC_W     = nmpu_pkg::ACC_W,
  parameter int OUT_W     = nmpu_pkg::OUT_W,
  parameter int CUT_W     = nmpu_pkg::CUT_W,
  parameter int STAGES    = nmpu_pkg::STAGES,
  // What may be left out, to see what it costs: partial sums in and out, cuts other than cut_post = SCALE_F, and
  // the counters.
  parameter bit PSUM_PORT    = 1'b1,
  parameter bit VARIABLE_CUT = 1'b1,
  parameter bit SATURATION   = 1'b1,
  // Derived; not to be set.
  parameter int ROW_W     = $clog2(MAX_BEATS),
  parameter int LANE_W    = $clog2(LANES),
  parameter int SCALE_W   = SCALE_I + SCALE_F,
  parameter int OFFSET_W  = OFFSET_I + OFFSET_F
) (
  input  logic                              clk,
  input  logic                              rst_n,

  // Parameter writes: one column a cycle, always accepted.
  input  logic                              param_valid,
  input  logic [ROW_W+LANE_W-1:0]           param_column,
  input  logic [SCALE_W-1:0]                param_sp,
  input  logic [SCALE_W-1:0]                param_sn,
  input  logic [OFFSET_W-1:0]               param_offset,
  input  logic [BIAS_W-1:0]                 param_bias,

  // Beats in. Lane i uses bits [i*W +: W] of each vector.
  input  logic                              in_valid,
  output logic                              in_ready,
  input  logic                              in_last,
  input  logic [ROW_W-1:0]                  in_row,
  input  logic [LANES-1:0]                  in_keep,       // 1: the lane has a column, for the counters
  input  logic [LANES*IN_W-1:0]             in_cp,
  input  logic [LANES*IN_W-1:0]             in_cn,
  input  logic [LANES*PSUM_W-1:0]           in_psum,
  input  logic [1:0]                        in_addend,     // 0 nothing, 1 bias, 2 in_psum; 3 is reserved
  input  logic [CUT_W-1:0]                  in_cut_pre,
  input  logic [CUT_W-1:0]                  in_cut_post,
  input  logic [1:0]                        in_rounding,   // 0 half up, 1 half to even, 2 truncate; 3 is reserved
  input  logic                              in_relu,
  input  logic [OUT_W-1:0]                  in_zero_point,
  input  logic                              in_psum_out,   // 1: partial sums; cuts, relu and zero point are not used

  // Beats out, in order. An activation is sign-extended to the width of a partial sum.
  output logic                              out_valid,
  input  logic                              out_ready,
  output logic                              out_last,
  output logic [LANES*PSUM_W-1:0]           out_data,

  // Results that exceeded their range.
  input  logic                              saturated_clear,
  output logic [31:0]                       saturated_psums,
  output logic [31:0]                       saturated_activations
);

  // Flow control.
  logic valid1, valid2, valid3;
  logic last1, last2, last3;

  wire ready3 = !valid3 || out_ready;
  wire ready2 = !valid2 || ready3;
  wire ready1 = !valid1 || ready2;
  wire load1  = in_valid && in_ready;
  wire load2  = valid1 && ready2;
  wire load3  = valid2 && ready3;

  assign in_ready = rst_n && ready1;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      valid3 <= 1'b0;
    end else begin
      if (ready1) valid1 <= in_valid;
      if (ready2) valid2 <= valid1;
      if (ready3) valid3 <= valid2;
    end
    if (load1) last1 <= in_last;
    if (load2) last2 <= last1;
    if (load3) last3 <= last2;
  end

  // Settings travel with their beat. Stage 2 turns them into the constants of stage 3, once for all lanes: a partial
  // sum is the same rounding with fixed cuts and wider bounds.
  logic [CUT_W-1:0]  cut_pre1, cut_post1, cut_pre2, cut_post2;
  logic [1:0]        rounding1;
  logic              relu1, psum_out1, psum_out2, psum_out3;
  logic [OUT_W-1:0]  zero_point1, zero_point2;
  logic [ACC_W-1:0]  round2, lowest2;
  logic              relu2;
  logic [PSUM_W-1:0] low2, high2;

  localparam logic [PSUM_W-1:0] PSUM_MAX = {1'b0, {(PSUM_W - 1){1'b1}}};
  localparam logic [PSUM_W-1:0] OUT_MAX  = {{(PSUM_W - OUT_W + 1){1'b0}}, {(OUT_W - 1){1'b1}}};
  localparam logic [CUT_W-1:0]  PSUM_CUT = SCALE_F[CUT_W-1:0];
  localparam logic [ACC_W-1:0]  ONE      = {{(ACC_W - 1){1'b0}}, 1'b1};
  localparam logic [1:0]        HALF_EVEN = 2'd1;
  localparam logic [1:0]        TRUNCATE  = 2'd2;

  wire              gives_psum     = PSUM_PORT && psum_out1;
  wire              fixed_cut      = !VARIABLE_CUT || gives_psum;
  wire [CUT_W-1:0]  cut_post_now   = fixed_cut ? PSUM_CUT : cut_post1;
  wire [PSUM_W-1:0] zero_point_now = {{(PSUM_W - OUT_W){zero_point1[OUT_W-1]}}, zero_point1};
  wire              even_now       = rounding1 == HALF_EVEN && cut_post_now != {CUT_W{1'b0}};
  // Half of the weight of the lowest bit that stays; nothing when nothing is cut after it.
  wire [ACC_W-1:0]  half_now       = (ONE << cut_post_now) >> 1;

  always_ff @(posedge clk) begin
    if (load1) begin
      cut_pre1    <= in_cut_pre;
      cut_post1   <= in_cut_post;
      rounding1   <= in_rounding;
      relu1       <= in_relu;
      zero_point1 <= in_zero_point;
      psum_out1   <= in_psum_out;
    end
    if (load2) begin
      cut_pre2    <= fixed_cut ? {CUT_W{1'b0}} : cut_pre1;
      cut_post2   <= cut_post_now;
      zero_point2 <= gives_psum ? {OUT_W{1'b0}} : zero_point1;
      // To the even one: just under a half, and the lane adds one where the lowest bit that stays is set.
      round2      <= rounding1 == TRUNCATE ? {ACC_W{1'b0}} : even_now ? half_now - ONE : half_now;
      lowest2     <= even_now ? ONE << cut_post_now : {ACC_W{1'b0}};
      relu2       <= relu1 && !gives_psum;
      psum_out2   <= gives_psum;
      low2        <= gives_psum ? ~PSUM_MAX : relu1 ? zero_point_now : ~OUT_MAX;
      high2       <= gives_psum ? PSUM_MAX : OUT_MAX;
    end
    if (load3) psum_out3 <= psum_out2;
  end

  // Lanes.
  localparam logic [1:0] ADDEND_BIAS = 2'd1;
  localparam logic [1:0] ADDEND_PSUM = 2'd2;

  wire use_bias = in_addend == ADDEND_BIAS;
  wire use_psum = PSUM_PORT && in_addend == ADDEND_PSUM;

  logic [LANES*PSUM_W-1:0] lane_data;
  wire  [LANES-1:0]        lane_saturated;

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : gen_lane
      nmpu_lane #(
        .MAX_BEATS(MAX_BEATS), .IN_W(IN_W), .SCALE_I(SCALE_I), .SCALE_F(SCALE_F), .OFFSET_I(OFFSET_I),
        .OFFSET_F(OFFSET_F), .BIAS_W(BIAS_W), .PSUM_W(PSUM_W), .ACC_W(ACC_W), .OUT_W(OUT_W), .CUT_W(CUT_W)
      ) lane (
        .clk         (clk),
        .write       (param_valid && param_column[LANE_W-1:0] == i[LANE_W-1:0]),
        .write_row   (param_column[ROW_W+LANE_W-1:LANE_W]),
        .write_sp    (param_sp),
        .write_sn    (param_sn),
        .write_offset(param_offset),
        .write_bias  (param_bias),
        .load1       (load1),
        .load2       (load2),
        .load3       (load3),
        .row         (in_row),
        .cp          (in_cp[i*IN_W +: IN_W]),
        .cn          (in_cn[i*IN_W +: IN_W]),
        .psum        (in_psum[i*PSUM_W +: PSUM_W]),
        .use_bias    (use_bias),
        .use_psum    (use_psum),
        .cut_pre     (cut_pre2),
        .cut_post    (cut_post2),
        .round       (round2),
        .lowest      (lowest2),
        .relu        (relu2),
        .zero_point  (zero_point2),
        .low         (low2),
        .high        (high2),
        .result      (lane_data[i*PSUM_W +: PSUM_W]),
        .saturated   (lane_saturated[i])
      );
    end
  endgenerate

  assign out_valid = valid3;
  assign out_last  = last3;
  assign out_data  = lane_data;

  // Saturation.
  generate
    if (SATURATION) begin : gen_saturation
      logic [LANES-1:0] keep1, keep2, keep3;
      wire  [LANES-1:0] counted = lane_saturated & keep3;
      logic [31:0]      saturated_now;
      integer           lane_index;

      always_comb begin
        saturated_now = 32'd0;
        for (lane_index = 0; lane_index < LANES; lane_index = lane_index + 1) begin
          saturated_now = saturated_now + {31'd0, counted[lane_index]};
        end
      end

      wire leaves = out_valid && out_ready && counted != {LANES{1'b0}};

      always_ff @(posedge clk) begin
        if (load1) keep1 <= in_keep;
        if (load2) keep2 <= keep1;
        if (load3) keep3 <= keep2;
        if (!rst_n) begin
          saturated_psums       <= 32'd0;
          saturated_activations <= 32'd0;
        end else begin
          saturated_psums       <= (saturated_clear ? 32'd0 : saturated_psums) +
                                   (leaves && psum_out3 ? saturated_now : 32'd0);
          saturated_activations <= (saturated_clear ? 32'd0 : saturated_activations) +
                                   (leaves && !psum_out3 ? saturated_now : 32'd0);
        end
      end
    end else begin : gen_no_saturation
      assign saturated_psums       = 32'd0;
      assign saturated_activations = 32'd0;
    end
  endgenerate

`ifndef SYNTHESIS
  initial begin
    if (STAGES != 3) $fatal(1, "nmpu: this pipeline has 3 stages, the number formats say otherwise");
    if (BIAS_W != PSUM_W || OUT_W >= PSUM_W || OFFSET_F > SCALE_F || SCALE_F >= 1 << CUT_W) begin
      $fatal(1, "nmpu: expected BIAS_W = PSUM_W > OUT_W and OFFSET_F <= SCALE_F < 2^CUT_W");
    end
    if (LANES != 1 << LANE_W || MAX_BEATS != 1 << ROW_W) $fatal(1, "nmpu: LANES and MAX_BEATS must be powers of two");
  end

  // The rules of the two streams, checked in simulation.
  logic waited_in, waited_out;
  logic held_last;

  always @(posedge clk) begin
    waited_in  <= rst_n && in_valid && !in_ready;
    waited_out <= rst_n && out_valid && !out_ready;
    held_last  <= out_last;
    if (rst_n && waited_in) begin
      assert (in_valid) else $error("nmpu: in_valid was withdrawn before the beat was accepted");
    end
    if (rst_n && waited_out) begin
      assert (out_valid && out_last == held_last) else $error("nmpu: a waiting output beat changed");
    end
    if (rst_n && in_valid) begin
      assert (in_addend != 2'd3) else $error("nmpu: in_addend has the reserved value 3");
      assert (in_rounding != 2'd3) else $error("nmpu: in_rounding has the reserved value 3");
    end
  end
`endif

endmodule
