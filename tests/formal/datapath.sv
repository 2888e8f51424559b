// Formal check: what leaves the unit for a column is what docs/models_nmpu.md says, for every count, parameter, partial
// sum and setting.
//
// A parameter word is written in the reset cycle, one beat is accepted in the next, and what the stages hold is compared
// when it is due: parameters in cycle 1, products in cycle 2, the accumulator in cycle 3, the result in cycle 4, the
// saturation counters in cycle 5. Each comparison starts from what the RTL's stage before holds (the tap_ wires, which
// scripts/nmpu_formal connects). CHECK selects the one to prove; the stage before is then cut off and takes any value, so
// that multipliers never meet the rounding logic. Registers hold any value at first, and the pipeline has no path from a
// beat to a later one, so these cycles say everything about the arithmetic; that beats keep their order and their values
// under back-pressure is shown by flow.sv.
//
// The specification is not derived from the RTL: it drops bits one at a time, remembering the last one dropped and
// whether any before it was set, and rounds by these two; it never adds a rounding constant.
module datapath #(
  parameter int IN_W     = 12,
  parameter int SCALE_I  = 1,
  parameter int SCALE_F  = 7,
  parameter int OFFSET_I = 7,
  parameter int OFFSET_F = 1,
  parameter int PSUM_W   = 16,
  parameter int ACC_W    = 25,
  parameter int OUT_W    = 8,
  parameter int CUT_W    = 4,
  parameter int CHECK    = 1,
  parameter bit LANE     = 1'b0,
  parameter bit ROW      = 1'b0,
  parameter int CUT_POST = 0   // below 2^CUT_W: an activation with this second cut; otherwise a partial sum
) (
  input logic clk
);

  localparam int LANES    = 2;
  localparam int ROWS     = 2;
  localparam int SCALE_W  = SCALE_I + SCALE_F;
  localparam int OFFSET_W = OFFSET_I + OFFSET_F;
  // Room for everything without wrapping.
  localparam int W = ACC_W + 4;

  // What goes in; every wire without a driver takes any value in each cycle.
  (* anyseq *) wire [LANES*IN_W-1:0]   in_cp;
  (* anyseq *) wire [LANES*IN_W-1:0]   in_cn;
  (* anyseq *) wire [LANES*PSUM_W-1:0] in_psum;
  (* anyseq *) wire                    in_last;
  (* anyseq *) wire [LANES-1:0]        in_keep;
  (* anyseq *) wire [1:0]              in_addend;
  (* anyseq *) wire [CUT_W-1:0]        in_cut_pre;
  wire [CUT_W-1:0]                     in_cut_post = CUT_POST;
  (* anyseq *) wire [1:0]              in_rounding;
  (* anyseq *) wire                    in_relu;
  (* anyseq *) wire [OUT_W-1:0]        in_zero_point;
  wire                                 in_psum_out = CUT_POST >= 1 << CUT_W;
  (* anyconst *) wire [SCALE_W-1:0]    sp;
  (* anyconst *) wire [SCALE_W-1:0]    sn;
  (* anyconst *) wire [OFFSET_W-1:0]   offset;
  (* anyconst *) wire [PSUM_W-1:0]     bias;

  (* anyseq *) wire clear;
  wire saturated_clear = CHECK == 4 && clear;

  reg [2:0] cycle = 3'd0;
  always @(posedge clk) cycle <= cycle + 3'd1;

  wire                    in_ready, out_valid, out_last;
  wire [LANES*PSUM_W-1:0] out_data;
  wire [31:0]             saturated_psums, saturated_activations;

  nmpu #(
    .LANES(LANES), .MAX_BEATS(ROWS), .IN_W(IN_W), .SCALE_I(SCALE_I), .SCALE_F(SCALE_F), .OFFSET_I(OFFSET_I),
    .OFFSET_F(OFFSET_F), .BIAS_W(PSUM_W), .PSUM_W(PSUM_W), .ACC_W(ACC_W), .OUT_W(OUT_W), .CUT_W(CUT_W)
  ) dut (
    .clk(clk), .rst_n(CHECK == 4 || cycle != 3'd0),
    .param_valid(cycle == 3'd0), .param_column({ROW, LANE}), .param_sp(sp), .param_sn(sn), .param_offset(offset),
    .param_bias(bias),
    .in_valid(cycle == 3'd1), .in_ready(in_ready), .in_last(in_last), .in_row(ROW), .in_keep(in_keep), .in_cp(in_cp),
    .in_cn(in_cn), .in_psum(in_psum), .in_addend(in_addend), .in_cut_pre(in_cut_pre), .in_cut_post(in_cut_post),
    .in_rounding(in_rounding), .in_relu(in_relu), .in_zero_point(in_zero_point), .in_psum_out(in_psum_out),
    .out_valid(out_valid), .out_ready(1'b1), .out_last(out_last), .out_data(out_data),
    .saturated_clear(saturated_clear), .saturated_psums(saturated_psums), .saturated_activations(saturated_activations)
  );

  // Registers of the lane.
  localparam int PROD_W = IN_W + SCALE_W;
  (* keep *) wire [PROD_W-1:0] tap_product_p, tap_product_n;
  (* keep *) wire [ACC_W-1:0]  tap_acc;
  (* keep *) wire [SCALE_W-1:0]  tap_sp, tap_sn;
  (* keep *) wire [OFFSET_W-1:0] tap_offset;
  (* keep *) wire [PSUM_W-1:0]   tap_bias;
  (* keep *) wire [1:0]          tap_saturated;

  // The beat, as accepted.
  reg signed [W-1:0] cp, cn, psum;
  reg [1:0]          addend, rounding;
  reg [CUT_W-1:0]    cut_pre, cut_post;
  reg                relu, psum_out, last;
  reg [LANES-1:0]    keep;
  reg [OUT_W-1:0]    zero_point;
  always @(posedge clk) begin
    if (cycle == 3'd1) begin
      cp         <= {{(W - IN_W){1'b0}}, LANE ? in_cp[IN_W +: IN_W] : in_cp[0 +: IN_W]};
      cn         <= {{(W - IN_W){1'b0}}, LANE ? in_cn[IN_W +: IN_W] : in_cn[0 +: IN_W]};
      psum       <= LANE ? $signed(in_psum[PSUM_W +: PSUM_W]) : $signed(in_psum[0 +: PSUM_W]);
      addend     <= in_addend;
      rounding   <= in_rounding;
      cut_pre    <= in_cut_pre;
      cut_post   <= in_cut_post;
      relu       <= in_relu;
      psum_out   <= in_psum_out;
      last       <= in_last;
      keep       <= in_keep;
      zero_point <= in_zero_point;
    end
  end

  // The specification.
  wire signed [W-1:0] s_offset = $signed(offset);
  wire signed [W-1:0] s_bias   = $signed(bias);
  wire signed [W-1:0] s_zero   = $signed(zero_point);
  wire signed [W-1:0] s_addend = addend == 2'd1 ? s_bias : addend == 2'd2 ? psum : {W{1'b0}};

  localparam signed [W-1:0] PSUM_LOW = -(1 <<< (PSUM_W - 1));
  localparam signed [W-1:0] PSUM_HIGH = (1 <<< (PSUM_W - 1)) - 1;
  localparam signed [W-1:0] OUT_LOW = -(1 <<< (OUT_W - 1));
  localparam signed [W-1:0] OUT_HIGH = (1 <<< (OUT_W - 1)) - 1;

  // What stage 1 holds in cycle 2, and stage 2 in cycle 3, for the comparison one cycle later.
  reg        [PROD_W-1:0] product_p, product_n;
  reg signed [W-1:0]      acc;
  always @(posedge clk) begin
    product_p <= tap_product_p;
    product_n <= tap_product_n;
    acc       <= $signed(tap_acc);
  end

  reg [PROD_W-1:0] spec_p, spec_n;
  always @(posedge clk) begin
    spec_p <= {{SCALE_W{1'b0}}, LANE ? in_cp[IN_W +: IN_W] : in_cp[0 +: IN_W]} * {{IN_W{1'b0}}, tap_sp};
    spec_n <= {{SCALE_W{1'b0}}, LANE ? in_cn[IN_W +: IN_W] : in_cn[0 +: IN_W]} * {{IN_W{1'b0}}, tap_sn};
  end

  wire signed [W-1:0] spec_acc = $signed({1'b0, product_p}) - $signed({1'b0, product_n}) +
                                 s_offset * (1 <<< (SCALE_F - OFFSET_F)) + s_addend * (1 <<< SCALE_F);

  reg [1:0] was_saturated;
  always @(posedge clk) was_saturated <= tap_saturated & keep;

  reg signed [W-1:0] value, low, high, result;
  reg                guard, sticky, saturated;
  integer            i;
  always @* begin
    value = acc;
    // The first cut drops bits and forgets them.
    for (i = 0; i < (1 << CUT_W) - 1; i = i + 1) begin
      if (!psum_out && i < cut_pre) value = {value[W-1], value[W-1:1]};
    end
    // The second one remembers what it dropped.
    guard = 1'b0;
    sticky = 1'b0;
    for (i = 0; i < (1 << CUT_W) - 1; i = i + 1) begin
      if (psum_out ? i < SCALE_F : i < cut_post) begin
        sticky = sticky | guard;
        guard = value[0];
        value = {value[W-1], value[W-1:1]};
      end
    end
    case (rounding)
      2'd1: if (guard && (sticky || value[0])) value = value + 1;
      2'd2: value = value;
      default: if (guard) value = value + 1;
    endcase
    if (psum_out) begin
      low = PSUM_LOW;
      high = PSUM_HIGH;
    end else begin
      value = value + s_zero;
      low = OUT_LOW;
      high = OUT_HIGH;
      if (relu) low = s_zero;
    end
    result = value;
    if (value < low) result = low;
    if (value > high) result = high;
    saturated = value > high || (value < low && (psum_out || !relu));
  end

  wire signed [PSUM_W-1:0] actual = LANE ? out_data[PSUM_W +: PSUM_W] : out_data[0 +: PSUM_W];

  // Without the reset the counters start anywhere, so that a carry into any bit is seen.
  reg        was_clear;
  reg [31:0] was_psums, was_activations;
  always @(posedge clk) begin
    was_clear       <= saturated_clear;
    was_psums       <= saturated_psums;
    was_activations <= saturated_activations;
  end
  wire [31:0] counted_before = was_clear ? 32'd0 : psum_out ? was_psums : was_activations;
  wire [31:0] other_before   = was_clear ? 32'd0 : psum_out ? was_activations : was_psums;
  wire [31:0] counted = psum_out ? saturated_psums : saturated_activations;
  wire [31:0] other   = psum_out ? saturated_activations : saturated_psums;

  always @* begin
    if (cycle == 3'd1) assert (in_ready);
    if (CHECK == 0 && cycle == 3'd1) begin
      assert (tap_sp == sp);
      assert (tap_sn == sn);
      assert (tap_offset == offset);
      assert (tap_bias == bias);
    end
    if (CHECK == 1 && cycle == 3'd2) begin
      assert (tap_product_p == spec_p);
      assert (tap_product_n == spec_n);
    end
    if (CHECK == 2 && cycle == 3'd3) assert ($signed(tap_acc) == spec_acc);
    if (CHECK == 3 && cycle == 3'd4) begin
      assert (out_valid);
      assert (out_last == last);
      assert (actual == result);
      assert (tap_saturated[LANE] == saturated);
    end
    if (CHECK == 4 && cycle == 3'd5) begin
      assert (!out_valid);
      assert (counted == counted_before + {31'd0, was_saturated[0]} + {31'd0, was_saturated[1]});
      assert (other == other_before);
    end
    // With no beat behind it, they hold.
    if (CHECK == 4 && cycle == 3'd6) assert (counted == counted_before && other == other_before);
  end

endmodule
