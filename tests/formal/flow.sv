// Formal check of the two streams of nmpu.sv, for any sequence of gaps, stalls, resets and parameter writes: no beat is
// lost, doubled or overtaken, a waiting beat does not change, and nothing stands still that could move.
//
// Beats carry their number, modulo 16, through stand-ins for the lanes (tag_lane.sv). The proof is by induction; what
// it needs to know about the inside comes over the tap_ wires that scripts/nmpu_formal connects.
module flow (
  input logic clk
);

  localparam int LANES  = 2;
  localparam int TAG_W  = 4;
  localparam int PSUM_W = 16;
  localparam int STAGES = 3;

  (* anyseq *) wire                 rst_n;
  (* anyseq *) wire                 in_valid;
  (* anyseq *) wire                 out_ready;
  (* anyseq *) wire                 other_last;
  (* anyseq *) wire                 in_row;
  (* anyseq *) wire [1:0]           in_addend;
  (* anyseq *) wire [1:0]           in_rounding;
  (* anyseq *) wire [3:0]           in_cut_pre;
  (* anyseq *) wire [3:0]           in_cut_post;
  (* anyseq *) wire [7:0]           in_zero_point;
  (* anyseq *) wire                 in_relu;
  (* anyseq *) wire                 in_psum_out;
  (* anyseq *) wire                 param_valid;
  (* anyseq *) wire [1:0]           param_column;
  (* anyseq *) wire                 saturated_clear;

  wire                    in_ready, out_valid, out_last;
  wire [LANES*PSUM_W-1:0] out_data;
  wire [31:0]             saturated_psums, saturated_activations;

  (* keep *) wire             tap_valid1, tap_valid2, tap_valid3;
  (* keep *) wire             tap_last1, tap_last2;
  (* keep *) wire [TAG_W-1:0] tap_a1, tap_a2, tap_b1, tap_b2;  // of lanes 0 and 1

  // The reference: how many beats went in and came out.
  reg [TAG_W-1:0] entered = 0;
  reg [TAG_W-1:0] left = 0;
  reg             started = 1'b0;

  wire [TAG_W-1:0] inside  = entered - left;
  // A beat without valid carries anything.
  wire [TAG_W-1:0] in_tag  = in_valid ? entered : ~entered;
  wire             in_last = in_valid ? ^entered : other_last;

  wire accepted = in_valid && in_ready;
  wire taken    = out_valid && out_ready && rst_n;

  nmpu #(
    .LANES(LANES), .MAX_BEATS(2), .IN_W(TAG_W), .SCALE_F(7), .OFFSET_I(7), .OFFSET_F(1), .ACC_W(25)
  ) dut (
    .clk(clk), .rst_n(rst_n),
    .param_valid(param_valid), .param_column(param_column), .param_sp(8'd0), .param_sn(8'd0), .param_offset(8'd0),
    .param_bias(16'd0),
    .in_valid(in_valid), .in_ready(in_ready), .in_last(in_last), .in_row(in_row), .in_keep(2'b11),
    .in_cp({~in_tag, in_tag}), .in_cn({LANES{4'd0}}), .in_psum({LANES{16'd0}}), .in_addend(in_addend),
    .in_cut_pre(in_cut_pre), .in_cut_post(in_cut_post), .in_rounding(in_rounding), .in_relu(in_relu),
    .in_zero_point(in_zero_point), .in_psum_out(in_psum_out),
    .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last), .out_data(out_data),
    .saturated_clear(saturated_clear), .saturated_psums(saturated_psums),
    .saturated_activations(saturated_activations)
  );

  always @(posedge clk) begin
    started <= 1'b1;
    if (!rst_n) begin
      // What is inside is dropped.
      left <= entered;
    end else begin
      if (accepted) entered <= entered + 1;
      if (taken) left <= left + 1;
    end
  end

  // The last cycle.
  reg                    was_waiting = 1'b0;
  reg                    was_last;
  reg [LANES*PSUM_W-1:0] was_data;
  // Cycles for which the taker was ready, a beat inside, and none at the output.
  reg [1:0]              delay = 2'd0;
  always @(posedge clk) begin
    was_waiting <= rst_n && out_valid && !out_ready;
    was_last    <= out_last;
    was_data    <= out_data;
    delay       <= rst_n && inside != 0 && !out_valid ? delay + 1 : 2'd0;
  end

  wire [TAG_W-1:0] tag0 = out_data[TAG_W-1:0];
  wire [TAG_W-1:0] tag1 = out_data[PSUM_W +: TAG_W];

  always @* begin
    // The first cycle is a reset.
    if (!started) assume (!rst_n);
    if (started) begin
      // No loss, no doubling, order.
      assert (inside <= STAGES);
      if (out_valid) begin
        assert (inside != 0);
        assert (tag0 == left);
        assert (tag1 == ~left);
        assert (out_last == ^left);
      end
      // A waiting beat stays.
      if (was_waiting) assert (out_valid && out_last == was_last && out_data == was_data);
      // Room is used, and only room: a beat is refused in reset, and when all stages are full and the output waits.
      assert (in_ready == (rst_n && (inside < STAGES || out_ready)));
      // A beat inside reaches the output within the pipeline's length, whatever enters behind it.
      assert (delay < STAGES);

      // What the induction needs: stages are full exactly as counted, and hold the numbers in order.
      assert (inside == {3'd0, tap_valid1} + {3'd0, tap_valid2} + {3'd0, tap_valid3});
      assert (out_valid == tap_valid3);
      if (tap_valid2) begin
        assert (tap_a2 == left + {3'd0, tap_valid3} && tap_b2 == ~tap_a2 && tap_last2 == ^tap_a2);
      end
      if (tap_valid1) begin
        assert (tap_a1 == left + {3'd0, tap_valid3} + {3'd0, tap_valid2} && tap_b1 == ~tap_a1 && tap_last1 == ^tap_a1);
      end
      if (delay == 2'd1) assert (tap_valid2 || tap_valid3);
      if (delay == 2'd2) assert (tap_valid3);
    end
  end

endmodule
